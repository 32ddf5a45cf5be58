package dialect

import "github.com/auroradataapi/auroradataapi/internal/wire"

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
	// Form says how a string value is to be read.
	Form Form
	// Element is the Name of an array's element type.
	Element string
	// Base is the Name of the type that an alias such as serial stands for.
	Base string
	// Sized says that a column's precision is a length in characters or bytes.
	Sized bool
	// Refused is what the service calls a type it does not return; empty for
	// one that it does (F0045).
	Refused string
}

// Form says what the text of a stringValue is.
type Form uint8

// The forms of text.
const (
	Text        Form = iota // characters
	Date                    // YYYY-MM-DD
	Time                    // HH:MM:SS[.fff[fff]]
	Timestamp               // YYYY-MM-DD HH:MM:SS[.fff[fff]], a wall clock
	TimestampTZ             // the same, an instant in UTC
	Numeric                 // a decimal of any precision
	JSON                    // JSON text
	UUID                    // lower-case canonical UUID
)

// TypeByOID returns the row for a PostgreSQL type, or nil.
func (d *Dialect) TypeByOID(oid uint32) *Type { return d.byOID[oid] }

// TypeByName returns the row for a column's typeName, or nil.
func (d *Dialect) TypeByName(name string) *Type { return d.byName[name] }
