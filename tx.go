package auroradataapi

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// rollbackTimeout bounds a rollback, which runs on even when the transaction's
// context is over. A transaction that cannot be rolled back by then ends by
// itself after wire.TransactionIdleTimeout.
const rollbackTimeout = 30 * time.Second

// releaseTimeout bounds a rollback that nobody asked for, at the end of a call
// that has failed: it may outlast the call's deadline, so it is short.
const releaseTimeout = 5 * time.Second

// tx is a transaction: an id that every call carries.
type tx struct {
	conn *Conn
	id   string
	// ctx is that of BeginTx: Commit and Rollback are given none.
	ctx context.Context
}

var _ driver.Tx = (*tx)(nil)

// BeginTx opens a transaction.
func (c *Conn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	if err := c.usable(ctx); err != nil {
		return nil, err
	}
	if c.tx != nil {
		return nil, errorf("a transaction is open on this connection already")
	}
	set, err := c.dialect.SetTransaction(sql.IsolationLevel(opts.Isolation), opts.ReadOnly)
	if err != nil {
		return nil, errorf("%w", err)
	}
	resp, err := c.api.BeginTransaction(ctx, &wire.BeginRequest{
		ResourceARN: c.cfg.ClusterARN,
		SecretARN:   c.cfg.SecretARN,
		Database:    c.cfg.Database,
	})
	if err != nil {
		return nil, newError(wire.BeginTransaction, "", nil, err)
	}
	c.tx = &tx{conn: c, id: resp.TransactionID, ctx: ctx}
	if set != "" {
		if _, err := c.ExecContext(ctx, set, nil); err != nil {
			c.tx.release()
			return nil, err
		}
	}
	return c.tx, nil
}

// Commit commits. It honours the context of BeginTx. If the answer is lost, it
// is not known whether the transaction was committed, and the error says so.
// database/sql does not roll back after a Commit that failed, so Commit does:
// else the transaction would keep its locks until it expires.
func (t *tx) Commit() error {
	t.leave()
	resp, err := t.conn.api.CommitTransaction(t.ctx, &wire.CommitRequest{
		ResourceARN:   t.conn.cfg.ClusterARN,
		SecretARN:     t.conn.cfg.SecretARN,
		TransactionID: t.id,
	})
	if err != nil {
		e := newError(wire.CommitTransaction, "", nil, err)
		if t.mayBeOpen(e) {
			t.release()
		}
		return e
	}
	if resp.TransactionStatus == wire.StatusRolledBack {
		return newError(wire.CommitTransaction, "", nil, ErrTransactionRolledBack)
	}
	return nil
}

// mayBeOpen reports whether there may be something to roll back after Commit
// failed. If the context is over while the commit may still be under way, there
// is not: the caller is not to wait for that.
func (t *tx) mayBeOpen(e *Error) bool {
	if errors.Is(e, ErrTransactionNotFound) {
		return false
	}
	return t.ctx.Err() == nil || e.SafeToRetry()
}

// Rollback rolls back, even if the context of BeginTx is over.
func (t *tx) Rollback() error { return t.rollback(rollbackTimeout) }

// release rolls back as far as that is possible; the error that led here says
// more than one that comes from it.
func (t *tx) release() { _ = t.rollback(releaseTimeout) }

// leave takes the transaction off its connection.
func (t *tx) leave() {
	if t.conn.tx == t { // and not one that was begun since
		t.conn.tx = nil
	}
}

func (t *tx) rollback(timeout time.Duration) error {
	t.leave()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.ctx), timeout)
	defer cancel()
	_, err := t.conn.api.RollbackTransaction(ctx, &wire.RollbackRequest{
		ResourceARN:   t.conn.cfg.ClusterARN,
		SecretARN:     t.conn.cfg.SecretARN,
		TransactionID: t.id,
	})
	if err != nil {
		return newError(wire.RollbackTransaction, "", nil, err)
	}
	return nil
}
