package auroradataapi

import (
	"context"
	"database/sql"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// scriptedAPI answers calls from a script and counts them.
type scriptedAPI struct {
	wire.API
	mu      sync.Mutex // calls that were given up are ended in the background
	calls   []wire.Operation
	execute func(*wire.ExecuteRequest) (*wire.ExecuteResponse, error)
	commit  func() (*wire.CommitResponse, error)
}

func (a *scriptedAPI) note(op wire.Operation) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.calls = append(a.calls, op)
}

func (a *scriptedAPI) ExecuteStatement(_ context.Context, r *wire.ExecuteRequest) (*wire.ExecuteResponse, error) {
	a.note(wire.ExecuteStatement)
	if a.execute == nil {
		return &wire.ExecuteResponse{}, nil
	}
	return a.execute(r)
}

func (a *scriptedAPI) BeginTransaction(context.Context, *wire.BeginRequest) (*wire.BeginResponse, error) {
	a.note(wire.BeginTransaction)
	return &wire.BeginResponse{TransactionID: "tx1"}, nil
}

func (a *scriptedAPI) CommitTransaction(context.Context, *wire.CommitRequest) (*wire.CommitResponse, error) {
	a.note(wire.CommitTransaction)
	if a.commit == nil {
		return &wire.CommitResponse{TransactionStatus: wire.StatusCommitted}, nil
	}
	return a.commit()
}

func (a *scriptedAPI) RollbackTransaction(context.Context, *wire.RollbackRequest) (*wire.RollbackResponse, error) {
	a.note(wire.RollbackTransaction)
	return &wire.RollbackResponse{TransactionStatus: wire.StatusRolledBack}, nil
}

func openScripted(t *testing.T, api wire.API, engine string) *sql.DB {
	t.Helper()
	c, err := NewConnector(&Config{Engine: engine, ClusterARN: testCluster, SecretARN: testSecret})
	if err != nil {
		t.Fatal(err)
	}
	c.api = api
	db := sql.OpenDB(c)
	t.Cleanup(func() { db.Close() })
	return db
}

// TestNothingIsSentUnasked counts the calls of what must not cost any.
func TestNothingIsSentUnasked(t *testing.T) {
	api := &scriptedAPI{}
	db := openScripted(t, api, "postgresql")
	stmt, err := db.Prepare("SELECT $1")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	if len(api.calls) != 0 {
		t.Errorf("opening, preparing and connecting made the calls %v", api.calls)
	}
	for range 3 {
		if _, err := stmt.Exec(1); err != nil {
			t.Fatal(err)
		}
	}
	if len(api.calls) != 3 {
		t.Errorf("three executions made the calls %v", api.calls)
	}
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := db.ExecContext(cancelled, "SELECT 1"); !errors.Is(err, context.Canceled) || len(api.calls) != 3 {
		t.Errorf("a call whose context is over: %v, %v", err, api.calls)
	}
}

func TestRequest(t *testing.T) {
	var got *wire.ExecuteRequest
	api := &scriptedAPI{execute: func(r *wire.ExecuteRequest) (*wire.ExecuteResponse, error) {
		got = r
		return &wire.ExecuteResponse{}, nil
	}}
	db := openScripted(t, api, "postgresql")
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2024, 1, 15, 12, 34, 56, 789_012_345, time.FixedZone("", 9*3600))
	if _, err := tx.Exec("SELECT $2, $1, $2", at, "x"); err != nil {
		t.Fatal(err)
	}
	if got.TransactionID != "tx1" || got.ResourceARN != testCluster || got.SecretARN != testSecret || got.SQL != "SELECT :2, :1, :2" || len(got.Parameters) != 2 {
		t.Errorf("sent %+v", got)
	}
	if p := got.Parameters[1]; p.Name != "1" || p.TypeHint != wire.HintTimestamp || p.Value.Str() != "2024-01-15 03:34:56.789012" {
		t.Errorf("a time was sent as %+v", p)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("SELECT 1"); err != nil || got.TransactionID != "" {
		t.Errorf("after the commit: %+v, %v", got, err)
	}
}

func TestGeneratedKeys(t *testing.T) {
	tests := []struct {
		keys []wire.Field
		want int64
		err  string
	}{
		{[]wire.Field{wire.Long(7), wire.Long(8)}, 7, ""},
		{nil, 0, ""},
		{[]wire.Field{wire.String("18446744073709551615")}, 0, "the generated key is a stringValue, not an integer"},
	}
	for _, tt := range tests {
		api := &scriptedAPI{execute: func(*wire.ExecuteRequest) (*wire.ExecuteResponse, error) {
			return &wire.ExecuteResponse{NumberOfRecordsUpdated: 1, GeneratedFields: tt.keys}, nil
		}}
		r, err := openScripted(t, api, "mysql").Exec("INSERT INTO t VALUES (?)", 1)
		if err != nil {
			t.Fatal(err)
		}
		id, err := r.LastInsertId()
		if id != tt.want || (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%v: LastInsertId is %d, %v; want %d and an error with %q", tt.keys, id, err, tt.want, tt.err)
		}
	}
}

