package auroradataapi_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/server"
)

// countingTracer counts the calls by operation.
type countingTracer struct {
	mu    sync.Mutex // against calls in the background, in tests that do not look at them
	calls []string
}

func (c *countingTracer) CallStart(ctx context.Context, call auroradataapi.CallInfo) context.Context {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls = append(c.calls, fmt.Sprint(call.Operation, " ", call.Sets))
	return ctx
}

func (c *countingTracer) CallEnd(context.Context, auroradataapi.CallInfo, auroradataapi.CallResult) {}

// openCounting opens a database whose calls are noted.
func openCounting(t *testing.T, srv *dataapitest.Server) (*sql.DB, *countingTracer) {
	t.Helper()
	tracer := &countingTracer{}
	return srv.Open(t, func(c *auroradataapi.Config) {
		c.Tracer = tracer
		c.Params = auroradataapi.ParamsBind // whose calls are those of the batch alone
	}), tracer
}

// engines runs a test on each engine.
func engines(t *testing.T, test func(t *testing.T, srv *dataapitest.Server)) {
	t.Helper()
	t.Run("postgresql", func(t *testing.T) { test(t, dataapitest.New(t)) })
	t.Run("mysql", func(t *testing.T) { test(t, dataapitest.New(t, dataapitest.MySQL())) })
}

