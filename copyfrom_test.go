package auroradataapi_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/server"
)

// onBoth runs a test on either engine.
func onBoth(t *testing.T, test func(t *testing.T, srv *dataapitest.Server, db *sql.DB, mysql bool)) {
	t.Helper()
	t.Run("postgresql", func(t *testing.T) {
		srv := dataapitest.New(t)
		test(t, srv, srv.Open(t), false)
	})
	t.Run("mysql", func(t *testing.T) {
		srv := dataapitest.New(t, dataapitest.MySQL())
		test(t, srv, srv.Open(t), true)
	})
}

// numbered returns rows of a number from first to last and a text.
func numbered(first, last int) auroradataapi.CopySource {
	rows := make([][]any, 0, last-first+1)
	for i := first; i <= last; i++ {
		rows = append(rows, []any{i, fmt.Sprintf("row %d", i)})
	}
	return auroradataapi.CopyRows(rows)
}

func TestCopyFromValues(t *testing.T) {
	at := time.Date(2024, 1, 15, 12, 34, 56, 789012000, time.FixedZone("", 9*3600))
	texts := []any{"", "it's", `a "b" \ c`, "NULL", "[1,2]", "é\n\t\x01", nil}
	t.Run("postgresql", func(t *testing.T) {
		db := dataapitest.Open(t)
		exec(t, db, `CREATE TABLE "My Table" (id int8, "Text" text, "n" numeric, f float8, b bool, y bytea, ts timestamptz, j json, u uuid, a text[], d int DEFAULT 7)`)
		columns := []string{"id", "Text", "n", "f", "b", "y", "ts", "j", "u", "a"}
		var rows [][]any
		for i, text := range texts {
			rows = append(rows, []any{math.MaxInt64 - i, text, "100.10", math.Inf(-1), i%2 == 0, []byte{0, 255, 'x'}, at, `{"k": [1, "é"]}`,
				"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", `{a,NULL,"b c"}`})
		}
		result, err := auroradataapi.CopyFrom(t.Context(), db, `public."My Table"`, columns, auroradataapi.CopyRows(rows), auroradataapi.CopyOptions{})
		if err != nil || result.Rows != int64(len(rows)) || result.Affected != result.Rows || result.Calls != 1 {
			t.Fatalf("got %+v, %v", result, err)
		}
		for i, text := range texts {
			got := query[string](t, db, `SELECT concat_ws('|', coalesce("Text", 'null'), n, f, b, y, ts, j, u, a, d) FROM "My Table" WHERE id = $1`, int64(math.MaxInt64-i))
			want := fmt.Sprintf(`%v|100.10|-Infinity|%c|\x00ff78|2024-01-15 03:34:56.789012+00|{"k": [1, "é"]}|a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11|{a,NULL,"b c"}|7`,
				text, "tf"[i%2])
			if text == nil {
				want = strings.Replace(want, "<nil>", "null", 1)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("row %d (-want +got)\n%s", i, diff)
			}
		}
	})
	t.Run("mysql", func(t *testing.T) {
		db := dataapitest.Open(t, dataapitest.MySQL())
		exec(t, db, "CREATE TABLE `My Table` (id bigint, `Text` text, n decimal(10,2), f double, b boolean, y varbinary(10), ts datetime(6), j json, bits bit(8), e enum('a','b'), d int DEFAULT 7)")
		columns := []string{"id", "Text", "n", "f", "b", "y", "ts", "j", "bits", "e"}
		var rows [][]any
		for i, text := range texts {
			rows = append(rows, []any{math.MaxInt64 - i, text, "100.10", -1.5e-300, i%2 == 0, []byte{0, 255, 'x'}, at, `{"k": [1, "é"]}`, 5, "b"})
		}
		result, err := auroradataapi.CopyFrom(t.Context(), db, "`My Table`", columns, auroradataapi.CopyRows(rows), auroradataapi.CopyOptions{})
		if err != nil || result.Rows != int64(len(rows)) || result.Affected != result.Rows {
			t.Fatalf("got %+v, %v", result, err)
		}
		for i, text := range texts {
			got := query[string](t, db, "SELECT concat_ws('|', coalesce(`Text`, 'null'), n, f, b, hex(y), ts, j, bits + 0, e, d) FROM `My Table` WHERE id = ?", int64(math.MaxInt64-i))
			want := fmt.Sprintf(`%v|100.10|-1.5e-300|%d|00FF78|2024-01-15 03:34:56.789012|{"k": [1, "é"]}|5|b|7`, text, 1-i%2)
			if text == nil {
				want = strings.Replace(want, "<nil>", "null", 1)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("row %d (-want +got)\n%s", i, diff)
			}
		}
	})
}