func TestMySQLErrorForm(t *testing.T) {
	api := &scriptedAPI{execute: func(*wire.ExecuteRequest) (*wire.ExecuteResponse, error) {
		return nil, wire.NewError(wire.CodeDatabaseError, "Duplicate entry '1' for key 'PRIMARY'; Error code: 1062; SQLState: 23000")
	}}
	_, err := openScripted(t, api, "mysql").Exec("INSERT INTO t VALUES (1)")
	if want := "Error 1062 (23000): Duplicate entry '1' for key 'PRIMARY'"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestBadAnswers holds that what cannot be right is an error, and no value.
func TestBadAnswers(t *testing.T) {
	column := []wire.ColumnMetadata{{Label: "c", TypeName: "timestamp"}}
	broken := new(wire.ExecuteResponse)
	if err := broken.ParseJSON([]byte(`{"columnMetadata":[{"label":"c"}],"records":[[{"longValue":1}],[{"longValue":"1"}]]}`)); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name       string
		resp       *wire.ExecuteResponse
		want       string
		incomplete bool
	}{
		{"too many values", &wire.ExecuteResponse{ColumnMetadata: column, Records: wire.NewRecords([][]wire.Field{{wire.Null(), wire.Null()}})}, "row 1 has 2 values for 1 columns", true},
		{"no timestamp", &wire.ExecuteResponse{ColumnMetadata: column, Records: wire.NewRecords([][]wire.Field{{wire.Null()}, {wire.String("soon")}})}, `row 2, column "c": "soon" is not a date`, false},
		{"too few values", &wire.ExecuteResponse{ColumnMetadata: column, Records: wire.NewRecords([][]wire.Field{{}})}, "row 1 has 0 values for 1 columns", true},
		{"no metadata", &wire.ExecuteResponse{Records: wire.NewRecords([][]wire.Field{{wire.Null()}})}, "row 1 has 1 values for 0 columns", true},
		{"no row", broken, "row 2: ", true},
		{"no member", &wire.ExecuteResponse{ColumnMetadata: column, Records: wire.NewRecords([][]wire.Field{{{}}})}, "a kind that this driver does not know", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			api := &scriptedAPI{execute: func(*wire.ExecuteRequest) (*wire.ExecuteResponse, error) { return tt.resp, nil }}
			rows, err := openScripted(t, api, "postgresql").Query("SELECT 1")
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			for rows.Next() {
			}
			if err := rows.Err(); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error with %q", err, tt.want)
			}
			var e *IncompleteError
			if ok := errors.As(rows.Err(), &e); ok != tt.incomplete || ok && e.SafeToRetry() {
				t.Errorf("got %+v of %v", e, rows.Err())
			}
		})
	}
}

// TestOutcomes looks at what a caller is told, through the whole client: an
// INSERT whose answer is lost, and one that was never sent.
func TestOutcomes(t *testing.T) {
	var executed atomic.Int32
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		executed.Add(1)
		conn, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			conn.Close()
		}
	}))
	open := func(endpoint string) *sql.DB {
		c, err := NewConnector(&Config{
			Engine: "postgresql", ClusterARN: testCluster, SecretARN: testSecret,
			AccessKeyID: "a", SecretAccessKey: "hush", Endpoint: endpoint, RetryBudget: 50 * time.Millisecond, Params: ParamsBind,
		})
		if err != nil {
			t.Fatal(err)
		}
		db := sql.OpenDB(c)
		t.Cleanup(func() { db.Close() })
		return db
	}
	const insert = "INSERT INTO t VALUES ('hush')"

	_, err := open(web.URL).Exec("INSERT INTO t VALUES ($1)", "hush")
	var e *Error
	if !errors.As(err, &e) || e.SafeToRetry() || executed.Load() != 1 {
		t.Errorf("a lost answer: %v, executed %d times", err, executed.Load())
	} else if text := err.Error(); !strings.Contains(text, "may or may not have been executed") || strings.Contains(text, "hush") {
		t.Errorf("a lost answer reads %q", text)
	}

	web.Close()
	_, err = open(web.URL).Exec(insert)
	var refused *net.OpError
	if !errors.As(err, &e) || !e.SafeToRetry() || !errors.As(err, &refused) {
		t.Errorf("nobody listens: %v", err)
	} else if text := err.Error(); !strings.Contains(text, "was not executed") {
		t.Errorf("nobody listens reads %q", text)
	}
}
