package dialect

import (
	"fmt"
	"slices"
	"strings"
)

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
	keys := c.keysPostgres(values)
	if c.Mode == CopyUpdate {
		nameNew(values)
	}
	query := "SELECT " + strings.Join(values, ", ") + " FROM jsonb_array_elements(" + rows + ") AS auroradataapi_row"
	if c.Mode == CopyUpsert || c.Mode == CopyUpdate {
		query = "SELECT DISTINCT ON (" + keys + ") " + strings.Join(values, ", ") +
			" FROM jsonb_array_elements(" + rows + ") WITH ORDINALITY AS auroradataapi_rows(auroradataapi_row, auroradataapi_number)" +
			" ORDER BY " + keys + ", auroradataapi_number DESC"
	}
	if c.Mode == CopyUpdate {
		return "UPDATE " + c.Table + " AS auroradataapi_table SET " + c.assignNew(d) +
			" FROM (" + query + ") AS auroradataapi_new WHERE " + c.match(d)
	}
	sql := "INSERT INTO " + c.Table + " (" + strings.Join(c.names(d), ", ") + ") " + query
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
		switch d.Form(col) {
		case CopyBytes:
			name = "FROM_BASE64(" + name + ")"
		case CopyBits:
			name = "CAST(" + name + " AS UNSIGNED)"
		}
		values[i] = name
	}
	if c.Mode == CopyUpdate {
		columns = append(columns, "auroradataapi_number FOR ORDINALITY")
		keys := c.keysMySQL(d, values)
		nameNew(values)
		values = append(values, "ROW_NUMBER() OVER (PARTITION BY "+keys+" ORDER BY auroradataapi_number DESC) AS auroradataapi_turn")
	}
	query := "SELECT " + strings.Join(values, ", ") + " FROM JSON_TABLE(" + rows + ", '$[*]' COLUMNS(" + strings.Join(columns, ", ") + ")) AS auroradataapi_row"
	if c.Mode == CopyUpdate {
		return "UPDATE " + c.Table + " AS auroradataapi_table JOIN (" + query + ") AS auroradataapi_new" +
			" ON auroradataapi_new.auroradataapi_turn = 1 AND " + c.match(d) + " SET " + c.assignNew(d)
	}
	sql := "INSERT INTO " + c.Table + " (" + strings.Join(c.names(d), ", ") + ") " + query
	switch c.Mode {
	case CopyIgnore:
		sql += " ON DUPLICATE KEY UPDATE " + c.keep(d)
	case CopyUpsert:
		sql += " ON DUPLICATE KEY UPDATE " + c.keep(d) + ", " + c.assign(d, "VALUES(%s)")
	}
	return sql
}

// names returns the columns' names in quotes.
func (c Copy) names(d *Dialect) []string {
	names := make([]string, len(c.Columns))
	for i, col := range c.Columns {
		names[i] = d.QuoteIdent(col.Name)
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

// newName is the name of the new value of a column, by its place. The columns' own
// names might be those that the statement has for other things.
const newName = "auroradataapi_%d"

func nameNew(values []string) {
	for i := range values {
		values[i] += " AS " + fmt.Sprintf(newName, i)
	}
}

// match returns the condition that a row of the table has the key of a new one.
func (c Copy) match(d *Dialect) string {
	var conditions []string
	for i, col := range c.Columns {
		if c.isKey(col.Name) {
			conditions = append(conditions, "auroradataapi_table."+d.QuoteIdent(col.Name)+" = auroradataapi_new."+fmt.Sprintf(newName, i))
		}
	}
	return strings.Join(conditions, " AND ")
}

// assign returns what sets the columns outside of the key, of which there has to
// be one. value is the form of the new value, with the column's name.
func (c Copy) assign(d *Dialect, value string) string {
	var list []string
	for _, col := range c.Columns {
		if !c.isKey(col.Name) {
			name := d.QuoteIdent(col.Name)
			list = append(list, name+" = "+fmt.Sprintf(value, name))
		}
	}
	return strings.Join(list, ", ")
}

// assignNew is assign for an UPDATE.
func (c Copy) assignNew(d *Dialect) string {
	var list []string
	for i, col := range c.Columns {
		if c.isKey(col.Name) {
			continue
		}
		target := d.QuoteIdent(col.Name)
		if d.syntax.backticks {
			target = "auroradataapi_table." + target
		}
		list = append(list, target+" = auroradataapi_new."+fmt.Sprintf(newName, i))
	}
	return strings.Join(list, ", ")
}

func (c Copy) isKey(name string) bool { return slices.Contains(c.Key, name) }
