package auroradataapi_test

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/server"
)

// openPortals returns a database whose statements with RETURNING are all read in
// small pages.
func openPortals(t *testing.T) *sql.DB {
	t.Helper()
	return dataapitest.New(t).Open(t, func(c *auroradataapi.Config) {
		c.Paging, c.PageBytes = auroradataapi.PagingAlways, 10_000
	})
}

// TestPortalCommitFails closes rows in front of the page behind which the
// statement is committed, which PostgreSQL refuses.
func TestPortalCommitFails(t *testing.T) {
	db := openPortals(t)
	exec(t, db, "CREATE TABLE parent (id int PRIMARY KEY)")
	exec(t, db, "CREATE TABLE child (id int REFERENCES parent DEFERRABLE INITIALLY DEFERRED, t text)")
	rows, err := db.Query("INSERT INTO child SELECT i, repeat('x', 1000) FROM generate_series(1, 15) i RETURNING *")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // whoever reads a second row has the next page fetched
		if !rows.Next() {
			t.Fatal(rows.Err())
		}
	}
	if err := rows.Close(); !errors.Is(err, auroradataapi.ForeignKeyViolation) {
		t.Errorf("Close returned %v", err)
	}
	if n := query[int](t, db, "SELECT count(*) FROM child"); n != 0 {
		t.Errorf("there are %d rows", n)
	}
}

// TestPortalErrorIsAnError is for those who look at an error without unwrapping
// it, as GORM does.
func TestPortalErrorIsAnError(t *testing.T) {
	_, err := openPortals(t).Query("SELECT 1 / (i - 1) FROM generate_series(1, 3) i")
	if e, ok := err.(*auroradataapi.Error); !ok || e.Code != "22012" {
		t.Errorf("got a %T: %[1]v", err)
	}
}

// TestSavepointWithinLongRow rolls back to a savepoint that is older than the piece
// of a row that was read last: the rest of the row cannot be had, which has to be
// an error and not a row less.
func TestSavepointWithinLongRow(t *testing.T) {
	for _, columns := range []string{"id, t", "t"} { // one column would take a row within a row
		db := dataapitest.New(t).Open(t, func(c *auroradataapi.Config) {
			// Two pieces a row and three a page.
			c.Paging, c.PageBytes, c.NoPrefetch = auroradataapi.PagingAlways, 150_000, true
		})
		tx := begin(t, db, nil)
		defer tx.Rollback()
		rows, err := tx.Query("SELECT " + columns + " FROM (SELECT i AS id, repeat('x', 80000) AS t FROM generate_series(1, 20) i) r")
		if err != nil {
			t.Fatal(err)
		}
		exec(t, tx, "SAVEPOINT s")
		read := 0
		for ; rows.Next(); read++ {
			exec(t, tx, "ROLLBACK TO SAVEPOINT s")
		}
		var e *auroradataapi.IncompleteError
		if err := rows.Err(); !errors.As(err, &e) || e.Rows != read || !strings.Contains(err.Error(), "SAVEPOINT") {
			t.Errorf("%s: %d rows, %v", columns, read, err)
		}
		if err := errors.Join(rows.Close(), tx.Commit()); err != nil {
			t.Error(err)
		}
	}
}

// TestSavepointBeforeLongRow rolls back to a savepoint while short rows are read, of
// which a page is full when a long one follows: that must not be passed over.
func TestSavepointBeforeLongRow(t *testing.T) {
	db := dataapitest.New(t).Open(t, func(c *auroradataapi.Config) {
		c.Paging, c.PageBytes, c.NoPrefetch = auroradataapi.PagingAlways, 10_000, true
	})
	exec(t, db, "CREATE TABLE into_it (id int, t text)")
	const all = 250
	query := func(long int) string {
		return fmt.Sprintf("SELECT i, repeat('x', CASE i WHEN %d THEN 70000 ELSE 90 END) FROM generate_series(1, %d) i", long, all)
	}
	for name, way := range map[string]struct {
		options *sql.TxOptions
		query   func(long int) string
	}{
		"a query":         {nil, query},
		"another":         {nil, func(long int) string { return "INSERT INTO into_it " + query(long) + " RETURNING *" }},
		"without objects": {&sql.TxOptions{ReadOnly: true}, query},
	} {
		t.Run(name, func(t *testing.T) {
			within := 0
			for long := 195; long < 225; long++ { // about the end of the second page
				tx := begin(t, db, way.options)
				rows, err := tx.Query(way.query(long))
				if err != nil {
					t.Fatal(err)
				}
				read := 0
				for ; rows.Next(); read++ {
					if read == 0 {
						exec(t, tx, "SAVEPOINT s")
					}
					if read%10 == 9 {
						exec(t, tx, "ROLLBACK TO SAVEPOINT s")
					}
				}
				var e *auroradataapi.IncompleteError
				switch err := rows.Err(); {
				case errors.As(err, &e) && e.Rows == read && read < long && strings.Contains(err.Error(), "SAVEPOINT"):
					within++
				case err != nil || read != all:
					t.Errorf("long row %d: %d rows, %v", long, read, err)
				}
				if err := errors.Join(rows.Close(), tx.Rollback()); err != nil {
					t.Error(err)
				}
			}
			if within == 0 {
				t.Error("no page has ended within a row")
			}
		})
	}
}

// TestPortalWithChange has a change within WITH return what the service refuses.
// It is executed once and its rows are there the first time.
func TestPortalWithChange(t *testing.T) {
	db := openPortals(t)
	exec(t, db, "CREATE TABLE flags (id int, bits bit(8))")
	const statement = "WITH added AS (INSERT INTO flags SELECT i, B'00000101' FROM generate_series(1, $1::int) i RETURNING *) SELECT bits::bit(8) FROM added WHERE id = 2"
	for i := range 2 {
		if got := query[string](t, db, statement, 3); got != "00000101" {
			t.Errorf("got %q", got)
		}
		if n := query[int](t, db, "SELECT count(*) FROM flags"); n != 3*(i+1) {
			t.Errorf("there are %d rows", n)
		}
	}
}

// TestPortalWhosePageIsNotSent has the page of a statement that has run within the
// caller's transaction not be read: to run it again would change things twice.
func TestPortalWhosePageIsNotSent(t *testing.T) {
	srv := dataapitest.New(t)
	db := srv.Open(t, func(c *auroradataapi.Config) { c.Paging = auroradataapi.PagingAlways })
	exec(t, db, "CREATE TABLE t (id int)")
	tx := begin(t, db, nil)
	defer tx.Rollback()
	fault(t, srv, server.Fault{SQL: `auroradataapi_page\('`, Kind: server.FaultThrottle})
	_, err := tx.Query("INSERT INTO t VALUES (1) RETURNING id", auroradataapi.Timeout(2*time.Second))
	srv.Server.Faults().Clear()
	var e *auroradataapi.IncompleteError
	if !errors.As(err, &e) || !e.Applied || e.SafeToRetry() || !errors.Is(err, auroradataapi.ErrThrottled) {
		t.Errorf("got %v, want one that says Applied", err)
	}
	if err := tx.Commit(); err != nil {
		t.Error(err)
	}
	if n := query[int](t, db, "SELECT count(*) FROM t"); n != 1 {
		t.Errorf("there are %d rows", n)
	}
}
