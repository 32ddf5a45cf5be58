package main

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/examples/internal/toolpage"
	"github.com/auroradataapi/auroradataapi/lease"
	"github.com/auroradataapi/auroradataapi/server"
)

var page = toolpage.New("goose")

func TestMain(m *testing.M) { page.Main(m) }

var _ lock.SessionLocker = (*lease.Locker)(nil)

// open returns goose for a server, and a handle.
func open(t *testing.T, srv *dataapitest.Server) (*goose.Provider, *sql.DB) {
	t.Helper()
	db := srv.Open(t)
	p, err := provider(db, srv.Engine)
	if err != nil {
		t.Fatal(err)
	}
	return p, db
}

func wantVersion(t *testing.T, p *goose.Provider, want int64) {
	t.Helper()
	if v, err := p.GetDBVersion(t.Context()); err != nil || v != want {
		t.Errorf("version %d, %v; want %d", v, err, want)
	}
}

func TestMainUp(t *testing.T) {
	page.Works(t, "`Up`: functions, triggers, `NO TRANSACTION`", func(t *testing.T, srv *dataapitest.Server) {
		if err := run(t.Context(), srv.DSN()); err != nil {
			t.Fatal(err)
		}
		p, db := open(t, srv)
		wantVersion(t, p, 3)
		if _, err := db.Exec("INSERT INTO books (title) VALUES ('new')"); err != nil {
			t.Fatal(err)
		}
		var n int
		if err := db.QueryRow("SELECT count(*) FROM books WHERE title = '12:30; or not' OR changed IS NOT NULL").Scan(&n); err != nil || n != 2 {
			t.Errorf("%d rows, %v", n, err)
		}
	})
}

func TestDown(t *testing.T) {
	page.Works(t, "`Down`, `DownTo`, `Status`", func(t *testing.T, srv *dataapitest.Server) {
		p, _ := open(t, srv)
		if _, err := p.Up(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := p.Down(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantVersion(t, p, 2)
		status, err := p.Status(t.Context())
		if err != nil || len(status) != 3 || status[1].State != goose.StateApplied || status[1].AppliedAt.IsZero() || status[2].State != goose.StatePending {
			t.Errorf("status %+v, %v", status, err)
		}
		if _, err := p.DownTo(t.Context(), 0); err != nil {
			t.Fatal(err)
		}
		wantVersion(t, p, 0)
	})
}

func TestGo(t *testing.T) {
	page.Works(t, "migrations in Go, in a transaction", func(t *testing.T, srv *dataapitest.Server) {
		db := srv.Open(t)
		dialect := map[string]goose.Dialect{"postgresql": goose.DialectPostgres, "mysql": goose.DialectMySQL}[srv.Engine]
		p, err := goose.NewProvider(dialect, db, nil,
			goose.WithSessionLocker(lease.NewLocker(db, "goose", lease.Options{})),
			goose.WithGoMigrations(goose.NewGoMigration(1, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
				_, err := tx.ExecContext(ctx, "CREATE TABLE made (id int)")
				return err
			}}, nil)))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Up(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantVersion(t, p, 1)
	})
}

func TestContenders(t *testing.T) {
	page.Works(t, "several programs at once, with `lease.NewLocker`", func(t *testing.T, srv *dataapitest.Server) {
		var wg sync.WaitGroup
		applied := make(chan int, 3)
		for range cap(applied) {
			wg.Go(func() {
				p, _ := open(t, srv)
				results, err := p.Up(t.Context())
				if err != nil {
					t.Error(err)
				}
				applied <- len(results)
			})
		}
		wg.Wait()
		if n := <-applied + <-applied + <-applied; n != 3 {
			t.Errorf("%d migrations were applied", n)
		}
	})
}

// TestTableLocker uses goose's own lock that needs no session.
func TestTableLocker(t *testing.T) {
	lockers := map[string]func(...lock.TableLockerOption) (lock.Locker, error){
		"postgresql": lock.NewPostgresTableLocker, "mysql": lock.NewMySQLTableLocker,
	}
	page.Works(t, "`WithLocker` and goose's own table lockers", func(t *testing.T, srv *dataapitest.Server) {
		locker, err := lockers[srv.Engine]()
		if err != nil {
			t.Fatal(err)
		}
		db := srv.Open(t)
		if err := locker.Lock(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		if err := locker.Unlock(t.Context(), db); err != nil {
			t.Fatal(err)
		}
	})
}

// TestSessionLocker uses goose's lock of a session, which the next call would not
// find again.
func TestSessionLocker(t *testing.T) {
	const text = "outside of a transaction each call may meet another session, and its lock would stay in a session that others get"
	page.Limit(t, "`NewPostgresSessionLocker`", text, func(t *testing.T, srv *dataapitest.Server) error {
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			t.Fatal(err)
		}
		conn, err := srv.Open(t).Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		return locker.SessionLock(t.Context(), conn)
	}, toolpage.PostgreSQL)
}

// TestLostAnswer loses the answer to the last statement of a migration.
func TestLostAnswer(t *testing.T) {
	page.Works(t, "a lost answer is an error, and the migration is rolled back", func(t *testing.T, srv *dataapitest.Server) {
		p, db := open(t, srv)
		// The statement itself, perhaps behind a comment, and not the call before it
		// that asks for the types of its parameters.
		const insert = `^(/\*.*?\*/\s*)?INSERT INTO goose_db_version`
		err := srv.Server.Faults().Add(server.Fault{SQL: insert, After: 1, Times: 1, Kind: server.FaultDrop, Executed: true})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Up(t.Context()); !errors.Is(err, auroradataapi.ErrOutcomeUnknown) {
			t.Errorf("the error is %v", err)
		}
		wantVersion(t, p, 0)
		var n int
		if err := db.QueryRow("SELECT count(*) FROM books").Scan(&n); !errors.Is(err, auroradataapi.UndefinedTable) {
			t.Errorf("%d books, %v", n, err)
		}
		if _, err := p.Up(t.Context()); err != nil {
			t.Errorf("once more: %v", err)
		}
	}, toolpage.PostgreSQL)
}

// TestBroken has a statement fail, whose error goose passes on.
func TestBroken(t *testing.T) {
	page.Works(t, "typed errors through goose's", func(t *testing.T, srv *dataapitest.Server) {
		dialect := map[string]goose.Dialect{"postgresql": goose.DialectPostgres, "mysql": goose.DialectMySQL}[srv.Engine]
		p, err := goose.NewProvider(dialect, srv.Open(t), fstest.MapFS{"1_broken.sql": {Data: []byte("-- +goose Up\nINSERT INTO nowhere VALUES (1);")}})
		if err != nil {
			t.Fatal(err)
		}
		var e *auroradataapi.Error
		if _, err := p.Up(t.Context()); !errors.Is(err, auroradataapi.UndefinedTable) || !errors.As(err, &e) || e.RequestID == "" {
			t.Errorf("the error is %v", err)
		}
	})
}
