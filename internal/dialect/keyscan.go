package dialect

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// TableColumn is a column as SHOW FULL COLUMNS describes it. Collation is empty if it
// has none.
type TableColumn struct{ Name, Type, Collation string }

// comesBack says whether a text of the column that was read is the same for the
// database when it is sent; inPart, that it is if there is no question mark in it. Some
// character sets of East Asia have characters twice that Unicode has once, and others
// have not all of what Unicode has.
func (c TableColumn) comesBack() (all, inPart bool) {
	set, _, _ := strings.Cut(strings.ToLower(c.Collation), "_")
	return set == "" || slices.Contains(roundTrip, set), slices.Contains(roundTripInPart, set)
}

var (
	// roundTrip are the character sets of which every text that can be stored comes
	// back from Unicode.
	roundTrip = []string{
		"utf8", "utf8mb3", "utf8mb4", "ucs2", "utf16", "utf16le", "utf32", "binary",
		"latin1", "latin2", "latin5", "latin7", "cp850", "cp852", "koi8r", "koi8u",
	}
	// roundTripInPart are those of one byte a character that have bytes which stand for
	// none. MariaDB stores these nevertheless, and reads them as question marks.
	roundTripInPart = []string{"ascii", "cp1250", "cp1251", "cp1256", "cp1257", "greek", "hebrew"}
)

// IndexPart is a row of SHOW INDEX: one column of an index.
type IndexPart struct {
	Index    string
	Unique   bool
	Column   string // empty for an expression
	Nullable bool
	Partial  bool // not the column's values as they are: their beginnings, or words
}

// TableColumns reads the answer to Keyed.Columns.
func TableColumns(rows [][]string) ([]TableColumn, error) {
	var columns []TableColumn
	for _, row := range rows {
		if len(row) < 3 {
			return nil, errors.New("the columns of the table are described in a form that is not known")
		}
		columns = append(columns, TableColumn{row[0], row[1], row[2]})
	}
	return columns, nil
}

// IndexParts reads the answer to Keyed.Indexes.
func IndexParts(rows [][]string) ([]IndexPart, error) {
	const unique, name, column, length, null, kind = 1, 2, 4, 7, 9, 10
	var parts []IndexPart
	for _, row := range rows {
		if len(row) <= kind {
			return nil, errors.New("the indexes of the table are described in a form that is not known")
		}
		parts = append(parts, IndexPart{
			Index: row[name], Unique: row[unique] == "0", Column: row[column],
			Nullable: row[null] == "YES", Partial: row[length] != "" || row[kind] == "FULLTEXT",
		})
	}
	return parts, nil
}

// Columns returns the statement that describes the columns of the table, and
// Indexes that for its indexes. The session is asked, and not the information
// schema, because only it knows of a temporary table in front of the table.
func (k *Keyed) Columns() string { return "SHOW FULL COLUMNS FROM " + k.table }

// Indexes is described at Columns.
func (k *Keyed) Indexes() string { return "SHOW INDEX FROM " + k.table }

// KeyScan is a query over one table with the key by which it is read in pages.
type KeyScan struct {
	*Keyed
	// Seeks says that a page begins behind the key of the last row. Otherwise
	// the query has an order of its own, and a page passes over the rows before;
	// the key only decides between rows that are equal in that order.
	Seeks bool

	key    []keyColumn
	down   bool
	prefix string                 // of the names of parameters
	named  map[string]TableColumn // the columns of the table, by names in lower case
}

// keyColumn is a column of a key.
type keyColumn struct {
	name   string // as SQL writes it
	value  string // the expression that is selected
	sorted string // the expression that is compared, as the database sorts it
	cast   string // what a parameter becomes; %s is its name
	// lost says of a value that it is not found again when it is sent; nil if all are.
	lost func(value string) bool
}

// KeyColumns returns the number of columns that each page has behind those of the
// query.
func (s *KeyScan) KeyColumns() int { return len(s.key) }

// Lost reports whether a value of column i of the key, as it was read, is not found
// again when it is sent.
func (s *KeyScan) Lost(i int, value string) bool { return s.key[i].lost != nil && s.key[i].lost(value) }

// MayLose reports whether there may be values in the key that are not found again.
func (s *KeyScan) MayLose() bool {
	return slices.ContainsFunc(s.key, func(c keyColumn) bool { return c.lost != nil })
}

// zeroDate reports whether a date has a year, a month or a day of zero. Many clients do
// not read it as what it is, and in the strict modes of SQL it is NULL when it is sent.
func zeroDate(s string) bool {
	return strings.HasPrefix(s, "0000") || len(s) >= len("0000-00-00") && strings.Contains(s[4:10], "-00")
}

