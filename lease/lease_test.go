package lease_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/lease"
	"github.com/auroradataapi/auroradataapi/server"
)

func TestMain(m *testing.M) { dataapitest.Main(m) }

// onBoth runs a test on each engine.
func onBoth(t *testing.T, test func(t *testing.T, srv *dataapitest.Server)) {
	t.Helper()
	t.Parallel()
	for name, options := range map[string][]dataapitest.Option{"PostgreSQL": nil, "MySQL": {dataapitest.MySQL()}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, dataapitest.New(t, options...))
		})
	}
}

// acquire acquires a lease that is released at the end of the test.
func acquire(t *testing.T, db *sql.DB, o lease.Options) *lease.Lease {
	t.Helper()
	l, err := lease.Acquire(t.Context(), db, "work", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Release(context.Background()) })
	return l
}

func release(t *testing.T, l *lease.Lease) {
	t.Helper()
	if err := l.Release(t.Context()); err != nil {
		t.Error(err)
	}
}

// wantHeld fails unless the lease is somebody's.
func wantHeld(t *testing.T, db *sql.DB, owner string) {
	t.Helper()
	l, err := lease.Try(t.Context(), db, "work", lease.Options{})
	if err == nil {
		release(t, l)
		t.Fatal("the lease is free")
	}
	var held *lease.HeldError
	if !errors.Is(err, lease.ErrHeld) || !errors.As(err, &held) || held.Owner != owner || held.Left <= 0 {
		t.Errorf("the error is %v, want one that the lease is held by %s", err, owner)
	}
}

func exec(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

// begins is what a statement begins with: maybe a comment, by which the driver would
// find it to stop it. Without it, a fault would hit the driver's question for the
// types of the statement's parameters too.
const begins = `^(/\*.*?\*/\s*)?`

// fault has the next call with a text go wrong.
func fault(t *testing.T, srv *dataapitest.Server, f server.Fault) {
	t.Helper()
	if f.Times == 0 {
		f.Times = 1
	}
	if err := srv.Server.Faults().Add(f); err != nil {
		t.Fatal(err)
	}
}

// wantHits fails unless each fault hit as often as it was to.
func wantHits(t *testing.T, srv *dataapitest.Server) {
	t.Helper()
	for _, f := range srv.Server.Faults().List() {
		if f.Hit != f.Fault.Times {
			t.Errorf("the fault %s hit %d calls of %d", f.Fault.SQL, f.Hit, f.Fault.Times)
		}
	}
}

func TestOneAtATime(t *testing.T) {
	onBoth(t, func(t *testing.T, srv *dataapitest.Server) {
		const contenders, turns = 4, 3
		var inside, most atomic.Int32
		var mu sync.Mutex
		var tokens []int64
		var wg sync.WaitGroup
		for range contenders {
			wg.Go(func() {
				db := srv.Open(t)
				for range turns {
					l, err := lease.Acquire(t.Context(), db, "work", lease.Options{Poll: 20 * time.Millisecond})
					if err != nil {
						t.Error(err)
						return
					}
					most.Store(max(most.Load(), inside.Add(1)))
					mu.Lock()
					tokens = append(tokens, l.Token())
					mu.Unlock()
					time.Sleep(10 * time.Millisecond)
					inside.Add(-1)
					release(t, l)
				}
			})
		}
		wg.Wait()
		if n := most.Load(); n != 1 {
			t.Errorf("%d were inside at the same time", n)
		}
		if len(tokens) != contenders*turns {
			t.Errorf("%d turns", len(tokens))
		}
		for i := 1; i < len(tokens); i++ {
			if tokens[i] <= tokens[i-1] {
				t.Errorf("the tokens do not grow: %v", tokens)
			}
		}
	})
}

func TestHeld(t *testing.T) {
	onBoth(t, func(t *testing.T, srv *dataapitest.Server) {
		db := srv.Open(t)
		l := acquire(t, db, lease.Options{Owner: "the first"})
		wantHeld(t, db, "the first")
		var err error
		for wait := time.Second; wait < time.Minute && !errors.Is(err, lease.ErrHeld); wait *= 2 { // a slow machine does not come to ask at first
			ctx, cancel := context.WithTimeout(t.Context(), wait)
			_, err = lease.Acquire(ctx, db, "work", lease.Options{Poll: 10 * time.Millisecond})
			cancel()
		}
		if !errors.Is(err, lease.ErrHeld) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("waiting ended with %v", err)
		}
		other, err := lease.Try(t.Context(), db, "other work", lease.Options{})
		if err != nil {
			t.Fatalf("a lease of another name: %v", err)
		}
		release(t, other)
		if l.Err() != nil || l.Context().Err() != nil {
			t.Errorf("the lease ended by itself: %v", l.Err())
		}
		release(t, l)
		release(t, l) // the first counts
		if l.Context().Err() == nil {
			t.Error("the context outlasts the lease")
		}
		release(t, acquire(t, db, lease.Options{}))
	})
}

