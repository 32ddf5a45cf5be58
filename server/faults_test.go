package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata/types"
	"github.com/aws/smithy-go"

	"github.com/auroradataapi/auroradataapi/server"
)

// with returns a change of a configuration to a clock.
func with(c *clock) func(*server.Config) { return func(cfg *server.Config) { cfg.Now = c.Now } }

// fault adds a rule.
func (s *service) fault(f server.Fault) {
	s.t.Helper()
	if err := s.server.Faults().Add(f); err != nil {
		s.t.Fatal(err)
	}
}

// rows counts what is in a table, without the Data API.
func (s *service) rows(table string) string {
	s.t.Helper()
	return admin(s.t, s.database, "SELECT count(*) FROM "+table)[0][0]
}

// statusOf returns the status of the answer that an error tells of, 0 if there
// was none.
func statusOf(err error) int {
	var resp *awshttp.ResponseError
	if errors.As(err, &resp) {
		return resp.HTTPStatusCode()
	}
	return 0
}

func codeOf(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

// TestFaultKinds lets each kind happen to an INSERT, before and after it is
// executed, over connections that are used again.
func TestFaultKinds(t *testing.T) {
	t.Parallel()
	tests := []struct {
		fault    server.Fault
		code     string // of the error; empty: none, or no answer
		status   int    // 0: no answer
		text     string
		executed bool
	}{
		{fault: server.Fault{Kind: server.FaultDelay, Delay: time.Millisecond}, status: 200, executed: true},
		{fault: server.Fault{Kind: server.FaultDelay, Delay: time.Millisecond, Executed: true}, status: 200, executed: true},
		{fault: server.Fault{Kind: server.FaultResuming}, code: "DatabaseResumingException", status: 400,
			text: "The Aurora DB instance test-instance-1 is resuming after being auto-paused. Please wait a few seconds and try again."},
		{fault: server.Fault{Kind: server.FaultThrottle}, code: "ThrottlingException", status: 400, text: "Rate exceeded"},
		{fault: server.Fault{Kind: server.FaultError, Code: "StatementTimeoutException", Message: "too slow"},
			code: "StatementTimeoutException", status: 400, text: "too slow"},
		{fault: server.Fault{Kind: server.FaultError, Code: "StatementTimeoutException", Message: "too slow", Executed: true},
			code: "StatementTimeoutException", status: 400, text: "too slow", executed: true},
		{fault: server.Fault{Kind: server.FaultError, Code: "InternalServerErrorException", Executed: true},
			code: "InternalServerErrorException", status: 500, executed: true},
		{fault: server.Fault{Kind: server.FaultError, Code: "BrandNewException", Message: "news", Status: 418},
			code: "BrandNewException", status: 418, text: "news"},
		{fault: server.Fault{Kind: server.FaultStatus, Status: 500}, code: "UnknownError", status: 500},
		{fault: server.Fault{Kind: server.FaultStatus, Status: 503}, code: "UnknownError", status: 503},
		{fault: server.Fault{Kind: server.FaultStatus, Status: 504}, code: "UnknownError", status: 504},
		{fault: server.Fault{Kind: server.FaultStatus, Status: 500, Executed: true}, code: "UnknownError", status: 500, executed: true},
		{fault: server.Fault{Kind: server.FaultStatus, Status: 503, Executed: true}, code: "UnknownError", status: 503, executed: true},
		{fault: server.Fault{Kind: server.FaultStatus, Status: 504, Executed: true}, code: "UnknownError", status: 504, executed: true},
		{fault: server.Fault{Kind: server.FaultDrop}},
		{fault: server.Fault{Kind: server.FaultDrop, Delay: time.Millisecond}},
		{fault: server.Fault{Kind: server.FaultDrop, Executed: true}, executed: true},
		{fault: server.Fault{Kind: server.FaultTruncate}, executed: true},
		{fault: server.Fault{Kind: server.FaultTruncate, Executed: true}, executed: true},
	}
	for _, web := range []string{"HTTP/1.1", "TLS", "HTTP/2"} {
		s := serve(t)
		s.over(web)
		s.must("", "CREATE TABLE t (i int)")
		for _, tt := range tests {
			tt.fault.Times, tt.fault.SQL = 1, "^INSERT"
			name, _ := json.Marshal(tt.fault)
			t.Run(web+" "+string(name), func(t *testing.T) {
				s := s.on(t)
				s.must("", "TRUNCATE t")
				s.fault(tt.fault)
				defer s.server.Faults().Clear()
				s.must("", "SELECT 1") // another statement, over the connection that is kept
				_, err := s.execute("", "INSERT INTO t VALUES (1)")
				switch {
				case tt.status == 200 && err != nil, tt.status != 200 && err == nil:
					t.Fatalf("got the error %v", err)
				case tt.status == 0:
					if codeOf(err) != "" {
						t.Errorf("an answer came: %v", err)
					}
				case tt.status != 200:
					if codeOf(err) != tt.code || statusOf(err) != tt.status {
						t.Errorf("got %s with %d, want %s with %d: %v", codeOf(err), statusOf(err), tt.code, tt.status, err)
					}
					if !strings.Contains(err.Error(), tt.text) {
						t.Errorf("%v\nis not %q", err, tt.text)
					}
				}
				if got, want := s.rows("t"), map[bool]string{true: "1", false: "0"}[tt.executed]; got != want {
					t.Errorf("%s rows, want %s", got, want)
				}
				s.must("", "INSERT INTO t VALUES (2)") // once is over
				if state := s.server.Faults().List()[0]; state.Matched != 2 || state.Hit != 1 || !state.Spent {
					t.Errorf("the rule says %+v", state)
				}
			})
		}
	}
}

// over serves over another transport.
func (s *service) over(web string) {
	if web == "HTTP/1.1" {
		return
	}
	s.web.Close()
	s.web = httptest.NewUnstartedServer(s.server)
	s.web.EnableHTTP2 = web == "HTTP/2"
	s.web.StartTLS()
	s.Client = s.client(s.web.Client(), aws.NopRetryer{})
}

func (s *service) client(web *http.Client, retryer aws.Retryer) *rdsdata.Client {
	return rdsdata.New(rdsdata.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(s.web.URL), Retryer: retryer, HTTPClient: plainBodies{web},
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	})
}

