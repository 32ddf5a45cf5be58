package auroradataapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// keyPages reads the result of a query over one table in pages by a key of the
// table. How many rows make a page is guessed from those before; a page that is
// too large is asked for again with fewer.
type keyPages struct {
	pageCalls
	bound bound
	keyed *dialect.Keyed
	seeks bool // to pass over rows is not enough

	scan      *dialect.KeyScan
	columns   []wire.ColumnMetadata // of the query
	key       []wire.Field          // of the last row; nil before the first
	skip      int                   // the query's own offset
	left      int                   // rows until its limit; -1 if it has none
	read      int
	count     int        // rows to be asked for next
	most      int        // as many fitted into a page, or may
	ranges    []int      // rows of the next pages, as far as they are known
	rangeable bool       // they can be asked for
	misled    bool       // they were wrong since the last page that fitted
	wrong     int        // how often they were
	fitted    int        // pages whose rows were guessed since the last that was too large
	watch     *watch     // of the caller's transaction; nil if what it changes is of no matter
	first     *fieldPage // read by open
	ended     bool       // with the first page
}

// firstRows is how many rows the first page has, by which the next is guessed.
const firstRows = 200

func (p *keyPages) open(ctx context.Context) ([]wire.ColumnMetadata, error) {
	if err := p.begin(ctx); err != nil {
		return nil, err
	}
	if !p.own {
		p.watch = p.tx.watches.begin()
	}
	for _, step := range []func(context.Context) error{p.verify, p.checkCalls, p.checkSubqueries, p.choose, p.limits} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return p.start(ctx)
}

// start reads the first page.
func (p *keyPages) start(ctx context.Context) (_ []wire.ColumnMetadata, err error) {
	p.count, p.most, p.rangeable, p.fitted = firstRows, 1<<30, true, rangedPages
	p.first, p.ended, err = p.fetch(ctx)
	return p.columns, err
}

// ask sends a question of the driver's own and returns the answer as texts, "" for
// NULL, of which each row has at least width.
func (p *keyPages) ask(ctx context.Context, sql string, parameters []wire.Parameter, width int) ([][]string, error) {
	resp, err := p.reread(ctx, sql, parameters)
	if err != nil {
		return nil, err
	}
	defer resp.Records.Close()
	var answer [][]string
	var fields []wire.Field
	for {
		switch fields, err = resp.Records.Next(fields); {
		case err == io.EOF:
			return answer, nil
		case err != nil:
			return nil, errorf("an answer about the table: %w", err)
		case len(fields) < width:
			return nil, errorf("an answer about the table has %d values in a row and not %d (%s)", len(fields), width, sql)
		}
		row := make([]string, len(fields))
		for i, f := range fields {
			switch f.Kind() {
			case wire.KindNull:
			case wire.KindString:
				row[i] = f.Str()
			case wire.KindBlob:
				row[i] = string(f.Blob())
			case wire.KindLong:
				row[i] = strconv.FormatInt(f.Long(), 10)
			default:
				return nil, errorf("an answer about the table has %s where a text or a whole number was to be (%s)", f.AppendJSON(nil), sql)
			}
		}
		answer = append(answer, row)
	}
}

// choose decides on the key.
func (p *keyPages) choose(ctx context.Context) error {
	described, err := p.ask(ctx, p.keyed.Columns(), nil, 0)
	if err != nil {
		return err
	}
	indexed, err := p.ask(ctx, p.keyed.Indexes(), nil, 0)
	if err != nil {
		return err
	}
	columns, err := dialect.TableColumns(described)
	if err != nil {
		return errorf("%w", err)
	}
	parts, err := dialect.IndexParts(indexed)
	if err != nil {
		return errorf("%w", err)
	}
	scan, err := p.keyed.Choose(columns, parts)
	switch {
	case err != nil:
		return obstacle{err}
	case p.seeks && !scan.Seeks:
		return obstacle{errors.New("it is sorted by other columns than the key")}
	case p.seeks && scan.MayLose(): // which would be found when rows have been delivered
		return obstacle{errors.New("its key may have values that cannot be sent as they were read")}
	}
	p.scan = scan
	const most = 1 << 30
	return fits(scan.Page(scan.Seeks, most, most))
}

// fits returns an error if what is to be sent for a result is too long for a statement, as
// the query itself was not.
func fits(sql string) error {
	if checkLength(sql) == nil {
		return nil
	}
	return obstacle{fmt.Errorf("it is too long a statement with what pages need besides, which together may have %d characters; pass values as arguments", wire.MaxSQLChars)}
}

// limits reads the query's own LIMIT.
func (p *keyPages) limits(context.Context) (err error) {
	p.left = -1
	if p.keyed.Limit != "" {
		p.left, err = p.number(p.keyed.Limit)
	}
	if p.keyed.Offset != "" && err == nil {
		p.skip, err = p.number(p.keyed.Offset)
	}
	return err
}

// number returns what a number or placeholder stands for.
func (p *keyPages) number(text string) (int, error) {
	name, placeholder := strings.CutPrefix(text, ":")
	if !placeholder {
		if n, err := strconv.ParseUint(text, 10, 64); err == nil {
			return int(min(n, 1<<62)), nil // as good as none
		}
	}
	for _, param := range p.bound.parameters {
		if placeholder && param.Name == name && param.Value.Kind() == wire.KindLong && param.Value.Long() >= 0 {
			return int(param.Value.Long()), nil
		}
	}
	return 0, obstacle{errors.New("its LIMIT is not a number")}
}

func (p *keyPages) next(ctx context.Context) (content, bool, error) {
	if first := p.first; first != nil {
		p.first = nil
		return first, p.ended, nil
	}
	return p.fetch(ctx)
}

