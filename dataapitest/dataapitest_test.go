package dataapitest_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/server"
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
	if !strings.Contains(srv.DatabaseURL, srv.Database) {
		t.Errorf("the URL %s does not name the database %s", srv.DatabaseURL, srv.Database)
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

// mayCancel ends the test behind a transaction whose context has ended, which is no
// failure.
func (t *tb) mayCancel(outer *testing.T, db *sql.DB) {
	outer.Helper()
	outer.Run("begin", func(outer *testing.T) {
		if _, err := db.BeginTx(outer.Context(), nil); err != nil {
			outer.Fatal(err)
		}
	})
	t.end()
	if len(t.failures) > 0 {
		outer.Errorf("the failures are %q", t.failures)
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
	inner.mayCancel(t, db)
}

// TestSlowRollback ends a transaction after its test, by a rollback that takes
// longer than anybody waits where nothing happens.
func TestSlowRollback(t *testing.T) {
	t.Parallel()
	inner := &tb{TB: t}
	srv := dataapitest.New(inner)
	db := srv.Open(inner)
	if err := srv.Server.Faults().Add(server.Fault{Operation: "RollbackTransaction", Kind: server.FaultDelay, Delay: 4 * time.Second}); err != nil {
		t.Fatal(err)
	}
	inner.mayCancel(t, db)
}

// TestLostTransaction opens two transactions without being told of one.
func TestLostTransaction(t *testing.T) {
	for _, left := range []bool{false, true} {
		inner := &tb{TB: t}
		srv := dataapitest.New(inner)
		fault := server.Fault{Operation: "BeginTransaction", Times: 1, Kind: server.FaultDrop, Executed: true}
		if err := srv.Server.Faults().Add(fault); err != nil {
			t.Fatal(err)
		}
		noPause := func(c *auroradataapi.Config) { c.Sleep = func(context.Context, time.Duration) error { return nil } }
		tx, err := srv.Open(inner, noPause).Begin()
		if err != nil {
			t.Fatal(err)
		}
		if n := srv.Server.OpenTransactions(); n != 2 {
			t.Errorf("%d transactions are open", n)
		}
		if !left {
			if err := tx.Rollback(); err != nil {
				t.Error(err)
			}
		}
		inner.end()
		if want := map[bool]int{true: 1}[left]; len(inner.failures) != want || left && !strings.Contains(inner.failures[0], "left 1 transactions open") {
			t.Errorf("left %t: the failures are %q", left, inner.failures)
		}
	}
}

func TestMySQL(t *testing.T) {
	srv := dataapitest.New(t, dataapitest.MySQL())
	db := srv.Open(t)
	if _, err := db.Exec("CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20), at DATETIME(6))"); err != nil {
		t.Fatal(err)
	}
	at := time.Date(2024, 1, 15, 3, 34, 56, 789_012_000, time.UTC)
	r, err := db.Exec("INSERT INTO t (name, at) VALUES (?, ?)", "Zürich", at)
	if err != nil {
		t.Fatal(err)
	}
	if id, err := r.LastInsertId(); id != 1 || err != nil {
		t.Errorf("the id is %d, %v", id, err)
	}
	var database, name string
	var back time.Time
	if err := db.QueryRow("SELECT database(), name, at FROM t WHERE id = ?", 1).Scan(&database, &name, &back); err != nil {
		t.Fatal(err)
	}
	if database != srv.Database || name != "Zürich" || !back.Equal(at) {
		t.Errorf("got %q, %q, %v", database, name, back)
	}
}

func TestClock(t *testing.T) {
	srv := dataapitest.New(t)
	tx, err := srv.Open(t).Begin()
	if err != nil {
		t.Fatal(err)
	}
	srv.Clock.Advance(4 * time.Minute)
	var e *auroradataapi.Error
	if _, err := tx.Exec("SELECT 1"); !errors.As(err, &e) || e.Type != "TransactionNotFoundException" {
		t.Errorf("four minutes later: %v", err)
	}
	_ = tx.Rollback()
}

func TestConfig(t *testing.T) {
	srv := dataapitest.New(t, dataapitest.Config(func(c *server.Config) { c.StatementTimeout = time.Second }))
	_, err := srv.Open(t).Exec("SELECT pg_sleep(30)")
	var e *auroradataapi.Error
	if !errors.As(err, &e) || e.Type != "StatementTimeoutException" {
		t.Errorf("got %v", err)
	}
}

func TestClient(t *testing.T) {
	srv := dataapitest.New(t)
	out, err := srv.Client().ExecuteStatement(t.Context(), &rdsdata.ExecuteStatementInput{
		ResourceArn: aws.String(dataapitest.ClusterARN), SecretArn: aws.String(dataapitest.SecretARN),
		Database: &srv.Database, Sql: aws.String("SELECT 42"),
	})
	if err != nil || len(out.Records) != 1 {
		t.Errorf("got %v, %v", out, err)
	}
}
