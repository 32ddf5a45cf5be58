package auroradataapi

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
)

// Config says which cluster to use and how. ParseDSN and FormatDSN convert it
// from and to a data source name; what a DSN cannot say has a field only here.
// NewConnector fills what FillFromEnv fills.
type Config struct {
	// Engine is "postgresql" or "mysql"; "postgres", "pg" and RDS's own
	// "aurora-postgresql" and "aurora-mysql" are read as well. The service is
	// never asked for it.
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
	// Endpoint is the URL of the Data API. Empty stands for the region's own,
	// or AWS_ENDPOINT_URL_RDS_DATA.
	Endpoint string

	// AccessKeyID and SecretAccessKey are AWS credentials, SessionToken belongs
	// to temporary ones. Empty stands for the AWS default credential chain.
	AccessKeyID, SecretAccessKey, SessionToken string

	// Profile is a profile of the shared AWS configuration files. Empty stands
	// for AWS_PROFILE, or the default one.
	Profile string
	// RoleARN is the ARN of a role to assume with the credentials above, or
	// with the token in WebIdentityTokenFile instead of any credentials.
	// RoleSessionName is what the role's session is called in AWS's records;
	// empty stands for "auroradataapi". ExternalID is what the role may ask of
	// those who assume it.
	RoleARN, RoleSessionName, ExternalID, WebIdentityTokenFile string

	// RetryBudget bounds how long a call waits for a cluster that resumes,
	// for a throttled account or for a network that cannot be reached, if the
	// context of the call has no deadline. Zero stands for 60 seconds, a
	// negative value for not waiting at all.
	RetryBudget time.Duration
	// AttemptTimeout bounds each attempt of a call, whatever its context says,
	// so that one without a deadline ends at the latest after RetryBudget and
	// AttemptTimeout. Zero stands for 75 seconds. It has to be above the 45
	// seconds that a statement may take, or else it would give up statements
	// that the service goes on to execute; to end a statement sooner, give its
	// context a deadline.
	AttemptTimeout time.Duration

	// ContinueAfterTimeout has statements that change something go on in the
	// database when the service gives them up after 45 seconds, where they would
	// be stopped (F0079). It is meant for changes of the schema that take longer.
	// The function ContinueAfterTimeout says how their calls end.
	ContinueAfterTimeout bool
	// Params says which type an argument has in the database. Empty is ParamsInfer.
	Params ParamMode
	// MultiStatements says what is done with a text of several statements. Empty
	// is MultiStatementsOff.
	MultiStatements MultiStatements
	// Paging says how results larger than the service's 1 MiB are read. Empty is
	// PagingAuto.
	Paging Paging
	// PageBytes is the size of the database's values at which a page of a large
	// result ends, from 10,000 to 960,000 bytes. Zero is 960,000, which fills
	// the service's limit as far as is safe.
	PageBytes int
	// NoPrefetch keeps the next page of a large result from being fetched while
	// one is read.
	NoPrefetch bool

	// Location is the time zone in which instants are given: values of
	// PostgreSQL's timestamptz and MySQL's TIMESTAMP, but not those inside of
	// arrays. Nil stands for UTC. Dates and wall clocks, which belong to no zone,
	// stay in UTC, and so does the session: what the database itself makes of an
	// instant is not changed, and neither is how arguments are sent.
	Location *time.Location

	// Settings are settings of the session that every statement is to run under,
	// by name, such as "search_path" or "role". Those that values are sent and read
	// under, the time zone above all, cannot be changed. The service keeps none, so each
	// transaction is given them, by one call more, and each statement outside of a
	// transaction is run in one of its own: four calls in place of one. Where the
	// user of the secret is used for nothing else, ALTER ROLE … IN DATABASE … SET
	// does the same in the database, at no cost. PostgreSQL only.
	Settings map[string]string
	// SendSessionStatements sends statements outside of a transaction that do
	// nothing but change the session, which the next call does not meet again, or
	// ask for what was left in it: SET, LISTEN, CREATE TEMPORARY TABLE, session
	// locks, SELECT lastval(). They are refused otherwise.
	SendSessionStatements bool

	// Tracer is told of every call of the Data API, if it is not nil.
	Tracer Tracer
	// NoServerCancel leaves statements whose caller gave up to the service. Else
	// a second call stops them in the database, for which the statements that
	// have a context that can end begin with a comment.
	NoServerCancel bool

	// AWS is used instead of the AWS default configuration, if it is not nil.
	// Region, credentials, Endpoint and HTTPClient go before it.
	AWS *aws.Config
	// HTTPClient sends what goes to AWS. A Timeout of an http.Client is not
	// used for calls of the Data API, AttemptTimeout is.
	HTTPClient aws.HTTPClient
	// SDK is a client of the Data API to use as it is. It brings its region,
	// endpoint, credentials and HTTP client along, so that they cannot be given
	// here; its retryer is not used.
	SDK *rdsdata.Client
	// Now and Sleep are the clock by which calls are repeated, for tests. Nil
	// stands for that of the machine. Sleep returns the error of the context if
	// that ends first.
	Now   func() time.Time
	Sleep func(context.Context, time.Duration) error
}

// String returns the data source name with "REDACTED" in place of every secret.
func (cfg Config) String() string { return cfg.format(true) }

// LogValue returns String, so that no log shows the secrets.
func (cfg Config) LogValue() slog.Value { return slog.StringValue(cfg.String()) }

// GoString returns String in quotes, so that %#v does not show the secrets.
func (cfg Config) GoString() string { return strconv.Quote(cfg.String()) }

// Clone returns a copy. Of AWS it is as deep as that of aws.Config.Copy; the
// clients are shared.
func (cfg *Config) Clone() *Config {
	clone := *cfg
	clone.Settings = maps.Clone(cfg.Settings)
	if cfg.AWS != nil {
		shared := cfg.AWS.Copy()
		clone.AWS = &shared
	}
	return &clone
}

// engines are the engines, each with its other names: those that people write
// and those that RDS has for it.
var engines = []struct {
	dialect *dialect.Dialect
	also    []string
}{
	{dialect.PostgreSQL, []string{"postgres", "pg", "aurora-postgresql"}},
	{dialect.MySQL, []string{"aurora-mysql"}},
}

// findDialect returns the dialect of an engine, by any of its names.
func findDialect(engine string) (*dialect.Dialect, error) {
	for _, e := range engines {
		if engine == e.dialect.Name || slices.Contains(e.also, engine) {
			return e.dialect, nil
		}
	}
	if engine == "" {
		return nil, fmt.Errorf("no engine: begin the data source name with postgresql+%[1]s:// or mysql+%[1]s://, or give engine, which is postgresql or mysql", DriverName)
	}
	return nil, fmt.Errorf("the engine is %q; it has to be postgresql or mysql", engine)
}

// complete fills what is missing and checks all of it.
func (cfg *Config) complete(getenv func(string) string) (*dialect.Dialect, error) {
	d, err := findDialect(cfg.Engine)
	if err != nil {
		return nil, err
	}
	cfg.Engine = d.Name
	if err := cfg.FillFromEnv(getenv); err != nil {
		return nil, err
	}
	return d, cfg.check()
}
