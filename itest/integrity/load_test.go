package integrity

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/auroradataapi/auroradataapi"
)

var byKey = []string{"id"}

// loading is a way of loading rows into a table.
type loading struct {
	name    string
	table   string // "heap", which has no key to keep a row from being there twice, or "keyed"
	options auroradataapi.CopyOptions
	begin   bool // in a transaction of the caller
	before  int  // one in so many rows is there before, with other values
}

// every is how many rows there are to one that is refused, where some are.
const every = 400

var loadings = []loading{
	{name: "one transaction", table: "heap"},
	{name: "the caller's transaction", table: "heap", begin: true},
	{name: "per call", table: "heap", options: auroradataapi.CopyOptions{PerCall: true}},
	{name: "per call, several at once", table: "heap", options: auroradataapi.CopyOptions{PerCall: true, InFlight: 4}},
	{name: "upsert", table: "keyed", options: auroradataapi.CopyOptions{Mode: auroradataapi.CopyUpsert, Key: byKey}, before: 2},
	{name: "upsert, several at once", table: "keyed", options: auroradataapi.CopyOptions{Mode: auroradataapi.CopyUpsert, Key: byKey, PerCall: true, InFlight: 3}, before: 2},
	{name: "update", table: "keyed", options: auroradataapi.CopyOptions{Mode: auroradataapi.CopyUpdate, Key: byKey}, before: 1},
	{name: "ignore", table: "keyed", options: auroradataapi.CopyOptions{Mode: auroradataapi.CopyIgnore, Key: byKey, PerCall: true}, before: every},
	{name: "bad rows", table: "keyed", before: every},
	{name: "bad rows, several at once", table: "keyed", options: auroradataapi.CopyOptions{PerCall: true, InFlight: 3}, before: every},
}

// refuses reports whether the database refuses the rows that are there before.
func (l loading) refuses() bool { return l.before > 0 && l.options.Mode == auroradataapi.CopyInsert }

// keeps reports whether a row stays as it was before.
func (l loading) keeps(row int64) bool { return l.before == every && row%every == 0 }

// prepare makes the table as it is to be before the rows are loaded.
func (l loading) prepare(t *testing.T, w *world) {
	t.Helper()
	w.exec(t, "DELETE FROM "+l.table)
	if l.before > 0 {
		w.exec(t, fmt.Sprintf("INSERT INTO %s SELECT id, 1, 'before', NULL, NULL, NULL, NULL FROM t WHERE id %% %d = 0", l.table, l.before))
	}
}

// loaded is what came of a loading.
type loaded struct {
	auroradataapi.CopyResult
	bad []int64 // the rows that were refused
	err error
}

// load loads the rows from first to last.
func (l loading) load(ctx context.Context, db auroradataapi.Execer, s shape, first, last int) (r loaded) {
	options := l.options
	if l.refuses() {
		options.OnBadRow = func(row auroradataapi.BadRow) error {
			r.bad = append(r.bad, int64(first)-1+row.Row)
			return nil
		}
	}
	r.err = auroradataapi.CopySeq(s.rows(first, last), func(rows auroradataapi.CopySource) (err error) {
		r.CopyResult, err = auroradataapi.CopyFrom(ctx, db, l.table, columns, rows, options)
		return err
	})
	return r
}

// try loads rows into a table that was prepared.
func (l loading) try(t *testing.T, w *world, s shape, rows int, change ...func(*auroradataapi.Config)) loaded {
	t.Helper()
	db := w.open(t, change...)
	defer db.Close()
	if !l.begin {
		return l.load(t.Context(), db, s, 1, rows)
	}
	tx, err := db.Begin()
	if err != nil {
		return loaded{err: err}
	}
	defer tx.Rollback()
	r := l.load(t.Context(), tx, s, 1, rows)
	switch committed := tx.Commit(); {
	case r.err == nil:
		r.err = committed
	case committed == nil:
		t.Errorf("a transaction was committed in which there was %v", r.err)
	}
	return r
}

// TestLoad loads rows of up to 5 MB in every way.
func TestLoad(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		rows := *many / 4
		w.source(t, loadable, rows)
		for i, l := range loadings {
			if *many > fewEnough && (i%4 > 0 || l.refuses()) {
				continue
			}
			t.Run(l.name, func(t *testing.T) { l.succeed(t, w, loadable, rows) })
		}
	})
}

// succeed loads rows, which has to be successful.
func (l loading) succeed(t *testing.T, w *world, s shape, rows int) {
	t.Helper()
	l.prepare(t, w)
	if r := l.try(t, w, s, rows); r.err != nil {
		t.Error(r.err)
	} else if bad := l.check(t, w, r); bad != nil {
		t.Error(bad)
	}
}

// TestLoadDisturbed lets a call go wrong while rows are loaded, and loads what is
// missing then.
func TestLoadDisturbed(t *testing.T) {
	const rows = 1500
	onEach(t, func(t *testing.T, w *world) {
		s := shape{largeEvery: largeEvery, large: [2]int{64 << 10, 300 << 10}, hugeEvery: 1000, huge: loadable.huge}
		w.source(t, s, rows)
		random := random(-2)
		var all outcomes
		for i, l := range loadings {
			t.Run(l.name, func(t *testing.T) {
				calls := 6 // are made at least
				if l.refuses() {
					calls = 60
				}
				for j, f := range disturbances {
					if *repeat == 0 && (i+j)%12 > 0 {
						continue
					}
					for range max(*repeat, 1) {
						l.prepare(t, w)
						after := random.IntN(calls)
						var r loaded
						hit := w.disturbed(t, f, after, func() { r = l.try(t, w, s, rows, patience(f)) })
						bad := w.ended()
						if bad == nil {
							bad = l.check(t, w, r)
						}
						if bad == nil && r.err != nil {
							bad = l.resume(t, w, s, rows, r)
						}
						if bad != nil {
							t.Errorf("%s behind %d calls: %v (%v)", f.Name, after, bad, r.err)
						}
						all.note(hit, r.err)
					}
				}
			})
		}
		t.Log(all)
		if all.hits < len(loadings)*max(*repeat, 1)/3 || *repeat > 0 && (all.whole == 0 || all.told == 0) {
			t.Error("too little was put to the test")
		}
	})
}

