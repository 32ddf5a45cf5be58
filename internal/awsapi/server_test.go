package awsapi

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// A fault is what the server does with one request in place of an answer.
type fault struct {
	name string
	// executes says that the request takes effect before the fault.
	executes bool
	do       func(w http.ResponseWriter, r *http.Request)
}

func answer(status int, code wire.Code, message string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, r *http.Request) {
		wire.WriteError(w, &wire.Error{Code: code, Message: message, Status: status})
	}
}

func text(status int, body string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

// cut ends the connection after having sent the given bytes.
func cut(reset bool, bytes string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		io.WriteString(conn, bytes)
		if tcp, ok := conn.(*net.TCPConn); ok && reset {
			tcp.SetLinger(0)
		}
		conn.Close()
	}
}

func hang(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// faultServer is a Data API whose only data is how often what was executed. It
// commits the faults of a script, one for each request, and then answers.
type faultServer struct {
	*httptest.Server
	conns, requests atomic.Int64

	mu       sync.Mutex
	script   []fault
	last     *fault // for all requests after the script
	executed map[string]int
	idle     map[net.Conn]bool
}

func newFaultServer(t *testing.T, script ...fault) *faultServer {
	t.Helper()
	s := &faultServer{script: script, executed: map[string]int{}, idle: map[net.Conn]bool{}}
	s.Server = httptest.NewUnstartedServer(s)
	s.Config.ConnState = s.connState
	s.Start()
	t.Cleanup(s.Close)
	return s
}

func (s *faultServer) connState(conn net.Conn, state http.ConnState) {
	if state == http.StateNew {
		s.conns.Add(1)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.idle, conn)
	if state == http.StateIdle {
		s.idle[conn] = true
	}
}

// closeIdle closes the connections without a request in progress.
func (s *faultServer) closeIdle(reset bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for conn := range s.idle {
		if reset {
			conn.(*net.TCPConn).SetLinger(0)
		}
		conn.Close()
	}
}

func (s *faultServer) count(key string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.executed[key]
}

func (s *faultServer) next() *fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.script) == 0 {
		return s.last
	}
	f := s.script[0]
	s.script = s.script[1:]
	return &f
}

func (s *faultServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.requests.Add(1)
	f := s.next()
	w.Header().Set("X-Amzn-RequestId", "an-id")
	if f != nil && !f.executes {
		if !strings.HasSuffix(f.name, "unread") {
			io.Copy(io.Discard, r.Body)
		}
		f.do(w, r)
		return
	}
	if f == nil {
		wire.Handler(s).ServeHTTP(w, r)
		return
	}
	wire.Handler(s).ServeHTTP(httptest.NewRecorder(), r)
	f.do(w, r)
}

func (s *faultServer) execute(key string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.executed[key]++
	return s.executed[key]
}

func (s *faultServer) ExecuteStatement(_ context.Context, req *wire.ExecuteRequest) (*wire.ExecuteResponse, error) {
	s.execute(req.SQL)
	return &wire.ExecuteResponse{NumberOfRecordsUpdated: 1}, nil
}

func (s *faultServer) BatchExecuteStatement(_ context.Context, req *wire.BatchRequest) (*wire.BatchResponse, error) {
	s.execute(req.SQL)
	return &wire.BatchResponse{UpdateResults: make([]wire.UpdateResult, len(req.ParameterSets))}, nil
}

func (s *faultServer) BeginTransaction(context.Context, *wire.BeginRequest) (*wire.BeginResponse, error) {
	return &wire.BeginResponse{TransactionID: fmt.Sprint("tx", s.execute("begin"))}, nil
}

func (s *faultServer) CommitTransaction(_ context.Context, req *wire.CommitRequest) (*wire.CommitResponse, error) {
	if s.count(req.TransactionID) > 0 {
		return nil, wire.NewError(wire.CodeTransactionNotFound, "Transaction is not found")
	}
	s.execute(req.TransactionID)
	return &wire.CommitResponse{TransactionStatus: wire.StatusCommitted}, nil
}

