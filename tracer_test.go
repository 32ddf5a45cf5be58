package auroradataapi_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/server"
)

// recording is a tracer that keeps what it is told.
type recording struct {
	mu       sync.Mutex
	calls    []traced
	attempts []auroradataapi.CallAttempt
	started  int
	lost     int // calls that came without the context of their start
}

type traced struct {
	auroradataapi.CallInfo
	auroradataapi.CallResult
}

type recordingKey struct{}

func (r *recording) CallStart(ctx context.Context, call auroradataapi.CallInfo) context.Context {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.started++
	return context.WithValue(ctx, recordingKey{}, call.Operation)
}

func (r *recording) CallAttempt(ctx context.Context, call auroradataapi.CallInfo, a auroradataapi.CallAttempt) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.attempts = append(r.attempts, a)
	r.match(ctx, call)
}

func (r *recording) CallEnd(ctx context.Context, call auroradataapi.CallInfo, result auroradataapi.CallResult) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, traced{call, result})
	r.match(ctx, call)
}

func (r *recording) match(ctx context.Context, call auroradataapi.CallInfo) {
	if ctx.Value(recordingKey{}) != call.Operation {
		r.lost++
	}
}

// take returns what was recorded, and forgets it.
func (r *recording) take(t *testing.T) (calls []traced, attempts []auroradataapi.CallAttempt) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.started != len(r.calls) || r.lost > 0 {
		t.Errorf("%d calls began, %d ended; %d came with another context", r.started, len(r.calls), r.lost)
	}
	calls, attempts = r.calls, r.attempts
	r.calls, r.attempts, r.started = nil, nil, 0
	return calls, attempts
}

// openTraced returns a handle whose connector has the tracer.
func openTraced(t *testing.T, srv *dataapitest.Server, tracer auroradataapi.Tracer, change ...func(*auroradataapi.Config)) (*sql.DB, *auroradataapi.Connector) {
	t.Helper()
	cfg := srv.Config()
	cfg.Params = auroradataapi.ParamsBind // which makes no calls of its own
	cfg.Tracer = tracer
	for _, f := range change {
		f(cfg)
	}
	connector, err := auroradataapi.NewConnector(cfg)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	t.Cleanup(func() { db.Close() })
	return db, connector
}

// eachEngine runs a test on both engines.
func eachEngine(t *testing.T, test func(*testing.T, *dataapitest.Server)) {
	for name, opts := range map[string][]dataapitest.Option{"postgresql": nil, "mysql": {dataapitest.MySQL()}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, dataapitest.New(t, opts...))
		})
	}
}

// line is what a test compares of a call.
func (c traced) line() string {
	e := new(auroradataapi.Error)
	errors.As(c.Err, &e)
	tx := ""
	if c.TransactionID != "" {
		tx = " in a transaction"
	}
	return fmt.Sprintf("%s %s %s %q %d→%d/%d%s ×%d %s", c.Operation, c.Kind, c.Verb, c.Statement, c.Parameters, c.Rows, c.RowsAffected, tx, c.Attempts, e.Code+e.Type)
}

func TestTracer(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, srv *dataapitest.Server) {
		rec := new(recording)
		db, connector := openTraced(t, srv, rec)
		exec(t, db, "CREATE TABLE t (i int PRIMARY KEY)")
		tx, err := db.Begin()
		if err != nil {
			t.Fatal(err)
		}
		exec(t, tx, "INSERT INTO t VALUES (?), (?)", 1, 2)
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		if n := query[int](t, db, "/* all */ (SELECT i FROM t WHERE i > ?)", 1); n != 2 {
			t.Errorf("got %d", n)
		}
		if _, err := db.Exec("INSERT INTO t VALUES (1)"); !errors.Is(err, auroradataapi.UniqueViolation) {
			t.Errorf("got %v", err)
		}
		if _, err := db.Exec("INSERT INTO t VALUES (?)", struct{}{}); err == nil {
			t.Error("a struct was sent")
		}

		calls, _ := rec.take(t)
		unique := map[string]string{"postgresql": "23505", "mysql": "23000"}[srv.Engine]
		want := []string{
			`ExecuteStatement statement CREATE "CREATE TABLE t (i int PRIMARY KEY)" 0→0/0 ×1 `,
			`BeginTransaction transaction  "" 0→0/0 in a transaction ×1 `,
			`ExecuteStatement statement INSERT "INSERT INTO t VALUES (?), (?)" 2→0/2 in a transaction ×1 `,
			`CommitTransaction transaction  "" 0→0/0 in a transaction ×1 `,
			`ExecuteStatement statement SELECT "/* all */ (SELECT i FROM t WHERE i > ?)" 1→1/0 ×1 `,
			`ExecuteStatement statement INSERT "INSERT INTO t VALUES (1)" 0→0/0 ×1 ` + unique + `DatabaseErrorException`,
		}
		var got []string
		var sent, received int64
		for _, c := range calls {
			got = append(got, c.line())
			if c.Duration <= 0 || c.Waited != 0 || c.BytesSent == 0 || c.BytesReceived == 0 || c.RequestID == "" ||
				c.Engine != srv.Engine || c.Database != srv.Database || c.ClusterARN != dataapitest.ClusterARN {
				t.Errorf("%+v", c)
			}
			sent, received = sent+c.BytesSent, received+c.BytesReceived
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("calls (-want +got):\n%s", d)
		}
		stats := auroradataapi.Stats{
			ExecuteStatement:      auroradataapi.OperationStats{Calls: 4, Errors: 1},
			BeginTransaction:      auroradataapi.OperationStats{Calls: 1},
			CommitTransaction:     auroradataapi.OperationStats{Calls: 1},
			Attempts:              6,
			BytesSent:             sent,
			BytesReceived:         received,
			Rows:                  1,
			TransactionsCommitted: 1,
		}
		if d := cmp.Diff(stats, connector.Stats()); d != "" {
			t.Errorf("stats (-want +got):\n%s", d)
		}
	})
}

