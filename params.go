package auroradataapi

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

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
	group("What statements run under, on PostgreSQL",
		setting("search_path", "search_path",
			"schemas in which names are looked for, such as `app,public`").alias("set.search_path"),
		setting("role", "role",
			"role of the database that statements run as, as by `SET ROLE`").alias("set.role"),
		setting("set.NAME", "name",
			"any other setting of the session, such as `set.statement_timeout=5s` or `set.app.tenant=42`; settings make four calls of a statement outside of a transaction"),
		param{
			name: "session_statements",
			doc:  "whether what would be lost with its session is sent outside of a transaction, such as `SET` and `LISTEN`: `refuse`, the default, or `send`; on either engine",
			get: func(c *Config) string {
				if c.SendSessionStatements {
					return "send"
				}
				return ""
			},
			set: func(c *Config, value string) error {
				if value != "refuse" && value != "send" {
					return fmt.Errorf("%q is neither refuse nor send", value)
				}
				c.SendSessionStatements = value == "send"
				return nil
			},
		},
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
		param{
			name: "multi_statements",
			doc:  "`true`: the statements of a text are run one after the other; `transaction`: in one transaction; default `false`: such a text is refused",
			get:  func(c *Config) string { return string(c.MultiStatements) },
			set: func(c *Config, value string) error {
				if c.MultiStatements = MultiStatements(strings.ToLower(value)); c.MultiStatements == "false" {
					c.MultiStatements = MultiStatementsOff
				}
				return c.MultiStatements.check()
			},
		}.alias("multiStatements"),
	),
	group("How arguments are sent",
		param{
			name: "params",
			doc:  "type of an argument: `infer` what the database expects, `bind` that of its Go type, `literal` none, by writing values into the statement; default `infer`",
			get:  func(c *Config) string { return string(c.Params) },
			set: func(c *Config, value string) error {
				c.Params = ParamMode(value)
				return c.Params.check()
			},
		},
	),
	group("How large results are read",
		param{
			name: "paging",
			doc:  "how results over 1 MiB are read: `auto` in pages, `always` every result in pages, `off` not at all, `table` on MySQL through a temporary table where there is no other way; default `auto`",
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
