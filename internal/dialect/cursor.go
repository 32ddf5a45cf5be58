package dialect

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// Cursor is the SQL by which a result of PostgreSQL is read in pages, within a
// transaction. A page is a list of texts. Each has one row or more in the form of
// records, (1,"a ""b""",)(2,c,), which ParseRow reads, or a piece of a row.
// PostgreSQL ends a page itself once it is large enough, so that no page passes the
// service's limit (F0012), however the sizes of the rows vary. Whatever type a column
// has, the service is only shown text.
type Cursor struct {
	// Name is the cursor's name, of lower-case letters, digits and underscores.
	Name string
	// PageBytes is the size at which a page ends. What passes it is still in it: a text
	// of short rows, and a row or the first piece of one.
	PageBytes int
	// PieceBytes is the size of the longest row that is sent in one piece.
	PieceBytes int
	// Confined says that PostgreSQL cannot be given a function: in a read-only
	// transaction, or by a user without the right to temporary objects. Blocks
	// do the same then, which takes a call more for a page.
	Confined bool
	// Whole says that the query is executed to its end before its first page is
	// returned, as it is by those who read all rows at once: in a transaction of the
	// caller's, which goes on in between. The database keeps the rows.
	Whole bool
	// Guarded says that a query that is Whole must not write, in a transaction that
	// may. Its first page is PageRefused if it would.
	Guarded bool
}

// TextBytes is the size up to which rows share a text, in the encoding of the database:
// each text has a cost of its own for PostgreSQL, the service and the reader.
const TextBytes = 2048

// The marks that the texts of a page begin with. A whole row begins with a
// parenthesis. PageEnd and PageRefused are texts of their own, behind the last row.
const (
	RowBegin    = '('
	PieceFirst  = '*' // base64 of the first part of a row; more follow
	PieceMore   = '+' // base64 of another part; more follow
	PieceLast   = '.' // base64 of the last part
	PageEnd     = ""
	PageRefused = "!" // a query that was Guarded fails where it cannot write; the reason follows
)

// pageBody returns what reads from the cursor c until most bytes are together, and
// closes it behind the last row: an open one keeps its tables from being altered. A row
// longer than piece is read through a cursor of its own, c_long, whose state is what is
// left of it for the next page. If the caller rolls back to a savepoint that is
// older than c_long, that is gone and c goes on with the next row: the first piece,
// which is in the page that opens c_long however full that is, is how the reader finds
// out. A record counts 2 bytes for the row and 4 for its one column (F0012). Short rows
// are put into one text, pack; emit returns what becomes of the text in a variable.
//
// guarded has the query run before, in a subtransaction that cannot write, and that is
// rolled back in any case, so that its setting ends with it. Cursor and variables
// outlive that, and the rows do if they are Whole: a query must not be run in several
// subtransactions, as functions of SQL that return sets begin anew in each.
func pageBody(emit func(variable string) string, guarded bool) string {
	guard := ""
	if guarded {
		guard = `
  BEGIN
    PERFORM pg_catalog.set_config('transaction_read_only', 'on', true);
    MOVE NEXT FROM c; MOVE PRIOR FROM c;
    RAISE SQLSTATE '` + guardEnds + `';
  EXCEPTION
    WHEN SQLSTATE '` + guardEnds + `' THEN NULL;
    WHEN OTHERS THEN
      IF SQLSTATE ~ '^(40|53|57|58)' THEN RAISE; END IF; -- which has other reasons
      t := '` + PageRefused + "' || SQLERRM; " + emit("t") + ` CLOSE c;
  END;`
	}
	// octet_length counts the bytes of the database's encoding, and is quicker where
	// those are the ones of an answer, which is in UTF-8. The bytes of SQL_ASCII are
	// sent as they are, if they are UTF-8 (F0282).
	body := "\n  IF getdatabaseencoding() IN ('UTF8', 'SQL_ASCII') THEN" +
		pageLoop(emit, func(text string) string { return "octet_length(" + text + ")" }) + "\n  ELSE" +
		pageLoop(emit, func(text string) string { return "octet_length(convert_to(" + text + ", 'UTF8'))" }) + "\n  END IF;"
	if guarded {
		return guard + "\n  IF t IS NULL THEN" + body + "\n  END IF;"
	}
	return body
}

