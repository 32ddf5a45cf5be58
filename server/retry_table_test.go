package server_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/internal/awsapi"
	"github.com/auroradataapi/auroradataapi/internal/wire"
	"github.com/auroradataapi/auroradataapi/server"
)

// The contract of docs/retries.md, held against a database: each operation
// meets each fault, before and after its execution, in and outside of a
// transaction, on both engines. How often it was executed is counted in the
// database, behind the back of the service.

// What a call told.
const (
	success     = "success"
	notExecuted = "not executed"
	unknown     = "unknown"
	refusal     = "refused"
)

func told(err error) string {
	var safe interface{ SafeToRetry() bool }
	var lost *awsapi.OutcomeUnknownError
	isSafe := errors.As(err, &safe) && safe.SafeToRetry()
	isLost := errors.As(err, &lost)
	switch {
	case err == nil:
		return success
	case isSafe && isLost:
		return "a contradiction"
	case isSafe:
		return notExecuted
	case isLost:
		return unknown
	default:
		return refusal
	}
}

// retryFault is a fault and what it is to a call that meets it.
type retryFault struct {
	server.Fault
	name        string
	unreachable bool   // the network is down, in place of the Fault
	is          string // success, notExecuted, unknown or refusal
	timeLimit   bool   // a repeatable statement is not sent again
}

// executes reports whether the call is executed before it goes wrong.
func (f *retryFault) executes() bool { return f.Executed || f.Kind == server.FaultTruncate }

func retryFaults() (faults []retryFault) {
	add := func(is, name string, f server.Fault) {
		faults = append(faults, retryFault{Fault: f, name: name, is: is, timeLimit: f.Code == "StatementTimeoutException"})
	}
	both := func(name string, f server.Fault) {
		add(unknown, name+", before", f)
		f.Executed = true
		add(unknown, name+", after", f)
	}
	both("drop", server.Fault{Kind: server.FaultDrop})
	add(unknown, "truncate", server.Fault{Kind: server.FaultTruncate})
	for _, status := range []int{408, 500, 502, 503, 504} {
		both(fmt.Sprint("status ", status), server.Fault{Kind: server.FaultStatus, Status: status})
	}
	for _, code := range []string{"InternalServerErrorException", "InternalFailure", "ServiceUnavailableError",
		"DatabaseUnavailableException", "StatementTimeoutException"} {
		both(code, server.Fault{Kind: server.FaultError, Code: code})
	}
	both("catch-all", server.Fault{Kind: server.FaultError, Code: "DatabaseErrorException", Message: "Database returned SQL Exception"})

	add(success, "delay", server.Fault{Kind: server.FaultDelay, Delay: time.Millisecond})
	add(notExecuted, "resuming", server.Fault{Kind: server.FaultResuming})
	add(notExecuted, "throttle", server.Fault{Kind: server.FaultThrottle})
	add(notExecuted, "status 429", server.Fault{Kind: server.FaultStatus, Status: 429})
	faults = append(faults, retryFault{name: "unreachable", unreachable: true, is: notExecuted})

	add(refusal, "status 403", server.Fault{Kind: server.FaultStatus, Status: 403})
	for _, code := range []string{"AccessDeniedException", "ValidationException", "InvalidSecretException", "TransactionNotFoundException"} {
		add(refusal, code, server.Fault{Kind: server.FaultError, Code: code})
	}
	add(refusal, "database error", server.Fault{Kind: server.FaultError, Code: "DatabaseErrorException", Message: "ERROR: no; SQLState: XX000"})
	return faults
}

// retryTarget is a service and ways to reach it.
type retryTarget struct {
	*service
	engine string
	db     *sql.DB
	api    wire.API     // for what database/sql does not have
	down   atomic.Int64 // how many connections fail from now on
	web    *http.Transport
}

func newRetryTarget(t *testing.T, engine string) *retryTarget {
	r := &retryTarget{engine: engine}
	if engine == "mysql" {
		r.service = serveMySQL(t)
	} else {
		r.service = serve(t)
	}
	r.web = &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		if r.down.Add(-1) >= 0 {
			return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ECONNREFUSED}
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}}
	t.Cleanup(r.web.CloseIdleConnections)
	clock := &jumpingClock{time: time.Now()}
	client := &http.Client{Transport: r.web}
	r.db = r.open(func(cfg *auroradataapi.Config) {
		cfg.Engine, cfg.HTTPClient, cfg.Now, cfg.Sleep = engine, client, clock.now, clock.sleep
		cfg.AWS = new(aws.Config) // none of this machine's
	})
	api, err := awsapi.New(awsapi.Config{
		AWS:      aws.Config{Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")},
		Endpoint: r.service.web.URL, HTTPClient: client, Now: clock.now, Sleep: clock.sleep,
	})
	if err != nil {
		t.Fatal(err)
	}
	r.api = api
	r.must("", "CREATE TABLE t (i int, attempt int)")
	return r
}

// jumpingClock goes forward by as much as it is slept.
type jumpingClock struct {
	mu   sync.Mutex
	time time.Time
}

func (c *jumpingClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.time
}