// questioned reports whether a text has what stands for a byte that is no character.
func questioned(s string) bool { return strings.Contains(s, "?") }

// Choose decides on the key: one that the query sorts by if there is one, then
// the primary one, then any that is unique and not null.
func (k *Keyed) Choose(columns []TableColumn, parts []IndexPart) (*KeyScan, error) {
	named := make(map[string]TableColumn)
	for _, c := range columns {
		named[strings.ToLower(c.Name)] = c
	}
	var best *KeyScan
	for _, name := range indexNames(parts) {
		key := k.keyOf(name, parts, named)
		if key == nil {
			continue
		}
		s := &KeyScan{Keyed: k, key: key, prefix: k.freePrefix(), named: named}
		s.Seeks, s.down = k.sortsBy(name, parts)
		if best == nil || s.Seeks && !best.Seeks {
			best = s
		}
	}
	if best == nil && k.Zone != "" {
		anywhere := *k
		anywhere.Zone = ""
		if _, err := anywhere.Choose(columns, parts); err == nil {
			return nil, fmt.Errorf("its key has a TIMESTAMP, of which hours may come twice in the session's time zone %s", k.Zone)
		}
	}
	if best == nil {
		for _, p := range parts {
			if name := MySQL.NamesPlaceholder(p.Column); name != "" && p.Unique {
				return nil, fmt.Errorf("the service takes %s in `%s`, a column of its key, for a parameter", name, p.Column)
			}
		}
		return nil, errors.New("its table has neither a primary key nor a unique one without NULLs, of types that can be compared exactly")
	}
	if !best.Seeks {
		if what := k.sortedTwoWays(named, parts); what != "" {
			return nil, fmt.Errorf("its pages might not go together, because MySQL sorts texts such as those of %s in more than one way", what)
		}
	}
	return best, nil
}

// indexNames returns the names of the unique indexes, the primary key's first.
func indexNames(parts []IndexPart) []string {
	var names []string
	for _, p := range parts {
		if p.Unique && !slices.Contains(names, p.Index) {
			names = append(names, p.Index)
		}
	}
	if i := slices.Index(names, "PRIMARY"); i > 0 {
		names[0], names[i] = names[i], names[0]
	}
	return names
}

// keyOf returns the columns of an index, nil if it cannot serve as a key.
func (k *Keyed) keyOf(index string, parts []IndexPart, columns map[string]TableColumn) []keyColumn {
	var key []keyColumn
	for _, p := range parts {
		if p.Index != index {
			continue
		}
		c, ok := k.keyColumn(columns[strings.ToLower(p.Column)])
		if !ok || p.Nullable || p.Partial || p.Column == "" || MySQL.NamesPlaceholder(p.Column) != "" {
			return nil
		}
		key = append(key, c)
	}
	return key
}

// keyColumn returns how the values of a column are selected and compared, so
// that each is compared as the database sorts it, and exactly: as a text a
// decimal or a large integer would be compared as a double, and an enum is
// sorted by its number.
func (k *Keyed) keyColumn(column TableColumn) (keyColumn, bool) {
	col, typ := k.ref+"."+MySQL.QuoteIdent(column.Name), strings.ToLower(column.Type)
	c := keyColumn{name: col, value: col, sorted: col, cast: "%s"}
	base, size := column.base()
	unsigned := strings.Contains(typ[len(base):], " unsigned")
	switch base {
	case "tinyint", "smallint", "mediumint", "int", "bigint":
		c.cast = "CAST(%s AS SIGNED)"
		if unsigned {
			c.cast = castTo("%s", unsignedType)
		}
		if base == "tinyint" && !unsigned { // which may be taken for a boolean
			c.value = "CAST(" + col + " AS SIGNED)"
		}
	case "bit", "year":
		if size == "2" && base == "year" { // whose numbers are not those by which it is sorted
			return c, false
		}
		c.value, c.cast = "CAST("+col+" AS UNSIGNED)", castTo("%s", unsignedType)
	case "enum", "set":
		c.value, c.cast = "CAST("+col+" AS UNSIGNED)", castTo("%s", unsignedType)
		c.sorted = c.value
	case "decimal":
		c.cast = "CAST(%s AS DECIMAL(" + size + "))"
	case "date":
		c.value, c.lost = "CAST("+col+" AS CHAR)", zeroDate
		c.cast = "CAST(%s AS DATE)"
	case "datetime", "timestamp":
		if base == "timestamp" && k.Zone != "" {
			return c, false
		}
		c.value, c.lost = "CAST("+col+" AS CHAR)", zeroDate
		c.cast = "CAST(%s AS DATETIME(6))"
	case "time":
		c.cast = "CAST(%s AS TIME(6))"
	case "char", "varchar", "binary", "varbinary":
		all, inPart := column.comesBack()
		if !all {
			c.lost = questioned
		}
		return c, column.sortsAlike() && (all || inPart)
	default:
		return c, false
	}
	return c, true
}

