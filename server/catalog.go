package server

import (
	"context"
	"maps"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// catalogLife is how long a fact from the catalog is believed: others than
// this server may change it.
const catalogLife = 5 * time.Second

// catalog is what is known of a database's types and columns. It is safe for
// concurrent use.
type catalog struct {
	mu      sync.Mutex
	since   time.Time
	epoch   int // counts how often everything was forgotten
	typeOf  map[uint32]*columnType
	factsOf map[columnKey]columnFacts
}

// columnKey names a column of a table.
type columnKey struct {
	table  uint32
	column uint16
}

// columnFacts is what the catalog says of a column of a table.
type columnFacts struct {
	table         string
	notNull       bool
	autoIncrement bool
}

func newCatalog() *catalog {
	c := &catalog{}
	c.forget()
	return c
}

// forget drops all facts.
func (c *catalog) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reset()
}

func (c *catalog) reset() {
	c.epoch++
	c.since = time.Now()
	c.typeOf = make(map[uint32]*columnType)
	c.factsOf = make(map[columnKey]columnFacts)
}

// read calls f with fresh facts and returns their epoch.
func (c *catalog) read(f func()) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.since) > catalogLife {
		c.reset()
	}
	f()
	return c.epoch
}

// learn calls f to add facts, unless those of the epoch were forgotten since:
// what was found then may no longer be true.
func (c *catalog) learn(epoch int, f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.epoch == epoch {
		f()
	}
}

// lookup finds facts in a catalog and, where it has none, in the database.
type lookup struct {
	*catalog
	pc *pgconn.PgConn
}

// types returns the type of each column.
func (l lookup) types(ctx context.Context, columns []pgconn.FieldDescription) ([]*columnType, error) {
	types := make([]*columnType, len(columns))
	for i, c := range columns {
		t, err := l.typeByOID(ctx, c.DataTypeOID, maxTypeDepth)
		if err != nil {
			return nil, err
		}
		types[i] = t
	}
	return types, nil
}

// maxTypeDepth bounds how many domains may stand on one another.
const maxTypeDepth = 32

// typeByOID returns a type by its number.
func (l lookup) typeByOID(ctx context.Context, oid uint32, depth int) (*columnType, error) {
	if t := builtin(oid); t != nil {
		return t, nil
	}
	var known *columnType
	epoch := l.read(func() { known = l.typeOf[oid] })
	if known != nil {
		return known, nil
	}
	t, err := l.queryType(ctx, oid, depth)
	if err == nil {
		l.learn(epoch, func() { l.typeOf[oid] = t })
	}
	return t, err
}

// builtin returns a type of the table.
func builtin(oid uint32) *columnType {
	row := dialect.PostgreSQL.TypeByOID(oid)
	if row == nil {
		return nil
	}
	t := &columnType{Type: row}
	if row.Element != "" {
		t.element = &columnType{Type: dialect.PostgreSQL.TypeByName(row.Element)}
	}
	return t
}

const typeQuery = `SELECT typname, typtype, typcategory, typelem, typbasetype
FROM pg_catalog.pg_type WHERE oid OPERATOR(pg_catalog.=) $1`

// queryType asks the database for a type. An enum's values are texts, a domain
// is what stands below it, an array is of what its elements are; anything else
// is refused, by its name.
func (l lookup) queryType(ctx context.Context, oid uint32, depth int) (*columnType, error) {
	rows, err := l.query(ctx, typeQuery, formatOID(oid))
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 || depth == 0 {
		name := formatOID(oid)
		return &columnType{Type: &dialect.Type{Name: name, JDBC: jdbcOther, Kind: wire.KindString, Refused: name}}, nil
	}
	r := rows[0]
	name, class, category := string(r[0]), string(r[1]), string(r[2])
	element, base := parseOID(r[3]), parseOID(r[4])
	switch {
	case class == "e":
		return &columnType{Type: &dialect.Type{Name: name, OID: oid, JDBC: jdbcVarchar, Kind: wire.KindString}}, nil
	case class == "d":
		return l.typeByOID(ctx, base, depth-1)
	case class == "b" && category == "A" && element != 0:
		of, err := l.typeByOID(ctx, element, depth-1)
		if err != nil {
			return nil, err
		}
		return &columnType{element: of,
			Type: &dialect.Type{Name: name, OID: oid, JDBC: jdbcArray, Kind: wire.KindArray, Element: of.Name}}, nil
	case class == "b":
		if row := dialect.PostgreSQL.TypeByName(name); row != nil && row.OID == 0 {
			return &columnType{Type: row}, nil // of an extension
		}
	}
	return &columnType{Type: &dialect.Type{Name: name, OID: oid, JDBC: jdbcOther, Kind: wire.KindString, Refused: name}}, nil
}

const columnsQuery = `SELECT a.attnum, c.relname, a.attnotnull,
  a.attidentity OPERATOR(pg_catalog.<>) '' OR
  pg_catalog.strpos(pg_catalog.pg_get_expr(d.adbin, d.adrelid), 'nextval(') OPERATOR(pg_catalog.>) 0
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) c.oid
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid OPERATOR(pg_catalog.=) c.oid AND d.adnum OPERATOR(pg_catalog.=) a.attnum
WHERE c.oid OPERATOR(pg_catalog.=) $1`

// column returns the facts about the table's column that a result column is;
// none if it is an expression. All of the table's columns are asked for at once:
// where one is, others are.
func (l lookup) column(ctx context.Context, key columnKey) (columnFacts, bool, error) {
	if key.table == 0 || key.column == 0 {
		return columnFacts{}, false, nil
	}
	var facts columnFacts
	var known bool
	epoch := l.read(func() { facts, known = l.factsOf[key] })
	if known {
		return facts, true, nil
	}
	rows, err := l.query(ctx, columnsQuery, formatOID(key.table))
	if err != nil {
		return columnFacts{}, false, err
	}
	found := make(map[columnKey]columnFacts, len(rows))
	for _, r := range rows {
		number, _ := strconv.ParseInt(string(r[0]), 10, 16) // the database writes no other
		found[columnKey{key.table, uint16(number)}] = columnFacts{
			table: string(r[1]), notNull: string(r[2]) == "t", autoIncrement: string(r[3]) == "t"}
	}
	l.learn(epoch, func() { maps.Copy(l.factsOf, found) })
	facts, known = found[key]
	return facts, known, nil
}

// query runs a query whose parameter is the number of an object.
func (l lookup) query(ctx context.Context, sql, oid string) ([][][]byte, error) {
	res := l.pc.ExecParams(ctx, sql, [][]byte{[]byte(oid)}, []uint32{oidOfOID}, nil, nil).Read()
	if res.Err != nil {
		return nil, executeError(res.Err, dialect.Engine{SQL: sql})
	}
	return res.Rows, nil
}

const oidOfOID = 26

func formatOID(oid uint32) string { return strconv.FormatUint(uint64(oid), 10) }

func parseOID(text []byte) uint32 {
	n, _ := strconv.ParseUint(string(text), 10, 32) // the database writes no other
	return uint32(n)
}
