package auroradataapi

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// long reports whether a chunk, of one row then, is more than a request can carry.
func (p *copier) long(k *copyChunk) bool { return k.quoted > p.most }

// sendLong sends a row that no request can carry: in the transaction of all calls,
// or in one of its own, which is rolled back unless all of it has arrived. So a
// lost answer leaves a doubt only if it is that of the commit.
func (p *copier) sendLong(ctx context.Context, k *copyChunk) (sent, error) {
	if p.tx != nil {
		return p.sendPieces(ctx, p.tx, k)
	}
	t, err := p.conn.begin(ctx, p.call, newLane())
	if err != nil {
		return sent{}, err
	}
	whole := false
	defer t.releaseUnless(ctx, &whole)
	s, err := p.sendPieces(ctx, t, k)
	if err != nil {
		return s, err
	}
	whole = true // a commit that fails rolls back by itself
	err = t.commit(ctx, p.call.query)
	s.doubt = errors.Is(err, ErrCommitUnknown)
	return s, err
}

// sendPieces sends the pieces of a row, which the database puts together in the
// session, and has the statement read them from there.
func (p *copier) sendPieces(ctx context.Context, t *tx, k *copyChunk) (s sent, err error) {
	pieces := p.conn.dialect.Pieces()
	text := []byte(k.json())
	sql := pieces.First
	for rest := text; len(rest) > 0; s.calls++ {
		n := quotedPiece(rest, p.most)
		piece := wire.Parameter{Name: dialect.CopyParameter, Value: wire.String(string(rest[:n]))}
		if err := p.effect(ctx, t, sql, piece); err != nil {
			return s, err
		}
		sql, rest = pieces.Next, rest[n:]
	}
	if err := p.measure(ctx, t, pieces, len(text)); err != nil {
		return s, p.unwhole(ctx, t, k, err)
	}
	resp, err := p.execute(ctx, t, p.own(p.copy.LongStatement(p.conn.dialect)), nil)
	switch {
	case err == nil:
		s.affected = resp.NumberOfRecordsUpdated
		return s, p.effect(ctx, t, pieces.Clear)
	case pieces.Stays && blamesRow(err):
		if failed := p.effect(ctx, t, pieces.Clear); failed != nil {
			return s, failed
		}
	}
	return s, err
}

// unwhole returns what a text is that measure has failed for: one too large is the
// row's fault, for which there may be a way on. The session is as good as before.
func (p *copier) unwhole(ctx context.Context, t *tx, k *copyChunk, err error) error {
	var e *Error
	var large *tooLarge
	switch {
	case errors.As(err, &e):
		return err
	case errors.As(err, &large):
		return cmp.Or(p.effect(ctx, t, p.conn.dialect.Pieces().Clear), err)
	}
	return &CopyError{Row: k.first(), err: errors.Join(err, p.effect(ctx, t, p.conn.dialect.Pieces().Clear))}
}

// tooLarge is a row that the database cannot put together.
type tooLarge struct {
	size, most int64
	limit      string
}

func (e *tooLarge) Error() string {
	return fmt.Sprintf("it takes %d bytes as JSON, and the database's %s is %d", e.size, e.limit, e.most)
}

// measure checks that the text has all bytes that were sent: more or less of them
// would be another row.
func (p *copier) measure(ctx context.Context, t *tx, pieces dialect.Pieces, want int) error {
	resp, err := p.execute(ctx, t, p.own(pieces.Measure), nil)
	if err != nil {
		return err
	}
	defer resp.Records.Close()
	row, err := resp.Records.Next(nil)
	switch {
	case err != nil || len(row) != 2:
		return errorf("the service did not say how much of the row has arrived")
	case row[0].Kind() == wire.KindLong && row[0].Long() == int64(want):
		return nil
	case row[1].Kind() == wire.KindLong && row[1].Long() < int64(want):
		return &tooLarge{size: int64(want), most: row[1].Long(), limit: pieces.Limit}
	}
	return fmt.Errorf("it takes %d bytes as JSON, and the database has put together another text", want)
}

// effect runs a statement of the driver's own that is of no use but its effect.
func (p *copier) effect(ctx context.Context, t *tx, sql string, params ...wire.Parameter) error {
	resp, err := p.execute(ctx, t, p.own(sql), params)
	if err == nil {
		resp.Records.Close()
	}
	return err
}
