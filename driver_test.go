package auroradataapi_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"math"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
)

func TestMain(m *testing.M) { dataapitest.Main(tidy{m}) }

// query returns the one value of a query.
func query[T any](t *testing.T, db interface {
	QueryRow(string, ...any) *sql.Row
}, statement string, args ...any) T {
	t.Helper()
	var v T
	if err := db.QueryRow(statement, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	return v
}

// isMariaDB says what stands in for MySQL. What the two differ in, a test has to know.
func isMariaDB(t *testing.T, db *sql.DB) bool {
	t.Helper()
	return strings.Contains(query[string](t, db, "SELECT version()"), "MariaDB")
}

// exec runs a statement and returns the number of rows it changed.
func exec(t *testing.T, db interface {
	Exec(string, ...any) (sql.Result, error)
}, statement string, args ...any) int64 {
	t.Helper()
	r, err := db.Exec(statement, args...)
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	n, err := r.RowsAffected()
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestOpenByEnvironment(t *testing.T) {
	srv := dataapitest.New(t)
	t.Setenv("AWS_ENDPOINT_URL_RDS_DATA", srv.URL)
	t.Setenv("AWS_ACCESS_KEY_ID", dataapitest.AccessKeyID)
	t.Setenv("AWS_SECRET_ACCESS_KEY", dataapitest.SecretAccessKey)
	t.Setenv("AURORA_CLUSTER_ARN", dataapitest.ClusterARN)
	t.Setenv("AURORA_SECRET_ARN", dataapitest.SecretARN)
	t.Setenv("AURORA_DATABASE", srv.Database)
	db, err := sql.Open("auroradataapi", "postgresql+auroradataapi://:@/")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if got := query[string](t, db, "SELECT current_database()"); got != srv.Database {
		t.Errorf("the database is %q, want %q", got, srv.Database)
	}
}

func TestOpenByDSN(t *testing.T) {
	srv := dataapitest.New(t)
	db, err := sql.Open(auroradataapi.DriverName, srv.DSN())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Ping(); err != nil {
		t.Fatal(err)
	}
	if _, ok := db.Driver().(auroradataapi.Driver); !ok {
		t.Errorf("the driver is a %T", db.Driver())
	}
	conn, err := db.Driver().Open(srv.DSN()) // as a wrapper without DriverContext does
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(conn.(driver.Pinger).Ping(t.Context()), conn.Close()); err != nil {
		t.Error(err)
	}
	if _, err := db.Driver().Open("nope"); err == nil {
		t.Error("a connection was opened by a data source name that is none")
	}
	if _, err := sql.Open(auroradataapi.DriverName, "postgresql+auroradataapi://:@/?nope=1"); err == nil {
		t.Error("a data source name with an unknown parameter was opened")
	}
}

func TestPlaceholders(t *testing.T) {
	db := dataapitest.Open(t)
	tests := []struct {
		statement string
		args      []any
		want      string
	}{
		{"SELECT 'a'", nil, "a"},
		{"SELECT $1", []any{"x"}, "x"},
		{"SELECT $2 || $1", []any{"x", "y"}, "yx"},
		{"SELECT $1 || $1", []any{"x"}, "xx"},
		{"SELECT ? || ?", []any{"x", "y"}, "xy"},
		{"SELECT :first || :second || :first", []any{sql.Named("second", "2"), sql.Named("first", "1")}, "121"},
		{"SELECT $1::int::text", []any{42}, "42"},
		{"SELECT (array['a','b','c'])[$1:$2]::text", []any{2, 3}, "{b,c}"},
		{"SELECT (array['a','b','c'])[2:3]::text || $1", []any{"!"}, "{b,c}!"},
		{"SELECT $q$it's :x and $1 -- not$q$ || $1", []any{"!"}, "it's :x and $1 -- not!"},
		{"SELECT ':a $1 ?' || $1 /* $2 :b ? ' */ -- ' $3", []any{"!"}, ":a $1 ?!"},
		{`SELECT E'it\'s :a' || $1`, []any{"!"}, "it's :a!"},
		{`SELECT ('{"k":1}'::jsonb ? $1)::text`, []any{"k"}, "true"},
		{`SELECT ('{"k":1}'::jsonb ?? ?)::text`, []any{"k"}, "true"},
		{"SELECT 'x'; ", nil, "x"},
	}
	for _, tt := range tests {
		if got := query[string](t, db, tt.statement, tt.args...); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.statement, got, tt.want)
		}
		stmt, err := db.Prepare(tt.statement)
		if err != nil {
			t.Fatalf("prepare %s: %v", tt.statement, err)
		}
		var got string
		if err := stmt.QueryRow(tt.args...).Scan(&got); err != nil || got != tt.want {
			t.Errorf("prepared %s: got %q, %v, want %q", tt.statement, got, err, tt.want)
		}
		stmt.Close()
	}
}

