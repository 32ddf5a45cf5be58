package auroradataapi_test

import (
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/server"
)

// confined is a database with a user of its own, who may not make temporary
// objects, beside its administrator.
type confined struct {
	*dataapitest.Server
	admin *sql.DB
	role  string
}

const confinedSecret = "arn:aws:secretsmanager:us-east-1:123456789012:secret:limited"

func newConfined(t *testing.T) confined {
	t.Helper()
	role := "limited_" + strings.ToLower(rand.Text()[:8])
	srv := dataapitest.New(t, dataapitest.Config(func(c *server.Config) {
		c.Clusters[0].Secrets = append(c.Clusters[0].Secrets, server.Secret{ARN: confinedSecret, Username: role})
	}))
	admin := srv.Open(t)
	exec(t, admin, "CREATE ROLE "+role+" LOGIN")
	t.Cleanup(func() {
		exec(t, admin, "DROP OWNED BY "+role)
		exec(t, admin, "DROP ROLE "+role)
	})
	exec(t, admin, "REVOKE TEMPORARY ON DATABASE "+srv.Database+" FROM PUBLIC")
	return confined{srv, admin, role}
}

// open returns a database handle of the user.
func (c confined) open(t *testing.T, paging auroradataapi.Paging, change ...func(*auroradataapi.Config)) *sql.DB {
	t.Helper()
	return c.Server.Open(t, func(cfg *auroradataapi.Config) {
		cfg.SecretARN, cfg.Paging = confinedSecret, paging
		for _, change := range change {
			change(cfg)
		}
	})
}

// TestLargeResultConfined reads where no function can be made.
func TestLargeResultConfined(t *testing.T) {
	c := newConfined(t)
	exec(t, c.admin, `CREATE TABLE big AS SELECT i AS id, CASE i WHEN 5000 THEN repeat('long é', 400000) ELSE repeat('x', (i * 7919) % 3000) END AS t FROM generate_series(1, 9000) i`)
	exec(t, c.admin, "GRANT SELECT ON big TO "+c.role)
	wantN, want := wantSums(9000, func(i int) (string, bool) {
		if i == 5000 {
			return strings.Repeat("long é", 400000), true
		}
		return strings.Repeat("x", i*7919%3000), true
	})
	const statement = "SELECT id, t FROM big WHERE id > $1 ORDER BY id; -- all"
	check := func(name string, db interface {
		Query(string, ...any) (*sql.Rows, error)
	}) {
		t.Helper()
		for range 2 {
			rows, err := db.Query(statement, 0)
			if n, got := sums(t, rows, err); n != wantN || got != want {
				t.Errorf("%s: read %d rows with the checksum %s, want %d with %s", name, n, got, wantN, want)
			}
		}
	}
	db := c.open(t, auroradataapi.PagingAuto)
	check("without the right", db)
	tx := begin(t, db, nil)
	defer tx.Rollback()
	check("without the right, in a transaction", tx)
	readOnly := begin(t, c.admin, &sql.TxOptions{ReadOnly: true})
	defer readOnly.Rollback()
	check("in a read-only transaction", readOnly)
	exec(t, c.admin, "ALTER ROLE "+c.role+" SET default_transaction_read_only = on")
	check("where all transactions are read-only", c.open(t, auroradataapi.PagingAuto))
}

// TestConfinedWrites has functions within queries write. Whatever comes of the
// rows, what they wrote is there as often as they ran, or the error says otherwise.
func TestConfinedWrites(t *testing.T) {
	c := newConfined(t)
	exec(t, c.admin, `CREATE TABLE log (i int)`)
	exec(t, c.admin, `CREATE FUNCTION noted(i int) RETURNS int LANGUAGE plpgsql AS 'BEGIN INSERT INTO log VALUES (i); RETURN i; END'`)
	exec(t, c.admin, "GRANT SELECT, INSERT ON log TO "+c.role)
	const n = 2000
	for _, paging := range []auroradataapi.Paging{auroradataapi.PagingAuto, auroradataapi.PagingAlways} {
		for calls, expression := range map[int]string{n: "noted(i)", 1: "CASE i WHEN 1900 THEN noted(i) ELSE i END"} {
			for name, db := range map[string]*sql.DB{
				"confined": c.open(t, paging),
				"free":     c.Server.Open(t, func(cfg *auroradataapi.Config) { cfg.Paging = paging }),
			} {
				t.Run(fmt.Sprintf("%s %s %d", paging, name, calls), func(t *testing.T) {
					delivered := 0
					for run := 1; run <= 3; run++ {
						exec(t, c.admin, "DELETE FROM log")
						rows, err := db.Query("SELECT " + expression + ", repeat('x', 1000) FROM generate_series(1, 2000) i")
						read, err := drain(rows, err)
						var e *auroradataapi.IncompleteError
						switch logged := query[int](t, c.admin, "SELECT count(*) FROM log"); {
						case err == nil && read == n && logged == calls:
							delivered++
						case errors.As(err, &e) && e.Applied && e.Rows == read && logged == calls:
						case errors.As(err, &e) && !e.Applied && e.Rows == read && logged == 0:
						default:
							t.Errorf("run %d: %d rows, %v; %d calls are in the log", run, read, err, logged)
						}
					}
					if delivered < 2 {
						t.Errorf("delivered %d of 3 times", delivered)
					}
				})
			}
		}
	}
}

// drain reads rows to their end and counts them.
func drain(rows *sql.Rows, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		n++
	}
	return n, rows.Err()
}