// TestFaultsAreSeen looks for faults in the metrics and in the log.
func TestFaultsAreSeen(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	s := serve(t, func(cfg *server.Config) { cfg.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
	s.fault(server.Fault{Times: 1, Kind: server.FaultStatus, Status: 503})
	s.fault(server.Fault{Times: 1, Kind: server.FaultDrop})
	s.fault(server.Fault{Times: 1, Kind: server.FaultTruncate})
	s.fault(server.Fault{Times: 1, Kind: server.FaultError, Code: "TeapotException"})
	same(t, s.pattern(5), "!!!!.")
	_, text := get(t, s.web.URL+"/metrics")
	for failure, n := range map[string]int{"Status503": 1, "NoAnswer": 2, "TeapotException": 1, "": 1} {
		if want := fmt.Sprintf("auroradataapi_calls_total{operation=\"ExecuteStatement\",error=%q} %d\n", failure, n); !strings.Contains(text, want) {
			t.Errorf("the metrics lack %s:\n%s", want, text)
		}
	}
	if want := "msg=fault fault=fault-2 kind=drop operation=ExecuteStatement hit=1\n"; !strings.Contains(log.String(), want) {
		t.Errorf("the log lacks %s:\n%s", want, log.String())
	}
}

// TestFaultTruncated looks at the bytes of an answer that breaks off.
func TestFaultTruncated(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.fault(server.Fault{Kind: server.FaultTruncate})
	seen := &reader{}
	s.Client = s.client(&http.Client{Transport: seen}, aws.NopRetryer{})
	if _, err := s.execute("", "SELECT 'abcdefgh'"); err == nil {
		t.Error("half of an answer passes for one")
	}
	if !errors.Is(seen.err, io.ErrUnexpectedEOF) || seen.read == 0 || seen.read != seen.promised/2 {
		t.Errorf("%d of %d bytes came, and the error %v", seen.read, seen.promised, seen.err)
	}
}

// reader reads the answer that passes it.
type reader struct {
	read, promised int64
	err            error
}

func (r *reader) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var b bytes.Buffer
	r.promised = resp.ContentLength
	r.read, r.err = b.ReadFrom(resp.Body)
	resp.Body = io.NopCloser(&b)
	return resp, nil
}

// TestFaultCommit loses the answers of a transaction's end.
func TestFaultCommit(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.must("", "CREATE TABLE t (i int)")
	for _, tt := range []struct {
		fault server.Fault
		rows  string // after it
		gone  bool   // the transaction
	}{
		{server.Fault{Kind: server.FaultDrop}, "0", false},
		{server.Fault{Kind: server.FaultDrop, Executed: true}, "1", true},
		{server.Fault{Kind: server.FaultExpire}, "0", true},
	} {
		s.must("", "TRUNCATE t")
		tt.fault.Operation, tt.fault.Times = "CommitTransaction", 1
		s.fault(tt.fault)
		tx := s.begin()
		s.must(tx, "INSERT INTO t VALUES (1)")
		if status, err := s.commit(tx); err == nil {
			t.Fatalf("%+v: the commit says %s", tt.fault, status)
		}
		if rows := s.rows("t"); rows != tt.rows {
			t.Errorf("%+v: %s rows, want %s", tt.fault, rows, tt.rows)
		}
		if _, err := s.rollback(tx); (codeOf(err) == "TransactionNotFoundException") != tt.gone {
			t.Errorf("%+v: the rollback after it: %v", tt.fault, err)
		}
	}
	same(t, s.server.OpenTransactions(), 0)
}

// TestFaultBatch loses the answer of a batch, which took effect as a whole.
func TestFaultBatch(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.must("", "CREATE TABLE t (i int)")
	for _, executed := range []bool{false, true} {
		s.fault(server.Fault{Operation: "BatchExecuteStatement", Times: 1, Kind: server.FaultDrop, Executed: executed})
		if _, err := s.batch("", "INSERT INTO t VALUES (:i)", []types.SqlParameter{p("i", 1)}, []types.SqlParameter{p("i", 2)}); err == nil {
			t.Error("there is an answer")
		}
		want := "0"
		if executed {
			want = "2"
		}
		same(t, s.rows("t"), want)
	}
}

func TestFaultExpire(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.must("", "CREATE TABLE t (i int)")
	tx, other := s.begin(), s.begin()
	s.must(tx, "INSERT INTO t VALUES (1)")
	s.fault(server.Fault{SQL: "expire", Kind: server.FaultExpire})
	s.must("", "SELECT 'expire'") // not in a transaction
	_, err := s.execute(tx, "SELECT 'expire'")
	refused(t, err, "TransactionNotFoundException", "Transaction "+tx+" is not found")
	same(t, s.server.OpenTransactions(), 1)
	same(t, admin(t, "postgres", "SELECT count(*) FROM pg_stat_activity WHERE datname = '"+s.database+"' AND state LIKE 'idle in%'")[0][0], "1")
	_, err = s.execute(tx, "SELECT 1")
	refused(t, err, "TransactionNotFoundException", "Transaction "+tx+" is not found")
	s.must(other, "SELECT 1")
	same(t, s.server.ExpireTransactions(), 1)
	_, err = s.commit(other)
	refused(t, err, "TransactionNotFoundException", "Transaction "+other+" is not found")
	same(t, s.server.ExpireTransactions(), 0)
}

// TestFaultLosesTransaction opens transactions whose ids do not arrive.
func TestFaultLosesTransaction(t *testing.T) {
	t.Parallel()
	s := serve(t, withAdmin)
	for i, tt := range []struct {
		server.Fault
		lost int
	}{
		{server.Fault{Kind: server.FaultDrop, Executed: true}, 1},
		{server.Fault{Kind: server.FaultTruncate}, 1},
		{server.Fault{Kind: server.FaultStatus, Status: 503, Executed: true}, 1},
		{server.Fault{Kind: server.FaultDelay, Executed: true, Delay: time.Hour}, 1},
		{server.Fault{Kind: server.FaultDrop}, 0},
		{server.Fault{Kind: server.FaultResuming}, 0},
	} {
		tt.Operation, tt.Times = "BeginTransaction", 1
		s.fault(tt.Fault)
		ctx, cancel := context.WithCancel(context.Background())
		stop := make(chan struct{})
		go func() { // goes away once the transaction is open
			defer close(stop)
			eventually(func() bool { return ctx.Err() != nil || s.server.OpenTransactions() > 0 })
			if tt.Kind == server.FaultDelay {
				cancel()
			}
		}()
		out, err := s.BeginTransaction(ctx, &rdsdata.BeginTransactionInput{
			ResourceArn: aws.String(clusterARN), SecretArn: aws.String(secretARN), Database: aws.String(s.database)})
		cancel()
		<-stop
		if err == nil {
			t.Fatalf("%d: there is the transaction %s", i, *out.TransactionId)
		}
		if !eventually(func() bool { return s.server.LostTransactions() == tt.lost }) {
			t.Errorf("%d: %d transactions are lost", i, s.server.LostTransactions())
		}
		same(t, s.server.OpenTransactions(), tt.lost)
		if _, state := s.ask("GET", "/_local/state", ""); strings.Count(state, `"lost":true`) != tt.lost {
			t.Errorf("%d: %s", i, state)
		}
		mine := s.begin()
		same(t, s.server.LostTransactions(), tt.lost)
		if _, err := s.rollback(mine); err != nil {
			t.Error(err)
		}
		same(t, s.server.ExpireTransactions(), tt.lost)
		same(t, s.server.LostTransactions(), 0)
	}
}

// TestExpireBusy expires a transaction that a call uses: the call ends as it
// would, and then the transaction is gone.
func TestExpireBusy(t *testing.T) {
	t.Parallel()
	s := serve(t)
	tx := s.begin()
	done := make(chan error)
	go func() {
		_, err := s.execute(tx, "SELECT pg_sleep(0.5)")
		done <- err
	}()
	if !eventually(func() bool {
		return admin(t, "postgres", "SELECT count(*) FROM pg_stat_activity WHERE datname = '"+s.database+"' AND query LIKE '%pg_sleep(0.5)%'")[0][0] == "1"
	}) {
		t.Fatal("the statement does not run")
	}
	same(t, s.server.ExpireTransactions(), 1)
	if err := <-done; err != nil {
		t.Error(err)
	}
	_, err := s.execute(tx, "SELECT 1")
	refused(t, err, "TransactionNotFoundException", "Transaction "+tx+" is not found")
	if !eventually(func() bool { return s.server.OpenTransactions() == 0 }) {
		t.Error("the transaction is open")
	}
}

// TestFaultMatching tries each condition with calls that meet it and calls that
// do not.
func TestFaultMatching(t *testing.T) {
	t.Parallel()
	s := serve(t)
	tx := s.begin()
	yes, no := true, false
	calls := map[string]func() error{
		"select":     func() error { _, err := s.execute("", "SELECT 1 AS one"); return err },
		"in tx":      func() error { _, err := s.execute(tx, "SELECT 1 AS one"); return err },
		"other sql":  func() error { _, err := s.execute("", "VALUES (2)"); return err },
		"begin":      func() error { _, err := s.BeginTransaction(context.Background(), s.beginInput()); return err },
		"batch":      func() error { _, err := s.batch("", "SELECT 1 AS one", nil); return err },
		"by default": func() error { in := s.input("", "SELECT 1 AS one"); in.Database = nil; return s.send(in) },
		"default in tx": func() error {
			in := s.input(tx, "SELECT 1 AS one")
			in.Database = nil
			return s.send(in)
		},
		"elsewhere": func() error {
			in := s.input("", "SELECT 1 AS one")
			in.ResourceArn = aws.String(clusterARN + "2")
			return s.send(in)
		},
	}
	for _, tt := range []struct {
		fault server.Fault
		hit   []string
	}{
		{server.Fault{}, []string{"select", "in tx", "other sql", "begin", "batch", "by default", "default in tx", "elsewhere"}},
		{server.Fault{Operation: "BeginTransaction"}, []string{"begin"}},
		{server.Fault{Operation: "BatchExecuteStatement"}, []string{"batch"}},
		{server.Fault{SQL: `(?i)^select\b`}, []string{"select", "in tx", "batch", "by default", "default in tx", "elsewhere"}},
		{server.Fault{SQL: `^VALUES`, Operation: "BatchExecuteStatement"}, nil},
		{server.Fault{InTransaction: &yes}, []string{"in tx", "default in tx"}},
		{server.Fault{InTransaction: &no, SQL: "one"}, []string{"select", "batch", "by default", "elsewhere"}},
		{server.Fault{Cluster: clusterARN + "2"}, []string{"elsewhere"}},
		{server.Fault{Database: "postgres"}, []string{"by default"}},
		{server.Fault{Database: s.database, SQL: "one"}, []string{"select", "in tx", "batch", "default in tx", "elsewhere"}},
	} {
		tt.fault.Kind, tt.fault.Code = server.FaultError, "TeapotException"
		s.fault(tt.fault)
		for name, call := range calls {
			want := false
			for _, n := range tt.hit {
				want = want || n == name
			}
			if err := call(); (codeOf(err) == "TeapotException") != want {
				t.Errorf("%+v: %s was answered %v", tt.fault, name, err)
			}
		}
		s.server.Faults().Clear()
	}
}

func (s *service) send(in *rdsdata.ExecuteStatementInput) error {
	_, err := s.ExecuteStatement(context.Background(), in)
	return err
}

func (s *service) beginInput() *rdsdata.BeginTransactionInput {
	return &rdsdata.BeginTransactionInput{ResourceArn: aws.String(clusterARN), SecretArn: aws.String(secretARN), Database: aws.String(s.database)}
}

// pattern makes calls and writes ! for each that is hit.
func (s *service) pattern(n int) string {
	var b strings.Builder
	for range n {
		if _, err := s.execute("", "SELECT 1"); err != nil {
			b.WriteByte('!')
		} else {
			b.WriteByte('.')
		}
	}
	return b.String()
}

func TestFaultCounting(t *testing.T) {
	t.Parallel()
	now := &clock{now: time.Now()}
	s := serve(t, with(now))
	for _, tt := range []struct {
		fault server.Fault
		want  string
	}{
		{server.Fault{}, "!!!!!!"},
		{server.Fault{After: 2}, "..!!!!"},
		{server.Fault{Times: 2}, "!!...."},
		{server.Fault{After: 1, Times: 3}, ".!!!.."},
		{server.Fault{SQL: "2"}, "......"},
	} {
		tt.fault.Kind = server.FaultThrottle
		s.fault(tt.fault)
		if got := s.pattern(6); got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.fault, got, tt.want)
		}
		s.server.Faults().Clear()
	}
	s.fault(server.Fault{Name: "a", After: 1, For: time.Minute, Kind: server.FaultThrottle})
	now.pass(time.Hour) // it has not begun
	same(t, s.pattern(2), ".!")
	now.pass(time.Minute - 1)
	same(t, s.pattern(1), "!")
	now.pass(1)
	same(t, s.pattern(1), ".")
	state := s.server.Faults().List()[0]
	if !state.Spent || state.Matched != 4 || state.Hit != 2 {
		t.Errorf("the rule says %+v", state)
	}
	if !s.server.Faults().Reset("a") || s.server.Faults().Reset("b") {
		t.Error("Reset does not know its rules")
	}
	same(t, s.pattern(2), ".!")
	if !s.server.Faults().Remove("a") || s.server.Faults().Remove("a") {
		t.Error("Remove does not know its rules")
	}
	same(t, s.pattern(2), "..")
}

