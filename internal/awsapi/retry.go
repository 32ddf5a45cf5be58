package awsapi

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// How many attempts an outcome is worth, the first one included.
const (
	once    = 1
	twice   = 2
	few     = 3
	several = 5
	patient = math.MaxInt // as long as there is time left
)

// attempts is the whole policy: how often a call is tried, by what is known
// after an attempt. Only what certainly was not executed is sent again, with
// three exceptions. Two cannot do harm: a transaction that was opened twice (the
// one whose id was lost holds no locks and expires by itself) and one that is
// rolled back twice. The third is a statement that its caller marked as
// repeatable. done is not asked for.
//
// A rollback also waits for a statement that still runs: the caller gave up on
// that, and nobody else would end the transaction. It does so even if the
// budget rules out waiting. A repeatable statement waits a little for the
// attempt whose answer was lost.
var attempts = [outcomes]map[wire.Operation]int{
	refused:   row(once, once, once, once, once, once),
	failed:    row(once, once, once, once, once, once),
	skewed:    row(twice, twice, twice, twice, twice, twice),
	resuming:  row(patient, patient, patient, patient, patient, patient),
	throttled: row(patient, patient, patient, patient, patient, patient),
	busy:      row(once, once, once, once, patient, several),
	unsent:    row(several, several, several, several, several, several),
	unknown:   row(once, once, few, once, few, few),
	overran:   row(once, once, few, once, few, once),
}

func row(execute, batch, begin, commit, rollback, repeatable int) map[wire.Operation]int {
	return map[wire.Operation]int{
		wire.ExecuteStatement:      execute,
		wire.BatchExecuteStatement: batch,
		wire.BeginTransaction:      begin,
		wire.CommitTransaction:     commit,
		wire.RollbackTransaction:   rollback,
		repeatableStatement:        repeatable,
	}
}

// repeatableStatement stands in the policy for ExecuteStatement and
// BatchExecuteStatement under a context of Repeatable.
const repeatableStatement wire.Operation = "a repeatable statement"

type repeatableKey struct{}

// Repeatable returns a context under which a statement is sent again even if it
// may have been executed. It is for statements that do the same however often
// they run: reads, and writes like UPDATE … SET n = 5. It has no effect on the
// other operations.
func Repeatable(ctx context.Context) context.Context {
	return context.WithValue(ctx, repeatableKey{}, true)
}

// Once returns a context under which a statement is not Repeatable, whatever the
// other says.
func Once(ctx context.Context) context.Context {
	return context.WithValue(ctx, repeatableKey{}, false)
}

// ruleFor returns under which name the policy has a call.
func ruleFor(ctx context.Context, op wire.Operation) wire.Operation {
	statement := op == wire.ExecuteStatement || op == wire.BatchExecuteStatement
	if repeatable, _ := ctx.Value(repeatableKey{}).(bool); statement && repeatable {
		return repeatableStatement
	}
	return op
}

// The pauses between attempts double from the first to the longest.
const (
	firstPause   = 500 * time.Millisecond
	longestPause = 8 * time.Second
	// lastChance is the time that the last pause leaves for one more attempt.
	lastChance = time.Second
)

// Attempt tells about one attempt of a call.
type Attempt struct {
	Op wire.Operation
	// Number counts the attempts of the call from 1.
	Number   int
	Duration time.Duration
	// Status and RequestID are those of the answer, zero if there was none.
	Status    int
	RequestID string
	// Sent and Received count the bytes of the request's body that were handed
	// out, and of the answer's that were read.
	Sent, Received int64
	Err            error
	// Again says that another attempt follows, after a pause of Pause.
	Again bool
	Pause time.Duration
	// Reason is the reason why there has to be another attempt.
	Reason Reason
}

// Reason says why a call was not done with after an attempt. It is empty for
// what no other attempt would change.
type Reason string

// The reasons to try again.
const (
	Resuming    Reason = "resuming"    // the cluster was paused and is waking up
	Throttled   Reason = "throttled"   // too many requests
	Busy        Reason = "busy"        // the transaction still runs a statement
	Unreachable Reason = "unreachable" // the request did not arrive
	Lost        Reason = "lost"        // the answer did not arrive
	ClockSkew   Reason = "clock skew"  // the signature's time was off
)

// reasons has the reason that goes with an outcome.
var reasons = [outcomes]Reason{
	skewed:    ClockSkew,
	resuming:  Resuming,
	throttled: Throttled,
	busy:      Busy,
	unsent:    Unreachable,
	unknown:   Lost,
	overran:   Lost,
}

