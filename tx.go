package auroradataapi

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"sync/atomic"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/awsapi"
	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

const (
	// rollbackTimeout bounds a rollback, which runs on even when the
	// transaction's context is over. It leaves time for a statement to end that
	// was given up and could not be stopped. A transaction that cannot be rolled
	// back by then ends by itself after wire.TransactionIdleTimeout.
	rollbackTimeout = wire.StatementTimeout + 15*time.Second
	// releaseTimeout bounds a rollback that nobody asked for, at the end of a
	// call that has failed: it may outlast the call's deadline, so it is short.
	releaseTimeout = 5 * time.Second
)

// tx is a transaction: an id that every call carries.
type tx struct {
	conn *Conn
	id   string
	// ctx is that of BeginTx: Commit and Rollback are given none.
	ctx  context.Context
	lane *lane // of its calls; whoever has the turn uses what follows
	health
	ended bool
	// own is what is known of statements after the transaction has changed what
	// names mean; nil before.
	own atomic.Pointer[inference]
	// undone counts how often it was rolled back to a savepoint, perhaps.
	undone  atomic.Int64
	watches watches
}

var _ driver.Tx = (*tx)(nil)

// BeginTx opens a transaction. It waits for nothing when its context ends: a
// transaction that is opened all the same is rolled back in the background.
func (c *Conn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	if err := c.usable(ctx); err != nil {
		return nil, err
	}
	setup, err := c.dialect.Transaction(sql.IsolationLevel(opts.Isolation), opts.ReadOnly)
	if err != nil {
		return nil, errorf("%w", err)
	}
	if c.tx.Load() != nil {
		return nil, errOpen()
	}
	t, err := c.openTx(ctx, "", c.lane)
	if err != nil {
		return nil, err
	}
	begun := false
	defer t.releaseUnless(ctx, &begun)
	switch {
	case setup.Set != "":
		_, err = t.setUp(ctx, setup.Set, nil)
	case setup.Ask != "":
		err = t.verify(ctx, setup)
	}
	if err == nil { // not before: it takes the snapshot
		err = t.applySettings(ctx)
	}
	if err == nil && !c.tx.CompareAndSwap(nil, t) {
		err = errOpen()
	}
	if err != nil {
		return nil, err
	}
	begun = true
	return t, nil
}

func errOpen() error { return errorf("a transaction is open on this connection already") }

// openTx opens a transaction, for a statement perhaps. Whoever gives that up does
// not learn the id of one that is opened all the same, so it is rolled back for
// him.
func (c *Conn) openTx(ctx context.Context, statement string, l *lane) (*tx, error) {
	type answer struct {
		id      string
		err     error
		unwound *unwinding
	}
	ask := func() answer {
		resp, err := c.api.BeginTransaction(ctx, &wire.BeginRequest{
			ResourceARN: c.cfg.ClusterARN,
			SecretARN:   c.cfg.SecretARN,
			Database:    c.cfg.Database,
		})
		if err != nil {
			return answer{err: err}
		}
		return answer{id: resp.TransactionID}
	}
	var a answer
	if ctx.Done() == nil {
		a = ask()
	} else {
		answered := make(chan answer)
		c.connector.background.run(func(<-chan struct{}) {
			var a answer
			contain(func() { a = ask() }, func(u *unwinding) {
				a.unwound = u
				select {
				case answered <- a:
				case <-ctx.Done():
					u.resume()
					if a.err == nil {
						c.drop(ctx, a.id)
					}
				}
			})
		})
		select {
		case a = <-answered:
			a.unwound.resume()
		case <-ctx.Done():
			a.err = &awsapi.NotExecutedError{Effort: awsapi.Effort{Op: wire.BeginTransaction, Attempts: 1}, Err: ctx.Err()}
		}
	}
	if a.err != nil {
		return nil, newError(wire.BeginTransaction, statement, nil, a.err)
	}
	return &tx{conn: c, id: a.id, ctx: ctx, lane: l}, nil
}

// setUp runs a statement of the driver's own before any other.
func (t *tx) setUp(ctx context.Context, statement string, params []wire.Parameter) (*wire.ExecuteResponse, error) {
	q := call{query: statement, parsed: t.conn.dialect.Parse(statement)}
	return t.conn.run(ctx, CallTransaction, q, nil, t, wire.ExecuteRequest{SQL: statement, Parameters: params})
}

// verify asks for the isolation level of a transaction that has been begun.
func (t *tx) verify(ctx context.Context, setup dialect.Setup) error {
	resp, err := t.setUp(ctx, setup.Ask, nil)
	if err != nil {
		return err
	}
	defer resp.Records.Close()
	row, err := resp.Records.Next(nil)
	if err != nil || len(row) == 0 {
		return errorf("the isolation level of the transaction cannot be learnt: %s was answered without a value", setup.Ask)
	}
	if err := setup.Verify(row[len(row)-1].Str()); err != nil {
		return errorf("%w", err)
	}
	return nil
}

