package integrity

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/auroradataapi/auroradataapi"
)

// TestCloseEarly closes the rows somewhere. Nothing may be left on the server
// then, a transaction of the caller has to be usable, and what the statement
// changes has to be done.
func TestCloseEarly(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		w.filled(t, "t", tame, 2500)
		w.create(t, "u")
		w.exec(t, "CREATE TABLE mark (id int)")
		random := random(-3)
		for _, y := range ways[w.engine.name] {
			for range 2 {
				after := random.IntN(2500)
				if err := y.closed(t, w, after); err != nil {
					t.Errorf("%s, behind %d rows: %v", y.name, after, err)
				}
				if n := w.api.OpenTransactions(); n != 0 {
					t.Errorf("%s, behind %d rows: %d transactions are open", y.name, after, n)
				}
				if y.target != "" {
					w.compare(t, y.target, y.sums(t, w))
				}
			}
		}
	})
}

// closed closes the rows behind so many of them.
func (y way) closed(t *testing.T, w *world, after int) error {
	y.clean(t, w)
	db := y.open(t, w, smallPages)
	defer db.Close()
	var from querier = db
	var tx *sql.Tx
	if y.begin {
		var err error
		if tx, err = db.BeginTx(t.Context(), y.tx); err != nil {
			return err
		}
		defer tx.Rollback()
		from = tx
	}
	rows, err := from.QueryContext(t.Context(), y.query)
	if err != nil {
		return err
	}
	for range after {
		if !rows.Next() {
			break
		}
	}
	if err := rows.Close(); err != nil {
		return err
	}
	if tx == nil {
		return nil
	}
	return w.afterwards(t.Context(), tx, y.tx == nil)
}

// TestReturningOnce has a statement return 100,000 rows, which it inserts once.
func TestReturningOnce(t *testing.T) {
	const rows = 100_000
	w := postgres.start(t)
	w.exec(t, "CREATE TABLE counted (id int, t text)")
	insert := fmt.Sprintf("INSERT INTO counted SELECT i, repeat('x', 40) FROM generate_series(1, %d) i RETURNING id, t", rows)
	db := w.open(t, paging(auroradataapi.PagingAlways))
	got := func(from querier) error {
		list, err := from.QueryContext(t.Context(), insert)
		if err != nil {
			return err
		}
		defer list.Close()
		n := 0
		for ; list.Next(); n++ {
			var id int
			var text string
			if err := list.Scan(&id, &text); err != nil {
				return err
			}
			if id != n+1 || len(text) != 40 {
				return fmt.Errorf("row %d is another: %d, %s", n+1, id, text)
			}
		}
		if n != rows && list.Err() == nil {
			return fmt.Errorf("%d rows were returned", n)
		}
		return list.Err()
	}
	there := func(want int) {
		t.Helper()
		var n, distinct int
		if err := w.direct.QueryRow("SELECT count(*), count(DISTINCT id) FROM counted").Scan(&n, &distinct); err != nil {
			t.Fatal(err)
		}
		if n != want || want > 0 && distinct != rows {
			t.Errorf("%d rows were inserted, in place of %d", n, want)
		}
	}
	if err := got(db); err != nil {
		t.Error(err)
	}
	there(rows)
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	if err := got(tx); err != nil {
		t.Error(err)
	}
	if err := tx.Rollback(); err != nil {
		t.Error(err)
	}
	there(rows)
	w.exec(t, "DELETE FROM counted")
	tx, err = db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	if err := got(tx); err != nil {
		t.Error(err)
	}
	if err := tx.Commit(); err != nil {
		t.Error(err)
	}
	there(rows)
}