// TestFaultOrder shows that the first rule that hits is the only one.
func TestFaultOrder(t *testing.T) {
	t.Parallel()
	s := serve(t, func(cfg *server.Config) {
		cfg.Faults = []server.Fault{
			{Name: "first", After: 1, Times: 1, Kind: server.FaultThrottle},
			{Name: "second", Times: 2, Kind: server.FaultResuming},
		}
	})
	for _, want := range []string{"DatabaseResumingException", "ThrottlingException", "DatabaseResumingException", ""} {
		if _, err := s.execute("", "SELECT 1"); codeOf(err) != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	for i, want := range []int{4, 3} {
		if got := s.server.Faults().List()[i]; got.Matched != want {
			t.Errorf("%s matched %d calls, want %d", got.Fault.Name, got.Matched, want)
		}
	}
}

// TestFaultSeed shows that chance is the same for the same seed, whatever other
// rules there are, and hits about as many as it should.
func TestFaultSeed(t *testing.T) {
	t.Parallel()
	const calls = 200
	run := func(seed uint64, rules ...server.Fault) string {
		s := serve(t, func(cfg *server.Config) {
			cfg.FaultSeed, cfg.Faults = seed, rules
		})
		return s.pattern(calls)
	}
	rule := server.Fault{Name: "some", Probability: 0.3, Kind: server.FaultDrop}
	one := run(1, rule)
	if got := run(1, rule); got != one {
		t.Errorf("the same seed hits\n%s and\n%s", one, got)
	}
	if got := run(1, server.Fault{Name: "none", Probability: 0.5, SQL: "nothing", Kind: server.FaultDrop}, rule); got != one {
		t.Errorf("another rule changes\n%s to\n%s", one, got)
	}
	if got := run(2, rule); got == one {
		t.Errorf("another seed hits the same: %s", got)
	}
	if n := strings.Count(one, "!"); n < 40 || n > 80 {
		t.Errorf("%d of %d calls are hit, at 0.3", n, calls)
	}
	rule.Probability = 1
	if got := run(1, rule); strings.Contains(got, ".") {
		t.Errorf("not every call is hit at 1: %s", got)
	}
}

// TestFaultConcurrent changes rules while calls come, and counts hits.
func TestFaultConcurrent(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.fault(server.Fault{Name: "counted", Times: 50, Kind: server.FaultThrottle})
	var wg sync.WaitGroup
	var mu sync.Mutex
	hit := 0
	for range 8 {
		wg.Go(func() {
			for range 20 {
				if _, err := s.execute("", "SELECT 1"); err != nil {
					mu.Lock()
					hit++
					mu.Unlock()
				}
			}
		})
	}
	for i := range 100 {
		name := fmt.Sprint("other", i)
		if err := s.server.Faults().Add(server.Fault{Name: name, SQL: "nothing", Kind: server.FaultDrop}); err != nil {
			t.Error(err)
		}
		s.server.Faults().List()
		s.server.Faults().Remove(name)
	}
	wg.Wait()
	same(t, hit, 50)
}

// TestFaultDelay measures, and leaves in the middle.
func TestFaultDelay(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.must("", "CREATE TABLE t (i int)")
	for _, executed := range []bool{false, true} {
		s.fault(server.Fault{Kind: server.FaultDelay, Delay: 100 * time.Millisecond, Executed: executed, Times: 1})
		start := time.Now()
		s.must("", "SELECT 1")
		if took := time.Since(start); took < 100*time.Millisecond {
			t.Errorf("executed %v: the call took %v", executed, took)
		}
		s.fault(server.Fault{Kind: server.FaultDelay, Delay: time.Hour, Executed: executed, Times: 1})
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			want := map[bool]string{true: "1", false: "0"}[executed]
			eventually(func() bool { l := s.server.Faults().List(); return l[len(l)-1].Hit == 1 && s.rows("t") == want })
			cancel()
		}()
		_, err := s.ExecuteStatement(ctx, s.input("", "INSERT INTO t VALUES (1)"))
		if !errors.Is(err, context.Canceled) {
			t.Errorf("executed %v: %v", executed, err)
		}
	}
	same(t, s.rows("t"), "1")
	// The end of the server does not wait for a call that does.
	s.fault(server.Fault{Name: "last", Kind: server.FaultDelay, Delay: time.Hour})
	ended := make(chan error)
	go func() {
		_, err := s.execute("", "SELECT 1")
		ended <- err
	}()
	if !eventually(func() bool { l := s.server.Faults().List(); return l[len(l)-1].Hit == 1 }) {
		t.Fatal("the call does not come")
	}
	if err := s.server.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; codeOf(err) != "ServiceUnavailableError" {
		t.Errorf("the call that waited is answered %v", err)
	}
}

