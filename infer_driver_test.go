package auroradataapi_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/server"
)

// kindCounter counts calls by what they are for.
type kindCounter struct {
	mu    sync.Mutex
	kinds []auroradataapi.CallKind
	errs  []error // of descriptions
}

func (k *kindCounter) CallStart(ctx context.Context, call auroradataapi.CallInfo) context.Context {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.kinds = append(k.kinds, call.Kind)
	return ctx
}

func (k *kindCounter) CallEnd(_ context.Context, call auroradataapi.CallInfo, result auroradataapi.CallResult) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if call.Kind == auroradataapi.CallDescribe && result.Err != nil {
		k.errs = append(k.errs, result.Err)
	}
}

// take returns the number of descriptions and of statements since the last call.
func (k *kindCounter) take() (described, statements int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, kind := range k.kinds {
		switch kind {
		case auroradataapi.CallDescribe:
			described++
		case auroradataapi.CallStatement:
			statements++
		}
	}
	k.kinds = nil
	return described, statements
}

// count returns the number of calls of a kind since take.
func (k *kindCounter) count(kind auroradataapi.CallKind) (n int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, of := range k.kinds {
		if of == kind {
			n++
		}
	}
	return n
}

func openInferring(t *testing.T, srv *dataapitest.Server, mode auroradataapi.ParamMode) (*sql.DB, *kindCounter) {
	t.Helper()
	counter := &kindCounter{}
	return srv.Open(t, func(c *auroradataapi.Config) { c.Tracer, c.Params = counter, mode }), counter
}

const inferSchema = `CREATE TABLE o (id uuid PRIMARY KEY, doc jsonb, raw json, at timestamptz, wall timestamp, day date, clock time,
	tags text[], n numeric, i int4, ip inet, mood text, c char(5), took interval)`

// TestInferredCalls counts what a statement costs at first and from then on.
func TestInferredCalls(t *testing.T) {
	srv := dataapitest.New(t)
	db, counter := openInferring(t, srv, "")
	exec(t, db, inferSchema)
	const id = "a0ee0000-0000-0000-0000-000000000001"
	exec(t, db, "INSERT INTO o (id, i, tags) VALUES ($1, 1, '{a}')", id)
	counter.take()
	// Descriptions and statements at first, and again. In a transaction the first
	// description of a connector has one before it, outside.
	type counts [4]int
	for _, tt := range []struct {
		statement string
		args      []any
		outside   counts
		inside    counts
	}{
		{"SELECT count(*) FROM o", nil, counts{0, 1, 0, 1}, counts{0, 1, 0, 1}},
		{"SELECT count(*) FROM o WHERE id = $1", []any{id}, counts{1, 1, 0, 1}, counts{3, 1, 0, 1}},
		{"SELECT count(*) FROM o WHERE id = ?", []any{id}, counts{1, 1, 0, 1}, counts{3, 1, 0, 1}},
		{"SELECT count(*) FROM o WHERE id = :id OR id = :id", []any{sql.Named("id", id)}, counts{1, 1, 0, 1}, counts{3, 1, 0, 1}},
		{"SELECT count(*) FROM o WHERE id = $1::uuid", []any{id}, counts{0, 1, 0, 1}, counts{0, 1, 0, 1}},
		{"SELECT count(*) FROM o WHERE id = CAST ( $1 AS uuid)", []any{id}, counts{0, 1, 0, 1}, counts{0, 1, 0, 1}},
		{"SELECT count(*) FROM o WHERE i = $1", []any{1}, counts{0, 1, 0, 1}, counts{3, 1, 0, 1}},
		{"SELECT count(*) FROM o WHERE i = ANY($1)", []any{[]int{1}}, counts{0, 1, 0, 1}, counts{3, 1, 0, 1}},
		{"SELECT count(*) FROM o WHERE tags && $1", []any{[]string{"a"}}, counts{1, 1, 0, 1}, counts{3, 1, 0, 1}},
		{"SELECT count(*) FROM o WHERE ($1 OR i = 1) AND $2::int IS NULL", []any{true, nil}, counts{0, 1, 0, 1}, counts{3, 1, 0, 1}},
		// Refused with the type that the argument has by itself, asked, run.
		{"SELECT length(left('abcdef', $1))", []any{1}, counts{1, 2, 0, 1}, counts{3, 1, 0, 1}},
		// PostgreSQL cannot tell, the Go type can.
		{"SELECT count(*) FROM unnest($1) WHERE $2 IS NOT NULL", []any{[]string{"a"}, "x"}, counts{1, 1, 0, 1}, counts{3, 1, 0, 1}},
	} {
		for where, want := range map[string]counts{"outside": tt.outside, "inside": tt.inside} {
			// A connector of its own, which knows nothing yet.
			db, counter := openInferring(t, srv, "")
			run := func(q interface {
				QueryRow(string, ...any) *sql.Row
			}) (described, statements int) {
				if n := query[int](t, q, tt.statement, tt.args...); n != 1 {
					t.Errorf("%s %s: got %d, want 1", where, tt.statement, n)
				}
				return counter.take()
			}
			var got counts
			if where == "outside" {
				got[0], got[1] = run(db)
				got[2], got[3] = run(db)
			} else {
				tx, err := db.Begin()
				if err != nil {
					t.Fatal(err)
				}
				got[0], got[1] = run(tx)
				got[2], got[3] = run(tx)
				if err := tx.Commit(); err != nil {
					t.Error(err)
				}
			}
			if got != want {
				t.Errorf("%s a transaction, %s: %v calls, want %v", where, tt.statement, got, want)
			}
			if counter.errs != nil {
				t.Errorf("a description is told as an error: %v", counter.errs)
			}
		}
	}
}