func TestArgumentErrors(t *testing.T) {
	db := dataapitest.Open(t)
	tests := []struct {
		statement string
		args      []any
		want      string
	}{
		{"SELECT $1", nil, "1"},
		{"SELECT $1", []any{1, 2}, "2"},
		{"SELECT $1, $3", []any{1, 2, 3}, "2"},
		{"SELECT :a", []any{sql.Named("b", 1)}, "a"},
		{"SELECT :a", []any{sql.Named("a", 1), 2}, "named"},
		{"SELECT ?, ?", []any{1}, "?"},
		{"SELECT $1 || 'never ends", []any{1}, "line 1, column 14"},
		{"SELECT $1", []any{"\xff"}, "argument 1: the string is not valid UTF-8"},
		{"SELECT $1", []any{func() {}}, "argument 1: a func() cannot be sent"},
		{"SELECT $1", []any{map[string]int{}}, "argument 1: a map[string]int cannot be sent as it is; pass auroradataapi.JSON"},
		{"SELECT $1", []any{time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC)}, "the year -5"},
		{"SELECT :out", []any{sql.Named("out", sql.Out{Dest: new(int)})}, `"out" type: auroradataapi: the Data API has no output parameters`},
	}
	for _, tt := range tests {
		_, err := db.Exec(tt.statement, tt.args...)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s %v: got %v, want an error with %q", tt.statement, tt.args, err, tt.want)
		}
	}
}

func TestTypes(t *testing.T) {
	db := dataapitest.Open(t)
	instant := time.Date(2024, 1, 15, 12, 34, 56, 789_012_000, time.FixedZone("", 9*3600))
	tests := []struct {
		expr  string
		arg   any
		want  any
		named string
	}{
		{"$1::int2", 7, int64(7), "INT2"},
		{"$1::int4", -7, int64(-7), "INT4"},
		{"$1", int64(math.MaxInt64), int64(math.MaxInt64), "INT8"},
		{"$1", int64(math.MinInt64), int64(math.MinInt64), "INT8"},
		{"$1::float4", 3.14, float64(float32(3.14)), "FLOAT4"},
		{"$1", math.Pi, math.Pi, "FLOAT8"},
		{"$1", math.Inf(1), math.Inf(1), "FLOAT8"},
		{"$1", math.SmallestNonzeroFloat64, math.SmallestNonzeroFloat64, "FLOAT8"},
		{"$1::numeric(40,3)", "123456789012345678901234567890.120", "123456789012345678901234567890.120", "NUMERIC"},
		{"$1", true, true, "BOOL"},
		{"$1", "Zürich ☕ \" \\ \n\t\x01", "Zürich ☕ \" \\ \n\t\x01", "TEXT"},
		{"$1", "", "", "TEXT"},
		{"$1::varchar(9)", "abc", "abc", "VARCHAR"},
		{"$1::char(5)", "abc", "abc  ", "BPCHAR"},
		{"$1::bytea", []byte{0, 255, 10}, []byte{0, 255, 10}, "BYTEA"},
		{"$1::bytea", []byte{}, []byte{}, "BYTEA"},
		{"$1::uuid", "6E0A6B5C-0000-4000-8000-000000000000", "6e0a6b5c-0000-4000-8000-000000000000", "UUID"},
		{"$1::jsonb", `{"b": 1, "a": [1, 2]}`, []byte(`{"a":[1,2],"b":1}`), "JSONB"},
		{"$1::date", "2024-02-29", time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC), "DATE"},
		{"$1::time", "03:04:05.6", "03:04:05.6", "TIME"},
		{"$1", instant, instant.UTC(), "TIMESTAMP"},
		{"$1::timestamptz", instant, instant.UTC(), "TIMESTAMPTZ"},
		{"$1::int4[]", "{1,NULL,3}", "{1,NULL,3}", "_INT4"},
		{"$1::text[]", `{a,"b c",NULL,""}`, `{a,"b c",NULL,""}`, "_TEXT"},
		{"$1::inet", "10.0.0.0/8", "10.0.0.0/8", "INET"},
	}
	for _, tt := range tests {
		t.Run(tt.expr+" "+reflect.TypeOf(tt.arg).String(), func(t *testing.T) {
			rows, err := db.Query("SELECT "+tt.expr+" AS v, NULL::"+castOf(tt.named), tt.arg)
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			types, err := rows.ColumnTypes()
			if err != nil {
				t.Fatal(err)
			}
			if got := types[0].DatabaseTypeName(); got != tt.named {
				t.Errorf("the type is called %s, want %s", got, tt.named)
			}
			if !rows.Next() {
				t.Fatal(rows.Err())
			}
			var got, null any = nil, "not null"
			if err := rows.Scan(&got, &null); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if null != nil {
				t.Errorf("NULL is %v", null)
			}
		})
	}
}

