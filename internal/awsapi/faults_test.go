package awsapi

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// What a call returned.
const (
	ok          = "nil"
	unknownErr  = "OutcomeUnknownError"
	notExecuted = "NotExecutedError"
	serviceErr  = "wire.Error"
)

func classOf(err error) string {
	var u *OutcomeUnknownError
	var n *NotExecutedError
	var e *wire.Error
	switch {
	case err == nil:
		return ok
	case errors.As(err, &u):
		return unknownErr
	case errors.As(err, &n):
		return notExecuted
	case errors.As(err, &e):
		return serviceErr
	default:
		return fmt.Sprintf("%T", err)
	}
}

func both(name string, do fault) []fault {
	before, after := do, do
	before.name, before.executes = name+" before", false
	after.name, after.executes = name+" after", true
	return []fault{before, after}
}

// lost are the faults after which nobody can tell what happened.
func lost() []fault {
	return slices.Concat(
		[]fault{{name: "reset, unread", do: cut(true, "")}},
		both("reset", fault{do: cut(true, "")}),
		both("end of file", fault{do: cut(false, "")}),
		both("half a head", fault{do: cut(false, "HTTP/1.1 200 OK\r\nContent-Le")}),
		both("no HTTP", fault{do: cut(false, "220 smtp.example.com ESMTP\r\n")}),
		both("500", fault{do: answer(500, wire.CodeInternalServerError, "sorry")}),
		both("500 unmodelled", fault{do: answer(500, wire.CodeInternalFailure, "")}),
		both("500 without code", fault{do: text(500, `{}`)}),
		both("502", fault{do: text(502, "<html>Bad Gateway</html>")}),
		both("503", fault{do: answer(503, wire.CodeServiceUnavailable, "")}),
		both("503 text", fault{do: text(503, "")}),
		both("504", fault{do: answer(504, wire.CodeDatabaseUnavailable, "")}),
		both("504 text", fault{do: text(504, "timeout")}),
		both("408", fault{do: text(408, "")}),
		both("302", fault{do: text(302, "")}),
		both("statement timeout", fault{do: answer(400, wire.CodeStatementTimeout, "canceling statement")}),
		both("catch-all", fault{do: answer(400, wire.CodeDatabaseError, "Database returned SQL Exception")}),
		both("truncated", fault{do: cut(false, "HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n{\"records\":[[")}),
		both("truncated, no length", fault{do: cut(false, "HTTP/1.1 200 OK\r\n\r\n{\"records\":[[")}),
		both("truncated, chunked", fault{do: cut(true, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"rec\r\n")}),
		both("too long", fault{do: cut(false, "HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n{}")}),
		both("garbage", fault{do: text(200, "<html>welcome to the hotel wifi</html>")}),
		both("empty", fault{do: text(200, "")}),
		both("no content", fault{do: text(204, "")}),
		both("array", fault{do: text(200, "[]")}),
		both("two objects", fault{do: text(200, "{}{}")}),
	)
}

// turnedAway are the faults that say that nothing happened and to try again.
func turnedAway() []fault {
	return []fault{
		{name: "resuming", do: answer(400, wire.CodeDatabaseResuming, "The Aurora DB instance x is resuming after being auto-paused.")},
		{name: "throttling", do: answer(400, wire.CodeThrottling, "Rate exceeded")},
		{name: "throttling 503", do: answer(503, wire.CodeThrottling, "Rate exceeded")},
		{name: "too many requests", do: answer(429, "TooManyRequestsException", "")},
		{name: "429 without code", do: text(429, "")},
		{name: "rate", do: answer(400, wire.CodeBadRequest, "Rate exceeded")},
	}
}

// refusals are answers that are final.
func refusals() []fault {
	return []fault{
		{name: "database error", do: answer(400, wire.CodeDatabaseError, "ERROR: relation \"x\" does not exist; SQLState: 42P01")},
		{name: "bad request", do: answer(400, wire.CodeBadRequest, "Communications link failure")},
		{name: "validation", do: answer(400, wire.CodeValidation, "Multistatements aren't supported.")},
		{name: "access denied", do: answer(403, wire.CodeAccessDenied, "User is not authorized")},
		{name: "403 of a proxy", do: text(403, "<html>no</html>")},
		{name: "413, unread", do: text(413, "")},
		{name: "endpoint", do: answer(400, wire.CodeHTTPEndpointNotEnabled, "HttpEndpoint is not enabled")},
		{name: "bad token", do: answer(403, wire.CodeExpiredToken, "expired")},
	}
}

