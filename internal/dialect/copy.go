package dialect

import (
	"fmt"
	"strings"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// Copy is the SQL that loads rows which travel as one JSON parameter, a list of
// lists of values. It reads them with the database's own functions, so that a
// call holds as many rows as fit a request (F0010).
type Copy struct {
	// Table is the table as SQL writes it; ParseTable has looked at it.
	Table string
	// Columns are in the order of the values.
	Columns []CopyColumn
	// Mode says what becomes of the rows.
	Mode CopyMode
	// Key names the columns that tell rows apart; not for CopyInsert.
	Key []string
}

// CopyColumn is a column to load.
type CopyColumn struct {
	Name string
	// Type is the column's type: one that a text can be cast to, on PostgreSQL,
	// and the name of the information schema, on MySQL.
	Type string
	// OID and Element are those of a ParamType, on PostgreSQL.
	OID, Element uint32
	// Collation is by which texts are equal, as SQL writes it; empty if the column has
	// none. On PostgreSQL that is "C" for all that go by the bytes.
	Collation string
	// Charset is that of texts, on MySQL; empty if they are none.
	Charset string
}

// CopyMode says what becomes of rows.
type CopyMode uint8

// The ways of loading rows.
const (
	CopyInsert CopyMode = iota // all are inserted
	CopyIgnore                 // those whose key is there are passed over
	CopyUpsert                 // those whose key is there update it
	CopyUpdate                 // those whose key is there update it, others are passed over
)

// CopyParameter is the name of the parameter with the rows.
const CopyParameter = "rows"

// ColumnTypes returns a query for the columns of a table, with the table as
// parameter table and, on MySQL, its database as parameter database, which may be
// empty. ReadColumn reads its rows.
func (d *Dialect) ColumnTypes() string {
	if d.syntax.backticks {
		return "SELECT COLUMN_NAME, DATA_TYPE, COALESCE(COLLATION_NAME, ''), COALESCE(CHARACTER_SET_NAME, '') FROM information_schema.COLUMNS" +
			" WHERE TABLE_NAME = :table AND TABLE_SCHEMA = COALESCE(NULLIF(:database, ''), DATABASE())"
	}
	// The column collisdeterministic came with version 12.
	const collation = "CASE WHEN l.oid IS NULL THEN '' WHEN to_jsonb(l)->>'collisdeterministic' = 'false'" +
		" THEN quote_ident(m.nspname) || '.' || quote_ident(l.collname) ELSE '\"C\"' END"
	return "SELECT c.attname::text, quote_ident(n.nspname) || '.' || quote_ident(w.typname), y.oid::int8, coalesce(e.oid::int8, 0), " + collation +
		" FROM pg_catalog.pg_attribute c" + typeOf("c.atttypid") +
		" LEFT JOIN pg_catalog.pg_collation l ON l.oid = c.attcollation LEFT JOIN pg_catalog.pg_namespace m ON m.oid = l.collnamespace" +
		" WHERE c.attrelid = CAST(:table AS regclass) AND c.attnum > 0 AND NOT c.attisdropped"
}

// ReadColumn reads a row of the answer to ColumnTypes, and returns false if it is
// none.
func (d *Dialect) ReadColumn(row []wire.Field) (CopyColumn, bool) {
	width := 5
	if d.syntax.backticks {
		width = 4
	}
	if len(row) != width {
		return CopyColumn{}, false
	}
	c := CopyColumn{Name: row[0].Str(), Type: row[1].Str()}
	if d.syntax.backticks {
		c.Collation, c.Charset = row[2].Str(), row[3].Str()
	} else {
		c.OID, c.Element, c.Collation = uint32(row[2].Long()), uint32(row[3].Long()), row[4].Str()
	}
	return c, true
}

// ParseTable reads the name of a table as SQL writes it, such as orders,
// public.orders or "My Schema"."Orders", and returns its parts without quotes.
func (d *Dialect) ParseTable(table string) ([]string, error) {
	var parts []string
	l := d.newLexer(table)
	name := true // is to come
	for t := l.next(); t.kind != tokEOF; t = l.next() {
		text := l.text(t)
		switch {
		case name && t.kind == tokWord:
			if d.syntax.numbered {
				text = strings.ToLower(text)
			}
			parts = append(parts, text)
		case name && t.kind == tokIdent && t.flags&flagUnfinished == 0 && (text[0] == '"' || text[0] == '`'):
			quote := text[:1]
			parts = append(parts, strings.ReplaceAll(text[1:len(text)-1], quote+quote, quote))
		case !name && t.kind == tokPunct && text == ".":
		default:
			return nil, fmt.Errorf("%q is not the name of a table, such as orders or public.orders, with quotes where SQL needs them", table)
		}
		name = !name
	}
	if name || len(parts) > 3 || len(parts) == 3 && d.syntax.backticks {
		return nil, fmt.Errorf("%q is not the name of a table, such as orders or public.orders", table)
	}
	return parts, nil
}

// CopyForm says how the values of a column travel.
type CopyForm uint8

// The forms of values.
const (
	// CopyPlain is as JSON has them.
	CopyPlain CopyForm = iota
	// CopyBytes is of bytes: on PostgreSQL \x and hexadecimal digits, on MySQL base64.
	CopyBytes
	// CopyBits is of the bits of MySQL: a number without a sign.
	CopyBits
)

// Form returns the form of the values of a column.
func (d *Dialect) Form(c CopyColumn) CopyForm {
	if !d.syntax.backticks {
		if c.OID == byteaOID {
			return CopyBytes
		}
		return CopyPlain
	}
	switch c.Type {
	case "binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob":
		return CopyBytes
	case "bit":
		return CopyBits
	}
	return CopyPlain
}

// byteaOID is PostgreSQL's number of the type of bytes.
const byteaOID = 17
