package auroradataapi_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/server"
)

// openImpatient opens a database whose service waits for a quarter of a second,
// and whose driver asks again soon. By the clock that transactions expire by, that
// is each time a minute later: those that run a statement do not (F0277).
func openImpatient(t *testing.T, multi auroradataapi.MultiStatements, opts ...dataapitest.Option) *sql.DB {
	t.Helper()
	srv := dataapitest.New(t, append(opts, dataapitest.Config(func(c *server.Config) { c.StatementTimeout = 250 * time.Millisecond }))...)
	cfg := srv.Config()
	cfg.MultiStatements = multi
	cfg.Sleep = func(ctx context.Context, _ time.Duration) error {
		srv.Clock.Advance(time.Minute)
		select {
		case <-time.After(20 * time.Millisecond):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	c, err := auroradataapi.NewConnector(cfg)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(c)
	t.Cleanup(func() { db.Close() })
	return db
}

// TestAwaitInTransaction has a statement outlast the service, in a transaction of
// PostgreSQL, which tells what became of it.
func TestAwaitInTransaction(t *testing.T) {
	db := openImpatient(t, auroradataapi.MultiStatementsOff)
	exec(t, db, "CREATE TABLE w (n int PRIMARY KEY)")
	onward := auroradataapi.ContinueAfterTimeout()

	tx := begin(t, db, nil)
	r, err := tx.Exec("INSERT INTO w SELECT 1 FROM pg_sleep(0.8)", onward)
	if err != nil {
		t.Fatalf("a slow statement: %v", err)
	}
	if _, err := r.RowsAffected(); err == nil {
		t.Error("its rows were counted")
	}
	if _, err := tx.Query("INSERT INTO w SELECT 2 FROM pg_sleep(0.8) RETURNING n", onward); !isApplied(err) {
		t.Errorf("slow rows: %v", err)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if n := query[int](t, db, "SELECT count(*) FROM w"); n != 2 {
		t.Errorf("%d rows, want 2", n)
	}

	tx = begin(t, db, nil)
	_, err = tx.Exec("INSERT INTO w SELECT 1 FROM pg_sleep(0.8)", onward)
	if !errors.Is(err, auroradataapi.ErrStatementTimeout) || !errors.Is(err, auroradataapi.FailedTransaction) {
		t.Errorf("a slow statement that fails: %v", err)
	}
	if err := tx.Commit(); !errors.Is(err, auroradataapi.ErrTransactionRolledBack) {
		t.Errorf("its commit: %v", err)
	}

	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	tx = begin(t, db, nil)
	_, err = tx.ExecContext(ctx, "INSERT INTO w SELECT 3 FROM pg_sleep(1)", onward)
	if !errors.Is(err, auroradataapi.ErrStatementTimeout) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a wait that was given up: %v", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Error(err)
	}
}

func isApplied(err error) bool {
	var incomplete *auroradataapi.IncompleteError
	return errors.As(err, &incomplete) && incomplete.Applied
}

// TestAwaitOutside has one outlast the service where nobody tells what became of
// it. The call returns when it has ended.
func TestAwaitOutside(t *testing.T) {
	slow := map[string]string{"postgresql": "INSERT INTO w SELECT 1 FROM pg_sleep(1)", "mysql": "INSERT INTO w SELECT SLEEP(1)"}
	for engine, opts := range map[string][]dataapitest.Option{"postgresql": nil, "mysql": {dataapitest.MySQL()}} {
		t.Run(engine, func(t *testing.T) {
			db := openImpatient(t, auroradataapi.MultiStatementsOff, opts...)
			exec(t, db, "CREATE TABLE w (n int)")
			_, err := db.Exec(slow[engine], auroradataapi.ContinueAfterTimeout())
			if !errors.Is(err, auroradataapi.ErrStatementTimeout) || !errors.Is(err, auroradataapi.ErrOutcomeUnknown) ||
				!strings.Contains(err.Error(), "has ended in the database since") {
				t.Errorf("got %v", err)
			}
			if n := query[int](t, db, "SELECT count(*) FROM w"); n != 1 {
				t.Errorf("%d rows when the call returned, want 1", n)
			}
		})
	}
}

// TestAwaitScript has a slow statement in a migration.
func TestAwaitScript(t *testing.T) {
	db := openImpatient(t, auroradataapi.MultiStatementsInTransaction)
	if _, err := db.Exec("CREATE TABLE w (n int); INSERT INTO w SELECT 1 FROM pg_sleep(0.8); INSERT INTO w SELECT n + 1 FROM w",
		auroradataapi.ContinueAfterTimeout()); err != nil {
		t.Fatal(err)
	}
	if n := query[int](t, db, "SELECT sum(n) FROM w"); n != 3 {
		t.Errorf("the sum is %d, want 3", n)
	}
}
