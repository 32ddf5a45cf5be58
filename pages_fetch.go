package auroradataapi

import (
	"context"
	"errors"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// fetchPages reads the result of a query through a cursor where PostgreSQL
// cannot be given a function that ends a page in time: in a transaction of the
// caller that is read-only, or by a user without the right to temporary objects.
// The number of rows of a page is guessed from those before; after a page that
// was too large, which the transaction survives (F0012), the cursor is moved
// back.
type fetchPages struct {
	*cursorPages
	read  int // texts that were handed out
	count int // to be asked for next
	most  int // as many fitted into a page, or may
}

// safeCount is the number of the longest pieces that fit a page.
const safeCount = maxPageBytes / (pieceBytes + 2_000)

func (p *fetchPages) open(ctx context.Context) ([]wire.ColumnMetadata, error) {
	p.count, p.most = safeCount, 1<<30
	if err := p.begin(ctx); err != nil {
		return nil, err
	}
	sql, params := p.bound.service.SQL, p.bound.parameters
	shape, err := p.send(ctx, dialect.Shape(sql), params, nil)
	if err != nil {
		return nil, err
	}
	if _, err := p.send(ctx, p.cursor.DeclareRows(sql), params, nil); err != nil {
		return nil, err
	}
	return shape.ColumnMetadata, nil
}

func (p *fetchPages) next(ctx context.Context) (content, bool, error) {
	for {
		resp, err := p.run(ctx, p.cursor.FetchRows(p.count))
		if errors.Is(err, ErrResultTooLarge) && p.count > safeCount {
			p.most, p.count = p.count/2, safeCount
			if _, err = p.run(ctx, p.cursor.MoveTo(p.read)); err == nil {
				continue
			}
		}
		if err != nil {
			return nil, false, err
		}
		texts, err := pageTexts(resp.Records)
		if err != nil {
			return nil, false, err
		}
		last := len(texts) < p.count
		p.read += len(texts)
		p.guess(texts)
		return &textPage{texts: texts, last: last, long: &p.long}, last, nil
	}
}

// guess decides on the size of the next page: half of what would fit if its rows
// were as long as those of this one, and not much more than last time. What was too
// large is approached again slowly, as one row may have been to blame.
func (p *fetchPages) guess(texts []string) {
	size := 1
	for _, text := range texts {
		size += len(text) + 6
	}
	fit := p.cursor.PageBytes / 2 * len(texts) / size
	p.count = max(safeCount, min(fit, 4*p.count, p.most))
	p.most = min(2*p.most, 1<<30)
}
