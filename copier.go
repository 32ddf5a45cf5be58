package auroradataapi

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// copier is one CopyFrom.
type copier struct {
	conn    *Conn
	copy    dialect.Copy
	call    call // the statement
	source  CopySource
	options CopyOptions
	encoder *copyEncoder
	most    int // bytes of rows that fit a call, as they are written within the request

	row   int64  // the number of the last row that was read
	held  []byte // that row, where it did not fit the chunk
	tx    *tx    // the transaction of all calls; nil with PerCall
	mu    sync.Mutex
	done  CopyResult
	took  []RowRange // committed, with PerCall
	doubt []RowRange // perhaps committed, with PerCall
}

// copyReserve is what a request has besides the statement and the rows: the
// headers that a signature makes long, ARNs and names.
const copyReserve = 16 << 10

func newCopier(c *Conn, s dialect.Copy, source CopySource, options CopyOptions) *copier {
	sql := s.Statement(c.dialect)
	return &copier{
		conn: c, copy: s, call: call{query: sql, parsed: c.dialect.Parse(sql)}, source: source, options: options,
		encoder: newCopyEncoder(c, s.Columns),
		most:    wire.MaxRequestBytes - copyReserve - 2*len(sql),
	}
}

// run loads all rows.
func (p *copier) run(ctx context.Context) (CopyResult, error) {
	var err error
	switch {
	case p.options.PerCall:
		err = p.runPerCall(ctx)
	default:
		if t := p.conn.tx.Load(); t != nil {
			p.tx = t
			err = p.runTransaction(ctx)
		} else {
			err = p.runOwnTransaction(ctx)
		}
	}
	return p.done, err
}

// runOwnTransaction loads all rows in a transaction of its own, which may have been
// begun.
func (p *copier) runOwnTransaction(ctx context.Context) error {
	if p.tx == nil {
		var err error
		if p.tx, err = p.conn.begin(ctx, p.call, newLane()); err != nil {
			return err
		}
	}
	if err := p.runOrRelease(ctx); err != nil {
		p.done = CopyResult{}
		return p.nameRow(ctx, err)
	}
	if err := p.tx.commit(ctx, p.call.query); err != nil {
		p.done = CopyResult{}
		return err
	}
	return nil
}

// runOrRelease loads all rows, or rolls back, for a source that panics too.
func (p *copier) runOrRelease(ctx context.Context) error {
	loaded := false
	defer func() {
		if !loaded {
			p.tx.release(ctx)
		}
	}()
	err := p.runTransaction(ctx)
	loaded = err == nil
	return err
}

// runTransaction loads all rows in the transaction.
func (p *copier) runTransaction(ctx context.Context) error {
	for {
		chunk, err := p.next()
		if err != nil || chunk == nil {
			return err
		}
		if err := p.load(ctx, chunk); err != nil {
			return err
		}
	}
}

// runPerCall loads the rows by calls that commit, several at once if asked to.
// It ends when all that were begun have, and does not go on behind a panic.
func (p *copier) runPerCall(ctx context.Context) error {
	var calls sync.WaitGroup
	defer calls.Wait() // also if the source panics
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	free := make(chan struct{}, max(p.options.InFlight, 1))
	var failed error       // of the calls; guarded by p.mu
	var unwound *unwinding // of OnBadRow, Progress or a tracer; guarded by p.mu
	stopped := func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return failed != nil || unwound != nil
	}
	var err error
	for !stopped() {
		var chunk *copyChunk
		if chunk, err = p.next(); err != nil || chunk == nil {
			break
		}
		free <- struct{}{}
		if stopped() {
			break
		}
		calls.Add(1)
		go func() {
			defer func() { <-free; calls.Done() }()
			var err error
			contain(func() { err = p.load(ctx, chunk) }, func(u *unwinding) {
				p.mu.Lock()
				defer p.mu.Unlock()
				failed = errors.Join(failed, err)
				unwound = cmp.Or(unwound, u)
			})
		}()
	}
	calls.Wait()
	unwound.resume()
	if err = errors.Join(failed, err); err == nil {
		return nil
	}
	return p.fail(err)
}

