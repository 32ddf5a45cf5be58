package auroradataapi_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
)

func begin(t *testing.T, db *sql.DB, opts *sql.TxOptions) *sql.Tx {
	t.Helper()
	tx, err := db.BeginTx(context.Background(), opts)
	if err != nil {
		t.Fatal(err)
	}
	return tx
}

func TestCommitAndRollback(t *testing.T) {
	srv := dataapitest.New(t)
	db := srv.Open(t)
	exec(t, db, "CREATE TABLE a (n int)")

	tx := begin(t, db, nil)
	exec(t, tx, "INSERT INTO a VALUES (1)")
	if n := query[int](t, db, "SELECT count(*) FROM a"); n != 0 {
		t.Errorf("another session sees %d rows of an open transaction", n)
	}
	if n := query[int](t, tx, "SELECT count(*) FROM a"); n != 1 {
		t.Errorf("the transaction sees %d rows of its own", n)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}

	tx = begin(t, db, nil)
	exec(t, tx, "INSERT INTO a VALUES (2)")
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if n := query[int](t, db, "SELECT count(*) FROM a"); n != 1 {
		t.Errorf("%d rows, want 1", n)
	}
	if n := srv.Server.OpenTransactions(); n != 0 {
		t.Errorf("%d transactions are open", n)
	}
}

func TestTransactionControlAsSQL(t *testing.T) {
	db := dataapitest.Open(t)
	tx := begin(t, db, nil)
	defer tx.Rollback()
	for _, statement := range []string{"BEGIN", "COMMIT", "/* x */ rollback;", "START TRANSACTION", "end", "ABORT"} {
		for _, q := range []interface {
			Exec(string, ...any) (sql.Result, error)
		}{db, tx} {
			if _, err := q.Exec(statement); err == nil || !strings.Contains(err.Error(), "BeginTx") {
				t.Errorf("%s: got %v", statement, err)
			}
		}
	}
	exec(t, tx, "SAVEPOINT s")
	if _, err := tx.Exec("SELECT 1/0"); err == nil {
		t.Error("1/0 has a result")
	}
	exec(t, tx, "ROLLBACK TO SAVEPOINT s")
	exec(t, tx, "RELEASE SAVEPOINT s")
	if err := tx.Commit(); err != nil {
		t.Error(err)
	}
}

func TestCommitOfFailedTransaction(t *testing.T) {
	db := dataapitest.Open(t)
	exec(t, db, "CREATE TABLE f (n int)")
	tx := begin(t, db, nil)
	exec(t, tx, "INSERT INTO f VALUES (1)")
	if _, err := tx.Exec("SELECT 1/0"); err == nil {
		t.Fatal("1/0 has a result")
	}
	_, err := tx.Exec("SELECT 1")
	var e *auroradataapi.Error
	if !errors.As(err, &e) || e.Code != "25P02" {
		t.Errorf("a statement in a failed transaction: %v", err)
	}
	if err := tx.Commit(); err == nil || !strings.Contains(err.Error(), "rolled back") {
		t.Errorf("Commit: %v", err)
	}
	if n := query[int](t, db, "SELECT count(*) FROM f"); n != 0 {
		t.Errorf("%d rows", n)
	}
}

// TestCancelledTransaction lets the context of a transaction end in the middle
// of a statement. database/sql then rolls back.
func TestCancelledTransaction(t *testing.T) {
	srv := dataapitest.New(t)
	db := srv.Open(t)
	exec(t, db, "CREATE TABLE x (n int)")
	cancelledRunning(t, sleeping(t, srv, srv.Open(t)), func(ctx context.Context) error {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		if _, err := tx.Exec("INSERT INTO x VALUES (1)"); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "SELECT pg_sleep(30)")
		if commit := tx.Commit(); commit == nil {
			t.Error("a cancelled transaction was committed")
		}
		return err
	})
	eventually(t, "transactions are open", srv.Server.OpenTransactions, 0)
	if n := query[int](t, db, "SELECT count(*) FROM x"); n != 0 {
		t.Errorf("%d rows", n)
	}
}

// TestClosedPool ends a transaction after its pool was closed.
func TestClosedPool(t *testing.T) {
	srv := dataapitest.New(t)
	db := srv.Open(t)
	exec(t, db, "CREATE TABLE p (n int)")
	tx := begin(t, db, nil)
	exec(t, tx, "INSERT INTO p VALUES (1)")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if n := query[int](t, srv.Open(t), "SELECT count(*) FROM p"); n != 1 {
		t.Errorf("%d rows", n)
	}
}
