package auroradataapi_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/server"
)

// TestNothingIsLeftBehind ends transactions in ways that are not in the book,
// and counts what the server and the program still have of them. It is not
// parallel, so that the goroutines are its own.
func TestNothingIsLeftBehind(t *testing.T) {
	ways := []struct {
		name string
		end  func(t *testing.T, srv *dataapitest.Server, db *sql.DB)
	}{
		{"a panic, and Rollback is deferred", func(t *testing.T, _ *dataapitest.Server, db *sql.DB) {
			defer func() { _ = recover() }()
			tx := begin(t, db, nil)
			defer tx.Rollback()
			exec(t, tx, "INSERT INTO l VALUES (1)")
			panic("of the caller")
		}},
		{"a panic, and the context ends", func(t *testing.T, _ *dataapitest.Server, db *sql.DB) {
			defer func() { _ = recover() }()
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			tx, err := db.BeginTx(ctx, nil)
			if err != nil {
				t.Fatal(err)
			}
			exec(t, tx, "INSERT INTO l VALUES (1)")
			panic("of the caller")
		}},
		{"a panic in Raw", func(t *testing.T, _ *dataapitest.Server, db *sql.DB) {
			defer func() { _ = recover() }()
			conn, err := db.Conn(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			_ = conn.Raw(func(c any) error {
				if _, err := c.(*auroradataapi.Conn).BeginTx(context.Background(), driver.TxOptions{}); err != nil {
					t.Error(err)
				}
				panic("of the caller")
			})
		}},
		{"a transaction of Raw that nobody ends", func(t *testing.T, _ *dataapitest.Server, db *sql.DB) {
			conn, err := db.Conn(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			err = conn.Raw(func(c any) error {
				_, err := c.(*auroradataapi.Conn).BeginTx(context.Background(), driver.TxOptions{})
				return err
			})
			if err := errors.Join(err, conn.Close()); err != nil {
				t.Error(err)
			}
		}},
		{"rows that nobody closes", func(t *testing.T, _ *dataapitest.Server, db *sql.DB) {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			tx, err := db.BeginTx(ctx, nil)
			if err != nil {
				t.Fatal(err)
			}
			rows, err := tx.Query("SELECT 1 UNION SELECT 2")
			if err != nil {
				t.Fatal(err)
			}
			rows.Next()
		}},
		{"rows that nobody closes, then Commit", func(t *testing.T, _ *dataapitest.Server, db *sql.DB) {
			tx := begin(t, db, nil)
			rows, err := tx.Query("SELECT 1 UNION SELECT 2")
			if err != nil {
				t.Fatal(err)
			}
			rows.Next()
			if err := tx.Commit(); err != nil {
				t.Error(err)
			}
		}},
		{"a pool that is closed before", func(t *testing.T, _ *dataapitest.Server, db *sql.DB) {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			if _, err := db.BeginTx(ctx, nil); err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		}},
		{"a sql.Conn that is closed before", func(t *testing.T, _ *dataapitest.Server, db *sql.DB) {
			ctx, cancel := context.WithCancel(context.Background())
			conn, err := db.Conn(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := conn.BeginTx(ctx, nil); err != nil {
				t.Fatal(err)
			}
			time.AfterFunc(50*time.Millisecond, cancel) // for which Close waits
			_ = conn.Close()
		}},
		{"the context ends before the first statement", func(t *testing.T, _ *dataapitest.Server, db *sql.DB) {
			ctx, cancel := context.WithCancel(context.Background())
			tx, err := db.BeginTx(ctx, nil)
			if err != nil {
				t.Fatal(err)
			}
			cancel()
			if _, err := tx.ExecContext(ctx, "INSERT INTO l VALUES (1)"); !errors.Is(err, context.Canceled) && !errors.Is(err, sql.ErrTxDone) {
				t.Errorf("got %v", err)
			}
		}},
		{"the context ends while it begins", func(t *testing.T, _ *dataapitest.Server, db *sql.DB) {
			for i := range 40 {
				ctx, cancel := context.WithTimeout(context.Background(), time.Duration(i)*200*time.Microsecond)
				_, _ = db.BeginTx(ctx, nil)
				cancel()
			}
		}},
		{"pages of a large result that nobody closes", func(t *testing.T, srv *dataapitest.Server, db *sql.DB) {
			if srv.Engine != "postgresql" {
				return // MySQL's results are not read in pages
			}
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			rows, err := db.QueryContext(ctx, "SELECT i, repeat('x', 100) FROM generate_series(1, 50000) i")
			if err != nil {
				t.Fatal(err)
			}
			for range 2 { // from then on the next page is fetched
				rows.Next()
			}
		}},
		{"a commit that is given up", func(t *testing.T, srv *dataapitest.Server, db *sql.DB) {
			fault(t, srv, server.Fault{Operation: "CommitTransaction", Kind: server.FaultDelay, Delay: time.Hour, Times: 1})
			conn, err := db.Conn(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			err = conn.Raw(func(c any) error { // database/sql would not commit
				tx, err := c.(*auroradataapi.Conn).BeginTx(deadlineWhen(t, hit(srv)), driver.TxOptions{})
				if err != nil {
					return err
				}
				return tx.Commit()
			})
			if !errors.Is(err, auroradataapi.ErrCommitUnknown) {
				t.Errorf("got %v", err)
			}
		}},
		{"a commit whose answer is lost", func(t *testing.T, srv *dataapitest.Server, db *sql.DB) {
			fault(t, srv, server.Fault{Operation: "CommitTransaction", Kind: server.FaultDrop, Times: 1})
			tx := begin(t, db, nil)
			exec(t, tx, "INSERT INTO l VALUES (1)")
			if err := tx.Commit(); !errors.Is(err, auroradataapi.ErrCommitUnknown) {
				t.Errorf("got %v", err)
			}
		}},
		{"a statement whose answer is lost", func(t *testing.T, srv *dataapitest.Server, db *sql.DB) {
			fault(t, srv, server.Fault{SQL: "INSERT", Kind: server.FaultDrop, Executed: true, Times: 1})
			tx := begin(t, db, nil)
			if _, err := tx.Exec("INSERT INTO l VALUES (1)"); !errors.Is(err, auroradataapi.ErrOutcomeUnknown) {
				t.Errorf("got %v", err)
			}
			if err := tx.Commit(); !errors.Is(err, auroradataapi.ErrTransactionRolledBack) || errors.Is(err, auroradataapi.ErrOutcomeUnknown) {
				t.Errorf("Commit: %v", err)
			}
		}},
		{"the answer to Begin comes when nobody waits", func(t *testing.T, srv *dataapitest.Server, db *sql.DB) {
			fault(t, srv, server.Fault{Operation: "BeginTransaction", Kind: server.FaultDelay, Executed: true, Delay: 300 * time.Millisecond, Times: 1})
			if _, err := db.BeginTx(deadlineWhen(t, hit(srv)), nil); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v", err)
			}
		}},
	}
	for _, engine := range []string{"postgresql", "mysql"} {
		opts := map[string][]dataapitest.Option{"mysql": {dataapitest.MySQL()}}[engine]
		srv := dataapitest.New(t, opts...)
		exec(t, srv.Open(t), "CREATE TABLE l (n int)")
		for _, way := range ways {
			t.Run(engine+"/"+way.name, func(t *testing.T) {
				before := goroutines()
				connector, err := auroradataapi.NewConnector(srv.Config())
				if err != nil {
					t.Fatal(err)
				}
				db := sql.OpenDB(connector)
				way.end(t, srv, db)
				if err := db.Close(); err != nil {
					t.Error(err)
				}
				eventually(t, "transactions are open", srv.Server.OpenTransactions, 0)
				eventually(t, "goroutines are left", func() int { return len(goroutines()) }, len(before))
				if n := query[int](t, srv.Open(t), "SELECT count(*) FROM l"); n != 0 {
					t.Errorf("%d rows were committed", n)
				}
			})
		}
	}
}

// tidy runs the tests of the package, which fail if they leave a goroutine behind
// in which the driver or database/sql is at work.
type tidy struct{ *testing.M }

func (m tidy) Run() int {
	code := m.M.Run()
	for deadline := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		left := goroutines()
		if len(left) == 0 {
			return code
		}
		if time.Now().After(deadline) {
			fmt.Fprintf(os.Stderr, "%d goroutines are left behind by the tests:\n\n%s\n", len(left), strings.Join(left, "\n\n"))
			return max(code, 1)
		}
	}
}

// fault makes the server's next calls go wrong.
func fault(t *testing.T, srv *dataapitest.Server, f server.Fault) {
	t.Helper()
	if err := srv.Server.Faults().Add(f); err != nil {
		t.Fatal(err)
	}
}

// hit returns a function that reports whether the last fault has made a call go
// wrong.
func hit(srv *dataapitest.Server) func() bool {
	return func() bool {
		faults := srv.Server.Faults().List()
		return faults[len(faults)-1].Hit > 0
	}
}

// goroutines returns the stacks of the goroutines in which the driver or
// database/sql is at work.
func goroutines() []string {
	buf := make([]byte, 4<<20)
	var at []string
	for _, stack := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		for _, pkg := range []string{"/auroradataapi.", "/internal/awsapi.", "database/sql."} {
			if strings.Contains(stack, pkg) {
				at = append(at, stack)
				break
			}
		}
	}
	return at
}

// eventually waits for a number to come down to what it has to be.
func eventually(t *testing.T, what string, number func() int, want int) {
	t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		n := number()
		if n <= want {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d %s, want %d", n, what, want)
		}
	}
}
