package awsapi

import (
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata"
	"github.com/aws/smithy-go/middleware"
	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// recorder is an API that keeps its request and gives canned answers.
type recorder struct {
	wire.API
	req     any
	execute wire.ExecuteResponse
	batch   wire.BatchResponse
}

func (r *recorder) ExecuteStatement(_ context.Context, req *wire.ExecuteRequest) (*wire.ExecuteResponse, error) {
	r.req = req
	return &r.execute, nil
}

func (r *recorder) BatchExecuteStatement(_ context.Context, req *wire.BatchRequest) (*wire.BatchResponse, error) {
	r.req = req
	return &r.batch, nil
}

func (r *recorder) BeginTransaction(_ context.Context, req *wire.BeginRequest) (*wire.BeginResponse, error) {
	r.req = req
	return &wire.BeginResponse{TransactionID: "AR/+=="}, nil
}

func (r *recorder) CommitTransaction(_ context.Context, req *wire.CommitRequest) (*wire.CommitResponse, error) {
	r.req = req
	return &wire.CommitResponse{TransactionStatus: wire.StatusCommitted}, nil
}

func (r *recorder) RollbackTransaction(_ context.Context, req *wire.RollbackRequest) (*wire.RollbackResponse, error) {
	r.req = req
	return &wire.RollbackResponse{TransactionStatus: wire.StatusRolledBack}, nil
}

// fields are values of each kind, ends of ranges included.
func fields() []wire.Field {
	return []wire.Field{
		wire.Null(), wire.Boolean(true), wire.Boolean(false),
		wire.Long(0), wire.Long(math.MinInt64), wire.Long(math.MaxInt64),
		wire.Double(0.1), wire.Double(math.MaxFloat64), wire.Double(math.NaN()), wire.Double(math.Inf(1)), wire.Double(math.Inf(-1)),
		wire.String(""), wire.String("\x00\"\\\u2028é😀</script>"), wire.Blob([]byte{}), wire.Blob([]byte{0, 255, 128}),
		wire.ArrayOf(wire.KindLong, wire.Long(1), wire.Null()),
		wire.ArrayOf(wire.KindString), wire.ArrayOf(wire.KindBoolean, wire.Boolean(true)), wire.ArrayOf(wire.KindDouble, wire.Double(2.5)),
		wire.ArrayOf(wire.KindArray, wire.ArrayOf(wire.KindString, wire.String("x")), wire.ArrayOf(wire.KindString)),
	}
}

func parameters() (ps []wire.Parameter) {
	for i, f := range fields() {
		ps = append(ps, wire.Parameter{Name: strings.Repeat("p", i+1), Value: f})
	}
	return append(ps, wire.Parameter{Name: "t", Value: wire.String("2026-01-02 03:04:05"), TypeHint: wire.HintTimestamp})
}

// TestMessages sends every kind of value through the SDK to a server, and back.
func TestMessages(t *testing.T) {
	name, formatted := "c", `[{"a":1}]`
	api := &recorder{
		execute: wire.ExecuteResponse{
			Records:                wire.NewRecords([][]wire.Field{fields(), fields()}),
			ColumnMetadata:         []wire.ColumnMetadata{{Label: name, Name: name, TypeName: "int8", Type: -5, Precision: 19, Nullable: wire.NullableYes, IsSigned: true}},
			NumberOfRecordsUpdated: 3,
			GeneratedFields:        fields(),
			FormattedRecords:       &formatted,
		},
		batch: wire.BatchResponse{UpdateResults: []wire.UpdateResult{{GeneratedFields: fields()}, {}}},
	}
	var header http.Header
	h := wire.Handler(api)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header = r.Header
		h.ServeHTTP(w, r)
	}))
	defer s.Close()
	c, _ := newTestClient(t, s.URL, func(cfg *Config) { cfg.AgentName, cfg.AgentVersion = "auroradataapi", "1.2.3" })
	ctx := t.Context()

	execute := &wire.ExecuteRequest{
		ResourceARN: testARN, SecretARN: testSecret, SQL: "SELECT :p", Database: "db", Schema: "s", Parameters: parameters(),
		TransactionID: "AR/+==", IncludeResultMetadata: true, ContinueAfterTimeout: true,
		ResultSetOptions: wire.ResultSetOptions{DecimalReturnType: wire.DecimalString, LongReturnType: wire.LongString}, FormatRecordsAs: wire.RecordsJSON,
	}
	resp, err := c.ExecuteStatement(ctx, execute)
	check(t, api.req, execute, err)
	for range 2 {
		row, err := resp.Records.Next(nil)
		check(t, row, fields(), err)
	}
	if _, err := resp.Records.Next(nil); err != io.EOF {
		t.Errorf("after the last row: %v", err)
	}
	check(t, resp.ColumnMetadata, api.execute.ColumnMetadata, nil)
	check(t, resp.GeneratedFields, fields(), nil)
	check(t, *resp.FormattedRecords, formatted, nil)
	check(t, resp.NumberOfRecordsUpdated, int64(3), nil)

	batch := &wire.BatchRequest{
		ResourceARN: testARN, SecretARN: testSecret, SQL: "INSERT", Database: "db", Schema: "s", TransactionID: "t",
		ParameterSets: [][]wire.Parameter{parameters(), {}, parameters()},
	}
	results, err := c.BatchExecuteStatement(ctx, batch)
	check(t, api.req, batch, err)
	check(t, len(results.UpdateResults), 2, nil)
	check(t, results.UpdateResults[0].GeneratedFields, fields(), nil)

	begin := &wire.BeginRequest{ResourceARN: testARN, SecretARN: testSecret, Database: "db", Schema: "s"}
	tx, err := c.BeginTransaction(ctx, begin)
	check(t, api.req, begin, err)
	check(t, tx.TransactionID, "AR/+==", nil)

	commit := &wire.CommitRequest{ResourceARN: testARN, SecretARN: testSecret, TransactionID: "AR/+=="}
	committed, err := c.CommitTransaction(ctx, commit)
	check(t, api.req, commit, err)
	check(t, committed.TransactionStatus, wire.StatusCommitted, nil)

	rollback := &wire.RollbackRequest{ResourceARN: testARN, SecretARN: testSecret, TransactionID: "AR/+=="}
	rolledBack, err := c.RollbackTransaction(ctx, rollback)
	check(t, api.req, rollback, err)
	check(t, rolledBack.TransactionStatus, wire.StatusRolledBack, nil)

	if ua := header.Get("User-Agent"); !strings.Contains(ua, "auroradataapi/1.2.3") || !strings.Contains(ua, "api/rdsdata") {
		t.Errorf("user agent %q", ua)
	}
	if a := header.Get("Authorization"); !strings.Contains(a, "/us-east-1/rds-data/aws4_request") {
		t.Errorf("authorization %q", a)
	}
	if ct := header.Get("Content-Type"); ct != "application/json" {
		t.Errorf("content type %q", ct)
	}
}

