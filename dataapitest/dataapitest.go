// Package dataapitest gives a test a Data API of its own: the local server over
// a private PostgreSQL that is started once for the test binary, a fresh
// database for each test.
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
package dataapitest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/internal/localdb"
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
	// Database is the database of this test; nobody else uses it.
	Database string
	// PostgresURL is a connection string of the same database, to look behind
	// the Data API.
	PostgresURL string
	// Server is what answers.
	Server *server.Server
}

// Open returns a database handle on a fresh database. It is closed at the end
// of the test, which fails if a transaction was left open.
func Open(t testing.TB) *sql.DB {
	t.Helper()
	return New(t).Open(t)
}

// New starts a Data API with a fresh database and stops it at the end of the
// test, which fails if a transaction was left open.
func New(t testing.TB) *Server {
	t.Helper()
	pg := postgres(t)
	s := &Server{Database: newName()}
	s.PostgresURL = pg.URL("postgres", s.Database)
	var err error
	s.Server, err = server.New(server.Config{Clusters: []server.Cluster{{
		ARN:     ClusterARN,
		Engine:  "postgresql",
		URL:     pg.URL("postgres", "postgres"),
		Secrets: []server.Secret{{ARN: SecretARN, Username: "postgres"}},
	}}})
	if err != nil {
		t.Fatalf("dataapitest: %v", err)
	}
	web := httptest.NewServer(s.Server)
	s.URL = web.URL
	t.Cleanup(func() {
		web.Close()
		if err := s.Server.Close(); err != nil {
			t.Errorf("dataapitest: close: %v", err)
		}
	})
	s.admin(t, "CREATE DATABASE "+s.Database)
	t.Cleanup(func() {
		if n := s.leftOpen(); n > 0 {
			t.Errorf("dataapitest: the test left %d transactions open", n)
		}
		s.admin(t, "DROP DATABASE "+s.Database+" WITH (FORCE)")
	})
	return s
}

// rollbackGrace is how long a transaction may outlive its test: database/sql
// rolls back in the background when a context ends, as that of the test does.
const rollbackGrace = 2 * time.Second

// leftOpen returns the number of transactions that nobody ends.
func (s *Server) leftOpen() int {
	for deadline := time.Now().Add(rollbackGrace); ; time.Sleep(5 * time.Millisecond) {
		if n := s.Server.OpenTransactions(); n == 0 || time.Now().After(deadline) {
			return n
		}
	}
}

// newName returns a name that no other database has.
func newName() string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand
	return "test_" + hex.EncodeToString(b[:])
}

// admin runs a statement outside of the test's database.
func (s *Server) admin(t testing.TB, statement string) {
	t.Helper()
	cfg := s.Config()
	cfg.Database = "postgres"
	db := open(t, cfg)
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		t.Fatalf("dataapitest: %s: %v", statement, err)
	}
}

// DSN returns a data source name for the driver.
func (s *Server) DSN() string { return s.Config().FormatDSN() }

// Config returns a configuration for the driver.
func (s *Server) Config() *auroradataapi.Config {
	return &auroradataapi.Config{
		Engine:          "postgresql",
		Database:        s.Database,
		ClusterARN:      ClusterARN,
		SecretARN:       SecretARN,
		Region:          Region,
		AccessKeyID:     AccessKeyID,
		SecretAccessKey: SecretAccessKey,
		Endpoint:        s.URL,
	}
}

// Open returns a database handle, which is closed at the end of the test.
func (s *Server) Open(t testing.TB) *sql.DB {
	t.Helper()
	db := open(t, s.Config())
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

// Main runs the tests of a package and stops the private PostgreSQL in the end.
// It is for TestMain:
//
//	func TestMain(m *testing.M) { dataapitest.Main(m) }
//
// A package without it is fine too: the PostgreSQL ends with the test binary,
// and the next start removes its files.
func Main(m *testing.M) {
	code := m.Run()
	shared.Lock()
	defer shared.Unlock()
	if shared.instance != nil {
		_ = shared.instance.Stop()
	}
	os.Exit(code)
}

// shared is the PostgreSQL of the test binary.
var shared struct {
	sync.Mutex
	instance *localdb.Instance
	err      error
}

// postgres returns the PostgreSQL of the test binary and starts it the first
// time.
func postgres(t testing.TB) *localdb.Instance {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.instance == nil && shared.err == nil {
		shared.instance, shared.err = localdb.StartPostgres(context.Background(), localdb.PostgresOptions{
			Notice: func(line string) { t.Log("dataapitest:", line) },
		})
	}
	switch {
	case shared.err == nil:
	case os.Getenv("CI") != "":
		t.Fatalf("dataapitest: needs PostgreSQL: %v", shared.err)
	default:
		t.Skipf("dataapitest: needs PostgreSQL: %v", shared.err)
	}
	return shared.instance
}
