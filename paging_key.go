package auroradataapi

import (
	"cmp"
	"context"
	"database/sql/driver"
	"errors"
	"strings"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
)

// Where the database has no cursors over the Data API, a large result is read by
// a key of the table it comes from: each page is a query of its own, on the
// snapshot of one transaction.

// unpagedError is a result that is too large for an answer and cannot be read
// in pages.
type unpagedError struct {
	why    error
	advice string
	err    error // that it is too large
}

func (e *unpagedError) Error() string {
	return "auroradataapi: the result is larger than the service returns and cannot be read in pages, because " + e.why.Error() + "; " + e.advice
}

func (e *unpagedError) Is(target error) bool { return target == ErrCannotPage }
func (e *unpagedError) Unwrap() error        { return e.err }

// obstacle is why a result cannot be read in pages.
type obstacle struct{ error }

func (o obstacle) Is(target error) bool { return target == ErrCannotPage }

func obstacleOf(err error) (o obstacle, ok bool) {
	ok = errors.As(err, &o)
	return o, ok
}

// keyedHabit returns how to read a statement where there are no cursors.
func (c *Conn) keyedHabit(q call) habit {
	kind := q.parsed.Kind()
	if c.paging(q) == PagingAlways && kind.Query() && !kind.Writes() {
		return habit{how: readKeyed}
	}
	return c.connector.habits.get(q.habitKey())
}

// queryKeyedAgain reads a result in pages that was too large for an answer. The
// statement was executed, so it is run again only if it cannot change anything.
func (c *Conn) queryKeyedAgain(ctx context.Context, q call, b bound, tooLarge error) (driver.Rows, error) {
	kind := q.parsed.Kind()
	if kind.Writes() && !kind.Query() {
		return nil, &IncompleteError{Applied: true, err: tooLarge}
	}
	rows, err := c.queryKeyed(ctx, q, b)
	if o, ok := obstacleOf(err); ok {
		advice := "select fewer rows or columns at a time"
		if c.paging(q) != PagingTable {
			advice += ", or have it read through a temporary table with paging=table"
		}
		var setting *settingError
		if errors.As(o.error, &setting) {
			advice = setting.advice
		}
		return nil, &unpagedError{why: o.error, advice: advice, err: tooLarge}
	}
	if err != nil {
		return nil, c.ranBefore(q, tooLarge, err)
	}
	c.connector.habits.set(q.habitKey(), habit{how: readKeyed})
	return rows, nil
}

// queryKeyed reads a result in pages, by a key if it has one. The error is an
// obstacle if it cannot be, and then nothing was run that changes anything.
func (c *Conn) queryKeyed(ctx context.Context, q call, b bound) (driver.Rows, error) {
	switch kind := q.parsed.Kind(); {
	case kind.Writes():
		return nil, obstacle{errors.New("the statement locks rows or changes something")}
	case !kind.Query():
		return nil, obstacle{errors.New("the statement is not a SELECT")}
	}
	statement := c.dialect.Parse(b.service.SQL)
	keyed, err := statement.Keyed()
	if err == nil {
		err = statement.Steady()
	}
	byTable := c.paging(q) == PagingTable
	if err == nil {
		rows, err := c.readPages(ctx, &keyPages{pageCalls: c.newPageCalls(q), bound: b, keyed: keyed, seeks: byTable}, c.prefetch(q))
		if _, ok := obstacleOf(err); !ok || !byTable {
			return rows, err
		}
	}
	if byTable {
		if err := statement.Once(); err != nil {
			return nil, obstacle{err}
		}
		return c.readPages(ctx, c.newTablePages(q, b), c.prefetch(q))
	}
	return nil, obstacle{err}
}

// settingError is a setting of the session with which results cannot be read in pages,
// not through a temporary table either.
type settingError struct{ why, advice string }

func (e *settingError) Error() string { return e.why }

// session asks for the session, and refuses one in which no pages can be read.
func (p *keyPages) session(ctx context.Context) (dialect.Session, error) {
	rows, err := p.ask(ctx, dialect.AskSession, nil, 2)
	if err != nil {
		return dialect.Session{}, err
	}
	session, ok := dialect.SessionOf(rows)
	switch {
	case session.Limited():
		const advice = "SET sql_select_limit = DEFAULT, and give the query a LIMIT"
		return session, obstacle{&settingError{strings.TrimSpace("the session has an sql_select_limit "+session.Limit) + ", which pages would pass", advice}}
	case !ok:
		return session, errorf("the isolation level and the time zone of the transaction cannot be learnt")
	case session.Buffers:
		return session, obstacle{&settingError{"the session has sql_buffer_result, with which MariaDB does not sort pages", "SET sql_buffer_result = OFF"}}
	}
	return session, nil
}

// verify makes sure that all pages see the same rows, and that a key says which is meant.
func (p *keyPages) verify(ctx context.Context) error {
	session, err := p.session(ctx)
	switch {
	case err != nil:
		return err
	case !session.Repeats():
		return obstacle{errors.New("transactions have the isolation level " + session.Isolation + ", in which each page would see other rows (transaction_isolation of the cluster's parameter group)")}
	case session.Folds():
		p.keyed.Zone = cmp.Or(session.Zone, "SYSTEM")
	}
	return nil
}
