package awsapi

import (
	"context"
	"errors"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

var (
	resumingFault = fault{name: "resuming", do: answer(400, wire.CodeDatabaseResuming, "is resuming after being auto-paused")}
	resetAfter    = fault{name: "reset", executes: true, do: cut(true, "")}
)

// TestPolicy pins the table against a slip: no write and no commit is worth a
// second attempt once it may have been executed.
func TestPolicy(t *testing.T) {
	for _, op := range []wire.Operation{wire.ExecuteStatement, wire.BatchExecuteStatement, wire.CommitTransaction} {
		for _, out := range []outcome{unknown, overran} {
			if n := attempts[out][op]; n != 1 {
				t.Errorf("%s: %d attempts after an unknown outcome", op, n)
			}
		}
	}
	for out := range attempts {
		for _, op := range append(slices.Clone(operations), repeatableStatement) {
			if n := attempts[out][op]; outcome(out) != done && n < 1 {
				t.Errorf("no rule for outcome %d of %s", out, op)
			}
		}
	}
}

// TestResume waits for a database that takes its time to wake up.
func TestResume(t *testing.T) {
	s := newFaultServer(t)
	s.last = &resumingFault
	started := time.Now()
	clock := &fakeClock{time: started}
	var seen []Attempt
	var paused []time.Duration
	c, _ := newTestClient(t, s.URL, func(cfg *Config) {
		cfg.Now = clock.now
		cfg.Sleep = func(ctx context.Context, d time.Duration) error {
			err := clock.sleep(ctx, d)
			if clock.slept() > 35*time.Second {
				s.mu.Lock()
				s.last = nil
				s.mu.Unlock()
			}
			return err
		}
		cfg.OnAttempt = func(_ context.Context, a Attempt) { seen = append(seen, a) }
		cfg.OnPause = func(_ context.Context, d time.Duration) { paused = append(paused, d) }
	})
	if err := calls(c)[wire.ExecuteStatement](t.Context(), "INSERT"); err != nil {
		t.Fatal(err)
	}
	if n := s.count("INSERT"); n != 1 {
		t.Errorf("executed %d times", n)
	}
	if len(seen) != len(clock.pauses)+1 {
		t.Fatalf("%d attempts reported, %d pauses made", len(seen), len(clock.pauses))
	}
	var e *wire.Error
	for i, a := range seen[:len(seen)-1] {
		if a.Number != i+1 || a.Op != wire.ExecuteStatement || !a.Again || a.Pause != clock.pauses[i] ||
			a.Status != 400 || a.RequestID == "" || !errors.As(a.Err, &e) || e.Code != wire.CodeDatabaseResuming ||
			a.Reason != Resuming || a.Sent == 0 || a.Received == 0 {
			t.Errorf("attempt %+v", a)
		}
	}
	last := seen[len(seen)-1]
	if last.Err != nil || last.Again || last.Pause != 0 || last.Status != 200 || last.Reason != "" || last.Sent != seen[0].Sent {
		t.Errorf("last attempt %+v", last)
	}
	if !slices.Equal(paused, clock.pauses) {
		t.Errorf("the pauses %v were reported as %v", clock.pauses, paused)
	}
}

func TestPause(t *testing.T) {
	for n, want := range []time.Duration{0, 500, 1000, 2000, 4000, 8000, 8000, 8000, 8000, 8000, 8000, 8000} {
		want *= time.Millisecond
		if n == 0 {
			continue
		}
		for range 100 {
			if got := pause(n); got < want/2 || got > want {
				t.Fatalf("pause %d is %v, want %v to %v", n, got, want/2, want)
			}
		}
	}
	if got := pause(math.MaxInt); got > longestPause {
		t.Errorf("pause %v", got)
	}
}

// TestDeadline keeps to the time that the caller or the budget leaves.
func TestDeadline(t *testing.T) {
	for _, test := range []struct {
		name     string
		deadline time.Duration
		budget   time.Duration
		min, max time.Duration // of the pauses together
		attempts int           // at least
	}{
		{name: "budget by default", min: 50 * time.Second, max: DefaultRetryBudget, attempts: 8},
		{name: "own budget", budget: 10 * time.Second, min: 5 * time.Second, max: 10 * time.Second, attempts: 4},
		{name: "deadline", deadline: 20 * time.Second, min: 15 * time.Second, max: 20 * time.Second, attempts: 5},
		{name: "deadline before budget", deadline: 90 * time.Second, budget: 5 * time.Second, min: 80 * time.Second, max: 90 * time.Second, attempts: 12},
		{name: "short deadline", deadline: 2 * time.Second, max: 2 * time.Second, attempts: 2},
		{name: "no retries", budget: -1, attempts: 1},
		{name: "no retries in spite of a deadline", deadline: time.Minute, budget: -1, attempts: 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newFaultServer(t)
			s.last = &resumingFault
			c, clock := newTestClient(t, s.URL, func(cfg *Config) { cfg.RetryBudget = test.budget })
			ctx := t.Context()
			if test.deadline > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithDeadline(ctx, clock.now().Add(test.deadline))
				defer cancel()
			}
			err := calls(c)[wire.CommitTransaction](ctx, "tx")
			var n *NotExecutedError
			var e *types.DatabaseErrorException
			if !errors.As(err, &n) || errors.As(err, &e) {
				t.Fatalf("got %v", err)
			}
			if got := clock.slept(); got < test.min || got > test.max || got != n.Waited {
				t.Errorf("waited %v, says %v, want %v to %v", got, n.Waited, test.min, test.max)
			}
			if n.Attempts < test.attempts || n.Attempts != int(s.requests.Load()) || (test.budget < 0 && n.Attempts > 1) {
				t.Errorf("says %d attempts, %d requests", n.Attempts, s.requests.Load())
			}
			gaveUp := test.deadline > 0 && test.budget >= 0
			if got := errors.Is(err, context.DeadlineExceeded); got != gaveUp {
				t.Errorf("errors.Is DeadlineExceeded is %v: %v", got, err)
			}
		})
	}
}

