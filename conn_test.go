package auroradataapi

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi/internal/awsapi"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// TestFailedCommitIsRolledBack counts on nobody else: after a Commit that
// failed, database/sql is done with the transaction.
func TestFailedCommitIsRolledBack(t *testing.T) {
	throttled := wire.NewError(wire.CodeThrottling, "Rate exceeded")
	tests := []struct {
		name string
		err  error
		late bool // the context ends during the commit
		want bool // a rollback is sent
	}{
		{"not executed", &awsapi.NotExecutedError{Err: throttled}, false, true},
		{"not executed in time", &awsapi.NotExecutedError{Err: throttled}, true, true},
		{"refused by the database", wire.NewError(wire.CodeDatabaseError, "ERROR: could not serialize access; SQLState: 40001"), false, true},
		{"unknown", &awsapi.OutcomeUnknownError{Err: io.ErrUnexpectedEOF}, false, true},
		{"unknown, and no time left", &awsapi.OutcomeUnknownError{Err: io.ErrUnexpectedEOF}, true, true},
		{"gone", wire.NewError(wire.CodeTransactionNotFound, "Transaction tx1 is not found"), false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			api := &scriptedAPI{commit: func() (*wire.CommitResponse, error) {
				if tt.late {
					cancel()
				}
				return nil, tt.err
			}}
			// At the driver's level: database/sql rolls back by itself what it
			// sees cancelled before it commits.
			c := scriptedConn(t, api)
			tx, err := c.BeginTx(ctx, driver.TxOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if err := tx.Commit(); !errors.Is(err, tt.err) {
				t.Errorf("Commit returned %v, want %v", err, tt.err)
			}
			c.connector.background.wait() // for which a caller without time does not
			want := []wire.Operation{wire.BeginTransaction, wire.CommitTransaction}
			if tt.want {
				want = append(want, wire.RollbackTransaction)
			}
			if diff := cmp.Diff(want, api.calls); diff != "" {
				t.Errorf("calls (-want +got)\n%s", diff)
			}
			if !c.IsValid() {
				t.Error("the connection still has a transaction")
			}
		})
	}
}

// TestFailedBeginIsRolledBack lets the statement fail that sets the isolation
// level of a transaction that is open already.
func TestFailedBeginIsRolledBack(t *testing.T) {
	api := &scriptedAPI{execute: func(*wire.ExecuteRequest) (*wire.ExecuteResponse, error) {
		return nil, wire.NewError(wire.CodeDatabaseError, "ERROR: no; SQLState: 25001")
	}}
	db := openScripted(t, api, "postgresql")
	_, err := db.BeginTx(context.Background(), &sql.TxOptions{Isolation: sql.LevelSerializable})
	var e *Error
	if !errors.As(err, &e) || e.Code != "25001" {
		t.Errorf("BeginTx returned %v", err)
	}
	want := []wire.Operation{wire.BeginTransaction, wire.ExecuteStatement, wire.RollbackTransaction}
	if diff := cmp.Diff(want, api.calls); diff != "" {
		t.Errorf("calls (-want +got)\n%s", diff)
	}
}

func scriptedConn(t *testing.T, api wire.API) *Conn {
	t.Helper()
	return scriptedConnOf(t, api, "postgresql")
}

func scriptedConnOf(t *testing.T, api wire.API, engine string) *Conn {
	t.Helper()
	connector, err := NewConnector(&Config{Engine: engine, ClusterARN: testCluster, SecretARN: testSecret, Params: ParamsBind})
	if err != nil {
		t.Fatal(err)
	}
	connector.api = api
	c, err := connector.Connect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return c.(*Conn)
}