// TestCrash has an owner die: its lease ends when the database's clock says so.
func TestCrash(t *testing.T) {
	onBoth(t, func(t *testing.T, srv *dataapitest.Server) {
		crashed := srv.Open(t)
		acquire(t, crashed, lease.Options{TTL: 4 * time.Second, Owner: "the dead"})
		_ = crashed.Close() // nothing of it reaches the database any more
		db := srv.Open(t)
		wantHeld(t, db, "the dead")
		start := time.Now()
		l := acquire(t, db, lease.Options{Poll: 50 * time.Millisecond})
		if took := time.Since(start); took > 25*time.Second { // of 30 that a lease lasts by itself
			t.Errorf("the lease was free after %v", took)
		}
		if l.Token() != 2 {
			t.Errorf("the second owner's token is %d", l.Token())
		}
		release(t, l)
	})
}

// TestClock has only the clock of the database say when a lease ends, whatever the
// program's own says and in whatever zone the session is.
func TestClock(t *testing.T) {
	onBoth(t, func(t *testing.T, srv *dataapitest.Server) {
		owners, others := srv.Open(t), srv.Open(t)
		acquire(t, owners, lease.Options{TTL: time.Hour, Owner: "the owner"})
		wantHeld(t, others, "the owner")
		now := map[string]string{"postgresql": "clock_timestamp()", "mysql": "UTC_TIMESTAMP(6)"}[srv.Engine]
		exec(t, others, "UPDATE auroradataapi_lease SET expires_at = "+now) // an hour later
		l, err := lease.Try(t.Context(), others, "work", lease.Options{})
		if err != nil {
			t.Fatalf("the lease has ended by the database's clock: %v", err)
		}
		release(t, l)
		zone := map[string]string{"postgresql": "SET LOCAL TIME ZONE 'Asia/Tokyo'", "mysql": "SET time_zone = '+09:00'"}[srv.Engine]
		abroad := srv.Open(t)
		tx, err := abroad.Begin()
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback()
		if _, err := tx.Exec(zone); err != nil {
			t.Fatal(err)
		}
		held := acquire(t, owners, lease.Options{TTL: time.Minute})
		var left float64
		seconds := map[string]string{
			"postgresql": "extract(epoch FROM expires_at - clock_timestamp())", "mysql": "TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(6), expires_at)",
		}[srv.Engine]
		if err := tx.QueryRow("SELECT " + seconds + " FROM auroradataapi_lease").Scan(&left); err != nil || left < 30 || left > 60 {
			t.Errorf("in another zone it lasts for %v seconds, %v", left, err)
		}
		release(t, held)
	})
}

// TestRenewal keeps a lease for longer than it lasts without being renewed, though
// answers and requests are lost meanwhile.
func TestRenewal(t *testing.T) {
	onBoth(t, func(t *testing.T, srv *dataapitest.Server) {
		fault(t, srv, server.Fault{SQL: begins + "UPDATE .* SET expires_at", Kind: server.FaultDrop, Executed: true})
		fault(t, srv, server.Fault{SQL: begins + "UPDATE .* SET expires_at", Kind: server.FaultDrop})
		fault(t, srv, server.Fault{SQL: begins + "UPDATE .* SET expires_at", Kind: server.FaultTruncate})
		db := srv.Open(t)
		l := acquire(t, db, lease.Options{TTL: 6 * time.Second, Owner: "the living"})
		time.Sleep(7500 * time.Millisecond)
		if err := l.Err(); err != nil {
			t.Error(err)
		}
		wantHeld(t, db, "the living")
		release(t, l)
		wantHits(t, srv)
	})
}