func check(t *testing.T, got, want any, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestMiddlewareIDs pins the names by which the SDK's codec is replaced. An SDK
// that renames them fails calls instead of silently decoding by itself.
func TestMiddlewareIDs(t *testing.T) {
	if serializerID != "OperationSerializer" || deserializerID != "OperationDeserializer" {
		t.Error("the names were changed")
	}
	for _, id := range []string{serializerID, deserializerID} {
		s := newFaultServer(t)
		c, _ := newTestClient(t, s.URL, func(cfg *Config) {
			cfg.AWS.APIOptions = append(cfg.AWS.APIOptions, func(stack *middleware.Stack) error {
				if id == deserializerID {
					_, err := stack.Deserialize.Remove(id)
					return err
				}
				_, err := stack.Serialize.Remove(id)
				return err
			})
		})
		for op, call := range calls(c) {
			err := call(t.Context(), "key")
			if classOf(err) != notExecuted || !strings.Contains(err.Error(), id) {
				t.Errorf("%s without %s: %v", op, id, err)
			}
		}
		if s.requests.Load() != 0 {
			t.Error("sent")
		}
	}
}

// TestGivenSDKClient applies the policy to a client that the caller built.
func TestGivenSDKClient(t *testing.T) {
	s := newFaultServer(t, resumingFault, resetAfter)
	front := httptest.NewServer(http.StripPrefix("/stage", s))
	defer front.Close()
	options := 0
	cfg := awsConfig()
	cfg.RetryMaxAttempts = 7
	cfg.APIOptions = append(cfg.APIOptions, func(*middleware.Stack) error { options++; return nil })
	sdk := rdsdata.NewFromConfig(cfg, func(o *rdsdata.Options) { o.BaseEndpoint = aws.String(front.URL + "/stage") })
	clock := &fakeClock{time: time.Now()}
	c, err := New(Config{SDK: sdk, Now: clock.now, Sleep: clock.sleep})
	if err != nil {
		t.Fatal(err)
	}
	if err := calls(c)[wire.ExecuteStatement](t.Context(), "INSERT 1"); classOf(err) != unknownErr {
		t.Errorf("got %v", err)
	}
	if err := calls(c)[wire.ExecuteStatement](t.Context(), "INSERT 2"); err != nil {
		t.Error(err)
	}
	if a, b, n := s.count("INSERT 1"), s.count("INSERT 2"), s.requests.Load(); a != 1 || b != 1 || n != 3 || options != 3 {
		t.Errorf("executed %d and %d times by %d requests, %d of them with the caller's middleware", a, b, n, options)
	}
}

// TestAttemptTimeout gives up an attempt, not the call's context.
func TestAttemptTimeout(t *testing.T) {
	checkLeaks(t)
	f := fault{executes: true, do: hang}
	s := newFaultServer(t)
	s.last = &f
	c, _ := newTestClient(t, s.URL, nil)
	c.attemptTimeout = 30 * time.Millisecond
	err := calls(c)[wire.ExecuteStatement](t.Context(), "INSERT")
	if classOf(err) != unknownErr || s.requests.Load() != 1 {
		t.Errorf("%d requests: %v", s.requests.Load(), err)
	}
	err = calls(c)[wire.BeginTransaction](t.Context(), "")
	var u *OutcomeUnknownError
	if !errors.As(err, &u) || u.Attempts != few {
		t.Errorf("got %v", err)
	}
}

func TestNew(t *testing.T) {
	sdk := rdsdata.NewFromConfig(awsConfig())
	for _, test := range []struct {
		name string
		cfg  Config
		want string // in the error; empty for none
	}{
		{"plain", Config{AWS: awsConfig()}, ""},
		{"endpoint", Config{AWS: awsConfig(), Endpoint: "http://127.0.0.1:8080/base"}, ""},
		{"region alone", Config{AWS: aws.Config{Credentials: awsConfig().Credentials}, Region: "eu-west-1"}, ""},
		{"client", Config{SDK: sdk}, ""},
		{"no region", Config{AWS: aws.Config{Credentials: awsConfig().Credentials}}, "no region"},
		{"no credentials", Config{AWS: aws.Config{Region: "us-east-1"}}, "no credentials"},
		{"client and region", Config{SDK: sdk, Region: "x"}, "SDK client"},
		{"client and endpoint", Config{SDK: sdk, Endpoint: "http://x"}, "SDK client"},
		{"client and HTTP client", Config{SDK: sdk, HTTPClient: http.DefaultClient}, "SDK client"},
		{"no scheme", Config{AWS: awsConfig(), Endpoint: "localhost:8080"}, "http://host:port"},
		{"no host", Config{AWS: awsConfig(), Endpoint: "https://"}, "http://host:port"},
		{"no URL", Config{AWS: awsConfig(), Endpoint: "http://u:" + secretValue + "@[::1"}, "not a URL"},
		{"user", Config{AWS: awsConfig(), Endpoint: "http://u:" + secretValue + "@h"}, "user name"},
		{"query", Config{AWS: awsConfig(), Endpoint: "http://h?x"}, "query"},
		{"time-out of the server's", Config{AWS: awsConfig(), AttemptTimeout: wire.StatementTimeout}, "45s"},
		{"negative time-out", Config{AWS: awsConfig(), AttemptTimeout: -1}, "45s"},
	} {
		c, err := New(test.cfg)
		switch {
		case test.want == "" && (err != nil || c == nil || c.Close() != nil):
			t.Errorf("%s: %v", test.name, err)
		case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), secretValue)):
			t.Errorf("%s: got %v, want …%s…", test.name, err, test.want)
		}
	}
}

