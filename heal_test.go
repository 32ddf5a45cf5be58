package auroradataapi_test

import (
	"database/sql"
	"errors"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
)

// TestRefusedTypes reads what the service does not return, in first and in
// repeated runs, outside and inside of a transaction.
func TestRefusedTypes(t *testing.T) {
	srv := dataapitest.New(t)
	db := srv.Open(t)
	exec(t, db, "CREATE TYPE pair AS (a int, b text)")
	exec(t, db, "CREATE TYPE mood AS ENUM ('happy', 'sad')")
	exec(t, db, "CREATE DOMAIN span AS interval")
	for _, tt := range []struct{ expr, want string }{
		{"'1 day 2 hours'::interval", "1 day 02:00:00"},
		{"'12:34:56+09'::timetz", "12:34:56+09"},
		{"'1.5'::money", "$1.50"},
		{"'<a>b</a>'::xml", "<a>b</a>"},
		{`'a'::"char"`, "a"},
		{"'08:00:2b:01:02:03'::macaddr", "08:00:2b:01:02:03"},
		{"B'101'::bit(3)", "101"}, {"B'101'::varbit", "101"},
		{"'[1,5)'::int8range", "[1,5)"}, {"'[2024-01-01,2024-02-01)'::daterange", "[2024-01-01,2024-02-01)"},
		{"'(1,2)'::point", "(1,2)"}, {"'<(1,2),3>'::circle", "<(1,2),3>"},
		{"'int4'::regtype", "integer"},
		{"to_tsvector('a b')", "'b':2"},
		{"ROW(1,'a b')::pair", `(1,"a b")`},
		{"'2 hours'::span", "02:00:00"},
		{"ARRAY[[1,2],[3,4]]", "{{1,2},{3,4}}"},
		{"ARRAY['1 day'::interval, NULL]", `{"1 day",NULL}`},
		{"ARRAY['happy'::mood]", "{happy}"},
		{"'infinity'::timestamptz", "infinity"}, {"'-infinity'::date", "-infinity"},
		{"ARRAY['infinity'::timestamp]", "{infinity}"},
	} {
		const before, after = "it's", int64(42)
		statement := "SELECT $1::text AS a, " + tt.expr + " AS v, 42::int8 AS a, '2024-01-15 12:34:56+09'::timestamptz, NULL::interval; -- end"
		check := func(where string, q interface {
			Query(string, ...any) (*sql.Rows, error)
		}) {
			t.Helper()
			rows, err := q.Query(statement, before)
			if err != nil {
				t.Errorf("%s %s: %v", where, tt.expr, err)
				return
			}
			defer rows.Close()
			names, _ := rows.Columns()
			if diff := cmp.Diff([]string{"a", "v", "a", "timestamptz", "interval"}, names); diff != "" {
				t.Errorf("%s %s: columns (-want +got)\n%s", where, tt.expr, diff)
			}
			var a, v string
			var n int64
			var at time.Time
			var null any
			for rows.Next() {
				if err := rows.Scan(&a, &v, &n, &at, &null); err != nil {
					t.Errorf("%s %s: %v", where, tt.expr, err)
				}
			}
			if err := rows.Err(); err != nil {
				t.Errorf("%s %s: %v", where, tt.expr, err)
			}
			if want := time.Date(2024, 1, 15, 3, 34, 56, 0, time.UTC); a != before || v != tt.want || n != after || !at.Equal(want) || null != nil {
				t.Errorf("%s %s: got %q, %q, %d, %v, %v", where, tt.expr, a, v, n, at, null)
			}
		}
		check("the first time", db)
		check("the second time", db)
		tx, err := db.Begin()
		if err != nil {
			t.Fatal(err)
		}
		check("in a transaction", tx)
		statement += " of another statement"
		check("in a transaction, the first time", tx)
		if err := tx.Commit(); err != nil {
			t.Errorf("%s: %v", tt.expr, err)
		}
	}
}

