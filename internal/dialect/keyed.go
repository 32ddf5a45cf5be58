package dialect

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Keyed is a query of MySQL over one table, taken apart so that its result can be
// read in pages by a key of the table: each page is the query with the key's
// columns behind its own, a condition on them, and an order. Since the query is
// not put into another, its columns stay what they are.
type Keyed struct {
	// Limit and Offset are those of the query itself: a number, or a placeholder
	// with its colon; empty for none.
	Limit, Offset string
	// Nested says that there are subqueries.
	Nested bool
	// Zone is the session's time zone if hours may come twice in it: then no TIMESTAMP is
	// in a key. It is for the caller to set.
	Zone string

	sql   string
	table string // as SQL writes it
	ref   string // by which its columns are named
	head  string // up to the end of the select list
	from  string
	where string // the condition, without the word
	order string // the list, without the words
	by    []sortItem
	plain bool // order holds nothing but columns of the table, which by lists

	sorts    map[string]bool // the names in what it sorts by, in lower case, and other tokens
	sortsAny bool            // they are not all known
}

// sortItem is a column that a query sorts by.
type sortItem struct {
	column string
	down   bool
}

// Keyed takes a query apart. The error says in a few words why that cannot be
// done.
func (s *Statement) Keyed() (*Keyed, error) {
	r := &clauseReader{lexer: s.dialect.newLexer(s.sql)}
	if err := r.read(); err != nil {
		return nil, err
	}
	return r.keyed()
}

var errNoTable = errors.New("it reads no table")

// clauseReader cuts a query into its clauses.
type clauseReader struct {
	lexer
	tokens []token // of the first statement, the significant ones
}

// clause is the tokens from one word at the top level up to the next.
type clause struct{ from, to int }

// Words that a query must not have at its top level, and what they do there.
var unkeyedWords = map[string]string{
	"DISTINCT": "it drops equal rows (DISTINCT)", "DISTINCTROW": "it drops equal rows (DISTINCT)",
	"SQL_CALC_FOUND_ROWS": "it counts rows (SQL_CALC_FOUND_ROWS)",
	"SQL_BUFFER_RESULT":   "it has SQL_BUFFER_RESULT, with which MariaDB does not sort its pages",
	"GROUP":               "it groups rows (GROUP BY)", "HAVING": "it filters groups (HAVING)",
	"WINDOW": "it has a window function", "UNION": "it joins results (UNION)",
	"EXCEPT": "it joins results (EXCEPT)", "INTERSECT": "it joins results (INTERSECT)", "MINUS": "it joins results (MINUS)",
	"FOR": "it has a FOR clause", "LOCK": "it locks rows", "INTO": "it has an INTO clause",
	"PROCEDURE": "it has a PROCEDURE clause", "FETCH": "it has a FETCH clause", "OFFSET": "it has an OFFSET clause without LIMIT",
}

// read reads the tokens up to a semicolon, behind which nothing may be.
func (r *clauseReader) read() error {
	ended := false
	for t := r.next(); t.kind != tokEOF; t = r.next() {
		switch {
		case !t.significant():
			if t.flags&flagUnfinished != 0 {
				return errors.New("it ends inside of a comment")
			}
		case ended:
			return errors.New("it is more than one statement")
		case t.flags&(flagUnfinished|flagInHint) != 0, t.kind == tokOpenHint:
			return errors.New("it has a comment that holds code")
		case t.kind == tokPunct && r.text(t) == ";":
			ended = true
		default:
			r.tokens = append(r.tokens, t)
		}
	}
	return nil
}

// readAll reads all tokens, whatever they are.
func (r *clauseReader) readAll() {
	for t := r.next(); t.kind != tokEOF; t = r.next() {
		if t.significant() {
			r.tokens = append(r.tokens, t)
		}
	}
}

// upper returns a token in capitals; "" for one that is not there.
func (r *clauseReader) upper(i int) string {
	if i < 0 || i >= len(r.tokens) {
		return ""
	}
	return strings.ToUpper(r.text(r.tokens[i]))
}

func (r *clauseReader) is(i int, text string) bool { return r.upper(i) == text }

