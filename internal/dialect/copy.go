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
	// Size is the most characters of a text, or the digits that a number has before
	// its point, on MySQL; 0 if neither is known.
	Size int64
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
// empty; there they come in their order. ReadColumn reads its rows.
func (d *Dialect) ColumnTypes() string {
	if d.syntax.backticks {
		return "SELECT COLUMN_NAME, DATA_TYPE, COALESCE(COLLATION_NAME, ''), COALESCE(CHARACTER_SET_NAME, '')," +
			" CAST(COALESCE(CHARACTER_MAXIMUM_LENGTH, NUMERIC_PRECISION - NUMERIC_SCALE, 0) AS SIGNED) FROM information_schema.COLUMNS" +
			" WHERE TABLE_NAME = :table AND TABLE_SCHEMA = COALESCE(NULLIF(:database, ''), DATABASE()) ORDER BY ORDINAL_POSITION"
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
	if len(row) != 5 {
		return CopyColumn{}, false
	}
	c := CopyColumn{Name: row[0].Str(), Type: row[1].Str()}
	if d.syntax.backticks {
		c.Collation, c.Charset, c.Size = row[2].Str(), row[3].Str(), row[4].Long()
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

// NamesPlaceholder returns the part of a name that the service may take for a
// placeholder, as its scanner is not known to know backticks; empty if there is none.
func (d *Dialect) NamesPlaceholder(name string) string {
	if !d.syntax.backticks {
		return ""
	}
	for i := 0; i < len(name); i++ {
		if name[i] != ':' {
			continue
		}
		from := i
		i++ // a second colon makes a cast
		if i == len(name) || name[i] == ':' || isSpace(name[i]) {
			continue
		}
		return name[from:]
	}
	return ""
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
	// CopyWhole is of the whole numbers of MySQL.
	CopyWhole
	// CopyYear is of the years of MySQL.
	CopyYear
	// CopyTime is of the dates and times of MySQL.
	CopyTime
	// CopyChoice is of MySQL's ENUM and SET, of which a number is a position.
	CopyChoice
	// CopyText is of the texts of MySQL.
	CopyText
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
	case "tinyint", "smallint", "mediumint", "int", "bigint":
		return CopyWhole
	case "year":
		return CopyYear
	case "date", "datetime", "timestamp", "time":
		return CopyTime
	case "enum", "set":
		return CopyChoice
	case "char", "varchar", "tinytext", "text", "mediumtext", "longtext", "json":
		return CopyText
	}
	return CopyPlain
}

// TakesBytes reports whether bytes stand for the same text in the charset of the
// column, in which MySQL takes them, and in UTF-8.
func (c CopyColumn) TakesBytes(b []byte) bool {
	switch c.Charset {
	case "", "utf8", "utf8mb3", "utf8mb4":
		return true
	case "ucs2", "utf16", "utf16le", "utf32", "sjis", "swe7": // ASCII is not the same there
		return false
	}
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

// byteaOID is PostgreSQL's number of the type of bytes.
const byteaOID = 17
