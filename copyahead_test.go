package auroradataapi_test

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/server"
)

// aheadColumns are those of the tests' table, and aheadCall is how many rows of
// aheadRow fill more than one call and less than two.
var aheadColumns = []string{"id", "name"}

const aheadCall = 100

func aheadRow(id int64) []any { return []any{id, strings.Repeat("x", 50_000)} }

func aheadTable(t *testing.T, db *sql.DB) {
	exec(t, db, "CREATE TABLE t (id int PRIMARY KEY, name text NOT NULL)")
}

// steppedSource asks a function for each row, which returns nil behind the last.
type steppedSource struct {
	row   func(n int64) []any
	n     int64
	now   []any
	fails error
}

func (s *steppedSource) Next() bool {
	s.n++
	s.now = s.row(s.n)
	return s.now != nil
}
func (s *steppedSource) Values() ([]any, error) { return s.now, nil }
func (s *steppedSource) Err() error             { return s.fails }

// heldTracer holds up the first call that loads rows.
type heldTracer struct {
	recording
	once sync.Once
	hold func()
}

func (h *heldTracer) CallStart(ctx context.Context, call auroradataapi.CallInfo) context.Context {
	if strings.HasPrefix(call.Statement, "INSERT") {
		h.once.Do(h.hold)
	}
	return h.recording.CallStart(ctx, call)
}

// TestCopyFromReadsAhead holds up a call until rows behind it were read, in a
// transaction of CopyFrom's own and in the caller's.
func TestCopyFromReadsAhead(t *testing.T) {
	onBoth(t, func(t *testing.T, srv *dataapitest.Server, setUp *sql.DB, _ bool) {
		aheadTable(t, setUp)
		for name, options := range map[string]auroradataapi.CopyOptions{
			"all":      {},
			"OnBadRow": {OnBadRow: func(auroradataapi.BadRow) error { return nil }},
		} {
			for _, own := range []bool{true, false} {
				exec(t, setUp, "DELETE FROM t")
				read := make(chan struct{})
				tracer := &heldTracer{hold: func() {
					select {
					case <-read:
					case <-time.After(10 * time.Second):
						t.Errorf("%s, own %t: nothing was read while a call was on its way", name, own)
					}
				}}
				db, _ := openTraced(t, srv, tracer)
				tx, err := db.Begin()
				if err != nil {
					t.Fatal(err)
				}
				source := &steppedSource{row: func(n int64) []any {
					switch {
					case n > 2*aheadCall:
						return nil
					case n == aheadCall+1:
						close(read)
					}
					return aheadRow(n)
				}}
				var execer auroradataapi.Execer = tx
				if own {
					execer = db
				}
				r, err := auroradataapi.CopyFrom(t.Context(), execer, "t", aheadColumns, source, options)
				if err != nil || r.Rows != 2*aheadCall {
					t.Errorf("%s, own %t: %+v, %v", name, own, r, err)
				}
				if err := tx.Commit(); err != nil {
					t.Error(err)
				}
				if n := query[int](t, setUp, "SELECT count(DISTINCT id) FROM t WHERE id <= 200"); n != 2*aheadCall {
					t.Errorf("%s, own %t: there are %d rows", name, own, n)
				}
			}
		}
	})
}

