package auroradataapi

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A param is one parameter of a data source name. This table is all there is:
// parsing, formatting, the environment, the documentation and the tests go by
// it.
type param struct {
	group   string
	name    string
	aliases []string
	place   place                   // where FormatDSN writes it
	env     string                  // the variable that stands in for an empty value
	doc     string                  // for the README's table
	secret  func(value string) bool // whether String hides it; nil is never
	get     func(*Config) string    // "" is the default, which is not written
	set     func(*Config, string) error
}

// A place is a part of a data source name. Every parameter may also be given
// by its name behind the question mark.
type place uint8

const (
	inQuery    place = iota
	inScheme         // HERE+auroradataapi://
	inUser           // ://HERE:
	inPassword       // :HERE@
	inPath           // @/HERE
	places
)

// placeNames say what stands in a place, for errors.
var placeNames = [places]string{
	inScheme:   "the scheme",
	inUser:     "the access key id",
	inPassword: "the secret access key",
	inPath:     "the database",
}

// The table is in the order of FormatDSN and of the README. Names are those of
// the Python client's connect and of its URI, where they have one; aliases are
// the spellings of other clients and drivers.
var params = slices.Concat(
	group("Which database",
		param{
			name: "engine",
			doc:  "`postgresql` or `mysql`, for the scheme `auroradataapi://`, which does not say it",
			get:  func(c *Config) string { return c.Engine },
			set: func(c *Config, value string) error {
				d, err := findDialect(value)
				if err == nil {
					c.Engine = d.Name
				}
				return err
			},
		}.in(inScheme),
		text("database", func(c *Config) *string { return &c.Database },
			"the database, which the URI has behind `@/`; default: the one named like the user, on MySQL none").
			in(inPath).alias("db", "dbname").from("AURORA_DATABASE"),
		text("aurora_cluster_arn", func(c *Config) *string { return &c.ClusterARN },
			"ARN of the Aurora cluster").alias("cluster_arn", "resource_arn").from("AURORA_CLUSTER_ARN"),
		text("secret_arn", func(c *Config) *string { return &c.SecretARN },
			"ARN of the secret with the database user's name and password").alias("aurora_secret_arn").from("AURORA_SECRET_ARN"),
		text("region_name", func(c *Config) *string { return &c.Region },
			"AWS region; default: the one in the cluster's ARN").alias("region", "aws_region"),
		text("endpoint_url", func(c *Config) *string { return &c.Endpoint },
			"URL of the Data API; default: the region's own, or `AWS_ENDPOINT_URL_RDS_DATA`").alias("endpoint").
			hidden(withUser),
	),
	group("Who calls",
		text("access_key_id", func(c *Config) *string { return &c.AccessKeyID },
			"AWS access key, which the URI has before the colon").in(inUser).alias("aws_access_key_id"),
		text("secret_access_key", func(c *Config) *string { return &c.SecretAccessKey },
			"its secret, which the URI has before the `@`").in(inPassword).alias("aws_secret_access_key").hidden(always),
		text("session_token", func(c *Config) *string { return &c.SessionToken },
			"session token of temporary AWS credentials").alias("aws_session_token").hidden(always),
		text("profile", func(c *Config) *string { return &c.Profile },
			"profile of the shared AWS configuration files; default: `AWS_PROFILE`").alias("aws_profile", "profile_name"),
		text("role_arn", func(c *Config) *string { return &c.RoleARN },
			"ARN of a role to assume with the credentials found").alias("aws_role_arn"),
		text("role_session_name", func(c *Config) *string { return &c.RoleSessionName },
			"what the role's session is called in AWS's records; default `auroradataapi`").alias("aws_role_session_name"),
		text("external_id", func(c *Config) *string { return &c.ExternalID },
			"what the role asks of those who assume it").hidden(always),
		text("web_identity_token_file", func(c *Config) *string { return &c.WebIdentityTokenFile },
			"file with the token to assume the role with, instead of credentials").alias("aws_web_identity_token_file"),
	),
	group("How calls are made",
		duration("retry_budget", func(c *Config) *time.Duration { return &c.RetryBudget },
			"how long a call without a deadline waits for a resuming cluster, such as `90s`; default `60s`, `-1s` never waits",
			"0 is not a time to wait; write -1s for not waiting, or leave it out for the default"),
		duration("attempt_timeout", func(c *Config) *time.Duration { return &c.AttemptTimeout },
			"how long one attempt of a call may take, more than the `45s` that a statement may; default `75s`",
			"0 is not a time to wait; leave it out for the default"),
		boolean("continue_after_timeout", func(c *Config) *bool { return &c.ContinueAfterTimeout },
			"`true`: a statement that changes something goes on in the database when the service gives it up after `45s`; for schema changes").
			alias("continueAfterTimeout"),
		switchOff("cancel", func(c *Config) *bool { return &c.NoServerCancel },
			"whether a statement whose caller gave up is stopped in the database by a second call: `on`, the default, or `off`"),
	),
	group("How values are read",
		param{
			name: "time_zone",
			doc:  "zone in which instants are given, such as `Europe/Berlin`, `Local` or `+01:00`; default `UTC`; the session's stays UTC",
			get:  func(c *Config) string { return zoneName(c.Location) },
			set: func(c *Config, value string) (err error) {
				c.Location, err = findZone(value)
				return err
			},
		}.alias("loc"),
		fixed("charset", "`utf8` or `utf8mb4`, and nothing changes: texts are UTF-8 always",
			"texts are UTF-8 always; write utf8 or utf8mb4, or leave it out", "utf8", "utf8mb4", "utf-8").
			alias("client_encoding"),
		fixed("parse_time", "`true`, and nothing changes: dates and timestamps are `time.Time` always",
			"dates and timestamps are time.Time always; write true, or leave it out", "true", "1").
			alias("parseTime"),
	),
	group("How large results are read",
		param{
			name: "paging",
			doc:  "how results over 1 MiB are read: `auto` in pages, `always` every result in pages, `off` not at all; default `auto`",
			get: func(c *Config) string {
				if c.Paging == PagingAuto {
					return ""
				}
				return string(c.Paging)
			},
			set: func(c *Config, value string) error {
				if c.Paging = Paging(value); c.Paging == PagingAuto {
					c.Paging = ""
				}
				return c.Paging.check()
			},
		},
		param{
			name: "page_size",
			doc:  "bytes at which a page ends, from 10000; default and at most `960000`",
			get: func(c *Config) string {
				if c.PageBytes == 0 {
					return ""
				}
				return strconv.Itoa(c.PageBytes)
			},
			set: func(c *Config, value string) (err error) {
				if c.PageBytes, err = strconv.Atoi(value); err != nil {
					return fmt.Errorf("%q is not a number of bytes", value)
				}
				return checkPageBytes(c.PageBytes)
			},
		},
		switchOff("prefetch", func(c *Config) *bool { return &c.NoPrefetch },
			"whether the next page is fetched while one is read: `on`, the default, or `off`"),
	),
)

