package integrity

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/auroradataapi/auroradataapi"
)

// heap is the most that was live at a time, beyond what was before.
type heap struct {
	before, most uint64
	seen         int
}

func newHeap() *heap { return &heap{before: live()} }

// live returns the bytes that are in use, after what is not is gone.
func live() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// look looks at the heap at one of so many calls.
func (h *heap) look(every int) {
	if h.seen++; h.seen%every == 0 {
		h.most = max(h.most, live())
	}
}

func (h *heap) megabytes() float64 { return (float64(h.most) - float64(h.before)) / (1 << 20) }

// flat fails the test if four times the rows take more memory. What a measurement
// has beyond the others is what the server, which is in the same process, happens
// to be at: a request or an answer of some megabytes.
func flat(t *testing.T, what string, rows int, measure func(t *testing.T, rows int) float64) {
	t.Helper()
	t.Run(what, func(t *testing.T) {
		some, more := measure(t, rows), measure(t, 4*rows)
		t.Logf("%d rows: %.1f MB at most; %d rows: %.1f MB", rows, some, 4*rows, more)
		if more > some+12 || more > 64 {
			t.Errorf("%d rows took %.1f MB, and %d rows %.1f MB", rows, some, 4*rows, more)
		}
	})
}

// TestMemory reads and loads many rows, of which those that have passed must not
// be kept.
func TestMemory(t *testing.T) {
	rows := min(*many*3/20, 50_000)
	for _, e := range []*engine{&postgres, &mysql} {
		t.Run(e.name, func(t *testing.T) {
			w := e.start(t)
			w.filled(t, "t", even, 4*rows)
			w.create(t, "dst")
			flat(t, "read", rows, func(t *testing.T, n int) float64 {
				db := w.open(t, nil)
				defer db.Close()
				h := newHeap()
				list, err := db.Query(fmt.Sprintf("SELECT * FROM t WHERE id <= %d ORDER BY id", n))
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
					h.look(n / 6)
				}
				if err := list.Err(); err != nil || got != n {
					t.Fatalf("%d rows of %d: %v", got, n, err)
				}
				return h.megabytes()
			})
			for name, options := range map[string]auroradataapi.CopyOptions{
				"load": {}, "load per call": {PerCall: true, InFlight: 2},
			} {
				flat(t, name, rows, func(t *testing.T, n int) float64 {
					w.exec(t, "DELETE FROM dst")
					db := w.open(t, nil)
					defer db.Close()
					h := newHeap()
					err := auroradataapi.CopySeq(func(yield func([]any, error) bool) {
						for row := range even.rows(1, n) {
							h.look(n / 6)
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
					return h.megabytes()
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
				statement, args := "INSERT INTO t (id, t, b, a) VALUES (?, ?, ?, '{kept}')", []any{i, textOf(random(i), large/2), make([]byte, large/4)}
				if e == &postgres {
					statement = "INSERT INTO t (id, t, b, a) VALUES ($1, $2, $3, '{kept}')"
				}
				if _, err := w.direct.Exec(statement, args...); err != nil {
					t.Fatal(err)
				}
			}
			db := w.open(t, nil)
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