// TestRealDeadline does the same without an injected clock.
func TestRealDeadline(t *testing.T) {
	checkLeaks(t)
	s := newFaultServer(t)
	s.last = &resumingFault
	c, _ := newTestClient(t, s.URL, func(cfg *Config) { cfg.Now, cfg.Sleep = nil, nil })
	const limit = 4 * time.Second // the last attempt has an eighth of it, on a busy machine, too
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	start := time.Now()
	err := calls(c)[wire.ExecuteStatement](ctx, "INSERT")
	if took := time.Since(start); took > limit {
		t.Errorf("took %v", took)
	}
	if classOf(err) != notExecuted || !errors.Is(err, context.DeadlineExceeded) || s.requests.Load() < 2 {
		t.Errorf("%d requests: %v", s.requests.Load(), err)
	}
}

// TestCancelPause ends a call by its context while it waits.
func TestCancelPause(t *testing.T) {
	s := newFaultServer(t)
	s.last = &resumingFault
	ctx, cancel := context.WithCancel(t.Context())
	var announced, paused time.Duration
	c, _ := newTestClient(t, s.URL, func(cfg *Config) {
		cfg.Now, cfg.Sleep = time.Now, nil
		cfg.OnAttempt = func(_ context.Context, a Attempt) {
			announced = a.Pause
			time.AfterFunc(10*time.Millisecond, cancel)
		}
		cfg.OnPause = func(_ context.Context, d time.Duration) { paused += d }
	})
	err := calls(c)[wire.ExecuteStatement](ctx, "INSERT")
	var e *wire.Error
	if classOf(err) != notExecuted || !errors.Is(err, context.Canceled) || !errors.As(err, &e) {
		t.Errorf("got %v", err)
	}
	if n := s.requests.Load(); n != 1 {
		t.Errorf("%d requests", n)
	}
	if paused == 0 || paused >= announced {
		t.Errorf("a pause of %v was announced and cut short, and %v were reported", announced, paused)
	}
	// A context that is over sends nothing.
	before := s.requests.Load()
	if err := calls(c)[wire.ExecuteStatement](ctx, "INSERT"); classOf(err) != notExecuted || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if s.requests.Load() != before {
		t.Error("sent")
	}
}

