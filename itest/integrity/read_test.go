package integrity

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"testing"

	"github.com/auroradataapi/auroradataapi"
)

// querier is an sql.DB or Tx.
type querier interface {
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
}

// read reads the rows of a query, each of which has to be the next of want, and
// returns how many there were. A row that is another is an errOther.
func read(ctx context.Context, db querier, want []sum, query string, args ...any) (int, error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	n := 0
	for ; rows.Next(); n++ {
		var r record
		if err := rows.Scan(r.places()...); err != nil {
			return n, errOther(fmt.Sprintf("row %d cannot be read: %v", n+1, err))
		}
		switch {
		case n >= len(want):
			return n, errOther(fmt.Sprintf("there are more than %d rows", len(want)))
		case r.sum() != want[n]:
			return n, errOther(fmt.Sprintf("row %d is another, with the id %d", n+1, r.id))
		}
	}
	return n, rows.Err()
}

// errOther is that a result is not what it has to be.
type errOther string

func (e errOther) Error() string { return string(e) }

// verdict returns an error unless all rows were read, or what was returned says
// how many were.
func verdict(n int, want []sum, err error) error {
	var other errOther
	var incomplete *auroradataapi.IncompleteError
	var called *auroradataapi.Error
	switch {
	case err == nil && n == len(want):
		return nil
	case err == nil:
		return fmt.Errorf("%d rows of %d, and no error", n, len(want))
	case errors.As(err, &other):
		return err
	case errors.As(err, &incomplete):
		if incomplete.Rows != n {
			return fmt.Errorf("%d rows were read, and the error says: %w", n, err)
		}
		return nil
	case n > 0, !errors.As(err, &called):
		return fmt.Errorf("after %d rows the error says nothing of them: %w", n, err)
	}
	return nil
}

// way is a way of reading a table.
type way struct {
	name   string
	change func(*auroradataapi.Config)
	query  string // the table is t
	rest   string // of the query that asks for the checksums
	begin  bool   // in a transaction of the caller
	tx     *sql.TxOptions
	target string // a table that the statement fills with what it returns
}

func paging(p auroradataapi.Paging) func(*auroradataapi.Config) {
	return func(c *auroradataapi.Config) { c.Paging = p }
}

const (
	inOrder         = "SELECT * FROM t ORDER BY id"
	insertReturning = "INSERT INTO u SELECT * FROM t ORDER BY id RETURNING *"
)

// ways are those of each engine.
var ways = map[string][]way{
	"postgresql": {
		{name: "auto", query: inOrder},
		{name: "always", query: inOrder, change: paging(auroradataapi.PagingAlways)},
		{name: "no prefetch", query: inOrder, change: func(c *auroradataapi.Config) { c.Paging, c.NoPrefetch = auroradataapi.PagingAlways, true }},
		{name: "in a transaction", query: inOrder, begin: true},
		{name: "in a read-only transaction", query: inOrder, begin: true, tx: &sql.TxOptions{ReadOnly: true}},
		{name: "returning", query: insertReturning, change: paging(auroradataapi.PagingAlways), target: "u"},
		{name: "returning in a transaction", query: insertReturning, change: paging(auroradataapi.PagingAlways), target: "u", begin: true},
		{name: "another order", query: "SELECT * FROM t ORDER BY md5(id::text)", rest: ` FROM t ORDER BY md5(id::text)`},
	},
	"mysql": {
		{name: "auto", query: inOrder},
		{name: "always", query: "SELECT * FROM t", change: paging(auroradataapi.PagingAlways)},
		{name: "no prefetch", query: "SELECT * FROM t ORDER BY id DESC", rest: " FROM t ORDER BY id DESC", change: func(c *auroradataapi.Config) { c.Paging, c.NoPrefetch = auroradataapi.PagingAlways, true }},
		{name: "in a transaction", query: inOrder, begin: true},
		{name: "a limit", query: "SELECT * FROM t ORDER BY id LIMIT 7, 1000000000", rest: " FROM t ORDER BY id LIMIT 7, 1000000000"},
		{name: "another order", query: "SELECT * FROM t WHERE id <= 3000 ORDER BY n, at", rest: " FROM t WHERE id <= 3000 ORDER BY n, at, id"}, // each page passes over the rows before it
		{name: "a table", query: "SELECT * FROM (SELECT * FROM t) z ORDER BY id", change: paging(auroradataapi.PagingTable)},
	},
}

func (y way) sums(t *testing.T, w *world) []sum {
	t.Helper()
	rest := cmp.Or(y.rest, " FROM t ORDER BY id")
	if w.known[rest] == nil {
		w.known[rest] = w.sums(t, rest)
	}
	return w.known[rest]
}

// open returns a handle that reads in this way.
func (y way) open(t *testing.T, w *world, change ...func(*auroradataapi.Config)) *sql.DB {
	t.Helper()
	return w.open(t, append(change, y.change)...)
}

// clean empties the table that the statement fills.
func (y way) clean(t *testing.T, w *world) {
	t.Helper()
	if y.target != "" {
		w.exec(t, "DELETE FROM "+y.target)
	}
}

// TestRead reads rows of a few bytes to 5 MB in every way.
func TestRead(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		w.filled(t, "t", wild, *many)
		w.create(t, "u")
		for i, y := range ways[w.engine.name] {
			if *many <= fewEnough || i%4 == 0 {
				t.Run(y.name, func(t *testing.T) { y.check(t, w, min(*many-7, 3000)) })
			}
		}
	})
}

// check reads the table, which has so many rows at least.
func (y way) check(t *testing.T, w *world, least int) {
	t.Helper()
	want, db := y.sums(t, w), y.open(t, w)
	y.clean(t, w)
	var from querier = db
	if y.begin {
		tx, err := db.BeginTx(t.Context(), y.tx)
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback()
		from = tx
	}
	if n, err := read(t.Context(), from, want, y.query); err != nil || n != len(want) || n < least {
		t.Errorf("%d rows of %d: %v", n, len(want), err)
	}
	if n := w.api.OpenTransactions(); n != 0 && !y.begin {
		t.Errorf("%d transactions are open", n)
	}
	if y.target != "" && !y.begin {
		w.compare(t, y.target, want)
	}
}
