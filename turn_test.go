package auroradataapi_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
)

// together runs f in many goroutines at once and returns their errors.
func together(n int, f func(i int) error) error {
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { errs[i] = f(i) })
	}
	all.Wait()
	return errors.Join(errs...)
}

// TestManyGoroutinesInATransaction counts on every statement being executed: the
// service turns a second one away while the first runs.
func TestManyGoroutinesInATransaction(t *testing.T) {
	t.Parallel()
	const goroutines, each = 16, 5
	eachEngine(t, func(t *testing.T, srv *dataapitest.Server) {
		db := srv.Open(t)
		exec(t, db, "CREATE TABLE g (n int)")
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback()
		err = together(goroutines, func(i int) error {
			for range each {
				if _, err := tx.ExecContext(ctx, fmt.Sprintf("INSERT INTO g VALUES (%d)", i)); err != nil {
					return err
				}
				rows, err := tx.QueryContext(ctx, "SELECT n FROM g") // which stay open meanwhile
				if err != nil {
					return err
				}
				rows.Next()
				defer rows.Close()
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		if err := tx.Commit(); err != nil {
			t.Error(err)
		}
		if n := query[int](t, db, "SELECT count(*) FROM g"); n != goroutines*each {
			t.Errorf("%d rows, want %d", n, goroutines*each)
		}
	})
}

// TestManyGoroutinesOnAConn shares what Raw hands out, which database/sql does
// not look after.
func TestManyGoroutinesOnAConn(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, srv *dataapitest.Server) {
		ctx := context.Background()
		conn := rawConn(t, srv.Open(t))
		if _, err := conn.ExecContext(ctx, "CREATE TABLE g (n int)", nil); err != nil {
			t.Fatal(err)
		}
		tx, err := conn.BeginTx(ctx, driver.TxOptions{})
		if err != nil {
			t.Fatal(err)
		}
		err = together(20, func(int) error {
			_, err := conn.ExecContext(ctx, "INSERT INTO g VALUES (1)", nil)
			return err
		})
		if err != nil {
			t.Error(err)
		}
		if err := tx.Commit(); err != nil {
			t.Error(err)
		}
	})
}

// rawConn returns the driver's connection behind one of database/sql's.
func rawConn(t *testing.T, db *sql.DB) *auroradataapi.Conn {
	t.Helper()
	conn, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	var raw *auroradataapi.Conn
	if err := conn.Raw(func(c any) error { raw = c.(*auroradataapi.Conn); return nil }); err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestPagesAndStatements reads a large result in a transaction while other
// goroutines run statements in it. The pages are fetched in the background,
// where database/sql does not look.
func TestPagesAndStatements(t *testing.T) {
	t.Parallel()
	db := dataapitest.Open(t)
	exec(t, db, "CREATE TABLE g (n int)")
	tx := begin(t, db, nil)
	defer tx.Rollback()
	const large = 60000
	err := together(4, func(i int) error {
		if i > 0 {
			for range 20 {
				if _, err := tx.Exec("INSERT INTO g VALUES (1)"); err != nil {
					return err
				}
			}
			return nil
		}
		rows, err := tx.Query("SELECT i, repeat('x', 100) FROM generate_series(1, $1::int) i", large)
		if err != nil {
			return err
		}
		defer rows.Close()
		n := 0
		for rows.Next() {
			n++
		}
		if n != large {
			t.Errorf("read %d rows, want %d", n, large)
		}
		return rows.Err()
	})
	if err != nil {
		t.Error(err)
	}
	if err := tx.Commit(); err != nil {
		t.Error(err)
	}
	if n := query[int](t, db, "SELECT count(*) FROM g"); n != 60 {
		t.Errorf("%d rows", n)
	}
}