// TestCopyFromSlowSource has a source take its time behind the rows of the first
// call: what came of that is told at once.
func TestCopyFromSlowSource(t *testing.T) {
	onBoth(t, func(t *testing.T, srv *dataapitest.Server, db *sql.DB, _ bool) {
		aheadTable(t, db)
		slowly := func(until func() bool) *steppedSource {
			began := time.Now()
			return &steppedSource{row: func(n int64) []any {
				if n <= aheadCall {
					return aheadRow(n)
				}
				if until() {
					return nil
				}
				if time.Since(began) > 20*time.Second {
					t.Error("nothing was told while rows were read")
					return nil
				}
				time.Sleep(time.Millisecond)
				return []any{n, "x"}
			}}
		}
		t.Run("progress", func(t *testing.T) {
			told := false
			_, err := auroradataapi.CopyFrom(t.Context(), db, "t", aheadColumns, slowly(func() bool { return told }), auroradataapi.CopyOptions{
				Progress: func(auroradataapi.CopyProgress) { told = true },
			})
			if err != nil {
				t.Error(err)
			}
		})
		t.Run("bad row", func(t *testing.T) {
			exec(t, db, "DELETE FROM t")
			exec(t, db, "INSERT INTO t VALUES (7, 'there')")
			var bad []int64
			_, err := auroradataapi.CopyFrom(t.Context(), db, "t", aheadColumns, slowly(func() bool { return bad != nil }), auroradataapi.CopyOptions{
				OnBadRow: func(row auroradataapi.BadRow) error { bad = append(bad, row.Row); return nil },
			})
			if err != nil || !cmp.Equal(bad, []int64{7}) {
				t.Errorf("bad %v, %v", bad, err)
			}
		})
		never := func() bool { return false }
		t.Run("error", func(t *testing.T) {
			exec(t, db, "DELETE FROM t")
			exec(t, db, "INSERT INTO t VALUES (7, 'there')")
			_, err := auroradataapi.CopyFrom(t.Context(), db, "t", aheadColumns, slowly(never), auroradataapi.CopyOptions{})
			var e *auroradataapi.CopyError
			if !errors.As(err, &e) || e.Row != 7 || !errors.Is(err, auroradataapi.UniqueViolation) {
				t.Error(err)
			}
		})
		t.Run("cancel", func(t *testing.T) {
			exec(t, db, "DELETE FROM t")
			if err := srv.Server.Faults().Add(server.Fault{Kind: server.FaultDelay, SQL: "INSERT INTO t ", Delay: 3 * time.Second, Times: 1}); err != nil {
				t.Fatal(err)
			}
			defer srv.Server.Faults().Clear()
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			db, _ := openTraced(t, srv, nil)
			if _, err := auroradataapi.CopyFrom(ctx, db, "t", aheadColumns, slowly(never), auroradataapi.CopyOptions{}); !errors.Is(err, context.DeadlineExceeded) {
				t.Error(err)
			}
			db.Close() // waits for what nobody waits for any longer
		})
		if n := srv.Server.OpenTransactions(); n != 0 {
			t.Errorf("%d transactions are open", n)
		}
	})
}

// TestCopyFromOrder has rows of two calls go wrong, some before they are sent: they
// are told in the order of the calls in a transaction. A source that has ended is not asked
// again.
func TestCopyFromOrder(t *testing.T) {
	onBoth(t, func(t *testing.T, srv *dataapitest.Server, db *sql.DB, _ bool) {
		aheadTable(t, db)
		broken := errors.New("broken")
		source := func(fails error) *steppedSource {
			return &steppedSource{fails: fails, row: func(n int64) []any {
				switch {
				case n == 2*aheadCall:
					return nil
				case n > 2*aheadCall:
					t.Error("asked behind the end")
					return nil
				case n == 7, n == aheadCall+7: // refused by the database
					return []any{n, nil}
				case n == 9, n == aheadCall+3: // cannot be sent
					return []any{n}
				}
				return aheadRow(n)
			}}
		}
		var bad []int64
		note := func(row auroradataapi.BadRow) error { bad = append(bad, row.Row); return nil }
		load := func(fails error, options auroradataapi.CopyOptions) (auroradataapi.CopyResult, *auroradataapi.CopyError) {
			t.Helper()
			bad = nil
			exec(t, db, "DELETE FROM t")
			r, err := auroradataapi.CopyFrom(t.Context(), db, "t", aheadColumns, source(fails), options)
			var e *auroradataapi.CopyError
			if err != nil && !errors.As(err, &e) {
				t.Fatal(err)
			}
			return r, e
		}
		for _, options := range []auroradataapi.CopyOptions{{OnBadRow: note}, {OnBadRow: note, PerCall: true}} {
			r, e := load(nil, options)
			want := []int64{9, 7, aheadCall + 3, aheadCall + 7}
			if options.PerCall { // calls are settled when they end
				slices.Sort(bad)
				slices.Sort(want)
			}
			if e != nil || !cmp.Equal(bad, want) || r.Bad != 4 {
				t.Errorf("PerCall %t: bad %v, %+v, %v", options.PerCall, bad, r, e)
			}
			// The rows behind the last call are not sent, and those that never could be are told.
			_, e = load(broken, options)
			if e == nil || !errors.Is(e, broken) || e.Row != 2*aheadCall || !slices.Contains(bad, aheadCall+3) {
				t.Errorf("PerCall %t, a source that fails: bad %v, %v", options.PerCall, bad, e)
			}
			stop := options
			stop.OnBadRow = func(row auroradataapi.BadRow) error { return errors.Join(note(row), broken) }
			if _, e = load(nil, stop); e == nil || e.Row != 9 || !cmp.Equal(bad, []int64{9}) {
				t.Errorf("PerCall %t, stopped: bad %v, %v", options.PerCall, bad, e)
			}
		}
		// Of a call and the source, which both fail, the call has the earlier rows.
		exec(t, db, "DELETE FROM t")
		failing := &steppedSource{fails: broken, row: func(n int64) []any {
			if n == aheadCall+1 {
				return nil
			}
			if n == 7 {
				return []any{n, nil}
			}
			return aheadRow(n)
		}}
		_, err := auroradataapi.CopyFrom(t.Context(), db, "t", aheadColumns, failing, auroradataapi.CopyOptions{})
		var e *auroradataapi.CopyError
		if !errors.As(err, &e) || e.Row != 7 || errors.Is(err, broken) {
			t.Error(err)
		}
	})
}

