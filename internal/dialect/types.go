package dialect

import (
	"database/sql"
	"iter"
	"maps"
	"reflect"
	"strings"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// Type is one row of a dialect's type table. The server reads it from the
// database's type to the Field it sends, the driver from the type name it is
// told to the Go value it returns.
type Type struct {
	// Name is the type's name in columnMetadata.typeName.
	Name string
	// OID is PostgreSQL's number of the type; zero for an alias such as serial.
	OID uint32
	// JDBC is the java.sql.Types code in columnMetadata.type (F0043).
	JDBC int
	// Kind is the Field member that carries a value.
	Kind wire.Kind
	// Form says how a value is to be read where Kind does not say it all.
	Form Form
	// Element is the Name of an array's element type.
	Element string
	// Base is the Name of the type that an alias such as serial stands for.
	Base string
	// DatabaseTypeName is what the engine's usual Go driver calls the type; the
	// name in capitals, of Base if there is one, for a row that says nothing.
	DatabaseTypeName string
	// Go is the Go type that a column is meant to be scanned into, as the
	// engine's usual driver has it; string for a row that says nothing.
	Go reflect.Type
	// GoNull is the same for a column that may be NULL; nil if it is Go.
	GoNull reflect.Type
	// Sized says that a column's precision is a length in characters or bytes.
	Sized bool
	// FractionDigits says that the type's size is its scale, the number of
	// digits of a second's fraction.
	FractionDigits bool
	// Refused is what the service calls a type it does not return; empty for
	// one that it does (F0045).
	Refused string
}

// Form says what a value is.
type Form uint8

// The forms of values. All but Real and Bit are of texts.
const (
	Text        Form = iota // characters, or what the Kind says
	Date                    // YYYY-MM-DD
	Time                    // HH:MM:SS[.fff[fff]], a time of day
	Duration                // [-][H]HH:MM:SS[.fff[fff]], with as many digits as the column's scale
	Timestamp               // YYYY-MM-DD HH:MM:SS[.fff[fff]], a wall clock
	TimestampTZ             // the same, an instant in UTC
	Year                    // YYYY-01-01
	Numeric                 // a decimal of any precision
	Integer                 // an integer that a longValue has no room for, or that the service writes as text
	JSON                    // JSON text
	XML                     // XML text
	UUID                    // lower-case canonical UUID
	Real                    // a double that stands for a float of 32 bits
	Bit                     // a boolean that stands for 0 or 1
)

// Instant reports whether a value of the form is a day or a time on one, which
// PostgreSQL also has infinite ones of.
func (f Form) Instant() bool { return f == Date || f == Timestamp || f == TimestampTZ }

// The Go types of the tables' columns Go and GoNull.
var (
	goBool       = reflect.TypeFor[bool]()
	goBytes      = reflect.TypeFor[[]byte]()
	goFloat32    = reflect.TypeFor[float32]()
	goFloat64    = reflect.TypeFor[float64]()
	goInt8       = reflect.TypeFor[int8]()
	goInt16      = reflect.TypeFor[int16]()
	goInt32      = reflect.TypeFor[int32]()
	goInt64      = reflect.TypeFor[int64]()
	goString     = reflect.TypeFor[string]()
	goTime       = reflect.TypeFor[time.Time]()
	goUint8      = reflect.TypeFor[uint8]()
	goUint16     = reflect.TypeFor[uint16]()
	goUint32     = reflect.TypeFor[uint32]()
	goUint64     = reflect.TypeFor[uint64]()
	goNullFloat  = reflect.TypeFor[sql.NullFloat64]()
	goNullInt    = reflect.TypeFor[sql.NullInt64]()
	goNullString = reflect.TypeFor[sql.NullString]()
	goNullTime   = reflect.TypeFor[sql.NullTime]()
	goNullUint   = reflect.TypeFor[sql.Null[uint64]]()
)

// ScanType returns the Go type that a column of the type is meant to be scanned
// into.
func (t *Type) ScanType(nullable bool) reflect.Type {
	if nullable && t.GoNull != nil {
		return t.GoNull
	}
	return t.Go
}

// TypeByOID returns the row for a PostgreSQL type, or nil.
func (d *Dialect) TypeByOID(oid uint32) *Type { return d.byOID[oid] }

// TypeByName returns the row for a column's typeName, or nil.
func (d *Dialect) TypeByName(name string) *Type { return d.byName[name] }

// Unlisted returns the row for a type that the table does not have, such as an
// enum: its values are texts.
func (d *Dialect) Unlisted(name string) *Type {
	t := d.unlisted
	t.Name = name
	t.DatabaseTypeName = strings.ToUpper(name)
	return &t
}

// Types returns the rows of the table.
func (d *Dialect) Types() iter.Seq[*Type] {
	return maps.Values(d.byName)
}
