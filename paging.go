package auroradataapi

import (
	"cmp"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// Paging says how results are read that are larger than the 1 MiB of the service.
type Paging string

// The ways of reading large results.
const (
	// PagingAuto sends a statement as it is. If its result is too large, it is
	// read in pages; if the statement may have changed something, that it did so
	// is an *IncompleteError. From then on the statement is read in pages at
	// once. This is the default.
	PagingAuto Paging = "auto"
	// PagingAlways reads every query in pages, and on PostgreSQL every statement
	// with RETURNING, so that none is executed without its rows. That costs some
	// more calls each.
	PagingAlways Paging = "always"
	// PagingOff makes a result that is too large an ErrResultTooLarge. The
	// statement was executed all the same: what it changed is there.
	PagingOff Paging = "off"
	// PagingTable is PagingAuto, and on MySQL has results that cannot be read by
	// a key put into a temporary table, to be read from there. To make it locks
	// the rows that are read until the transaction ends, and sees what others
	// have committed meanwhile; the user needs the right to make it. That runs
	// the query a second time, so that functions which may write, or that a view
	// calls which the user cannot look into, are an ErrCannotPage.
	PagingTable Paging = "table"
)

func (p Paging) check() error {
	switch p {
	case "", PagingAuto, PagingAlways, PagingOff, PagingTable:
		return nil
	}
	return fmt.Errorf("%q is no way of paging; there are auto, always, off and table", p)
}

// asItIs says that a result is read as the service answers it, or not at all.
func (q call) asItIs() bool { return q.json || q.inside }

// habit returns how to read a statement.
func (c *Conn) habit(q call) habit {
	switch {
	case q.asItIs():
		return habit{}
	case !c.dialect.Cursors && c.paging(q) == PagingOff:
		return habit{}
	case !c.dialect.Cursors:
		return c.keyedHabit(q)
	}
	h := c.connector.habits.get(q.habitKey())
	if h.how == readHealed && c.redefines(q) {
		h = habit{}
	}
	switch {
	case c.paging(q) == PagingOff && h.how != readHealed && !h.refused && !h.failed, c.paging(q) != PagingAlways && h.asked:
		return habit{}
	case c.paging(q) != PagingAlways, h.how != readPlain && h.how != readHealed:
		return h
	}
	switch kind := q.parsed.Kind(); {
	case kind.Query() && !kind.Writes():
		return habit{how: readCursor}
	case kind.Query(), kind.ReturnsRows() && (kind.Counts() || kind.Writes() && q.parsed.Verb() == "WITH"):
		return habit{how: readPortal}
	}
	return habit{}
}

// queryRows runs a statement for its rows, however many there are and of
// whatever type.
func (c *Conn) queryRows(ctx context.Context, q call) (driver.Rows, error) {
	b, err := c.prepare(ctx, q)
	if err != nil {
		return nil, err
	}
	return c.queryRowsOf(ctx, q, b)
}

func (c *Conn) queryRowsOf(ctx context.Context, q call, b bound) (driver.Rows, error) {
	h := c.habit(q)
	switch h.how {
	case readPlain:
	case readHealed:
		return c.queryAsHealed(ctx, q, b, h.healing)
	case readKeyed:
		rows, err := c.queryKeyed(ctx, q, b)
		if _, ok := obstacleOf(err); !ok {
			return rows, err
		}
	default:
		return c.queryPages(ctx, q, b, h)
	}
	resp, err := c.send(ctx, q, &b)
	if err == nil && h.failed { // for another reason
		c.connector.habits.set(q.habitKey(), habit{})
	}
	switch {
	case err == nil && resp.FormattedRecords != nil:
		return c.newJSONRows(*resp.FormattedRecords), nil
	case err == nil:
		return c.rowsOf(q, resp), nil
	case q.asItIs():
		return nil, err
	case !c.dialect.Cursors:
		if c.tooLarge(q, err) {
			return c.queryKeyedAgain(ctx, q, b, err)
		}
		return nil, err
	case c.tooLarge(q, err), causeOf(err) != 0:
		return c.queryAgain(ctx, q, b, err)
	}
	return nil, err
}

// tooLarge says that a result is to be read in pages, because it was refused for
// its size.
func (c *Conn) tooLarge(q call, err error) bool {
	return errors.Is(err, ErrResultTooLarge) && c.paging(q) != PagingOff
}

// queryAgain reads a result again that the service did not deliver: because of
// its size in pages, because of a type with casts. The statement was executed, so
// it is run again only if it cannot have changed anything; else it is read in
// pages from its next run on, which takes care of either.
func (c *Conn) queryAgain(ctx context.Context, q call, b bound, refused error) (driver.Rows, error) {
	kind, large := q.parsed.Kind(), errors.Is(refused, ErrResultTooLarge)
	if kind.Writes() {
		return c.undelivered(ctx, q, b, refused, nil)
	}
	inside := c.tx.Load() != nil
	if !kind.Query() { // EXPLAIN, SHOW
		c.connector.habits.set(q.habitKey(), habit{how: readPortal})
		return c.queryPages(ctx, q, b, habit{how: readPortal})
	}
	seen, err := c.survey(ctx, q)
	switch {
	case err != nil:
		return nil, c.ranBefore(q, refused, err)
	case seen.writes && !seen.readOnly:
		return c.undelivered(ctx, q, b, refused, &seen)
	}
	if !large && (!inside || seen.readOnly) {
		rows, err := c.healAgain(ctx, q, b, refused)
		return rows, c.ranBefore(q, refused, err)
	}
	seen.again = true
	seen.ran = (inside || !c.enclosed(q)) && !errors.Is(refused, ErrOutcomeUnknown)
	next := func() { c.connector.habits.set(q.habitKey(), seen.habit()) }
	if !large && inside { // casts are enough, but only pages are guarded
		h, err := c.newHealing(ctx, q, b, causeOf(refused))
		if err != nil {
			return nil, c.ranBefore(q, refused, err)
		}
		next = func() { c.rememberHealing(q, h) }
	}
	rows, err := c.openPages(ctx, q, b, readCursor, seen)
	switch {
	case errors.Is(err, ReadOnlyTransaction): // a function in it writes
		return c.undelivered(ctx, q, b, refused, &seen)
	case err != nil:
		return nil, c.ranBefore(q, refused, err)
	}
	next()
	return rows, nil
}

// ranBefore is the error of reading the result of a statement again. Whether what
// it may call has changed something when it ran first, nobody knows, so that the error
// must not say that nothing was executed.
func (c *Conn) ranBefore(q call, refused, err error) error {
	var incomplete *IncompleteError
	switch {
	case err == nil, errors.As(err, &incomplete):
		return err
	case errors.Is(refused, ErrOutcomeUnknown):
		return errors.Join(refused, err)
	case c.tx.Load() == nil && c.enclosed(q): // nothing of it is left
		return err
	}
	return &IncompleteError{Applied: !q.parsed.OnlyReads(), err: err}
}

// undelivered is the error of a statement that may have changed something and
// whose result was not delivered. Its next run is read in pages; that is at once
// where the settings of the session had it run in a transaction of its own, which
// was rolled back. seen is what is known of it, nil if that is to be asked.
func (c *Conn) undelivered(ctx context.Context, q call, b bound, refused error, seen *surveyed) (driver.Rows, error) {
	unknown := errors.Is(refused, ErrOutcomeUnknown)
	if unknown && !q.parsed.Kind().Query() { // which fails so for other reasons, too
		return nil, refused
	}
	switch h := c.connector.habits.get(q.habitKey()); {
	case h.commits:
	case unknown && !h.failed:
		c.connector.habits.set(q.habitKey(), habit{failed: true})
	default:
		c.connector.habits.set(q.habitKey(), habit{how: readPortal, refused: !errors.Is(refused, ErrResultTooLarge)})
		if !unknown {
			refused = fmt.Errorf("its next run is read in pages, and with PagingAlways any: %w", refused)
		}
	}
	if unknown {
		return nil, refused
	}
	if c.tx.Load() == nil && c.enclosed(q) {
		if seen == nil {
			asked, err := c.survey(ctx, q)
			if err != nil {
				return nil, errors.Join(refused, err)
			}
			seen = &asked
		}
		if !seen.reaches {
			return c.openPages(ctx, q, b, readPortal, *seen)
		}
		refused = fmt.Errorf("what it changed in the database was rolled back, only what it did beyond may apply: %w", refused)
	}
	return nil, &IncompleteError{Applied: true, err: refused}
}

// queryPages reads a result in pages from the start.
func (c *Conn) queryPages(ctx context.Context, q call, b bound, h habit) (driver.Rows, error) {
	var seen surveyed
	how, inside := h.how, c.tx.Load() != nil
	called := !inside && q.parsed.Verb() == "CALL"
	unknown := !h.surveyed && (how == readCursor || called)
	if inside || unknown {
		ask := c.askTransaction
		if unknown {
			ask = c.survey
		}
		var err error
		if seen, err = ask(ctx, q); err != nil {
			return nil, err
		}
	}
	asItIs := func() (driver.Rows, error) {
		c.connector.habits.set(q.habitKey(), habit{commits: true})
		return c.queryRowsOf(ctx, q, b)
	}
	switch {
	case called && seen.commits:
		return asItIs()
	case unknown && how == readCursor:
		h = seen.habit()
		h.asked = c.paging(q) == PagingAlways
		how = h.how
		c.connector.habits.set(q.habitKey(), h)
	case unknown:
		c.connector.habits.set(q.habitKey(), habit{how: how, surveyed: true})
	}
	rows, err := c.openPages(ctx, q, b, how, seen)
	if called && errors.Is(err, transactionTermination) {
		return asItIs() // nothing of it is left
	}
	if err != nil {
		if again, ok := c.rebind(ctx, q, b, err); ok {
			b = again
			rows, err = c.openPages(ctx, q, b, how, seen)
		}
	}
	if how == readCursor && (c.tx.Load() == nil && errors.Is(err, ReadOnlyTransaction) || errors.Is(err, errQueryWrites)) {
		// A function in it writes. Nothing of that is left.
		c.connector.habits.set(q.habitKey(), habit{how: readPortal})
		return c.openPages(ctx, q, b, readPortal, seen)
	}
	return rows, err
}

// transactionTermination is the error of a COMMIT where none may be.
const transactionTermination Code = "2D000"

// openPages begins to read a result in pages. Where PostgreSQL would refuse to be
// given a function, it is read without: in the caller's transaction by what was
// seen of it, which a refused statement would take down, else after trying.
func (c *Conn) openPages(ctx context.Context, q call, b bound, how reading, seen surveyed) (driver.Rows, error) {
	open := func(confined bool) (*cursorPages, driver.Rows, error) {
		p := c.newCursorPages(q, b, how, seen)
		p.cursor.Confined = confined
		// A page takes two calls then, between which the caller could roll back to a
		// savepoint while it is fetched ahead.
		ahead := c.prefetch(q) && (p.own || !confined)
		rows, err := c.readPages(ctx, p, ahead)
		return p, rows, err
	}
	p, rows, err := open(seen.readOnly || seen.confined)
	var refused *Error
	if p.own && !p.installed && errors.As(err, &refused) && refused.Code != "" { // for a right, or by an event trigger
		_, rows, err = open(true)
	}
	return rows, err
}

func (c *Conn) readPages(ctx context.Context, p pages, ahead bool) (driver.Rows, error) {
	rows, err := newPager(ctx, c.dialect, c.cfg.zone(), p, ahead)
	if err != nil {
		return nil, err
	}
	return rows, nil
}

// surveyed is what is to know of a transaction, and of a query, before that is run for a
// second time, or in pages.
type surveyed struct {
	readOnly bool
	confined bool // it may not make temporary objects
	writes   bool // a function that the query calls may write
	reaches  bool // and beyond the database, where nothing is rolled back
	commits  bool // a procedure does, which it cannot in a transaction of the driver's
	again    bool // the query has run before, as far as is known
	ran      bool // and what it changed is not lost
}

// habit is how a query is read that has been surveyed. What may write runs in a
// transaction that can: a function may handle the error of one that cannot, and go on.
func (s surveyed) habit() habit {
	if s.writes {
		return habit{how: readPortal, surveyed: true}
	}
	return habit{how: readCursor, surveyed: true}
}

// survey asks all that is to know.
func (c *Conn) survey(ctx context.Context, q call) (surveyed, error) {
	list := func(name string, names []string) wire.Parameter {
		return wire.Parameter{Name: name, Value: wire.String(strings.Join(names, "\n"))}
	}
	answer, err := c.askAbout(ctx, q, 5, dialect.Survey,
		list("calls", q.parsed.Calls()), list("columns", q.parsed.Columns()),
		list("names", q.parsed.Names()), list("operators", q.parsed.Operators()))
	if err != nil {
		return surveyed{}, err
	}
	return surveyed{readOnly: answer[0], confined: !answer[1], writes: answer[2], reaches: answer[3], commits: answer[4]}, nil
}

// askTransaction asks only of the transaction: to look into functions takes time.
func (c *Conn) askTransaction(ctx context.Context, q call) (surveyed, error) {
	answer, err := c.askAbout(ctx, q, 2, dialect.AskTransaction)
	if err != nil {
		return surveyed{}, err
	}
	return surveyed{readOnly: answer[0], confined: !answer[1]}, nil
}

// askAbout asks a question whose answer is some booleans.
func (c *Conn) askAbout(ctx context.Context, q call, answers int, sql string, parameters ...wire.Parameter) ([]bool, error) {
	resp, err := c.run(ctx, CallDescribe, q, nil, c.tx.Load(), wire.ExecuteRequest{SQL: sql, Parameters: parameters})
	if err != nil {
		return nil, err
	}
	defer resp.Records.Close()
	row, err := resp.Records.Next(nil)
	if err != nil || len(row) != answers {
		return nil, errorf("the service sent no answer to a question about the transaction")
	}
	answer := make([]bool, answers)
	for i := range answer {
		answer[i] = row[i].Boolean()
	}
	return answer, nil
}

// The bounds of Config.PageBytes. What is above the largest is kept for what
// ends a page: rows that share a text, up to three times dialect.TextBytes in UTF-8, and a
// row or a piece of one.
const (
	minPageBytes = 10_000
	maxPageBytes = 960_000
)

func checkPageBytes(n int) error {
	if n < minPageBytes || n > maxPageBytes {
		return fmt.Errorf("a page of %d bytes cannot be had: the least are %d, the most %d", n, minPageBytes, maxPageBytes)
	}
	return nil
}

// paging, pageBytes and prefetch are what the call asks for, else the
// configuration.
func (c *Conn) paging(q call) Paging { return cmp.Or(q.options.paging, c.cfg.Paging) }

func (c *Conn) pageBytes(q call) int {
	return cmp.Or(q.options.pageBytes, c.cfg.PageBytes, maxPageBytes)
}

func (c *Conn) prefetch(q call) bool {
	if q.options.prefetch != nil {
		return *q.options.prefetch
	}
	return !c.cfg.NoPrefetch
}
