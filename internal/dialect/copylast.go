package dialect

import (
	"fmt"
	"strings"
)

// Of the rows of a call that have the same key, the last one wins. The database
// finds them, because it alone knows which keys are equal: 1 and 1.0, and a and A
// by some collations.

// keysPostgres returns what tells the keys of rows apart, of the values of the
// columns. There, other than for a unique index, NULL is equal to NULL.
func (c Copy) keysPostgres(values []string) string {
	var keys, plain []string
	for i, col := range c.Columns {
		if !c.isKey(col.Name) {
			continue
		}
		key := values[i]
		plain = append(plain, key)
		if col.Collation != "" {
			key += " COLLATE " + col.Collation
		}
		keys = append(keys, key)
	}
	if c.Mode == CopyUpsert {
		keys = append(keys, "CASE WHEN num_nulls("+strings.Join(plain, ", ")+") > 0 THEN auroradataapi_number END")
	}
	return strings.Join(keys, ", ")
}

// keysMySQL returns what tells the keys of rows apart, and makes the values of the
// key what the table's are compared with.
func (c Copy) keysMySQL(d *Dialect, values []string) string {
	var keys []string
	for i, col := range c.Columns {
		if c.isKey(col.Name) {
			values[i] = d.comparable(col, values[i])
			keys = append(keys, values[i])
		}
	}
	return strings.Join(keys, ", ")
}

// comparable turns the text of a value into one that MySQL compares with those of
// the column as it compares these with one another, and can look up in an index. It
// would compare numbers with texts as floating point, and so 2⁵³ with 2⁵³+1 as equal,
// and texts of two collations not at all.
func (d *Dialect) comparable(col CopyColumn, value string) string {
	switch col.Type {
	case "tinyint", "smallint", "mediumint", "int", "bigint", "year":
		return "CAST(" + value + " AS DECIMAL(65, 30))"
	case "decimal":
		return decimal(value, int(col.Size))
	case "float": // 0.1 is another number there than as a double
		return "CAST(" + value + " AS FLOAT)"
	case "double":
		return "(" + value + " + 0e0)"
	case "date", "datetime", "timestamp":
		return "CAST(" + value + " AS DATETIME(6))"
	case "time":
		return "CAST(" + value + " AS TIME(6))"
	}
	if col.Charset == "" || col.Collation == "" {
		return value
	}
	const all = "utf8mb4"
	text := fmt.Sprintf("CONVERT(%s USING %s) COLLATE %s", value, col.Charset, col.Collation)
	if col.Charset == all {
		return text
	}
	// What the charset lacks is a question mark in it, and no key of the table.
	return fmt.Sprintf("CASE WHEN CAST(CONVERT(CONVERT(%s USING %s) USING %s) AS BINARY) = CAST(CONVERT(%[1]s USING %[3]s) AS BINARY) THEN %[4]s END",
		value, col.Charset, all, text)
}

// decimal turns the text of a value into a number of so many digits before its point,
// of the 65 that MySQL has for all. Where that leaves too few for its fraction, it is
// none of the table, which would be rounded to one otherwise.
func decimal(value string, digits int) string {
	const most, fraction = 65, 30
	if digits <= most-fraction {
		return fmt.Sprintf("CAST(%s AS DECIMAL(%d, %d))", value, most, fraction)
	}
	number := fmt.Sprintf("CAST(%s AS DECIMAL(%d, %d))", value, most, most-digits)
	return fmt.Sprintf("CASE WHEN %s = %s + 0e0 THEN %[1]s END", number, value)
}