// TestAttemptBytes counts what went over the wire when only a part did.
func TestAttemptBytes(t *testing.T) {
	const head = "HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n"
	for _, test := range []struct {
		name     string
		fault    fault
		received int64
	}{
		{"no answer", resetAfter, 0},
		{"half an answer", fault{executes: true, do: cut(false, head+`{"records":`)}, 11},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newFaultServer(t)
			s.last = &test.fault
			var seen []Attempt
			c, _ := newTestClient(t, s.URL, func(cfg *Config) {
				cfg.OnAttempt = func(_ context.Context, a Attempt) { seen = append(seen, a) }
			})
			req := &wire.ExecuteRequest{ResourceARN: testARN, SecretARN: testSecret, SQL: "INSERT"}
			if _, err := c.ExecuteStatement(t.Context(), req); classOf(err) != unknownErr {
				t.Fatalf("got %v", err)
			}
			sent := int64(len(req.AppendJSON(nil)))
			if len(seen) != 1 || seen[0].Sent != sent || seen[0].Received != test.received || seen[0].Reason != Lost {
				t.Errorf("got %+v, want %d bytes sent, %d received", seen, sent, test.received)
			}
		})
	}
	t.Run("nobody there", func(t *testing.T) {
		s := newFaultServer(t)
		s.Close()
		var seen []Attempt
		c, _ := newTestClient(t, s.URL, func(cfg *Config) {
			cfg.RetryBudget = -1
			cfg.OnAttempt = func(_ context.Context, a Attempt) { seen = append(seen, a) }
		})
		if err := calls(c)[wire.ExecuteStatement](t.Context(), "INSERT"); classOf(err) != notExecuted {
			t.Fatalf("got %v", err)
		}
		if len(seen) != 1 || seen[0].Sent != 0 || seen[0].Received != 0 || seen[0].Reason != Unreachable {
			t.Errorf("got %+v", seen)
		}
	})
}

// TestRollbackLost repeats a rollback whose answer was lost.
func TestRollbackLost(t *testing.T) {
	gone := fault{name: "gone", do: answer(404, wire.CodeNotFound, "not found")}
	for _, test := range []struct {
		name   string
		script []fault
		want   string
	}{
		{"lost then gone", []fault{resetAfter}, ok},
		{"lost twice then gone", []fault{resetAfter, resetAfter}, ok},
		{"lost, paused, gone", []fault{resetAfter, resumingFault}, ok},
		{"lost then not found", []fault{resetAfter, gone}, ok},
		{"gone at once", []fault{gone}, serviceErr},
		{"paused then gone", []fault{resumingFault, gone}, serviceErr},
		{"always lost", slices.Repeat([]fault{resetAfter}, few), unknownErr},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newFaultServer(t, test.script...)
			c, _ := newTestClient(t, s.URL, nil)
			err := calls(c)[wire.RollbackTransaction](t.Context(), "tx")
			if got := classOf(err); got != test.want {
				t.Errorf("got %s: %v", got, err)
			}
		})
	}
}

// TestRollbackBusy waits for a statement that the caller gave up, with or
// without a budget; nothing else waits for it.
func TestRollbackBusy(t *testing.T) {
	busy := fault{name: "busy", do: answer(400, wire.CodeDatabaseError, "Transaction is still running a query")}
	for _, budget := range []time.Duration{0, -1} {
		s := newFaultServer(t, busy, busy)
		c, clock := newTestClient(t, s.URL, func(cfg *Config) { cfg.RetryBudget = budget })
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		if err := calls(c)[wire.RollbackTransaction](ctx, "tx"); err != nil || len(clock.pauses) != 2 {
			t.Errorf("budget %v: got %v after %d pauses", budget, err, len(clock.pauses))
		}
	}
	for _, op := range []wire.Operation{wire.ExecuteStatement, wire.BatchExecuteStatement, wire.CommitTransaction} {
		s := newFaultServer(t, busy)
		c, _ := newTestClient(t, s.URL, nil)
		if err := calls(c)[op](t.Context(), "INSERT"); classOf(err) != notExecuted || s.requests.Load() != 1 {
			t.Errorf("%s: got %v after %d requests", op, err, s.requests.Load())
		}
	}
}

// TestErrorTexts keeps the text of errors whose model has none.
func TestErrorTexts(t *testing.T) {
	for _, code := range []wire.Code{wire.CodeInternalServerError, wire.CodeDatabaseUnavailable, wire.CodeServiceUnavailable} {
		s := newFaultServer(t, fault{do: answer(code.Status(), code, "the reason")})
		c, _ := newTestClient(t, s.URL, nil)
		var e *wire.Error
		err := calls(c)[wire.ExecuteStatement](t.Context(), "INSERT")
		if !errors.As(err, &e) || e.Code != code || e.Message != "the reason" {
			t.Errorf("%s: got %v", code, err)
		}
	}
}