// TestTracerMeetsFaults has calls go wrong on their way.
func TestTracerMeetsFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		fault    server.Fault
		reason   string
		attempts int
		answered bool // the call, in the end
		retries  auroradataapi.RetryStats
	}{
		{server.Fault{Kind: server.FaultResuming, Times: 2}, "resuming", 3, true, auroradataapi.RetryStats{Resuming: 2}},
		{server.Fault{Kind: server.FaultThrottle, Times: 1}, "throttled", 2, true, auroradataapi.RetryStats{Throttled: 1}},
		{server.Fault{Kind: server.FaultDrop, Executed: true, Times: 1}, "lost", 1, false, auroradataapi.RetryStats{}},
	}
	for _, tt := range tests {
		t.Run(string(tt.fault.Kind), func(t *testing.T) {
			t.Parallel()
			srv := dataapitest.New(t)
			rec := new(recording)
			db, connector := openTraced(t, srv, rec)
			exec(t, db, "CREATE TABLE t (i int)")
			rec.take(t)
			tt.fault.SQL = "^INSERT"
			if err := srv.Server.Faults().Add(tt.fault); err != nil {
				t.Fatal(err)
			}
			before := connector.Stats()
			_, err := db.Exec("INSERT INTO t VALUES (1)")
			if (err == nil) != tt.answered {
				t.Errorf("got %v", err)
			}
			calls, attempts := rec.take(t)
			if len(calls) != 1 || len(attempts) != tt.attempts {
				t.Fatalf("%d calls and %d attempts", len(calls), len(attempts))
			}
			c := calls[0]
			if c.Attempts != tt.attempts || (c.Err == nil) != tt.answered || (c.RequestID != "") != tt.answered {
				t.Errorf("the call was %+v", c)
			}
			var failed, same *auroradataapi.Error
			if errors.As(err, &failed) && (!errors.As(c.Err, &same) || c.Err.Error() != err.Error() || same.SafeToRetry()) {
				t.Errorf("the program got %v, the tracer %v", err, c.Err)
			}
			var pauses time.Duration
			var sent, received int64
			for i, a := range attempts {
				last := i == len(attempts)-1
				if a.Number != i+1 || a.Again == last || a.BytesSent == 0 || a.Duration <= 0 {
					t.Errorf("attempt %+v", a)
				}
				if want := tt.reason; (!last || !tt.answered) && (a.Reason != want || a.Err == nil) {
					t.Errorf("attempt %+v, want it to fail for %q", a, want)
				}
				pauses += a.Pause
				sent, received = sent+a.BytesSent, received+a.BytesReceived
			}
			if c.Waited < pauses || c.Waited > c.Duration || c.BytesSent != sent || c.BytesReceived != received {
				t.Errorf("pauses of %v, %d bytes up and %d down make a call of %+v", pauses, sent, received, c)
			}
			after := connector.Stats()
			if after.Retries != tt.retries || after.Waited != c.Waited || after.Attempts-before.Attempts != int64(tt.attempts) ||
				after.BytesSent-before.BytesSent != sent || after.BytesReceived-before.BytesReceived != received {
				t.Errorf("stats %+v", after)
			}
		})
	}
}

