package auroradataapi

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// textTable is a MySQL with a table t of the columns a, a text, b, a blob, and doc, a
// JSON. It keeps what it was sent.
type textTable struct {
	scriptedAPI
	mu     sync.Mutex
	sent   []string
	fail   func(*wire.ExecuteRequest) error // what a statement fails with, or a question
	absent bool                             // there is no such table
}

func (m *textTable) answer(r *wire.ExecuteRequest) (*wire.ExecuteResponse, error) {
	line := func(sql string, set []wire.Parameter) {
		for _, p := range set {
			sql += " " + p.Value.Kind().String()[:4] + ":" + p.Value.Str() + string(p.Value.Blob())
		}
		m.sent = append(m.sent, strings.TrimSpace(r.TransactionID+" "+sql))
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	question := strings.Contains(r.SQL, "information_schema")
	verb, _, _ := strings.Cut(r.SQL, " ")
	if question {
		verb = "ASK"
	}
	line(verb, r.Parameters)
	if m.fail != nil {
		if err := m.fail(r); err != nil {
			return nil, err
		}
	}
	if !question || m.absent || r.Parameters[0].Value.Str() != "t" {
		return &wire.ExecuteResponse{NumberOfRecordsUpdated: 1}, nil
	}
	column := func(name, typ, charset string) []wire.Field {
		return []wire.Field{wire.String(name), wire.String(typ), wire.String(""), wire.String(charset), wire.Long(0)}
	}
	return &wire.ExecuteResponse{Records: wire.NewRecords([][]wire.Field{column("a", "varchar", "latin1"), column("b", "blob", ""), column("doc", "json", "")})}, nil
}

func (m *textTable) BatchExecuteStatement(_ context.Context, r *wire.BatchRequest) (*wire.BatchResponse, error) {
	resp := &wire.BatchResponse{UpdateResults: make([]wire.UpdateResult, len(r.ParameterSets))}
	for _, set := range r.ParameterSets {
		if _, err := m.answer(&wire.ExecuteRequest{SQL: "BATCH", Parameters: set}); err != nil {
			return nil, err
		}
	}
	return resp, nil
}

func openTextTable(t *testing.T, params ParamMode) (*textTable, *sql.DB) {
	t.Helper()
	m := new(textTable)
	m.execute = m.answer
	connector, err := NewConnector(&Config{Engine: "mysql", ClusterARN: testCluster, SecretARN: testSecret, Params: params})
	if err != nil {
		t.Fatal(err)
	}
	connector.api = m
	db := sql.OpenDB(connector)
	t.Cleanup(func() { db.Close() })
	return m, db
}

// expect compares what was sent since it was last asked.
func (m *textTable) expect(t *testing.T, want ...string) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	if diff := cmp.Diff(want, m.sent); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
	m.sent = nil
}

// must runs a statement.
func must(t *testing.T, in interface {
	Exec(string, ...any) (sql.Result, error)
}, query string, args ...any) {
	t.Helper()
	if _, err := in.Exec(query, args...); err != nil {
		t.Errorf("%s: %v", query, err)
	}
}

const askT = "ASK stri:t stri:"