// pageLoop is what pageBody does with the rows; size returns how many bytes the text
// in a variable has in the answer.
func pageLoop(emit, size func(variable string) string) string {
	add := func(text string) string { return emit(text) + " n := n + " + size(text) + " + 6;" }
	pack := "IF pack <> '' THEN " + add("pack") + " pack := ''; END IF;"
	return `
  LOOP
    WHILE inside AND n <= most LOOP
      FETCH long INTO t;
      IF FOUND THEN ` + add("t") + ` ELSE CLOSE long; inside := false; END IF;
    END LOOP;
    EXIT WHEN n > most;
    LOOP
      FETCH c INTO r;
      IF NOT FOUND THEN ended := true; EXIT; END IF;
      t := r::text;
      IF octet_length(pack) + octet_length(t) <= whole THEN
        pack := pack || t;
        CONTINUE;
      END IF;
      ` + pack + `
      IF ` + size("t") + ` > piece THEN inside := true; EXIT; END IF;
      pack := t;
      EXIT WHEN n + ` + size("pack") + ` > most;
    END LOOP;
    ` + pack + `
    IF ended THEN CLOSE c; t := '` + PageEnd + "'; " + emit("t") + ` EXIT; END IF;
    IF inside THEN
      b := convert_to(t, 'UTF8');
      OPEN long FOR
        SELECT CASE WHEN i = 0 THEN '*' WHEN (i + 1) * slice < octet_length(b) THEN '+' ELSE '.' END
          || encode(substring(b FROM i * slice + 1 FOR slice), 'base64')
        FROM generate_series(0, (octet_length(b) - 1) / slice) i;
      FETCH long INTO t;
      ` + add("t") + `
    END IF;
  END LOOP;`
}

var pageVariables = `
  long refcursor := c::text || '_long';
  inside boolean := EXISTS (SELECT FROM pg_catalog.pg_cursors WHERE name = c::text || '_long');
  ended boolean := false;
  r record; t text; pack text := ''; b bytea; n int := 0; slice int := piece / 4 * 3;
  whole int := least(piece, ` + strconv.Itoa(TextBytes) + `);`

// guardEnds is the error by which a guard is rolled back.
const guardEnds = "ADA00"

// The functions that read a page.
var (
	installPage    = pageFunction("auroradataapi_page", false)
	installGuarded = pageFunction("auroradataapi_guarded_page", true)
)

func pageFunction(name string, guarded bool) string {
	return "EXECUTE " + quote("CREATE OR REPLACE FUNCTION pg_temp."+name+"(c refcursor, most int, piece int)"+
		" RETURNS SETOF text LANGUAGE plpgsql AS "+quote("DECLARE"+pageVariables+"\nBEGIN"+pageBody(returned, guarded)+"\nEND")) + ";"
}

func returned(variable string) string { return "RETURN NEXT " + variable + ";" }

// Install returns the statement that prepares the transaction, "" for none;
// readOnly makes it read-only from then on.
func (c Cursor) Install(readOnly bool) string {
	body := ""
	switch {
	case c.Confined:
	case c.Guarded:
		body = installGuarded
	default:
		body = installPage
	}
	if readOnly {
		body += " PERFORM set_config('transaction_read_only', 'on', true);"
	}
	if body == "" {
		return ""
	}
	return doBlock(body)
}

// Declare returns the statement that opens the cursor for a query, and where the query
// begins in it, in bytes.
func (c Cursor) Declare(sql string) (statement string, at int) {
	scroll := " NO SCROLL"
	if c.Guarded { // which goes back behind the first row
		scroll = " SCROLL"
	}
	head := "DECLARE " + c.Name + scroll + " CURSOR FOR "
	statement, within := c.whole(sql)
	return head + statement, len(head) + within
}

// whole returns a query that is executed to its end before its first row, if the
// cursor is Whole: it has that counted. The rows, which the database keeps, are not
// made again by going backwards.
func (c Cursor) whole(sql string) (query string, at int) {
	if !c.Whole {
		return sql, 0
	}
	const head = "WITH auroradataapi_row AS MATERIALIZED ("
	return head + PostgreSQL.unterminated(sql) +
		"\n) SELECT * FROM auroradataapi_row WHERE (SELECT count(*) FROM auroradataapi_row) >= 0", len(head)
}

// Shape returns the statement that tells the columns of the cursor.
func (c Cursor) Shape() string { return "FETCH 0 FROM " + c.Name }

// Page returns the statements that read the next page, one after the other. The
// last of them returns it.
func (c Cursor) Page() []string {
	function := "auroradataapi_page"
	switch {
	case c.Confined:
		return c.pageBlock()
	case c.Guarded:
		function = "auroradataapi_guarded_page"
	}
	return []string{fmt.Sprintf("SELECT * FROM pg_temp.%s('%s', %d, %d)", function, c.Name, c.PageBytes, c.PieceBytes)}
}