func castOf(named string) string {
	if element, ok := strings.CutPrefix(named, "_"); ok {
		return element + "[]"
	}
	return named
}

// TestArrayText sends arrays back in the form that they came in.
func TestArrayText(t *testing.T) {
	db := dataapitest.Open(t)
	for _, expr := range []string{
		`'{}'::text[]`,
		`ARRAY['', 'NULL', 'null', ' ', ',', '{}', '"', '\\', E'\n\t\u00e9', '''', NULL, 'a"b\c,{d}']`,
		`ARRAY[true, false, NULL]`,
		`ARRAY[-9223372036854775808, 9223372036854775807]`,
		`ARRAY['NaN', 'Infinity', '-Infinity', 0, 0.1, 1e300, 5e-324, 123456789012345678, NULL]::float8[]`,
		`ARRAY[0.10, 123456789012345678901234567890.5]::numeric[]`,
		`ARRAY['2024-02-29 12:34:56.789012']::timestamp[]`,
		`ARRAY['{"a": [1, "x"]}']::jsonb[]`,
	} {
		text := query[string](t, db, "SELECT "+expr)
		typ := query[string](t, db, "SELECT pg_typeof("+expr+")::text")
		if !query[bool](t, db, "SELECT $1::"+typ+" = "+expr, text) {
			t.Errorf("%s came as %s, which is not equal to it", expr, text)
		}
	}
}

// TestNullParameters sends NULL to columns of every kind.
func TestNullParameters(t *testing.T) {
	db := dataapitest.Open(t)
	exec(t, db, "CREATE TABLE n (i int4, f float8, t text, u uuid, j jsonb, d timestamptz, a int4[], b bytea)")
	exec(t, db, "INSERT INTO n VALUES ($1, $2, $3, $4, $5, $6, $7, $8)", nil, nil, nil, nil, nil, sql.NullTime{}, (*string)(nil), []byte(nil))
	if n := query[int64](t, db, "SELECT count(*) FROM n WHERE num_nulls(i, f, t, u, j, d, a, b) = 8"); n != 1 {
		t.Errorf("%d rows are all NULL, want 1", n)
	}
}

