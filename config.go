package auroradataapi

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
)

// Config says which cluster to use and how. ParseDSN and FormatDSN convert it
// from and to a data source name; what a DSN cannot say has a field only here.
// NewConnector fills the ARNs and the database from the environment where they
// are empty.
type Config struct {
	// Engine is "postgresql" or "mysql". It comes from the DSN's scheme; the
	// service is never asked for it.
	Engine string
	// Database is the database to use. Empty stands for AURORA_DATABASE, and if
	// that is empty too for what the service does without one: PostgreSQL looks
	// for a database named like the user, MySQL selects none (F0066).
	Database string
	// ClusterARN is the ARN of the Aurora cluster. Empty stands for
	// AURORA_CLUSTER_ARN.
	ClusterARN string
	// SecretARN is the ARN of the secret that holds the database user's name
	// and password. Empty stands for AURORA_SECRET_ARN.
	SecretARN string
	// Region is the AWS region. Empty stands for that of the cluster's ARN.
	Region string
	// AccessKeyID and SecretAccessKey are AWS credentials, SessionToken belongs
	// to temporary ones. Empty stands for the AWS default credential chain.
	AccessKeyID, SecretAccessKey, SessionToken string
	// Endpoint is the URL of the Data API. Empty stands for the region's own,
	// or AWS_ENDPOINT_URL_RDS_DATA.
	Endpoint string
	// RetryBudget bounds how long a call waits for a cluster that resumes,
	// for a throttled account or for a network that cannot be reached, if the
	// context of the call has no deadline. Zero stands for 60 seconds, a
	// negative value for not waiting at all.
	RetryBudget time.Duration

	// AWS is used instead of the AWS default configuration, if it is not nil.
	// Region, credentials and Endpoint above go before it.
	AWS *aws.Config
}

// A param is one parameter of a data source name. This table is all there is:
// parsing, formatting, the documentation and the tests go by it.
type param struct {
	name    string
	aliases []string
	env     string // the variable that stands in for an empty value
	doc     string // for the README's table
	secret  bool
	get     func(*Config) string
	set     func(*Config, string) error
}

var params = []param{
	text("aurora_cluster_arn", func(c *Config) *string { return &c.ClusterARN },
		"ARN of the Aurora cluster").alias("cluster_arn", "resource_arn").from("AURORA_CLUSTER_ARN"),
	text("secret_arn", func(c *Config) *string { return &c.SecretARN },
		"ARN of the secret with the database user's name and password").alias("aurora_secret_arn").from("AURORA_SECRET_ARN"),
	text("region_name", func(c *Config) *string { return &c.Region },
		"AWS region; default: the one in the cluster's ARN").alias("region"),
	text("session_token", func(c *Config) *string { return &c.SessionToken },
		"session token of temporary AWS credentials").alias("aws_session_token").hidden(),
	text("endpoint_url", func(c *Config) *string { return &c.Endpoint },
		"URL of the Data API; default: the region's own, or `AWS_ENDPOINT_URL_RDS_DATA`").alias("endpoint"),
	{
		name: "retry_budget",
		doc:  "how long a call without a deadline waits for a resuming cluster, such as `90s`; default `60s`, `-1s` never waits",
		get: func(c *Config) string {
			if c.RetryBudget == 0 {
				return ""
			}
			return c.RetryBudget.String()
		},
		set: func(c *Config, value string) (err error) {
			c.RetryBudget, err = time.ParseDuration(value)
			switch {
			case err != nil:
				return fmt.Errorf("%q is not a duration such as 90s", value)
			case c.RetryBudget == 0: // which is the default, in a Config
				return errors.New("0 is not a time to wait; write -1s for not waiting, or leave it out for the default")
			}
			return nil
		},
	},
}

func text(name string, field func(*Config) *string, doc string) param {
	return param{
		name: name,
		doc:  doc,
		get:  func(c *Config) string { return *field(c) },
		set:  func(c *Config, value string) error { *field(c) = value; return nil },
	}
}