func (s *faultServer) RollbackTransaction(_ context.Context, req *wire.RollbackRequest) (*wire.RollbackResponse, error) {
	if s.count(req.TransactionID) > 0 {
		return nil, wire.NewError(wire.CodeTransactionNotFound, "Transaction is not found")
	}
	s.execute(req.TransactionID)
	return &wire.RollbackResponse{TransactionStatus: wire.StatusRolledBack}, nil
}

// fakeClock advances only by sleeping.
type fakeClock struct {
	mu     sync.Mutex
	time   time.Time
	pauses []time.Duration
}

func (c *fakeClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.time
}

func (c *fakeClock) sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.time = c.time.Add(d)
	c.pauses = append(c.pauses, d)
	return ctx.Err()
}

func (c *fakeClock) slept() (sum time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, d := range c.pauses {
		sum += d
	}
	return sum
}

func awsConfig() aws.Config {
	return aws.Config{
		Region:      "us-east-1",
		Credentials: credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", secretKey, ""),
	}
}

// What must never be seen in an error.
const (
	secretKey   = "sEcReTkEy"
	secretValue = "sEcReTvAlUe"
)

func newTestClient(t *testing.T, url string, change func(*Config)) (*Client, *fakeClock) {
	t.Helper()
	clock := &fakeClock{time: time.Now()}
	cfg := Config{AWS: awsConfig(), Endpoint: url, Now: clock.now, Sleep: clock.sleep}
	if change != nil {
		change(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c, clock
}

// checkLeaks fails the test if it ends with more goroutines than it began. It
// has to be called before the servers and clients are made.
func checkLeaks(t *testing.T) {
	t.Helper()
	before := runtime.NumGoroutine()
	t.Cleanup(func() {
		for range 100 {
			if runtime.NumGoroutine() <= before {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
		buf := make([]byte, 1<<16)
		t.Errorf("%d goroutines before, %d after:\n%s", before, runtime.NumGoroutine(), buf[:runtime.Stack(buf, true)])
	})
}

const (
	testARN    = "arn:aws:rds:us-east-1:123456789012:cluster:test"
	testSecret = "arn:aws:secretsmanager:us-east-1:123456789012:secret:test"
)

// calls are the five operations, each with the key of its executions.
func calls(c *Client) map[wire.Operation]func(context.Context, string) error {
	params := []wire.Parameter{{Name: "v", Value: wire.String(secretValue)}}
	return map[wire.Operation]func(context.Context, string) error{
		wire.ExecuteStatement: func(ctx context.Context, key string) error {
			_, err := c.ExecuteStatement(ctx, &wire.ExecuteRequest{ResourceARN: testARN, SecretARN: testSecret, SQL: key, Parameters: params})
			return err
		},
		wire.BatchExecuteStatement: func(ctx context.Context, key string) error {
			_, err := c.BatchExecuteStatement(ctx, &wire.BatchRequest{ResourceARN: testARN, SecretARN: testSecret, SQL: key, ParameterSets: [][]wire.Parameter{params}})
			return err
		},
		wire.BeginTransaction: func(ctx context.Context, _ string) error {
			resp, err := c.BeginTransaction(ctx, &wire.BeginRequest{ResourceARN: testARN, SecretARN: testSecret})
			if err == nil && resp.TransactionID == "" {
				return fmt.Errorf("transaction without id")
			}
			return err
		},
		wire.CommitTransaction: func(ctx context.Context, key string) error {
			resp, err := c.CommitTransaction(ctx, &wire.CommitRequest{ResourceARN: testARN, SecretARN: testSecret, TransactionID: key})
			if err == nil && resp.TransactionStatus != wire.StatusCommitted {
				return fmt.Errorf("status %q", resp.TransactionStatus)
			}
			return err
		},
		wire.RollbackTransaction: func(ctx context.Context, key string) error {
			resp, err := c.RollbackTransaction(ctx, &wire.RollbackRequest{ResourceARN: testARN, SecretARN: testSecret, TransactionID: key})
			if err == nil && resp.TransactionStatus != wire.StatusRolledBack {
				return fmt.Errorf("status %q", resp.TransactionStatus)
			}
			return err
		},
	}
}