// TestBytesAsTexts has bytes be a text in the columns that need one. They are asked for
// once for a table, and again after a statement that changes tables.
func TestBytesAsTexts(t *testing.T) {
	m, db := openTextTable(t, "")
	const insert = "INSERT INTO t (a, b, doc) VALUES (?, ?, ?)"
	must(t, db, insert, "x", 1, nil)
	m.expect(t, "INSERT stri:x long: isNu:")
	must(t, db, insert, []byte("é"), []byte("é"), []byte("[]"))
	m.expect(t, askT, "INSERT stri:é blob:é stri:[]")
	must(t, db, insert, []byte("\xff"), []byte("\xff"), []byte(nil))
	must(t, db, insert, []byte("x"), sql.RawBytes("y"), sql.Null[[]byte]{V: []byte("1"), Valid: true})
	m.expect(t, "INSERT blob:\xff blob:\xff isNu:", "INSERT blob:x blob:y stri:1")

	must(t, db, "INSERT INTO t VALUES (?, ?, ?), (?, ?, ?)", 1, []byte("1"), 1, []byte("1"), 1, []byte("1"))
	m.expect(t, "INSERT long: blob:1 long: blob:1 long: stri:1")
	must(t, db, "INSERT INTO t VALUES (?, ?)", 1, []byte("1")) // of columns that are not known
	m.expect(t, "INSERT long: blob:1")
	must(t, db, "UPDATE x.t SET DOC = ?, b = ? WHERE a = ?", []byte("1"), []byte("2"), []byte("é"))
	m.expect(t, "ASK stri:t stri:x", "UPDATE stri:1 blob:2 blob:é")
	must(t, db, "REPLACE INTO t (b, doc) VALUES (:b, :d)", sql.Named("b", []byte("1")), sql.Named("d", []byte("2")))
	must(t, db, "REPLACE INTO t (b, doc) VALUES (:b, :d)", sql.Named("d", []byte("2")), sql.Named("b", []byte("1")))
	m.expect(t, "REPLACE blob:1 stri:2", "REPLACE blob:1 stri:2")
	must(t, db, "UPDATE t SET doc = :d, a = JSON_ARRAY(:d)", sql.Named("d", []byte("1"))) // a text in each place
	must(t, db, "UPDATE t SET doc = :d, b = :d", sql.Named("d", []byte("1")))
	m.expect(t, "UPDATE stri:1", "UPDATE blob:1")
	must(t, db, "DELETE FROM t WHERE a = ?", []byte("é"))
	m.expect(t, "DELETE blob:é")

	for _, change := range []string{"ALTER TABLE t ADD c INT", "RENAME TABLE u TO t"} {
		must(t, db, change)
		must(t, db, insert, nil, nil, []byte("1"))
		verb, _, _ := strings.Cut(change, " ")
		m.expect(t, verb, askT, "INSERT isNu: isNu: stri:1")
	}
}

// TestBytesMiscounted sends nothing for the wrong number of arguments, and learns
// nothing of it.
func TestBytesMiscounted(t *testing.T) {
	m, db := openTextTable(t, "")
	const update = "UPDATE t SET doc = ?, a = JSON_ARRAY(?)"
	for _, args := range [][]any{{[]byte("1")}, {[]byte("1"), []byte("2"), []byte("3")}} {
		if _, err := db.Exec(update, args...); err == nil {
			t.Errorf("%d arguments are taken for 2", len(args))
		}
	}
	m.expect(t)
	must(t, db, update, []byte("1"), []byte("2"))
	m.expect(t, askT, "UPDATE stri:1 stri:2")
}

// TestBytesInTransaction asks outside of the transaction.
func TestBytesInTransaction(t *testing.T) {
	m, db := openTextTable(t, "")
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	prepared, err := tx.Prepare("UPDATE t SET doc = ?")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		must(t, execer(prepared.Exec), "", []byte("1"))
	}
	if err := tx.Commit(); err != nil {
		t.Error(err)
	}
	m.expect(t, askT, "tx1 UPDATE stri:1", "tx1 UPDATE stri:1")
}

// execer makes a statement of a function that runs it.
type execer func(args ...any) (sql.Result, error)

func (e execer) Exec(_ string, args ...any) (sql.Result, error) { return e(args...) }

// TestBytesInJSON has bytes be a text in functions of JSON, without asking, and what
// their column says beside them.
func TestBytesInJSON(t *testing.T) {
	m, db := openTextTable(t, "")
	for _, query := range []string{"UPDATE t SET a = JSON_SET(a, '$.b', ?)", "INSERT INTO t (doc) VALUES (CAST(? AS JSON))", "DELETE FROM t WHERE a->'$.b' = ?"} {
		verb, _, _ := strings.Cut(query, " ")
		must(t, db, query, []byte(`"é"`))
		must(t, db, query, []byte("\xff"))
		m.expect(t, verb+` stri:"é"`, verb+" blob:\xff")
	}
	must(t, db, "INSERT INTO t (b, doc) VALUES (?, JSON_ARRAY(?))", []byte("1"), []byte("2"))
	m.expect(t, askT, "INSERT blob:1 stri:2")
}

