package wire_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/wire"
	"github.com/google/go-cmp/cmp"
)

// recorder is an API that keeps a copy of the last request and answers with
// what it was given.
type recorder struct {
	mu     sync.Mutex
	got    any // a copy of the request
	answer any // an answer of the operation's type, or an error
}

func (r *recorder) set(answer any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.got, r.answer = nil, answer
}

func (r *recorder) request() any {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.got
}

func record[Req, Resp any](r *recorder, req *Req) (*Resp, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	own := *req
	r.got = &own
	switch a := r.answer.(type) {
	case *Resp:
		return a, nil
	case error:
		return nil, a
	default:
		return nil, fmt.Errorf("the test has no answer to %T", req)
	}
}

func (r *recorder) ExecuteStatement(_ context.Context, req *wire.ExecuteRequest) (*wire.ExecuteResponse, error) {
	return record[wire.ExecuteRequest, wire.ExecuteResponse](r, req)
}

func (r *recorder) BatchExecuteStatement(_ context.Context, req *wire.BatchRequest) (*wire.BatchResponse, error) {
	return record[wire.BatchRequest, wire.BatchResponse](r, req)
}

func (r *recorder) BeginTransaction(_ context.Context, req *wire.BeginRequest) (*wire.BeginResponse, error) {
	return record[wire.BeginRequest, wire.BeginResponse](r, req)
}

func (r *recorder) CommitTransaction(_ context.Context, req *wire.CommitRequest) (*wire.CommitResponse, error) {
	return record[wire.CommitRequest, wire.CommitResponse](r, req)
}

func (r *recorder) RollbackTransaction(_ context.Context, req *wire.RollbackRequest) (*wire.RollbackResponse, error) {
	return record[wire.RollbackRequest, wire.RollbackResponse](r, req)
}

var _ wire.API = (*recorder)(nil)

var uuid4 = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// answered is what a client sees of an answer.
type answered struct {
	Status int
	Type   string // without its suffix; empty for a success
	Body   string
}

// serve has a request answered and checks what every answer has.
func serve(t *testing.T, api wire.API, req *http.Request) answered {
	t.Helper()
	w := httptest.NewRecorder()
	wire.Handler(api).ServeHTTP(w, req)
	return seen(t, w.Result())
}

func seen(t *testing.T, resp *http.Response) answered {
	t.Helper()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid(body) {
		t.Errorf("the body is no JSON: %q", body)
	}
	for name, want := range map[string]string{"Content-Type": "application/json", "Content-Length": fmt.Sprint(len(body))} {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if id := resp.Header.Get("x-amzn-RequestId"); !uuid4.MatchString(id) {
		t.Errorf("the request id %q is no random UUID", id)
	}
	a := answered{Status: resp.StatusCode, Body: string(body)}
	if kind := resp.Header.Get("x-amzn-ErrorType"); kind != "" {
		var suffix bool
		if a.Type, suffix = strings.CutSuffix(kind, ":http://internal.amazon.com/coral/com.amazon.rdsdataservice/"); !suffix {
			t.Errorf("error type %q", kind)
		}
	}
	return a
}

func post(path, body string) *http.Request {
	return httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
}

func TestHandlerRoutesTheOperations(t *testing.T) {
	tests := []struct {
		path, body string
		request    any
		response   any
		want       string
	}{
		{"/Execute", `{"sql":"x"}`, &wire.ExecuteRequest{SQL: "x"}, &wire.ExecuteResponse{NumberOfRecordsUpdated: 3}, `{"numberOfRecordsUpdated":3}`},
		{"/BatchExecute", `{"sql":"x"}`, &wire.BatchRequest{SQL: "x"}, &wire.BatchResponse{UpdateResults: []wire.UpdateResult{{}}}, `{"updateResults":[{}]}`},
		{"/BeginTransaction", `{"database":"x"}`, &wire.BeginRequest{Database: "x"}, &wire.BeginResponse{TransactionID: "t"}, `{"transactionId":"t"}`},
		{"/CommitTransaction", `{"transactionId":"x"}`, &wire.CommitRequest{TransactionID: "x"}, &wire.CommitResponse{TransactionStatus: "s"}, `{"transactionStatus":"s"}`},
		{"/RollbackTransaction", `{"transactionId":"x"}`, &wire.RollbackRequest{TransactionID: "x"}, &wire.RollbackResponse{TransactionStatus: "s"}, `{"transactionStatus":"s"}`},
		{"/Execute", "", &wire.ExecuteRequest{}, &wire.ExecuteResponse{}, `{"numberOfRecordsUpdated":0}`},
		{"/Execute?x=y", `{}`, &wire.ExecuteRequest{}, &wire.ExecuteResponse{}, `{"numberOfRecordsUpdated":0}`},
	}
	for _, tt := range tests {
		api := &recorder{answer: tt.response}
		got := serve(t, api, post(tt.path, tt.body))
		if d := cmp.Diff(answered{Status: 200, Body: tt.want}, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.path, d)
		}
		if d := diff(tt.request, api.request()); d != "" {
			t.Errorf("%s: request (-want +got):\n%s", tt.path, d)
		}
	}
}

