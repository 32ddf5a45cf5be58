package server

import (
	"math"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// mysqlType is the protocol's number of a type.
type mysqlType uint8

const (
	typeDecimal    mysqlType = 0
	typeTiny       mysqlType = 1
	typeShort      mysqlType = 2
	typeLong       mysqlType = 3
	typeFloat      mysqlType = 4
	typeDouble     mysqlType = 5
	typeNull       mysqlType = 6
	typeTimestamp  mysqlType = 7
	typeLongLong   mysqlType = 8
	typeInt24      mysqlType = 9
	typeDate       mysqlType = 10
	typeTime       mysqlType = 11
	typeDateTime   mysqlType = 12
	typeYear       mysqlType = 13
	typeNewDate    mysqlType = 14
	typeVarChar    mysqlType = 15
	typeBit        mysqlType = 16
	typeVector     mysqlType = 242
	typeJSON       mysqlType = 245
	typeNewDecimal mysqlType = 246
	typeEnum       mysqlType = 247
	typeSet        mysqlType = 248
	typeTinyBlob   mysqlType = 249
	typeMediumBlob mysqlType = 250
	typeLongBlob   mysqlType = 251
	typeBlob       mysqlType = 252
	typeVarString  mysqlType = 253
	typeString     mysqlType = 254
	typeGeometry   mysqlType = 255
)

// Flags of a column.
const (
	flagNotNull       = 0x1
	flagUnsigned      = 0x20
	flagEnum          = 0x100
	flagAutoIncrement = 0x200
	flagSet           = 0x800
)

const (
	charsetBinary = 63
	// charBytes is the most that a character takes in utf8mb4, in which texts
	// come. The database counts a column's length so.
	charBytes = 4
	// noDecimals stands for a number of decimals that is not fixed.
	noDecimals = 31
)

// mysqlColumn is a column as the database describes it.
type mysqlColumn struct {
	label, name, table string // name and table without aliases; empty for an expression
	charset            uint16
	length             uint32
	typ                mysqlType
	flags              uint16
	decimals           uint8
}

func (c *mysqlColumn) is(flag uint16) bool { return c.flags&flag != 0 }

// boolean reports whether the values are booleans: those of TINYINT(1), which
// the database calls BOOLEAN, and of BIT(1).
func (c *mysqlColumn) boolean() bool {
	return c.length == 1 && (c.typ == typeBit || c.typ == typeTiny && !c.is(flagUnsigned))
}

// typeName returns the type's name in the type table (F0124).
func (c *mysqlColumn) typeName() string {
	name, number := "", true
	switch c.typ {
	case typeTiny:
		if c.boolean() {
			return "BIT"
		}
		name = "TINYINT"
	case typeShort:
		name = "SMALLINT"
	case typeInt24:
		name = "MEDIUMINT"
	case typeLong:
		name = "INT"
	case typeLongLong:
		name = "BIGINT"
	case typeFloat:
		name = "FLOAT"
	case typeDouble:
		name = "DOUBLE"
	case typeDecimal, typeNewDecimal:
		name = "DECIMAL"
	default:
		name, number = c.otherName(), false
	}
	if number && c.is(flagUnsigned) {
		name += " UNSIGNED"
	}
	return name
}

// otherName returns the name of a type that is not a number's.
func (c *mysqlColumn) otherName() string {
	switch c.typ {
	case typeNull:
		return "NULL"
	case typeBit:
		return "BIT"
	case typeDate, typeNewDate:
		return "DATE"
	case typeTime:
		return "TIME"
	case typeDateTime:
		return "DATETIME"
	case typeTimestamp:
		return "TIMESTAMP"
	case typeYear:
		return "YEAR"
	case typeJSON:
		return "JSON"
	case typeGeometry:
		return "GEOMETRY"
	case typeVector:
		return "VECTOR"
	case typeEnum:
		return "ENUM"
	case typeSet:
		return "SET"
	}
	switch {
	case c.is(flagEnum):
		return "ENUM"
	case c.is(flagSet):
		return "SET"
	case c.typ == typeString:
		return c.either("CHAR", "BINARY")
	case c.typ == typeVarChar, c.typ == typeVarString:
		return c.either("VARCHAR", "VARBINARY")
	default:
		return c.blobName() + c.either("TEXT", "BLOB")
	}
}

func (c *mysqlColumn) either(text, bytes string) string {
	if c.charset == charsetBinary {
		return bytes
	}
	return text
}

// blobName returns what the names of a text and of a blob begin with. The
// database gives them all one type, and lengths that tell them apart. A text's
// is counted in characters of one byte, for each of which a result has room for
// the largest.
func (c *mysqlColumn) blobName() string {
	length := uint64(c.length)
	if c.charset != charsetBinary && length < math.MaxUint32 {
		length /= charBytes
	}
	switch {
	case length < 1<<8:
		return "TINY"
	case length < 1<<16:
		return ""
	case length < 1<<24:
		return "MEDIUM"
	default:
		return "LONG"
	}
}

// describe returns a column's metadata: that of F0124 and of the samples that
// are known, and where they end that of MySQL's JDBC driver (F0249).
func (c *mysqlColumn) describe() wire.ColumnMetadata {
	name := c.typeName()
	m := wire.ColumnMetadata{
		Label: c.label, Name: c.name, TypeName: name, TableName: c.table,
		Nullable: wire.NullableYes, IsAutoIncrement: c.is(flagAutoIncrement),
	}
	if m.Name == "" {
		m.Name = c.label
	}
	if c.is(flagNotNull) {
		m.Nullable = wire.NullableNo
	}
	if t := dialect.MySQL.TypeByName(name); t != nil {
		m.Type = t.JDBC
	}
	if c.typ == typeBit && !c.boolean() {
		m.Type = jdbcVarbinary
	}
	m.Precision, m.Scale = c.sizes()
	m.IsSigned = c.number() && !c.is(flagUnsigned) && !c.boolean()
	return m
}

const jdbcVarbinary = -3

func (c *mysqlColumn) number() bool {
	switch c.typ {
	case typeTiny, typeShort, typeInt24, typeLong, typeLongLong, typeFloat, typeDouble, typeDecimal, typeNewDecimal:
		return true
	}
	return false
}

// sizes returns the precision and the scale of a column.
func (c *mysqlColumn) sizes() (precision, scale int) {
	precision = int(min(uint64(c.length), math.MaxInt32))
	switch c.typ {
	case typeTiny, typeShort, typeInt24, typeLong, typeLongLong:
		return c.digits(), 0
	case typeDecimal, typeNewDecimal:
		scale = int(c.decimals)
		if scale > 0 {
			precision-- // the point
		}
		if !c.is(flagUnsigned) {
			precision-- // the sign
		}
		return max(precision, 0), scale
	case typeFloat, typeDouble, typeTime, typeDateTime, typeTimestamp:
		if c.decimals < noDecimals {
			scale = int(c.decimals)
		}
		return precision, scale
	}
	if c.charset != charsetBinary && c.length < math.MaxUint32 {
		precision /= charBytes
	}
	return precision, 0
}

// digits returns how many an integer may have.
func (c *mysqlColumn) digits() int {
	if c.boolean() {
		return 1
	}
	switch c.typ {
	case typeTiny:
		return 3
	case typeShort:
		return 5
	case typeInt24:
		if c.is(flagUnsigned) {
			return 8
		}
		return 7
	case typeLong:
		return 10
	default:
		if c.is(flagUnsigned) {
			return 20
		}
		return 19
	}
}
