package dialect

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// Cursor is the SQL by which a result of PostgreSQL is read in pages, within a
// transaction. A page is a list of texts, each a row in the form of a record,
// (1,"a ""b""",), or a piece of one; RowText reads them. PostgreSQL ends a page
// itself once it is large enough, so that no page passes the service's limit
// (F0012), however the sizes of the rows vary. Whatever type a column has, the
// service is only shown text.
type Cursor struct {
	// Name is the cursor's name, of lower-case letters, digits and underscores.
	Name string
	// PageBytes is the size at which a page ends; the row that passes it is
	// still in it.
	PageBytes int
	// PieceBytes is the size of the longest row that is sent in one piece.
	PieceBytes int
}

// The marks that the texts of a page begin with. A whole row begins with a
// parenthesis. PageEnd is a text of its own, behind the last row.
const (
	RowBegin   = '('
	PieceFirst = '*' // base64 of the first part of a row; more follow
	PieceMore  = '+' // base64 of another part; more follow
	PieceLast  = '.' // base64 of the last part
	PageEnd    = ""
)

// pageFunction reads from the cursor c until most bytes are together. A row
// longer than piece is read through a cursor of its own, c_long, whose state is
// what is left of it for the next page. If the caller rolls back to a savepoint
// that is older than c_long, that is gone and c goes on with the next row: the mark
// of a first piece is how the reader finds out. A record counts 2 bytes for the row
// and 4 for its one column (F0012).
const pageFunction = `CREATE OR REPLACE FUNCTION pg_temp.auroradataapi_page(c refcursor, most int, piece int)
RETURNS SETOF text LANGUAGE plpgsql AS '
DECLARE
  long refcursor := c::text || ''_long'';
  inside boolean := EXISTS (SELECT FROM pg_catalog.pg_cursors WHERE name = c::text || ''_long'');
  r record; t text; b bytea; n int := 0; slice int := piece / 4 * 3;
BEGIN
  LOOP
    IF inside THEN
      FETCH long INTO t;
      IF NOT FOUND THEN CLOSE long; inside := false; CONTINUE; END IF;
    ELSE
      FETCH c INTO r;
      IF NOT FOUND THEN RETURN NEXT ''''; RETURN; END IF;
      t := r::text;
      IF octet_length(t) > piece THEN
        b := convert_to(t, ''UTF8'');
        OPEN long FOR
          SELECT CASE WHEN i = 0 THEN ''*'' WHEN (i + 1) * slice < octet_length(b) THEN ''+'' ELSE ''.'' END
            || encode(substring(b FROM i * slice + 1 FOR slice), ''base64'')
          FROM generate_series(0, (octet_length(b) - 1) / slice) i;
        inside := true; CONTINUE;
      END IF;
    END IF;
    RETURN NEXT t;
    n := n + octet_length(t) + 6;
    EXIT WHEN n > most;
  END LOOP;
END'`

// Install returns the statement that makes the page function known to the
// session; readOnly makes the transaction read-only from then on.
func (c Cursor) Install(readOnly bool) string {
	set := ""
	if readOnly {
		set = " PERFORM set_config('transaction_read_only', 'on', true);"
	}
	return doBlock("EXECUTE " + quote(pageFunction) + ";" + set)
}

// Declare returns the beginning of the statement that opens the cursor, behind
// which the query has to stand.
func (c Cursor) Declare() string { return "DECLARE " + c.Name + " NO SCROLL CURSOR FOR " }

// Shape returns the statement that tells the columns of the cursor.
func (c Cursor) Shape() string { return "FETCH 0 FROM " + c.Name }

// Page returns the statement that reads the next page.
func (c Cursor) Page() string {
	return fmt.Sprintf("SELECT * FROM pg_temp.auroradataapi_page('%s', %d, %d)", c.Name, c.PageBytes, c.PieceBytes)
}

// Close returns the statement that closes the cursor.
func (c Cursor) Close() string { return "CLOSE " + c.Name }

// Drop returns the statement that removes what Install and OpenFunction made,
// for a transaction that is going to be committed.
func (c Cursor) Drop() string {
	return doBlock("DROP FUNCTION pg_temp.auroradataapi_page; DROP FUNCTION IF EXISTS pg_temp.auroradataapi_open;")
}

