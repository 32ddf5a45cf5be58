package auroradataapi

import (
	"context"
	"database/sql/driver"
	"unicode/utf8"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// call is one statement on its way to the service.
type call struct {
	query  string // as the caller wrote it
	parsed *dialect.Statement
	args   []driver.NamedValue
	rows   bool // the caller wants them
}

// exec runs a statement for its effect.
func (c *Conn) exec(ctx context.Context, q call) (driver.Result, error) {
	resp, err := c.execute(ctx, q)
	if err != nil {
		return nil, err
	}
	return &result{dialect: c.dialect, affected: resp.NumberOfRecordsUpdated, generated: resp.GeneratedFields}, nil
}

// query runs a statement for its rows.
func (c *Conn) query(ctx context.Context, q call) (driver.Rows, error) {
	q.rows = true
	b, err := c.prepare(ctx, q)
	if err != nil {
		return nil, err
	}
	return c.queryRows(ctx, q, b)
}

// execute checks a statement, binds its arguments and sends it.
func (c *Conn) execute(ctx context.Context, q call) (*wire.ExecuteResponse, error) {
	b, err := c.prepare(ctx, q)
	if err != nil {
		return nil, err
	}
	return c.send(ctx, q, b)
}

// prepare checks a statement and binds its arguments.
func (c *Conn) prepare(ctx context.Context, q call) (bound, error) {
	if err := c.usable(ctx); err != nil {
		return bound{}, err
	}
	if err := q.check(); err != nil {
		return bound{}, err
	}
	return c.bind(q)
}

// check refuses a statement that would not do what it says.
func (q call) check() error {
	if err := q.parsed.Check(); err != nil {
		return errorf("%w", err)
	}
	if !utf8.ValidString(q.query) { // it would arrive with other characters in it
		return errorf("the statement is not valid UTF-8; pass bytes as an argument of type []byte")
	}
	return nil
}

// send sends a statement as it was bound.
func (c *Conn) send(ctx context.Context, q call, b bound) (*wire.ExecuteResponse, error) {
	ctx = c.connector.observe.about(ctx, CallStatement, q)
	resp, err := c.api.ExecuteStatement(ctx, &wire.ExecuteRequest{
		ResourceARN:           c.cfg.ClusterARN,
		SecretARN:             c.cfg.SecretARN,
		Database:              c.cfg.Database,
		SQL:                   b.service.SQL,
		Parameters:            b.parameters,
		TransactionID:         c.transactionID(),
		IncludeResultMetadata: q.rows,
		ContinueAfterTimeout:  c.cfg.ContinueAfterTimeout && q.parsed.Kind().Writes(),
	})
	if err != nil {
		return nil, newError(wire.ExecuteStatement, q.query, b.service.SourceOffset, err)
	}
	return resp, nil
}