// TestLost takes a lease away from its owner, who is told, by the context or at
// the end.
func TestLost(t *testing.T) {
	ways := []struct {
		name   string
		lose   func(t *testing.T, srv *dataapitest.Server, db *sql.DB)
		notice bool // whether the owner finds out by itself
	}{
		{"the database is out of reach", func(t *testing.T, srv *dataapitest.Server, _ *sql.DB) {
			fault(t, srv, server.Fault{SQL: begins + "UPDATE .* SET expires_at", Kind: server.FaultDrop, Times: 1000})
		}, true},
		{"somebody else has it", func(t *testing.T, _ *dataapitest.Server, db *sql.DB) {
			exec(t, db, "UPDATE auroradataapi_lease SET owner = 'a thief'")
		}, true},
		{"the row is gone", func(t *testing.T, _ *dataapitest.Server, db *sql.DB) {
			exec(t, db, "DELETE FROM auroradataapi_lease")
		}, false},
		{"the table is gone", func(t *testing.T, _ *dataapitest.Server, db *sql.DB) {
			exec(t, db, "DROP TABLE auroradataapi_lease")
		}, true},
	}
	onBoth(t, func(t *testing.T, srv *dataapitest.Server) {
		for _, way := range ways {
			t.Run(way.name, func(t *testing.T) {
				defer srv.Server.Faults().Clear()
				db := srv.Open(t)
				l := acquire(t, db, lease.Options{TTL: time.Second})
				way.lose(t, srv, db)
				if way.notice {
					select {
					case <-l.Context().Done():
					case <-time.After(time.Minute):
						t.Fatal("the owner is not told")
					}
					if err := context.Cause(l.Context()); !errors.Is(err, lease.ErrLost) {
						t.Errorf("the context ends because of %v", err)
					}
				}
				if err := l.Release(t.Context()); !errors.Is(err, lease.ErrLost) {
					t.Errorf("Release: %v", err)
				}
			})
		}
	})
}

// TestLostAnswers has each call go wrong in turn, executed or not, when a lease is
// acquired and released. It works all the same.
func TestLostAnswers(t *testing.T) {
	onBoth(t, func(t *testing.T, srv *dataapitest.Server) {
		db := srv.Open(t)
		release(t, acquire(t, db, lease.Options{})) // makes the table
		token := int64(1)
		for _, sql := range []string{"SELECT version", "INSERT", "SELECT token", "UPDATE .* SET owner = ''"} {
			for _, executed := range []bool{false, true} {
				fault(t, srv, server.Fault{SQL: begins + sql, Kind: server.FaultDrop, Executed: executed})
				l := acquire(t, db, lease.Options{})
				if l.Token() <= token {
					t.Errorf("%s: the token is %d after %d", sql, l.Token(), token)
				}
				release(t, l)
				again, err := lease.Try(t.Context(), db, "work", lease.Options{})
				if err != nil {
					t.Fatalf("after %s was lost: %v", sql, err)
				}
				release(t, again)
				token = again.Token()
			}
		}
		wantHits(t, srv)
	})
}

// TestGivenBack loses every answer to a take that is executed. The lease that
// nobody knows of is given back.
func TestGivenBack(t *testing.T) {
	onBoth(t, func(t *testing.T, srv *dataapitest.Server) {
		db := srv.Open(t)
		release(t, acquire(t, db, lease.Options{}))
		fault(t, srv, server.Fault{SQL: begins + "INSERT", Kind: server.FaultDrop, Executed: true, Times: 3})
		if l, err := lease.Try(t.Context(), db, "work", lease.Options{}); err == nil || errors.Is(err, lease.ErrHeld) {
			t.Errorf("got %v, %v", l, err)
		}
		wantHits(t, srv)
		l, err := lease.Try(t.Context(), db, "work", lease.Options{})
		if err != nil {
			t.Fatal(err)
		}
		release(t, l)
	})
}