func TestBatch(t *testing.T) {
	engines(t, func(t *testing.T, srv *dataapitest.Server) {
		db, tracer := openCounting(t, srv)
		exec(t, db, "CREATE TABLE b (n int PRIMARY KEY, s varchar(20), at timestamp NULL)")
		tracer.calls = nil
		at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
		results, err := auroradataapi.ExecBatch(t.Context(), db, "INSERT INTO b (n, s, at) VALUES (?, ?, ?)", [][]any{
			{1, nil, at}, {2, "two", nil}, {3, sql.NullString{}, nil},
		})
		if err != nil || len(results) != 3 {
			t.Fatalf("%d results, %v", len(results), err)
		}
		if _, err := results[0].RowsAffected(); err == nil || !strings.Contains(err.Error(), "of a batch") {
			t.Errorf("RowsAffected: %v", err)
		}
		// The order of names and a name that is used twice are the statement's.
		if _, err := auroradataapi.ExecBatch(t.Context(), db, "UPDATE b SET s = concat(:s, :s) WHERE n = :n", [][]any{
			{sql.Named("n", 1), sql.Named("s", "x")}, {sql.Named("n", 2), sql.Named("s", "y")},
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := auroradataapi.ExecBatch(t.Context(), db, "UPDATE b SET at = NULL", [][]any{{}, {}}); err != nil {
			t.Errorf("sets without arguments: %v", err)
		}
		if results, err := auroradataapi.ExecBatch(t.Context(), db, "no SQL", nil); err != nil || len(results) != 0 {
			t.Errorf("no sets: %v, %v", results, err)
		}
		if diff := cmp.Diff([]string{"BatchExecuteStatement 3", "BatchExecuteStatement 2", "BatchExecuteStatement 2"}, tracer.calls); diff != "" {
			t.Errorf("calls (-want +got)\n%s", diff)
		}
		if n := query[int](t, db, "SELECT count(*) FROM b WHERE (n = 1 AND s = 'xx') OR (n = 2 AND s = 'yy') OR (n = 3 AND s IS NULL)"); n != 3 {
			t.Errorf("%d rows are as they should be, want 3", n)
		}
	})
}

// TestBatchTypes has the sets of a batch differ in types, so that the statement is
// cast differently for some: then it takes several calls.
func TestBatchTypes(t *testing.T) {
	db, tracer := openCounting(t, dataapitest.New(t))
	exec(t, db, "CREATE TABLE b (n int PRIMARY KEY, a bigint[], j jsonb)")
	const insert = "INSERT INTO b VALUES ($1, $2, $3)"
	tracer.calls = nil
	if _, err := auroradataapi.ExecBatch(t.Context(), db, insert, [][]any{
		{1, nil, nil},
		{2, []int64{1, 2}, json.RawMessage(`{"a":1}`)},
		{3, []int64(nil), nil},
		{4, []int64{}, json.RawMessage(`[]`)},
	}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"BatchExecuteStatement 4"}, tracer.calls); diff != "" {
		t.Errorf("calls (-want +got)\n%s", diff)
	}
	got := query[string](t, db, "SELECT string_agg(n || ':' || coalesce(a::text, '-') || ':' || coalesce(j::text, '-'), ' ' ORDER BY n) FROM b")
	if want := `1:-:- 2:{1,2}:{"a": 1} 3:-:- 4:{}:[]`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestBatchGeneratedKeys(t *testing.T) {
	db := dataapitest.Open(t, dataapitest.MySQL())
	exec(t, db, "CREATE TABLE k (id int AUTO_INCREMENT PRIMARY KEY, s text)")
	results, err := auroradataapi.ExecBatch(t.Context(), db, "INSERT INTO k (s) VALUES (?)", [][]any{{"a"}, {"b"}, {"c"}})
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range results {
		id, err := r.LastInsertId()
		if got := query[string](t, db, "SELECT s FROM k WHERE id = ?", id); err != nil || got != string("abc"[i]) {
			t.Errorf("set %d has the key %d, %v, which is that of %q", i, id, err, got)
		}
	}
}

// TestBatchTransaction runs batches in a transaction, by all that stands for one.
func TestBatchTransaction(t *testing.T) {
	engines(t, func(t *testing.T, srv *dataapitest.Server) {
		db := srv.Open(t)
		exec(t, db, "CREATE TABLE b (n int PRIMARY KEY)")
		const insert = "INSERT INTO b VALUES (?)"
		tx := begin(t, db, nil)
		if _, err := auroradataapi.ExecBatch(t.Context(), tx, insert, [][]any{{1}, {2}}); err != nil {
			t.Fatal(err)
		}
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
		if n := query[int](t, db, "SELECT count(*) FROM b"); n != 0 {
			t.Errorf("%d rows after a rollback", n)
		}
		conn, err := db.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		tx, err = conn.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		err = conn.Raw(func(c any) error {
			raw := c.(*auroradataapi.Conn)
			if raw.TransactionID() == "" {
				t.Error("the connection has no transaction")
			}
			_, err := raw.ExecBatch(t.Context(), insert, [][]any{{1}, {2}}, auroradataapi.Timeout(time.Minute))
			return err
		})
		if err := errors.Join(err, tx.Commit()); err != nil {
			t.Fatal(err)
		}
		if n := query[int](t, db, "SELECT count(*) FROM b"); n != 2 {
			t.Errorf("%d rows, want 2", n)
		}
	})
}

func TestBatchErrors(t *testing.T) {
	engines(t, func(t *testing.T, srv *dataapitest.Server) {
		db, tracer := openCounting(t, srv)
		exec(t, db, "CREATE TABLE b (n int PRIMARY KEY, s varchar(9))")
		tracer.calls = nil
		tests := []struct {
			name, statement string
			sets            [][]any
			opts            []auroradataapi.Option
			want            string
		}{
			{"a type", "INSERT INTO b VALUES (?, ?)", [][]any{{1, "a"}, {2, make(chan int)}}, nil, "sets[1]: argument 2: "},
			{"too few", "INSERT INTO b VALUES (?, ?)", [][]any{{1, "a"}, {2}}, nil, "sets[1]: "},
			{"an option in a set", "INSERT INTO b VALUES (?, ?)", [][]any{{1, auroradataapi.Repeatable()}}, nil, "sets[0]: argument 2: "},
			{"too large", "INSERT INTO b VALUES (?, ?)", [][]any{{1, "a"}, {2, strings.Repeat("x", 4<<20)}}, nil, "sets[1]: it has 4194"},
			{"transaction control", "COMMIT", [][]any{{}}, nil, "Commit"},
			{"JSON", "SELECT 1", [][]any{{}}, []auroradataapi.Option{auroradataapi.JSONResult()}, "JSONResult"},
		}
		for _, tt := range tests {
			_, err := auroradataapi.ExecBatch(t.Context(), db, tt.statement, tt.sets, tt.opts...)
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Count(err.Error(), "auroradataapi: ") != 1 {
				t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
			}
		}
		if len(tracer.calls) != 0 {
			t.Errorf("calls %v, want none", tracer.calls)
		}
		_, err := auroradataapi.ExecBatch(t.Context(), db, "INSERT INTO b VALUES (?, ?)", [][]any{{1, "a"}, {2, "b"}, {1, "c"}})
		var failed *auroradataapi.BatchError
		if !errors.As(err, &failed) || failed.First != 0 || failed.End != 3 || !errors.Is(err, auroradataapi.UniqueViolation) ||
			!strings.HasSuffix(err.Error(), " (in one of sets[0:3])") {
			t.Errorf("a duplicate: %v", err)
		}
		if n := query[int](t, db, "SELECT count(*) FROM b"); n != 0 {
			t.Errorf("%d rows of a batch that failed (F0224)", n)
		}
	})
}

// TestBatchDivided runs a batch that is larger than a request may be.
func TestBatchDivided(t *testing.T) {
	engines(t, func(t *testing.T, srv *dataapitest.Server) {
		db, tracer := openCounting(t, srv)
		exec(t, db, "CREATE TABLE b (n int PRIMARY KEY, s text)")
		sets := make([][]any, 120) // some 10 MB, by quotes that grow in JSON
		for i := range sets {
			sets[i] = []any{i, strings.Repeat(`"`, 42_000)}
		}
		const insert = "INSERT INTO b VALUES (?, ?)"
		tracer.calls = nil
		results, err := auroradataapi.ExecBatch(t.Context(), db, insert, sets)
		if err != nil || len(results) != len(sets) {
			t.Fatalf("%d results, %v", len(results), err)
		}
		want := []string{"BeginTransaction 0", "BatchExecuteStatement 49", "BatchExecuteStatement 49", "BatchExecuteStatement 22", "CommitTransaction 0"}
		if diff := cmp.Diff(want, tracer.calls); diff != "" {
			t.Errorf("calls (-want +got)\n%s", diff)
		}
		if n := query[int](t, db, "SELECT count(*) FROM b WHERE length(s) = 42000"); n != len(sets) {
			t.Errorf("%d rows, want %d", n, len(sets))
		}
		exec(t, db, "DELETE FROM b")
		sets[119][0] = 118
		_, err = auroradataapi.ExecBatch(t.Context(), db, insert, sets)
		var failed *auroradataapi.BatchError
		if !errors.As(err, &failed) || failed.First != 98 || failed.End != 120 {
			t.Errorf("a duplicate in the last call: %v", err)
		}
		if n := query[int](t, db, "SELECT count(*) FROM b"); n != 0 {
			t.Errorf("%d rows of a batch that failed", n)
		}
	})
}

// TestBatchFaults loses answers. Each error tells the truth of what is in the
// database.
func TestBatchFaults(t *testing.T) {
	engines(t, func(t *testing.T, srv *dataapitest.Server) {
		db := srv.Open(t)
		exec(t, db, "CREATE TABLE f (n int, s text)")
		lose := func(operation string) {
			t.Helper()
			srv.Server.Faults().Clear()
			if err := srv.Server.Faults().Add(server.Fault{Operation: operation, Kind: server.FaultDrop, Executed: true, Times: 1}); err != nil {
				t.Fatal(err)
			}
		}
		lose("BatchExecuteStatement")
		_, err := auroradataapi.ExecBatch(t.Context(), db, "INSERT INTO f (n) VALUES (?)", [][]any{{1}, {2}})
		var failed *auroradataapi.BatchError
		if !errors.Is(err, auroradataapi.ErrOutcomeUnknown) || !errors.As(err, &failed) {
			t.Errorf("a lost answer: %v", err)
		}
		if n := query[int](t, db, "SELECT count(*) FROM f"); n != 2 {
			t.Errorf("%d rows, want 2: each once", n)
		}
		lose("BatchExecuteStatement")
		results, err := auroradataapi.ExecBatch(t.Context(), db, "UPDATE f SET s = ? WHERE n = ?", [][]any{{"a", 1}, {"b", 2}}, auroradataapi.Repeatable())
		if err != nil || len(results) != 2 {
			t.Errorf("a lost answer of what is repeatable: %v", err)
		}
		lose("ExecuteStatement")
		if _, err := db.Exec("UPDATE f SET s = 'c'", auroradataapi.Repeatable()); err != nil {
			t.Errorf("likewise, of a statement: %v", err)
		}

		exec(t, db, "DELETE FROM f")
		sets := make([][]any, 90)
		for i := range sets {
			sets[i] = []any{i, strings.Repeat("x", 60_000)}
		}
		const insert = "INSERT INTO f VALUES (?, ?)"
		lose("BatchExecuteStatement")
		if _, err := auroradataapi.ExecBatch(t.Context(), db, insert, sets); !errors.Is(err, auroradataapi.ErrOutcomeUnknown) {
			t.Errorf("a lost answer of several: %v", err)
		}
		if n := query[int](t, db, "SELECT count(*) FROM f"); n != 0 {
			t.Errorf("%d rows of a batch that was rolled back", n)
		}
		lose("CommitTransaction")
		_, err = auroradataapi.ExecBatch(t.Context(), db, insert, sets)
		if !errors.Is(err, auroradataapi.ErrCommitUnknown) || !errors.As(err, &failed) || failed.First != 0 || failed.End != 90 {
			t.Errorf("a lost commit: %v", err)
		}
		if n := query[int](t, db, "SELECT count(*) FROM f"); n != 90 {
			t.Errorf("%d rows, want 90", n)
		}
	})
}
