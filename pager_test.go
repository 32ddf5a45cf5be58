package auroradataapi_test

import (
	"context"
	"crypto/md5"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
)

// sums reads n rows of a number and a text, and returns how many there were and
// a checksum.
func sums(t *testing.T, rows *sql.Rows, err error) (int, string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	h, n := md5.New(), 0
	for rows.Next() {
		var id int
		var text sql.NullString
		if err := rows.Scan(&id, &text); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(h, "%d,%v,%s;", id, text.Valid, text.String)
		n++
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return n, hex.EncodeToString(h.Sum(nil))
}

func wantSums(n int, text func(int) (string, bool)) (int, string) {
	h := md5.New()
	for i := 1; i <= n; i++ {
		s, valid := text(i)
		fmt.Fprintf(h, "%d,%v,%s;", i, valid, s)
	}
	return n, hex.EncodeToString(h.Sum(nil))
}

// TestPagingOptions changes for single calls how their results are read.
func TestPagingOptions(t *testing.T) {
	const n = 3000
	for name, options := range map[string][]dataapitest.Option{"postgresql": nil, "mysql": {dataapitest.MySQL()}} {
		t.Run(name, func(t *testing.T) {
			srv := dataapitest.New(t, options...)
			counter := &kindCounter{}
			db := srv.Open(t, func(cfg *auroradataapi.Config) { cfg.Tracer = counter })
			exec(t, db, "CREATE TABLE p (id int PRIMARY KEY, text varchar(500))")
			for first := 0; first < n; first += 1000 {
				sets := make([][]any, 1000)
				for i := range sets {
					sets[i] = []any{first + i + 1, strings.Repeat("x", 450)}
				}
				if _, err := auroradataapi.ExecBatch(t.Context(), db, "INSERT INTO p VALUES (?, ?)", sets); err != nil {
					t.Fatal(err)
				}
			}
			query := func(rows int, opts ...any) (*sql.Rows, error) {
				counter.take()
				return db.Query("SELECT id, text FROM p WHERE id <= ? ORDER BY id", append([]any{rows}, opts...)...)
			}
			pages := func(rows int, opts ...any) int {
				t.Helper()
				read, err := query(rows, opts...)
				if got, _ := sums(t, read, err); got != rows {
					t.Errorf("%d rows, want %d", got, rows)
				}
				return counter.count(auroradataapi.CallPage)
			}
			_, err := db.Query("SELECT id, text FROM p ORDER BY id", auroradataapi.WithPaging(auroradataapi.PagingOff))
			if !errors.Is(err, auroradataapi.ErrResultTooLarge) {
				t.Errorf("off: %v", err)
			}
			if got := pages(10); got != 0 {
				t.Errorf("%d calls for pages of a small result", got)
			}
			if got := pages(10, auroradataapi.WithPaging(auroradataapi.PagingAlways)); got == 0 {
				t.Error("always: no call for a page")
			}
			if got := pages(10); got != 0 {
				t.Errorf("%d calls for pages of a small result after another call's option", got)
			}
			large := pages(n)
			small := pages(n, auroradataapi.WithPageBytes(50_000))
			if small < large+20 {
				t.Errorf("%d calls for pages, %d for small ones", large, small)
			}
			begun := func(prefetch bool, enough func(calls int) bool) int {
				t.Helper()
				rows, err := query(n, auroradataapi.WithPageBytes(50_000), auroradataapi.WithPrefetch(prefetch))
				if err != nil {
					t.Fatal(err)
				}
				defer rows.Close()
				for range 2 { // whoever reads a second row reads on
					rows.Next()
				}
				for until := time.Now().Add(10 * time.Second); !enough(counter.count(auroradataapi.CallPage)) && time.Now().Before(until); {
					time.Sleep(time.Millisecond)
				}
				return counter.count(auroradataapi.CallPage)
			}
			without := begun(false, func(int) bool { return true })
			if with := begun(true, func(calls int) bool { return calls > without }); with <= without {
				t.Errorf("%d calls for pages with prefetch and %d without", with, without)
			}
			for want, bad := range map[string]auroradataapi.Option{
				"WithPaging: \"never\" is no way": auroradataapi.WithPaging("never"), "WithPageBytes: a page of 1 bytes": auroradataapi.WithPageBytes(1),
			} {
				if _, err := db.Query("SELECT 1", bad); err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %s", err, want)
				}
			}
		})
	}
}