func (p param) alias(names ...string) param { p.aliases = names; return p }
func (p param) from(env string) param       { p.env = env; return p }
func (p param) hidden() param               { p.secret = true; return p }

func findParam(name string) (param, error) {
	for _, p := range params {
		if name == p.name || slices.Contains(p.aliases, name) {
			return p, nil
		}
	}
	known := make([]string, len(params))
	for i, p := range params {
		known[i] = p.name
	}
	return param{}, fmt.Errorf("unknown parameter %q; there are %s", name, strings.Join(known, ", "))
}

// schemes are the schemes of a data source name, the canonical one of each
// engine first.
var schemes = []struct {
	name    string
	dialect *dialect.Dialect
}{
	{"postgresql+auroradataapi", dialect.PostgreSQL},
	{"postgres+auroradataapi", dialect.PostgreSQL},
	{"mysql+auroradataapi", dialect.MySQL},
}

// ParseDSN reads a data source name:
//
//	postgresql+auroradataapi://ACCESS_KEY_ID:SECRET_ACCESS_KEY@/DATABASE?aurora_cluster_arn=…&secret_arn=…
//
// or the same with mysql+auroradataapi. The keys may be left out (":@" or
// nothing), so may the database and each parameter; the README lists them.
// User-info, database and values are percent-decoded; a plus sign is a plus
// sign, and an at sign in the keys has to be written %40. An unknown parameter,
// one given twice and one without a value are errors. No error shows any part
// of the keys, even where they are not where they belong.
func ParseDSN(dsn string) (*Config, error) {
	cfg, err := parseDSN(dsn)
	if err != nil {
		return nil, fmt.Errorf("auroradataapi: data source name: %w", err)
	}
	return cfg, nil
}

func parseDSN(dsn string) (*Config, error) {
	scheme, rest, ok := strings.Cut(dsn, "://")
	if !ok || strings.ContainsAny(scheme, ":/?@") { // the :// of something else
		return nil, errors.New("it has to begin with postgresql+auroradataapi:// or mysql+auroradataapi://")
	}
	cfg := new(Config)
	for _, s := range schemes {
		if s.name == scheme {
			cfg.Engine = s.dialect.Name
		}
	}
	if cfg.Engine == "" {
		return nil, fmt.Errorf("unknown scheme %q; there are postgresql+auroradataapi and mysql+auroradataapi", scheme)
	}
	// Secret access keys hold slashes, so the user-info comes off first.
	if userinfo, behind, ok := strings.Cut(rest, "@"); ok && rest[0] != '/' && !strings.Contains(userinfo, "?") {
		if err := cfg.parseUserinfo(userinfo); err != nil {
			return nil, err
		}
		rest = behind
	}
	rest, query, _ := strings.Cut(rest, "?")
	host, path, _ := strings.Cut(rest, "/")
	if host != "" { // not shown: it may be keys without their @
		return nil, errors.New("a host has no meaning, the Data API is found by region; leave it out, as in …@/database, or give endpoint_url; access keys need an @ behind them")
	}
	var err error
	if cfg.Database, err = url.PathUnescape(path); err != nil {
		return nil, errors.New("the database is not percent-encoded correctly")
	}
	return cfg, cfg.parseQuery(query)
}

func (cfg *Config) parseUserinfo(userinfo string) error {
	id, secret, _ := strings.Cut(userinfo, ":")
	var errID, errSecret error
	cfg.AccessKeyID, errID = url.PathUnescape(id)
	cfg.SecretAccessKey, errSecret = url.PathUnescape(secret)
	if errID != nil || errSecret != nil {
		return errors.New("the access keys are not percent-encoded correctly")
	}
	return nil
}