// TestTwoReaders reads two results in turn, in one transaction.
func TestTwoReaders(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		w.filled(t, "t", tame, 2500)
		want := w.sums(t, " FROM t ORDER BY id")
		db := w.open(t, smallPages)
		tx, err := db.Begin()
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback()
		var lists [2]*sql.Rows
		for i := range lists {
			if lists[i], err = tx.QueryContext(context.Background(), inOrder); err != nil {
				t.Fatal(err)
			}
			defer lists[i].Close()
		}
		random := random(-4)
		for n := [2]int{}; n[0]+n[1] < 2*len(want); {
			i := random.IntN(2)
			for range min(1+random.IntN(50), len(want)-n[i]) {
				var r record
				if !lists[i].Next() {
					t.Fatalf("reader %d has %d rows: %v", i, n[i], lists[i].Err())
				}
				if err := lists[i].Scan(r.places()...); err != nil || r.sum() != want[n[i]] {
					t.Fatalf("row %d of reader %d is another: %v", n[i]+1, i, err)
				}
				n[i]++
			}
		}
		for i := range lists {
			if lists[i].Next() || lists[i].Err() != nil {
				t.Errorf("reader %d: %v", i, lists[i].Err())
			}
		}
	})
}

// TestLongValues reads values of 20 MB, also while calls go wrong.
func TestLongValues(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		const long = 20 << 20
		w.create(t, "t")
		statement := "INSERT INTO t (id, t, b, j, a) VALUES (?, ?, ?, '[1]', '{}')"
		if w.engine == &postgres {
			statement = "INSERT INTO t (id, t, b, j, a) VALUES ($1, $2, $3, '[1]', '{}')"
		}
		unit := textOf(random(-5), pieces, 1000)
		for i, values := range [][2]any{{"short", nil}, {strings.Repeat(unit, long/len(unit)), bytesOf(random(-6), 10)}, {nil, bytesOf(random(-7), long/4)}, {"", []byte{}}} {
			if _, err := w.direct.Exec(statement, i, values[0], values[1]); err != nil {
				t.Fatal(err)
			}
		}
		want := w.sums(t, " FROM t ORDER BY id")
		db := w.open(t)
		if n, err := read(t.Context(), db, want, inOrder); err != nil || n != len(want) {
			t.Errorf("%d rows of %d: %v", n, len(want), err)
		}
		random := random(-8)
		for _, i := range random.Perm(len(disturbances))[:1] {
			f := disturbances[i]
			var n int
			var err error
			w.disturbed(t, f, 3+random.IntN(20), func() {
				db := w.open(t, patience(f))
				defer db.Close()
				n, err = read(t.Context(), db, want, inOrder)
			})
			if bad := verdict(n, want, err); bad != nil {
				t.Errorf("%s: %v", f.Name, bad)
			}
			if bad := w.ended(); bad != nil {
				t.Errorf("%s: %v", f.Name, bad)
			}
		}
	})
}

// TestLongToLoad has a row of 5 MB among others, which no request can carry. It has
// to be there with them.
func TestLongToLoad(t *testing.T) {
	const rows, long, each = 60, 37, 400_000
	size := func(i int) int {
		if i == long {
			return 5 << 20
		}
		return each
	}
	onEach(t, func(t *testing.T, w *world) {
		w.exec(t, "CREATE TABLE heap ("+strings.Replace(w.engine.table, "PRIMARY KEY", "", 1)+")")
		db := w.open(t)
		for _, options := range []auroradataapi.CopyOptions{{}, {PerCall: true}, {PerCall: true, InFlight: 2}} {
			w.exec(t, "DELETE FROM heap")
			err := auroradataapi.CopySeq(func(yield func([]any, error) bool) {
				for i := 1; i <= rows; i++ {
					if !yield([]any{i, strings.Repeat("x", size(i))}, nil) {
						return
					}
				}
			}, func(source auroradataapi.CopySource) error {
				_, err := auroradataapi.CopyFrom(t.Context(), db, "heap", []string{"id", "t"}, source, options)
				return err
			})
			if err != nil {
				t.Errorf("%+v: %v", options, err)
			}
			var n, ids, bytes, there int
			err = w.direct.QueryRow(fmt.Sprintf("SELECT count(*), count(DISTINCT id), sum(length(t)), sum(CASE WHEN id = %d THEN length(t) END) FROM heap", long)).Scan(&n, &ids, &bytes, &there)
			if err != nil {
				t.Fatal(err)
			}
			if n != rows || ids != rows || bytes != (rows-1)*each+size(long) || there != size(long) {
				t.Errorf("%+v: %d rows with %d ids and %d bytes are there, %d of them in the long row", options, n, ids, bytes, there)
			}
		}
	})
}