func (c *jumpingClock) sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.time = c.time.Add(d)
	return ctx.Err()
}

// kept counts the rows of a case that are committed.
func (r *retryTarget) kept(id int) int {
	r.t.Helper()
	query, n := fmt.Sprintf("SELECT count(*) FROM t WHERE i = %d", id), 0
	if r.engine == "mysql" {
		fmt.Sscan(mysqlAdmin(r.t.(*testing.T), strings.Replace(query, "FROM t", "FROM "+r.database+".t", 1))[0][0], &n)
	} else {
		fmt.Sscan(admin(r.t, r.database, query)[0][0], &n)
	}
	return n
}

// meet lets a fault happen to a call, the given times or for ever.
func (r *retryTarget) meet(f retryFault, operation string, times int, call func() error) error {
	r.t.Helper()
	if f.unreachable {
		r.web.CloseIdleConnections()
		r.down.Store(int64(times))
		if times == 0 {
			r.down.Store(1000)
		}
		defer r.down.Store(0)
		return call()
	}
	f.Operation, f.Times = operation, times
	if operation == "ExecuteStatement" || operation == "BatchExecuteStatement" {
		f.SQL = "INSERT" // not at its beginning, where the driver may put a comment
	}
	r.fault(f.Fault)
	defer r.server.Faults().Clear()
	return call()
}

// meeting makes a call that meets the fault.
type meeting func(call func() error) error

// retryCall is one of the operations, as a program makes it.
type retryCall struct {
	name, operation string
	// resent says that it is sent again, a few times, after a lost answer.
	resent bool
	// statement says that it is not sent again after the time limit.
	statement bool
	// undone says that nothing is kept if the outcome is unknown.
	undone bool
	// run makes the call under meet. It returns what the call told and how
	// often it was executed.
	run func(r *retryTarget, id int, meet meeting) (executed int, err error)
}

func insert(id int) string { return fmt.Sprintf("INSERT INTO t VALUES (%d, 1)", id) }

// inTransaction runs a statement in a transaction, and commits it whatever came
// of it.
func (r *retryTarget) inTransaction(id int, statement func(tx string) error) (int, error) {
	r.t.Helper()
	tx := r.begin()
	err := statement(tx)
	if status, committed := r.commit(tx); committed != nil || status != "Transaction Committed" {
		r.t.Errorf("after %v: the commit says %q, %v", err, status, committed)
	}
	return r.kept(id), err
}

func retryCalls() []retryCall {
	ctx := context.Background()
	exec := func(r *retryTarget, id int, opts ...any) error {
		_, err := r.db.ExecContext(ctx, insert(id), opts...)
		return err
	}
	begun := func(r *retryTarget, id int) *sql.Tx {
		tx, err := r.db.Begin()
		if err == nil {
			_, err = tx.Exec(insert(id))
		}
		if err != nil {
			r.t.Fatal(err)
		}
		return tx
	}
	return []retryCall{
		{name: "Execute", operation: "ExecuteStatement", run: func(r *retryTarget, id int, meet meeting) (int, error) {
			err := meet(func() error { return exec(r, id) })
			return r.kept(id), err
		}},
		{name: "Execute in a transaction", operation: "ExecuteStatement", run: func(r *retryTarget, id int, meet meeting) (int, error) {
			return r.inTransaction(id, func(tx string) error {
				return meet(func() error {
					_, err := r.api.ExecuteStatement(ctx, &wire.ExecuteRequest{ResourceARN: clusterARN, SecretARN: secretARN,
						Database: r.database, TransactionID: tx, SQL: insert(id)})
					return err
				})
			})
		}},
		{name: "Exec of an sql.Tx", operation: "ExecuteStatement", undone: true, run: func(r *retryTarget, id int, meet meeting) (int, error) {
			tx, err := r.db.Begin()
			if err != nil {
				r.t.Fatal(err)
			}
			err = meet(func() error { _, err := tx.Exec(insert(id)); return err })
			committed := tx.Commit()
			if rolledBack := errors.Is(committed, auroradataapi.ErrTransactionRolledBack); committed != nil && !rolledBack ||
				told(err) == unknown && !rolledBack || told(err) == success && rolledBack {
				r.t.Errorf("after %v: the commit says %v", err, committed)
			}
			return r.kept(id), err
		}},
		{name: "a repeatable statement", operation: "ExecuteStatement", resent: true, statement: true, run: func(r *retryTarget, id int, meet meeting) (int, error) {
			err := meet(func() error { return exec(r, id, auroradataapi.Repeatable()) })
			return r.kept(id), err
		}},
		{name: "Batch", operation: "BatchExecuteStatement", run: func(r *retryTarget, id int, meet meeting) (int, error) {
			err := meet(func() error {
				_, err := auroradataapi.ExecBatch(ctx, r.db, insert(id), [][]any{{}})
				return err
			})
			return r.kept(id), err
		}},
		{name: "Batch in a transaction", operation: "BatchExecuteStatement", run: func(r *retryTarget, id int, meet meeting) (int, error) {
			return r.inTransaction(id, func(tx string) error {
				return meet(func() error {
					_, err := r.api.BatchExecuteStatement(ctx, &wire.BatchRequest{ResourceARN: clusterARN, SecretARN: secretARN,
						Database: r.database, TransactionID: tx, SQL: insert(id), ParameterSets: [][]wire.Parameter{{}}})
					return err
				})
			})
		}},
		{name: "Begin", operation: "BeginTransaction", resent: true, run: func(r *retryTarget, id int, meet meeting) (int, error) {
			var tx *sql.Tx
			err := meet(func() (err error) { tx, err = r.db.Begin(); return err })
			executed := r.server.OpenTransactions()
			if err == nil {
				if err := tx.Rollback(); err != nil {
					r.t.Error(err)
				}
			}
			return executed, err
		}},
		{name: "Commit", operation: "CommitTransaction", run: func(r *retryTarget, id int, meet meeting) (int, error) {
			err := meet(begun(r, id).Commit)
			return r.kept(id), err
		}},
		{name: "Rollback", operation: "RollbackTransaction", resent: true, run: func(r *retryTarget, id int, meet meeting) (int, error) {
			err := meet(begun(r, id).Rollback)
			if kept := r.kept(id); kept != 0 {
				r.t.Errorf("%d rows are kept after a rollback", kept)
			}
			return 1 - r.server.OpenTransactions(), err
		}},
	}
}