func TestFaultsAreChecked(t *testing.T) {
	t.Parallel()
	s := serve(t)
	drop := server.FaultDrop
	for _, tt := range []struct {
		fault server.Fault
		want  string
	}{
		{server.Fault{}, `server: fault 1: kind "" is not known; use one of delay, resuming, throttle, error, status, drop, truncate, expire`},
		{server.Fault{Name: "x", Kind: "boom"}, `server: fault "x": kind "boom" is not known`},
		{server.Fault{Name: "a/b", Kind: drop}, "a name is up to 64 letters"},
		{server.Fault{Name: "..", Kind: drop}, "a name is up to 64 letters"},
		{server.Fault{Operation: "Execute", Kind: drop}, `operation "Execute" is none of the Data API; use one of ExecuteStatement,`},
		{server.Fault{SQL: "(", Kind: drop}, "sql is no regular expression"},
		{server.Fault{Cluster: "prod", Kind: drop}, `cluster "prod" is not an ARN`},
		{server.Fault{After: -1, Kind: drop}, "after is negative"},
		{server.Fault{Times: -1, Kind: drop}, "times is negative"},
		{server.Fault{For: -1, Kind: drop}, "for is negative"},
		{server.Fault{Probability: 1.5, Kind: drop}, "probability 1.5 is not within 0 and 1"},
		{server.Fault{Probability: -0.1, Kind: drop}, "probability -0.1 is not within"},
		{server.Fault{Delay: -1, Kind: drop}, "delay is negative"},
		{server.Fault{Kind: server.FaultDelay}, `kind "delay" needs delay`},
		{server.Fault{Kind: server.FaultError}, `code "" is not the type of an error`},
		{server.Fault{Kind: server.FaultError, Code: "a b\r\nc: d"}, "is not the type of an error"},
		{server.Fault{Kind: server.FaultError, Code: "A", Status: 200}, "status 200 is not that of an error"},
		{server.Fault{Kind: server.FaultStatus}, `kind "status" needs status`},
		{server.Fault{Kind: server.FaultStatus, Status: 600}, "status 600 is not"},
		{server.Fault{Kind: drop, Status: 500}, `status goes with kinds "error" and "status", not with "drop"`},
		{server.Fault{Kind: drop, Code: "A"}, `code and message go with kind "error", not with "drop"`},
		{server.Fault{Kind: server.FaultResuming, Executed: true}, `kind "resuming" says that the call was not executed`},
		{server.Fault{Kind: server.FaultThrottle, Executed: true}, `kind "throttle" says`},
		{server.Fault{Kind: server.FaultExpire, Executed: true}, `kind "expire" says`},
	} {
		err := s.server.Faults().Add(server.Fault{Kind: drop}, tt.fault)
		if want := strings.Replace(tt.want, "fault 1", "fault 2", 1); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: got %v, want %s", tt.fault, err, want)
		}
		if n := len(s.server.Faults().List()); n != 0 {
			t.Fatalf("%+v: %d rules were added", tt.fault, n)
		}
		if _, err := server.New(server.Config{Clusters: []server.Cluster{{}}, Faults: []server.Fault{tt.fault}}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: New says %v", tt.fault, err)
		}
	}
	if err := s.server.Faults().Add(server.Fault{Name: "x", Kind: drop}, server.Fault{Name: "x", Kind: drop}); err == nil || !strings.Contains(err.Error(), `"x" already`) {
		t.Errorf("two rules of one name: %v", err)
	}
	if err := s.server.Faults().Add(make([]server.Fault, 1001)...); err == nil || !strings.Contains(err.Error(), "more than 1000") {
		t.Errorf("too many rules: %v", err)
	}
	s.fault(server.Fault{Name: "fault-1", Kind: drop})
	s.fault(server.Fault{Kind: drop})
	same(t, s.server.Faults().List()[1].Fault.Name, "fault-2")
}
