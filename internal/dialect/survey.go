package dialect

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// AskTransaction is a query about a transaction: whether it is read-only; and whether it
// may make the functions of a Cursor, and none is there that another role has made.
const AskTransaction = `SELECT current_setting('transaction_read_only') = 'on',
  has_database_privilege(current_database(), 'TEMPORARY') AND NOT EXISTS (SELECT FROM pg_catalog.pg_proc
    WHERE pronamespace = pg_my_temp_schema() AND proname LIKE 'auroradataapi%' AND NOT pg_has_role(proowner, 'USAGE'))
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_event_trigger
    WHERE evtenabled <> 'D' AND evtevent LIKE 'ddl%' AND (evttags IS NULL OR 'CREATE FUNCTION' = ANY(evttags)))`

// Survey asks the same, and what a statement uses: the parameters calls, columns, names
// and operators have what its functions, its columns with a table in front, all else and
// its operators are called, one a line. It also returns whether a function may write as
// far as its definition tells; whether what one does may be beyond the database: it is of
// a language that can do anything, or names an extension that does; and whether a
// procedure commits.
//
// The functions are those that the statement calls, also as a column of a row, by a
// view, an operator, a domain, a cast or an aggregate; and those that their bodies name
// in front of a parenthesis or, in one without quotes, depend on. Those of PostgreSQL
// itself do not count: the ones that write make a statement Write. Nor do those of
// extensions that are VOLATILE because no two of their values are alike, or because
// nobody called them otherwise.
const Survey = `WITH RECURSIVE
  word(name) AS (SELECT unnest(string_to_array(:names, E'\n'))),
  v(oid) AS (
    SELECT c.oid FROM pg_catalog.pg_class c WHERE c.relkind = 'v' AND c.relname IN (SELECT name FROM word)
    UNION SELECT c.oid FROM v JOIN pg_catalog.pg_rewrite r ON r.ev_class = v.oid
    JOIN pg_catalog.pg_depend d ON d.classid = CAST('pg_catalog.pg_rewrite' AS regclass) AND d.objid = r.oid AND d.refclassid = CAST('pg_catalog.pg_class' AS regclass)
    JOIN pg_catalog.pg_class c ON c.oid = d.refobjid AND c.relkind = 'v'),
  viewed(class, oid) AS (
    SELECT d.refclassid, d.refobjid FROM v JOIN pg_catalog.pg_rewrite r ON r.ev_class = v.oid
    JOIN pg_catalog.pg_depend d ON d.classid = CAST('pg_catalog.pg_rewrite' AS regclass) AND d.objid = r.oid),
  typ(oid) AS (
    SELECT oid FROM pg_catalog.pg_type WHERE typname IN (SELECT name FROM word)
    UNION SELECT oid FROM viewed WHERE class = CAST('pg_catalog.pg_type' AS regclass)),
  used(class, oid) AS (
    SELECT class, oid FROM viewed
    UNION SELECT d.refclassid, d.refobjid FROM typ JOIN pg_catalog.pg_constraint c ON c.contypid = typ.oid
    JOIN pg_catalog.pg_depend d ON d.classid = CAST('pg_catalog.pg_constraint' AS regclass) AND d.objid = c.oid),
  direct(oid) AS (
    SELECT oid FROM pg_catalog.pg_proc WHERE proname = ANY(string_to_array(:calls, E'\n'))
    UNION SELECT p.oid FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_type t ON t.oid = p.proargtypes[0] AND t.typtype IN ('c', 'd', 'p')
    WHERE p.proname = ANY(string_to_array(:columns, E'\n')) AND p.pronargs - p.pronargdefaults <= 1
    UNION SELECT oid FROM used WHERE class = CAST('pg_catalog.pg_proc' AS regclass)
    UNION SELECT oprcode FROM pg_catalog.pg_operator WHERE oprname = ANY(string_to_array(:operators, E'\n'))
    UNION SELECT oprcode FROM pg_catalog.pg_operator WHERE oid = ANY(ARRAY(SELECT oid FROM used WHERE class = CAST('pg_catalog.pg_operator' AS regclass)))
    UNION SELECT castfunc FROM pg_catalog.pg_cast WHERE casttarget = ANY(ARRAY(SELECT oid FROM typ))),
  f(oid) AS (
    SELECT oid FROM direct
    UNION SELECT p FROM pg_catalog.pg_aggregate, unnest(ARRAY[aggtransfn, aggfinalfn, aggcombinefn, aggmtransfn, aggminvtransfn, aggmfinalfn]) p
    WHERE aggfnoid = ANY(ARRAY(SELECT oid FROM direct))),
  own AS NOT MATERIALIZED (
    SELECT p.oid, p.proname, l.lanname IN ('sql', 'plpgsql') AS readable, p.prosrc AS source, p.prokind = 'p' AS procedure,
      p.provolatile = 'v' AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
        WHERE d.classid = CAST('pg_catalog.pg_proc' AS regclass) AND d.objid = p.oid AND d.deptype = 'e'
        AND d.refclassid = CAST('pg_catalog.pg_extension' AS regclass)
        AND (e.extname IN ('intagg', 'pg_buffercache', 'pg_freespacemap', 'pg_stat_statements', 'pg_visibility', 'pgcrypto', 'pgrowlocks', 'pgstattuple', 'sslinfo', 'uuid-ossp')
          AND p.proname !~ 'evict|reset|truncate' OR e.extname = 'tablefunc' AND p.proname = 'normal_rand')) AS may
    FROM pg_catalog.pg_proc p
    JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    JOIN pg_catalog.pg_language l ON l.oid = p.prolang
    WHERE p.prorettype NOT IN (CAST('trigger' AS regtype), CAST('event_trigger' AS regtype))),
  deep AS (
    SELECT * FROM own WHERE oid = ANY(ARRAY(SELECT oid FROM f))
    UNION SELECT own.* FROM deep JOIN own ON own.oid = ANY(ARRAY(
      SELECT p.oid FROM pg_catalog.pg_proc p WHERE deep.readable AND p.proname = ANY(ARRAY(
        SELECT DISTINCT unnest(ARRAY[m[1], lower(m[1] COLLATE "C")])
        FROM regexp_matches(deep.source, E'([^\\x01-\\x23\\x25-\\x2f\\x3a-\\x40\\x5b-\\x5e\\x60\\x7b-\\x7f]+)"?\\s*\\(', 'g') m))
      UNION ALL SELECT d.refobjid FROM pg_catalog.pg_depend d
      WHERE d.classid = CAST('pg_catalog.pg_proc' AS regclass) AND d.objid = deep.oid AND d.refclassid = CAST('pg_catalog.pg_proc' AS regclass))))
` + AskTransaction + `,
  EXISTS (SELECT FROM deep WHERE may),
  EXISTS (SELECT FROM deep WHERE may AND (NOT readable OR source ~* E'\\m(dblink|aws_lambda|aws_s3|pg_background|http)')),
  EXISTS (SELECT FROM deep WHERE procedure AND (NOT readable OR source ~* E'\\m(commit|rollback)\\s*(;|and\\M)'))`

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