func TestLargeResult(t *testing.T) {
	srv := dataapitest.New(t)
	db := srv.Open(t)
	exec(t, db, `CREATE TABLE big AS SELECT i AS id,
		CASE WHEN i % 7 = 0 THEN NULL WHEN i % 5 = 0 THEN '' ELSE repeat('it''s, "q" \ (é)', i % 9) END AS t FROM generate_series(1, 30000) i`)
	text := func(i int) (string, bool) {
		switch {
		case i%7 == 0:
			return "", false
		case i%5 == 0:
			return "", true
		}
		s := ""
		for range i % 9 {
			s += `it's, "q" \ (é)`
		}
		return s, true
	}
	wantN, want := wantSums(30000, text)
	for _, tt := range []struct {
		name   string
		change func(*auroradataapi.Config)
	}{
		{"auto", nil},
		{"always", func(c *auroradataapi.Config) { c.Paging = auroradataapi.PagingAlways }},
		{"small pages", func(c *auroradataapi.Config) { c.PageBytes = 10_000 }},
		{"no prefetch", func(c *auroradataapi.Config) { c.NoPrefetch = true }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			db := srv.Open(t, tt.change)
			for range 2 { // the second time it is known
				rows, err := db.Query("SELECT id, t FROM big WHERE id > $1 ORDER BY id", 0)
				if n, got := sums(t, rows, err); n != wantN || got != want {
					t.Errorf("read %d rows with the checksum %s, want %d with %s", n, got, wantN, want)
				}
			}
			tx, err := db.Begin()
			if err != nil {
				t.Fatal(err)
			}
			defer tx.Rollback()
			rows, err := tx.Query("SELECT id, t FROM big WHERE id > $1 ORDER BY id -- all", 0)
			if n, got := sums(t, rows, err); n != wantN || got != want {
				t.Errorf("in a transaction: read %d rows with the checksum %s, want %d with %s", n, got, wantN, want)
			}
			if got := query[int](t, tx, "SELECT count(*) FROM big"); got != 30000 {
				t.Errorf("the transaction is of no use afterwards")
			}
		})
	}
}