func TestColumnTypes(t *testing.T) {
	db := dataapitest.Open(t)
	exec(t, db, "CREATE TABLE c (id bigserial PRIMARY KEY, price numeric(10,2), name varchar(40) NOT NULL, note text)")
	rows, err := db.Query("SELECT id, price, name, note, 1 AS one FROM c")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range types {
		line := c.Name() + " " + c.DatabaseTypeName()
		if n, ok := c.Length(); ok && n < math.MaxInt64 {
			line += " length"
		}
		if p, s, ok := c.DecimalSize(); ok && p == 10 && s == 2 {
			line += " (10,2)"
		}
		if null, ok := c.Nullable(); ok && null {
			line += " null"
		} else if ok {
			line += " not null"
		}
		got = append(got, line)
	}
	want := []string{"id INT8 not null", "price NUMERIC (10,2) null", "name VARCHAR length not null", "note TEXT null", "one INT4"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestRowsAndResults(t *testing.T) {
	db := dataapitest.Open(t)
	exec(t, db, "CREATE TABLE r (id int PRIMARY KEY)")
	if n := exec(t, db, "INSERT INTO r SELECT generate_series(1, 1000)"); n != 1000 {
		t.Errorf("%d rows inserted, want 1000", n)
	}
	rows, err := db.Query("SELECT id FROM r ORDER BY id")
	if err != nil {
		t.Fatal(err)
	}
	want := 0
	for rows.Next() {
		want++
		var id int
		if err := rows.Scan(&id); err != nil || id != want {
			t.Fatalf("row %d: %d, %v", want, id, err)
		}
	}
	if rows.Err() != nil || want != 1000 {
		t.Fatalf("%d rows, %v", want, rows.Err())
	}
	if n := exec(t, db, "DELETE FROM r WHERE id > $1", 990); n != 10 {
		t.Errorf("%d rows deleted, want 10", n)
	}
	res, err := db.Exec("UPDATE r SET id = id")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := res.LastInsertId(); err == nil || !strings.Contains(err.Error(), "RETURNING") {
		t.Errorf("LastInsertId: %v", err)
	}
	if got := query[int](t, db, "INSERT INTO r VALUES (5000) RETURNING id"); got != 5000 {
		t.Errorf("RETURNING gave %d", got)
	}

	rows, err = db.Query("SELECT id FROM r WHERE false")
	if err != nil {
		t.Fatal(err)
	}
	if columns, err := rows.Columns(); err != nil || !cmp.Equal(columns, []string{"id"}) || rows.Next() {
		t.Errorf("an empty result has columns %v, %v", columns, err)
	}
	rows.Close()

	rows, err = db.Query("CREATE TABLE r2 ()")
	if err != nil {
		t.Fatal(err)
	}
	if columns, err := rows.Columns(); err != nil || len(columns) != 0 || rows.Next() {
		t.Errorf("a statement without rows has columns %v, %v", columns, err)
	}
	rows.Close()
}

// TestFunctionBodies sends what the service's own scanner would damage.
func TestFunctionBodies(t *testing.T) {
	db := dataapitest.Open(t)
	exec(t, db, `CREATE FUNCTION f(a int[]) RETURNS text LANGUAGE plpgsql AS $body$
DECLARE x text := 'it''s :x'; -- a comment with a ' quote
BEGIN
  RETURN x || a[2:3]::text; /* and :y */
END
$body$`)
	if got := query[string](t, db, "SELECT f($1::int[])", "{1,2,3}"); got != "it's :x{2,3}" {
		t.Errorf("got %q", got)
	}
}

func TestConcurrentUse(t *testing.T) {
	db := dataapitest.Open(t)
	exec(t, db, "CREATE TABLE k (n int)")
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			tx, err := db.Begin()
			if err != nil {
				t.Error(err)
				return
			}
			defer tx.Rollback()
			for range 5 {
				if _, err := tx.Exec("INSERT INTO k VALUES ($1)", i); err != nil {
					t.Error(err)
					return
				}
			}
			if i%2 == 0 {
				if err := tx.Commit(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := query[int](t, db, "SELECT count(*) FROM k"); n != 50 {
		t.Errorf("%d rows, want 50", n)
	}
}

func TestCancel(t *testing.T) {
	srv := dataapitest.New(t)
	db := srv.Open(t)
	running := sleeping(t, srv, srv.Open(t))
	ctx := deadlineWhen(t, func() bool { return running() > 0 })
	start := time.Now()
	_, err := db.ExecContext(ctx, sleeps[srv.Engine])
	var e *auroradataapi.Error
	if !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &e) || e.SafeToRetry() {
		t.Errorf("got %v", err)
	}
	if d := time.Since(start); d > 20*time.Second {
		t.Errorf("it took %v", d)
	}
	if got := query[int](t, db, "SELECT 1"); got != 1 {
		t.Errorf("after that, got %d", got)
	}
}