// fail adds to an error what was loaded all the same.
func (p *copier) fail(err error) error {
	var e *CopyError
	if !errors.As(err, &e) {
		e = &CopyError{err: err}
	}
	e.Committed, e.Unknown = mergeRanges(p.took), mergeRanges(p.doubt)
	return e
}

// next reads rows until a call is full, or one that no call can carry. It returns
// nil behind the last.
func (p *copier) next() (*copyChunk, error) {
	k := &copyChunk{}
	for {
		row, err := p.read()
		if err != nil {
			return nil, err
		}
		if row == nil {
			break
		}
		size := quotedLen(row)
		if k.rows() > 0 && k.quoted+size > p.most { // one that is too large goes alone
			p.held = append(p.held[:0], row...)
			break
		}
		k.numbers = append(k.numbers, p.row)
		k.starts = append(k.starts, len(k.text))
		k.text = append(k.text, row...)
		k.quoted += size
	}
	if k.rows() == 0 {
		return nil, nil
	}
	return k, nil
}

// read returns the next row as JSON, nil behind the last. Rows that cannot be sent
// are passed over if there is somebody to tell.
func (p *copier) read() ([]byte, error) {
	if len(p.held) > 0 {
		row := p.held
		p.held = nil
		return row, nil
	}
	for p.source.Next() {
		p.row++
		values, err := p.source.Values()
		if err != nil {
			return nil, &CopyError{Row: p.row, err: fmt.Errorf("the source: %w", err)}
		}
		row, err := p.encoder.encode(values)
		switch {
		case err == nil:
			return row, nil
		case p.options.OnBadRow == nil:
			return nil, &CopyError{Row: p.row, err: err}
		}
		if err := p.bad(BadRow{Row: p.row, Err: err}); err != nil {
			return nil, err
		}
	}
	if err := p.source.Err(); err != nil {
		return nil, &CopyError{Row: p.row + 1, err: fmt.Errorf("the source: %w", err)}
	}
	return nil, nil
}

// load loads a chunk, and looks for the rows to blame if the database refuses it
// for its values.
func (p *copier) load(ctx context.Context, k *copyChunk) error {
	return p.loadFrom(ctx, k, false)
}

// loadFrom is load where the savepoint may stand already. It is released whatever
// comes of the rows, so that a transaction has one at a time: a failure that no row
// is to blame for is the exception, for behind it the savepoint is the way back.
func (p *copier) loadFrom(ctx context.Context, k *copyChunk, saved bool) error {
	skip := p.options.OnBadRow != nil
	if skip && !saved {
		if err := p.savepoint(ctx, "SAVEPOINT "); err != nil {
			return err
		}
	}
	err := p.send(ctx, k)
	var named *CopyError
	switch {
	case errors.As(err, &named):
		return err
	case err == nil && skip:
		return p.savepoint(ctx, "RELEASE SAVEPOINT ")
	case err == nil:
		return nil
	case p.tx != nil && !skip && k.rows() == 1 && blamesRow(err):
		return &CopyError{Row: k.first(), err: err}
	case !blamesRow(err), p.tx != nil && !skip:
		return &CopyError{First: k.first(), Last: k.last(), err: err, chunk: k}
	}
	if err := p.savepoint(ctx, "ROLLBACK TO SAVEPOINT "); err != nil {
		return err
	}
	if k.rows() > 1 {
		half := k.rows() / 2
		if err := p.loadFrom(ctx, k.part(0, half), true); err != nil {
			return err
		}
		return p.load(ctx, k.part(half, k.rows()))
	}
	if !skip {
		return &CopyError{Row: k.first(), err: err}
	}
	if err := p.savepoint(ctx, "RELEASE SAVEPOINT "); err != nil {
		return err
	}
	return p.bad(BadRow{Row: k.first(), Err: err})
}