// TestBytesInModes has bytes be bytes where their Go type decides.
func TestBytesInModes(t *testing.T) {
	m, db := openTextTable(t, ParamsBind)
	must(t, db, "UPDATE t SET doc = ?, a = JSON_ARRAY(?)", []byte("1"), []byte("2"))
	m.expect(t, "UPDATE blob:1 blob:2")
	if _, err := ExecBatch(t.Context(), db, "UPDATE t SET doc = ?", [][]any{{[]byte("1")}}); err != nil {
		t.Error(err)
	}
	m.expect(t, "BATCH blob:1")
	m, db = openTextTable(t, ParamsLiteral)
	must(t, db, "UPDATE t SET doc = ?", []byte("1"))
	m.expect(t, "UPDATE")
}

// TestBytesInBatch does the same for a batch: one question for all sets.
func TestBytesInBatch(t *testing.T) {
	m, db := openTextTable(t, "")
	for range 2 {
		if _, err := ExecBatch(t.Context(), db, "INSERT INTO t (b, doc) VALUES (?, ?)", [][]any{{1, nil}, {[]byte("1"), []byte("2")}, {nil, []byte("\xff")}}); err != nil {
			t.Error(err)
		}
	}
	sent := []string{"BATCH long: isNu:", "BATCH blob:1 stri:2", "BATCH isNu: blob:\xff"}
	m.expect(t, slices.Concat([]string{askT}, sent, sent)...)
	if _, err := ExecBatch(t.Context(), db, "INSERT INTO t (b, doc) VALUES (:b, :d)", [][]any{
		{sql.Named("b", []byte("1")), sql.Named("d", []byte("2"))}, {sql.Named("d", []byte("2")), sql.Named("b", []byte("1"))},
	}); err != nil {
		t.Error(err)
	}
	m.expect(t, "BATCH blob:1 stri:2", "BATCH blob:1 stri:2")
	m.fail = func(*wire.ExecuteRequest) error { return databaseError(noJSON) }
	if _, err := ExecBatch(t.Context(), db, "UPDATE t SET b = ?", [][]any{{[]byte("1")}}); err == nil {
		t.Error("a batch that was refused has run")
	}
	m.fail = nil
	must(t, db, "UPDATE t SET doc = ?", []byte("1"))
	m.expect(t, "BATCH blob:1", askT, "UPDATE stri:1")
}

// failQuestions has the question for columns fail.
func failQuestions(err error) func(*wire.ExecuteRequest) error {
	return func(r *wire.ExecuteRequest) error {
		if strings.Contains(r.SQL, "information_schema") {
			return err
		}
		return nil
	}
}

// TestBytesUndescribed has the columns not told: bytes are bytes then, but within
// functions of JSON, and the next run asks again.
func TestBytesUndescribed(t *testing.T) {
	m, db := openTextTable(t, "")
	const update = "UPDATE t SET doc = ?, a = JSON_ARRAY(?)"
	m.absent = true
	must(t, db, update, []byte("1"), []byte("2"))
	m.expect(t, askT, "UPDATE blob:1 stri:2")
	m.absent, m.fail = false, failQuestions(databaseError("SELECT command denied; Error code: 1142; SQLState: 42000"))
	must(t, db, update, []byte("1"), []byte("2"))
	m.expect(t, askT, "UPDATE blob:1 stri:2")
	m.fail = nil
	must(t, db, update, []byte("1"), []byte("2"))
	must(t, db, "UPDATE t SET nope = ?, doc = ?", []byte("1"), []byte("2"))
	m.expect(t, askT, "UPDATE stri:1 stri:2", "UPDATE blob:1 stri:2")
}