// progress is the state of a call between its attempts.
type progress struct {
	*Client
	op      wire.Operation
	rule    wire.Operation // its column of the policy
	limit   time.Time      // no attempt begins after it
	caller  bool           // the limit is the caller's deadline
	reserve time.Duration  // what the last pause has to leave of the time

	n      int           // attempts made
	seen   [outcomes]int // by outcome
	waited time.Duration
}

// retry makes attempts until one is done or the policy says to stop.
func (c *Client) retry(ctx context.Context, op wire.Operation, attempt func() *exchange) error {
	p := &progress{Client: c, op: op, rule: ruleFor(ctx, op)}
	start := c.now()
	p.limit, p.caller = ctx.Deadline()
	if !p.caller {
		p.limit = start.Add(c.budget)
	}
	p.reserve = min(lastChance, p.limit.Sub(start)/8)
	for {
		began := c.now()
		x := attempt()
		took := c.now().Sub(began)
		out, err := p.settle(x.judge(ctx.Err() != nil))
		pause, again, err := p.next(ctx, out, err)
		p.report(ctx, Attempt{
			Duration: took, Status: x.status, RequestID: x.requestID, Sent: x.bytesSent(), Received: x.answer.read,
			Err: err, Again: again, Pause: pause, Reason: reasons[out],
		})
		if !again {
			return p.conclude(out, x, err)
		}
		if ended := p.wait(ctx, pause); ended != nil {
			return p.conclude(out, x, fmt.Errorf("%w while waiting to try again after: %w", ended, err))
		}
	}
}

// settle counts an attempt. A transaction that is gone when it is rolled back
// once more was rolled back by the attempt whose answer was lost.
func (p *progress) settle(out outcome, err error) (outcome, error) {
	if out == refused && p.op == wire.RollbackTransaction && p.lost() && gone(p.op, err) {
		out, err = done, nil
	}
	p.n++
	p.seen[out]++
	return out, err
}

// next says whether another attempt is made and after which pause, and adds to
// the error if it is for the caller's deadline that none is made.
func (p *progress) next(ctx context.Context, out outcome, err error) (time.Duration, bool, error) {
	if out == done || ctx.Err() != nil || p.budget < 0 && out != busy || p.seen[out] >= attempts[out][p.rule] {
		return 0, false, err
	}
	left := p.limit.Sub(p.now()) - p.reserve
	if left <= 0 && p.caller {
		err = fmt.Errorf("no time left to try again: %w: %w", context.DeadlineExceeded, err)
	}
	if left <= 0 {
		return 0, false, err
	}
	if out == skewed {
		return 0, true, err
	}
	return min(pause(p.n), left), true, err
}

// pause returns the pause after the nth attempt. It is random within the
// longer half, lest clients that failed together come back together.
func pause(n int) time.Duration {
	d := longestPause
	if n < 10 {
		d = min(d, firstPause<<(n-1))
	}
	return d/2 + rand.N(d/2)
}

// wait makes a pause, or returns the context's error.
func (p *progress) wait(ctx context.Context, pause time.Duration) error {
	began := p.now()
	err := p.sleep(ctx, pause)
	took := p.now().Sub(began)
	p.waited += took
	if p.onPause != nil {
		p.onPause(ctx, took)
	}
	return err
}

// lost reports whether an attempt may have been executed.
func (p *progress) lost() bool { return p.seen[unknown]+p.seen[overran] > 0 }

// conclude returns the error of the call, given what its last attempt came to.
// Whatever that was, it does not undo an earlier one that may have been
// executed.
func (p *progress) conclude(out outcome, x *exchange, err error) error {
	effort := Effort{Op: p.op, Attempts: p.n, Waited: p.waited}
	switch {
	case out == done:
		return nil
	case p.lost():
		return &OutcomeUnknownError{Effort: effort, RequestID: x.requestID, Err: err}
	case out == refused, out == skewed:
		return &RefusedError{Effort: effort, Err: err}
	default:
		return &NotExecutedError{Effort: effort, Err: err}
	}
}

// report tells of the attempt that was made.
func (p *progress) report(ctx context.Context, a Attempt) {
	if p.onAttempt != nil {
		a.Op, a.Number = p.op, p.n
		p.onAttempt(ctx, a)
	}
}

// gone reports whether the service does not know the transaction any more.
func gone(op wire.Operation, err error) bool {
	e, ok := err.(*wire.Error)
	return ok && e.TransactionGone(op)
}

// sleep waits, or returns the context's error if that ends first.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