// Columns returns the names that stand behind a dot, as a column does that is a function
// of the row.
func (s *Statement) Columns() []string {
	var columns []string
	l := s.dialect.newLexer(s.sql)
	dot := false
	for t := l.next(); t.kind != tokEOF; t = l.next() {
		if !t.significant() {
			continue
		}
		if name := l.name(t); dot && name != "" && !slices.Contains(columns, name) {
			columns = append(columns, name)
		}
		dot = t.kind == tokPunct && l.text(t) == "."
	}
	return columns
}

// Operators returns the operators in a statement of PostgreSQL, and those that go by
// another name there.
func (s *Statement) Operators() []string {
	var operators []string
	l := s.dialect.newLexer(s.sql)
	for t := l.next(); t.kind != tokEOF; t = l.next() {
		switch text := l.text(t); t.kind {
		case tokOperator:
			operators = append(append(operators, text), spelledOperators[text]...)
		case tokWord:
			operators = append(operators, spelledOperators[strings.ToUpper(text)]...)
		}
	}
	slices.Sort(operators)
	return slices.Compact(operators)
}

// spelledOperators are the operators that a word, with or without a NOT in front of it, or
// another operator stands for.
var spelledOperators = map[string][]string{
	"!=":       {"<>"},
	"BETWEEN":  {"<", "<=", ">", ">="},
	"CASE":     {"="},
	"DISTINCT": {"="},
	"ILIKE":    {"~~*", "!~~*"},
	"IN":       {"=", "<>"},
	"LIKE":     {"~~", "!~~"},
	"NATURAL":  {"="},
	"NULLIF":   {"="},
	"SIMILAR":  {"~", "!~"},
	"USING":    {"="},
}

// maxName is how many bytes of a name PostgreSQL looks at.
const maxName = 63

// name returns a word or name as the database compares it, "" for another token. Of the
// letters only those of ASCII are the same in either case.
func (l *lexer) name(t token) string {
	name := l.text(t)
	switch {
	case t.kind == tokWord:
		name = strings.Map(func(r rune) rune {
			if 'A' <= r && r <= 'Z' {
				r += 'a' - 'A'
			}
			return r
		}, name)
	case t.kind == tokIdent && len(name) > 1 && (name[0] == '"' || name[0] == '`'):
		quote := name[:1]
		name = strings.ReplaceAll(name[1:len(name)-1], quote+quote, quote)
	default:
		return ""
	}
	if l.syntax.numbered && len(name) > maxName {
		end := maxName
		for !utf8.RuneStart(name[end]) {
			end--
		}
		name = name[:end]
	}
	return name
}

// Calls returns the names of the functions that the statement calls, without
// their schemas, and of some that only look like calls. An alias with columns does not,
// nor does the first query of a WITH.
func (s *Statement) Calls() []string { return s.calls(func(token) bool { return true }) }

// QuotedCalls returns those whose names are in quotes. In the definition of a view
// MySQL has them for all that are not its own.
func (s *Statement) QuotedCalls() []string {
	return s.calls(func(t token) bool { return t.kind == tokIdent })
}

func (s *Statement) calls(counts func(name token) bool) []string {
	var names []string
	l := s.dialect.newLexer(s.sql)
	name, named := "", false
	for t := l.next(); t.kind != tokEOF; t = l.next() {
		switch text := l.text(t); {
		case !t.significant():
		case l.name(t) != "":
			name = l.name(t)
			introduces := t.kind == tokWord && (name == "as" || name == "with" || name == "recursive")
			if named || introduces || !counts(t) {
				name = ""
			}
			named = introduces
		default:
			if t.kind == tokPunct && text == "(" && name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
			name, named = "", false
		}
	}
	return names
}
