package auroradataapi_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// sleeps are statements that take half a minute, and those that count them
// while they run.
var (
	sleeps = map[string]string{"postgresql": "SELECT pg_sleep(30)", "mysql": "SELECT SLEEP(30)"}
	counts = map[string]string{
		"postgresql": "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()",
		"mysql":      "SELECT count(*) FROM information_schema.processlist WHERE db = database() AND info LIKE '%SLEEP(30)%' AND id <> connection_id()",
	}
)

// sleeping returns the number of sleeps that run in the database of a test.
func sleeping(t *testing.T, srv *dataapitest.Server, db *sql.DB) func() int {
	return func() int { return query[int](t, db, counts[srv.Engine]) }
}

// patientServer hides from the server that a caller has gone away, as the
// service may do, whose statements then go on.
func patientServer(t *testing.T, srv *dataapitest.Server) *auroradataapi.Config {
	t.Helper()
	return serverBehind(t, srv, func(*http.Request, []byte) {})
}

// serverBehind is patientServer, and shows each request to a function before the
// server gets it.
func serverBehind(t *testing.T, srv *dataapitest.Server, show func(r *http.Request, body []byte)) *auroradataapi.Config {
	t.Helper()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the caller has gone away before
		}
		show(r, body)
		r = r.WithContext(context.WithoutCancel(r.Context()))
		r.Body = io.NopCloser(bytes.NewReader(body))
		srv.Server.ServeHTTP(w, r)
	}))
	t.Cleanup(web.Close)
	cfg := srv.Config()
	cfg.Endpoint = web.URL
	return cfg
}

// gate holds requests up.
type gate struct{ arrived, opened chan struct{} }

func newGate() *gate { return &gate{make(chan struct{}, 10), make(chan struct{})} }

func (g *gate) pass() {
	g.arrived <- struct{}{}
	<-g.opened
}

func openConfig(t *testing.T, cfg *auroradataapi.Config) *sql.DB {
	t.Helper()
	connector, err := auroradataapi.NewConnector(cfg)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// patience is how long a test waits for what comes soon, unless the machine is
// very busy.
const patience = time.Minute

// cancelledRunning gives a call up when the database runs its statement. The call
// has to return well before that could have ended by itself.
func cancelledRunning(t *testing.T, running func() int, run func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	returned := make(chan error, 1)
	go func() { returned <- run(ctx) }()
	for deadline := time.Now().Add(patience); running() == 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the statement does not run")
		}
	}
	givenUp(t, cancel, returned)
}

// deadlineWhen returns a context whose deadline passes when a condition has come
// true.
func deadlineWhen(t *testing.T, condition func() bool) context.Context {
	t.Helper()
	passed, ended := make(chan struct{}), make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		defer close(passed)
		for end := time.Now().Add(patience); time.Now().Before(end) && !condition(); {
			select {
			case <-ended:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	})
	t.Cleanup(func() { close(ended); watching.Wait() })
	return passedContext{context.Background(), passed}
}

type passedContext struct {
	context.Context
	passed chan struct{}
}

func (c passedContext) Done() <-chan struct{} { return c.passed }

func (c passedContext) Err() error {
	select {
	case <-c.passed:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

// cancelledAt gives a call up when its request is at a gate, which stays closed
// until the call has returned.
func cancelledAt(t *testing.T, g *gate, run func(context.Context) error) {
	t.Helper()
	defer close(g.opened)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	returned := make(chan error, 1)
	go func() { returned <- run(ctx) }()
	select {
	case <-g.arrived:
	case err := <-returned:
		t.Fatalf("the call returned %v before it was made", err)
	}
	givenUp(t, cancel, returned)
}

// givenUp gives up a call, and waits for it to return.
func givenUp(t *testing.T, cancel func(), returned <-chan error) {
	t.Helper()
	at := time.Now()
	cancel()
	select {
	case err := <-returned:
		if took := time.Since(at); took > 15*time.Second { // the sleeps take 30
			t.Errorf("the call returned %v after it was given up", took)
		}
		if !errors.Is(err, context.Canceled) {
			t.Errorf("the call that was given up returned %v", err)
		}
	case <-time.After(patience):
		t.Fatal("the call that was given up does not return")
	}
}

// TestCancelReturnsAtOnce gives up calls of each kind, while the server goes on
// with them.
func TestCancelReturnsAtOnce(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, srv *dataapitest.Server) {
		begins := newGate()
		db := openConfig(t, serverBehind(t, srv, func(r *http.Request, _ []byte) {
			if strings.HasSuffix(r.URL.Path, "/BeginTransaction") {
				begins.pass()
			}
		}))
		cancelledAt(t, begins, func(ctx context.Context) error {
			_, err := db.BeginTx(ctx, nil)
			return err
		})
		running := sleeping(t, srv, srv.Open(t))
		cancelledRunning(t, running, func(ctx context.Context) error {
			_, err := db.ExecContext(ctx, sleeps[srv.Engine])
			return err
		})
		eventually(t, "statements run on", running, 0)
		cancelledRunning(t, running, func(ctx context.Context) error {
			tx, err := db.BeginTx(ctx, nil)
			if err != nil {
				return err
			}
			_, err = tx.QueryContext(ctx, sleeps[srv.Engine])
			return err
		})
		eventually(t, "statements run on", running, 0)
		eventually(t, "transactions are open", srv.Server.OpenTransactions, 0)
	})
}

