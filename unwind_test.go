package auroradataapi_test

import (
	"context"
	"database/sql"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
)

// recovered returns what a function panics with.
func recovered(f func()) (v any) {
	defer func() { v = recover() }()
	f()
	return nil
}

// panicTracer panics with itself before call number n, from 1, of a kind.
type panicTracer struct {
	recording
	kind auroradataapi.CallKind
	n    int32
	seen atomic.Int32
}

func (p *panicTracer) CallStart(ctx context.Context, call auroradataapi.CallInfo) context.Context {
	if call.Kind == p.kind && p.seen.Add(1) == p.n {
		panic(p)
	}
	return p.recording.CallStart(ctx, call)
}

// TestCopyFromPanicOfCallback has OnBadRow and Progress panic, who are called by
// other goroutines with PerCall. The caller of CopyFrom gets the panic when nothing
// runs any longer.
func TestCopyFromPanicOfCallback(t *testing.T) {
	onBoth(t, func(t *testing.T, srv *dataapitest.Server, _ *sql.DB, _ bool) {
		tracer := new(recording)
		db, _ := openTraced(t, srv, tracer)
		exec(t, db, "CREATE TABLE t (id int PRIMARY KEY, name text NOT NULL)")
		long := strings.Repeat("x", 50000)
		var rows [][]any
		for i := 1; i <= 250; i++ { // three calls
			rows = append(rows, []any{i, long})
		}
		rows[200][1] = nil
		boom := new(int)
		stop := func() { panic(boom) }
		bad := func(auroradataapi.BadRow) error { stop(); return nil }
		progress := func(auroradataapi.CopyProgress) { stop() }
		for name, options := range map[string]auroradataapi.CopyOptions{
			"OnBadRow in a transaction": {OnBadRow: bad},
			"Progress in a transaction": {Progress: progress},
			"OnBadRow":                  {OnBadRow: bad, PerCall: true},
			"Progress":                  {Progress: progress, PerCall: true},
			"OnBadRow, 3 at once":       {OnBadRow: bad, PerCall: true, InFlight: 3},
			"Progress, 3 at once":       {Progress: progress, PerCall: true, InFlight: 3},
		} {
			t.Run(name, func(t *testing.T) {
				exec(t, db, "DELETE FROM t")
				tracer.take(t)
				load := func() {
					_, err := auroradataapi.CopyFrom(t.Context(), db, "t", []string{"id", "name"}, auroradataapi.CopyRows(rows), options)
					t.Errorf("CopyFrom returned %v", err)
				}
				if v := recovered(load); v != boom {
					t.Errorf("recovered %v", v)
				}
				tracer.take(t) // in which all calls have ended
				if n := srv.Server.OpenTransactions(); n != 0 {
					t.Errorf("%d transactions are open", n)
				}
				if n := query[int](t, db, "SELECT count(*) FROM t"); !options.PerCall && n != 0 {
					t.Errorf("there are %d rows", n)
				}
			})
		}
		t.Run("Goexit", func(t *testing.T) { // as of t.Fatal
			ended := make(chan bool)
			stop = runtime.Goexit
			go func() {
				returned := false
				defer func() { ended <- returned }()
				_, _ = auroradataapi.CopyFrom(t.Context(), db, "t", []string{"id", "name"}, auroradataapi.CopyRows(rows),
					auroradataapi.CopyOptions{OnBadRow: bad, PerCall: true})
				returned = true
			}()
			if <-ended {
				t.Error("CopyFrom returned")
			}
		})
	})
}

// eventTracer panics with itself at one event: the start or the end of any call,
// the first of which is 1.
type eventTracer struct {
	recording
	at   int32
	seen atomic.Int32
}

func (e *eventTracer) event() {
	if e.seen.Add(1) == e.at {
		panic(e)
	}
}

func (e *eventTracer) CallStart(ctx context.Context, call auroradataapi.CallInfo) context.Context {
	e.event()
	return e.recording.CallStart(ctx, call)
}

func (e *eventTracer) CallEnd(ctx context.Context, call auroradataapi.CallInfo, result auroradataapi.CallResult) {
	e.recording.CallEnd(ctx, call, result)
	e.event()
}