// TestStatsOfPages counts the rows that were read of a result in pages, of which many
// share a text and one is in pieces.
func TestStatsOfPages(t *testing.T) {
	t.Parallel()
	db, connector := openTraced(t, dataapitest.New(t), new(recording), func(c *auroradataapi.Config) { c.Paging, c.PageBytes = auroradataapi.PagingAlways, 10_000 })
	for _, n := range []int{10_000, 30} {
		before := connector.Stats().Rows
		rows, err := db.Query("SELECT i, repeat('x', CASE i WHEN 20 THEN 200000 ELSE 10 END) FROM generate_series(1, 10000) i")
		if err != nil {
			t.Fatal(err)
		}
		for range n {
			rows.Next()
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Fatal(err)
		}
		if read := int(connector.Stats().Rows - before); read < n || read > n+10 { // and what the driver asked for
			t.Errorf("%d rows were counted, of %d", read, n)
		}
	}
}

// TestTracerPauseCutShort has the context end while a cluster resumes: waiting
// is told for as long as it took.
func TestTracerPauseCutShort(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t)
	rec := new(recording)
	ctx, cancel := context.WithCancel(t.Context())
	db, connector := openTraced(t, srv, rec, func(c *auroradataapi.Config) {
		c.Sleep = func(ctx context.Context, _ time.Duration) error { // for as long as it takes
			time.AfterFunc(250*time.Millisecond, cancel)
			<-ctx.Done()
			return ctx.Err()
		}
	})
	if err := srv.Server.Faults().Add(server.Fault{Kind: server.FaultResuming}); err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(ctx, "SELECT 1"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	calls, attempts := rec.take(t)
	if len(calls) != 1 || len(attempts) == 0 || !attempts[len(attempts)-1].Again {
		t.Fatalf("%+v, %+v", calls, attempts)
	}
	if c := calls[0]; !errors.Is(c.Err, context.Canceled) || c.Waited < 200*time.Millisecond || c.Waited > c.Duration || c.Waited != connector.Stats().Waited {
		t.Errorf("%+v, %+v", c, connector.Stats())
	}
}

// TestStatsOfTransactions ends transactions in every way there is.
func TestStatsOfTransactions(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t)
	db, connector := openTraced(t, srv, nil)
	begin := func() *sql.Tx {
		t.Helper()
		tx, err := db.Begin()
		if err != nil {
			t.Fatal(err)
		}
		return tx
	}
	committed, rolledBack, failed, expired, held := begin(), begin(), begin(), begin(), begin()
	if n := connector.Stats().TransactionsOpen; n != 5 {
		t.Errorf("%d transactions are open", n)
	}
	if err := committed.Commit(); err != nil {
		t.Error(err)
	}
	if err := rolledBack.Rollback(); err != nil {
		t.Error(err)
	}
	if _, err := failed.Exec("SELECT 1/0"); err == nil {
		t.Error("a division by zero")
	}
	if err := failed.Commit(); err == nil {
		t.Error("a failed transaction was committed")
	}
	if err := srv.Server.Faults().Add(server.Fault{Kind: server.FaultExpire, Operation: "CommitTransaction", Times: 1}); err != nil {
		t.Fatal(err)
	}
	if err := expired.Commit(); err == nil {
		t.Error("an expired transaction was committed")
	}
	s := connector.Stats()
	if s.TransactionsOpen != 1 || s.TransactionsCommitted != 1 || s.TransactionsRolledBack != 2 ||
		s.BeginTransaction.Calls != 5 || s.CommitTransaction != (auroradataapi.OperationStats{Calls: 2, Errors: 1}) {
		t.Errorf("%+v", s)
	}
	if err := held.Rollback(); err != nil {
		t.Error(err)
	}
	if n := connector.Stats().TransactionsOpen; n != 0 {
		t.Errorf("%d transactions are open in the end", n)
	}
}

// TestTracerConcurrently is for the race detector, too.
func TestTracerConcurrently(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t)
	rec := new(recording)
	db, connector := openTraced(t, srv, auroradataapi.Tracers(rec, nil, new(recording)))
	const goroutines, each = 8, 10
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for i := range each {
				if _, err := db.Exec("SELECT 1", sql.Named("never", i)); err == nil {
					t.Error("an argument too many was sent")
				}
				if _, err := db.Exec("SELECT 1"); err != nil {
					t.Error(err)
				}
				_ = connector.Stats()
			}
		})
	}
	wg.Wait()
	if calls, attempts := rec.take(t); len(calls) != goroutines*each || len(attempts) != goroutines*each {
		t.Errorf("%d calls, %d attempts", len(calls), len(attempts))
	}
	if n := connector.Stats().ExecuteStatement.Calls; n != goroutines*each {
		t.Errorf("%d calls were counted", n)
	}
}