// TestRefusedTypesAreRemembered counts calls.
func TestRefusedTypesAreRemembered(t *testing.T) {
	srv := dataapitest.New(t)
	c, err := auroradataapi.NewConnector(srv.Config())
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(c)
	defer db.Close()
	exec(t, db, "CREATE TABLE t (a interval, b int)")
	exec(t, db, "INSERT INTO t VALUES ('1 day', 2)")
	const statement = "SELECT a, b FROM t"
	calls := func() int64 {
		t.Helper()
		n := c.Stats().Attempts
		rows, err := db.Query(statement)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Fatal(err)
		}
		return c.Stats().Attempts - n
	}
	if first, second := calls(), calls(); first != 4 || second != 1 { // two of the first ask
		t.Errorf("the first run took %d calls and the second %d, want 4 and 1", first, second)
	}
	exec(t, db, "ALTER TABLE t DROP COLUMN a")
	exec(t, db, "CREATE FUNCTION note() RETURNS interval LANGUAGE plpgsql AS 'BEGIN INSERT INTO t VALUES (1); RETURN ''1 day''; END'")
	var e *auroradataapi.IncompleteError
	if _, err := db.Query("SELECT note()"); !errors.As(err, &e) || !e.Applied {
		t.Errorf("a function that writes: %v", err)
	}
	if got := query[string](t, db, "SELECT note()"); got != "1 day" {
		t.Errorf("a function that writes, the second time: %q", got)
	}
	if n := query[int](t, db, "SELECT count(*) FROM t"); n != 3 {
		t.Errorf("the function that writes was called %d times", n-1)
	}
}