// expected returns what a call has to tell and how often it is to be executed.
// few is how often a call is sent whose answer is always lost.
func (c *retryCall) expected(f retryFault, times int) (string, int) {
	const few = 3
	executed := 0
	if f.executes() {
		executed = 1
	}
	resent := c.resent && !(c.statement && f.timeLimit)
	switch {
	case f.is == success, f.is == notExecuted && times == 1:
		return success, 1
	case f.is != unknown:
		return f.is, 0
	case c.undone:
		return unknown, 0
	case !resent:
		return unknown, executed
	case c.operation == "RollbackTransaction":
		// The second one finds nothing to roll back, and is told so; an error is
		// not truncated.
		if times == 1 || f.Kind == server.FaultTruncate {
			return success, 1
		}
		return unknown, executed
	case times == 1:
		return success, executed + 1
	default:
		return unknown, executed * few
	}
}

// TestRetryContract is the table.
func TestRetryContract(t *testing.T) {
	for _, engine := range []string{"postgresql", "mysql"} {
		for _, c := range retryCalls() {
			t.Run(engine+"/"+c.name, func(t *testing.T) {
				t.Parallel()
				r := newRetryTarget(t, engine)
				id := 0
				for _, f := range retryFaults() {
					for _, times := range []int{1, 0} {
						id++
						c.check(r, f, times, id)
					}
				}
			})
		}
	}
}

func (c *retryCall) check(r *retryTarget, f retryFault, times, id int) {
	name := f.name + map[int]string{0: ", for ever", 1: ", once"}[times]
	executed, err := c.run(r, id, func(call func() error) error { return r.meet(f, c.operation, times, call) })
	want, count := c.expected(f, times)
	got := told(err)
	if got != want || executed != count {
		r.t.Errorf("%s: %s, executed %d times; want %s, %d times: %v", name, got, executed, want, count, err)
	}
	// What the contract promises, whatever the table above says.
	switch most := map[bool]int{false: 1, true: 3}[c.resent]; {
	case got == success && executed < 1, got == notExecuted && executed != 0, got == refusal && executed != 0, executed > most:
		r.t.Errorf("%s: not true: %s, executed %d times: %v", name, got, executed, err)
	}
	var e *auroradataapi.Error
	if errors.As(err, &e) {
		commit := c.operation == "CommitTransaction"
		if e.Operation != c.operation || e.Attempts < 1 || errors.Is(err, auroradataapi.ErrOutcomeUnknown) != (got == unknown) ||
			errors.Is(err, auroradataapi.ErrCommitUnknown) != (got == unknown && commit) {
			r.t.Errorf("%s: %#v", name, e)
		}
	}
	r.server.ExpireTransactions() // what a lost answer left open
}

// TestRetryContractGivenUp has the caller go away before the answer comes.
func TestRetryContractGivenUp(t *testing.T) {
	t.Parallel()
	r := newRetryTarget(t, "postgresql")
	for id, executed := range []bool{false, true} {
		err := r.meet(retryFault{Fault: server.Fault{Kind: server.FaultDelay, Delay: time.Minute, Executed: executed}}, "ExecuteStatement", 1, func() error {
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				eventually(func() bool { return r.server.Faults().List()[0].Hit == 1 && (!executed || r.kept(id) == 1) })
				cancel()
			}()
			_, err := r.db.ExecContext(ctx, insert(id))
			return err
		})
		if told(err) != unknown || !errors.Is(err, context.Canceled) || !errors.Is(err, auroradataapi.ErrOutcomeUnknown) {
			t.Errorf("executed %v: %v", executed, err)
		}
		if kept := r.kept(id); kept > 1 || executed && kept != 1 {
			t.Errorf("executed %v: %d rows", executed, kept)
		}
	}
}