// TestInferredOnce has many callers ask one question.
func TestInferredOnce(t *testing.T) {
	srv := dataapitest.New(t)
	db, counter := openInferring(t, srv, "")
	exec(t, db, "CREATE TABLE o (id uuid)")
	counter.take()
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := db.Exec("DELETE FROM o WHERE id = $1", "a0ee0000-0000-0000-0000-000000000001"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if described, statements := counter.take(); described != 1 || statements != 20 {
		t.Errorf("%d descriptions and %d statements, want 1 and 20", described, statements)
	}
}

// TestInferredLost loses an answer about types, which costs nothing but a call.
func TestInferredLost(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t)
	db, _ := openInferring(t, srv, "")
	exec(t, db, "CREATE TABLE o (id uuid)")
	const insert, id = "INSERT INTO o VALUES ($1)", "a0ee0000-0000-0000-0000-000000000001"
	for _, executed := range []bool{true, false} {
		for _, inside := range []bool{true, false} {
			db, _ := openInferring(t, srv, "") // knows nothing yet
			name := fmt.Sprintf("executed-%v.inside-%v", executed, inside)
			fault := server.Fault{Name: name, SQL: "PREPARE .* INSERT", InTransaction: &inside, Times: 1, Kind: server.FaultDrop, Executed: executed}
			if err := srv.Server.Faults().Add(fault); err != nil {
				t.Fatal(err)
			}
			run := db.Exec
			commit := func() error { return nil }
			if inside {
				tx, err := db.Begin()
				if err != nil {
					t.Fatal(err)
				}
				defer tx.Rollback()
				run, commit = tx.Exec, tx.Commit
			}
			if _, err := run(insert, id); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if err := commit(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	for _, rule := range srv.Server.Faults().List() {
		if rule.Hit != 1 {
			t.Errorf("%s: hit %d calls", rule.Fault.Name, rule.Hit)
		}
	}
	if n := query[int](t, db, "SELECT count(*) FROM o"); n != 4 {
		t.Errorf("%d rows, want 4", n)
	}
}

// TestInferredAnew changes the schema behind a statement's back.
func TestInferredAnew(t *testing.T) {
	srv := dataapitest.New(t)
	db, counter := openInferring(t, srv, "")
	other, _ := openInferring(t, srv, "")
	insert := func(want string, described, statements int, q interface {
		Exec(string, ...any) (sql.Result, error)
		QueryRow(string, ...any) *sql.Row
	}) {
		t.Helper()
		counter.take()
		exec(t, q, "INSERT INTO v VALUES ($1)", "2024-07-01")
		d, s := counter.take()
		if got := query[string](t, q, "SELECT pg_typeof(v)::text FROM v LIMIT 1"); got != want {
			t.Errorf("inserted as %s, want %s", got, want)
		}
		if d != described || s != statements {
			t.Errorf("%d descriptions and %d statements, want %d and %d", d, s, described, statements)
		}
	}
	exec(t, db, "CREATE TABLE v (v date)")
	insert("date", 1, 1, db)
	exec(t, other, "DROP TABLE v; ")
	exec(t, other, "CREATE TABLE v (v jsonb)")
	// PostgreSQL refuses the date, and nothing was executed.
	exec(t, other, "DROP TABLE v")
	exec(t, other, "CREATE TABLE v (v timestamptz[])")
	if _, err := db.Exec("INSERT INTO v VALUES ($1)", "{2024-07-01}"); err != nil {
		t.Errorf("after another connector's DDL: %v", err)
	}
	exec(t, db, "DROP TABLE v") // this connector's own
	exec(t, db, "CREATE TABLE v (v text)")
	insert("text", 1, 1, db)

	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	exec(t, tx, "DROP TABLE v")
	exec(t, tx, "CREATE TABLE v (v date)")
	insert("date", 2, 1, tx)
	insert("date", 0, 1, tx)
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	insert("text", 0, 1, db) // what was learnt in the transaction stayed there
	tx, err = db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	exec(t, tx, "DROP TABLE v")
	exec(t, tx, "CREATE TABLE v (v date)")
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	insert("date", 1, 1, db)
}

// TestInferredInPages reads a statement in pages whose types have changed.
func TestInferredInPages(t *testing.T) {
	srv := dataapitest.New(t)
	db := srv.Open(t, func(c *auroradataapi.Config) { c.Paging = auroradataapi.PagingAlways })
	other := srv.Open(t)
	for _, typ := range []string{"date", "jsonb", "text[]"} {
		exec(t, other, "DROP TABLE IF EXISTS v")
		exec(t, other, "CREATE TABLE v (v "+typ+")")
		value := map[string]string{"date": "2024-07-01", "jsonb": "[1]", "text[]": "{x}"}[typ]
		exec(t, other, "INSERT INTO v VALUES ($1)", value)
		if n := query[int](t, db, "SELECT count(*) FROM v WHERE v = $1", value); n != 1 {
			t.Errorf("%d rows of type %s, want 1", n, typ)
		}
		if n := query[int](t, db, "SELECT length(left('abc', $1))", 2); n != 2 {
			t.Errorf("%d characters, want 2", n)
		}
	}
}

// TestInferredTransaction has descriptions leave a transaction as it is.
func TestInferredTransaction(t *testing.T) {
	srv := dataapitest.New(t)
	db, _ := openInferring(t, srv, "")
	exec(t, db, "CREATE TABLE v (id uuid PRIMARY KEY)")
	const id = "a0ee0000-0000-0000-0000-000000000001"
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	exec(t, tx, "INSERT INTO v VALUES ($1)", id)
	// PREPARE refuses it, for which the transaction is not aborted until the
	// statement is sent itself; its error has a place.
	exec(t, tx, "SAVEPOINT s")
	_, err = tx.Exec("INSERT INTO v (nope) VALUES ($1)", id)
	var e *auroradataapi.Error
	if !errors.As(err, &e) || e.Code != string(auroradataapi.UndefinedColumn) || e.Position != 16 {
		t.Errorf("got %v at %v", err, e)
	}
	exec(t, tx, "ROLLBACK TO s")
	if n := query[int](t, tx, "SELECT count(*) FROM v WHERE id = $1", id); n != 1 {
		t.Errorf("%d rows, want 1", n)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	ro, err := db.BeginTx(t.Context(), &sql.TxOptions{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer ro.Rollback()
	_, err = ro.Exec("DELETE FROM v WHERE id = $1 OR $1 IS NULL", id)
	if !errors.Is(err, auroradataapi.ReadOnlyTransaction) {
		t.Errorf("a write in a read-only transaction: %v", err)
	}
}

// TestInferredNothingExecuted describes what would do damage if it ran.
func TestInferredNothingExecuted(t *testing.T) {
	srv := dataapitest.New(t)
	db, _ := openInferring(t, srv, "")
	exec(t, db, "CREATE TABLE v (s text)")
	exec(t, db, "INSERT INTO v VALUES ('kept')")
	for _, statement := range []string{
		"SELECT s FROM v WHERE s = $1; DELETE FROM v",
		"DELETE FROM v WHERE s = $1; DELETE FROM v",
		"DELETE FROM v WHERE s = $1 AND nope",
	} {
		for _, tx := range []bool{false, true} {
			var err error
			if tx {
				tx, begin := db.Begin()
				if begin != nil {
					t.Fatal(begin)
				}
				_, err = tx.Exec(statement, "x")
				tx.Commit() // fails, if the statement was sent
			} else {
				_, err = db.Exec(statement, "x")
			}
			if err == nil {
				t.Errorf("%s succeeded", statement)
			}
			if n := query[int](t, db, "SELECT count(*) FROM v"); n != 1 {
				t.Fatalf("%s: %d rows are left of 1", statement, n)
			}
		}
	}
	if n := query[int](t, db, "SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'auroradataapi%'"); n != 0 {
		t.Errorf("%d prepared statements were left behind", n)
	}
}

// TestInferredNotPermitted has questions refused, for which no statement fails and
// no transaction is aborted.
// TestInferredLong writes many rows by one statement, for whose casts there is no
// room.
func TestInferredLong(t *testing.T) {
	t.Parallel()
	db, _ := openInferring(t, dataapitest.New(t), "")
	if _, err := db.Exec("CREATE TABLE wide (k uuid, a varchar(20), b int, c smallint, d numeric, e jsonb, f text)"); err != nil {
		t.Fatal(err)
	}
	const rows, columns = 600, 7
	var sql strings.Builder
	args := make([]any, 0, rows*columns)
	sql.WriteString("INSERT INTO wide VALUES ")
	for i := range rows {
		if i > 0 {
			sql.WriteString(",")
		}
		sql.WriteString("(")
		for j := range columns {
			if j > 0 {
				sql.WriteString(",")
			}
			fmt.Fprintf(&sql, "$%d", i*columns+j+1)
		}
		sql.WriteString(")")
		args = append(args, [16]byte{1, byte(i / 256), byte(i)}, "text", i, i, i, `{"a":1}`, nil)
	}
	res, err := db.Exec(sql.String(), args...)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := res.RowsAffected(); err != nil || n != rows {
		t.Errorf("%d rows were written, %v", n, err)
	}
	var n, sum int
	const count = "SELECT count(*), sum(b + c + d) FROM wide WHERE a = 'text' AND e->>'a' = '1' AND f IS NULL AND k IS NOT NULL"
	if err := db.QueryRow(count).Scan(&n, &sum); err != nil || n != rows || sum != 3*rows*(rows-1)/2 {
		t.Errorf("%d rows with the sum %d, %v", n, sum, err)
	}
}

func TestInferredNotPermitted(t *testing.T) {
	for name, refuse := range map[string]func(srv *dataapitest.Server, db *sql.DB){
		"no right": func(_ *dataapitest.Server, db *sql.DB) {
			exec(t, db, "DROP EXTENSION plpgsql")
		},
		"no reason": func(srv *dataapitest.Server, _ *sql.DB) {
			if err := srv.Server.Faults().Add(server.Fault{Kind: server.FaultError, SQL: "DO 'DECLARE",
				Code: "DatabaseErrorException", Message: "Database returned SQL Exception"}); err != nil {
				t.Fatal(err)
			}
		},
	} {
		for _, inside := range []bool{false, true} {
			srv := dataapitest.New(t)
			db, counter := openInferring(t, srv, "")
			exec(t, db, "CREATE TABLE v (s text, n int)")
			refuse(srv, db)
			counter.take()
			var q interface {
				Exec(string, ...any) (sql.Result, error)
			} = db
			var tx *sql.Tx
			if inside {
				var err error
				if tx, err = db.Begin(); err != nil {
					t.Fatal(err)
				}
				q = tx
			}
			exec(t, q, "INSERT INTO v VALUES ($1, $2)", "x", 1)
			if n := exec(t, q, "DELETE FROM v WHERE s = $1", "x"); n != 1 {
				t.Errorf("%s: %d rows deleted, want 1", name, n)
			}
			if inside {
				if err := tx.Commit(); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
			if described, statements := counter.take(); described != 1 || statements != 2 {
				t.Errorf("%s: %d descriptions and %d statements, want 1 and 2", name, described, statements)
			}
		}
	}
}

// TestInferredUnknown loses the answer to a question. That the statement was not
// executed is certain.
func TestInferredUnknown(t *testing.T) {
	srv := dataapitest.New(t)
	db, _ := openInferring(t, srv, "")
	exec(t, db, "CREATE TABLE v (s text)")
	if err := srv.Server.Faults().Add(server.Fault{Kind: server.FaultDrop, SQL: "DO 'DECLARE", Executed: true}); err != nil {
		t.Fatal(err)
	}
	_, err := db.Exec("INSERT INTO v VALUES ($1)", "x")
	var e *auroradataapi.Error
	if !errors.As(err, &e) || !e.SafeToRetry() || errors.Is(err, auroradataapi.ErrOutcomeUnknown) {
		t.Errorf("got %v", err)
	}
	if n := query[int](t, db, "SELECT count(*) FROM v"); n != 0 {
		t.Errorf("%d rows", n)
	}
}

// TestInferredValues sends Go values to columns that their own type does not fit.
func TestInferredValues(t *testing.T) {
	srv := dataapitest.New(t)
	db, _ := openInferring(t, srv, "")
	exec(t, db, inferSchema)
	at := time.Date(2024, 7, 1, 1, 30, 0, 123_456_000, time.FixedZone("", 2*3600))
	exec(t, db, `INSERT INTO o VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		"a0ee0000-0000-0000-0000-000000000001", map[string]any{"a": []int{1}}, []byte(`{"b":  1}`), at, at, at, at,
		[]string{"x", `"`}, 0.1, "42", netip.MustParseAddr("10.0.0.1"), []byte("fine"), "xyz", 90*time.Second)
	got := query[string](t, db, "SELECT o::text FROM o")
	want := `(a0ee0000-0000-0000-0000-000000000001,"{""a"": [1]}","{""b"":  1}","2024-06-30 23:30:00.123456+00",` +
		`"2024-07-01 01:30:00.123456",2024-07-01,01:30:00.123456,"{x,""\\""""}",0.1,42,10.0.0.1,fine,"xyz  ",00:01:30)`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := query[string](t, db, "SELECT c FROM o WHERE c = $1 AND day = $2", "xyz", "2024-07-01"); got != "xyz  " {
		t.Errorf("a char(5) is found as %q", got)
	}
	exec(t, db, "CREATE TABLE f AS SELECT 0.1::float4 AS f")
	for _, v := range []any{auroradataapi.Decimal("0.1"), 0.1, float32(0.1), "0.1"} {
		if got := query[int](t, db, "SELECT count(*) FROM f WHERE f = $1", v); got != 1 {
			t.Errorf("a float4 of 0.1 is not found by a %T", v)
		}
	}
	_, err := db.Exec("INSERT INTO o (id, n) VALUES ($1, $2)", "a0ee0000-0000-0000-0000-000000000002", struct{ A int }{1})
	if err == nil || !strings.Contains(err.Error(), "argument 2: a struct { A int } cannot be sent") {
		t.Errorf("a struct for a numeric: %v", err)
	}
}

// TestInferredBatch runs sets in which each argument is NULL now and then, each
// at times of its own, by one call.
func TestInferredBatch(t *testing.T) {
	srv := dataapitest.New(t)
	db, counter := openInferring(t, srv, "")
	exec(t, db, "CREATE DOMAIN positive AS int8 CHECK (value > 0)")
	exec(t, db, `CREATE TABLE b (i int8, t text, f float8, ok bool, raw bytea, n numeric, at timestamptz, doc jsonb, p positive)`)
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	const n = 200
	sets := make([][]any, n)
	for i := range sets {
		sets[i] = []any{int64(i), "x", 1.5, true, []byte("raw"), "2.50", at, `{"a": 1}`, i + 1}
		for column := range sets[i] {
			if i>>column&1 == 1 {
				sets[i][column] = nil
			}
		}
	}
	counter.take()
	if _, err := auroradataapi.ExecBatch(t.Context(), db, "INSERT INTO b VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)", sets); err != nil {
		t.Fatal(err)
	}
	if _, statements := counter.take(); statements != 1 {
		t.Errorf("%d calls for the sets, want 1", statements)
	}
	var wrong int
	const right = `SELECT count(*) FROM (SELECT row_number() OVER () - 1 AS k, * FROM b) s WHERE NOT (
		(k & 1 <> 0) = (i IS NULL) AND (k & 2 <> 0) = (t IS NULL) AND (k & 4 <> 0) = (f IS NULL) AND (k & 8 <> 0) = (ok IS NULL) AND
		(k & 16 <> 0) = (raw IS NULL) AND (k & 32 <> 0) = (n IS NULL) AND (k & 64 <> 0) = (at IS NULL) AND (k & 128 <> 0) = (doc IS NULL) AND
		coalesce(i, k) = k AND coalesce(t, 'x') = 'x' AND coalesce(f, 1.5) = 1.5 AND coalesce(ok, true) AND coalesce(raw, 'raw') = 'raw' AND
		coalesce(n, 2.5) = 2.5 AND coalesce(at, $1) = $1 AND coalesce(doc, '{"a": 1}') = '{"a": 1}' AND p = k + 1)`
	if err := db.QueryRow(right, at).Scan(&wrong); err != nil || wrong != 0 {
		t.Errorf("%d wrong rows, %v", wrong, err)
	}
}
