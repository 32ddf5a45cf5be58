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
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// nested runs f in a savepoint, as ORMs do for a transaction in a transaction.
func nested(t *testing.T, tx *sql.Tx, name string, f func() error) error {
	t.Helper()
	exec(t, tx, "SAVEPOINT "+name)
	if err := f(); err != nil {
		exec(t, tx, "ROLLBACK TO SAVEPOINT "+name)
		return err
	}
	exec(t, tx, "RELEASE SAVEPOINT "+name)
	return nil
}

func TestNestedTransactions(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, srv *dataapitest.Server) {
		db := srv.Open(t)
		exec(t, db, "CREATE TABLE s (n int PRIMARY KEY)")
		tx := begin(t, db, nil)
		defer tx.Rollback()
		exec(t, tx, "INSERT INTO s VALUES (1)")
		undo := errors.New("undo")
		for _, inner := range []struct {
			name string
			run  func() error
			want error
		}{
			{"a", func() error { exec(t, tx, "INSERT INTO s VALUES (2)"); return nil }, nil},
			{"b", func() error { exec(t, tx, "INSERT INTO s VALUES (3)"); return undo }, undo},
			{"c", func() error { _, err := tx.Exec("INSERT INTO s VALUES (1)"); return err }, auroradataapi.UniqueViolation},
			{"d", func() error {
				exec(t, tx, "INSERT INTO s VALUES (4)")
				return nested(t, tx, "e", func() error { _, err := tx.Exec("SELECT nope"); return err })
			}, auroradataapi.UndefinedColumn},
			{"f", func() error { exec(t, tx, "INSERT INTO s VALUES (5)"); return nil }, nil},
		} {
			if err := nested(t, tx, inner.name, inner.run); !errors.Is(err, inner.want) {
				t.Errorf("%s: got %v, want %v", inner.name, err, inner.want)
			}
		}
		if err := tx.Commit(); err != nil {
			t.Error(err)
		}
		var got []int
		rows, err := db.Query("SELECT n FROM s ORDER BY n")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var n int
			if err := rows.Scan(&n); err != nil {
				t.Fatal(err)
			}
			got = append(got, n)
		}
		if len(got) != 3 || got[0] != 1 || got[1] != 2 || got[2] != 5 {
			t.Errorf("committed %v, want 1, 2 and 5", got)
		}
	})
}

// TestDeadlock has two transactions take two rows in opposite order. The one
// that the database picks must not be committed, whatever it does afterwards.
func TestDeadlock(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, srv *dataapitest.Server) {
		db := srv.Open(t)
		exec(t, db, "CREATE TABLE d (id int PRIMARY KEY, n int)")
		exec(t, db, "INSERT INTO d VALUES (1, 0), (2, 0), (3, 0)")
		txs := [2]*sql.Tx{begin(t, db, nil), begin(t, db, nil)}
		for i, tx := range txs {
			defer tx.Rollback()
			exec(t, tx, "UPDATE d SET n = n + 1 WHERE id = "+[]string{"1", "2"}[i])
		}
		errs := [2]error{}
		err := together(2, func(i int) error {
			time.Sleep(time.Duration(i) * 100 * time.Millisecond)
			_, errs[i] = txs[i].Exec("UPDATE d SET n = n + 1 WHERE id = " + []string{"2", "1"}[i])
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		victim := 0
		if errs[victim] == nil {
			victim = 1
		}
		if errs[1-victim] != nil || !errors.Is(errs[victim], auroradataapi.DeadlockDetected) {
			t.Fatalf("the two returned %v", errs)
		}
		_, err = txs[victim].Exec("UPDATE d SET n = 100 WHERE id = 3")
		if !errors.Is(err, auroradataapi.FailedTransaction) {
			t.Errorf("a statement behind the deadlock: %v", err)
		}
		err = txs[victim].Commit()
		if !errors.Is(err, auroradataapi.DeadlockDetected) || !errors.Is(err, auroradataapi.ErrTransactionRolledBack) {
			t.Errorf("Commit behind the deadlock: %v", err)
		}
		if err := txs[1-victim].Commit(); err != nil {
			t.Errorf("Commit of the other: %v", err)
		}
		if sum := query[int](t, db, "SELECT sum(n) FROM d"); sum != 2 {
			t.Errorf("the sum is %d, want 2", sum)
		}
	})
}