// TestCancelStopsTheStatement gives up statements of a service that does not
// notice, in and outside of a transaction, and looks at what the database runs.
func TestCancelStopsTheStatement(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, srv *dataapitest.Server) {
		admin := srv.Open(t)
		running := sleeping(t, srv, admin)
		exec(t, admin, "CREATE TABLE c (n int)")
		db := openConfig(t, patientServer(t, srv))

		cancelledRunning(t, running, func(ctx context.Context) error {
			_, err := db.ExecContext(ctx, sleeps[srv.Engine])
			return err
		})
		eventually(t, "statements run on", running, 0)

		tx := begin(t, db, nil) // which has more time than its statement
		exec(t, tx, "INSERT INTO c VALUES (1)")
		cancelledRunning(t, running, func(ctx context.Context) error {
			_, err := tx.ExecContext(ctx, sleeps[srv.Engine])
			return err
		})
		if _, err := tx.Exec("INSERT INTO c VALUES (2)"); !errors.Is(err, auroradataapi.FailedTransaction) {
			t.Errorf("a statement behind one that was given up: %v", err)
		}
		if err := tx.Commit(); !errors.Is(err, auroradataapi.FailedTransaction) || !errors.Is(err, context.Canceled) {
			t.Errorf("Commit behind a statement that was given up: %v", err)
		}
		eventually(t, "statements run on", running, 0)
		eventually(t, "transactions are open", srv.Server.OpenTransactions, 0)
		if n := query[int](t, admin, "SELECT count(*) FROM c"); n != 0 {
			t.Errorf("%d rows", n)
		}
	})
}

// TestCancelOff leaves a statement to the server.
func TestCancelOff(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, srv *dataapitest.Server) {
		cfg := patientServer(t, srv)
		cfg.NoServerCancel = true
		db := openConfig(t, cfg)
		admin := srv.Open(t)
		running := sleeping(t, srv, admin)
		cancelledRunning(t, running, func(ctx context.Context) error {
			_, err := db.ExecContext(ctx, sleeps[srv.Engine])
			return err
		})
		if err := db.Close(); err != nil { // which waits for the stopping, if there were one
			t.Error(err)
		}
		if n := running(); n != 1 {
			t.Errorf("%d statements run, want the one that was given up", n)
		}
		stopSleeping(t, srv, admin)
		eventually(t, "statements run on", running, 0)
	})
}

// stopSleeping ends the sleep that runs.
func stopSleeping(t *testing.T, srv *dataapitest.Server, db *sql.DB) {
	t.Helper()
	if srv.Engine == "postgresql" {
		exec(t, db, strings.Replace(counts[srv.Engine], "count(*)", "pg_cancel_backend(pid)", 1))
		return
	}
	exec(t, db, fmt.Sprintf("KILL QUERY %d", query[int](t, db, strings.Replace(counts[srv.Engine], "count(*)", "id", 1))))
}

// TestCancelMeetsNothingElse goes on with a connection whose call was given up
// before its statement began, so that it is looked for a second time: while the
// next one runs.
func TestCancelMeetsNothingElse(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, srv *dataapitest.Server) {
		first := newGate()
		db := openConfig(t, serverBehind(t, srv, func(_ *http.Request, body []byte) {
			if bytes.Contains(body, []byte("(0.3)")) {
				first.pass()
			}
		}))
		conn, err := db.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		cancelledAt(t, first, func(ctx context.Context) error {
			_, err := conn.ExecContext(ctx, strings.Replace(sleeps[srv.Engine], "30", "0.3", 1))
			return err
		})
		var interrupted any // SLEEP returns 1 when it is
		if err := conn.QueryRowContext(t.Context(), strings.Replace(sleeps[srv.Engine], "30", "2.5", 1)).Scan(&interrupted); err != nil || interrupted == int64(1) {
			t.Errorf("the next statement: %v, %v", interrupted, err)
		}
	})
}

// TestTagIsNotNoticed holds that errors speak of the statement as it was
// written, and that the longest statement can be sent.
func TestTagIsNotNoticed(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, srv *dataapitest.Server) {
		db := srv.Open(t)
		for _, ctx := range []context.Context{t.Context(), context.Background()} {
			var e *auroradataapi.Error
			const statement = "SELECT 'ä', nope"
			_, err := db.ExecContext(ctx, statement)
			if !errors.As(err, &e) || e.Statement != statement || !errors.Is(err, auroradataapi.UndefinedColumn) {
				t.Fatalf("got %v", err)
			}
			if want := map[string]int{"postgresql": 13}[srv.Engine]; e.Position != want {
				t.Errorf("the error is at %d, want %d", e.Position, want)
			}
			for _, n := range []int{wire.MaxSQLChars, wire.MaxSQLChars - 10, wire.MaxSQLChars - 50} {
				long := "SELECT 'ä" + strings.Repeat("x", n-len("SELECT '.'")) + "'"
				if _, err := db.ExecContext(ctx, long); err != nil {
					t.Errorf("a statement of %d characters: %v", n, err)
				}
			}
		}
	})
}

// TestTracerOfCancel holds that a tracer is told for which statement something
// is stopped, and not by which comment it was found.
func TestTracerOfCancel(t *testing.T) {
	t.Parallel()
	rec := new(recording)
	srv := dataapitest.New(t)
	db, connector := openTraced(t, srv, rec)
	const statement = "SELECT pg_sleep(30)"
	cancelledRunning(t, sleeping(t, srv, srv.Open(t)), func(ctx context.Context) error {
		_, err := db.ExecContext(ctx, statement)
		return err
	})
	if err := connector.Close(); err != nil { // which waits for the stopping
		t.Fatal(err)
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
		if c.Kind != want || c.Statement != statement {
			t.Errorf("call %d is of kind %s, about %q", i, c.Kind, c.Statement)
		}
	}
}
