package auroradataapi_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/server"
)

// openImpatient opens a database whose service waits as long as a busy machine
// needs for what is not slow, and whose driver asks again soon. By the clock that
// transactions expire by, that is each time a minute later: those that run a
// statement do not (F0277). There are a table w and one for slowly.
func openImpatient(t *testing.T, multi auroradataapi.MultiStatements, opts ...dataapitest.Option) (*sql.DB, *kindCounter) {
	t.Helper()
	srv := dataapitest.New(t, append(opts, dataapitest.Config(func(c *server.Config) { c.StatementTimeout = 2 * time.Second }))...)
	kinds := new(kindCounter)
	db := srv.Open(t, func(c *auroradataapi.Config) {
		c.MultiStatements, c.Tracer = multi, kinds
		c.Sleep = func(ctx context.Context, _ time.Duration) error {
			srv.Clock.Advance(time.Minute)
			select {
			case <-time.After(20 * time.Millisecond):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	})
	exec(t, db, "CREATE TABLE gate (n int)")
	exec(t, db, "INSERT INTO gate VALUES (1)")
	exec(t, db, "CREATE TABLE w (n int PRIMARY KEY)")
	return db, kinds
}

// slowly runs something while a transaction keeps the row of the table gate, which
// it gives free when the driver has asked whether a statement still runs.
func slowly(t *testing.T, db *sql.DB, kinds *kindCounter, run func()) {
	t.Helper()
	keeper := begin(t, db, nil)
	exec(t, keeper, "UPDATE gate SET n = n + 1")
	asked, returned := kinds.count(auroradataapi.CallAwait), make(chan struct{})
	var waiting sync.WaitGroup
	waiting.Go(func() {
		defer keeper.Rollback() // it may have expired
		for kinds.count(auroradataapi.CallAwait) == asked {
			select {
			case <-returned:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	})
	defer waiting.Wait()
	defer close(returned)
	run()
}

// TestAwaitInTransaction has a statement outlast the service, in a transaction of
// PostgreSQL, which tells what became of it.
func TestAwaitInTransaction(t *testing.T) {
	t.Parallel()
	db, kinds := openImpatient(t, auroradataapi.MultiStatementsOff)
	onward := auroradataapi.ContinueAfterTimeout()

	tx := begin(t, db, nil)
	slowly(t, db, kinds, func() {
		r, err := tx.Exec("INSERT INTO w SELECT 1 FROM gate FOR UPDATE", onward)
		if err != nil {
			t.Fatalf("a slow statement: %v", err)
		}
		if _, err := r.RowsAffected(); err == nil {
			t.Error("its rows were counted")
		}
	})
	if err := tx.Commit(); err != nil {
		t.Error(err)
	}
	tx = begin(t, db, nil)
	slowly(t, db, kinds, func() {
		if _, err := tx.Query("INSERT INTO w SELECT 2 FROM gate FOR UPDATE RETURNING n", onward); !isApplied(err) {
			t.Errorf("slow rows: %v", err)
		}
	})
	if err := tx.Commit(); err != nil {
		t.Error(err)
	}
	if n := query[int](t, db, "SELECT count(*) FROM w"); n != 2 {
		t.Errorf("%d rows, want 2", n)
	}

	tx = begin(t, db, nil)
	slowly(t, db, kinds, func() {
		_, err := tx.Exec("INSERT INTO w SELECT 1 FROM gate FOR UPDATE", onward)
		if !errors.Is(err, auroradataapi.ErrStatementTimeout) || !errors.Is(err, auroradataapi.FailedTransaction) {
			t.Errorf("a slow statement that fails: %v", err)
		}
	})
	if err := tx.Commit(); !errors.Is(err, auroradataapi.ErrTransactionRolledBack) {
		t.Errorf("its commit: %v", err)
	}

	tx = begin(t, db, nil)
	slowly(t, db, kinds, func() {
		asked := kinds.count(auroradataapi.CallAwait)
		ctx := deadlineWhen(t, func() bool { return kinds.count(auroradataapi.CallAwait) > asked })
		_, err := tx.ExecContext(ctx, "INSERT INTO w SELECT 3 FROM gate, pg_sleep(5) FOR UPDATE OF gate", onward)
		if !errors.Is(err, auroradataapi.ErrStatementTimeout) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a wait that was given up: %v", err)
		}
	})
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
	for engine, opts := range map[string][]dataapitest.Option{"postgresql": nil, "mysql": {dataapitest.MySQL()}} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			db, kinds := openImpatient(t, auroradataapi.MultiStatementsOff, opts...)
			slowly(t, db, kinds, func() {
				_, err := db.Exec("INSERT INTO w SELECT 1 FROM gate FOR UPDATE", auroradataapi.ContinueAfterTimeout())
				if !errors.Is(err, auroradataapi.ErrStatementTimeout) || !errors.Is(err, auroradataapi.ErrOutcomeUnknown) ||
					!strings.Contains(err.Error(), "has ended in the database since") {
					t.Errorf("got %v", err)
				}
			})
			if n := query[int](t, db, "SELECT count(*) FROM w"); n != 1 {
				t.Errorf("%d rows when the call returned, want 1", n)
			}
		})
	}
}

// TestAwaitScript has a slow statement in a migration.
func TestAwaitScript(t *testing.T) {
	t.Parallel()
	db, kinds := openImpatient(t, auroradataapi.MultiStatementsInTransaction)
	slowly(t, db, kinds, func() {
		if _, err := db.Exec("INSERT INTO w SELECT 1 FROM gate FOR UPDATE; INSERT INTO w SELECT n + 1 FROM w",
			auroradataapi.ContinueAfterTimeout()); err != nil {
			t.Error(err)
		}
	})
	if n := query[int](t, db, "SELECT sum(n) FROM w"); n != 3 {
		t.Errorf("the sum is %d, want 3", n)
	}
}
