package auroradataapi

import (
	"context"
	"fmt"
)

// next reads rows until a call is full, or one that no call can carry, and returns
// nil behind the last. What there is to do about the chunk that is on its way, it does
// between two rows, as soon as that has landed: a source may take its time for many.
func (p *copier) next(ctx context.Context) (*copyChunk, error) {
	k := p.memory()
	if len(p.held) > 0 {
		k.add(p.row, p.held)
		if p.held = p.held[:0]; cap(p.held) > maxSpareBytes {
			p.held = nil
		}
	}
	for {
		if p.landed() {
			if err := p.land(ctx); err != nil {
				return nil, err
			}
		}
		row, err := p.read()
		if err != nil {
			return nil, err
		}
		switch {
		case row.end && k.rows() == 0:
			return nil, nil
		case row.end:
			return k, nil
		case row.err != nil:
			if err := p.refuse(ctx, BadRow{Row: p.row, Err: row.err}); err != nil {
				return nil, err
			}
		case k.rows() > 0 && k.quoted+quotedLen(row.text) > p.most: // one that is too large goes alone
			p.held = append(p.held, row.text...)
			return k, nil
		default:
			k.add(p.row, row.text)
		}
	}
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
