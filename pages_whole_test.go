package auroradataapi_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/server"
)

// TestSetsOfFunctions reads what functions return that PostgreSQL runs while their rows
// are read, and begins anew in each subtransaction.
func TestSetsOfFunctions(t *testing.T) {
	db := withLog(t).Open(t)
	exec(t, db, "CREATE FUNCTION texts() RETURNS SETOF text LANGUAGE sql STABLE AS 'SELECT id || t FROM big'")
	exec(t, db, "CREATE FUNCTION few(n int) RETURNS SETOF text LANGUAGE sql STABLE AS 'SELECT n || t FROM big WHERE id <= 10'")
	for _, q := range []string{"SELECT texts()", "SELECT few(i) FROM generate_series(1, 300) i"} {
		for _, paging := range []auroradataapi.Paging{auroradataapi.PagingAuto, auroradataapi.PagingAlways} {
			for _, options := range []*sql.TxOptions{nil, {ReadOnly: true}} {
				tx := begin(t, db, options)
				rows, err := tx.Query(q, auroradataapi.WithPaging(paging))
				if err != nil {
					t.Fatal(err)
				}
				n := 0
				for rows.Next() && n < 4000 { // or they might go on for ever
					n++
				}
				if err := errors.Join(rows.Err(), rows.Close()); n != 3000 || err != nil {
					t.Errorf("%s, %s, %+v: %d rows, %v", q, paging, options, n, err)
				}
				tx.Rollback()
			}
		}
	}
}

// TestPagesAreNotRepeated loses the answer to a page, under an option that lets the
// statement be sent again: the page would not come again, but the one behind it.
func TestPagesAreNotRepeated(t *testing.T) {
	srv := withLog(t)
	db := srv.Open(t, func(c *auroradataapi.Config) {
		c.Sleep = func(context.Context, time.Duration) error { return nil }
	})
	for _, kind := range []server.FaultKind{server.FaultDrop, server.FaultTruncate} {
		f := server.Fault{SQL: `_page\('`, Kind: kind, Executed: true, After: 1, Times: 1}
		if err := srv.Server.Faults().Add(f); err != nil {
			t.Fatal(err)
		}
		rows, err := db.Query("SELECT id, t FROM big", auroradataapi.Repeatable())
		n, err := drain(rows, err)
		var e *auroradataapi.IncompleteError
		if !errors.As(err, &e) || int(e.Rows) != n || n == 3000 {
			t.Errorf("%s: %d rows, %v", kind, n, err)
		}
		srv.Server.Faults().Clear()
	}
}

// TestHandledErrors has a function write that handles the error of not being able to.
func TestHandledErrors(t *testing.T) {
	srv := withLog(t)
	exec(t, srv.Open(t), `CREATE FUNCTION tried(i int) RETURNS int LANGUAGE plpgsql AS
		'BEGIN INSERT INTO log VALUES (i); RETURN i; EXCEPTION WHEN OTHERS THEN RETURN i; END'`)
	for name, change := range map[string]func(*auroradataapi.Config){
		"auto": func(*auroradataapi.Config) {}, "always": always,
		"with a setting": func(c *auroradataapi.Config) { c.Settings = map[string]string{"work_mem": "8MB"} },
	} {
		db := srv.Open(t, change)
		for run := 1; run <= 3; run++ {
			exec(t, db, "DELETE FROM log")
			rows, err := db.Query("SELECT tried(id), t FROM big")
			if n, err := drain(rows, err); n != 3000 || err != nil {
				t.Errorf("%s, run %d: %d rows, %v", name, run, n, err)
			}
			if n := query[int](t, db, "SELECT count(*) FROM log"); n != 3000 {
				t.Errorf("%s, run %d: %d rows were written", name, run, n)
			}
		}
	}
}