// span returns the text of some tokens, without comments behind the last.
func (r *clauseReader) span(c clause) string {
	if c.from >= c.to {
		return ""
	}
	return r.src[r.tokens[c.from].start:r.tokens[c.to-1].end]
}

// keyed makes the query of its clauses.
func (r *clauseReader) keyed() (*Keyed, error) {
	if !r.is(0, "SELECT") {
		return nil, errors.New("it does not begin with SELECT")
	}
	clauses, err := r.clauses()
	if err != nil {
		return nil, err
	}
	from, ok := clauses["FROM"]
	if !ok {
		return nil, errNoTable
	}
	list := clauses["SELECT"]
	if list.from >= list.to {
		return nil, errors.New("it selects nothing")
	}
	if err := r.checkList(list); err != nil {
		return nil, err
	}
	k := &Keyed{sql: r.src, from: r.span(from)}
	for i := 1; i < len(r.tokens); i++ {
		k.Nested = k.Nested || r.is(i, "SELECT") || r.is(i, "TABLE")
	}
	if err := r.unsnapped(); err != nil && (k.Nested || r.is(from.from, "PERFORMANCE_SCHEMA")) {
		return nil, err
	}
	k.head = r.src[r.tokens[0].start:r.tokens[list.to-1].end]
	if err := r.tableOf(k, from); err != nil {
		return nil, err
	}
	k.where = r.span(clauses["WHERE"])
	if by, ok := clauses["ORDER"]; ok {
		if !r.is(by.from, "BY") {
			return nil, errors.New("its ORDER BY cannot be read")
		}
		by.from++
		k.order = r.span(by)
		k.by, k.plain = r.sortItems(k, by, list)
		r.sortNames(k, by, list)
	}
	if limit, ok := clauses["LIMIT"]; ok {
		if err := r.limit(k, limit); err != nil {
			return nil, err
		}
	}
	return k, nil
}

// clauses finds the clauses by the word that begins each, which is not part of
// them.
func (r *clauseReader) clauses() (map[string]clause, error) {
	found := make(map[string]clause)
	order := []string{"SELECT", "FROM", "WHERE", "ORDER", "LIMIT"}
	current, start, depth := "SELECT", 1, 0
	for i := 1; i < len(r.tokens); i++ {
		t, word := r.tokens[i], r.upper(i)
		switch {
		case word == "(":
			depth++
		case word == ")":
			depth--
		}
		if t.kind != tokWord || depth > 0 || r.is(i-1, ".") || r.is(i-1, "@") {
			continue
		}
		if why := unkeyedWords[word]; why != "" && !(word == "OFFSET" && current == "LIMIT") {
			return nil, errors.New(why)
		}
		if at := slices.Index(order, word); at > 0 {
			if at <= slices.Index(order, current) {
				return nil, fmt.Errorf("its clause %s is not where one is expected", word)
			}
			found[current] = clause{start, i}
			current, start = word, i+1
		}
	}
	if depth != 0 {
		return nil, errors.New("its parentheses do not match")
	}
	found[current] = clause{start, len(r.tokens)}
	return found, nil
}

// checkList refuses a select list whose values depend on more than one row.
// What is within a subquery concerns that.
func (r *clauseReader) checkList(list clause) error {
	inner := 0 // parentheses open since that of a subquery
	for i := list.from; i < list.to; i++ {
		switch word := r.upper(i); {
		case word == "(" && (inner > 0 || r.is(i+1, "SELECT") || r.is(i+1, "WITH")):
			inner++
		case word == ")" && inner > 0:
			inner--
		case inner > 0 || r.tokens[i].kind != tokWord || r.is(i-1, "."):
		case word == "OVER" && r.tokens[i-1].kind == tokPunct:
			return errors.New("it has a window function")
		case aggregates[word] && r.is(i+1, "("):
			return fmt.Errorf("it aggregates rows (%s)", word)
		}
	}
	return nil
}