var operations = []wire.Operation{
	wire.ExecuteStatement, wire.BatchExecuteStatement, wire.BeginTransaction, wire.CommitTransaction, wire.RollbackTransaction,
}

// repeatable are the operations that may be sent again after a lost answer.
var repeatable = map[wire.Operation]bool{wire.BeginTransaction: true, wire.RollbackTransaction: true}

// TestFaults has each operation meet each fault, once and for ever. A nil error
// means that it was executed exactly once, and nothing is ever executed twice.
func TestFaults(t *testing.T) {
	checkLeaks(t)
	for _, op := range operations {
		for _, f := range lost() {
			want := unknownErr
			if repeatable[op] {
				want = ok
			}
			testFault(t, op, f, 1, want, 0)
			testFault(t, op, f, -1, unknownErr, 0)
		}
		for _, f := range turnedAway() {
			testFault(t, op, f, 3, ok, 3)
			testFault(t, op, f, -1, notExecuted, 8)
		}
		for _, f := range refusals() {
			testFault(t, op, f, 1, serviceErr, 0)
		}
	}
	for _, body := range []string{`{}`, `{"transactionId":null}`, `{"transactionId":""}`} {
		testFault(t, wire.BeginTransaction, fault{name: "no id " + body, do: text(200, body)}, -1, unknownErr, 2)
	}
}

// TestRepeatable has statements that are marked as repeatable meet the faults
// after which nobody can tell. They are sent again a few times; the error still
// says what is not known.
func TestRepeatable(t *testing.T) {
	timeout := both("", fault{do: answer(400, wire.CodeStatementTimeout, "canceling statement")})
	refuse := fault{name: "refused", do: answer(400, wire.CodeDatabaseError, "ERROR: duplicate key; SQLState: 23505")}
	busy := fault{name: "busy", do: answer(400, wire.CodeDatabaseError, wire.TextStillRunning)}
	for _, op := range []wire.Operation{wire.ExecuteStatement, wire.BatchExecuteStatement} {
		for _, f := range lost() {
			long := strings.HasPrefix(f.name, "statement timeout")
			want, tries := ok, 2
			if long { // it would take as long again
				want, tries = unknownErr, 1
			}
			testRepeatable(t, op, []fault{f}, nil, want, tries)
			testRepeatable(t, op, nil, &f, unknownErr, map[bool]int{false: few, true: 1}[long])
		}
		testRepeatable(t, op, []fault{resetAfter, refuse}, nil, unknownErr, 2)
		testRepeatable(t, op, []fault{resetAfter, busy, busy}, nil, ok, 4)
		testRepeatable(t, op, []fault{resetAfter, timeout[1]}, nil, unknownErr, 2)
		testRepeatable(t, op, []fault{refuse}, nil, serviceErr, 1)
		for _, f := range turnedAway() {
			testRepeatable(t, op, []fault{f, f, f}, nil, ok, 4)
		}
	}
	for _, op := range []wire.Operation{wire.CommitTransaction, wire.BeginTransaction, wire.RollbackTransaction} {
		if rule := ruleFor(Repeatable(t.Context()), op); rule != op {
			t.Errorf("%s can be marked as repeatable", op)
		}
	}
}

func testRepeatable(t *testing.T, op wire.Operation, script []fault, last *fault, want string, tries int) {
	t.Helper()
	s := newFaultServer(t, script...)
	s.last = last
	c, clock := newTestClient(t, s.URL, nil)
	err := calls(c)[op](Repeatable(t.Context()), "UPDATE")
	name := "for ever"
	if last == nil {
		name = script[0].name
	}
	if got := classOf(err); got != want || s.requests.Load() != int64(tries) {
		t.Errorf("%s, %s: got %s after %d requests, want %s after %d: %v", op, name, got, s.requests.Load(), want, tries, err)
	}
	if err == nil && s.count("UPDATE") == 0 {
		t.Errorf("%s, %s: no error, but not executed", op, name)
	}
	var tried interface{ Tried() (int, time.Duration) }
	if err != nil && (!errors.As(err, &tried) || !triedAs(tried.Tried())(tries, clock.slept())) {
		t.Errorf("%s, %s: %v does not tell of %d attempts", op, name, err, tries)
	}
	checkError(t, err, want)
}