// Close returns the statement that closes the cursor and those of its pages, if they
// are still there: a ROLLBACK TO SAVEPOINT takes them along. complete has the rest of the query run before, the rows
// of which are not read.
func (c Cursor) Close(complete bool) string {
	rest := ""
	if complete {
		rest = "IF c::text = '" + c.Name + "' THEN MOVE FORWARD ALL FROM c; END IF; "
	}
	return "DO " + quote("DECLARE c refcursor; BEGIN FOR c IN SELECT name FROM pg_catalog.pg_cursors WHERE name IN ('"+
		c.Name+"', '"+c.Name+"_long', '"+c.Name+"_page') LOOP "+rest+"CLOSE c; END LOOP; END")
}

// Exists returns a query whose value says whether the cursor is there.
func (c Cursor) Exists() string {
	return "SELECT EXISTS (SELECT FROM pg_catalog.pg_cursors WHERE name = '" + c.Name + "')"
}

// Drop returns the statement that removes what Install and Open made, for a
// transaction that is going to be committed, "" for none.
func (c Cursor) Drop() string {
	if c.Confined {
		return ""
	}
	return doBlock("DROP FUNCTION pg_temp.auroradataapi_page; DROP FUNCTION IF EXISTS pg_temp.auroradataapi_open;")
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

// Command is a statement with the parameters that it is sent with.
type Command struct {
	SQL        string
	Parameters []wire.Parameter
}

// Open returns the statements that open the cursor for any statement that returns
// rows, INSERT with RETURNING, EXPLAIN and CALL included, for which none can be
// declared: two that are sent one after the other, the first of which may be
// empty. The statement is one of the service.
func (c Cursor) Open(sql string, parameters []wire.Parameter) (prepare, open Command, err error) {
	given := make(map[string]wire.Parameter, len(parameters))
	for _, p := range parameters {
		given[p.Name] = p
	}
	sql, _ = c.whole(sql)
	engine, names, err := inlineNulls(sql, given)
	if err != nil {
		return Command{}, Command{}, err
	}
	if engine, err = PostgreSQL.QuoteString(engine); err != nil {
		return Command{}, Command{}, err
	}
	used := make([]wire.Parameter, len(names))
	for i, name := range names {
		used[i] = given[name]
	}
	if c.Confined || len(used) > maxArguments {
		prepare, open = c.openBlock(engine, used)
	} else {
		prepare, open = c.openFunction(engine, used)
	}
	return prepare, open, nil
}

// maxArguments is how many parameters a function has that takes the cursor's name,
// too.
const maxArguments = 99

// openFunction is Open by a function, whose arguments are the parameters.
func (c Cursor) openFunction(engine string, used []wire.Parameter) (create, call Command) {
	declared, using, given := "refcursor", "", "'"+c.Name+"'"
	for i, p := range used {
		declared += ", " + ParameterType(p)
		using += ", $" + strconv.Itoa(i+2)
		given += ", :" + p.Name
	}
	create.SQL = "CREATE OR REPLACE FUNCTION pg_temp.auroradataapi_open(" + declared + ") RETURNS void LANGUAGE plpgsql AS " +
		quote("BEGIN OPEN $1 FOR EXECUTE "+engine+usingClause(using)+"; END")
	call.SQL, call.Parameters = "SELECT pg_temp.auroradataapi_open("+given+")", unique(used)
	return create, call
}

func usingClause(values string) string {
	if values == "" {
		return ""
	}
	return " USING" + values[1:]
}

// unique returns the parameters without repetitions.
func unique(parameters []wire.Parameter) []wire.Parameter {
	var all []wire.Parameter
	for _, p := range parameters {
		if !slices.ContainsFunc(all, func(q wire.Parameter) bool { return q.Name == p.Name }) {
			all = append(all, p)
		}
	}
	return all
}

// inlineNulls turns the placeholders of a service statement into $1, $2 and so
// on, one for each occurrence, and those for a NULL without a type into NULL. It
// returns the names of the others in order.
func inlineNulls(sql string, given map[string]wire.Parameter) (string, []string, error) {
	var names []string
	w := rewriter{src: sql}
	err := PostgreSQL.placeholders(sql, serviceScanner, func(start, end int, name string) {
		if p, ok := given[name]; !ok || ParameterType(p) == "" {
			w.replace(start, end, "NULL")
			return
		}
		names = append(names, name)
		w.replace(start, end, "$"+strconv.Itoa(len(names)))
	})
	return w.text(), names, err
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
