// Package dataapitest gives a test a Data API of its own: the local server over
// a private PostgreSQL or MySQL that is started once for the test binary, a
// fresh database for each test. Tests may run in parallel.
//
//	func TestOrders(t *testing.T) {
//		db := dataapitest.Open(t)
//		_, err := db.Exec(`CREATE TABLE orders (id int)`)
//		…
//	}
//
// An installed PostgreSQL is used, else one that is fetched once. Where neither
// can be had the test is skipped and says what to install; with the environment
// variable CI set it fails instead, so that no run is green for having tested
// nothing.
//
// The server is strict where AWS is strict. Options change its limits, its clock
// makes a transaction expire without waiting, and its faults lose answers,
// throttle or pause the cluster.
package dataapitest

import (
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/server"
)

// The names that every Server goes by.
const (
	Region          = "us-east-1"
	AccessKeyID     = "test"
	SecretAccessKey = "test"
	ClusterARN      = "arn:aws:rds:us-east-1:123456789012:cluster:test"
	SecretARN       = "arn:aws:secretsmanager:us-east-1:123456789012:secret:test"
)

// Server is a running Data API with one cluster and one database.
type Server struct {
	// URL is the endpoint.
	URL string
	// Engine is "postgresql" or "mysql".
	Engine string
	// Database is the database of this test; nobody else uses it.
	Database string
	// DatabaseURL reaches the same database without the Data API: a connection
	// string of pgx, or a data source name of go-sql-driver/mysql.
	DatabaseURL string
	// Server is what answers. Its Faults make it fail on demand.
	Server *server.Server
	// Clock is the clock by which transactions expire and clusters pause.
	Clock *Clock

	calls calls
}

// Clock is a clock that a test moves forward instead of waiting. It is safe for
// concurrent use.
type Clock struct{ ahead atomic.Int64 }

// Now returns the time.
func (c *Clock) Now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// Advance moves the clock forward.
func (c *Clock) Advance(d time.Duration) { c.ahead.Add(int64(d)) }

// Option changes what New and Open start.
type Option func(*options)

type options struct {
	engine engine
	change []func(*server.Config)
}

// MySQL asks for MySQL in place of PostgreSQL. An installed mysqld is used, else
// an installed mariadbd stands in, and the test's log says how it differs: JSON is
// text, for one, and statements may have RETURNING, which MySQL refuses. What has
// to be right on MySQL is to be tested with mysqld.
func MySQL() Option { return func(o *options) { o.engine = mysql } }

// Config changes the server's configuration before it starts: its limits, its
// logger, its faults.
func Config(change func(*server.Config)) Option {
	return func(o *options) { o.change = append(o.change, change) }
}

// Open returns a database handle on a fresh database, of PostgreSQL unless MySQL
// is asked for. It is closed at the end of the test, which fails if a transaction
// was left open.
func Open(t testing.TB, opts ...Option) *sql.DB {
	t.Helper()
	return New(t, opts...).Open(t)
}

// New starts a Data API with a fresh database, of PostgreSQL unless MySQL is asked
// for, and stops it at the end of the test, which fails if a transaction was left
// open. One whose id was lost by a fault, so that nobody can end it, is no failure.
// The database server behind it is one for all tests of the binary.
func New(t testing.TB, opts ...Option) *Server {
	t.Helper()
	o := options{engine: postgresql}
	for _, opt := range opts {
		opt(&o)
	}
	instance := o.engine.shared(t)
	s := &Server{Engine: o.engine.name, Database: newName(), Clock: new(Clock)}
	s.DatabaseURL = o.engine.url(instance, s.Database)
	cfg := server.Config{
		Clusters: []server.Cluster{{
			ARN:     ClusterARN,
			Engine:  o.engine.name,
			URL:     o.engine.url(instance, o.engine.admins),
			Secrets: []server.Secret{{ARN: SecretARN, Username: o.engine.user}},
		}},
		Now: s.Clock.Now,
	}
	for _, change := range o.change {
		change(&cfg)
	}
	var err error
	if s.Server, err = server.New(cfg); err != nil {
		t.Fatalf("dataapitest: %v", err)
	}
	s.calls.next = s.Server
	web := httptest.NewServer(&s.calls)
	s.URL = web.URL
	t.Cleanup(func() {
		web.Close()
		if err := s.Server.Close(); err != nil {
			t.Errorf("dataapitest: close: %v", err)
		}
	})
	o.engine.create(t, instance, s.Database)
	t.Cleanup(func() {
		if n := s.leftOpen(); n > 0 {
			t.Errorf("dataapitest: the test left %d transactions open", n)
		}
		s.Server.ExpireTransactions() // their locks would hold the database up
	})
	return s
}

// newName returns a name that no other database has.
func newName() string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand
	return "test_" + hex.EncodeToString(b[:])
}

// DSN returns a data source name for the driver.
func (s *Server) DSN() string { return s.Config().FormatDSN() }

// Config returns a configuration for the driver.
func (s *Server) Config() *auroradataapi.Config {
	return &auroradataapi.Config{
		Engine:          s.Engine,
		Database:        s.Database,
		ClusterARN:      ClusterARN,
		SecretARN:       SecretARN,
		Region:          Region,
		AccessKeyID:     AccessKeyID,
		SecretAccessKey: SecretAccessKey,
		Endpoint:        s.URL,
	}
}

// Client returns the AWS SDK's client.
func (s *Server) Client() *rdsdata.Client {
	return rdsdata.New(rdsdata.Options{
		Region:       Region,
		BaseEndpoint: aws.String(s.URL),
		Credentials:  credentials.NewStaticCredentialsProvider(AccessKeyID, SecretAccessKey, ""),
		HTTPClient:   plainBodies{awshttp.NewBuildableClient()},
	})
}

// plainBodies is an HTTP client that hides the io.WriterTo of the SDK's request
// bodies. The SDK closes them as soon as an answer begins, and against a server as
// near as this one that loses a race with net/http: WriteTo fails where Read would
// only end, and the connection is closed with the answer on it.
type plainBodies struct{ client aws.HTTPClient }

func (p plainBodies) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		r.Body = struct{ io.ReadCloser }{r.Body}
	}
	return p.client.Do(r)
}

// Open returns a database handle, which is closed at the end of the test. Its
// configuration is that of Config, with the changes; nil is none.
//
//	db := srv.Open(t, func(c *auroradataapi.Config) { c.PageBytes = 60_000 })
func (s *Server) Open(t testing.TB, change ...func(*auroradataapi.Config)) *sql.DB {
	t.Helper()
	cfg := s.Config()
	for _, f := range change {
		if f != nil {
			f(cfg)
		}
	}
	db := open(t, cfg)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("dataapitest: close: %v", err)
		}
	})
	return db
}

func open(t testing.TB, cfg *auroradataapi.Config) *sql.DB {
	t.Helper()
	connector, err := auroradataapi.NewConnector(cfg)
	if err != nil {
		t.Fatalf("dataapitest: %v", err)
	}
	return sql.OpenDB(connector)
}
