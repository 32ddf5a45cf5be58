package auroradataapi

import (
	"cmp"
	"context"
	"errors"
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

	row    int64       // the number of the last row that was read
	over   bool        // there is no other
	held   []byte      // that row, where it did not fit the chunk
	tx     *tx         // the transaction of all calls; nil with PerCall
	ahead  *copyFlight // the chunk that is on its way; nil if there is none, and with PerCall
	unsent []BadRow    // rows behind that chunk that cannot be sent
	mu     sync.Mutex
	spare  []*copyChunk // memory of chunks that were loaded
	done   CopyResult
	took   []RowRange // committed, with PerCall
	doubt  []RowRange // perhaps committed, with PerCall
}

// copyReserve is what a request has besides the statement and the rows: the
// headers that a signature makes long, ARNs and names.
const copyReserve = 16 << 10

func newCopier(c *Conn, s dialect.Copy, source CopySource, options CopyOptions) *copier {
	sql := s.Statement(c.dialect)
	return &copier{
		conn: c, copy: s, call: call{query: sql, parsed: c.dialect.Parse(sql)}, source: source, options: options,
		encoder: newCopyEncoder(c, s),
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
	defer p.tx.releaseUnless(ctx, &loaded)
	err := p.runTransaction(ctx)
	loaded = err == nil
	return err
}

// runTransaction loads all rows in the transaction. While a chunk is on its way, the
// rows of the next are read, as with PerCall.
func (p *copier) runTransaction(ctx context.Context) error {
	defer p.abandon() // also if the source panics
	for {
		chunk, err := p.next(ctx)
		if landed := p.land(ctx); landed != nil {
			return landed // it is about earlier rows than err is
		}
		if err != nil || chunk == nil {
			return err
		}
		if !p.long(chunk) {
			p.launch(ctx, chunk)
			continue
		}
		if err := p.load(ctx, chunk); err != nil { // it takes memory enough without a second one
			return err
		}
	}
}

// runPerCall loads the rows by calls that commit, several at once if asked to.
// It ends when all that were begun have, and does not go on behind a panic.
func (p *copier) runPerCall(ctx context.Context) error {
	var calls sync.WaitGroup
	defer calls.Wait() // also if the source panics
	free := make(chan struct{}, max(p.options.InFlight, 1))
	var failed []error     // of the calls; guarded by p.mu
	var unwound *unwinding // of OnBadRow, Progress or a tracer; guarded by p.mu
	stopped := func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return len(failed) > 0 || unwound != nil
	}
	var err error
	for !stopped() {
		var chunk *copyChunk
		if chunk, err = p.next(ctx); err != nil || chunk == nil {
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
			contain(func() {
				if err = p.load(ctx, chunk); err == nil {
					p.reuse(chunk)
				}
			}, func(u *unwinding) {
				p.mu.Lock()
				defer p.mu.Unlock()
				unwound = cmp.Or(unwound, u)
				if err != nil {
					failed = append(failed, err)
				}
			})
		}()
	}
	calls.Wait()
	unwound.resume()
	if err != nil {
		failed = append(failed, err)
	}
	if len(failed) == 0 {
		return nil
	}
	return p.fail(failed)
}

// fail makes one error of those that there were, and adds to it what was loaded all
// the same.
func (p *copier) fail(failed []error) error {
	var e *CopyError
	if !errors.As(failed[0], &e) {
		e = &CopyError{err: failed[0]}
	}
	e.others = failed[1:]
	e.Committed, e.Unknown = mergeRanges(p.took), mergeRanges(p.doubt)
	return e
}
