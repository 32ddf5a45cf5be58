package auroradataapi

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/awsapi"
)

// Stats counts what a Connector has done since it was made.
type Stats struct {
	// The calls, by operation.
	ExecuteStatement, BatchExecuteStatement                  OperationStats
	BeginTransaction, CommitTransaction, RollbackTransaction OperationStats

	// Attempts counts the attempts of all calls: the HTTP requests.
	Attempts int64
	// Retries counts the attempts that were followed by another one.
	Retries RetryStats
	// Waited is the time that calls spent between their attempts, added up.
	Waited time.Duration

	// BytesSent and BytesReceived count the bodies of requests and answers.
	BytesSent, BytesReceived int64
	// Rows counts the rows that were read, those of an answer when it was read
	// to its end or given up.
	Rows int64

	// TransactionsOpen counts the transactions that were begun and neither
	// committed nor rolled back by the program yet, with or without success.
	TransactionsOpen int64
	// TransactionsCommitted and TransactionsRolledBack count those of which the
	// service said so. The rest of those that were begun had expired, or it is
	// not known how they ended.
	TransactionsCommitted, TransactionsRolledBack int64
}

// OperationStats counts the calls of one operation that are over, and those of
// them that failed.
type OperationStats struct {
	Calls, Errors int64
}

// RetryStats counts retries by their reason.
type RetryStats struct {
	Resuming    int64 // the cluster was paused and was waking up
	Throttled   int64 // there were too many requests
	Unreachable int64 // the request did not arrive
	Lost        int64 // the answer did not arrive, and the call may be repeated
	Other       int64
}

// Stats returns what the connector has counted. The numbers are read one after
// the other while calls go on, so that they may be a call apart.
func (c *Connector) Stats() Stats { return c.observe.stats() }

// counters are Stats in the making.
type counters struct {
	execute, batch, begin, commit, rollback operationCounters

	tries                                             atomic.Int64
	resuming, throttled, unreachable, lost, otherwise atomic.Int64
	waited                                            atomic.Int64
	sent, received, rows                              atomic.Int64
	committed, rolledBack                             atomic.Int64

	mu   sync.Mutex
	open map[string]struct{} // the transactions, by id
}

type operationCounters struct{ calls, errors atomic.Int64 }

// count counts a call that returned the error.
func (c *operationCounters) count(err error) {
	c.calls.Add(1)
	if err != nil {
		c.errors.Add(1)
	}
}

func (c *operationCounters) stats() OperationStats {
	return OperationStats{Calls: c.calls.Load(), Errors: c.errors.Load()}
}

// countAttempt counts an attempt of a call.
func (c *counters) countAttempt(a awsapi.Attempt) {
	c.tries.Add(1)
	c.sent.Add(a.Sent)
	c.received.Add(a.Received)
	if !a.Again {
		return
	}
	switch a.Reason {
	case awsapi.Resuming:
		c.resuming.Add(1)
	case awsapi.Throttled:
		c.throttled.Add(1)
	case awsapi.Unreachable:
		c.unreachable.Add(1)
	case awsapi.Lost:
		c.lost.Add(1)
	default:
		c.otherwise.Add(1)
	}
}

// opened counts a transaction that was begun.
func (c *counters) opened(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open == nil {
		c.open = make(map[string]struct{})
	}
	c.open[id] = struct{}{}
}

// ended counts a transaction that the program ended, by what became of it; nil
// if that is not known.
func (c *counters) ended(id string, how *atomic.Int64) {
	if how != nil {
		how.Add(1)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.open, id)
}

func (c *counters) stats() Stats {
	c.mu.Lock()
	open := len(c.open)
	c.mu.Unlock()
	return Stats{
		ExecuteStatement:      c.execute.stats(),
		BatchExecuteStatement: c.batch.stats(),
		BeginTransaction:      c.begin.stats(),
		CommitTransaction:     c.commit.stats(),
		RollbackTransaction:   c.rollback.stats(),
		Attempts:              c.tries.Load(),
		Retries: RetryStats{
			Resuming: c.resuming.Load(), Throttled: c.throttled.Load(), Unreachable: c.unreachable.Load(),
			Lost: c.lost.Load(), Other: c.otherwise.Load(),
		},
		Waited:                 time.Duration(c.waited.Load()),
		BytesSent:              c.sent.Load(),
		BytesReceived:          c.received.Load(),
		Rows:                   c.rows.Load(),
		TransactionsOpen:       int64(open),
		TransactionsCommitted:  c.committed.Load(),
		TransactionsRolledBack: c.rolledBack.Load(),
	}
}
