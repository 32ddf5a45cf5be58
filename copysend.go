package auroradataapi

import (
	"context"
	"errors"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// send sends a chunk.
func (p *copier) send(ctx context.Context, k *copyChunk) (s sent, err error) {
	if p.long(k) {
		s, err = p.sendLong(ctx, k)
	} else {
		s, err = p.sendShort(ctx, k)
	}
	return s, metOtherKey(err)
}

// count counts a chunk that was sent, or notes that it may have been.
func (p *copier) count(k *copyChunk, s sent, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s.doubt {
		p.doubt = k.addTo(p.doubt)
	}
	if err != nil {
		return
	}
	p.took = k.addTo(p.took)
	p.done.Rows += int64(k.rows())
	p.done.Bytes += int64(len(k.text))
	p.done.Calls += s.calls
	p.done.Affected += s.affected
	if p.options.Progress != nil {
		p.options.Progress(p.done.CopyProgress)
	}
}

// sent is what came of sending a chunk.
type sent struct {
	calls    int // that carried rows
	affected int64
	doubt    bool // the rows may be in the table, in spite of the error
	beside   bool // the error is not about the rows, but about the savepoint
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

// savepoint does something with the savepoint before the rows of a call. Without a
// transaction there is none.
func (p *copier) savepoint(ctx context.Context, what string) error {
	if p.tx == nil {
		return nil
	}
	_, err := p.execute(ctx, p.tx, p.own(what+"auroradataapi_copy"), nil)
	return err
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
