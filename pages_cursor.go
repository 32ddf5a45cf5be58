package auroradataapi

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// cursorPages reads a result through a cursor of PostgreSQL.
type cursorPages struct {
	pageCalls
	bound  bound
	how    reading
	cursor dialect.Cursor

	installed bool     // the transaction is prepared
	kept      bool     // what the statement changed in this run is not lost
	ran       bool     // before: what it changed then is not lost
	writes    bool     // perhaps
	undone    int64    // how often the transaction was rolled back to a savepoint before
	long      longText // used by the one who reads the rows
}

// pieceBytes keeps the rows of pages below the 64 KiB that the service's
// documentation allows for a row, though it was not seen to insist (F0012).
const pieceBytes = 60_000

// newCursorPages returns the pages of a statement, nothing of which is sent yet. seen
// is what is known of the caller's transaction.
func (c *Conn) newCursorPages(q call, b bound, how reading, seen surveyed) *cursorPages {
	p := &cursorPages{
		pageCalls: c.newPageCalls(q), bound: b, how: how, ran: seen.ran,
		writes: !q.parsed.OnlyReads(),
		cursor: dialect.Cursor{
			Name:       pageName(),
			PageBytes:  c.pageBytes(q),
			PieceBytes: pieceBytes,
		},
	}
	if !p.own {
		p.cursor.Whole = q.parsed.Kind().Query()
		p.cursor.Guarded = p.cursor.Whole && how == readCursor && seen.again && !seen.readOnly
		p.undone = p.tx.undone.Load()
	}
	return p
}

func (p *cursorPages) open(ctx context.Context) ([]wire.ColumnMetadata, error) {
	if err := p.begin(ctx); err != nil {
		return nil, err
	}
	if err := p.runIfAny(ctx, p.cursor.Install(p.own && p.how == readCursor)); err != nil {
		return nil, err
	}
	p.installed = true
	start := p.declare
	if p.how == readPortal {
		start = p.openPortal
	}
	if err := start(ctx); err != nil {
		return nil, err
	}
	resp, err := p.run(ctx, p.cursor.Shape())
	if err != nil {
		return nil, err
	}
	p.kept = !p.own && !p.cursor.Whole // it has run by now
	return resp.ColumnMetadata, nil
}

// runIfAny sends a statement of the driver's own, if there is one.
func (p *cursorPages) runIfAny(ctx context.Context, sql string) error {
	if sql == "" {
		return nil
	}
	_, err := p.run(ctx, sql)
	return err
}

// declare opens the cursor for a query.
func (p *cursorPages) declare(ctx context.Context) error {
	sql, begins := p.cursor.Declare(p.bound.service.SQL)
	before := utf8.RuneCountInString(sql[:begins])
	_, err := p.send(ctx, sql, p.bound.parameters, func(at int) int {
		return p.bound.service.SourceOffset(max(at-before, 1))
	})
	return err
}

// openPortal opens the cursor for any other statement that returns rows.
func (p *cursorPages) openPortal(ctx context.Context) error {
	prepare, open, err := p.cursor.Open(p.bound.service.SQL, p.bound.parameters)
	if err != nil {
		return errorf("%w", err)
	}
	for _, c := range []dialect.Command{prepare, open} {
		if c.SQL == "" {
			continue
		}
		if _, err := p.send(ctx, c.SQL, c.Parameters, nil); err != nil {
			return err
		}
	}
	return nil
}

func (p *cursorPages) next(ctx context.Context) (content, bool, error) {
	if err := p.there(ctx); err != nil {
		return nil, false, err
	}
	var resp *wire.ExecuteResponse
	var err error
	for _, sql := range p.cursor.Page() {
		if resp, err = p.run(ctx, sql); err != nil {
			break
		}
	}
	if err != nil {
		var sure interface{ SafeToRetry() bool }
		// Another statement is to blame for a transaction that has failed before.
		if !errors.Is(err, FailedTransaction) && (!errors.As(err, &sure) || !sure.SafeToRetry()) {
			p.kept = false
		}
		if p.own && p.how == readCursor && errors.Is(err, ReadOnlyTransaction) {
			p.wouldWrite()
		}
		return nil, false, err
	}
	texts, err := pageTexts(resp.Records)
	if err != nil {
		return nil, false, err
	}
	n := len(texts)
	if n == 0 {
		return nil, false, errorf("the service sent a page without rows")
	}
	if why, refused := strings.CutPrefix(texts[n-1], dialect.PageRefused); refused {
		p.wouldWrite()
		return nil, false, fmt.Errorf("%w (%s)", errQueryWrites, why)
	}
	p.kept = !p.own
	last := texts[n-1] == dialect.PageEnd
	if last {
		texts = texts[:n-1]
	}
	return &textPage{texts: texts, last: last, long: &p.long, count: &p.conn.connector.observe.rows}, last, nil
}