// TestCopyFromManyUnsendable has a source of hardly anything but rows that cannot be
// sent, each of which is told of before the next is read.
func TestCopyFromManyUnsendable(t *testing.T) {
	onBoth(t, func(t *testing.T, _ *dataapitest.Server, db *sql.DB, _ bool) {
		aheadTable(t, db)
		const all = 5000
		told, most := int64(0), int64(0)
		source := &steppedSource{row: func(n int64) []any {
			most = max(most, n-told)
			switch {
			case n > all:
				return nil
			case n == 4321:
				return []any{n, "good"}
			}
			return []any{n}
		}}
		r, err := auroradataapi.CopyFrom(t.Context(), db, "t", aheadColumns, source, auroradataapi.CopyOptions{
			OnBadRow: func(row auroradataapi.BadRow) error {
				if told = max(told, row.Row); row.Row > source.n {
					t.Errorf("row %d of %d", row.Row, source.n)
				}
				return nil
			},
		})
		if err != nil || r.Rows != 1 || r.Bad != all-1 || most > 2 {
			t.Errorf("%+v, %v; told of a row %d rows later", r, err, most)
		}
		if id := query[int](t, db, "SELECT id FROM t"); id != 4321 {
			t.Errorf("loaded row %d", id)
		}
	})
}

// TestCopyFromUnsendableAhead has more rows that cannot be sent behind a call that is on
// its way than wait to be told of. They are told of in their order, and the rows between
// them fill one call.
func TestCopyFromUnsendableAhead(t *testing.T) {
	onBoth(t, func(t *testing.T, srv *dataapitest.Server, setUp *sql.DB, _ bool) {
		aheadTable(t, setUp)
		read := make(chan struct{})
		tracer := &heldTracer{hold: func() {
			<-read
			time.Sleep(200 * time.Millisecond)
		}}
		db, _ := openTraced(t, srv, tracer)
		const all = aheadCall + 5000
		var want, bad []int64
		source := &steppedSource{row: func(n int64) []any {
			switch {
			case n > all:
				return nil
			case n <= aheadCall:
				return aheadRow(n)
			case n == aheadCall+1:
				close(read)
			}
			if n%2 == 0 {
				want = append(want, n)
				return []any{n}
			}
			return []any{n, "x"}
		}}
		r, err := auroradataapi.CopyFrom(t.Context(), db, "t", aheadColumns, source, auroradataapi.CopyOptions{
			OnBadRow: func(row auroradataapi.BadRow) error { bad = append(bad, row.Row); return nil },
		})
		if err != nil || r.Rows != aheadCall+2500 || r.Calls != 2 || !cmp.Equal(bad, want) {
			t.Errorf("%+v, %v; told of %d of %d rows", r, err, len(bad), len(want))
		}
	})
}

// TestCopyFromSourcePanics has a source panic while a call is on its way, which is over
// when the panic arrives.
func TestCopyFromSourcePanics(t *testing.T) {
	onBoth(t, func(t *testing.T, srv *dataapitest.Server, setUp *sql.DB, _ bool) {
		aheadTable(t, setUp)
		for _, options := range []auroradataapi.CopyOptions{{}, {PerCall: true}, {PerCall: true, InFlight: 3}} {
			exec(t, setUp, "DELETE FROM t")
			under := make(chan struct{})
			tracer := &heldTracer{hold: func() { close(under); time.Sleep(100 * time.Millisecond) }}
			db, _ := openTraced(t, srv, tracer)
			boom := new(int)
			source := &steppedSource{row: func(n int64) []any {
				if n > aheadCall {
					<-under
					panic(boom)
				}
				return aheadRow(n)
			}}
			v := recovered(func() {
				_, err := auroradataapi.CopyFrom(t.Context(), db, "t", aheadColumns, source, options)
				t.Errorf("CopyFrom returned %v", err)
			})
			if v != boom {
				t.Errorf("recovered %v", v)
			}
			tracer.take(t) // in which all calls have ended
			if n := srv.Server.OpenTransactions(); n != 0 {
				t.Errorf("%d transactions are open", n)
			}
			if n := query[int](t, setUp, "SELECT count(*) FROM t"); (n > 0) != options.PerCall {
				t.Errorf("PerCall %t: there are %d rows", options.PerCall, n)
			}
		}
	})
}
