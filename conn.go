package auroradataapi

import (
	"context"
	"database/sql/driver"
	"sync/atomic"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// Conn is a connection: nothing but the place where database/sql keeps a
// transaction. Calls outside of one share no state on the server. It is what
// the Raw method of an sql.Conn hands out. Several goroutines may use it; its
// calls wait for one another.
type Conn struct {
	connector *Connector
	api       wire.API
	cfg       *Config
	dialect   *dialect.Dialect
	lane      *lane              // of its calls
	tx        atomic.Pointer[tx] // the open transaction, or nil
	closed    atomic.Bool
}

var (
	_ driver.Conn               = (*Conn)(nil)
	_ driver.ConnBeginTx        = (*Conn)(nil)
	_ driver.ConnPrepareContext = (*Conn)(nil)
	_ driver.ExecerContext      = (*Conn)(nil)
	_ driver.NamedValueChecker  = (*Conn)(nil)
	_ driver.Pinger             = (*Conn)(nil)
	_ driver.QueryerContext     = (*Conn)(nil)
	_ driver.SessionResetter    = (*Conn)(nil)
	_ driver.Validator          = (*Conn)(nil)
)

// Ping runs SELECT 1, under the settings of the session if there are any, and so
// tells whether they can be had. It waits for a cluster that resumes.
func (c *Conn) Ping(ctx context.Context) error {
	_, err := c.ExecContext(ctx, "SELECT 1", nil)
	return err
}

// ExecContext runs a statement and drops the rows it returns.
func (c *Conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	return c.exec(ctx, call{query: query, parsed: c.dialect.Parse(query), args: args})
}

// QueryContext runs a statement and returns its rows; there are no columns if
// it is one that returns none.
func (c *Conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	return c.query(ctx, call{query: query, parsed: c.dialect.Parse(query), args: args})
}

// sibling returns a connection like this one, for calls outside of a transaction
// that are made at once.
func (c *Conn) sibling() *Conn {
	return &Conn{connector: c.connector, api: c.api, cfg: c.cfg, dialect: c.dialect, lane: newLane()}
}

// usable fails if the connection is closed or the context is over, before
// anything is sent.
func (c *Conn) usable(ctx context.Context) error {
	if c.closed.Load() {
		return driver.ErrBadConn
	}
	return ctx.Err()
}

// TransactionID returns the service's id of the open transaction; empty outside
// of one.
func (c *Conn) TransactionID() string {
	if t := c.tx.Load(); t != nil {
		return t.id
	}
	return ""
}

// PrepareContext reads a statement. The service has no prepared statements, so
// nothing is sent until it is run.
func (c *Conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if err := c.usable(ctx); err != nil {
		return nil, err
	}
	return &stmt{conn: c, query: query, parsed: c.dialect.Parse(query)}, nil
}

// Close rolls back a transaction that is still open.
func (c *Conn) Close() error {
	if c.closed.Swap(true) {
		return nil
	}
	if t := c.tx.Load(); t != nil {
		return t.Rollback()
	}
	return nil
}

// ResetSession runs before the connection is used again. A transaction that was
// left open makes it unusable; Close then rolls it back.
func (c *Conn) ResetSession(context.Context) error {
	if !c.IsValid() {
		return driver.ErrBadConn
	}
	return nil
}

// IsValid reports whether the connection may go back into the pool.
func (c *Conn) IsValid() bool { return !c.closed.Load() && c.tx.Load() == nil }

// Prepare is PrepareContext without a context, for what wraps drivers;
// database/sql itself does not call it.
func (c *Conn) Prepare(query string) (driver.Stmt, error) {
	return c.PrepareContext(context.Background(), query)
}

// Begin is BeginTx without a context and options, for what wraps drivers;
// database/sql itself does not call it.
func (c *Conn) Begin() (driver.Tx, error) {
	return c.BeginTx(context.Background(), driver.TxOptions{})
}
