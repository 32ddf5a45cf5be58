// Package dialect holds everything in which PostgreSQL and MySQL differ: how a
// statement is read, how its placeholders are written, what its types are
// called and how their values travel. The driver, the server and the command
// use the same tables, each in its own direction.
package dialect

// Dialect describes a database engine. It is data: flags that the lexer and
// the rewriter consult, and a table of types.
type Dialect struct {
	// Name is the engine's name in URIs and messages: postgresql or mysql.
	Name string
	// GeneratedKeys says that a statement's answer holds the keys that the
	// database generated (F0041).
	GeneratedKeys bool

	byOID  map[uint32]*Type
	byName map[string]*Type
}

// PostgreSQL is the dialect of Aurora PostgreSQL.
var PostgreSQL = newDialect(Dialect{Name: "postgresql"}, postgresTypes)

// MySQL is the dialect of Aurora MySQL.
var MySQL = newDialect(Dialect{Name: "mysql", GeneratedKeys: true}, nil)

func newDialect(d Dialect, types []Type) *Dialect {
	d.byOID = make(map[uint32]*Type, len(types))
	d.byName = make(map[string]*Type, len(types))
	for i := range types {
		t := &types[i]
		d.byName[t.Name] = t
		if t.OID != 0 && d.byOID[t.OID] == nil {
			d.byOID[t.OID] = t
		}
	}
	return &d
}

// String returns the dialect's name.
func (d *Dialect) String() string { return d.Name }
