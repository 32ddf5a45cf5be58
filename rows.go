package auroradataapi

import (
	"database/sql/driver"
	"fmt"
	"io"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// rows hands out the rows of an answer.
type rows struct {
	columns []column
	records *wire.Records
	of      *dialect.Statement // whose answer it is; nil of a page
	read    int                // rows read so far

	dest []driver.Value // where the current row goes
	err  error          // what was wrong with a value of it, or nil
}

var _ driver.Rows = (*rows)(nil)

// column is what is known of a column when its values are read.
type column struct {
	meta    *wire.ColumnMetadata
	typ     *dialect.Type
	element *dialect.Type // of an array
	zone    *time.Location
	texts   textForm
	bytes   bool // a text is handed out as []byte
	plain   bool // the values are PostgreSQL's own texts
}

// newRows returns the rows of an answer. Instants are given in a time zone.
func newRows(d *dialect.Dialect, zone *time.Location, resp *wire.ExecuteResponse) *rows {
	r := &rows{columns: make([]column, len(resp.ColumnMetadata)), records: resp.Records}
	for i := range r.columns {
		r.columns[i] = newColumn(d, zone, &resp.ColumnMetadata[i])
	}
	return r
}

// rowsOf returns the rows that a statement was answered with.
func (c *Conn) rowsOf(q call, resp *wire.ExecuteResponse) *rows {
	r := newRows(c.dialect, c.cfg.zone(), resp)
	r.of = q.parsed
	return r
}

// newJSONRows returns the row of a result that came as one text.
func (c *Conn) newJSONRows(text string) *rows {
	return newRows(c.dialect, c.cfg.zone(), &wire.ExecuteResponse{
		ColumnMetadata: []wire.ColumnMetadata{{Label: "json", Name: "json", TypeName: c.dialect.JSONType}},
		Records:        wire.NewRecords([][]wire.Field{{wire.String(text)}}),
	})
}

func newColumn(d *dialect.Dialect, zone *time.Location, meta *wire.ColumnMetadata) column {
	c := column{meta: meta, typ: d.TypeByName(meta.TypeName), zone: zone, bytes: d.TextAsBytes}
	if c.typ == nil {
		c.typ = d.Unlisted(meta.TypeName)
	}
	if c.element = d.TypeByName(c.typ.Element); c.element == nil {
		c.element = c.typ // an array of what has no row either
	}
	c.texts = c.textForm()
	return c
}

// Columns returns the columns' labels.
func (r *rows) Columns() []string {
	names := make([]string, len(r.columns))
	for i, c := range r.columns {
		names[i] = c.meta.Label
	}
	return names
}

// Next reads the next row. A value that cannot be converted is an error that
// names its row and column.
func (r *rows) Next(dest []driver.Value) error {
	r.dest, r.err = dest, nil
	n, err := r.records.Row((*rowSink)(r))
	switch {
	case err == io.EOF:
		return io.EOF
	case err != nil:
		return r.damaged(fmt.Errorf("row %d: %w", r.read+1, err))
	case n != len(dest):
		return r.damaged(fmt.Errorf("row %d has %d values for %d columns", r.read+1, n, len(dest)))
	}
	r.read++
	return r.err
}

// damaged is the error of a row that is none. The answer is looked at row by row,
// after the statement was executed.
func (r *rows) damaged(err error) error {
	return &IncompleteError{Rows: r.read, Applied: r.of != nil && !r.of.OnlyReads(), err: err}
}

// decodeRow reads a row that was decoded before into dest.
func (r *rows) decodeRow(fields []wire.Field, dest []driver.Value) error {
	if len(fields) != len(dest) {
		return errorf("row %d has %d values for %d columns", r.read+1, len(fields), len(dest))
	}
	r.dest, r.err = dest, nil
	for i, f := range fields {
		(*rowSink)(r).Field(i, f)
	}
	r.read++
	return r.err
}

// Close gives up the rows that were not read.
func (r *rows) Close() error {
	r.records.Close()
	return nil
}