// TestExecutedAtOnce has what a query of the caller's transaction does be done when its
// first row is there, whatever is done before its last.
func TestExecutedAtOnce(t *testing.T) {
	srv := withLog(t)
	for _, prefetch := range []bool{true, false} {
		db := srv.Open(t, always, func(c *auroradataapi.Config) { c.NoPrefetch = !prefetch })
		tx := begin(t, db, nil)
		read := func(q string, between func()) int {
			t.Helper()
			rows, err := tx.Query(q)
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for ; rows.Next(); n++ {
				if n == 0 {
					between()
				}
			}
			if err := rows.Err(); err != nil {
				t.Errorf("%s: %v", q, err)
			}
			return n
		}
		if n := read("SELECT id, t FROM big ORDER BY id FOR UPDATE", func() { exec(t, tx, "UPDATE big SET t = t || 'y'") }); n != 3000 {
			t.Errorf("%d rows that were updated while they were read", n)
		}
		if n := read("SELECT note(id), t FROM big", func() { exec(t, tx, "SAVEPOINT s") }); n != 3000 {
			t.Errorf("%d rows of a function", n)
		}
		exec(t, tx, "ROLLBACK TO SAVEPOINT s")
		rows, err := tx.Query("SELECT CASE id WHEN 2900 THEN note(0) ELSE id END, t FROM big")
		if err != nil || !rows.Next() {
			t.Fatalf("no row, %v", err)
		}
		if err := rows.Close(); err != nil {
			t.Error(err)
		}
		if n := query[int](t, tx, "SELECT count(*) FROM log"); n != 3001 {
			t.Errorf("%d rows were written", n)
		}
		tx.Rollback()
	}
}

// TestRollbackToBetweenRows takes the cursor of open rows away: they end with an error,
// and the transaction goes on.
func TestRollbackToBetweenRows(t *testing.T) {
	srv := withLog(t)
	for _, prefetch := range []bool{true, false} {
		for _, read := range []bool{true, false} {
			tx := begin(t, srv.Open(t), nil)
			exec(t, tx, "SAVEPOINT s")
			rows, err := tx.Query("SELECT id, t FROM big", auroradataapi.WithPrefetch(prefetch))
			if err != nil || !rows.Next() {
				t.Fatalf("no row, %v", err)
			}
			exec(t, tx, "ROLLBACK TO SAVEPOINT s")
			if read {
				n := 1
				for rows.Next() {
					n++
				}
				var e *auroradataapi.IncompleteError
				if err := rows.Err(); !errors.As(err, &e) || int(e.Rows) != n {
					t.Errorf("%d rows, %v", n, err)
				}
			} else if err := rows.Close(); err != nil {
				t.Error(err)
			}
			exec(t, tx, "INSERT INTO log VALUES (1)")
			if err := tx.Rollback(); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestFailureBetweenRows has a statement fail between two rows and be taken back: the
// page that is fetched ahead may meet the transaction in between.
func TestFailureBetweenRows(t *testing.T) {
	srv := withLog(t)
	db := srv.Open(t, always)
	exec(t, db, "CREATE TABLE one (i int PRIMARY KEY)")
	for _, q := range []string{"SELECT id, t FROM big", "INSERT INTO log SELECT id FROM big RETURNING i, repeat('x', 1000)"} {
		for range 5 {
			tx := begin(t, db, nil)
			rows, err := tx.Query(q)
			if err != nil {
				t.Fatal(err)
			}
			exec(t, tx, "SAVEPOINT s")
			n := 0
			for ; rows.Next(); n++ {
				if n > 3 {
					continue
				}
				if _, err := tx.Exec("INSERT INTO one VALUES (NULL)"); err == nil {
					t.Fatal("no error")
				}
				exec(t, tx, "ROLLBACK TO SAVEPOINT s")
			}
			if n != 3000 || rows.Err() != nil {
				t.Errorf("%s: %d rows, %v", q, n, rows.Err())
			}
			tx.Rollback()
		}
	}
}

// TestClosedTooLate closes rows when the time of their statement is over, with which
// what it changed is rolled back.
func TestClosedTooLate(t *testing.T) {
	db := withLog(t).Open(t, always)
	rows, err := db.Query("INSERT INTO log SELECT id FROM big RETURNING i, repeat('x', 1000)",
		auroradataapi.Timeout(time.Second), auroradataapi.WithPrefetch(false))
	if err != nil || !rows.Next() {
		t.Fatalf("no row, %v", err)
	}
	time.Sleep(1100 * time.Millisecond)
	if err := rows.Close(); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("closed with %v", err)
	}
	if n := query[int](t, db, "SELECT count(*) FROM log"); n != 0 {
		t.Errorf("%d rows were written", n)
	}
}