// TestLostThenUnsent keeps a lost answer in mind when later attempts fail
// otherwise.
func TestLostThenUnsent(t *testing.T) {
	s := newFaultServer(t, resetAfter)
	s.last = &resumingFault
	c, _ := newTestClient(t, s.URL, nil)
	err := calls(c)[wire.BeginTransaction](t.Context(), "")
	if classOf(err) != unknownErr {
		t.Errorf("got %v", err)
	}
}

// TestErrors keeps the service's and the SDK's errors within reach.
func TestErrors(t *testing.T) {
	s := newFaultServer(t)
	c, _ := newTestClient(t, s.URL, nil)
	call := func(do func(http.ResponseWriter, *http.Request)) error {
		s.mu.Lock()
		s.script = append(s.script, fault{do: do})
		s.mu.Unlock()
		return calls(c)[wire.ExecuteStatement](t.Context(), "SELECT")
	}

	err := call(answer(400, wire.CodeDatabaseError, "ERROR: no; SQLState: 42P01"))
	var e *wire.Error
	var typed *types.DatabaseErrorException
	var api smithy.APIError
	if !errors.As(err, &e) || !errors.As(err, &typed) || !errors.As(err, &api) {
		t.Fatalf("untyped: %#v", err)
	}
	want := wire.Error{Code: wire.CodeDatabaseError, Message: "ERROR: no; SQLState: 42P01", Status: 400, RequestID: e.RequestID, Err: e.Err}
	if diff := cmp.Diff(want.Error(), err.Error()); diff != "" || *e != want {
		t.Errorf("got %#v %s", e, diff)
	}

	err = call(func(w http.ResponseWriter, r *http.Request) {
		wire.WriteError(w, &wire.Error{Code: wire.CodeStatementTimeout, Message: "timed out", DBConnectionID: 4711})
	})
	var u *OutcomeUnknownError
	if !errors.As(err, &e) || e.DBConnectionID != 4711 || !errors.As(err, &u) || u.Op != wire.ExecuteStatement || u.Attempts != 1 {
		t.Errorf("got %#v", err)
	}

	err = call(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Amzn-RequestId", "the-id")
		w.Header().Set("X-Amzn-ErrorType", "DatabaseErrorException:http://internal.amazon.com/coral/")
		w.WriteHeader(400)
		w.Write([]byte("<html>"))
	})
	if !errors.As(err, &e) || e.Code != wire.CodeDatabaseError || e.RequestID != "the-id" {
		t.Errorf("got %#v", err)
	}

	err = call(answer(500, wire.CodeInternalFailure, ""))
	if !errors.As(err, &e) || e.Message != "" || e.Code != wire.CodeInternalFailure {
		t.Errorf("got %#v", e)
	}
}

type brokenCredentials struct{}

func (brokenCredentials) Retrieve(context.Context) (aws.Credentials, error) {
	return aws.Credentials{}, errors.New("the token has expired, log in again")
}

// TestCredentials fails at once, with nothing sent.
func TestCredentials(t *testing.T) {
	s := newFaultServer(t)
	c, clock := newTestClient(t, s.URL, func(cfg *Config) { cfg.AWS.Credentials = brokenCredentials{} })
	err := calls(c)[wire.ExecuteStatement](t.Context(), "INSERT")
	if classOf(err) != notExecuted || !strings.Contains(err.Error(), "log in again") {
		t.Errorf("got %v", err)
	}
	if len(clock.pauses) > 0 || s.requests.Load() > 0 {
		t.Error("tried again")
	}
}

// TestClockSkew is refused for its signature's time, and right the second time.
func TestClockSkew(t *testing.T) {
	skewed := fault{do: func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", time.Now().Add(2*time.Hour).UTC().Format(http.TimeFormat))
		answer(403, wire.CodeInvalidSignature, "Signature expired")(w, r)
	}}
	s := newFaultServer(t, skewed)
	c, clock := newTestClient(t, s.URL, nil)
	if err := calls(c)[wire.ExecuteStatement](t.Context(), "INSERT"); err != nil {
		t.Error(err)
	}
	if s.count("INSERT") != 1 || clock.slept() > 0 {
		t.Errorf("executed %d times, slept %v", s.count("INSERT"), clock.slept())
	}
	// A signature that is wrong all the same is an answer like others.
	wrong := fault{do: answer(403, wire.CodeInvalidSignature, "wrong key")}
	s = newFaultServer(t, wrong)
	c, _ = newTestClient(t, s.URL, nil)
	if err := calls(c)[wire.ExecuteStatement](t.Context(), "INSERT"); classOf(err) != serviceErr {
		t.Error(err)
	}
}