// TestWrappedDriver calls what database/sql does not, but wrappers of drivers
// may.
func TestWrappedDriver(t *testing.T) {
	var sent []string
	api := &scriptedAPI{execute: func(r *wire.ExecuteRequest) (*wire.ExecuteResponse, error) {
		sent = append(sent, r.TransactionID+" "+r.SQL+" "+r.Parameters[0].Value.Str())
		return &wire.ExecuteResponse{}, nil
	}}
	c := scriptedConn(t, api)
	tx, err := c.Begin()
	if err != nil {
		t.Fatal(err)
	}
	prepared, err := c.Prepare("SELECT $1")
	if err != nil {
		t.Fatal(err)
	}
	stmt := prepared.(*stmt)
	if _, err := stmt.Exec([]driver.Value{"a"}); err != nil {
		t.Error(err)
	}
	rows, err := stmt.Query([]driver.Value{"b"})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(rows.Close(), stmt.Close(), tx.Rollback(), c.Close(), c.Close()); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{"tx1 SELECT :1 a", "tx1 SELECT :1 b"}, sent); diff != "" {
		t.Errorf("sent (-want +got)\n%s", diff)
	}
	if _, err := stmt.Exec([]driver.Value{"c"}); !errors.Is(err, driver.ErrBadConn) {
		t.Errorf("on a closed connection: %v", err)
	}
}

// TestCloseRollsBack drops a connection whose transaction is open.
func TestCloseRollsBack(t *testing.T) {
	api := &scriptedAPI{}
	c := scriptedConn(t, api)
	if _, err := c.Begin(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Begin(); err == nil {
		t.Error("a second transaction was begun on the connection")
	}
	if err := c.ResetSession(context.Background()); !errors.Is(err, driver.ErrBadConn) || c.IsValid() {
		t.Errorf("the connection may be used again: %v", err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	want := []wire.Operation{wire.BeginTransaction, wire.RollbackTransaction}
	if diff := cmp.Diff(want, api.calls); diff != "" {
		t.Errorf("calls (-want +got)\n%s", diff)
	}
}

// TestSecondEnd ends a transaction once more while another one is open.
func TestSecondEnd(t *testing.T) {
	c := scriptedConn(t, &scriptedAPI{})
	first, err := c.Begin()
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Commit(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Begin(); err != nil {
		t.Fatal(err)
	}
	if err := first.Rollback(); err != nil {
		t.Fatal(err)
	}
	if c.IsValid() {
		t.Error("the connection has lost its open transaction")
	}
}

// TestStatementsThatAreNotSent are wrong in a way that the service would not
// say, or not say well.
func TestStatementsThatAreNotSent(t *testing.T) {
	api := &scriptedAPI{}
	db := openScripted(t, api, "postgresql")
	for statement, want := range map[string]string{
		"SELECT 'a\xffb'":                        "the statement is not valid UTF-8",
		"BEGIN; " + strings.Repeat("hush ", 100): "use BeginTx",
	} {
		_, err := db.Exec(statement)
		if err == nil || !strings.Contains(err.Error(), want) || len(err.Error()) > 300 {
			t.Errorf("%.20q: got %v, want a short error with %q", statement, err, want)
		}
	}
	if len(api.calls) != 0 {
		t.Errorf("calls %v", api.calls)
	}
}

// TestCloseLeavesNoConnection watches the network connections of a pool that is
// closed.
func TestCloseLeavesNoConnection(t *testing.T) {
	var mu sync.Mutex
	states := make(map[net.Conn]http.ConnState)
	web := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, `{"numberOfRecordsUpdated":0}`)
	}))
	web.Config.ConnState = func(c net.Conn, s http.ConnState) {
		mu.Lock()
		defer mu.Unlock()
		states[c] = s
	}
	web.Start()
	defer web.Close()
	c, err := NewConnector(&Config{
		Engine: "postgresql", ClusterARN: testCluster, SecretARN: testSecret,
		AccessKeyID: "a", SecretAccessKey: "b", Endpoint: web.URL,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Errorf("closing a connector that was not used: %v", err)
	}
	for range 2 { // it can be used again
		db := sql.OpenDB(c)
		if err := errors.Join(db.Ping(), db.Close()); err != nil {
			t.Fatal(err)
		}
	}
	open := func() (open, all int) {
		mu.Lock()
		defer mu.Unlock()
		for _, s := range states {
			if s != http.StateClosed {
				open++
			}
		}
		return open, len(states)
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		n, all := open()
		if n == 0 && all == 2 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d of %d connections stayed open, want none of 2", n, all)
		}
	}
}