// sortsBy reports whether the order of an index is the query's, or its reverse.
func (k *Keyed) sortsBy(index string, parts []IndexPart) (yes, down bool) {
	if k.order == "" {
		return true, false
	}
	if !k.plain {
		return false, false
	}
	down = k.by[0].down
	at := 0
	for _, p := range parts {
		if p.Index != index || at == len(k.by) {
			continue
		}
		if item := k.by[at]; !strings.EqualFold(item.column, p.Column) || item.down != down {
			return false, false
		}
		at++
	}
	return at == len(k.by), down
}

// freePrefix returns a beginning that no name of the query has.
func (k *Keyed) freePrefix() string {
	prefix := "auroradataapi_key"
	for strings.Contains(k.sql, prefix) {
		prefix += "_"
	}
	return prefix
}

// Parameter returns the name of the parameter for a column of the key.
func (s *KeyScan) Parameter(i int) string { return s.prefix + strconv.Itoa(i) }

// Page returns the statement for at most n rows: those behind the key in the
// parameters, if behind is set, and then behind so many others.
func (s *KeyScan) Page(behind bool, offset, n int) string {
	condition := ""
	if behind {
		condition = s.behind()
	}
	order := s.keyOrder(func(i int) string { return s.key[i].name })
	if !s.Seeks {
		order = s.order + "\n, " + order
	}
	sql := s.selects(condition) + " ORDER BY " + order + " LIMIT " + strconv.Itoa(n)
	if offset > 0 {
		sql += " OFFSET " + strconv.Itoa(offset)
	}
	return sql
}

// selects returns the query with the key behind its columns, a further condition
// and no order.
func (s *KeyScan) selects(condition string) string {
	sql := s.head
	for i, c := range s.key {
		sql += ", " + c.value + " AS " + s.Parameter(i)
	}
	sql += "\nFROM " + s.from
	switch {
	case s.where != "" && condition != "":
		sql += "\nWHERE (" + s.where + "\n) AND " + condition
	case s.where != "":
		sql += "\nWHERE " + s.where + "\n"
	case condition != "":
		sql += "\nWHERE " + condition
	}
	return sql
}

// keyOrder is the order of the key, whose columns have the names given.
func (s *KeyScan) keyOrder(name func(i int) string) string {
	var list []string
	for i := range s.key {
		if s.down {
			list = append(list, name(i)+" DESC")
		} else {
			list = append(list, name(i))
		}
	}
	return strings.Join(list, ", ")
}

// parameter returns the parameter for a column of the key as it is compared.
func (s *KeyScan) parameter(i int) string { return fmt.Sprintf(s.key[i].cast, ":"+s.Parameter(i)) }

// behind is the condition on rows behind a key. It is written so that the
// database finds the first of them in the index, which it does not do for a
// comparison of rows.
func (s *KeyScan) behind() string {
	op := " > "
	if s.down {
		op = " < "
	}
	last := len(s.key) - 1
	sql := s.key[last].sorted + op + s.parameter(last)
	for i := last - 1; i >= 0; i-- {
		k, p := s.key[i].sorted, s.parameter(i)
		sql = k + op + p + " OR " + k + " = " + p + " AND (" + sql + ")"
	}
	if last == 0 {
		return sql
	}
	return s.key[0].sorted + strings.TrimSuffix(op, " ") + "= " + s.parameter(0) + " AND (" + sql + ")"
}

// Sizes returns the statement that tells the sizes of the one row that Page
// returns: for each column of the query its octets and its characters, and then
// the key. labels are those of the columns.
func (s *KeyScan) Sizes(behind bool, offset int, labels []string) string {
	var list []string
	for _, label := range labels {
		name := MySQL.QuoteIdent(label)
		list = append(list, "OCTET_LENGTH("+name+")", "CHAR_LENGTH("+name+")")
	}
	for i := range s.key {
		list = append(list, s.Parameter(i))
	}
	return "SELECT " + strings.Join(list, ", ") + " FROM (" + inner(s.Page(behind, offset, 1)) + ") AS auroradataapi_row"
}

// Values returns the statement for some columns of the row with the key in the
// parameters.
func (s *KeyScan) Values(labels []string) string {
	var list []string
	for _, label := range labels {
		list = append(list, MySQL.QuoteIdent(label))
	}
	return s.ofRow(strings.Join(list, ", "))
}