func TestHandlerRefuses(t *testing.T) {
	unreadable := post("/Execute", "")
	unreadable.Body = io.NopCloser(iotest.ErrReader(errors.New("gone")))
	tooLarge := strings.Repeat(" ", wire.MaxRequestBytes-1) + "{}"
	declared := post("/Execute", tooLarge)
	undeclared := post("/Execute", tooLarge)
	undeclared.ContentLength = -1
	lying := post("/Execute", "")
	lying.ContentLength = wire.MaxRequestBytes + 1
	const limit = "the request is larger than 4194304 bytes, the limit of the Data API; send less in one call"

	unknown := func(text string) answered {
		return answered{404, "UnknownOperationException", `{"message":"` + text + ` is no operation of the Data API"}`}
	}
	malformed := func(text string) answered {
		return answered{400, "SerializationException", `{"message":"` + text + `"}`}
	}
	tests := map[string]struct {
		req  *http.Request
		want answered
	}{
		"GET":                     {httptest.NewRequest(http.MethodGet, "/Execute", nil), unknown("GET /Execute")},
		"PUT":                     {httptest.NewRequest(http.MethodPut, "/Execute", strings.NewReader("{}")), unknown("PUT /Execute")},
		"the root":                {post("/", "{}"), unknown("POST /")},
		"another path":            {post("/ExecuteSql", "{}"), unknown("POST /ExecuteSql")},
		"another case":            {post("/execute", "{}"), unknown("POST /execute")},
		"a slash too many":        {post("/Execute/", "{}"), unknown("POST /Execute/")},
		"a path to be escaped":    {post("/%22%0a%ff", "{}"), unknown(`POST /\"\n` + "\ufffd")},
		"a long path":             {post("/"+strings.Repeat("é", 100), "{}"), unknown("POST /" + strings.Repeat("é", 19) + "…")},
		"malformed JSON":          {post("/Execute", "{"), malformed("the end of the message where a member's name has to be at byte 1")},
		"white space":             {post("/Execute", "\n"), malformed("the end of the message where an object has to be at byte 1")},
		"trailing garbage":        {post("/Execute", "{}}"), malformed("'}' after the message at byte 2")},
		"a wrong type":            {post("/BatchExecute", `{"parameterSets":[[{"name":1}]]}`), malformed("parameterSets[0][0].name: a number where a string has to be at byte 27")},
		"a body that breaks off":  {unreadable, malformed("the body of the request could not be read")},
		"too large":               {declared, answered{413, "RequestEntityTooLargeException", `{"message":"` + limit + `"}`}},
		"too large, not declared": {undeclared, answered{413, "RequestEntityTooLargeException", `{"message":"` + limit + `"}`}},
		"too large, by its word":  {lying, answered{413, "RequestEntityTooLargeException", `{"message":"` + limit + `"}`}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			api := &recorder{answer: &wire.ExecuteResponse{}}
			if d := cmp.Diff(tt.want, serve(t, api, tt.req)); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
			if req := api.request(); req != nil {
				t.Errorf("the API was called with %+v", req)
			}
		})
	}
}

// TestHandlerCountsTheHeaders finds the exact size at which a request is too
// large: head and body together.
func TestHandlerCountsTheHeaders(t *testing.T) {
	const head = "POST /Execute HTTP/1.1\r\nHost: example.com\r\nX-Test: abc\r\n\r\n"
	for _, declared := range []bool{true, false} {
		for extra, want := range map[int]int{0: 200, 1: 413} {
			req := post("/Execute", "{}"+strings.Repeat(" ", wire.MaxRequestBytes-len(head)-len("{}")+extra))
			req.Header.Set("X-Test", "abc")
			if !declared {
				req.ContentLength = -1
			}
			if got := serve(t, &recorder{answer: &wire.ExecuteResponse{}}, req); got.Status != want {
				t.Errorf("%d bytes over the limit, declared %v: status %d, want %d", extra, declared, got.Status, want)
			}
		}
	}
}

