package auroradataapi

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"io"
	"unicode/utf8"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// cursorPages reads a result through a cursor of PostgreSQL.
type cursorPages struct {
	conn   *Conn
	call   call
	bound  bound
	how    reading
	cursor dialect.Cursor
	tx     *tx  // the transaction that the cursor lives in
	own    bool // which is begun for it

	installed bool // PostgreSQL has the function that reads a page
}

// pieceBytes keeps the rows of pages below the 64 KiB that the service's
// documentation allows for a row, though it was not seen to insist (F0012).
const pieceBytes = 60_000

// newCursorPages returns the pages of a statement, nothing of which is sent yet.
// Outside of a transaction they are read in one of their own.
func (c *Conn) newCursorPages(q call, b bound, how reading) *cursorPages {
	var id [6]byte
	_, _ = rand.Read(id[:]) // never fails: crypto/rand
	t := c.tx.Load()
	return &cursorPages{
		conn: c, call: q, bound: b, how: how,
		tx: t, own: t == nil,
		cursor: dialect.Cursor{
			Name:       "auroradataapi_" + hex.EncodeToString(id[:]),
			PageBytes:  c.cfg.pageBytes(),
			PieceBytes: pieceBytes,
		},
	}
}

func (p *cursorPages) open(ctx context.Context) ([]wire.ColumnMetadata, error) {
	if err := p.begin(ctx); err != nil {
		return nil, err
	}
	if _, err := p.run(ctx, p.cursor.Install(p.own && p.how == readCursor)); err != nil {
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
	return resp.ColumnMetadata, nil
}

// begin begins the transaction, if it is the result's own.
func (p *cursorPages) begin(ctx context.Context) error {
	if !p.own {
		return nil
	}
	var err error
	p.tx, err = p.conn.begin(ctx, p.call.query, newLane())
	return err
}

// declare opens the cursor for a query.
func (p *cursorPages) declare(ctx context.Context) error {
	prefix := p.cursor.Declare()
	_, err := p.send(ctx, prefix+p.bound.service.SQL, p.bound.parameters, func(at int) int {
		return p.bound.service.SourceOffset(max(at-utf8.RuneCountInString(prefix), 1))
	})
	return err
}

// openPortal opens the cursor for any other statement that returns rows.
func (p *cursorPages) openPortal(ctx context.Context) error {
	types := make(map[string]string, len(p.bound.parameters))
	for _, param := range p.bound.parameters {
		types[param.Name] = dialect.ParameterType(param)
	}
	create, call, err := p.cursor.OpenFunction(p.bound.service.SQL, types)
	if err != nil {
		return errorf("%w", err)
	}
	if _, err := p.run(ctx, create); err != nil {
		return err
	}
	used := p.bound.parameters[:0:0]
	for _, param := range p.bound.parameters {
		if types[param.Name] != "" {
			used = append(used, param)
		}
	}
	_, err = p.send(ctx, call, used, nil)
	return err
}

func (p *cursorPages) next(ctx context.Context) ([]string, bool, error) {
	resp, err := p.run(ctx, p.cursor.Page())
	if err != nil {
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
	if last := texts[n-1] == dialect.PageEnd; last {
		return texts[:n-1], true, nil
	}
	return texts, false, nil
}

// pageTexts returns the texts of a page.
func pageTexts(records *wire.Records) ([]string, error) {
	defer records.Close()
	var texts []string
	var fields []wire.Field
	for {
		var err error
		switch fields, err = records.Next(fields); {
		case err == io.EOF:
			return texts, nil
		case err != nil:
			return nil, errorf("a page of the result: %w", err)
		case len(fields) != 1 || fields[0].Kind() != wire.KindString:
			return nil, errorf("the service sent what is no page of a result")
		}
		texts = append(texts, fields[0].Str())
	}
}

// cancellable is false where the statement that reads the page shares its
// transaction with others, which it would take down.
func (p *cursorPages) cancellable() bool { return p.own && p.how == readCursor }

// end ends the transaction, if it is the result's own, or closes the cursor.
func (p *cursorPages) end(ctx context.Context, e ending) error {
	switch {
	case p.tx == nil:
		return nil
	case !p.own:
		return p.closeCursor(ctx, e)
	case p.how == readPortal && e != endFailed:
		return p.commit(ctx)
	}
	p.tx.release(p.tx.ctx)
	return nil
}

// closeCursor frees what a cursor holds that was not read to its end. That of
// one that was is small, and not worth a call.
func (p *cursorPages) closeCursor(ctx context.Context, e ending) error {
	if e == endEarly && ctx.Err() == nil && p.conn.tx.Load() == p.tx {
		_, _ = p.run(ctx, p.cursor.Close()) // it ends with the transaction anyway
	}
	return nil
}

// commit keeps what the statement changed.
func (p *cursorPages) commit(ctx context.Context) error {
	if _, err := p.run(ctx, p.cursor.Drop()); err != nil {
		_ = p.end(ctx, endFailed) // err says more
		return err
	}
	return p.tx.commit(ctx, p.call.query)
}

// run sends a statement of the driver's own.
func (p *cursorPages) run(ctx context.Context, sql string) (*wire.ExecuteResponse, error) {
	return p.send(ctx, sql, nil, nil)
}

// send sends a statement in the transaction. place finds a position of it in
// the caller's.
func (p *cursorPages) send(ctx context.Context, sql string, parameters []wire.Parameter, place func(int) int) (*wire.ExecuteResponse, error) {
	return p.conn.run(ctx, CallPage, p.call, place, p.tx, wire.ExecuteRequest{
		SQL:                   sql,
		Parameters:            parameters,
		IncludeResultMetadata: true,
	})
}
