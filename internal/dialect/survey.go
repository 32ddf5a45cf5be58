package dialect

import (
	"slices"
	"strings"
)

// Survey is a query about a transaction, with the names of functions in the
// parameter calls and of all else in names, one a line. It returns whether the
// transaction is read-only; whether it may make temporary objects, and no function of a
// Cursor is there that another role has made; whether one of the functions, or of
// those in views, may write as far as its definition tells; and whether what it does
// may be beyond the database: it is of a language that can do anything, or names an
// extension that does.
// Those of PostgreSQL itself do not count: the ones that write make a statement
// Write. Nor do those of extensions that only have no two values alike.
const Survey = `WITH RECURSIVE v(oid) AS (
    SELECT c.oid FROM pg_catalog.pg_class c WHERE c.relkind = 'v' AND c.relname = ANY(string_to_array(:names, E'\n'))
    UNION SELECT c.oid FROM v JOIN pg_catalog.pg_rewrite r ON r.ev_class = v.oid
    JOIN pg_catalog.pg_depend d ON d.classid = CAST('pg_catalog.pg_rewrite' AS regclass) AND d.objid = r.oid AND d.refclassid = CAST('pg_catalog.pg_class' AS regclass)
    JOIN pg_catalog.pg_class c ON c.oid = d.refobjid AND c.relkind = 'v'),
  f(oid) AS (
    SELECT d.refobjid FROM v JOIN pg_catalog.pg_rewrite r ON r.ev_class = v.oid
    JOIN pg_catalog.pg_depend d ON d.classid = CAST('pg_catalog.pg_rewrite' AS regclass) AND d.objid = r.oid AND d.refclassid = CAST('pg_catalog.pg_proc' AS regclass))
SELECT current_setting('transaction_read_only') = 'on',
  has_database_privilege(current_database(), 'TEMPORARY') AND NOT EXISTS (SELECT FROM pg_catalog.pg_proc
    WHERE pronamespace = pg_my_temp_schema() AND proname LIKE 'auroradataapi%' AND NOT pg_has_role(proowner, 'USAGE')),
  count(*) > 0, coalesce(bool_or(l.lanname NOT IN ('sql', 'plpgsql') OR p.prosrc ~* '\m(dblink|aws_lambda|aws_s3|pg_background|http)'), false)
FROM pg_catalog.pg_proc p
  JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace AND n.nspname <> 'pg_catalog'
  JOIN pg_catalog.pg_language l ON l.oid = p.prolang
WHERE p.provolatile = 'v' AND p.proname !~ '^(uuid_generate_v|gen_random_|gen_salt)'
  AND (p.proname = ANY(string_to_array(:calls, E'\n')) OR p.oid IN (SELECT oid FROM f))`

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