func TestHandlerAnswersErrors(t *testing.T) {
	cause := errors.New("secret cause")
	tests := map[string]struct {
		err  error
		want answered
	}{
		"an error":             {wire.NewError(wire.CodeDatabaseError, "ERROR: \"x\"\n; SQLState: 42601"), answered{400, "DatabaseErrorException", `{"message":"ERROR: \"x\"\n; SQLState: 42601"}`}},
		"a wrapped error":      {fmt.Errorf("outer: %w", &wire.Error{Code: wire.CodeForbidden, Message: "no", Err: cause}), answered{403, "ForbiddenException", `{"message":"no"}`}},
		"a status of its own":  {&wire.Error{Code: wire.CodeValidation, Message: "m", Status: 418}, answered{418, "ValidationException", `{"message":"m"}`}},
		"a status of success":  {&wire.Error{Code: wire.CodeValidation, Message: "m", Status: 200}, answered{400, "ValidationException", `{"message":"m"}`}},
		"an impossible status": {&wire.Error{Code: wire.CodeValidation, Message: "m", Status: 42}, answered{400, "ValidationException", `{"message":"m"}`}},
		"a code of its own":    {wire.NewError("StrangeException", ""), answered{500, "StrangeException", `{"message":""}`}},
		"a connection's id":    {&wire.Error{Code: wire.CodeStatementTimeout, Message: "late", DBConnectionID: -7}, answered{400, "StatementTimeoutException", `{"dbConnectionId":-7,"message":"late"}`}},
		"not UTF-8":            {wire.NewError(wire.CodeDatabaseError, "caf\xe9!"), answered{400, "DatabaseErrorException", "{\"message\":\"caf\ufffd!\"}"}},
		"any other error":      {errors.New("disk full"), answered{500, "InternalServerErrorException", `{"message":"disk full"}`}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(tt.want, serve(t, &recorder{answer: tt.err}, post("/Execute", "{}"))); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestHandlerPassesTheContextOn(t *testing.T) {
	type key struct{}
	ctx := context.WithValue(t.Context(), key{}, "value")
	api := contextAPI{API: &recorder{}, seen: func(ctx context.Context) {
		if ctx.Value(key{}) != "value" {
			t.Error("not the request's context")
		}
	}}
	serve(t, api, post("/BeginTransaction", "{}").WithContext(ctx))
}

type contextAPI struct {
	wire.API
	seen func(context.Context)
}

func (a contextAPI) BeginTransaction(ctx context.Context, _ *wire.BeginRequest) (*wire.BeginResponse, error) {
	a.seen(ctx)
	return &wire.BeginResponse{}, nil
}

func TestHandlerNamesEveryRequestAnew(t *testing.T) {
	ids := map[string]bool{}
	for range 1000 {
		w := httptest.NewRecorder()
		wire.Handler(&recorder{}).ServeHTTP(w, post("/", ""))
		ids[w.Header().Get("x-amzn-RequestId")] = true
	}
	if len(ids) != 1000 {
		t.Errorf("%d ids for 1000 requests", len(ids))
	}
}

// TestTooLargeIsAnsweredToWhoSendsFirst sends all of a request before reading
// anything, as many clients do.
func TestTooLargeIsAnsweredToWhoSendsFirst(t *testing.T) {
	srv := httptest.NewServer(wire.Handler(&recorder{}))
	defer srv.Close()
	const size = 3 * wire.MaxRequestBytes
	chunk := strings.Repeat(" ", 1<<20)
	bodies := map[string]func(w io.Writer) error{
		"declared": func(w io.Writer) error {
			_, err := fmt.Fprintf(w, "POST /Execute HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", size, strings.Repeat(" ", size))
			return err
		},
		"chunked": func(w io.Writer) error {
			_, err := io.WriteString(w, "POST /Execute HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
			for range size / len(chunk) {
				if err == nil {
					_, err = fmt.Fprintf(w, "%x\r\n%s\r\n", len(chunk), chunk)
				}
			}
			if err == nil {
				_, err = io.WriteString(w, "0\r\n\r\n")
			}
			return err
		},
	}
	for name, send := range bodies {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", srv.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
			if err := send(conn); err != nil {
				t.Fatalf("send: %v", err)
			}
			resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatalf("read the answer: %v", err)
			}
			defer resp.Body.Close()
			if got := seen(t, resp); got.Status != 413 {
				t.Errorf("answered %+v", got)
			}
		})
	}
}

func TestErrorMessage(t *testing.T) {
	for body, want := range map[string]string{
		`{"message":"a \"b\""}`:               `a "b"`,
		`{"Message":"x","code":"Y"}`:          "x",
		`{"message":null,"dbConnectionId":1}`: "",
		`{}`:                                  "",
		``:                                    "",
		`<html>no</html>`:                     "",
		`{"message":1}`:                       "",
	} {
		if got := wire.ErrorMessage([]byte(body)); got != want {
			t.Errorf("%s: got %q, want %q", body, got, want)
		}
	}
}