// DeclareRows returns the statement that opens the cursor on the texts of a
// query's rows, where no function can be made: in a read-only transaction, or
// without the right to temporary objects. FetchRows reads from it.
func (c Cursor) DeclareRows(sql string) string {
	slice := c.PieceBytes / 4 * 3
	return fmt.Sprintf("DECLARE %s SCROLL CURSOR FOR SELECT CASE WHEN octet_length(t) <= %d THEN t"+
		" ELSE CASE WHEN i = 0 THEN '*' WHEN (i + 1) * %[3]d < octet_length(t) THEN '+' ELSE '.' END"+
		" || encode(substring(convert_to(t, 'UTF8') FROM i * %[3]d + 1 FOR %[3]d), 'base64') END"+
		" FROM (SELECT auroradataapi_row::text AS t FROM (%s\n) AS auroradataapi_row OFFSET 0) z,"+
		" generate_series(0, CASE WHEN octet_length(t) <= %[2]d THEN 0 ELSE (octet_length(t) - 1) / %[3]d END) i",
		c.Name, c.PieceBytes, slice, PostgreSQL.unterminated(sql))
}

// Shape returns a query without rows that has the columns of another.
func Shape(sql string) string {
	return "SELECT * FROM (" + PostgreSQL.unterminated(sql) + "\n) AS auroradataapi_row LIMIT 0"
}

// CastColumns returns a query with the rows of another, in their order, of which
// some columns are cast to text. The columns are called c1, c2 and so on. guarded
// has its transaction be read-only from before the other query is begun: the
// condition of the query around it is looked at first.
func CastColumns(sql string, cast []bool, guarded bool) string {
	names, values := make([]string, len(cast)), make([]string, len(cast))
	for i := range cast {
		names[i] = "c" + strconv.Itoa(i+1)
		values[i] = names[i]
		if cast[i] {
			values[i] += "::text"
		}
	}
	guard := ""
	if guarded {
		guard = " WHERE (SELECT pg_catalog.set_config('transaction_read_only', 'on', true)) = 'on'"
	}
	return "WITH auroradataapi_row (" + strings.Join(names, ", ") + ") AS MATERIALIZED (" + PostgreSQL.unterminated(sql) +
		"\n) SELECT " + strings.Join(values, ", ") + " FROM auroradataapi_row" + guard
}

// unterminated returns a statement without the semicolon at its end, so that it
// can stand within parentheses.
func (d *Dialect) unterminated(sql string) string {
	if parts, err := d.Split(sql); err == nil && len(parts) == 1 {
		return parts[0].SQL
	}
	return sql // and the database will say what is wrong with it
}

// FetchRows returns the statement that reads the next n texts.
func (c Cursor) FetchRows(n int) string { return fmt.Sprintf("FETCH %d FROM %s", n, c.Name) }

// MoveTo returns the statement that puts the cursor behind its first n texts.
func (c Cursor) MoveTo(n int) string { return fmt.Sprintf("MOVE ABSOLUTE %d IN %s", n, c.Name) }

// OpenFunction returns the statement that makes a function which opens the
// cursor for any statement that returns rows, INSERT with RETURNING, EXPLAIN
// and CALL included, for which none can be declared; and the statement that
// calls it. The statement is one of the service; types holds the type of each of
// its parameters by name, as SQL writes it, and "" for a NULL that has none and
// becomes part of the text.
func (c Cursor) OpenFunction(sql string, types map[string]string) (create, call string, err error) {
	engine, args, err := inlineNulls(sql, types)
	if err != nil {
		return "", "", err
	}
	if engine, err = PostgreSQL.QuoteString(engine); err != nil {
		return "", "", err
	}
	declared, using, given := "refcursor", "", "'"+c.Name+"'"
	for i, name := range args {
		declared += ", " + types[name]
		using += ", $" + strconv.Itoa(i+2)
		given += ", :" + name
	}
	if using != "" {
		using = " USING" + using[1:]
	}
	create = "CREATE OR REPLACE FUNCTION pg_temp.auroradataapi_open(" + declared + ") RETURNS void LANGUAGE plpgsql AS " +
		quote("BEGIN OPEN $1 FOR EXECUTE "+engine+using+"; END")
	return create, "SELECT pg_temp.auroradataapi_open(" + given + ")", nil
}

// inlineNulls turns the placeholders of a service statement into $1, $2 and so
// on, one for each occurrence, and those without a type into NULL. It returns
// the names of the others in order.
func inlineNulls(sql string, types map[string]string) (string, []string, error) {
	var args []string
	w := rewriter{src: sql}
	err := PostgreSQL.placeholders(sql, serviceScanner, func(start, end int, name string) {
		if types[name] == "" {
			w.replace(start, end, "NULL")
			return
		}
		args = append(args, name)
		w.replace(start, end, "$"+strconv.Itoa(len(args)))
	})
	return w.text(), args, err
}

// doBlock returns a DO statement.
func doBlock(body string) string { return "DO " + quote("BEGIN "+body+" END") }

