package auroradataapi

import "fmt"

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
