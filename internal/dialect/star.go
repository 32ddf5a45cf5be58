package dialect

import "strings"

// Star says whether the statement has columns that it does not list: those of a *
// or of TABLE, which are the ones that a table has just then. It may say so of a
// multiplication too.
func (s *Statement) Star() bool {
	l := s.dialect.newLexer(s.sql)
	before := "" // the token before
	for t := l.next(); t.kind != tokEOF; t = l.next() {
		if !t.significant() {
			continue
		}
		text := strings.ToLower(l.text(t))
		switch {
		case t.kind == tokWord && text == "table":
			return true
		case t.kind == tokOperator && strings.HasPrefix(text, "*"):
			switch before {
			case "select", "all", "distinct", ",", ".", ")":
				return true
			}
		}
		before = text
	}
	return false
}