// quote returns a text that is known to be valid as a literal.
func quote(text string) string {
	if strings.Contains(text, `\`) {
		return quoteEscapes(text)
	}
	return quotePlain(text)
}

// Survey is a query about a transaction, with the names of functions in the
// parameter calls and of all else in names, one a line. It returns whether the
// transaction is read-only, whether it may make temporary objects, and whether one
// of the functions, or of those in views, may write as far as its definition tells.
// Those of PostgreSQL itself do not count: the ones that write make a statement
// Write.
const Survey = `WITH RECURSIVE v(oid) AS (
    SELECT c.oid FROM pg_catalog.pg_class c WHERE c.relkind = 'v' AND c.relname = ANY(string_to_array(:names, E'\n'))
    UNION SELECT c.oid FROM v JOIN pg_catalog.pg_rewrite r ON r.ev_class = v.oid
    JOIN pg_catalog.pg_depend d ON d.classid = CAST('pg_catalog.pg_rewrite' AS regclass) AND d.objid = r.oid AND d.refclassid = CAST('pg_catalog.pg_class' AS regclass)
    JOIN pg_catalog.pg_class c ON c.oid = d.refobjid AND c.relkind = 'v'),
  f(oid) AS (
    SELECT d.refobjid FROM v JOIN pg_catalog.pg_rewrite r ON r.ev_class = v.oid
    JOIN pg_catalog.pg_depend d ON d.classid = CAST('pg_catalog.pg_rewrite' AS regclass) AND d.objid = r.oid AND d.refclassid = CAST('pg_catalog.pg_proc' AS regclass))
SELECT current_setting('transaction_read_only') = 'on',
  has_database_privilege(current_database(), 'TEMPORARY'),
  EXISTS (SELECT FROM pg_catalog.pg_proc p
    JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace AND n.nspname <> 'pg_catalog'
    WHERE p.provolatile = 'v' AND (p.proname = ANY(string_to_array(:calls, E'\n')) OR p.oid IN (SELECT oid FROM f)))`

// Names returns the words and names in the statement, those of relations among
// them.
func (s *Statement) Names() []string {
	var names []string
	l := s.dialect.newLexer(s.sql)
	for t := l.next(); t.kind != tokEOF; t = l.next() {
		if name := l.name(t); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// name returns a word or name as the database compares it, "" for another token.
func (l *lexer) name(t token) string {
	text := l.text(t)
	switch {
	case t.kind == tokWord:
		return strings.ToLower(text)
	case t.kind == tokIdent && len(text) > 1 && (text[0] == '"' || text[0] == '`'):
		quote := text[:1]
		return strings.ReplaceAll(text[1:len(text)-1], quote+quote, quote)
	}
	return ""
}

// Calls returns the names of the functions that the statement calls, without
// their schemas, and of some that only look like calls.
func (s *Statement) Calls() []string { return s.calls(func(token) bool { return true }) }

// QuotedCalls returns those whose names are in quotes. In the definition of a view
// MySQL has them for all that are not its own.
func (s *Statement) QuotedCalls() []string {
	return s.calls(func(t token) bool { return t.kind == tokIdent })
}

func (s *Statement) calls(counts func(name token) bool) []string {
	var names []string
	l := s.dialect.newLexer(s.sql)
	name := ""
	for t := l.next(); t.kind != tokEOF; t = l.next() {
		switch text := l.text(t); {
		case !t.significant():
		case l.name(t) != "":
			if name = l.name(t); !counts(t) {
				name = ""
			}
		default:
			if t.kind == tokPunct && text == "(" && name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
			name = ""
		}
	}
	return names
}

// ParameterType returns the type that the service gives a parameter (F0033), as
// SQL writes it; "" for a NULL that has none.
func ParameterType(p wire.Parameter) string {
	if t, ok := hintTypes[p.TypeHint]; ok && (p.Value.Kind() == wire.KindString || p.Value.Kind() == wire.KindNull) {
		return t
	}
	return kindTypes[p.Value.Kind()]
}

var kindTypes = map[wire.Kind]string{
	wire.KindBoolean: "bool",
	wire.KindLong:    "int8",
	wire.KindDouble:  "float8",
	wire.KindString:  "text",
	wire.KindBlob:    "bytea",
}

var hintTypes = map[wire.TypeHint]string{
	wire.HintDate:      "date",
	wire.HintDecimal:   "numeric",
	wire.HintJSON:      "jsonb",
	wire.HintTime:      "time",
	wire.HintTimestamp: "timestamp",
	wire.HintUUID:      "uuid",
}