func (cfg *Config) parseQuery(query string) error {
	seen := make(map[string]bool)
	for query != "" {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		if pair == "" {
			continue
		}
		key, value, _ := strings.Cut(pair, "=")
		p, err := findParam(key)
		if err != nil {
			return err
		}
		if seen[p.name] {
			return fmt.Errorf("parameter %s is given twice", p.name)
		}
		seen[p.name] = true
		decoded, err := url.PathUnescape(value)
		switch {
		case err != nil:
			return fmt.Errorf("parameter %s is not percent-encoded correctly", key)
		case decoded == "":
			return fmt.Errorf("parameter %s has no value", key)
		}
		if err := p.set(cfg, decoded); err != nil {
			return fmt.Errorf("parameter %s: %w", key, err)
		}
	}
	return nil
}

// FormatDSN returns the data source name that ParseDSN reads back to the same
// configuration, the fields that only a Config has left out. It holds the keys.
func (cfg *Config) FormatDSN() string {
	return cfg.format(false)
}

// String returns the data source name with "REDACTED" in place of every secret.
func (cfg Config) String() string {
	return cfg.format(true)
}

// LogValue returns String, so that no log shows the secrets.
func (cfg Config) LogValue() slog.Value { return slog.StringValue(cfg.String()) }

// GoString returns String in quotes, so that %#v does not show the secrets.
func (cfg Config) GoString() string { return strconv.Quote(cfg.String()) }

func (cfg *Config) format(redact bool) string {
	show := func(value string, secret bool) string {
		if value != "" && secret && redact {
			return "REDACTED"
		}
		return escape(value)
	}
	var b strings.Builder
	b.WriteString(cfg.scheme() + "://")
	b.WriteString(escape(cfg.AccessKeyID) + ":" + show(cfg.SecretAccessKey, true) + "@/" + escape(cfg.Database))
	separator := byte('?')
	for _, p := range params {
		if value := p.get(cfg); value != "" {
			b.WriteByte(separator)
			separator = '&'
			b.WriteString(p.name + "=" + show(value, p.secret))
		}
	}
	return b.String()
}

func (cfg *Config) scheme() string {
	for _, s := range schemes {
		if s.dialect.Name == cfg.Engine {
			return s.name
		}
	}
	return cfg.Engine
}

// escape percent-encodes all but what is read the same everywhere in a DSN.
func escape(s string) string {
	const plain = "-._~:" // colons keep ARNs readable
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte(plain, c) >= 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// Clone returns a copy. Of AWS it is as deep as that of aws.Config.Copy.
func (cfg *Config) Clone() *Config {
	clone := *cfg
	if cfg.AWS != nil {
		shared := cfg.AWS.Copy()
		clone.AWS = &shared
	}
	return &clone
}

// dialect returns the engine's dialect.
func (cfg *Config) dialect() (*dialect.Dialect, error) {
	for _, s := range schemes {
		if s.dialect.Name == cfg.Engine {
			return s.dialect, nil
		}
	}
	return nil, fmt.Errorf("the engine is %q; it has to be postgresql or mysql", cfg.Engine)
}

// complete fills what is missing from the environment and checks the rest.
func (cfg *Config) complete(getenv func(string) string) error {
	for _, p := range params {
		if p.env != "" && p.get(cfg) == "" {
			if value := getenv(p.env); value != "" {
				if err := p.set(cfg, value); err != nil {
					return fmt.Errorf("%s: %w", p.env, err)
				}
			}
		}
	}
	if cfg.Database == "" {
		cfg.Database = getenv("AURORA_DATABASE")
	}
	if !utf8.ValidString(cfg.Database) {
		return fmt.Errorf("the database %q is not valid UTF-8", cfg.Database)
	}
	region, err := checkClusterARN(cfg.ClusterARN)
	if err != nil {
		return err
	}
	if err := checkSecretARN(cfg.SecretARN); err != nil {
		return err
	}
	if cfg.Region == "" {
		cfg.Region = region
	}
	if (cfg.AccessKeyID == "") != (cfg.SecretAccessKey == "") {
		return errors.New("an access key id needs a secret access key, and the other way round: give both, or neither to use the AWS default credentials")
	}
	if cfg.SessionToken != "" && cfg.AccessKeyID == "" {
		return errors.New("session_token goes with an access key id and a secret access key, and they are missing")
	}
	return checkEndpoint(cfg.Endpoint)
}
