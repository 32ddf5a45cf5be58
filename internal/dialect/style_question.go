package dialect

import (
	"strconv"
	"strings"
)

// questionOperators are the operators with a question mark that PostgreSQL
// and its usual extensions have. They are never read as placeholders.
var questionOperators = map[string]bool{
	"?|": true, "?&": true, "@?": true, // jsonb, hstore
	"?-": true, "?#": true, "?||": true, "?-|": true, // geometry
	"?~": true, "?@": true, "?@>": true, "?<@": true, // ltree
}

// questions calls yield for each question mark of the operator, with true if
// it is a placeholder and false if it is the doubled form of an operator's.
func (s *Statement) questions(m mark, yield func(at int, placeholder bool)) {
	text := s.sql[m.start:m.end]
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] != '?':
		case s.dialect.syntax.operators && strings.HasPrefix(text[i+1:], "?"):
			yield(m.start+i, false)
			i++
		default:
			yield(m.start+i, true)
		}
	}
}

// countQuestions checks that there is a question mark for every argument.
func (b *binding) countQuestions() error {
	n := 0
	for _, m := range b.marks {
		if m.kind == markQuestion {
			b.questions(m, func(_ int, placeholder bool) {
				if placeholder {
					n++
				}
			})
		}
	}
	if n == len(b.args) {
		return nil
	}
	if n == 0 {
		for _, m := range b.marks {
			if m.kind == markName && m.flags&flagSeparator == 0 {
				return b.positional(m)
			}
		}
	}
	if !b.dialect.syntax.operators {
		return argumentError("the statement has %s but was given %s: pass one for each ?", count(n, "placeholder"), count(len(b.args), "argument"))
	}
	return argumentError("the statement has %s but was given %s: write $1, $2 for placeholders, or ?? for the operator ?", count(n, "placeholder"), count(len(b.args), "argument"))
}

// positional is the error for a :name with arguments that have no names.
func (b *binding) positional(m mark) error {
	return b.fail(m, "the placeholder %s needs an argument with that name: pass sql.Named(%q, value), and name all arguments", b.sql[m.start:m.end], b.sql[m.start+1:m.end])
}

// question writes the question marks of an operator.
func (b *binding) question(m mark) error {
	switch {
	case b.style == styleNamed && !b.dialect.syntax.operators:
		return b.fail(m, "the arguments are named but the statement has the placeholder ?: write :name instead, or pass the arguments without names")
	case b.style != styleQuestion:
		return nil
	case m.flags&flagInHint != 0:
		return b.fail(m, "the service does not see the placeholder ? in a /*! comment: write it outside")
	}
	b.questions(m, func(at int, placeholder bool) {
		if !placeholder {
			b.replace(at, at+1, "")
			return
		}
		b.place(at, at+1, b.next, strconv.Itoa(b.next+1))
		b.next++
	})
	return nil
}