// TestConfinedPortal reads what no cursor can be declared for, with parameters of
// every type.
func TestConfinedPortal(t *testing.T) {
	c := newConfined(t)
	exec(t, c.admin, `CREATE TABLE kept (i bigint, d float8, b bool, t text, y bytea, at timestamp, day date, u uuid, j jsonb, n numeric, nothing text)`)
	exec(t, c.admin, "GRANT SELECT, INSERT ON kept TO "+c.role)
	const insert = `INSERT INTO kept SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 FROM generate_series(1, 4000) RETURNING *`
	args := []any{int64(-1 << 63), 0.1 + 0.2, true, `it's \ "é" $1 :p1` + strings.Repeat("z", 300), []byte{0, 1, 0xFF, '\\'}, "2024-02-29 23:59:59.123456",
		"2024-02-29", "a81bc81b-dead-4e5d-abff-90865d1e13b1", `{"a": "b"}`, "-12345678901234567890.5", nil}
	read := func(db interface {
		Query(string, ...any) (*sql.Rows, error)
	}) (all [][]any) {
		t.Helper()
		rows, err := db.Query(insert, args...)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			row, into := make([]any, len(args)), make([]any, len(args))
			for i := range row {
				into[i] = &row[i]
			}
			if err := rows.Scan(into...); err != nil {
				t.Fatal(err)
			}
			all = append(all, row)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		return all
	}
	want := read(c.Server.Open(t, func(cfg *auroradataapi.Config) { cfg.Paging = auroradataapi.PagingAlways }))
	if len(want) != 4000 {
		t.Fatalf("%d rows", len(want))
	}
	db := c.open(t, auroradataapi.PagingAlways)
	if diff := cmp.Diff(want, read(db)); diff != "" {
		t.Errorf("outside a transaction (-want +got)\n%s", diff)
	}
	tx := begin(t, db, nil)
	defer tx.Rollback()
	exec(t, tx, "SET LOCAL extra_float_digits = 0")
	if got := read(tx); len(got) != 4000 {
		t.Errorf("in a transaction: %d rows", len(got))
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if n := query[int](t, c.admin, "SELECT count(*) FROM kept"); n != 3*4000 {
		t.Errorf("there are %d rows", n)
	}
	if n := query[int](t, c.admin, "SELECT count(*) FROM (SELECT DISTINCT * FROM kept) k"); n != 1 {
		t.Errorf("there are %d different rows", n)
	}
}

// TestConfinedExplain has a statement that is neither a query nor a change return
// too much, which takes no transaction down.
func TestConfinedExplain(t *testing.T) {
	c := newConfined(t)
	for name, tx := range map[string]*sql.Tx{
		"without the right": begin(t, c.open(t, auroradataapi.PagingAuto), nil),
		"read-only":         begin(t, c.admin, &sql.TxOptions{ReadOnly: true}),
	} {
		defer tx.Rollback()
		for range 2 {
			rows, err := tx.Query("EXPLAIN VERBOSE SELECT repeat('x', 2000000) FROM generate_series(1, 2)")
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			length := 0
			for rows.Next() {
				var line string
				if err := rows.Scan(&line); err != nil {
					t.Fatal(err)
				}
				length += len(line)
			}
			if err := rows.Err(); err != nil || length < 2_000_000 {
				t.Errorf("%s: %d bytes, %v", name, length, err)
			}
		}
		if got := query[int](t, tx, "SELECT 1"); got != 1 {
			t.Errorf("%s: the transaction is lost", name)
		}
	}
}

// TestConfinedPagesAreFull reads rows among which there are some that fill a page
// by themselves. Those must not leave all others to small pages.
func TestConfinedPagesAreFull(t *testing.T) {
	srv := dataapitest.New(t)
	db := srv.Open(t)
	exec(t, db, `CREATE TABLE mixed AS SELECT i AS id, repeat('x', CASE WHEN i % 4000 = 0 THEN 1200000 ELSE 20 END) AS t FROM generate_series(1, 40000) i`)
	if err := srv.Server.Faults().Add(server.Fault{Kind: server.FaultThrottle, SQL: "FETCH", After: 1 << 30}); err != nil {
		t.Fatal(err)
	}
	tx := begin(t, db, &sql.TxOptions{ReadOnly: true})
	defer tx.Rollback()
	rows, err := tx.Query("SELECT id, t FROM mixed ORDER BY id")
	if n, _ := sums(t, rows, err); n != 40000 {
		t.Errorf("read %d rows", n)
	}
	if calls := srv.Server.Faults().List()[0].Matched; calls > 50 {
		t.Errorf("the rows were read by %d calls", calls)
	}
}

// TestConfinedSavepoint rolls back to a savepoint between two rows, again and again. A
// page takes two calls here, none of which may be on either side of that.
func TestConfinedSavepoint(t *testing.T) {
	srv := dataapitest.New(t)
	db := srv.Open(t, func(c *auroradataapi.Config) { c.PageBytes = 10_000 })
	exec(t, db, "CREATE TABLE big AS SELECT i AS id, repeat('x', 1000) AS t FROM generate_series(1, 600) i")
	fault(t, srv, server.Fault{SQL: "^DO ", Kind: server.FaultDelay, Delay: 3 * time.Millisecond})
	for range 5 {
		tx := begin(t, db, &sql.TxOptions{ReadOnly: true})
		rows, err := tx.Query("SELECT id, t FROM big", auroradataapi.WithPaging(auroradataapi.PagingAlways))
		if err != nil {
			t.Fatal(err)
		}
		exec(t, tx, "SAVEPOINT s")
		n := 0
		for ; rows.Next(); n++ {
			if n%5 == 0 {
				exec(t, tx, "ROLLBACK TO SAVEPOINT s")
			}
		}
		if err := rows.Err(); err != nil || n != 600 {
			t.Errorf("%d rows, %v", n, err)
		}
		if err := tx.Commit(); err != nil {
			t.Error(err)
		}
	}
}