// TestBytesNotAsked has the question fail for what is no matter of rights: the
// statement was certainly not executed.
func TestBytesNotAsked(t *testing.T) {
	for name, failure := range map[string]error{
		"no connection": databaseError("Database connection not available"), "an interruption": databaseError("Query execution was interrupted; Error code: 1317; SQLState: 70100"),
		"lost": unknownOutcome(3, errors.New("connection reset")),
	} {
		m, db := openTextTable(t, "")
		m.fail = failQuestions(failure)
		_, err := db.Exec("UPDATE t SET doc = ?", []byte("1"))
		var safe interface{ SafeToRetry() bool }
		if !errors.As(err, &safe) || !safe.SafeToRetry() || errors.Is(err, ErrOutcomeUnknown) {
			t.Errorf("%s: %v", name, err)
		}
		m.expect(t, askT)
	}
	m, db := openTextTable(t, "")
	ctx, cancel := context.WithCancel(t.Context())
	m.fail = func(*wire.ExecuteRequest) error { cancel(); return ctx.Err() }
	if _, err := db.ExecContext(ctx, "UPDATE t SET doc = ?", []byte("1")); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

const noJSON = "Cannot create a JSON value from a string with CHARACTER SET 'binary'.; Error code: 3144; SQLState: 22032"

// TestBytesRefused has somebody else have changed a table: the statement fails, and
// is not sent again; its next run asks.
func TestBytesRefused(t *testing.T) {
	m, db := openTextTable(t, "")
	const update = "UPDATE t SET b = ?"
	must(t, db, update, []byte("1"))
	for _, refusal := range []string{"Duplicate entry; Error code: 1062; SQLState: 23000", noJSON} {
		m.fail = func(*wire.ExecuteRequest) error { return databaseError(refusal) }
		if _, err := db.Exec(update, []byte("1")); err == nil {
			t.Error("a statement that was refused has run")
		}
	}
	m.expect(t, askT, "UPDATE blob:1", "UPDATE blob:1", "UPDATE blob:1")
	m.fail = nil
	must(t, db, update, []byte("1"))
	m.expect(t, askT, "UPDATE blob:1")
}

// TestBytesOfTemporaryTable asks within a transaction that has changed tables, or uses
// another database, each time, and once for a batch.
func TestBytesOfTemporaryTable(t *testing.T) {
	m, db := openTextTable(t, "")
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	must(t, tx, "CREATE TEMPORARY TABLE t (doc INT)")
	for range 2 {
		must(t, tx, "UPDATE t SET doc = ?", []byte("1"))
	}
	m.expect(t, "tx1 CREATE", "tx1 "+askT, "tx1 UPDATE stri:1", "tx1 "+askT, "tx1 UPDATE stri:1")
	m.absent = true
	if _, err := ExecBatch(t.Context(), tx, "INSERT INTO t (b, doc) VALUES (:b, :d)", [][]any{
		{sql.Named("b", 1), sql.Named("d", []byte("1"))}, {sql.Named("b", 1), sql.Named("d", []byte("2"))}, {sql.Named("d", []byte("3")), sql.Named("b", 1)},
	}); err != nil {
		t.Error(err)
	}
	m.expect(t, "tx1 "+askT, "BATCH long: blob:1", "BATCH long: blob:2", "BATCH long: blob:3")
}

// TestBytesAtOnce has many callers meet a table for the first time.
func TestBytesAtOnce(t *testing.T) {
	m, db := openTextTable(t, "")
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() { must(t, db, "UPDATE t SET doc = ?", []byte("1")) })
	}
	wg.Wait()
	m.sent = slices.DeleteFunc(m.sent, func(line string) bool { return line == askT })
	m.expect(t, slices.Repeat([]string{"UPDATE stri:1"}, 20)...)
}

// TestTables holds the memory of tables: what was asked for before all was forgotten
// is not remembered, nor is that there are no columns, nor more tables than a bound.
func TestTables(t *testing.T) {
	columns := []dialect.CopyColumn{{}}
	key := func(n int) tableKey { return tableKey{"d", strconv.Itoa(n)} }
	var m tables
	known := func(n int) bool { c, _ := m.get(key(n)); return c != nil }
	_, before := m.get(key(0))
	m.clear()
	m.put(key(0), columns, before)
	_, now := m.get(key(0))
	m.put(key(1), nil, now)
	if known(0) || known(1) || now == before {
		t.Errorf("old %v, empty %v, generations %d and %d", known(0), known(1), before, now)
	}
	for n := range maxTables + 10 {
		m.put(key(n), columns, now)
	}
	if len(m.of) != maxTables || !known(maxTables+9) {
		t.Errorf("%d tables, the last one %v", len(m.of), known(maxTables+9))
	}
	m.forget(key(maxTables + 9))
	if known(maxTables + 9) {
		t.Error("a table that was forgotten is known")
	}
}