// TestBeginGivenUp begins a transaction whose caller does not wait for the
// answer: it is rolled back, and the caller is told its own reason.
func TestBeginGivenUp(t *testing.T) {
	var ended []string
	ctx, cancel := context.WithCancel(t.Context())
	api := &slowBegin{giveUp: cancel, rolledBack: func(id string) { ended = append(ended, id) }}
	web := httptest.NewServer(wire.Handler(api))
	defer web.Close()
	c, _ := newTestClient(t, web.URL, nil)
	_, err := c.BeginTransaction(ctx, &wire.BeginRequest{ResourceARN: "arn", SecretARN: "arn"})
	if !errors.Is(err, context.Canceled) || classOf(err) != notExecuted {
		t.Errorf("got %v", err)
	}
	if len(ended) != 1 || ended[0] != "late" {
		t.Errorf("rolled back: %v", ended)
	}
}

// slowBegin takes its time to begin a transaction, after its caller has given up.
type slowBegin struct {
	wire.API
	giveUp     func()
	rolledBack func(id string)
}

func (s *slowBegin) BeginTransaction(context.Context, *wire.BeginRequest) (*wire.BeginResponse, error) {
	s.giveUp()
	time.Sleep(100 * time.Millisecond)
	return &wire.BeginResponse{TransactionID: "late"}, nil
}

func (s *slowBegin) RollbackTransaction(_ context.Context, r *wire.RollbackRequest) (*wire.RollbackResponse, error) {
	s.rolledBack(r.TransactionID)
	return &wire.RollbackResponse{TransactionStatus: wire.StatusRolledBack}, nil
}