// tableOf reads the FROM clause, which has to be a table and perhaps an alias.
func (r *clauseReader) tableOf(k *Keyed, from clause) error {
	i := from.from
	names := []string{}
	other := errors.New("it reads more than one table, or not a table by its name alone")
	if i+1 == from.to && r.tokens[i].kind == tokWord && r.is(i, "DUAL") {
		return errNoTable
	}
	for {
		name, ok := r.name(i)
		if !ok || i >= from.to {
			return other
		}
		names = append(names, name)
		if i++; i >= from.to || !r.is(i, ".") {
			break
		}
		i++
	}
	if len(names) > 2 {
		return other
	}
	for n, name := range names {
		names[n] = MySQL.QuoteIdent(name)
	}
	k.table, k.ref = strings.Join(names, "."), names[len(names)-1]
	as := i < from.to && r.is(i, "AS")
	if as {
		i++
	}
	if i < from.to {
		alias, ok := r.name(i)
		if !ok || !as && r.tokens[i].kind == tokWord && tableWords[r.upper(i)] {
			return other
		}
		k.ref = MySQL.QuoteIdent(alias)
		i++
	}
	if i != from.to {
		return other
	}
	return nil
}

// tableWords may follow a table and are no alias.
var tableWords = wordSet("CROSS FORCE IGNORE INNER JOIN LEFT NATURAL PARTITION RIGHT STRAIGHT_JOIN TABLESAMPLE USE")

// name returns the name that a token is.
func (r *clauseReader) name(i int) (string, bool) {
	if i >= len(r.tokens) {
		return "", false
	}
	text := r.text(r.tokens[i])
	switch {
	case r.tokens[i].kind == tokWord:
		return text, true
	case r.tokens[i].kind == tokIdent && text[0] == '`' && len(text) > 2:
		return strings.ReplaceAll(text[1:len(text)-1], "``", "`"), true
	}
	return "", false
}

// sortItems returns what a query sorts by, if that is nothing but columns of its
// table. A name alone may be that of a column of the result instead.
func (r *clauseReader) sortItems(k *Keyed, by, list clause) (items []sortItem, plain bool) {
	for i := by.from; i < by.to; i++ {
		column, ok := r.name(i)
		if ok && r.is(i+1, ".") {
			if MySQL.QuoteIdent(column) != k.ref {
				return nil, false
			}
			i += 2
			column, ok = r.name(i)
		} else if ok && r.named(column, list) {
			return nil, false
		}
		if !ok || i >= by.to {
			return nil, false
		}
		item := sortItem{column: column}
		if i+1 < by.to && (r.is(i+1, "ASC") || r.is(i+1, "DESC")) {
			i++
			item.down = r.is(i, "DESC")
		}
		items = append(items, item)
		if i++; i < by.to && !r.is(i, ",") {
			return nil, false
		}
	}
	return items, true
}

// named reports whether the select list may give a name to something.
func (r *clauseReader) named(name string, list clause) bool {
	for i := list.from + 1; i < list.to; i++ {
		if got := r.text(r.tokens[i]); !strings.EqualFold(strings.Trim(got, "`\"'"), name) {
			continue
		}
		switch prev := r.tokens[i-1]; prev.kind {
		case tokOperator, tokAssign:
		case tokPunct:
			if r.text(prev) == ")" {
				return true
			}
		default:
			return true
		}
	}
	return false
}

// limit reads the LIMIT clause.
func (r *clauseReader) limit(k *Keyed, c clause) error {
	var parts []string
	for i := c.from; i < c.to; i++ {
		switch t := r.tokens[i]; {
		case (t.kind == tokNumber || t.kind == tokName) && i%2 == c.from%2:
			parts = append(parts, r.text(t))
		case i == c.from+1 && i+2 == c.to && (r.is(i, ",") || r.is(i, "OFFSET")):
		default:
			return errors.New("its LIMIT cannot be read")
		}
	}
	switch {
	case len(parts) == 1:
		k.Limit = parts[0]
	case len(parts) == 2 && r.is(c.from+1, ","):
		k.Offset, k.Limit = parts[0], parts[1]
	case len(parts) == 2:
		k.Limit, k.Offset = parts[0], parts[1]
	default:
		return errors.New("its LIMIT cannot be read")
	}
	return nil
}