// fetch reads the next page.
func (p *keyPages) fetch(ctx context.Context) (*fieldPage, bool, error) {
	for {
		n := p.count
		if len(p.ranges) > 0 {
			n = p.ranges[0]
		}
		if p.left >= 0 {
			n = min(n, p.left)
		}
		sql, parameters := p.page(n)
		resp, err := p.fetchSQL(ctx, sql, parameters)
		switch {
		case errors.Is(err, ErrResultTooLarge) && n > 1:
			if err := p.rangeAfter(ctx, n); err != nil {
				return nil, false, err
			}
			continue
		case errors.Is(err, ErrResultTooLarge):
			page, err := p.fetchLong(ctx)
			return p.took(page, n, err)
		case err != nil:
			return nil, false, err
		}
		page, err := p.readPage(resp)
		return p.took(page, n, err)
	}
}

// fetchSQL sends a statement that reads rows. It may be sent again if its answer
// is lost.
func (p *keyPages) fetchSQL(ctx context.Context, sql string, parameters []wire.Parameter) (*wire.ExecuteResponse, error) {
	resp, err := p.reread(ctx, sql, parameters)
	if err != nil {
		return nil, err
	}
	if err := p.unchanged(ctx); err != nil {
		resp.Records.Close()
		return nil, err
	}
	return resp, nil
}

// describe learns the columns of the query, if no page has told them yet.
func (p *keyPages) describe(ctx context.Context) error {
	if p.columns != nil {
		return nil
	}
	sql, parameters := p.page(0)
	resp, err := p.fetchSQL(ctx, sql, parameters)
	if err == nil {
		_, err = p.readPage(resp)
	}
	return err
}

// page returns the statement for the next n rows.
func (p *keyPages) page(n int) (string, []wire.Parameter) {
	behind, offset, parameters := p.place()
	return p.scan.Page(behind, offset, n), parameters
}

// place returns where the next page begins: behind the key in the parameters, if
// behind is set, and then behind so many rows.
func (p *keyPages) place() (behind bool, offset int, parameters []wire.Parameter) {
	switch {
	case !p.scan.Seeks:
		return false, p.skip + p.read, p.bound.parameters
	case p.key == nil:
		return false, p.skip, p.bound.parameters
	}
	return true, 0, p.withKey()
}

// withKey returns the parameters of the query and those of the last row's key.
func (p *keyPages) withKey() []wire.Parameter {
	parameters := p.bound.parameters[:len(p.bound.parameters):len(p.bound.parameters)]
	for i, f := range p.key {
		parameters = append(parameters, wire.Parameter{Name: p.scan.Parameter(i), Value: f})
	}
	return parameters
}

// took notes that a page of at most n rows was read, and returns it.
func (p *keyPages) took(page *fieldPage, n int, err error) (*fieldPage, bool, error) {
	if err != nil {
		return nil, false, err
	}
	if len(p.ranges) > 0 {
		p.ranges = p.ranges[1:]
	} else {
		p.fitted++
	}
	p.misled = false
	p.read += page.rows
	if p.left >= 0 {
		p.left -= page.rows
	}
	if page.rows > 0 {
		// The limit of the service leaves a seventh of the page for rows that
		// are longer than those before.
		fit := p.conn.pageBytes(p.call) / 8 * 7 * page.rows / max(page.size, 1)
		p.most = min(2*p.most, 1<<30)
		p.count = max(min(fit, 16*n, p.most), 1)
	}
	return page, page.rows < n || p.left == 0, nil
}

// readPage reads the rows of an answer, and keeps the key of the last one.
func (p *keyPages) readPage(resp *wire.ExecuteResponse) (*fieldPage, error) {
	defer resp.Records.Close()
	keys := p.scan.KeyColumns()
	width := len(resp.ColumnMetadata) - keys
	if width < 0 {
		return nil, errorf("the service sent no key with a page of the result")
	}
	if p.columns == nil {
		p.columns = resp.ColumnMetadata[:width]
	}
	page := &fieldPage{width: width}
	var row []wire.Field
	for {
		next, err := resp.Records.Next(row)
		switch {
		case err == io.EOF:
			if page.rows > 0 {
				err = p.moveTo(row[width:], p.scan.Seeks)
			} else {
				err = nil
			}
			return page, err
		case err != nil:
			return nil, errorf("a page of the result: %w", err)
		case len(next) != width+keys:
			return nil, errorf("a row of a page has %d values for %d columns", len(next), width+keys)
		}
		row = next
		page.add(row[:width])
	}
}

// moveTo keeps the key of the last row of a page. By one that is sought, rows have to
// be found: one that is that of the page before would have the same rows come again.
func (p *keyPages) moveTo(key []wire.Field, sought bool) error {
	if p.scan.Seeks && p.key != nil && slices.EqualFunc(p.key, key, wire.Field.Equal) {
		return obstacle{errors.New("a page of the result ends with the same key as the one before; read it with paging=table")}
	}
	for i, f := range key {
		switch {
		case !sought:
		case f.IsNull():
			return obstacle{errors.New("a key of the result has NULL in it; read it with paging=table")}
		case f.Kind() == wire.KindString && p.scan.Lost(i, f.Str()):
			return obstacle{fmt.Errorf("a key of the result has %q, which may be another value than the database holds; read it with paging=table", f.Str())}
		}
	}
	p.key = append([]wire.Field(nil), key...)
	return nil
}

// cancellable is false where the statement that reads the page shares its
// transaction with others, which nobody could be sure of any more.
func (p *keyPages) cancellable() bool { return p.own }

// end ends the transaction, if it is the result's own.
func (p *keyPages) end(context.Context, ending) error {
	if p.watch != nil {
		p.tx.watches.end(p.watch)
	}
	if p.own && p.tx != nil {
		p.tx.release(p.tx.ctx)
	}
	return nil
}
