package server

import (
	"context"
	"math"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// The java.sql.Types codes of what is not in the type table.
const (
	jdbcVarchar = 12
	jdbcOther   = 1111
	jdbcArray   = 2003
)

// describe returns the metadata of columns (F0116). Beyond that it has the
// numbers that PostgreSQL's JDBC driver gives them; label and name are both the
// name that the database sends, and the schema is left empty, as that driver
// leaves it. A choice (F0238).
func describe(ctx context.Context, look lookup, columns []pgconn.FieldDescription, types []*columnType) ([]wire.ColumnMetadata, error) {
	described := make([]wire.ColumnMetadata, len(columns))
	for i, c := range columns {
		facts, ofTable, err := look.column(ctx, columnKey{c.TableOID, c.TableAttributeNumber})
		if err != nil {
			return nil, err
		}
		t := types[i]
		base := t
		m := wire.ColumnMetadata{
			Label: c.Name, Name: c.Name, TypeName: t.Name, Type: t.JDBC,
			Nullable: wire.NullableUnknown, TableName: facts.table, IsAutoIncrement: facts.autoIncrement,
		}
		if t.element != nil {
			base = t.element
			m.ArrayBaseColumnType = base.JDBC
		}
		if facts.autoIncrement {
			m.TypeName = serialName(t.Name)
		}
		if ofTable {
			m.Nullable = wire.NullableYes
			if facts.notNull {
				m.Nullable = wire.NullableNo
			}
		}
		m.Precision, m.Scale = sizes(base.Name, int(c.TypeModifier))
		m.IsSigned, m.IsCaseSensitive = isSigned(base.Name), isCaseSensitive(base.Name)
		described[i] = m
	}
	return described, nil
}

// serialName returns what an integer is called that a sequence feeds.
func serialName(name string) string {
	switch name {
	case "int2":
		return "smallserial"
	case "int4":
		return "serial"
	case "int8":
		return "bigserial"
	default:
		return name
	}
}

func isSigned(name string) bool {
	switch name {
	case "int2", "int4", "int8", "float4", "float8", "numeric":
		return true
	}
	return false
}

func isCaseSensitive(name string) bool {
	switch name {
	case "oid", "int2", "int4", "int8", "float4", "float8", "numeric", "bool", "bit", "varbit",
		"date", "time", "timetz", "timestamp", "timestamptz", "interval":
		return false
	}
	return true
}

// unlimited is the precision of a type whose values have no largest size.
const unlimited = math.MaxInt32

// varHeader is what a type modifier counts on top of a length.
const varHeader = 4

// sizes returns the precision and scale of a type with a modifier, negative
// for none.
func sizes(name string, modifier int) (precision, scale int) {
	switch name {
	case "int2":
		return 5, 0
	case "int4", "oid":
		return 10, 0
	case "int8":
		return 19, 0
	case "float4":
		return 8, 8
	case "float8":
		return 17, 17
	case "bool", "char":
		return 1, 0
	case "numeric":
		if modifier < varHeader {
			return 0, 0
		}
		// The scale has a sign, of which its eleven bits are aware.
		return (modifier - varHeader) >> 16 & 0xffff, ((modifier-varHeader)&0x7ff ^ 0x400) - 0x400
	case "varchar", "bpchar":
		if modifier < varHeader {
			return unlimited, 0
		}
		return modifier - varHeader, 0
	case "bit", "varbit":
		return max(modifier, 0), 0
	case "date":
		return len("4713-01-01 BC"), 0
	case "time", "timetz", "timestamp", "timestamptz":
		return timeSizes(name, modifier)
	default:
		return unlimited, 0
	}
}

// timeSizes returns the number of characters of a time and the digits of its
// fraction.
func timeSizes(name string, digits int) (precision, scale int) {
	length := map[string]int{
		"time":        len("00:00:00"),
		"timetz":      len("00:00:00+14:00"),
		"timestamp":   len("4713-01-01 BC 00:00:00"),
		"timestamptz": len("4713-01-01 BC 00:00:00+14:00"),
	}[name]
	switch {
	case digits < 0:
		digits = 6
	case digits == 0:
		return length, 0
	}
	return length + len(".") + digits, digits
}
