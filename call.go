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

// send sends a statement as it was bound, in the transaction that is open.
func (c *Conn) send(ctx context.Context, q call, b bound) (*wire.ExecuteResponse, error) {
	return c.run(ctx, CallStatement, q, b.service.SourceOffset, c.tx.Load(), wire.ExecuteRequest{
		SQL:                   b.service.SQL,
		Parameters:            b.parameters,
		IncludeResultMetadata: q.rows,
		ContinueAfterTimeout:  c.cfg.ContinueAfterTimeout && q.parsed.Kind().Writes(),
	})
}

// run sends a statement in a transaction, or outside of any. It is the one place
// where that is done: it has the calls of a transaction wait for one another,
// keeps book of the transaction's health, and stops what a caller gives up. q is
// what the statement is sent for, and place finds a position of it in there.
func (c *Conn) run(ctx context.Context, kind CallKind, q call, place func(int) int, t *tx, req wire.ExecuteRequest) (*wire.ExecuteResponse, error) {
	l := c.lane
	if t != nil {
		l = t.lane
	}
	if err := l.acquire(ctx); err != nil {
		return nil, err
	}
	defer l.yield()
	if t != nil {
		if err := t.refusal(q.query); err != nil {
			return nil, err
		}
		req.TransactionID = t.id
	}
	req.ResourceARN, req.SecretARN, req.Database = c.cfg.ClusterARN, c.cfg.SecretARN, c.cfg.Database
	tag := c.tagFor(ctx, l, req.SQL)
	req.SQL = tag + req.SQL
	resp, err := c.api.ExecuteStatement(c.connector.observe.about(ctx, kind, q), &req)
	if err != nil {
		if tag != "" && ctx.Err() != nil && lost(err) {
			c.giveUp(l, q)
		}
		if place != nil {
			inner := place
			place = func(at int) int { return inner(max(at-len(tag), 1)) }
		}
		err = newError(wire.ExecuteStatement, q.query, place, err)
	}
	if t != nil {
		t.health.note(c.dialect, err, req.ContinueAfterTimeout)
	}
	if err != nil {
		return nil, err
	}
	return resp, nil
}

// lane is what calls that wait for one another share: those of a transaction,
// because the service refuses a second one while the first runs (F0068).
type lane struct {
	turn chan struct{}
	tag  string // by which their statements are found; whoever has the turn uses it
}

func newLane() *lane { return &lane{turn: make(chan struct{}, 1), tag: newTag()} }

// acquire waits until no other call runs, and fails when the context ends.
func (l *lane) acquire(ctx context.Context) error {
	select {
	case l.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// yield gives back what acquire has taken.
func (l *lane) yield() { <-l.turn }
