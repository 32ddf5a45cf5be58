package auroradataapi

import (
	"context"
	"database/sql/driver"
	"unicode/utf8"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// conn is a connection: nothing but the place where database/sql keeps a
// transaction. Calls outside of one share no state on the server.
type conn struct {
	api     wire.API
	cfg     *Config
	dialect *dialect.Dialect
	tx      *tx // the open transaction, or nil
	closed  bool
}

var (
	_ driver.Conn               = (*conn)(nil)
	_ driver.ConnBeginTx        = (*conn)(nil)
	_ driver.ConnPrepareContext = (*conn)(nil)
	_ driver.ExecerContext      = (*conn)(nil)
	_ driver.NamedValueChecker  = (*conn)(nil)
	_ driver.Pinger             = (*conn)(nil)
	_ driver.QueryerContext     = (*conn)(nil)
	_ driver.SessionResetter    = (*conn)(nil)
	_ driver.Validator          = (*conn)(nil)
)

// Ping runs SELECT 1. It waits for a cluster that resumes.
func (c *conn) Ping(ctx context.Context) error {
	_, err := c.ExecContext(ctx, "SELECT 1", nil)
	return err
}

// ExecContext runs a statement and drops the rows it returns.
func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	return c.exec(ctx, c.dialect.Parse(query), query, args)
}

func (c *conn) exec(ctx context.Context, parsed *dialect.Statement, query string, args []driver.NamedValue) (driver.Result, error) {
	resp, err := c.execute(ctx, parsed, query, args, false)
	if err != nil {
		return nil, err
	}
	return &result{dialect: c.dialect, affected: resp.NumberOfRecordsUpdated, generated: resp.GeneratedFields}, nil
}

// QueryContext runs a statement and returns its rows; there are no columns if
// it is one that returns none.
func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	return c.query(ctx, c.dialect.Parse(query), query, args)
}

func (c *conn) query(ctx context.Context, parsed *dialect.Statement, query string, args []driver.NamedValue) (driver.Rows, error) {
	resp, err := c.execute(ctx, parsed, query, args, true)
	if err != nil {
		return nil, err
	}
	return newRows(c.dialect, resp), nil
}

// execute sends one statement.
func (c *conn) execute(ctx context.Context, parsed *dialect.Statement, query string, args []driver.NamedValue, rows bool) (*wire.ExecuteResponse, error) {
	if err := c.usable(ctx); err != nil {
		return nil, err
	}
	if parsed.Kind().TransactionControl() {
		return nil, errorf("the statement %.40q would be lost on the Data API, where each call is a session of its own; use BeginTx, and Commit or Rollback of the transaction", query)
	}
	if !utf8.ValidString(query) { // it would arrive with other characters in it
		return nil, errorf("the statement is not valid UTF-8; pass bytes as an argument of type []byte")
	}
	service, parameters, err := bind(parsed, args)
	if err != nil {
		return nil, err
	}
	resp, err := c.api.ExecuteStatement(ctx, &wire.ExecuteRequest{
		ResourceARN:           c.cfg.ClusterARN,
		SecretARN:             c.cfg.SecretARN,
		Database:              c.cfg.Database,
		SQL:                   service.SQL,
		Parameters:            parameters,
		TransactionID:         c.transactionID(),
		IncludeResultMetadata: rows,
	})
	if err != nil {
		return nil, newError(wire.ExecuteStatement, query, service.SourceOffset, err)
	}
	return resp, nil
}

// usable fails if the connection is closed or the context is over, before
// anything is sent.
func (c *conn) usable(ctx context.Context) error {
	if c.closed {
		return driver.ErrBadConn
	}
	return ctx.Err()
}

func (c *conn) transactionID() string {
	if c.tx == nil {
		return ""
	}
	return c.tx.id
}

// PrepareContext reads a statement. The service has no prepared statements, so
// nothing is sent until it is run.
func (c *conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if err := c.usable(ctx); err != nil {
		return nil, err
	}
	return &stmt{conn: c, query: query, parsed: c.dialect.Parse(query)}, nil
}

// Close rolls back a transaction that is still open.
func (c *conn) Close() error {
	if c.closed {
		return nil
	}
	c.closed = true
	if c.tx != nil {
		return c.tx.Rollback()
	}
	return nil
}

// ResetSession runs before the connection is used again. A transaction that was
// left open makes it unusable; Close then rolls it back.
func (c *conn) ResetSession(context.Context) error {
	if !c.IsValid() {
		return driver.ErrBadConn
	}
	return nil
}

// IsValid reports whether the connection may go back into the pool.
func (c *conn) IsValid() bool { return !c.closed && c.tx == nil }

// Prepare and Begin are for callers that wrap drivers: database/sql itself
// prefers their successors.

func (c *conn) Prepare(query string) (driver.Stmt, error) {
	return c.PrepareContext(context.Background(), query)
}

func (c *conn) Begin() (driver.Tx, error) {
	return c.BeginTx(context.Background(), driver.TxOptions{})
}