// TestRefusedTypesOfChangedTable changes the columns that a * stands for, once the
// driver has learnt them.
func TestRefusedTypesOfChangedTable(t *testing.T) {
	db := dataapitest.Open(t)
	exec(t, db, "CREATE TABLE t (a interval, b int)")
	exec(t, db, "INSERT INTO t VALUES ('1 day', 2)")
	for _, step := range []struct {
		change string
		want   map[string]any
	}{
		{"SELECT 1", map[string]any{"a": "1 day", "b": int64(2)}},
		{"ALTER TABLE t ADD COLUMN c int DEFAULT 3", map[string]any{"a": "1 day", "b": int64(2), "c": int64(3)}},
		{"ALTER TABLE t DROP COLUMN b", map[string]any{"a": "1 day", "c": int64(3)}},
		{"ALTER TABLE t RENAME c TO d", map[string]any{"a": "1 day", "d": int64(3)}},
		{"ALTER TABLE t DROP COLUMN a", map[string]any{"d": int64(3)}},
	} {
		exec(t, db, step.change)
		rows, err := db.Query("SELECT * FROM t")
		if err != nil {
			t.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil || !rows.Next() {
			t.Fatal(err, rows.Err())
		}
		values, got := make([]any, len(columns)), make(map[string]any)
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := errors.Join(rows.Scan(into...), rows.Close()); err != nil {
			t.Fatal(err)
		}
		for i, name := range columns {
			got[name] = values[i]
		}
		if diff := cmp.Diff(step.want, got); diff != "" {
			t.Errorf("after %s: %s", step.change, diff)
		}
	}
}

// TestRefusedTypesOfOtherMeaning reads one statement whose names, and arguments,
// get another meaning once the driver has learnt its columns.
func TestRefusedTypesOfOtherMeaning(t *testing.T) {
	db := dataapitest.Open(t)
	read := func(q interface {
		QueryRow(string, ...any) *sql.Row
	}, want any, statement string, args ...any) {
		t.Helper()
		var got any
		if err := q.QueryRow(statement, args...).Scan(&got); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	const statement = "SELECT a FROM t"
	exec(t, db, "CREATE TABLE t AS SELECT interval '1 day' AS a")
	read(db, "1 day", statement)
	exec(t, db, "DROP TABLE t")
	exec(t, db, "CREATE TABLE t AS SELECT 5 AS a")
	read(db, int64(5), statement)

	for _, end := range []func(*sql.Tx) error{(*sql.Tx).Rollback, (*sql.Tx).Commit} {
		exec(t, db, "DROP TABLE t")
		exec(t, db, "CREATE TABLE t AS SELECT 5 AS a")
		tx, err := db.Begin()
		if err != nil {
			t.Fatal(err)
		}
		exec(t, tx, "CREATE TEMP TABLE t ON COMMIT DROP AS SELECT interval '2 days' AS a")
		read(tx, "2 days", statement)
		if err := end(tx); err != nil {
			t.Fatal(err)
		}
		read(db, int64(5), statement)
	}

	read(db, "08:00:2b:01:02:03", "SELECT $1", net.HardwareAddr{8, 0, 0x2b, 1, 2, 3})
	read(db, int64(5), "SELECT $1", 5)
}

// TestRefusedTypesChangedByOthers has somebody else give a column another type,
// which the cast hides from the database.
func TestRefusedTypesChangedByOthers(t *testing.T) {
	srv := dataapitest.New(t)
	other := srv.Open(t)
	var late atomic.Int64 // by how much the clock of the driver is
	db := srv.Open(t, func(cfg *auroradataapi.Config) {
		cfg.Now = func() time.Time { return time.Now().Add(time.Duration(late.Load())) }
	})
	const statement = "SELECT a FROM t"
	exec(t, other, "CREATE TABLE t AS SELECT interval '1 day' AS a")
	if got := query[any](t, db, statement); got != "1 day" {
		t.Errorf("got %#v", got)
	}
	exec(t, other, "ALTER TABLE t ALTER a TYPE int USING 5")
	late.Add(int64(2 * time.Minute))
	for range 2 {
		if got := query[any](t, db, statement); got != int64(5) {
			t.Errorf("a number: got %#v", got)
		}
	}
	exec(t, other, "ALTER TABLE t ALTER a TYPE point USING '(1,2)'") // at once, as the service refuses it
	if got := query[any](t, db, statement); got != "(1,2)" {
		t.Errorf("a point: got %#v", got)
	}
	exec(t, other, "DROP TABLE t")
	tx := begin(t, db, nil)
	if _, err := tx.Query(statement); !errors.Is(err, auroradataapi.UndefinedTable) {
		t.Errorf("in a transaction: %v", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	exec(t, other, "CREATE TABLE t AS SELECT 6 AS a")
	if got := query[any](t, db, statement); got != int64(6) { // what was learnt is forgotten
		t.Errorf("another table: got %#v", got)
	}
}

// TestRefusedTypesOfWritingView reads a view whose function writes, which is not
// to be seen in the statement.
func TestRefusedTypesOfWritingView(t *testing.T) {
	db := dataapitest.Open(t)
	exec(t, db, "CREATE TABLE n (i int)")
	exec(t, db, "CREATE FUNCTION note() RETURNS interval LANGUAGE plpgsql AS 'BEGIN INSERT INTO n VALUES (1); RETURN ''1 day''; END'")
	exec(t, db, "CREATE VIEW v AS SELECT note() AS a")
	exec(t, db, "CREATE VIEW w AS SELECT a FROM v")
	written := 0
	check := func(q interface {
		Query(string, ...any) (*sql.Rows, error)
		QueryRow(string, ...any) *sql.Row
	}, statement string) {
		t.Helper()
		var e *auroradataapi.IncompleteError
		if _, err := q.Query(statement); !errors.As(err, &e) || !e.Applied {
			t.Errorf("%s: %v", statement, err)
		}
		written++
		var n int
		if err := q.QueryRow("SELECT count(*) FROM n").Scan(&n); err != nil || n != written {
			t.Errorf("%s: written %d times, %v, want %d", statement, n, err, written)
			written = n
		}
	}
	check(db, "SELECT a FROM w")
	check(db, "SELECT * FROM v")
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	check(tx, "SELECT a AS b FROM w")
}

// TestRefusedTypesOfLargeResult has a result be refused for a type, and then for
// its size.
func TestRefusedTypesOfLargeResult(t *testing.T) {
	srv := dataapitest.New(t)
	const statement = "SELECT interval '1 day', repeat('x', 1000) FROM generate_series(1, 2000)"
	db := srv.Open(t)
	for _, which := range []string{"first", "second"} {
		rows, err := db.Query(statement)
		if err != nil {
			t.Fatalf("the %s time: %v", which, err)
		}
		n := 0
		for rows.Next() {
			n++
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil || n != 2000 {
			t.Errorf("the %s time: %d rows, %v", which, n, err)
		}
	}
	off := srv.Open(t, func(c *auroradataapi.Config) { c.Paging = auroradataapi.PagingOff })
	exec(t, off, "CREATE TABLE t (a interval, b text)")
	exec(t, off, "INSERT INTO t VALUES ('1 day', '')")
	for _, large := range []bool{false, true} {
		exec(t, off, "UPDATE t SET b = repeat('x', $1)", map[bool]int{false: 1, true: 1_100_000}[large])
		rows, err := off.Query("SELECT a, b FROM t")
		if errors.Is(err, auroradataapi.ErrResultTooLarge) != large {
			t.Errorf("without paging, large: %v: %v", large, err)
		}
		if err == nil {
			rows.Close()
		}
	}
}