// Piece returns the statement for n characters or bytes of a column, behind so
// many others.
func (s *KeyScan) Piece(label string, behind, n int) string {
	return s.ofRow(fmt.Sprintf("SUBSTRING(%s, %d, %d)", MySQL.QuoteIdent(label), behind+1, n))
}

func (s *KeyScan) ofRow(list string) string {
	var conditions []string
	for i, c := range s.key {
		conditions = append(conditions, c.sorted+" = "+s.parameter(i))
	}
	// Without a LIMIT, so that the database merges the two queries and reads none
	// of the other columns. The key is unique.
	return "SELECT " + list + " FROM (" + inner(s.selects(strings.Join(conditions, " AND "))) + ") AS auroradataapi_row"
}

var (
	// selectWords may stand behind SELECT, in any order.
	selectWords = wordSet("ALL DISTINCT DISTINCTROW SQL_BIG_RESULT SQL_SMALL_RESULT STRAIGHT_JOIN")
	// outerWords may as well, and not in parentheses: they say how to go about a statement.
	outerWords = wordSet("HIGH_PRIORITY SQL_BUFFER_RESULT SQL_CACHE SQL_CALC_FOUND_ROWS SQL_NO_CACHE")
)

// inner returns a query as it may stand in parentheses.
func inner(sql string) string {
	var b strings.Builder
	l, behind, end := MySQL.newLexer(sql), false, 0
	for t := l.next(); t.kind != tokEOF; t = l.next() {
		if !t.significant() {
			continue
		}
		word := ""
		if t.kind == tokWord {
			word = strings.ToUpper(l.text(t))
		}
		switch {
		case behind && outerWords[word]:
			b.WriteString(sql[end:t.start])
			end = t.end
		case !behind || !selectWords[word]:
			behind = word == "SELECT"
		}
	}
	return b.String() + sql[end:]
}

// Functions is a query for those of the functions in the parameter names, in lower
// case and separated by commas, that the user may see: their names, 1 for one that is
// not declared such that it cannot write, and 1 for one that is not declared such that
// it returns the same for the same arguments.
const Functions = `SELECT ROUTINE_NAME, SQL_DATA_ACCESS NOT IN ('NO SQL', 'READS SQL DATA')
  AND NOT (SQL_DATA_ACCESS = 'CONTAINS SQL' AND IS_DETERMINISTIC = 'YES'), IS_DETERMINISTIC <> 'YES' FROM information_schema.ROUTINES
  WHERE ROUTINE_TYPE = 'FUNCTION' AND FIND_IN_SET(LOWER(ROUTINE_NAME), :names)`

// Views is a query for those of the views in the parameter names, as that of
// Functions, with their definitions, which are empty where the user may not see
// them. The names hold those of schemas too.
const Views = `SELECT TABLE_NAME, VIEW_DEFINITION FROM information_schema.VIEWS
  WHERE FIND_IN_SET(LOWER(TABLE_NAME), :names) AND TABLE_SCHEMA <> 'sys'
  AND (TABLE_SCHEMA = DATABASE() OR FIND_IN_SET(LOWER(TABLE_SCHEMA), :names))`

// PageTable is the SQL by which the result of any query of MySQL is put into a
// temporary table, to be read from there. Making it locks the rows that are read,
// and sees what was committed since the transaction's snapshot.
type PageTable struct {
	// Name is the table's name, of lower-case letters, digits and underscores.
	Name string
}

// rowNumber is the column that numbers the rows.
const rowNumber = "auroradataapi_row_number"

// Create returns the statement that makes the table.
func (p PageTable) Create(sql string) string {
	return "CREATE TEMPORARY TABLE " + p.Name + " (" + rowNumber + " BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY) " + inner(MySQL.unterminated(sql))
}

// Drop returns the statement that removes the table.
func (p PageTable) Drop() string { return "DROP TEMPORARY TABLE IF EXISTS " + p.Name }

// Scan returns how the table is read.
func (p PageTable) Scan(labels []string) (*KeyScan, error) {
	var list []string
	var columns []TableColumn
	for _, label := range labels {
		list = append(list, MySQL.QuoteIdent(label))
		columns = append(columns, TableColumn{Name: label})
	}
	k, err := MySQL.Parse("SELECT " + strings.Join(list, ", ") + " FROM " + p.Name).Keyed()
	if err != nil {
		return nil, err
	}
	return k.Choose(append(columns, TableColumn{Name: rowNumber, Type: "bigint"}), []IndexPart{{Index: "PRIMARY", Unique: true, Column: rowNumber}})
}

// Shape returns a query without rows that has the columns of another.
func (p PageTable) Shape(sql string) string {
	return "SELECT * FROM (" + inner(MySQL.unterminated(sql)) + "\n) AS auroradataapi_row LIMIT 0"
}