// marking is a tracer that notes its turn in what it is given.
type marking struct {
	name  string
	turns *[]string
}

func (m marking) CallStart(ctx context.Context, _ auroradataapi.CallInfo) context.Context {
	*m.turns = append(*m.turns, "start "+m.name)
	return nil
}

func (m marking) CallEnd(context.Context, auroradataapi.CallInfo, auroradataapi.CallResult) {
	*m.turns = append(*m.turns, "end "+m.name)
}

// TestTracers holds the order, and that a tracer may have no context to add and
// no interest in attempts.
func TestTracers(t *testing.T) {
	t.Parallel()
	var turns []string
	rec := new(recording)
	db, _ := openTraced(t, dataapitest.New(t), auroradataapi.Tracers(marking{"a", &turns}, rec, marking{"b", &turns}))
	exec(t, db, "SELECT 1")
	if d := cmp.Diff([]string{"start a", "start b", "end b", "end a"}, turns); d != "" {
		t.Errorf("turns (-want +got):\n%s", d)
	}
	if calls, attempts := rec.take(t); len(calls) != 1 || len(attempts) != 1 {
		t.Errorf("%d calls, %d attempts", len(calls), len(attempts))
	}
}

// TestTracerOfPages reads a result that takes several pages, and has them told
// as what they are.
func TestTracerOfPages(t *testing.T) {
	t.Parallel()
	rec := new(recording)
	db, connector := openTraced(t, dataapitest.New(t), rec)
	const statement = "SELECT repeat('x', 1000) FROM generate_series(1, $1)"
	rows, err := db.Query(statement, 2500)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for rows.Next() {
		n++
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil || n != 2500 {
		t.Fatalf("%d rows, %v", n, err)
	}
	calls, _ := rec.take(t)
	kinds := make(map[auroradataapi.CallKind]int)
	for _, c := range calls {
		kinds[c.Kind]++
		if about := c.Statement != ""; about != (c.Operation == "ExecuteStatement") || about && c.Statement != statement {
			t.Errorf("%s of kind %s is about %q", c.Operation, c.Kind, c.Statement)
		}
	}
	if kinds[auroradataapi.CallStatement] != 1 || kinds[auroradataapi.CallPage] < 3 || kinds[auroradataapi.CallTransaction] != 2 || kinds[auroradataapi.CallDescribe] != 1 || len(kinds) != 4 {
		t.Errorf("calls of the kinds %v", kinds)
	}
	if open := connector.Stats().TransactionsOpen; open != 0 {
		t.Errorf("%d transactions are open", open)
	}
}

func TestTracerOfBatches(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, srv *dataapitest.Server) {
		rec := new(recording)
		db, connector := openTraced(t, srv, rec)
		exec(t, db, "CREATE TABLE t (i int, s varchar(20))")
		rec.take(t)
		const statement = "INSERT INTO t VALUES (?, ?)"
		if _, err := auroradataapi.ExecBatch(t.Context(), db, statement, [][]any{{1, "a"}, {2, "b"}, {3, "c"}}); err != nil {
			t.Fatal(err)
		}
		calls, _ := rec.take(t)
		if len(calls) != 1 {
			t.Fatalf("%d calls", len(calls))
		}
		if c := calls[0]; c.Operation != "BatchExecuteStatement" || c.Kind != auroradataapi.CallStatement || c.Verb != "INSERT" ||
			c.Statement != statement || c.Sets != 3 || c.Parameters != 2 {
			t.Errorf("the call was %+v", c)
		}
		if s := connector.Stats(); s.BatchExecuteStatement.Calls != 1 {
			t.Errorf("%+v", s)
		}
	})
}

// TestTracerOfCancelling gives a statement up, which the driver then stops by a
// call of its own.
func TestTracerOfCancelling(t *testing.T) {
	t.Parallel()
	rec := new(recording)
	srv := dataapitest.New(t)
	db, _ := openTraced(t, srv, rec)
	running := sleeping(t, srv, srv.Open(t))
	ctx := deadlineWhen(t, func() bool { return running() > 0 })
	const statement = "SELECT pg_sleep(30)"
	if _, err := db.ExecContext(ctx, statement); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if err := db.Close(); err != nil { // which waits for what runs in the background
		t.Error(err)
	}
	calls, _ := rec.take(t)
	if len(calls) < 2 {
		t.Fatalf("%d calls", len(calls))
	}
	for i, c := range calls {
		want := auroradataapi.CallCancel
		if i == 0 {
			want = auroradataapi.CallStatement
		}
		if c.Kind != want || c.Statement != statement || (c.Err == nil) != (i > 0) {
			t.Errorf("call %d was %+v", i, c)
		}
	}
}
