package integrity

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/server"
)

// storm has each call go wrong with a chance, in one way or another.
func (w *world) storm(t *testing.T, each float64) {
	t.Helper()
	for _, f := range []server.Fault{
		{Kind: server.FaultExpire}, {Kind: server.FaultDrop}, {Kind: server.FaultDrop, Executed: true}, {Kind: server.FaultTruncate},
		{Kind: server.FaultResuming}, {Kind: server.FaultThrottle},
		{Kind: server.FaultStatus, Status: http.StatusInternalServerError},
		{Kind: server.FaultStatus, Status: http.StatusServiceUnavailable, Executed: true},
	} {
		f.Probability = each
		if err := w.api.Faults().Add(f); err != nil {
			t.Fatal(err)
		}
	}
}

// endStorm ends a storm, and returns how many calls went wrong in it.
func (w *world) endStorm() (hits int) {
	for _, rule := range w.api.Faults().List() {
		hits += rule.Hit
	}
	w.api.Faults().Clear()
	w.api.ExpireTransactions() // whose beginning was not answered, or their end not once
	return hits
}

// TestReadInStorm reads a table of which now and then a page is lost, and goes on
// behind the last row that arrived.
func TestReadInStorm(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		w.filled(t, "t", wild, *many)
		want := w.sums(t, " FROM t ORDER BY id")
		query := "SELECT * FROM t WHERE id > $1 ORDER BY id"
		if w.engine == &mysql {
			query = "SELECT * FROM t WHERE id > ? ORDER BY id"
		}
		chance := 0.01
		if *many > fewEnough {
			chance = 0.005
		}
		db := w.open(t, func(c *auroradataapi.Config) { c.PageBytes = max(min(*many*10, 960_000), 80_000) })
		w.storm(t, chance)
		defer w.api.Faults().Clear()
		at, readings := 0, 0
		for ; at < len(want); readings++ {
			n, err := read(t.Context(), db, want[at:], query, at)
			if bad := verdict(n, want[at:], err); bad != nil {
				t.Fatalf("behind row %d: %v", at, bad)
			}
			if at += n; err == nil && at < len(want) {
				t.Fatalf("%d rows of %d, and no error", at, len(want))
			}
		}
		t.Logf("%d rows by %d readings, for which %d calls went wrong", at, readings, w.endStorm())
	})
}

// TestLoadInStorm loads rows by several calls at once of which now and then one
// goes wrong, and loads what is not there until all is.
func TestLoadInStorm(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		rows := *many
		w.source(t, loadable, rows)
		w.exec(t, "CREATE INDEX heap_id ON heap (id)")
		db := w.open(t)
		missing := make([]int64, rows) // by their ids
		for i := range missing {
			missing[i] = int64(i + 1)
		}
		w.storm(t, 0.02)
		defer w.api.Faults().Clear()
		loads, told := 0, int64(0)
		for ; len(missing) > 0; loads++ {
			var r auroradataapi.CopyResult
			err := auroradataapi.CopySeq(func(yield func([]any, error) bool) {
				for _, id := range missing {
					if !yield(loadable.row(int(id)), nil) {
						return
					}
				}
			}, func(source auroradataapi.CopySource) (err error) {
				r, err = auroradataapi.CopyFrom(t.Context(), db, "heap", columns, source, auroradataapi.CopyOptions{PerCall: true, InFlight: 3})
				return err
			})
			told += r.Rows
			if err == nil {
				break
			}
			var e *auroradataapi.CopyError
			if !errors.As(err, &e) {
				var called *auroradataapi.Error // before any row was sent
				if !errors.As(err, &called) {
					t.Fatal(err)
				}
				continue
			}
			w.settle(t)
			var left []int64
			for i, id := range missing {
				row := int64(i + 1)
				if within(e.Committed, row) {
					continue
				}
				if within(e.Unknown, row) {
					var n int64
					if err := w.direct.QueryRow(fmt.Sprintf("SELECT count(*) FROM heap WHERE id = %d", id)).Scan(&n); err != nil {
						t.Fatal(err)
					}
					if told += n; n > 0 {
						continue
					}
				}
				left = append(left, id)
			}
			missing = left
		}
		hits := w.endStorm()
		if told != int64(rows) {
			t.Errorf("%d rows of %d are told to be there", told, rows)
		}
		w.compare(t, "heap", w.known[""])
		t.Logf("%d rows by %d loadings, for which %d calls went wrong", rows, loads+1, hits)
	})
}