func triedAs(n int, waited time.Duration) func(int, time.Duration) bool {
	return func(attempts int, slept time.Duration) bool { return n == attempts && waited == slept }
}

// testFault makes one call; the fault happens the given times, or for ever.
func testFault(t *testing.T, op wire.Operation, f fault, times int, want string, pauses int) {
	t.Run(fmt.Sprintf("%s/%s/%d", op, f.name, times), func(t *testing.T) {
		s := newFaultServer(t)
		if times < 0 {
			s.last = &f
		} else {
			s.script = slices.Repeat([]fault{f}, times)
		}
		c, clock := newTestClient(t, s.URL, nil)
		key := "INSERT " + t.Name()
		err := calls(c)[op](t.Context(), key)
		if got := classOf(err); got != want {
			t.Fatalf("got %s, want %s: %v", got, want, err)
		}
		if op == wire.BeginTransaction {
			key = "begin"
		}
		switch n := s.count(key); {
		case op == wire.BeginTransaction && n > few, op != wire.BeginTransaction && n > 1:
			t.Errorf("executed %d times", n)
		case err == nil && n == 0:
			t.Error("no error, but not executed")
		case want == notExecuted && n != 0:
			t.Error("executed in spite of NotExecutedError")
		}
		if n := s.requests.Load(); n != int64(len(clock.pauses))+1 {
			t.Errorf("%d requests, but %d pauses", n, len(clock.pauses))
		}
		if want == unknownErr && !repeatable[op] && len(clock.pauses) > 0 {
			t.Error("sent again what may have been executed")
		}
		if len(clock.pauses) < pauses {
			t.Errorf("paused %d times, want at least %d", len(clock.pauses), pauses)
		}
		var tried interface{ Tried() (int, time.Duration) }
		if err != nil && (!errors.As(err, &tried) || !triedAs(tried.Tried())(int(s.requests.Load()), clock.slept())) {
			t.Errorf("%v does not tell of %d attempts", err, s.requests.Load())
		}
		if clock.slept() > DefaultRetryBudget {
			t.Errorf("slept %v, more than the budget", clock.slept())
		}
		checkError(t, err, want)
	})
}

// checkError checks what holds for each error.
func checkError(t *testing.T, err error, class string) {
	t.Helper()
	if err == nil {
		return
	}
	for _, secret := range []string{secretKey, secretValue, testSecret} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("error tells a secret: %v", err)
		}
	}
	var safe interface{ SafeToRetry() bool }
	has := errors.As(err, &safe)
	if got := has && safe.SafeToRetry(); got != (class == notExecuted) {
		t.Errorf("SafeToRetry is %v for %v", got, err)
	}
	var e *wire.Error
	if errors.As(err, &e) && (e.Code == "" || e.Status == 0 || e.Err == nil) {
		t.Errorf("incomplete service error %#v", e)
	}
}

// givenUp returns a context that ends when the server has got a request.
func (s *faultServer) givenUp(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		for s.requests.Load() == 0 && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	t.Cleanup(func() { cancel(); <-stopped })
	return ctx
}

// TestHang ends a call that gets no answer by its context.
func TestHang(t *testing.T) {
	checkLeaks(t)
	for _, op := range operations {
		for _, f := range both("hang", fault{do: hang}) {
			t.Run(string(op)+"/"+f.name, func(t *testing.T) {
				t.Parallel()             // most of it is waiting
				most := 20 * time.Second // less than anything else ends it after
				if op == wire.BeginTransaction {
					most += beginGrace
				}
				s := newFaultServer(t)
				s.last = &f
				c, _ := newTestClient(t, s.URL, func(cfg *Config) { cfg.Now, cfg.Sleep = nil, nil })
				ctx := s.givenUp(t)
				start := time.Now()
				err := calls(c)[op](ctx, "INSERT")
				if took := time.Since(start); took > most {
					t.Errorf("took %v", took)
				}
				if classOf(err) != unknownErr || !errors.Is(err, context.Canceled) {
					t.Errorf("got %v, want an unknown outcome by the context", err)
				}
				if n := s.requests.Load(); n != 1 {
					t.Errorf("%d requests", n)
				}
				checkError(t, err, unknownErr)
			})
		}
	}
}
