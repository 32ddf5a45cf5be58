package dataapitest

import (
	"context"
	"errors"
	"net/http/httptest"
	"os"
	"sync"
	"testing"

	"github.com/auroradataapi/auroradataapi/internal/localdb"
	"github.com/auroradataapi/auroradataapi/server"
)

// engine is a kind of database, of which the test binary runs one at most.
type engine struct {
	*instance
	name   string // as the configurations of server and driver call it
	user   string // who may do everything
	admins string // a database that is always there
	drop   string // what is said behind DROP DATABASE and a name
	url    func(i *localdb.Instance, database string) string
	start  func(ctx context.Context, notice func(string)) (*localdb.Instance, error)
}

// instance is the database server of the test binary.
type instance struct {
	mu      sync.Mutex
	running *localdb.Instance
	err     error
}

var postgresql = engine{
	instance: new(instance),
	name:     "postgresql",
	user:     "postgres",
	admins:   "postgres",
	drop:     " WITH (FORCE)",
	url:      func(i *localdb.Instance, database string) string { return i.URL("postgres", database) },
	start: func(ctx context.Context, notice func(string)) (*localdb.Instance, error) {
		return localdb.StartPostgres(ctx, localdb.PostgresOptions{Notice: notice})
	},
}

var mysql = engine{
	instance: new(instance),
	name:     "mysql",
	user:     "root",
	admins:   "mysql",
	url:      func(i *localdb.Instance, database string) string { return i.DSN("root", database) },
	start: func(ctx context.Context, notice func(string)) (*localdb.Instance, error) {
		return localdb.StartMySQL(ctx, localdb.MySQLOptions{Notice: notice})
	},
}

// Main runs the tests of a package and stops the private databases in the end.
// It is for TestMain:
//
//	func TestMain(m *testing.M) { dataapitest.Main(m) }
//
// A package without it is fine too: the databases end with the test binary, and
// the next start removes their files.
func Main(m interface{ Run() int }) {
	code := m.Run()
	if err := errors.Join(postgresql.stop(), mysql.stop()); err != nil {
		_, _ = os.Stderr.WriteString("dataapitest: " + err.Error() + "\n")
		code = max(code, 1)
	}
	os.Exit(code)
}

func (i *instance) stop() error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.running == nil {
		return nil
	}
	return i.running.Stop()
}

// shared returns the database server of the test binary and starts it the first
// time.
func (e engine) shared(t testing.TB) *localdb.Instance {
	t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.running == nil && e.err == nil {
		e.running, e.err = e.start(context.Background(), func(line string) { t.Log("dataapitest:", line) })
	}
	switch {
	case e.err == nil:
	case os.Getenv("CI") != "":
		t.Fatalf("dataapitest: needs %s: %v", e.name, e.err)
	default:
		t.Skipf("dataapitest: needs %s: %v", e.name, e.err)
	}
	return e.running
}

// create makes a database that is dropped at the end of the test.
func (e engine) create(t testing.TB, i *localdb.Instance, database string) {
	t.Helper()
	e.admin(t, i, "CREATE DATABASE "+database)
	t.Cleanup(func() { e.admin(t, i, "DROP DATABASE "+database+e.drop) })
}

// admin runs a statement outside of the test's database, by a server that has
// none of the test's faults.
func (e engine) admin(t testing.TB, i *localdb.Instance, statement string) {
	t.Helper()
	srv, err := server.New(server.Config{Clusters: []server.Cluster{{
		ARN: ClusterARN, Engine: e.name, URL: e.url(i, e.admins), Secrets: []server.Secret{{ARN: SecretARN, Username: e.user}},
	}}})
	if err != nil {
		t.Fatalf("dataapitest: %v", err)
	}
	defer srv.Close()
	web := httptest.NewServer(srv)
	defer web.Close()
	db := open(t, (&Server{URL: web.URL, Engine: e.name, Database: e.admins}).Config())
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		t.Fatalf("dataapitest: %s: %v", statement, err)
	}
}
