package auroradataapi

import (
	"context"
	"errors"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// tablePages puts the result of a query into a temporary table, and reads it from
// there by the numbers of its rows.
type tablePages struct {
	keyPages
	table dialect.PageTable
	made  bool
}

func (c *Conn) newTablePages(q call, b bound) *tablePages {
	return &tablePages{
		keyPages: keyPages{pageCalls: c.newPageCalls(q), bound: b, left: -1},
		table:    dialect.PageTable{Name: pageName()},
	}
}

func (p *tablePages) open(ctx context.Context) ([]wire.ColumnMetadata, error) {
	if err := p.begin(ctx); err != nil {
		return nil, err
	}
	if _, err := p.session(ctx); err != nil {
		return nil, err
	}
	if err := p.checkCalls(ctx); err != nil {
		return nil, err
	}
	if err := p.checkViews(ctx); err != nil {
		return nil, err
	}
	sql := p.bound.service.SQL
	if err := fits(p.table.Create(sql)); err != nil {
		return nil, err
	}
	shape, err := p.send(ctx, p.table.Shape(sql), p.bound.parameters, nil)
	if isDuplicate(err) {
		return nil, obstacle{errors.New("two of its columns have the same name; give them different ones with AS")}
	}
	if err != nil {
		return nil, err
	}
	shape.Records.Close()
	labels := make([]string, len(shape.ColumnMetadata))
	for i, c := range shape.ColumnMetadata {
		labels[i] = c.Label
	}
	if err := p.nameable(labels); err != nil {
		return nil, err
	}
	p.made = true // or perhaps, if the answer is lost
	if _, err := p.send(ctx, p.table.Create(sql), p.bound.parameters, nil); err != nil {
		return nil, err
	}
	if p.scan, err = p.table.Scan(labels); err != nil {
		return nil, errorf("%w", err)
	}
	p.bound.parameters, p.columns = nil, shape.ColumnMetadata
	return p.start(ctx)
}

// end removes the table, which would outlive the transaction (F0266), and ends
// that if it is the result's own.
func (p *tablePages) end(ctx context.Context, e ending) error {
	if p.made && ctx.Err() == nil && (p.own || p.conn.tx.Load() == p.tx) {
		p.made = false
		_, _ = p.run(ctx, p.table.Drop()) // it has a name of its own, so that it is in nobody's way
	}
	return p.keyPages.end(ctx, e)
}