// refusal returns why a statement must not be sent, nil if it may be.
func (t *tx) refusal(statement string) error {
	switch {
	case t.ended: // while the statement waited, or rows were read
		gone := wire.NewError(wire.CodeTransactionNotFound, "the statement was not sent, because the transaction has ended")
		return newError(wire.ExecuteStatement, statement, nil, gone)
	case t.over:
		return newFailedTransaction(wire.ExecuteStatement, statement, t.health)
	}
	return nil
}

// ask asks whether the database has rolled the transaction back, where an error
// of a statement does not tell.
func (t *tx) ask(ctx context.Context, err error) {
	var e *Error
	if !errors.As(err, &e) || t.over {
		return
	}
	if question := t.conn.dialect.AskAfter(e.Number); question != "" {
		ctx = t.conn.connector.observe.about(ctx, CallTransaction, call{})
		resp, failed := t.conn.upkeep(ctx, t.id, question)
		t.noteAnswer(err, resp, failed)
	}
}

// Commit commits. It honours the context of BeginTx. If the answer is lost, it
// is not known whether the transaction was committed, and the error says so.
// database/sql does not roll back after a Commit that failed, so Commit does:
// else the transaction would keep its locks until it expires.
func (t *tx) Commit() error { return t.commit(t.ctx, "") }

// commit commits, for a statement perhaps.
func (t *tx) commit(ctx context.Context, statement string) error {
	if err := t.lane.acquire(ctx); err != nil {
		t.release(ctx)
		return err
	}
	defer t.lane.yield()
	t.leave()
	ended := false // or there may be something to roll back
	defer t.releaseUnless(ctx, &ended)
	if t.cause != nil {
		return newFailedTransaction(wire.CommitTransaction, statement, t.health)
	}
	resp, err := t.conn.api.CommitTransaction(ctx, &wire.CommitRequest{
		ResourceARN:   t.conn.cfg.ClusterARN,
		SecretARN:     t.conn.cfg.SecretARN,
		TransactionID: t.id,
	})
	if t.own.Load() != nil { // also if it is not known whether it was committed
		t.conn.connector.redefined()
	}
	if err != nil {
		e := newError(wire.CommitTransaction, statement, nil, err)
		ended = errors.Is(e, ErrTransactionNotFound)
		return e
	}
	ended = true
	if resp.TransactionStatus == wire.StatusRolledBack {
		return newFailedTransaction(wire.CommitTransaction, statement, health{why: whyRolledBack})
	}
	return nil
}

// Rollback rolls back, even if the context of BeginTx is over. A statement of
// another goroutine is waited for: as long as it runs, the service would not
// roll back.
func (t *tx) Rollback() error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.ctx), rollbackTimeout)
	defer cancel()
	if err := t.lane.acquire(ctx); err != nil {
		t.conn.tx.CompareAndSwap(t, nil)
		return errorf("the transaction was not rolled back, because a statement of it still runs: %w", err)
	}
	defer t.lane.yield()
	t.leave()
	if err := t.conn.rollback(ctx, t.id); err != nil {
		return newError(wire.RollbackTransaction, "", nil, err)
	}
	return nil
}

// leave ends the transaction for the driver and takes it off its connection.
func (t *tx) leave() {
	t.ended = true
	t.conn.tx.CompareAndSwap(t, nil) // and not one that was begun since
}

// release rolls back as far as that is possible; the error that led here says
// more than one that comes from it. A caller whose context is over does not wait
// for it.
func (t *tx) release(ctx context.Context) {
	t.conn.tx.CompareAndSwap(t, nil)
	if ctx.Err() == nil {
		t.conn.drop(ctx, t.id)
		return
	}
	t.conn.connector.background.run(func(<-chan struct{}) { t.conn.drop(ctx, t.id) })
}

// releaseUnless rolls back a transaction of the driver's own unless it was done with:
// a deferred call does so where a function of the program, such as a tracer, panics.
func (t *tx) releaseUnless(ctx context.Context, done *bool) {
	if !*done {
		t.release(ctx)
	}
}

// drop rolls back a transaction that nobody asks for any more, even if the
// context is over.
func (c *Conn) drop(ctx context.Context, id string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTimeout)
	defer cancel()
	_ = c.rollback(ctx, id)
}

func (c *Conn) rollback(ctx context.Context, id string) error {
	_, err := c.api.RollbackTransaction(ctx, &wire.RollbackRequest{
		ResourceARN:   c.cfg.ClusterARN,
		SecretARN:     c.cfg.SecretARN,
		TransactionID: id,
	})
	return err
}
