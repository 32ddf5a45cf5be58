// Package dialect holds everything in which PostgreSQL and MySQL differ: how a
// statement is read, how its placeholders are written, what its types are
// called and how their values travel. The driver, the server and the command
// use the same tables, each in its own direction.
package dialect

import (
	"cmp"
	"strings"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// Dialect describes a database engine. It is data: flags that the lexer and
// the rewriter consult, and a table of types.
type Dialect struct {
	// Name is the engine's name in URIs and messages: postgresql or mysql.
	Name string
	// GeneratedKeys says that a statement's answer holds the keys that the
	// database generated (F0041).
	GeneratedKeys bool
	// JSONType is the name of the type of a JSON text.
	JSONType string
	// Cursors says that a result can be read through a Cursor.
	Cursors bool
	// CopyHint is the type hint of a Copy's rows.
	CopyHint wire.TypeHint
	// TypedParameters says that a parameter has the type that the service gives
	// it (F0033). Elsewhere the database converts by itself (F0038), and has
	// neither arrays nor a type for UUIDs.
	TypedParameters bool
	// UnsignedCast is the type that an integer above the range of int64 is cast
	// to; empty where it is a decimal.
	UnsignedCast string
	// NoBackslashEscapes says that a backslash in a quoted string is an
	// ordinary character, as it is in MySQL under that sql_mode.
	NoBackslashEscapes bool

	// CountsRows says that the engine counts the rows that a statement returns
	// as those that it affected.
	CountsRows bool
	// TextAsBytes says that a text is handed to database/sql as []byte, which
	// code for the engine's usual driver relies on.
	TextAsBytes bool

	syntax   syntax
	byOID    map[uint32]*Type
	byName   map[string]*Type
	unlisted Type // what a type is that has no row
}

// syntax is how an engine's text is read, where that differs from standard
// SQL.
type syntax struct {
	numbered       bool // $1 is a placeholder and $tag$ a quote
	prefixed       bool // E'', U&'', B'', X'' and N'', continued over a newline
	operators      bool // operators are runs of characters; ? may be one
	subscripts     bool // a[1:2] and json_object(k:v) hold a colon of their own
	nestedComments bool // /* /* */ */ is one comment
	groups         bool // a semicolon within parentheses separates nothing

	backslashes     bool // \' within quotes, unless NoBackslashEscapes
	backticks       bool // `name` is an identifier and "text" a string
	hashComments    bool // # starts a comment
	spacedDashes    bool // -- starts a comment only before white space
	versionComments bool // /*! holds code
	delimiters      bool // DELIMITER is a command of the client
}

// PostgreSQL is the dialect of Aurora PostgreSQL.
var PostgreSQL = newDialect(Dialect{
	Name:            "postgresql",
	JSONType:        "json",
	CountsRows:      true,
	unlisted:        Type{Kind: wire.KindString, Go: goString},
	Cursors:         true,
	CopyHint:        wire.HintJSON,
	TypedParameters: true,
	syntax: syntax{
		numbered: true, prefixed: true, operators: true,
		subscripts: true, nestedComments: true, groups: true,
	},
}, postgresTypes)

// MySQL is the dialect of Aurora MySQL.
var MySQL = newDialect(Dialect{
	Name:          "mysql",
	JSONType:      "JSON",
	UnsignedCast:  unsignedType,
	GeneratedKeys: true,
	TextAsBytes:   true,
	unlisted:      Type{Kind: wire.KindString, Go: goString, GoNull: goNullString},
	syntax: syntax{
		backslashes: true, backticks: true, hashComments: true,
		spacedDashes: true, versionComments: true, delimiters: true,
	},
}, mysqlTypes)

func newDialect(d Dialect, types []Type) *Dialect {
	d.byOID = make(map[uint32]*Type, len(types))
	d.byName = make(map[string]*Type, len(types))
	for i := range types {
		t := &types[i]
		t.complete()
		d.byName[t.Name] = t
		if t.OID != 0 && d.byOID[t.OID] == nil {
			d.byOID[t.OID] = t
		}
	}
	return &d
}

// complete fills in what a row leaves to its name.
func (t *Type) complete() {
	if t.DatabaseTypeName == "" {
		t.DatabaseTypeName = strings.ToUpper(cmp.Or(t.Base, t.Name))
	}
	if t.Go == nil {
		t.Go = goString
	}
}

// String returns the dialect's name.
func (d *Dialect) String() string { return d.Name }