func TestLargeValues(t *testing.T) {
	db := dataapitest.Open(t)
	exec(t, db, `CREATE TABLE big (id int, t text)`)
	for i := 1; i <= 5; i++ {
		exec(t, db, `INSERT INTO big SELECT $1, string_agg(md5(i::text) || 'é', '') FROM generate_series(1, $1 * 30000) i`, i)
	}
	rows, err := db.Query("SELECT id, t FROM big ORDER BY id")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int
		var text string
		if err := rows.Scan(&id, &text); err != nil {
			t.Fatal(err)
		}
		sum := md5.Sum([]byte(text))
		if want := query[string](t, db, "SELECT md5(t) FROM big WHERE id = $1", id); hex.EncodeToString(sum[:]) != want {
			t.Errorf("a text of %d bytes arrived changed", len(text))
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

func TestLargeReturning(t *testing.T) {
	srv := dataapitest.New(t)
	db := srv.Open(t)
	exec(t, db, `CREATE TABLE big (id serial, t text, n numeric)`)
	const insert = `INSERT INTO big (t, n) SELECT repeat($1, 60) || i, $2 FROM generate_series(1, 20000) i RETURNING id, t`
	_, err := db.Query(insert, "x", nil)
	var e *auroradataapi.IncompleteError
	if !errors.As(err, &e) || !e.Applied || e.Rows != 0 {
		t.Fatalf("the first time: %v", err)
	}
	if n := query[int](t, db, "SELECT count(*) FROM big"); n != 20000 {
		t.Fatalf("the first time inserted %d rows", n)
	}
	rows, err := db.Query(insert, "x", nil)
	if n, _ := sums(t, rows, err); n != 20000 {
		t.Errorf("the second time returned %d rows", n)
	}
	if n := query[int](t, db, "SELECT count(*) FROM big"); n != 40000 {
		t.Errorf("after the second time there are %d rows", n)
	}
	rows, err = db.Query(insert, "y", nil) // closed early
	if err != nil {
		t.Fatal(err)
	}
	rows.Next()
	if err := rows.Close(); err != nil {
		t.Error(err)
	}
	if n := query[int](t, db, "SELECT count(*) FROM big"); n != 60000 {
		t.Errorf("after the third time there are %d rows", n)
	}
}

// TestLargeResultWrites has a query call a function that writes: it must not run
// twice.
func TestLargeResultWrites(t *testing.T) {
	srv := dataapitest.New(t)
	db := srv.Open(t)
	exec(t, db, `CREATE TABLE log (i int)`)
	exec(t, db, `CREATE FUNCTION note(i int) RETURNS int LANGUAGE plpgsql AS 'BEGIN INSERT INTO log VALUES (i); RETURN i; END'`)
	count := func() int { t.Helper(); return query[int](t, db, "SELECT count(*) FROM log") }
	const statement = `SELECT note(i), repeat('x', 500) FROM generate_series(1, 3000) i`
	var e *auroradataapi.IncompleteError
	if _, err := db.Query(statement); !errors.As(err, &e) || !e.Applied {
		t.Fatalf("the first time: %v", err)
	}
	if n := count(); n != 3000 {
		t.Fatalf("the function was called %d times", n)
	}
	rows, err := db.Query(statement)
	if n, _ := sums(t, rows, err); n != 3000 || count() != 6000 {
		t.Errorf("the second time: %d rows, %d calls", n, count())
	}
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if _, err := tx.Query(statement + " -- in a transaction"); !errors.As(err, &e) || !e.Applied {
		t.Fatalf("in a transaction: %v", err)
	}
	if n := query[int](t, tx, "SELECT count(*) FROM log"); n != 9000 {
		t.Errorf("in a transaction: %d calls", n)
	}
}

func TestLargeResultEnds(t *testing.T) {
	srv := dataapitest.New(t)
	db := srv.Open(t)
	const statement = "SELECT i, repeat('x', 100) FROM generate_series(1, 100000) i"
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	rows, err := db.QueryContext(ctx, statement)
	if err != nil {
		t.Fatal(err)
	}
	rows.Next()
	rows.Next()
	if err := rows.Close(); err != nil {
		t.Error(err)
	}
	if n := srv.Server.OpenTransactions(); n != 0 {
		t.Errorf("%d transactions are open after Close", n)
	}
	rows, err = db.QueryContext(ctx, statement)
	if err != nil {
		t.Fatal(err)
	}
	srv.Server.ExpireTransactions()
	n := 0
	for rows.Next() {
		n++
	}
	var e *auroradataapi.IncompleteError
	if err := rows.Err(); !errors.As(err, &e) || e.Rows != n || n == 0 {
		t.Errorf("after %d rows: %v", n, err)
	}
	always := srv.Open(t, func(c *auroradataapi.Config) { c.Paging = auroradataapi.PagingAlways })
	rows, err = always.QueryContext(ctx, "SELECT i, 1/(190000-i) FROM generate_series(1, 200000) i")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
	}
	if err := rows.Err(); !errors.Is(err, auroradataapi.Code("22012")) || !errors.As(err, &e) {
		t.Errorf("a division by zero in the midst: %v", err)
	}
}

// TestLargeResultTypes reads every type both ways: as an answer, and in pages.
func TestLargeResultTypes(t *testing.T) {
	srv := dataapitest.New(t)
	plain, paged := srv.Open(t), srv.Open(t, func(c *auroradataapi.Config) { c.Paging = auroradataapi.PagingAlways })
	for _, expr := range []string{
		"true", "1::int2", "-2147483648", "9223372036854775807::int8", "3.14::float4", "1e15::float8", "1e-7::float8", "'Infinity'::float8",
		"100.10::numeric", "'NaN'::numeric", "''", "'it''s (a), \"b\" \\ c'", "' x '::char(5)", "'n'::name", `'\x00ff5c'::bytea`, "''::bytea",
		"'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'::uuid", "'2024-01-15'::date", "'12:34:56.7'::time", "'2024-01-15 12:34:56.789'::timestamp",
		"'2024-01-15 12:34:56.789012+09'::timestamptz", "'10.0.0.1/8'::inet", "'10.0.0.0/8'::cidr", "42::oid", "'[1,5)'::int4range",
		"ARRAY[1,NULL,3]", "ARRAY['a b','', 'NULL', NULL, E'q\"\\\\']", "ARRAY[1.5,2.50]", "ARRAY[true,false]", "ARRAY[3.14::float4]",
		"ARRAY['2024-01-15 12:34:56.789'::timestamp]", "ARRAY[]::int[]", "ARRAY['2024-01-15'::date]", "NULL::int", "NULL::text",
	} {
		statement := "SELECT " + expr + " AS v, 1"
		var want, got any
		var one int
		if err := plain.QueryRow(statement).Scan(&want, &one); err != nil {
			t.Errorf("%s: %v", expr, err)
		}
		if err := paged.QueryRow(statement).Scan(&got, &one); err != nil {
			t.Errorf("%s in pages: %v", expr, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-plain +paged)\n%s", expr, diff)
		}
	}
	// What the service does not return, PostgreSQL itself writes.
	for expr, want := range map[string]string{
		"'1 day 2 hours'::interval": "1 day 02:00:00", "'infinity'::timestamptz": "infinity", "'a'::\"char\"": "a",
		"'(1,2)'::point": "(1,2)", "ARRAY[[1,2],[3,4]]": "{{1,2},{3,4}}", "ROW(1,'a b')": `(1,"a b")`, "B'101'": "101",
	} {
		if got := query[string](t, paged, "SELECT "+expr); got != want {
			t.Errorf("%s: got %q, want %q", expr, got, want)
		}
	}
}
