package dialect

import "strings"

// longestVerb is far above what any command of SQL has.
const longestVerb = 16

// Verb returns the first word in capitals, such as SELECT, by which statements
// can be grouped: there are as many as SQL has commands. It is empty if the
// text begins with something else.
func (s *Statement) Verb() string {
	l := s.dialect.newLexer(s.sql)
	for {
		switch t := l.next(); {
		case t.kind == tokSpace, t.kind == tokComment, t.kind == tokOpenHint, t.kind == tokCloseHint:
		case t.kind == tokPunct && l.text(t) == "(":
		case t.kind == tokWord && command(l.text(t)):
			return strings.ToUpper(l.text(t))
		default:
			return ""
		}
	}
}

// command reports whether a word may be one of SQL's.
func command(word string) bool {
	for i := range len(word) {
		if c := word[i] | 0x20; c < 'a' || c > 'z' {
			return false
		}
	}
	return len(word) <= longestVerb
}
