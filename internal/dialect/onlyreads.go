package dialect

// OnlyReads says whether the statement changes nothing, neither data nor a variable:
// it calls no functions but those of the database itself, as far as they are known
// here. What a view calls is not seen. It is false for what cannot be read with
// certainty.
func (s *Statement) OnlyReads() bool {
	if s.kind.Writes() {
		return false
	}
	r := &clauseReader{lexer: s.dialect.newLexer(s.sql)}
	if r.read() != nil {
		return false
	}
	for i, t := range r.tokens {
		if t.kind == tokAssign || r.is(i, "(") && r.mayCallStored(i) {
			return false
		}
	}
	return true
}

// mayCallStored says whether the parenthesis at i may be that of a call to a stored
// or loadable function.
func (r *clauseReader) mayCallStored(i int) bool {
	if i == 0 {
		return false
	}
	name := r.tokens[i-1]
	switch name.kind {
	case tokWord, tokIdent:
	case tokPunct:
		return r.text(name) == "."
	default: // a name may begin with digits
		return name.kind != tokOperator
	}
	own, words := builtins, parenWords
	if r.syntax.numbered {
		own, words = postgresBuiltins, postgresParenWords
	}
	if i > 1 {
		switch before := r.tokens[i-2]; {
		case r.is(i-2, "."):
			return true // with its schema, it is not one of MySQL's own
		case before.end == name.start && (before.kind == tokNumber || before.kind == tokOther):
			return true // a part of the name
		case r.is(i-2, ")"), r.is(i-2, "AS"), before.kind == tokString, before.kind == tokCast:
			return false // an alias with columns, a type, or a word that joins two expressions
		}
	}
	switch word := r.upper(i - 1); {
	case r.is(i+1, "SELECT"), r.is(i+1, "WITH"), r.is(i+1, "TABLE"):
		return false // a query, which is no argument without parentheses of its own
	case name.kind == tokWord && words[word]:
		return false
	case name.kind == tokWord && own[word]:
		return !r.syntax.numbered && spaced[word] && name.end != r.tokens[i].start
	}
	return !r.namesColumns(i)
}

// namesColumns says whether the parenthesis at i holds the columns of what WITH
// defines: x (a, b) AS (…), with a query in there. A call that a table is made of has
// the definitions of its columns there: FROM t, x (1) AS (a int).
func (r *clauseReader) namesColumns(i int) bool {
	if !r.is(i-2, "WITH") && !r.is(i-2, "RECURSIVE") && !r.is(i-2, ",") {
		return false
	}
	for i < len(r.tokens) && !r.is(i, ")") {
		i++
	}
	if !r.is(i+1, "AS") {
		return false
	}
	i += 2
	if r.is(i, "NOT") {
		i++
	}
	if r.is(i, "MATERIALIZED") {
		i++
	}
	if !r.is(i, "(") {
		return false
	}
	i++
	return r.is(i, "SELECT") || r.is(i, "WITH") || r.is(i, "TABLE") ||
		r.is(i, "VALUES") && (r.is(i+1, "(") || r.is(i+1, "ROW"))
}