// TestGuard looks at the lease in a transaction, at the end of which somebody else
// may have it and not before.
func TestGuard(t *testing.T) {
	onBoth(t, func(t *testing.T, srv *dataapitest.Server) {
		db := srv.Open(t)
		l := acquire(t, db, lease.Options{TTL: time.Second, Owner: "the slow"})
		tx, err := db.Begin()
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback()
		if err := l.Guard(t.Context(), tx); err != nil {
			t.Fatal(err)
		}
		got := make(chan *lease.Lease, 1)
		go func() {
			defer close(got)
			// Waits for the row, and with MySQL longer than for nothing.
			next, err := lease.Acquire(t.Context(), db, "work", lease.Options{Poll: 50 * time.Millisecond})
			if err != nil {
				t.Error(err)
				return
			}
			got <- next
		}()
		<-l.Context().Done() // it could not be renewed
		time.Sleep(200 * time.Millisecond)
		select {
		case <-got:
			t.Fatal("somebody else has it in the middle of the transaction")
		default:
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		next := <-got
		if next == nil {
			return
		}
		defer release(t, next)
		late, err := db.Begin()
		if err != nil {
			t.Fatal(err)
		}
		defer late.Rollback()
		if err := l.Guard(t.Context(), late); !errors.Is(err, lease.ErrLost) {
			t.Errorf("the owner of before passes: %v", err)
		}
	})
}

// TestTable uses a table that somebody else has made, as one who may not make
// tables has to.
func TestTable(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t)
	db := srv.Open(t)
	exec(t, db, "CREATE SCHEMA ops")
	exec(t, db, "CREATE TABLE ops.leases (name varchar(100) PRIMARY KEY, owner varchar(200) NOT NULL, token bigint NOT NULL, expires_at timestamptz NOT NULL)")
	release(t, acquire(t, db, lease.Options{Table: "ops.leases"}))
	var n int
	if err := db.QueryRow("SELECT count(*) FROM ops.leases").Scan(&n); err != nil || n != 1 {
		t.Errorf("%d rows, %v", n, err)
	}
	if _, err := lease.Try(t.Context(), db, "work", lease.Options{Table: "nowhere.leases"}); err == nil || !strings.Contains(err.Error(), "3F000") {
		t.Errorf("in a schema that does not exist: %v", err)
	}
}

func TestRefusedOptions(t *testing.T) {
	t.Parallel()
	db := dataapitest.Open(t)
	one := dataapitest.Open(t)
	one.SetMaxOpenConns(1)
	for _, test := range []struct {
		db   *sql.DB
		name string
		o    lease.Options
		want string
	}{
		{db, "", lease.Options{}, "0 bytes"},
		{db, strings.Repeat("x", 101), lease.Options{}, "101 bytes"},
		{db, "work", lease.Options{TTL: time.Millisecond}, "too short"},
		{db, "work", lease.Options{TTL: -time.Second}, "too short"},
		{db, "work", lease.Options{Poll: -1}, "negative"},
		{db, "work", lease.Options{Owner: strings.Repeat("x", 151)}, "151 bytes"},
		{db, "work", lease.Options{Table: "a; DROP TABLE b"}, "not named like a table"},
		{one, "work", lease.Options{}, "SetMaxOpenConns"},
	} {
		l, err := lease.Acquire(t.Context(), test.db, test.name, test.o)
		if err == nil {
			release(t, l)
		}
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%.10q, %+v: %v; want %q", test.name, test.o, err, test.want)
		}
	}
}

func TestLocker(t *testing.T) {
	onBoth(t, func(t *testing.T, srv *dataapitest.Server) {
		db := srv.Open(t)
		k := lease.NewLocker(db, "work", lease.Options{Owner: "the first"})
		if err := k.SessionUnlock(t.Context(), nil); err == nil {
			t.Error("what is not locked was unlocked")
		}
		for range 2 {
			if err := k.SessionLock(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			if err := k.SessionLock(t.Context(), nil); err == nil {
				t.Error("it locked twice")
			}
			wantHeld(t, db, "the first")
			if err := k.SessionUnlock(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
		}
	})
}
