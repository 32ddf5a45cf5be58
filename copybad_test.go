package auroradataapi_test

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
)

// unsendable are rows that the driver refuses, by their numbers among others.
var unsendable = map[int64][]any{
	1:  {1, "a\x00b"},
	3:  {3, "a\xffb"},
	4:  {4},
	5:  {5, "too", "many"},
	8:  {8, make(chan int)},
	20: {20, []byte{0xff}},
}

// withUnsendable returns 20 rows, of which those are unsendable and row 7 is one
// that the database refuses.
func withUnsendable() auroradataapi.CopySource {
	var rows [][]any
	for i := int64(1); i <= 20; i++ {
		row, bad := unsendable[i]
		switch {
		case bad:
		case i == 7:
			row = []any{i, nil}
		default:
			row = []any{i, fmt.Sprint(i)}
		}
		rows = append(rows, row)
	}
	return auroradataapi.CopyRows(rows)
}

// TestCopyFromUnsendable goes on behind rows that the driver refuses, and numbers
// the others as the source does.
func TestCopyFromUnsendable(t *testing.T) {
	want := []int64{1, 3, 4, 5, 7, 8, 20}
	onBoth(t, func(t *testing.T, _ *dataapitest.Server, db *sql.DB, _ bool) {
		exec(t, db, "CREATE TABLE t (id int PRIMARY KEY, name varchar(10) NOT NULL)")
		columns := []string{"id", "name"}
		for _, options := range []auroradataapi.CopyOptions{{}, {PerCall: true}, {PerCall: true, InFlight: 3}} {
			exec(t, db, "DELETE FROM t")
			var bad []int64
			options.OnBadRow = func(row auroradataapi.BadRow) error {
				var e *auroradataapi.Error
				if _, ours := unsendable[row.Row]; row.Err == nil || errors.As(row.Err, &e) == ours {
					t.Errorf("row %d: %v", row.Row, row.Err)
				}
				bad = append(bad, row.Row)
				return nil
			}
			r, err := auroradataapi.CopyFrom(t.Context(), db, "t", columns, withUnsendable(), options)
			slices.Sort(bad)
			if err != nil || r.Rows != 13 || r.Bad != 7 || !cmp.Equal(bad, want) {
				t.Errorf("%+v, bad %v, %v", r, bad, err)
			}
			if n := query[int](t, db, "SELECT count(*) FROM t WHERE id NOT IN (1, 3, 4, 5, 7, 8, 20)"); n != 13 {
				t.Errorf("%d rows were loaded", n)
			}

			stop := errors.New("stop")
			exec(t, db, "DELETE FROM t")
			options.OnBadRow = func(row auroradataapi.BadRow) error {
				if row.Row == 7 {
					return stop
				}
				return nil
			}
			_, err = auroradataapi.CopyFrom(t.Context(), db, "t", columns, withUnsendable(), options)
			var e *auroradataapi.CopyError
			if !errors.Is(err, stop) || !errors.As(err, &e) || e.Row != 7 {
				t.Fatalf("stopped at row 7: %v", err)
			}
			if got := []auroradataapi.RowRange{{First: 2, Last: 2}, {First: 6, Last: 6}}; options.PerCall && !cmp.Equal(e.Committed, got) {
				t.Errorf("committed are %v, want %v", e.Committed, got)
			}
			committed := 0
			for _, r := range e.Committed {
				committed += int(r.Last - r.First + 1)
			}
			if n := query[int](t, db, "SELECT count(*) FROM t"); n != committed {
				t.Errorf("%d rows are there, and %d were said to be", n, committed)
			}
		}
		var e *auroradataapi.CopyError
		_, err := auroradataapi.CopyFrom(t.Context(), db, "t", columns, withUnsendable(), auroradataapi.CopyOptions{})
		if !errors.As(err, &e) || e.Row != 1 {
			t.Errorf("without OnBadRow: %v", err)
		}
	})
}
