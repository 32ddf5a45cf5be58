package auroradataapi

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// ExecBatch runs a statement once for each set of arguments, by as few calls as
// possible. db is an sql.DB, Conn or Tx, or what wraps one:
//
//	_, err := auroradataapi.ExecBatch(ctx, tx, "INSERT INTO users (name, age) VALUES ($1, $2)",
//		[][]any{{"Ann", 31}, {"Ben", nil}})
//
// It returns a result for each set. LastInsertId is the key that MySQL generated
// for it; the service tells neither how many rows a set changed nor what RETURNING
// would. Without a set nothing is sent.
//
// Arguments are converted as those of a single statement are. Sets are divided
// into several calls, in their order, where one would pass the 4 MiB of a request,
// and where the types of a column differ so much that the statement has to be
// written differently; NULL goes with every type.
//
// In a transaction of the caller's, a failed batch may have run some sets, and a
// rollback undoes them. Outside of one, several calls are made in a transaction
// of their own, all or nothing. A single call is not: the local Data API makes it
// all or nothing, but AWS does not document what becomes of the sets in front of
// one that fails (F0224). If that matters, begin a transaction.
//
// An error of the service is a *BatchError that says which sets were in the call.
func ExecBatch(ctx context.Context, db Execer, query string, sets [][]any, opts ...Option) ([]sql.Result, error) {
	b := &batch{sets: sets}
	args := make([]any, 0, 1+len(opts))
	args = append(args, b)
	for _, opt := range opts {
		args = append(args, opt)
	}
	if _, err := db.ExecContext(ctx, query, args...); err != nil {
		return nil, err
	}
	if !b.ran {
		return nil, errorf("the batch did not reach the driver: what wraps it leaves an argument out")
	}
	return b.results, nil
}

// Execer is what ExecBatch and CopyFrom run on: an sql.DB, Conn or Tx, or what wraps
// one and hands arguments on as they are.
type Execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// ExecBatch is the function ExecBatch for whoever has a Conn, from the Raw method
// of an sql.Conn.
func (c *Conn) ExecBatch(ctx context.Context, query string, sets [][]any, opts ...Option) ([]sql.Result, error) {
	return ExecBatch(ctx, rawExecer{c}, query, sets, opts...)
}

// rawExecer is a connection without database/sql.
type rawExecer struct{ *Conn }

func (c rawExecer) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	named := make([]driver.NamedValue, len(args))
	for i, arg := range args {
		named[i] = driver.NamedValue{Ordinal: i + 1, Value: arg}
	}
	return c.Conn.ExecContext(ctx, query, named)
}

// BatchError is a batch that failed. Which of the sets of its call was at fault
// the service does not say.
type BatchError struct {
	// First and End are the sets of the call that failed: sets[First:End].
	First, End int
	// Err is the *Error of the call.
	Err error
}

// Error says why and which sets failed, the database's words first, for the
// programs that look into them.
func (e *BatchError) Error() string {
	if e.End-e.First > 1 {
		return fmt.Sprintf("%v (in one of sets[%d:%d])", e.Err, e.First, e.End)
	}
	return fmt.Sprintf("%v (in sets[%d])", e.Err, e.First)
}

// Unwrap returns Err.
func (e *BatchError) Unwrap() error { return e.Err }

// batch is the sets of a batch on their way through database/sql, as an argument,
// and its results on their way back.
type batch struct {
	sets    [][]any
	ran     bool
	results []sql.Result
}

// String stands for the sets where arguments are logged.
func (b *batch) String() string { return fmt.Sprintf("%d sets", len(b.sets)) }

// batchOf returns the batch among the arguments, or nil.
func batchOf(args []driver.NamedValue) *batch {
	if len(args) == 1 {
		b, _ := args[0].Value.(*batch)
		return b
	}
	return nil
}

// execBatch runs a batch and puts the results into it.
func (c *Conn) execBatch(ctx context.Context, q call, b *batch) error {
	b.ran, b.results = true, nil
	if q.runsOn || q.json {
		return errorf("a batch has neither rows nor a way to go on after a timeout: leave the options JSONResult and ContinueAfterTimeout out")
	}
	if err := c.usable(ctx); err != nil {
		return err
	}
	if err := q.check(); err != nil {
		return err
	}
	if err := c.checkSession(q); err != nil {
		return err
	}
	requests, err := c.bindBatch(ctx, q, b.sets)
	if err != nil {
		return err
	}
	if t := c.tx.Load(); t != nil || len(requests) <= 1 {
		return c.sendBatch(ctx, requests, b, t)
	}
	t, err := c.begin(ctx, q, newLane())
	if err != nil {
		return err
	}
	done := false
	defer t.releaseUnless(ctx, &done)
	if err := c.sendBatch(ctx, requests, b, t); err != nil {
		return err
	}
	done = true // a commit that fails rolls back by itself
	if err := t.commit(ctx, q.query); err != nil {
		return &BatchError{First: 0, End: len(b.sets), Err: err}
	}
	return nil
}

// sendBatch makes the calls of a batch.
func (c *Conn) sendBatch(ctx context.Context, requests []batchRequest, b *batch, t *tx) error {
	results := make([]sql.Result, 0, len(b.sets))
	for _, r := range requests {
		updates, err := c.sendSets(ctx, r, t)
		if err != nil {
			return &BatchError{First: r.first, End: r.first + len(r.sets), Err: err}
		}
		if len(updates) != len(r.sets) {
			return errorf("the batch was executed, but the service answered %d results for %d sets", len(updates), len(r.sets))
		}
		all := make([]result, len(updates))
		for i, u := range updates {
			all[i] = result{dialect: c.dialect, affected: notCounted, generated: u.GeneratedFields}
			results = append(results, &all[i])
		}
	}
	b.results = results
	return nil
}

// sendSets makes one call of a batch.
func (c *Conn) sendSets(ctx context.Context, r batchRequest, t *tx) ([]wire.UpdateResult, error) {
	req := wire.BatchRequest{
		ResourceARN:   c.cfg.ClusterARN,
		SecretARN:     c.cfg.SecretARN,
		Database:      c.cfg.Database,
		ParameterSets: r.sets,
	}
	var resp *wire.BatchResponse
	s := sending{op: wire.BatchExecuteStatement, kind: CallStatement, call: r.call, place: r.service.SourceOffset, sql: r.service.SQL}
	err := c.transmit(ctx, s, t, func(ctx context.Context, sql, id string) (err error) {
		req.SQL, req.TransactionID = sql, id
		resp, err = c.api.BatchExecuteStatement(ctx, &req)
		return err
	})
	if err != nil {
		return nil, err
	}
	return resp.UpdateResults, nil
}