// TestCopyFromLarge fills several calls.
// TestCopyFromColumns loads values whose Go type is not that of the column, and
// has to store what INSERT does where that is not refused.
func TestCopyFromColumns(t *testing.T) {
	at := time.Date(2024, 3, 1, 0, 30, 0, 123_456_000, time.FixedZone("", 9*3600))
	srv := dataapitest.New(t)
	for _, mode := range []auroradataapi.ParamMode{auroradataapi.ParamsInfer, auroradataapi.ParamsBind} {
		db, _ := openInferring(t, srv, mode)
		exec(t, db, `DROP TABLE IF EXISTS v`)
		exec(t, db, `CREATE TABLE v (id int, took interval, day date, wall timestamp, at timestamptz, clock time, id128 uuid, doc jsonb, walls timestamp[], spans interval[], note text, n numeric)`)
		for i, c := range []struct {
			column string
			value  any
		}{
			{"took", 90 * time.Second}, {"took", 5}, {"took", "90 seconds"}, {"day", at}, {"wall", at}, {"at", at}, {"clock", at},
			{"walls", []time.Time{at}}, {"spans", []time.Duration{90 * time.Second}}, {"id128", []byte("0123456789abcdef")}, {"doc", map[string]int{"a": 1}}, {"doc", []int{1, 2}},
			{"doc", []string{"x"}}, {"doc", nil}, {"doc", "1"}, {"note", at}, {"note", 90 * time.Second}, {"n", 0.1},
		} {
			insert := func() error {
				_, err := db.Exec("INSERT INTO v (id, "+c.column+") VALUES ($1, $2)", i, c.value)
				return err
			}
			load := func() error {
				_, err := auroradataapi.CopyFrom(t.Context(), db, "v", []string{"id", c.column}, auroradataapi.CopyRows([][]any{{i, c.value}}), auroradataapi.CopyOptions{})
				return err
			}
			store := func(by func() error) (string, error) {
				exec(t, db, "DELETE FROM v")
				if err := by(); err != nil {
					return "", err
				}
				return query[string](t, db, "SELECT v::text FROM v"), nil
			}
			want, refused := store(insert)
			got, err := store(load)
			if refused != nil && mode == auroradataapi.ParamsBind {
				want, refused = got, err // INSERT is refused what CopyFrom casts
			}
			switch c.column {
			case "took", "spans":
				if _, ok := c.value.(int); ok != (err != nil) || !ok && !strings.Contains(got, "00:01:30") {
					t.Errorf("%s: a %T is the interval %s, %v", mode, c.value, got, err)
				}
			}
			if got != want || (refused == nil) != (err == nil) {
				t.Errorf("%s: a %T for %s: INSERT stores %q, %v; CopyFrom %q, %v", mode, c.value, c.column, want, refused, got, err)
			}
		}
	}
}

