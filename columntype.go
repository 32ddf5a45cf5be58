package auroradataapi

import (
	"database/sql/driver"
	"math"
	"reflect"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

var (
	_ driver.RowsColumnTypeDatabaseTypeName = (*rows)(nil)
	_ driver.RowsColumnTypeLength           = (*rows)(nil)
	_ driver.RowsColumnTypeNullable         = (*rows)(nil)
	_ driver.RowsColumnTypePrecisionScale   = (*rows)(nil)
	_ driver.RowsColumnTypeScanType         = (*rows)(nil)
)

// ColumnTypeDatabaseTypeName returns the type's name in capitals as the engine's
// usual driver spells it, such as INT8, TIMESTAMPTZ, _TEXT or UNSIGNED BIGINT.
func (r *rows) ColumnTypeDatabaseTypeName(i int) string { return r.columns[i].typ.DatabaseTypeName }

// ColumnTypeScanType returns the Go type that the column is meant to be scanned
// into. On MySQL that is one that takes NULL, for a column that may be NULL.
func (r *rows) ColumnTypeScanType(i int) reflect.Type {
	c := &r.columns[i]
	if c.typ.Form == dialect.Bit && c.meta.Precision > 1 { // its values are bytes (F0250)
		return reflect.TypeFor[[]byte]()
	}
	return c.typ.ScanType(c.meta.Nullable != wire.NullableNo)
}

// ColumnTypeNullable reports whether the column may be NULL, if that is known:
// it is for a column of a table.
func (r *rows) ColumnTypeNullable(i int) (nullable, ok bool) {
	n := r.columns[i].meta.Nullable
	return n != wire.NullableNo, n == wire.NullableNo || n == wire.NullableYes
}

// ColumnTypeLength returns the length of a type that has one;
// math.MaxInt64 stands for one without a limit.
func (r *rows) ColumnTypeLength(i int) (int64, bool) {
	c := &r.columns[i]
	if !c.typ.Sized {
		return 0, false
	}
	if p := c.meta.Precision; p > 0 && p < math.MaxInt32 {
		return int64(p), true
	}
	return math.MaxInt64, true
}

// ColumnTypePrecisionScale returns the precision and scale of a decimal column
// that has them, and for a time of MySQL twice the digits of its fraction.
func (r *rows) ColumnTypePrecisionScale(i int) (precision, scale int64, ok bool) {
	c := &r.columns[i]
	switch {
	case c.typ.Form == dialect.Numeric && c.meta.Precision > 0:
		return int64(c.meta.Precision), int64(c.meta.Scale), true
	case c.typ.FractionDigits:
		return int64(c.meta.Scale), int64(c.meta.Scale), true
	default:
		return 0, 0, false
	}
}
