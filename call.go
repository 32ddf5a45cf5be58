package auroradataapi

import (
	"context"
	"database/sql/driver"
	"errors"
	"unicode/utf8"

	"github.com/auroradataapi/auroradataapi/internal/awsapi"
	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// call is one statement on its way to the service.
type call struct {
	query  string // as the caller wrote it
	parsed *dialect.Statement
	args   []driver.NamedValue
	options
	rows bool // the caller wants them
	step      // where it stands, if it is one of a script
}

// exec runs a statement for its effect.
func (c *Conn) exec(ctx context.Context, q call) (driver.Result, error) {
	var err error
	if q.options, q.args, err = takeOptions(q.args); err != nil {
		return nil, err
	}
	ctx, cancel := q.options.context(ctx)
	defer cancel()
	if b := batchOf(q.args); b != nil {
		return driver.ResultNoRows, c.execBatch(ctx, q, b)
	}
	if l := loadOf(q.args); l != nil {
		return driver.ResultNoRows, l.run(ctx, c)
	}
	steps, err := c.scripted(&q)
	switch {
	case err != nil:
		return nil, err
	case steps != nil:
		return c.execScript(ctx, steps)
	}
	return c.execOne(ctx, q)
}

func (c *Conn) execOne(ctx context.Context, q call) (driver.Result, error) {
	resp, err := c.execute(ctx, q)
	if c.tooLarge(q, err) && !q.parsed.OnlyReads() && (c.tx.Load() != nil || !c.enclosed(q)) {
		err = &IncompleteError{Applied: true, err: err}
	}
	if err != nil {
		return nil, err
	}
	affected := resp.NumberOfRecordsUpdated
	if c.dialect.CountsRows && affected == 0 {
		affected = int64(resp.Records.Len()) // of RETURNING the service tells no other number (F0230)
	}
	resp.Records.Close()
	return &result{dialect: c.dialect, affected: affected, generated: resp.GeneratedFields}, nil
}

// query runs a statement for its rows.
func (c *Conn) query(ctx context.Context, q call) (driver.Rows, error) {
	q.rows = true
	var err error
	if q.options, q.args, err = takeOptions(q.args); err != nil {
		return nil, err
	}
	ctx, cancel := q.options.context(ctx)
	rows, err := c.queryAny(ctx, q)
	if r, ok := rows.(closer); ok && err == nil {
		r.atClose(cancel) // until then it makes calls
	} else {
		cancel()
	}
	return rows, err
}

// closer is rows that do something when they are closed.
type closer interface{ atClose(func()) }

func (c *Conn) queryAny(ctx context.Context, q call) (driver.Rows, error) {
	steps, err := c.scripted(&q)
	switch {
	case err != nil:
		return nil, err
	case steps != nil:
		return c.queryScript(ctx, steps)
	}
	return c.queryRows(ctx, q)
}

// execute checks a statement, binds its arguments and sends it.
func (c *Conn) execute(ctx context.Context, q call) (*wire.ExecuteResponse, error) {
	b, err := c.prepare(ctx, q)
	if err != nil {
		return nil, err
	}
	return c.send(ctx, q, &b)
}

// prepare checks a statement and binds its arguments.
func (c *Conn) prepare(ctx context.Context, q call) (bound, error) {
	if err := c.usable(ctx); err != nil {
		return bound{}, err
	}
	if err := q.check(); err != nil {
		return bound{}, err
	}
	if err := c.checkSession(q); err != nil {
		return bound{}, err
	}
	return c.bind(ctx, q)
}

// check refuses a statement that would not do what it says.
func (q call) check() error {
	if err := q.parsed.Check(); err != nil {
		return errorf("%w", err)
	}
	if !utf8.ValidString(q.query) { // it would arrive with other characters in it
		return errorf("the statement is not valid UTF-8; pass bytes as an argument of type []byte")
	}
	return q.checkSingle()
}

// send sends a statement as it was bound, in the transaction that is open. If
// PostgreSQL refuses the types of its parameters, it is bound anew and sent again.
func (c *Conn) send(ctx context.Context, q call, b *bound) (*wire.ExecuteResponse, error) {
	resp, err := c.sendBound(ctx, q, *b)
	if err == nil {
		c.settled(q, *b)
		return resp, nil
	}
	again, ok := c.rebind(ctx, q, *b, err)
	if !ok {
		return nil, err
	}
	*b = again
	return c.sendBound(ctx, q, again)
}

// transaction returns the transaction that a statement runs in, or nil.
func (c *Conn) transaction(q call) *tx {
	if q.within != nil {
		return q.within
	}
	return c.tx.Load()
}

func (c *Conn) sendBound(ctx context.Context, q call, b bound) (*wire.ExecuteResponse, error) {
	return c.run(ctx, CallStatement, q, b.service.SourceOffset, c.transaction(q), wire.ExecuteRequest{
		SQL:                   b.service.SQL,
		Parameters:            b.parameters,
		IncludeResultMetadata: q.rows,
		ContinueAfterTimeout:  q.runsOn || c.cfg.ContinueAfterTimeout && q.parsed.Kind().Writes(),
		FormatRecordsAs:       q.format(),
	})
}

// run sends a statement in a transaction, or outside of any. q is what it is sent
// for, and place finds a position of it in there.
func (c *Conn) run(ctx context.Context, kind CallKind, q call, place func(int) int, t *tx, req wire.ExecuteRequest) (resp *wire.ExecuteResponse, err error) {
	req.ResourceARN, req.SecretARN, req.Database = c.cfg.ClusterARN, c.cfg.SecretARN, c.cfg.Database
	if kind == CallDescribe { // it changes nothing, so that a lost answer is asked for again
		ctx = awsapi.Repeatable(ctx)
	}
	s := sending{op: wire.ExecuteStatement, kind: kind, call: q, place: place, sql: req.SQL, runsOn: req.ContinueAfterTimeout}
	err = c.transmit(ctx, s, t, func(ctx context.Context, sql, id string) (err error) {
		req.SQL, req.TransactionID = sql, id
		resp, err = c.api.ExecuteStatement(ctx, &req)
		return err
	})
	if err == nil && resp == nil { // it has ended after its timeout
		resp = &wire.ExecuteResponse{NumberOfRecordsUpdated: notCounted}
		if q.rows && q.parsed.Kind().ReturnsRows() {
			err = &IncompleteError{Applied: !q.parsed.OnlyReads(), err: errorf("the statement took longer than the service waits for it")}
		}
	}
	return resp, err
}

// sending is a statement, or a batch of it, that is about to be sent.
type sending struct {
	op     wire.Operation
	kind   CallKind
	call                 // what it is sent for
	place  func(int) int // finds a position of sql in there, or is nil
	sql    string
	runsOn bool // it goes on after a timeout
	bare   bool // it is sent without a comment, and so cannot be stopped
}

// transmit has a statement sent, in a transaction, or outside of any, where the
// settings of the session may give it one of its own. It is the one place where
// that is done: it has the calls of a transaction wait for one another, keeps book
// of the transaction's health, and stops what a caller gives up. send is given the
// statement and the id of the transaction.
func (c *Conn) transmit(ctx context.Context, s sending, t *tx, send func(ctx context.Context, sql, id string) error) error {
	if t == nil && !s.bare && c.enclosed(s.call) {
		return c.transmitEnclosed(ctx, s, send)
	}
	if err := checkLength(s.sql); err != nil {
		return err
	}
	l, id := c.lane, ""
	if t != nil {
		l, id = t.lane, t.id
	}
	if err := l.acquire(ctx); err != nil {
		return err
	}
	defer l.yield()
	if t != nil {
		if err := t.refusal(s.query); err != nil {
			return err
		}
	}
	if t != nil {
		t.watches.note(s)
		if s.parsed.Kind().Savepoint() {
			t.undone.Add(1)
		}
	}
	tag := ""
	if !s.bare {
		tag = c.tagFor(ctx, l, s)
	}
	err := send(c.connector.observe.about(ctx, s.kind, s.call), tag+s.sql, id)
	if err != nil {
		if tag != "" && ctx.Err() != nil && lost(err) {
			c.giveUp(l, s.call)
		}
		place := s.place
		if place != nil {
			place = func(at int) int { return s.place(max(at-len(tag), 1)) }
		}
		err = newError(s.op, s.query, place, err)
		if s.runsOn && !s.bare && errors.Is(err, ErrStatementTimeout) {
			if err = c.await(ctx, t, tag, s, err); err != nil {
				l.tag = newTag() // it may still run, and is not to be stopped along with another
			}
		}
	}
	if s.kind == CallStatement || s.kind == CallPage {
		c.redefined(s.call, t)
		c.forgetTable(s.call, err)
	}
	if t != nil {
		t.note(c.dialect, s, err)
		t.ask(ctx, err)
	}
	return err
}

// checkLength refuses a statement that the service would, in words of its own
// that tell neither the length nor a way out (F0011).
func checkLength(sql string) error {
	if len(sql) <= wire.MaxSQLChars {
		return nil
	}
	n := utf8.RuneCountInString(sql)
	if n <= wire.MaxSQLChars {
		return nil
	}
	return errorf("the statement has %d characters as it is sent, and the Data API takes %d: pass values as arguments, write fewer rows by one statement, or load them with CopyFrom or ExecBatch", n, wire.MaxSQLChars)
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
