package auroradataapi

import (
	"context"
	"fmt"
)

// maxUnsent is how many rows that cannot be sent a chunk has at most.
const maxUnsent = 1000

// next reads rows until a call is full, or one that no call can carry, and returns
// nil behind the last. Where the source fails, it returns what was read before, of
// which the rows that cannot be sent are of interest still. What there is to do about
// the chunk that is on its way, it does as soon as that has landed: a source may take
// its time.
func (p *copier) next(ctx context.Context) (*copyChunk, error) {
	k := p.memory()
	if len(p.held) > 0 {
		k.add(p.row, p.held)
		p.held = p.held[:0]
	}
	for len(k.unsent) < maxUnsent {
		if p.landed() {
			if err := p.land(ctx); err != nil {
				return nil, err
			}
		}
		row, err := p.read()
		if err != nil {
			return k, err
		}
		switch {
		case row.end:
			if k.rows()+len(k.unsent) == 0 {
				return nil, nil
			}
			return k, nil
		case row.err != nil:
			k.unsent = append(k.unsent, BadRow{Row: p.row, Err: row.err})
		case k.rows() > 0 && k.quoted+quotedLen(row.text) > p.most: // one that is too large goes alone
			p.held = append(p.held, row.text...)
			return k, nil
		default:
			k.add(p.row, row.text)
		}
	}
	return k, nil
}

// readRow is what came of reading a row.
type readRow struct {
	text []byte // as JSON, with a comma behind it, until the next is read
	err  error  // why it cannot be sent; there is somebody to tell then
	end  bool   // there is no other
}

// read reads a row.
func (p *copier) read() (readRow, error) {
	if p.over || !p.source.Next() {
		p.over = true // it is not asked again
		if err := p.source.Err(); err != nil {
			return readRow{}, &CopyError{Row: p.row + 1, err: fmt.Errorf("the source: %w", err)}
		}
		return readRow{end: true}, nil
	}
	p.row++
	values, err := p.source.Values()
	if err != nil {
		return readRow{}, &CopyError{Row: p.row, err: fmt.Errorf("the source: %w", err)}
	}
	text, err := p.encoder.encode(values)
	if err != nil && p.options.OnBadRow == nil {
		return readRow{}, &CopyError{Row: p.row, err: err}
	}
	return readRow{text: text, err: err}, nil
}

// tell tells of the rows of a chunk that cannot be sent.
func (p *copier) tell(k *copyChunk) error {
	if k == nil {
		return nil
	}
	for _, row := range k.unsent {
		if err := p.bad(row); err != nil {
			return err
		}
	}
	return nil
}
