package dialect

import (
	"fmt"
	"strings"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// UniqueIndex is a unique index of a table.
type UniqueIndex struct {
	Name  string
	parts []indexPart
}

// indexPart is a column of an index, or an expression, which has no name.
type indexPart struct {
	column string
	whole  bool // not only the first characters
}

// UniqueIndexes returns a query for the unique indexes of a table, with the
// parameters of ColumnTypes, for a database that does not say itself whether one
// is on the columns of a key. It is empty for one that does.
func (d *Dialect) UniqueIndexes() string {
	if !d.syntax.backticks {
		return ""
	}
	return "SELECT INDEX_NAME, COALESCE(COLUMN_NAME, ''), SUB_PART IS NULL FROM information_schema.STATISTICS" +
		" WHERE NON_UNIQUE = 0 AND TABLE_NAME = :table AND TABLE_SCHEMA = COALESCE(NULLIF(:database, ''), DATABASE())" +
		" ORDER BY INDEX_NAME, SEQ_IN_INDEX"
}

// ReadIndex reads a row of the answer to UniqueIndexes into the indexes of the
// rows before, and returns false if it is none.
func ReadIndex(indexes []UniqueIndex, row []wire.Field) ([]UniqueIndex, bool) {
	if len(row) != 3 {
		return indexes, false
	}
	name, part := row[0].Str(), indexPart{row[1].Str(), row[2].Long() != 0}
	if n := len(indexes); n == 0 || indexes[n-1].Name != name {
		indexes = append(indexes, UniqueIndex{Name: name})
	}
	last := &indexes[len(indexes)-1]
	last.parts = append(last.parts, part)
	return indexes, true
}

// On reports whether the index is on just these columns, in any order.
func (u UniqueIndex) On(key []string) bool {
	if len(u.parts) != len(key) {
		return false
	}
	for _, name := range key {
		found := false
		for _, part := range u.parts {
			found = found || part.whole && part.column == name
		}
		if !found {
			return false
		}
	}
	return true
}

// String returns the index's name and columns.
func (u UniqueIndex) String() string {
	parts := make([]string, len(u.parts))
	for i, part := range u.parts {
		switch {
		case part.column == "":
			parts[i] = "an expression"
		case !part.whole:
			parts[i] = "the start of " + part.column
		default:
			parts[i] = part.column
		}
	}
	return fmt.Sprintf("%s (%s)", u.Name, strings.Join(parts, ", "))
}

// keep returns the assignment that leaves the key of a row as it is, and fails if
// a new row met it by another unique index than that on the key: MySQL goes by
// any. It is an overflow (1690) whatever the SQL mode.
func (c Copy) keep(d *Dialect) string {
	same := make([]string, len(c.Key))
	for i, key := range c.Key {
		name := d.QuoteIdent(key)
		same[i] = fmt.Sprintf("%s.%s = VALUES(%s)", c.Table, name, name)
	}
	key := d.QuoteIdent(c.Key[0])
	column := c.Table + "." + key
	return fmt.Sprintf("%s = IF(~0 + ((%s) IS NOT TRUE), %s, %s)", key, strings.Join(same, " AND "), column, column)
}

// MetOtherKey reports whether an error of MySQL, by its number and message, is
// that of a new row that has met another by a unique index that is not on the key.
// The message quotes the sum, in words that differ from one version to another.
func MetOtherKey(number int, message string) bool {
	for _, sum := range []string{"~0 + (", "~(0) + (", "18446744073709551615 + ("} {
		if number == 1690 && strings.Contains(message, sum) {
			return true
		}
	}
	return false
}
