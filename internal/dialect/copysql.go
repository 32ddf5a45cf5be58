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
	names := c.names(d)
	if c.Mode == CopyUpdate {
		for i, name := range names {
			values[i] += " AS " + name
		}
	}
	query := "SELECT " + strings.Join(values, ", ") + " FROM jsonb_array_elements(" + rows + ") AS auroradataapi_row"
	if c.Mode == CopyUpsert || c.Mode == CopyUpdate {
		query = "SELECT DISTINCT ON (" + keys + ") " + strings.Join(values, ", ") +
			" FROM jsonb_array_elements(" + rows + ") WITH ORDINALITY AS auroradataapi_rows(auroradataapi_row, auroradataapi_number)" +
			" ORDER BY " + keys + ", auroradataapi_number DESC"
	}
	if c.Mode == CopyUpdate {
		return "UPDATE " + c.Table + " AS auroradataapi_table SET " + c.assign(d, "auroradataapi_new.%s") +
			" FROM (" + query + ") AS auroradataapi_new WHERE " + c.match(d)
	}
	sql := "INSERT INTO " + c.Table + " (" + strings.Join(names, ", ") + ") " + query
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
	names := c.names(d)
	if c.Mode == CopyUpdate {
		columns = append(columns, "auroradataapi_number FOR ORDINALITY")
		keys := c.keysMySQL(d, values)
		for i, name := range names {
			values[i] += " AS " + name
		}
		values = append(values, "ROW_NUMBER() OVER (PARTITION BY "+keys+" ORDER BY auroradataapi_number DESC) AS auroradataapi_turn")
	}
	query := "SELECT " + strings.Join(values, ", ") + " FROM JSON_TABLE(" + rows + ", '$[*]' COLUMNS(" + strings.Join(columns, ", ") + ")) AS auroradataapi_row"
	if c.Mode == CopyUpdate {
		return "UPDATE " + c.Table + " AS auroradataapi_table JOIN (" + query + ") AS auroradataapi_new" +
			" ON auroradataapi_new.auroradataapi_turn = 1 AND " + c.match(d) + " SET " + c.assign(d, "auroradataapi_new.%s")
	}
	sql := "INSERT INTO " + c.Table + " (" + strings.Join(names, ", ") + ") " + query
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

func (c Copy) isKey(name string) bool { return slices.Contains(c.Key, name) }
