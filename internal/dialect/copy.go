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
		return "SELECT COLUMN_NAME, DATA_TYPE FROM information_schema.COLUMNS" +
			" WHERE TABLE_NAME = :table AND TABLE_SCHEMA = COALESCE(NULLIF(:database, ''), DATABASE())"
	}
	return "SELECT c.attname::text, quote_ident(n.nspname) || '.' || quote_ident(w.typname), y.oid::int8, coalesce(e.oid::int8, 0)" +
		" FROM pg_catalog.pg_attribute c" + typeOf("c.atttypid") +
		" WHERE c.attrelid = CAST(:table AS regclass) AND c.attnum > 0 AND NOT c.attisdropped"
}

// ReadColumn reads a row of the answer to ColumnTypes, and returns false if it is
// none.
func (d *Dialect) ReadColumn(row []wire.Field) (CopyColumn, bool) {
	width := 4
	if d.syntax.backticks {
		width = 2
	}
	if len(row) != width {
		return CopyColumn{}, false
	}
	c := CopyColumn{Name: row[0].Str(), Type: row[1].Str()}
	if width > 2 {
		c.OID, c.Element = uint32(row[2].Long()), uint32(row[3].Long())
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

// Binary reports whether the values of the column are bytes. On PostgreSQL
// they travel as \x and hexadecimal digits, on MySQL as base64.
func (d *Dialect) Binary(c CopyColumn) bool {
	if !d.syntax.backticks {
		return c.OID == byteaOID
	}
	switch c.Type {
	case "binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob":
		return true
	}
	return false
}

// byteaOID is PostgreSQL's number of the type of bytes.
const byteaOID = 17

// Statement returns the statement for one call.
func (c Copy) Statement(d *Dialect) string { return c.from(d, ":"+CopyParameter) }

// LongStatement returns the statement for rows that Pieces have put together.
func (c Copy) LongStatement(d *Dialect) string { return c.from(d, d.Pieces().text) }

// from returns the statement for rows that are the value of an expression.
func (c Copy) from(d *Dialect, rows string) string {
	if d.syntax.backticks {
		return c.mysql(d, rows)
	}
	return c.postgres(d, rows)
}

func (c Copy) postgres(d *Dialect, rows string) string {
	values := make([]string, len(c.Columns))
	for i, col := range c.Columns {
		values[i] = fmt.Sprintf("CAST(auroradataapi_row->>%d AS %s)", i, col.Type)
	}
	from := " FROM jsonb_array_elements(" + rows + ") AS auroradataapi_row"
	names := c.names(d, "")
	if c.Mode == CopyUpdate {
		for i, name := range names {
			values[i] += " AS " + name
		}
		return "UPDATE " + c.Table + " AS auroradataapi_table SET " + c.assign(d, "auroradataapi_new.%s") +
			" FROM (SELECT " + strings.Join(values, ", ") + from + ") AS auroradataapi_new WHERE " + c.match(d)
	}
	sql := "INSERT INTO " + c.Table + " (" + strings.Join(names, ", ") + ") SELECT " + strings.Join(values, ", ") + from
	switch c.Mode {
	case CopyIgnore:
		sql += " ON CONFLICT (" + c.keys(d) + ") DO NOTHING"
	case CopyUpsert:
		sql += " ON CONFLICT (" + c.keys(d) + ") DO UPDATE SET " + c.assign(d, "EXCLUDED.%s")
	}
	return sql
}

func (c Copy) mysql(d *Dialect, rows string) string {
	values, columns := make([]string, len(c.Columns)), make([]string, len(c.Columns))
	for i, col := range c.Columns {
		name := fmt.Sprintf("c%d", i)
		columns[i] = fmt.Sprintf("%s LONGTEXT PATH '$[%d]' ERROR ON ERROR", name, i)
		switch {
		case d.Binary(col):
			name = "FROM_BASE64(" + name + ")"
		case col.Type == "bit":
			name = "CAST(" + name + " AS UNSIGNED)"
		}
		values[i] = name
	}
	from := " FROM JSON_TABLE(" + rows + ", '$[*]' COLUMNS(" + strings.Join(columns, ", ") + ")) AS auroradataapi_row"
	names := c.names(d, "")
	if c.Mode == CopyUpdate {
		for i, name := range names {
			values[i] += " AS " + name
		}
		return "UPDATE " + c.Table + " AS auroradataapi_table JOIN (SELECT " + strings.Join(values, ", ") + from +
			") AS auroradataapi_new ON " + c.match(d) + " SET " + c.assign(d, "auroradataapi_new.%s")
	}
	sql := "INSERT INTO " + c.Table + " (" + strings.Join(names, ", ") + ") SELECT " + strings.Join(values, ", ") + from
	switch c.Mode {
	case CopyIgnore:
		sql += " ON DUPLICATE KEY UPDATE " + c.keep(d)
	case CopyUpsert:
		sql += " ON DUPLICATE KEY UPDATE " + c.keep(d) + ", " + c.assign(d, "VALUES(%s)")
	}
	return sql
}

// names returns the columns' names in quotes.
func (c Copy) names(d *Dialect, prefix string) []string {
	names := make([]string, len(c.Columns))
	for i, col := range c.Columns {
		names[i] = prefix + d.QuoteIdent(col.Name)
	}
	return names
}

func (c Copy) keys(d *Dialect) string {
	keys := make([]string, len(c.Key))
	for i, key := range c.Key {
		keys[i] = d.QuoteIdent(key)
	}
	return strings.Join(keys, ", ")
}

// match returns the condition that a row of the table has the key of a new one.
func (c Copy) match(d *Dialect) string {
	conditions := make([]string, len(c.Key))
	for i, key := range c.Key {
		name := d.QuoteIdent(key)
		conditions[i] = "auroradataapi_table." + name + " = auroradataapi_new." + name
	}
	return strings.Join(conditions, " AND ")
}

// assign returns what sets the columns outside of the key, of which there has to
// be one. value is the form of the new value.
func (c Copy) assign(d *Dialect, value string) string {
	var list []string
	for _, col := range c.Columns {
		if !c.isKey(col.Name) {
			name := d.QuoteIdent(col.Name)
			target := name
			if c.Mode == CopyUpdate && d.syntax.backticks {
				target = "auroradataapi_table." + name
			}
			list = append(list, target+" = "+fmt.Sprintf(value, name))
		}
	}
	return strings.Join(list, ", ")
}

func (c Copy) isKey(name string) bool {
	for _, key := range c.Key {
		if key == name {
			return true
		}
	}
	return false
}