// there makes sure that the cursor is still there, if the caller has rolled back to a
// savepoint: to look for one that is not would take the transaction down.
func (p *cursorPages) there(ctx context.Context) error {
	if p.own || p.tx.undone.Load() == p.undone {
		return nil
	}
	undone := p.tx.undone.Load()
	resp, err := p.run(ctx, p.cursor.Exists())
	if err != nil {
		return err
	}
	defer resp.Records.Close()
	row, err := resp.Records.Next(nil)
	if err != nil || len(row) != 1 {
		return errorf("the service sent no answer to whether the result can be read on")
	}
	if !row[0].Boolean() {
		p.kept, p.ran = false, false
		return errorf("the rows are gone: the transaction was rolled back to a savepoint from before they were asked for")
	}
	p.undone = undone
	return nil
}

// errQueryWrites is why a page is refused that the transaction of the caller could
// have read.
var errQueryWrites = errorf("the query was not read to its end, as it fails where it cannot write; its next run is read otherwise: %w", ReadOnlyTransaction)

// wouldWrite notes that a query writes whose pages must not. From its next run on,
// it is read as what does.
func (p *cursorPages) wouldWrite() {
	p.writes = true
	p.conn.connector.habits.set(p.call.habitKey(), habit{how: readPortal})
}

// cancellable is false where the statement that reads the page shares its
// transaction with others, which it would take down, or that is to be committed.
func (p *cursorPages) cancellable() bool { return p.own && p.how == readCursor && !p.counts() }

// counts says that this run of a query is the one that counts. A function may do what
// a transaction that cannot write lets pass, such as NOTIFY.
func (p *cursorPages) counts() bool { return p.writes && !p.ran }

// applied is true of what may write within the caller's transaction while that is
// alive, and else behind the commit; and of a query that may write and had run before.
func (p *cursorPages) applied() bool {
	return p.kept && (p.how == readPortal || p.writes && !p.cursor.Guarded) || p.ran && p.writes
}

// undoes is true of a transaction that is to be committed behind the last page.
func (p *cursorPages) undoes() bool { return p.own && (p.how == readPortal || p.counts()) }

// end ends the transaction, if it is the result's own, or closes the cursor.
func (p *cursorPages) end(ctx context.Context, e ending) error {
	switch {
	case p.tx == nil:
		return nil
	case !p.own:
		return p.closeCursor(ctx, e)
	case p.how == readPortal && e != endFailed:
		return p.commit(ctx, e)
	case p.counts() && e != endFailed:
		return p.tx.commit(ctx, p.call.query)
	}
	p.tx.release(p.tx.ctx)
	return nil
}

// closeCursor closes what was not read to its end, or it would keep its tables from
// being altered until the transaction ends. Its statement has been executed.
func (p *cursorPages) closeCursor(ctx context.Context, e ending) error {
	if e == endComplete || p.conn.tx.Load() != p.tx {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTimeout)
	defer cancel()
	_, _ = p.run(ctx, p.cursor.Close(false)) // it ends with the transaction anyway
	return nil
}

// commit keeps what the statement changed.
func (p *cursorPages) commit(ctx context.Context, e ending) error {
	err := error(nil)
	if e == endEarly {
		_, err = p.run(ctx, p.cursor.Close(true))
	}
	if err == nil {
		err = p.runIfAny(ctx, p.cursor.Drop())
	}
	if err != nil {
		_ = p.end(ctx, endFailed) // err says more
		return err
	}
	err = p.tx.commit(ctx, p.call.query)
	p.kept = err == nil
	return err
}
