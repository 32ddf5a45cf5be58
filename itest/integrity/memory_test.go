//go:build !race

// What is kept is the same with the race detector, which has nothing to find here and
// takes several times as long.

package integrity

import (
	"fmt"
	"math"
	"runtime"
	"testing"
	"time"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// heap watches what is live while so many rows pass, beyond what was before.
type heap struct {
	rows, seen  int
	held        uint64 // what is in use when no call is under way, at most
	before      uint64
	most, least uint64 // least is that of the second half
}

func newHeap(rows int, held uint64) *heap {
	live() // pools keep what is in them for one collection
	return &heap{rows: rows, held: held, before: live(), least: math.MaxUint64}
}

// live returns the bytes that are in use, after what is not is gone.
func live() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// due reports whether the heap is looked at with the next row.
func (h *heap) due() bool { return (h.seen+1)%(h.rows/12) == 0 }

// settle waits for the calls under way to end, if it is them that take memory.
func (h *heap) settle() {
	for end := time.Now().Add(3 * time.Second); live() > h.before+h.held && time.Now().Before(end); {
		time.Sleep(50 * time.Millisecond)
	}
}

// look notes that a row has passed, and looks at the heap now and then.
func (h *heap) look() {
	due := h.due()
	if h.seen++; !due {
		return
	}
	now := max(live(), h.before)
	h.most = max(h.most, now)
	if h.seen > h.rows/2 {
		h.least = min(h.least, now)
	}
}

// The chunk that is being filled, those that two calls have and one that is read
// ahead are what a load has in use, along with one message that is kept for the next
// call. How many of them there are depends on how fast calls are: two more or less in
// one load than in another, and their messages.
const (
	heldByLoad = 5 * wire.MaxRequestBytes
	apart      = 4 * wire.MaxRequestBytes
)

func megabytes(n uint64) float64 { return float64(n) / (1 << 20) }

// flat fails the test if four times the rows take more memory, up to what may lie
// between two runs. The most is up to where the requests and answers under way happen
// to be, of which the server in the same process has copies; what is kept of each row
// is always there.
func flat(t *testing.T, what string, rows int, held, tolerance uint64, watch func(t *testing.T, h *heap)) {
	t.Helper()
	t.Run(what, func(t *testing.T) {
		var least, most [2]float64
		for i, n := range []int{rows, 4 * rows} {
			h := newHeap(n, held)
			watch(t, h)
			least[i], most[i] = megabytes(h.least-h.before), megabytes(h.most-h.before)
			t.Logf("%d rows: %.1f to %.1f MB", n, least[i], most[i])
		}
		if least[1] > least[0]+megabytes(tolerance) || most[1] > 96 {
			t.Error("memory grows with the rows")
		}
	})
}

// TestMemory reads and loads many rows, of which those that have passed must not
// be kept. What is live is everything that the process has, so no test may run at
// the same time.
func TestMemory(t *testing.T) {
	rows := min(*many/5, 50_000)
	for _, e := range []*engine{&postgres, &mysql} {
		t.Run(e.name, func(t *testing.T) {
			w := e.start(t)
			w.filled(t, "t", even, 4*rows)
			w.create(t, "dst")
			flat(t, "read", rows, 0, 2*wire.MaxRequestBytes, func(t *testing.T, h *heap) {
				db := w.open(t)
				defer db.Close()
				list, err := db.Query(fmt.Sprintf("SELECT * FROM t WHERE id <= %d ORDER BY id", h.rows))
				if err != nil {
					t.Fatal(err)
				}
				defer list.Close()
				got := 0
				for ; list.Next(); got++ {
					var r record
					if err := list.Scan(r.places()...); err != nil {
						t.Fatal(err)
					}
					h.look()
				}
				if err := list.Err(); err != nil || got != h.rows {
					t.Fatalf("%d rows of %d: %v", got, h.rows, err)
				}
			})
			for name, options := range map[string]auroradataapi.CopyOptions{
				"load": {}, "load per call": {PerCall: true, InFlight: 2},
			} {
				flat(t, name, min(4*rows, 50_000), heldByLoad, apart, func(t *testing.T, h *heap) {
					w.exec(t, "DELETE FROM dst")
					db := w.open(t)
					defer db.Close()
					err := auroradataapi.CopySeq(func(yield func([]any, error) bool) {
						for row := range even.rows(1, h.rows) {
							if h.due() {
								h.settle()
							}
							h.look()
							if !yield(row, nil) {
								return
							}
						}
					}, func(source auroradataapi.CopySource) error {
						_, err := auroradataapi.CopyFrom(t.Context(), db, "dst", columns, source, options)
						return err
					})
					if err != nil {
						t.Fatal(err)
					}
				})
			}
		})
	}
}

// TestKeptStrings keeps a short value of each page or long row, and nothing else.
func TestKeptStrings(t *testing.T) {
	const rows, large = 20, 1 << 20
	for _, e := range []*engine{&postgres, &mysql} {
		t.Run(e.name, func(t *testing.T) {
			w := e.start(t)
			w.create(t, "t")
			for i := range rows {
				statement, args := "INSERT INTO t (id, t, b, a) VALUES (?, ?, ?, '{kept}')", []any{i, textOf(random(i), pieces, large/2), make([]byte, large/4)}
				if e == &postgres {
					statement = "INSERT INTO t (id, t, b, a) VALUES ($1, $2, $3, '{kept}')"
				}
				if _, err := w.direct.Exec(statement, args...); err != nil {
					t.Fatal(err)
				}
			}
			db := w.open(t)
			list, err := db.Query("SELECT a, t, b FROM t ORDER BY id")
			if err != nil {
				t.Fatal(err)
			}
			defer list.Close()
			var kept []string
			for list.Next() {
				var a, text string
				var blob []byte
				if err := list.Scan(&a, &text, &blob); err != nil {
					t.Fatal(err)
				}
				kept = append(kept, a)
			}
			if err := list.Err(); err != nil || len(kept) != rows {
				t.Fatalf("%d rows: %v", len(kept), err)
			}
			live() // pools keep what is in them for one collection
			with := live()
			runtime.KeepAlive(kept)
			kept = nil
			if without := live(); with > without+2*large {
				t.Errorf("%d strings of 6 bytes keep %.1f MB", rows, float64(with-without)/(1<<20))
			}
		})
	}
}