// savepoint does something with the savepoint before the rows of a call. Without a
// transaction there is none.
func (p *copier) savepoint(ctx context.Context, what string) error {
	if p.tx == nil {
		return nil
	}
	_, err := p.execute(ctx, p.tx, p.own(what+"auroradataapi_copy"), nil)
	return err
}

func (p *copier) bad(row BadRow) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done.Bad++
	if err := p.options.OnBadRow(row); err != nil {
		return &CopyError{Row: row.Row, err: err}
	}
	return nil
}

// send sends a chunk and counts it.
func (p *copier) send(ctx context.Context, k *copyChunk) error {
	var s sent
	var err error
	if p.long(k) {
		s, err = p.sendLong(ctx, k)
	} else {
		s, err = p.sendShort(ctx, k)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		err = metOtherKey(err)
		if s.doubt {
			p.doubt = k.addTo(p.doubt)
		}
		return err
	}
	p.took = k.addTo(p.took)
	p.done.Rows += int64(k.rows())
	p.done.Bytes += int64(len(k.text))
	p.done.Calls += s.calls
	p.done.Affected += s.affected
	if p.options.Progress != nil {
		p.options.Progress(p.done.CopyProgress)
	}
	return nil
}

// sent is what came of sending a chunk.
type sent struct {
	calls    int // that carried rows
	affected int64
	doubt    bool // the rows may be in the table, in spite of the error
}

// sendShort sends a chunk by one call.
func (p *copier) sendShort(ctx context.Context, k *copyChunk) (sent, error) {
	resp, err := p.execute(ctx, p.tx, p.call, []wire.Parameter{
		{Name: dialect.CopyParameter, Value: wire.String(k.json()), TypeHint: p.conn.dialect.CopyHint},
	})
	if err != nil {
		return sent{doubt: errors.Is(err, ErrOutcomeUnknown)}, err
	}
	return sent{calls: 1, affected: resp.NumberOfRecordsUpdated}, nil
}

// own returns a statement of the driver's own.
func (p *copier) own(sql string) call { return call{query: sql, parsed: p.conn.dialect.Parse(sql)} }

// execute runs a statement in a transaction, or outside of any.
func (p *copier) execute(ctx context.Context, t *tx, q call, params []wire.Parameter) (*wire.ExecuteResponse, error) {
	conn := p.conn
	if t == nil { // calls at once do not wait for one another
		conn = conn.sibling()
	}
	return conn.run(ctx, CallStatement, q, nil, t, wire.ExecuteRequest{SQL: q.query, Parameters: params})
}

// nameRow looks in another transaction, which is rolled back too, for the row
// that the database refuses. Where it is one only for the company of earlier
// calls, such as a key that is there twice, the rows of the call have to do.
func (p *copier) nameRow(ctx context.Context, err error) error {
	var e *CopyError
	if !errors.As(err, &e) || e.chunk == nil || !blamesRow(err) || ctx.Err() != nil {
		return err
	}
	t, berr := p.conn.begin(ctx, p.call, newLane())
	if berr != nil {
		return err
	}
	defer t.release(ctx)
	var found *BadRow
	stop := errors.New("found")
	again := copier{conn: p.conn, copy: p.copy, call: p.call, most: p.most, tx: t, options: CopyOptions{
		OnBadRow: func(row BadRow) error { found = &row; return stop },
	}}
	if again.load(ctx, e.chunk); found != nil {
		return &CopyError{Row: found.Row, err: found.Err}
	}
	return err
}

// blamesRow reports whether an error is about the values of a row: of the
// SQLSTATE's class data exception or integrity constraint violation.
func blamesRow(err error) bool {
	var e *Error
	return errors.As(err, &e) && len(e.Code) == 5 && (slices.Contains([]string{"22", "23", "21"}, e.Code[:2]) || e.Number == 1366)
}