func group(name string, rows ...param) []param {
	for i := range rows {
		rows[i].group = name
	}
	return rows
}

func text(name string, field func(*Config) *string, doc string) param {
	return param{
		name: name,
		doc:  doc,
		get:  func(c *Config) string { return *field(c) },
		set:  func(c *Config, value string) error { *field(c) = value; return nil },
	}
}

// duration is a parameter whose zero is the default, so that a zero that is
// written out would not be what it says.
func duration(name string, field func(*Config) *time.Duration, doc, zero string) param {
	return param{
		name: name,
		doc:  doc,
		get: func(c *Config) string {
			if *field(c) == 0 {
				return ""
			}
			return field(c).String()
		},
		set: func(c *Config, value string) error {
			d, err := time.ParseDuration(value)
			switch {
			case err != nil:
				return fmt.Errorf("%q is not a duration such as 90s", value)
			case d == 0:
				return errors.New(zero)
			}
			*field(c) = d
			return nil
		},
	}
}

// boolean is a parameter that is false unless it is given.
func boolean(name string, field func(*Config) *bool, doc string) param {
	return param{
		name: name,
		doc:  doc,
		get: func(c *Config) string {
			if *field(c) {
				return "true"
			}
			return ""
		},
		set: func(c *Config, value string) error {
			b, err := strconv.ParseBool(value)
			if err != nil {
				return fmt.Errorf("%q is neither true nor false", value)
			}
			*field(c) = b
			return nil
		},
	}
}