// TestExpired waits longer for the next call of a transaction than the service
// does.
func TestExpired(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, srv *dataapitest.Server) {
		db := srv.Open(t)
		for name, call := range map[string]func(*sql.Tx) error{
			"a statement": func(tx *sql.Tx) error { _, err := tx.Exec("SELECT 1"); return err },
			"Commit":      (*sql.Tx).Commit,
			"Rollback":    (*sql.Tx).Rollback,
		} {
			tx := begin(t, db, nil)
			srv.Clock.Advance(wire.TransactionIdleTimeout + time.Minute)
			if err := call(tx); !errors.Is(err, auroradataapi.ErrTransactionNotFound) {
				t.Errorf("%s: got %v", name, err)
			}
			_ = tx.Rollback()
		}
		tx := begin(t, db, nil)
		srv.Clock.Advance(wire.TransactionIdleTimeout + time.Minute)
		_, _ = tx.Exec("SELECT 1")
		if err := tx.Commit(); !errors.Is(err, auroradataapi.ErrTransactionNotFound) {
			t.Errorf("Commit behind a statement that found no transaction: %v", err)
		}
	})
}

// TestImplicitCommit holds what the documentation says of DDL.
func TestImplicitCommit(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, srv *dataapitest.Server) {
		db := srv.Open(t)
		exec(t, db, "CREATE TABLE i (n int)")
		tx := begin(t, db, nil)
		exec(t, tx, "INSERT INTO i VALUES (1)")
		exec(t, tx, "CREATE TABLE j (n int)")
		if err := tx.Rollback(); err != nil {
			t.Error(err)
		}
		want := map[string]int{"postgresql": 0, "mysql": 1}[srv.Engine]
		if n := query[int](t, db, "SELECT count(*) FROM i"); n != want {
			t.Errorf("%d rows are left, want %d", n, want)
		}
	})
}

// TestRefusedInATransaction sends what would end it, in the forms that only
// MySQL has.
func TestRefusedInATransaction(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, srv *dataapitest.Server) {
		db := srv.Open(t)
		exec(t, db, "CREATE TABLE r (n int)")
		tx := begin(t, db, nil)
		defer tx.Rollback()
		exec(t, tx, "INSERT INTO r VALUES (1)")
		refused := []string{"COMMIT", "SELECT 1; ROLLBACK", "/* */ BEGIN"}
		if srv.Engine == "mysql" {
			refused = append(refused, "SET autocommit = 1", "LOCK TABLES r WRITE", "UNLOCK TABLES", "XA START 'x'", "/*!50000 COMMIT */")
		} else {
			refused = append(refused, "PREPARE TRANSACTION 'x'", "END", "ABORT")
		}
		for _, statement := range refused {
			if _, err := tx.ExecContext(context.Background(), statement); err == nil || !strings.Contains(err.Error(), "is not sent") {
				t.Errorf("%s: got %v", statement, err)
			}
		}
		if err := tx.Rollback(); err != nil {
			t.Error(err)
		}
		if n := query[int](t, db, "SELECT count(*) FROM r"); n != 0 {
			t.Errorf("%d rows", n)
		}
	})
}

// TestLockWaitOnMySQL waits too long for a lock: the database undoes the
// statement, and not what the transaction did before.
func TestLockWaitOnMySQL(t *testing.T) {
	t.Parallel()
	db := dataapitest.New(t, dataapitest.MySQL()).Open(t)
	exec(t, db, "CREATE TABLE w (id int PRIMARY KEY, n int)")
	exec(t, db, "INSERT INTO w VALUES (1, 0), (2, 0)")
	holder, waiter := begin(t, db, nil), begin(t, db, nil)
	defer holder.Rollback()
	defer waiter.Rollback()
	exec(t, holder, "UPDATE w SET n = 1 WHERE id = 1")
	exec(t, waiter, "SET innodb_lock_wait_timeout = 1")
	exec(t, waiter, "UPDATE w SET n = 2 WHERE id = 2")
	if _, err := waiter.Exec("UPDATE w SET n = 2 WHERE id = 1"); !errors.Is(err, auroradataapi.LockNotAvailable) {
		t.Errorf("got %v", err)
	}
	exec(t, waiter, "UPDATE w SET n = n + 1 WHERE id = 2")
	if err := errors.Join(waiter.Commit(), holder.Commit()); err != nil {
		t.Error(err)
	}
	if n := query[int](t, db, "SELECT sum(n) FROM w"); n != 4 {
		t.Errorf("the sum is %d, want 4", n)
	}
}
