package dataapitest_test

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
)

func TestMain(m *testing.M) { dataapitest.Main(m) }

func TestDatabasesAreApart(t *testing.T) {
	a, b := dataapitest.Open(t), dataapitest.Open(t)
	for _, db := range []*sql.DB{a, b} {
		if _, err := db.Exec("CREATE TABLE same (n int)"); err != nil {
			t.Error(err)
		}
	}
}

func TestWaysIn(t *testing.T) {
	srv := dataapitest.New(t)
	if !strings.Contains(srv.PostgresURL, srv.Database) {
		t.Errorf("the URL %s does not name the database %s", srv.PostgresURL, srv.Database)
	}
	byDSN, err := sql.Open(auroradataapi.DriverName, srv.DSN())
	if err != nil {
		t.Fatal(err)
	}
	defer byDSN.Close()
	for name, db := range map[string]*sql.DB{"DSN": byDSN, "Open": srv.Open(t)} {
		var got string
		if err := db.QueryRow("SELECT current_database()").Scan(&got); err != nil || got != srv.Database {
			t.Errorf("%s leads to the database %q, %v; want %s", name, got, err, srv.Database)
		}
	}
}

// tb is a test within a test: it records what fails, and ends when it is told.
type tb struct {
	testing.TB
	cleanups []func()
	failures []string
}

func (t *tb) Cleanup(f func()) { t.cleanups = append(t.cleanups, f) }

func (t *tb) Errorf(format string, args ...any) {
	t.failures = append(t.failures, fmt.Sprintf(format, args...))
}

func (t *tb) end() {
	for _, f := range slices.Backward(t.cleanups) {
		f()
	}
}

func TestOpenTransactionFailsTheTest(t *testing.T) {
	inner := &tb{TB: t}
	db := dataapitest.Open(inner)
	if _, err := db.Begin(); err != nil {
		t.Fatal(err)
	}
	inner.end()
	if len(inner.failures) != 1 || !strings.Contains(inner.failures[0], "left 1 transactions open") {
		t.Errorf("the failures are %q", inner.failures)
	}
}

// TestCancelledTransaction is left open like the one above, but for its
// context, which ends with its test.
func TestCancelledTransaction(t *testing.T) {
	inner := &tb{TB: t}
	db := dataapitest.Open(inner)
	t.Run("begin", func(t *testing.T) {
		if _, err := db.BeginTx(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
	})
	inner.end()
	if len(inner.failures) > 0 {
		t.Errorf("the failures are %q", inner.failures)
	}
}