// switchOff is a parameter that is on, and whose field says that it is not.
func switchOff(name string, field func(*Config) *bool, doc string) param {
	return param{
		name: name,
		doc:  doc,
		get: func(c *Config) string {
			if *field(c) {
				return "off"
			}
			return ""
		},
		set: func(c *Config, value string) error {
			if value != "on" && value != "off" {
				return fmt.Errorf("%q is neither on nor off", value)
			}
			*field(c) = value == "off"
			return nil
		},
	}
}

// fixed is a parameter of other drivers that can only say what is so anyway.
func fixed(name, doc, advice string, values ...string) param {
	return param{
		name: name,
		doc:  doc,
		get:  func(*Config) string { return "" },
		set: func(_ *Config, value string) error {
			for _, v := range values {
				if strings.EqualFold(v, value) {
					return nil
				}
			}
			return fmt.Errorf("%q is not to be had: %s", value, advice)
		},
	}
}

func (p param) in(where place) param                { p.place = where; return p }
func (p param) alias(names ...string) param         { p.aliases = names; return p }
func (p param) from(env string) param               { p.env = env; return p }
func (p param) hidden(when func(string) bool) param { p.secret = when; return p }

func always(string) bool { return true }

// withUser is for a URL: it may have a password before its at sign, though it
// must not.
func withUser(value string) bool { return strings.Contains(value, "@") }

// elsewhere are parameters of other clients and drivers that mean nothing to
// the Data API, with what to do instead.
var elsewhere = map[string]string{
	"host":            "the Data API is found by its region; leave it out, or give endpoint_url",
	"port":            "the Data API is found by its region; leave it out, or give endpoint_url",
	"user":            "the database user's name is in the secret; give secret_arn",
	"username":        "the database user's name is in the secret; give secret_arn",
	"password":        "the database user's password is in the secret; give secret_arn",
	"sslmode":         "calls to AWS are HTTPS; leave it out",
	"tls":             "calls to AWS are HTTPS; leave it out",
	"rds_data_client": "a client cannot be written down; set Config.SDK",
}

func findParam(name string) (param, error) {
	for _, p := range params {
		if name == p.name || slices.Contains(p.aliases, name) {
			return p, nil
		}
	}
	if advice, ok := elsewhere[name]; ok {
		return param{}, fmt.Errorf("parameter %s has no meaning: %s", name, advice)
	}
	if !looksLikeName(name) { // not shown: it may be keys
		return param{}, errors.New("unknown parameter, with a name that is none; behind the question mark there are name=value pairs with & between them, and access keys belong before the @")
	}
	if near := nearest(name); near != "" {
		return param{}, fmt.Errorf("unknown parameter %q; did you mean %s?", name, near)
	}
	known := make([]string, len(params))
	for i, p := range params {
		known[i] = p.name
	}
	return param{}, fmt.Errorf("unknown parameter %q; there are %s", name, strings.Join(known, ", "))
}

// looksLikeName says whether a text could be the name of a parameter.
func looksLikeName(text string) bool {
	const longest = 40
	return len(text) <= longest && strings.IndexFunc(text, func(r rune) bool {
		return r != '_' && r != '-' && r != '.' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) < 0
}

// paramAt returns the parameter that stands in a place.
func paramAt(where place) param {
	return params[slices.IndexFunc(params, func(p param) bool { return p.place == where })]
}
