package auroradataapi

import (
	"database/sql/driver"
	"io"
	"math"
	"reflect"
	"strings"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// rows hands out the rows of an answer.
type rows struct {
	columns []wire.ColumnMetadata
	types   []*dialect.Type // nil where the table has no such type
	records *wire.Records
	fields  []wire.Field // the current row, reused
	read    int          // rows read so far
}

var (
	_ driver.Rows                           = (*rows)(nil)
	_ driver.RowsColumnTypeDatabaseTypeName = (*rows)(nil)
	_ driver.RowsColumnTypeLength           = (*rows)(nil)
	_ driver.RowsColumnTypeNullable         = (*rows)(nil)
	_ driver.RowsColumnTypePrecisionScale   = (*rows)(nil)
	_ driver.RowsColumnTypeScanType         = (*rows)(nil)
)

func newRows(d *dialect.Dialect, resp *wire.ExecuteResponse) *rows {
	r := &rows{columns: resp.ColumnMetadata, records: resp.Records}
	r.types = make([]*dialect.Type, len(r.columns))
	for i, c := range r.columns {
		r.types[i] = d.TypeByName(c.TypeName)
	}
	return r
}

// Columns returns the columns' labels.
func (r *rows) Columns() []string {
	names := make([]string, len(r.columns))
	for i, c := range r.columns {
		names[i] = c.Label
	}
	return names
}

// Next reads the next row. A value that cannot be converted is an error that
// names its row and column.
func (r *rows) Next(dest []driver.Value) error {
	fields, err := r.records.Next(r.fields)
	switch {
	case err == io.EOF:
		return io.EOF
	case err != nil:
		return errorf("row %d: %w", r.read+1, err)
	case len(fields) != len(dest):
		return errorf("row %d has %d values for %d columns", r.read+1, len(fields), len(dest))
	}
	r.fields = fields
	r.read++
	for i, f := range fields {
		if dest[i], err = decode(f, r.types[i]); err != nil {
			return errorf("row %d, column %q: %w", r.read, r.columns[i].Label, err)
		}
	}
	return nil
}

// Close gives up the rows that were not read.
func (r *rows) Close() error {
	r.records.Close()
	return nil
}

// ColumnTypeDatabaseTypeName returns the type's name in capitals, such as INT8,
// TIMESTAMPTZ or, for an array, _TEXT.
func (r *rows) ColumnTypeDatabaseTypeName(i int) string {
	name := r.columns[i].TypeName
	if t := r.types[i]; t != nil && t.Base != "" {
		name = t.Base
	}
	return strings.ToUpper(name)
}

// ColumnTypeScanType returns the Go type of the column's values.
func (r *rows) ColumnTypeScanType(i int) reflect.Type { return scanType(r.types[i]) }

// ColumnTypeNullable reports whether the column may be NULL, if that is known:
// it is for a column of a table.
func (r *rows) ColumnTypeNullable(i int) (nullable, ok bool) {
	n := r.columns[i].Nullable
	return n != wire.NullableNo, n == wire.NullableNo || n == wire.NullableYes
}

// ColumnTypeLength returns the length of a type that has one;
// math.MaxInt64 stands for one without a limit.
func (r *rows) ColumnTypeLength(i int) (int64, bool) {
	if t := r.types[i]; t == nil || !t.Sized {
		return 0, false
	}
	if p := r.columns[i].Precision; p > 0 && p < math.MaxInt32 {
		return int64(p), true
	}
	return math.MaxInt64, true
}

// ColumnTypePrecisionScale returns the precision and scale of a decimal column
// that has them.
func (r *rows) ColumnTypePrecisionScale(i int) (precision, scale int64, ok bool) {
	t, c := r.types[i], r.columns[i]
	if t == nil || t.Form != dialect.Numeric || c.Precision <= 0 {
		return 0, 0, false
	}
	return int64(c.Precision), int64(c.Scale), true
}