// TestPanicOfTracerAnywhere has a tracer panic at one event after the other of what
// takes a transaction, which must not be left open.
func TestPanicOfTracerAnywhere(t *testing.T) {
	copied := func(options auroradataapi.CopyOptions) func(*testing.T, *sql.DB) {
		return func(t *testing.T, db *sql.DB) {
			rows := [][]any{{1, "a"}, {2, nil}}
			_, _ = auroradataapi.CopyFrom(t.Context(), db, "t", []string{"id", "name"}, auroradataapi.CopyRows(rows), options)
		}
	}
	skip := func(auroradataapi.BadRow) error { return nil }
	large := strings.Repeat("x", 1_500_000) // two of which fill a call
	ahead := func(t *testing.T, db *sql.DB) {
		rows := [][]any{{1, large}, {2, large}, {3, large}, {4, nil}, {5, large}}
		_, _ = auroradataapi.CopyFrom(t.Context(), db, "texts", []string{"id", "name"}, auroradataapi.CopyRows(rows),
			auroradataapi.CopyOptions{OnBadRow: skip})
	}
	begun := func(opts *sql.TxOptions) func(*testing.T, *sql.DB) {
		return func(t *testing.T, db *sql.DB) {
			tx, err := db.BeginTx(t.Context(), opts)
			if err != nil { // MySQL's level cannot be set
				return
			}
			defer tx.Rollback()
			exec(t, tx, "INSERT INTO t VALUES (1, 'a')")
			if err := tx.Commit(); err != nil {
				t.Error(err)
			}
		}
	}
	batched := make([][]any, 2500) // in several calls
	for i := range batched {
		batched[i] = []any{i, "x"}
	}
	eachEngine(t, func(t *testing.T, srv *dataapitest.Server) {
		setUp := srv.Open(t)
		exec(t, setUp, "CREATE TABLE t (id int PRIMARY KEY, name varchar(20) NOT NULL)")
		exec(t, setUp, "CREATE TABLE texts (id int NOT NULL, name "+map[string]string{"mysql": "longtext", "postgresql": "text"}[srv.Engine]+" NOT NULL)")
		for name, do := range map[string]func(*testing.T, *sql.DB){
			"CopyFrom, 3 calls":  ahead,
			"CopyFrom":           copied(auroradataapi.CopyOptions{}),
			"CopyFrom, OnBadRow": copied(auroradataapi.CopyOptions{OnBadRow: skip}),
			"CopyFrom, PerCall":  copied(auroradataapi.CopyOptions{OnBadRow: skip, PerCall: true}),
			"Begin":              begun(nil),
			"Begin serializable": begun(&sql.TxOptions{Isolation: sql.LevelSerializable}),
			"Exec":               func(t *testing.T, db *sql.DB) { _, _ = db.ExecContext(t.Context(), "INSERT INTO t VALUES (1, 'a')") },
			"ExecBatch": func(t *testing.T, db *sql.DB) {
				_, _ = auroradataapi.ExecBatch(t.Context(), db, "INSERT INTO t VALUES (?, ?)", batched)
			},
			"script": func(t *testing.T, db *sql.DB) {
				_, _ = db.ExecContext(t.Context(), "INSERT INTO t VALUES (1, 'a'); INSERT INTO t VALUES (2, 'b')")
			},
		} {
			t.Run(name, func(t *testing.T) {
				if underRace && name == "CopyFrom, 3 calls" {
					t.Log("not with the race detector, which takes minutes for it")
					return
				}
				for n := int32(1); ; n++ {
					exec(t, setUp, "DELETE FROM t")
					tracer := &eventTracer{at: n}
					cfg := srv.Config()
					cfg.Tracer, cfg.Params = tracer, auroradataapi.ParamsBind
					if srv.Engine == "postgresql" {
						cfg.Settings = map[string]string{"search_path": "public"} // a transaction around everything
					}
					cfg.MultiStatements = auroradataapi.MultiStatementsInTransaction
					connector, err := auroradataapi.NewConnector(cfg)
					if err != nil {
						t.Fatal(err)
					}
					db := sql.OpenDB(connector)
					v := recovered(func() { do(t, db) })
					db.Close()
					if v != tracer && tracer.seen.Load() >= n {
						t.Errorf("event %d: recovered %v", n, v)
					}
					if open, ids := srv.Server.OpenTransactions(), connector.Stats().TransactionsOpen; open != 0 || ids != 0 {
						t.Errorf("event %d: %d transactions are open, and %d are known of", n, open, ids)
						srv.Server.ExpireTransactions()
					}
					if tracer.seen.Load() < n { // there are no more
						if n < 3 {
							t.Errorf("there were %d events", n-1)
						}
						break
					}
				}
			})
		}
	})
}

// TestPanicOfTracer has a tracer panic in calls that other goroutines make.
func TestPanicOfTracer(t *testing.T) {
	eachEngine(t, func(t *testing.T, srv *dataapitest.Server) {
		clean := func(t *testing.T) {
			if n := srv.Server.OpenTransactions(); n != 0 {
				t.Errorf("%d transactions are open", n)
			}
		}
		t.Run("begin", func(t *testing.T) {
			tracer := &panicTracer{kind: auroradataapi.CallTransaction, n: 1}
			db, _ := openTraced(t, srv, tracer)
			if v := recovered(func() { _, _ = db.BeginTx(t.Context(), nil) }); v != tracer {
				t.Errorf("recovered %v", v)
			}
			clean(t)
		})
		t.Run("page", func(t *testing.T) {
			setUp := srv.Open(t)
			exec(t, setUp, "CREATE TABLE pages (id int PRIMARY KEY, name text)")
			for i := range 4 {
				exec(t, setUp, fmt.Sprintf("INSERT INTO pages VALUES (%d, '%s')", i, strings.Repeat("x", 9000)))
			}
			for n := int32(1); ; n++ {
				tracer := &panicTracer{kind: auroradataapi.CallPage, n: n}
				db := srv.Open(t, func(cfg *auroradataapi.Config) {
					cfg.Paging, cfg.PageBytes, cfg.Tracer = auroradataapi.PagingAlways, 10000, tracer
				})
				v := recovered(func() {
					rows, err := db.Query("SELECT id, name FROM pages ORDER BY id")
					if err != nil {
						t.Fatal(err)
					}
					defer rows.Close()
					for rows.Next() {
					}
				})
				clean(t)
				if v == nil && tracer.seen.Load() < n { // there are no more calls
					if n < 4 {
						t.Errorf("there were %d calls", n-1)
					}
					break
				}
				if v != tracer {
					t.Fatalf("call %d: recovered %v", n, v)
				}
			}
		})
		t.Run("cancel", func(t *testing.T) {
			tracer := &panicTracer{kind: auroradataapi.CallCancel, n: 1}
			db, _ := openTraced(t, srv, tracer)
			cancelledRunning(t, sleeping(t, srv, db), func(ctx context.Context) error {
				_, err := db.ExecContext(ctx, sleeps[srv.Engine])
				return err
			})
			if v := recovered(func() { db.Close() }); v != tracer {
				t.Errorf("recovered %v", v)
			}
		})
	})
}