// TestCopyFromDomain loads texts into a domain with a length, which are not cut.
func TestCopyFromDomain(t *testing.T) {
	db := dataapitest.Open(t)
	exec(t, db, `CREATE DOMAIN code AS varchar(3)`)
	exec(t, db, `CREATE DOMAIN bytes AS bytea`)
	exec(t, db, `CREATE TABLE d (c code, b bytes)`)
	load := func(c string, b []byte) error {
		_, err := auroradataapi.CopyFrom(t.Context(), db, "d", []string{"c", "b"}, auroradataapi.CopyRows([][]any{{c, b}}), auroradataapi.CopyOptions{})
		return err
	}
	if err := load("abcd", nil); !errors.Is(err, auroradataapi.Code("22001")) {
		t.Errorf("a text that is too long: %v", err)
	}
	if err := load("abc", []byte{0, 255}); err != nil {
		t.Fatal(err)
	}
	if got := query[string](t, db, "SELECT c || b::text FROM d"); got != `abc\x00ff` {
		t.Errorf("got %q", got)
	}
}

func TestCopyFromLarge(t *testing.T) {
	onBoth(t, func(t *testing.T, _ *dataapitest.Server, db *sql.DB, _ bool) {
		exec(t, db, "CREATE TABLE big (id int PRIMARY KEY, t text)")
		const n = 40_000
		seq := func(first int) iter.Seq2[[]any, error] {
			return func(yield func([]any, error) bool) {
				for i := first; i < first+n; i++ {
					if !yield([]any{i, strings.Repeat(`"x"`, 30+i%40)}, nil) {
						return
					}
				}
			}
		}
		progress := 0
		err := auroradataapi.CopySeq(seq(0), func(rows auroradataapi.CopySource) error {
			r, err := auroradataapi.CopyFrom(t.Context(), db, "big", []string{"id", "t"}, rows, auroradataapi.CopyOptions{
				Progress: func(auroradataapi.CopyProgress) { progress++ },
			})
			if r.Calls < 3 || r.Calls != progress || r.Rows != n {
				t.Errorf("got %+v, and Progress was called %d times", r, progress)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		err = auroradataapi.CopySeq(seq(n), func(rows auroradataapi.CopySource) error {
			r, err := auroradataapi.CopyFrom(t.Context(), db, "big", []string{"id", "t"}, rows, auroradataapi.CopyOptions{PerCall: true, InFlight: 3})
			if r.Rows != n {
				t.Errorf("got %+v", r)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := query[int64](t, db, "SELECT sum(length(t)) + count(*) FROM big"); got != int64(2*n)+3*sumOfRepeats(2*n) {
			t.Errorf("the table holds %d", got)
		}
	})
}

func sumOfRepeats(n int) (sum int64) {
	for i := range n {
		sum += int64(30 + i%40)
	}
	return sum
}

func TestCopyFromModes(t *testing.T) {
	onBoth(t, func(t *testing.T, _ *dataapitest.Server, db *sql.DB, mysql bool) {
		exec(t, db, "CREATE TABLE t (id int PRIMARY KEY, name varchar(20), other int DEFAULT 1)")
		columns, key := []string{"id", "name"}, []string{"id"}
		load := func(mode auroradataapi.CopyMode, rows auroradataapi.CopySource) {
			t.Helper()
			options := auroradataapi.CopyOptions{Mode: mode, Key: key}
			if mode == auroradataapi.CopyInsert {
				options.Key = nil
			}
			if _, err := auroradataapi.CopyFrom(t.Context(), db, "t", columns, rows, options); err != nil {
				t.Fatalf("mode %d: %v", mode, err)
			}
		}
		check := func(want string) {
			t.Helper()
			concat := "string_agg(id || ':' || name, ' ' ORDER BY id)"
			if mysql {
				concat = "group_concat(concat(id, ':', name) ORDER BY id SEPARATOR ' ')"
			}
			if got := query[string](t, db, "SELECT "+concat+" FROM t"); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
		load(auroradataapi.CopyInsert, auroradataapi.CopyRows([][]any{{1, "a"}, {2, "b"}}))
		check("1:a 2:b")
		load(auroradataapi.CopyIgnore, auroradataapi.CopyRows([][]any{{2, "x"}, {3, "c"}}))
		check("1:a 2:b 3:c")
		load(auroradataapi.CopyUpsert, auroradataapi.CopyRows([][]any{{3, "C"}, {4, "d"}}))
		check("1:a 2:b 3:C 4:d")
		load(auroradataapi.CopyUpdate, auroradataapi.CopyRows([][]any{{1, "A"}, {9, "z"}}))
		check("1:A 2:b 3:C 4:d")
	})
}

func TestCopyFromBadRows(t *testing.T) {
	onBoth(t, func(t *testing.T, srv *dataapitest.Server, db *sql.DB, _ bool) {
		exec(t, db, "CREATE TABLE t (id int PRIMARY KEY, name varchar(10) NOT NULL)")
		columns := []string{"id", "name"}
		rows := func() auroradataapi.CopySource {
			var rows [][]any
			for i := 1; i <= 1000; i++ {
				switch i {
				case 300, 301:
					rows = append(rows, []any{i, "this is too long"})
				case 900:
					rows = append(rows, []any{i, nil})
				default:
					rows = append(rows, []any{i, "ok"})
				}
			}
			return auroradataapi.CopyRows(rows)
		}
		var e *auroradataapi.CopyError
		_, err := auroradataapi.CopyFrom(t.Context(), db, "t", columns, rows(), auroradataapi.CopyOptions{})
		if !errors.As(err, &e) || e.Row != 300 {
			t.Errorf("without OnBadRow: %v", err)
		}
		if n := query[int](t, db, "SELECT count(*) FROM t"); n != 0 {
			t.Errorf("without OnBadRow, %d rows were loaded", n)
		}
		for _, perCall := range []bool{false, true} {
			exec(t, db, "DELETE FROM t")
			var bad []int64
			r, err := auroradataapi.CopyFrom(t.Context(), db, "t", columns, rows(), auroradataapi.CopyOptions{
				PerCall:  perCall,
				OnBadRow: func(row auroradataapi.BadRow) error { bad = append(bad, row.Row); return nil },
			})
			if err != nil || r.Rows != 997 || r.Bad != 3 {
				t.Errorf("perCall %t: %+v, %v", perCall, r, err)
			}
			if diff := cmp.Diff([]int64{300, 301, 900}, bad); diff != "" {
				t.Errorf("perCall %t: bad rows (-want +got)\n%s", perCall, diff)
			}
			if n := query[int](t, db, "SELECT count(*) FROM t"); n != 997 {
				t.Errorf("perCall %t: %d rows were loaded", perCall, n)
			}
		}
		exec(t, db, "DELETE FROM t")
		_, err = auroradataapi.CopyFrom(t.Context(), db, "t", columns, rows(), auroradataapi.CopyOptions{PerCall: true})
		if !errors.As(err, &e) || e.Row != 300 || !cmp.Equal(e.Committed, []auroradataapi.RowRange{{First: 1, Last: 299}}) {
			t.Errorf("PerCall without OnBadRow: %v", err)
		}
		// In the caller's transaction, which decides.
		exec(t, db, "DELETE FROM t")
		tx, err := db.Begin()
		if err != nil {
			t.Fatal(err)
		}
		_, err = auroradataapi.CopyFrom(t.Context(), tx, "t", columns, rows(), auroradataapi.CopyOptions{
			OnBadRow: func(auroradataapi.BadRow) error { return nil },
		})
		if err != nil {
			t.Fatal(err)
		}
		if n := query[int](t, tx, "SELECT count(*) FROM t"); n != 997 {
			t.Errorf("in a transaction, %d rows were loaded", n)
		}
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
		if n := query[int](t, db, "SELECT count(*) FROM t"); n != 0 {
			t.Errorf("after the rollback there are %d rows", n)
		}
	})
}

func TestCopyFromErrors(t *testing.T) {
	db := dataapitest.Open(t)
	exec(t, db, "CREATE TABLE t (id int, name text)")
	one := func() auroradataapi.CopySource { return numbered(1, 1) }
	for _, tt := range []struct {
		name, table string
		columns     []string
		rows        auroradataapi.CopySource
		options     auroradataapi.CopyOptions
		want        string
	}{
		{"no table", "nowhere", []string{"id", "name"}, one(), auroradataapi.CopyOptions{}, `relation "nowhere" does not exist`},
		{"not a name", "t; DROP TABLE t", []string{"id", "name"}, one(), auroradataapi.CopyOptions{}, "is not the name of a table"},
		{"no column", "t", []string{"id", "nope"}, one(), auroradataapi.CopyOptions{}, `has no column "nope"; it has id, name`},
		{"no source", "t", []string{"id"}, nil, auroradataapi.CopyOptions{}, "no source of rows"},
		{"no columns", "t", nil, one(), auroradataapi.CopyOptions{}, "there are no columns"},
		{"twice", "t", []string{"id", "id"}, one(), auroradataapi.CopyOptions{}, `"id" is there twice`},
		{"width", "t", []string{"id"}, one(), auroradataapi.CopyOptions{}, "row 1: it has 2 values for 1 columns"},
		{"type", "t", []string{"id", "name"}, auroradataapi.CopyRows([][]any{{1, "a"}, {2, make(chan int)}}), auroradataapi.CopyOptions{}, `row 2: column "name"`},
		{"NUL", "t", []string{"id", "name"}, auroradataapi.CopyRows([][]any{{1, "a\x00"}}), auroradataapi.CopyOptions{}, `row 1: column "name": the text holds a NUL`},
		{"no key", "t", []string{"id", "name"}, one(), auroradataapi.CopyOptions{Mode: auroradataapi.CopyUpsert}, "needs a Key"},
		{"foreign key", "t", []string{"id", "name"}, one(), auroradataapi.CopyOptions{Mode: auroradataapi.CopyUpsert, Key: []string{"x"}}, "not among the columns"},
		{"in flight", "t", []string{"id", "name"}, one(), auroradataapi.CopyOptions{InFlight: 2}, "set PerCall"},
	} {
		_, err := auroradataapi.CopyFrom(t.Context(), db, tt.table, tt.columns, tt.rows, tt.options)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		}
	}
	if n := query[int](t, db, "SELECT count(*) FROM t"); n != 0 {
		t.Errorf("%d rows were loaded all the same", n)
	}
	failing := func(yield func([]any, error) bool) {
		if yield([]any{1, "a"}, nil) {
			yield(nil, errors.New("no more"))
		}
	}
	err := auroradataapi.CopySeq(failing, func(rows auroradataapi.CopySource) error {
		_, err := auroradataapi.CopyFrom(context.Background(), db, "t", []string{"id", "name"}, rows, auroradataapi.CopyOptions{})
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "row 2: the source: no more") {
		t.Errorf("a source that fails: %v", err)
	}
}

// TestCopyFromTwice names a column twice.
func TestCopyFromTwice(t *testing.T) {
	onBoth(t, func(t *testing.T, _ *dataapitest.Server, db *sql.DB, mysql bool) {
		exec(t, db, "CREATE TABLE t (a int PRIMARY KEY, b varchar(20))")
		for _, tt := range []struct {
			columns, key []string
			want         string
		}{
			{[]string{"a", "b", "a"}, []string{"a"}, `the column "a" is there twice`},
			{[]string{"a", "a"}, []string{"a", "a"}, `the column "a" is there twice`},
			{[]string{"a", "A"}, []string{"a"}, `has no column "A"; it has a, b`},
			{[]string{"a", "b"}, []string{"a", "a"}, `the column "a" is there twice in the Key`},
			{[]string{"a", "b"}, []string{"a", "A"}, `the column "A" of the Key is not among the columns`},
		} {
			for _, mode := range []auroradataapi.CopyMode{auroradataapi.CopyIgnore, auroradataapi.CopyUpsert, auroradataapi.CopyUpdate} {
				_, err := auroradataapi.CopyFrom(t.Context(), db, "t", tt.columns, numbered(1, 1), auroradataapi.CopyOptions{Mode: mode, Key: tt.key})
				if err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("%v by %v, mode %d: got %v, want %q", tt.columns, tt.key, mode, err, tt.want)
				}
			}
		}
		if n := query[int](t, db, "SELECT count(*) FROM t"); n != 0 {
			t.Errorf("%d rows were loaded all the same", n)
		}
	})
}

// TestCopyFromLostAnswer loses the answers of calls: what is said of their rows
// has to be true.
func TestCopyFromLostAnswer(t *testing.T) {
	onBoth(t, func(t *testing.T, srv *dataapitest.Server, db *sql.DB, _ bool) {
		exec(t, db, "CREATE TABLE t (id int PRIMARY KEY, name text)")
		load := func(executed bool, options auroradataapi.CopyOptions) (auroradataapi.CopyResult, *auroradataapi.CopyError, error) {
			t.Helper()
			exec(t, db, "DELETE FROM t")
			if err := srv.Server.Faults().Add(server.Fault{Kind: server.FaultDrop, SQL: "INSERT INTO t ", After: 2, Times: 1, Executed: executed}); err != nil {
				t.Fatal(err)
			}
			var r auroradataapi.CopyResult
			err := auroradataapi.CopySeq(func(yield func([]any, error) bool) {
				for i := range 300 {
					if !yield([]any{i + 1, strings.Repeat("x", 50_000)}, nil) {
						return
					}
				}
			}, func(rows auroradataapi.CopySource) (err error) {
				r, err = auroradataapi.CopyFrom(t.Context(), db, "t", []string{"id", "name"}, rows, options)
				return err
			})
			var e *auroradataapi.CopyError
			errors.As(err, &e)
			srv.Server.Faults().Clear()
			return r, e, err
		}
		for _, executed := range []bool{false, true} {
			_, _, err := load(executed, auroradataapi.CopyOptions{})
			if !errors.Is(err, auroradataapi.ErrOutcomeUnknown) {
				t.Errorf("in a transaction, executed %t: %v", executed, err)
			}
			if n := query[int](t, db, "SELECT count(*) FROM t"); n != 0 {
				t.Errorf("in a transaction, executed %t: %d rows are there", executed, n)
			}
			r, e, err := load(executed, auroradataapi.CopyOptions{PerCall: true})
			if e == nil || len(e.Committed) != 1 || len(e.Unknown) != 1 {
				t.Fatalf("PerCall, executed %t: %v", executed, err)
			}
			want := e.Committed[0].Last
			if executed {
				want = e.Unknown[0].Last
			}
			if n := query[int64](t, db, "SELECT count(*) FROM t"); n != want || r.Rows != e.Committed[0].Last {
				t.Errorf("PerCall, executed %t: %d rows are there, %+v says %v", executed, n, r, err)
			}
		}
	})
}

// TestLostQuestions loses the answers to what the driver asks about a statement,
// which it can ask again.
func TestLostQuestions(t *testing.T) {
	srv := dataapitest.New(t)
	db := srv.Open(t)
	exec(t, db, "CREATE TABLE t (id int, name text)")
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	for _, sql := range []string{"pg_attribute", "LIMIT 0"} {
		if err := srv.Server.Faults().Add(server.Fault{Name: sql[:3], Kind: server.FaultDrop, SQL: sql, Times: 1, Executed: true}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := auroradataapi.CopyFrom(t.Context(), tx, "t", []string{"id", "name"}, numbered(1, 3), auroradataapi.CopyOptions{}); err != nil {
		t.Errorf("the types of columns: %v", err)
	}
	if got := query[string](t, tx, "SELECT '1 day'::interval"); got != "1 day" {
		t.Errorf("the columns of a query: %q", got)
	}
	for _, f := range srv.Server.Faults().List() {
		if f.Hit != 1 {
			t.Errorf("the fault %s hit %d calls", f.Fault.Name, f.Hit)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Error(err)
	}
}

// TestCopyFromManyColumns loads more columns than a statement can name, which is
// said before a row is read.
func TestCopyFromManyColumns(t *testing.T) {
	onBoth(t, func(t *testing.T, srv *dataapitest.Server, db *sql.DB, mysql bool) {
		var names, columns []string
		for i := range 1000 {
			names = append(names, fmt.Sprintf("a_column_of_a_table_of_many_%03d", i))
			columns = append(columns, names[i]+" int")
		}
		exec(t, db, "CREATE TABLE t ("+strings.Join(columns, ", ")+")")
		row := make([]any, len(names))
		for _, options := range []auroradataapi.CopyOptions{{}, {PerCall: true}, {OnBadRow: func(row auroradataapi.BadRow) error { return nil }}} {
			source := &countedSource{CopySource: auroradataapi.CopyRows([][]any{row})}
			_, err := auroradataapi.CopyFrom(t.Context(), db, "t", names, source, options)
			var e *auroradataapi.CopyError
			if err == nil || !strings.Contains(err.Error(), "the statement for 1000 columns has") || !strings.Contains(err.Error(), "load fewer columns") || errors.As(err, &e) || source.read > 0 {
				t.Errorf("got %v, and %d rows were read", err, source.read)
			}
		}
		options := auroradataapi.CopyOptions{Mode: auroradataapi.CopyUpdate, Key: names[:1]}
		row[0], row[1], row[400], row[500], row[999] = 7, 1, 2, 3, 4
		if _, err := auroradataapi.CopyFrom(t.Context(), db, "t", names[:500], auroradataapi.CopyRows([][]any{row[:500]}), auroradataapi.CopyOptions{}); err != nil {
			t.Fatal(err)
		}
		rest := append(names[:1:1], names[500:800]...)
		if _, err := auroradataapi.CopyFrom(t.Context(), db, "t", rest, auroradataapi.CopyRows([][]any{append(row[:1:1], row[500:800]...)}), options); err != nil {
			t.Fatal(err)
		}
		if n := query[int](t, db, fmt.Sprintf("SELECT %s + %s FROM t", names[400], names[500])); n != 5 {
			t.Errorf("the rest by the advice of the error: got %d", n)
		}
		if n := srv.Server.OpenTransactions(); n != 0 {
			t.Errorf("%d transactions are open", n)
		}
	})
}

// countedSource counts the rows that are read.
type countedSource struct {
	auroradataapi.CopySource
	read int
}

func (s *countedSource) Next() bool { s.read++; return s.CopySource.Next() }

// TestCopyFromColons loads columns and tables that have a colon in their names, which
// the service takes for the start of a parameter in a name between backticks.
func TestCopyFromColons(t *testing.T) {
	onBoth(t, func(t *testing.T, srv *dataapitest.Server, db *sql.DB, mysql bool) {
		direct, quote := db, `"`
		if mysql {
			direct, quote = openDirect(t, srv), "`"
		}
		quoted := func(name string) string { return quote + name + quote }
		for name, parameter := range map[string]string{"a:b": ":b", ":1": ":1", "a::b:é": ":é", "a:": "", "a::b": "", "a: b": ""} {
			if !mysql {
				parameter = ""
			}
			exec(t, direct, "CREATE TABLE t ("+quoted(name)+" int)")
			exec(t, direct, "CREATE TABLE "+quoted(name)+" (v int)")
			exec(t, direct, "CREATE VIEW w AS SELECT "+quoted(name)+" AS v FROM t")
			load := func(table, column string) {
				t.Helper()
				source := &countedSource{CopySource: auroradataapi.CopyRows([][]any{{1}})}
				_, err := auroradataapi.CopyFrom(t.Context(), db, table, []string{column}, source, auroradataapi.CopyOptions{})
				var e *auroradataapi.CopyError
				if parameter == "" || table == "w" {
					if err != nil {
						t.Errorf("%s, %s: %v", table, column, err)
					}
				} else if err == nil || !strings.Contains(err.Error(), "the service takes "+parameter+" in the name `"+name+"` for a parameter") || errors.As(err, &e) || source.read > 0 {
					t.Errorf("%s, %s: got %v, and %d rows were read", table, column, err, source.read)
				}
			}
			load("t", name)
			load(quoted(name), "v")
			load("w", "v")
			exec(t, direct, "DROP VIEW w")
			exec(t, direct, "DROP TABLE t, "+quoted(name))
		}
	})
}
