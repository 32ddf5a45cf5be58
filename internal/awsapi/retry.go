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
// after an attempt. Only what certainly was not executed is sent again, with two
// exceptions that cannot do harm: a transaction that was opened twice (the one
// whose id was lost holds no locks and expires by itself) and one that is
// rolled back twice. done is not asked for.
var attempts = [outcomes]map[wire.Operation]int{
	refused:   row(once, once, once, once, once),
	failed:    row(once, once, once, once, once),
	skewed:    row(twice, twice, twice, twice, twice),
	resuming:  row(patient, patient, patient, patient, patient),
	throttled: row(patient, patient, patient, patient, patient),
	unsent:    row(several, several, several, several, several),
	unknown:   row(once, once, few, once, few),
}

func row(execute, batch, begin, commit, rollback int) map[wire.Operation]int {
	return map[wire.Operation]int{
		wire.ExecuteStatement:      execute,
		wire.BatchExecuteStatement: batch,
		wire.BeginTransaction:      begin,
		wire.CommitTransaction:     commit,
		wire.RollbackTransaction:   rollback,
	}
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
	Err       error
	// Again says that another attempt follows, after a pause of Pause.
	Again bool
	Pause time.Duration
}

// progress is the state of a call between its attempts.
type progress struct {
	*Client
	op      wire.Operation
	limit   time.Time // no attempt begins after it
	caller  bool      // the limit is the caller's deadline
	reserve time.Duration

	n      int           // attempts made
	seen   [outcomes]int // by outcome
	waited time.Duration
}

// retry makes attempts until one is done or the policy says to stop.
func (c *Client) retry(ctx context.Context, op wire.Operation, attempt func() *exchange) error {
	r := &progress{Client: c, op: op}
	start := c.now()
	r.limit, r.caller = ctx.Deadline()
	if !r.caller {
		r.limit = start.Add(c.budget)
	}
	r.reserve = min(lastChance, r.limit.Sub(start)/8)
	for {
		began := c.now()
		x := attempt()
		r.n++
		out, err := x.judge(ctx.Err() != nil)
		if out == refused && r.seen[unknown] > 0 && op == wire.RollbackTransaction && gone(err) {
			out, err = done, nil // by the attempt whose answer was lost
		}
		r.seen[out]++
		pause, late := r.pause(out)
		again := out != done && !late && ctx.Err() == nil && c.budget > 0 && r.seen[out] < attempts[out][op]
		r.report(x, c.now().Sub(began), err, again, pause)
		switch {
		case out == done:
			return nil
		case !again:
			if late && r.caller && attempts[out][op] == patient && ctx.Err() == nil {
				err = fmt.Errorf("no time for another attempt: %w: %w", context.DeadlineExceeded, err)
			}
			return r.conclude(out, x, err)
		}
		began = c.now()
		ended := c.sleep(ctx, pause)
		r.waited += c.now().Sub(began)
		if ended != nil {
			return r.conclude(out, x, fmt.Errorf("%w while waiting to try again after: %w", ended, err))
		}
	}
}

// pause returns the pause to make after an attempt, and whether there is no
// time left for another one.
func (r *progress) pause(out outcome) (time.Duration, bool) {
	left := r.limit.Sub(r.now()) - r.reserve
	if left <= 0 {
		return 0, true
	}
	if out == skewed {
		return 0, false
	}
	pause := longestPause
	if shift := r.n - 1; shift < 10 {
		pause = min(pause, firstPause<<shift)
	}
	pause = pause/2 + rand.N(pause/2)
	return min(pause, left), false
}

// conclude returns the error of the call, given what its last attempt came to.
func (r *progress) conclude(out outcome, x *exchange, err error) error {
	switch {
	case out == refused, out == skewed:
		return err
	case r.seen[unknown] > 0:
		return &OutcomeUnknownError{Op: r.op, RequestID: x.requestID, Attempts: r.n, Waited: r.waited, Err: err}
	default:
		return &NotExecutedError{Op: r.op, Attempts: r.n, Waited: r.waited, Err: err}
	}
}

func (r *progress) report(x *exchange, took time.Duration, err error, again bool, pause time.Duration) {
	if r.onAttempt == nil {
		return
	}
	if !again {
		pause = 0
	}
	r.onAttempt(Attempt{
		Op: r.op, Number: r.n, Duration: took, Status: x.status, RequestID: x.requestID,
		Err: err, Again: again, Pause: pause,
	})
}

// gone reports whether the service does not know the transaction any more.
func gone(err error) bool {
	e, ok := err.(*wire.Error)
	return ok && (e.Code == wire.CodeTransactionNotFound || e.Code == wire.CodeNotFound)
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