// source makes the table with the rows that are to be there in the end, and the
// tables for them.
func (w *world) source(t *testing.T, s shape, rows int) {
	t.Helper()
	w.filled(t, "t", s, rows)
	w.create(t, "keyed")
	w.exec(t, "CREATE TABLE heap ("+strings.Replace(w.engine.table, "PRIMARY KEY", "", 1)+")")
	w.known[""] = w.sums(t, " FROM t ORDER BY id")
}

// state is how a row of the source stands in the table.
type state struct{ loaded, before int }

// states returns the states of all rows, the first at 1.
func (w *world) states(t *testing.T, table string) []state {
	t.Helper()
	w.settle(t)
	want := w.known[""]
	states := make([]state, len(want)+1)
	rows, err := w.direct.Query("SELECT id, t = 'before', " + w.engine.sum + " FROM " + table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int
		var before sql.NullBool
		var text string
		if err := rows.Scan(&id, &before, &text); err != nil {
			t.Fatal(err)
		}
		switch {
		case id < 1 || id > len(want):
			t.Fatalf("there is a row %d", id)
		case text == hex.EncodeToString(want[id-1][:]):
			states[id].loaded++
		case before.Bool:
			states[id].before++
		default:
			t.Errorf("row %d is another", id)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return states
}

// check compares the table with what is told of it.
func (l loading) check(t *testing.T, w *world, r loaded) error {
	t.Helper()
	states := w.states(t, l.table)
	n := len(states) - 1
	var e *auroradataapi.CopyError
	var called *auroradataapi.Error
	if r.err != nil && !errors.As(r.err, &e) && !errors.As(r.err, &called) {
		return errors.New("the error does not tell")
	}
	all := auroradataapi.RowRange{First: 1, Last: int64(n)}
	var committed, unknown []auroradataapi.RowRange
	switch {
	case r.err == nil:
		committed = append(committed, all)
	case e != nil && l.options.PerCall:
		committed, unknown = e.Committed, e.Unknown
	case errors.Is(r.err, auroradataapi.ErrCommitUnknown):
		if states[1].loaded > 0 {
			committed = append(committed, all)
		}
	}
	rows := int64(0)
	for i := int64(1); i <= int64(n); i++ {
		was := state{}
		if l.before > 0 && i%int64(l.before) == 0 {
			was.before = 1
		}
		is := state{loaded: 1}
		if l.keeps(i) {
			is = was
		}
		in := within(committed, i) && (r.err == nil || !l.refuses() || !l.keeps(i))
		if in && !(l.keeps(i) && l.refuses()) {
			rows++
		}
		switch got := states[i]; {
		case in && got == is, !in && got == was, within(unknown, i) && got == is:
		default:
			return fmt.Errorf("row %d: %+v, committed %v, unknown %v", i, got, committed, unknown)
		}
	}
	switch told := r.err == nil || l.options.PerCall; {
	case told && r.Rows != rows:
		return fmt.Errorf("%d rows were loaded, and %d are told of", rows, r.Rows)
	case r.Bad != int64(len(r.bad)) && told, r.err == nil && l.refuses() && len(r.bad) != n/every:
		return fmt.Errorf("%d rows were refused, %d are told of", n/every, r.Bad)
	}
	slices.Sort(r.bad)
	for i, row := range r.bad {
		if !l.keeps(row) || i > 0 && row == r.bad[i-1] {
			return fmt.Errorf("row %d is told to be bad", row)
		}
	}
	return nil
}

func within(ranges []auroradataapi.RowRange, row int64) bool {
	return slices.ContainsFunc(ranges, func(r auroradataapi.RowRange) bool { return r.First <= row && row <= r.Last })
}

// resume loads the rows that are not there yet: those that are told not to be,
// and of those of which nobody knows what a look into the table shows.
func (l loading) resume(t *testing.T, w *world, s shape, rows int, r loaded) error {
	t.Helper()
	var e *auroradataapi.CopyError
	errors.As(r.err, &e)
	states := w.states(t, l.table)
	there := func(i int) bool {
		switch {
		case e == nil || !l.options.PerCall:
			return states[1].loaded > 0 // the transaction was committed, or not
		case within(e.Committed, int64(i)):
			return true
		}
		return within(e.Unknown, int64(i)) && states[i].loaded > 0
	}
	db := w.open(t)
	defer db.Close()
	for i := 1; i <= rows; i++ {
		first := i
		for i <= rows && !there(i) {
			i++
		}
		if first == i {
			continue
		}
		if again := l.load(t.Context(), db, s, first, i-1); again.err != nil {
			return fmt.Errorf("loading rows %d to %d again: %w", first, i-1, again.err)
		}
	}
	for i, got := range w.states(t, l.table)[1:] {
		if row := int64(i + 1); got.loaded != 1 && !l.keeps(row) || got.loaded+got.before != 1 {
			return fmt.Errorf("row %d in the end: %+v", row, got)
		}
	}
	return nil
}
