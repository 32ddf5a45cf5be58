package dialect

import (
	"fmt"
	"slices"
	"strings"
)

// role is what a character of a statement stands for there.
type role uint8

const (
	rolePlaceholder role = iota + 1
	roleColon            // a colon of the language, whatever follows it
	roleNothing          // it goes away
)

// meaning writes a statement so that equal ones come out alike: its
// significant tokens, with strings decoded, operators by the character and
// placeholders counted by occurrence. roles tells, by offset, what in the
// caller's statement is a placeholder; without it, $1 and ? are.
func meaning(d *Dialect, sql string, roles map[int]role) string {
	var b strings.Builder
	l := d.newLexer(sql)
	placeholders, end := 0, 0
	for t := l.next(); t.kind != tokEOF; t = l.next() {
		text, is := l.text(t), roles[t.start]
		if roles == nil && (t.kind == tokParam || t.kind == tokQuestion) {
			is = rolePlaceholder
		}
		if end != t.start || !joins(t, text) {
			b.WriteByte('\n')
		}
		if end = t.end; !joins(t, text) && t.kind != tokName {
			end = -1
		}
		switch {
		case !t.significant():
		case t.kind == tokString || t.kind == tokDollar:
			fmt.Fprintf(&b, "string %q", decode(d, t.kind, text))
		case t.kind == tokOperator:
			for i := range len(text) {
				switch roles[t.start+i] {
				case rolePlaceholder:
					placeholders++
					fmt.Fprintf(&b, "placeholder %d\n", placeholders)
				case roleNothing:
				default:
					fmt.Fprintf(&b, "%c\n", text[i])
				}
			}
		case is == rolePlaceholder:
			placeholders++
			fmt.Fprintf(&b, "placeholder %d\n", placeholders)
			end = -1
		case is == roleColon:
			fmt.Fprintf(&b, ":\n%s", text[1:])
		default:
			b.WriteString(text)
		}
	}
	return strings.Join(strings.Fields(b.String()), "\n")
}

// joins says whether the token is written together with one right before it:
// what follows the colon of a slice may have been cut elsewhere.
func joins(t token, text string) bool {
	return t.kind == tokWord || t.kind == tokNumber || text == "."
}

// roles says what the statement's marks stand for.
func (s *Statement) roles(args []string) map[int]role {
	roles := map[int]role{}
	for _, m := range s.marks {
		switch m.kind {
		case markNumbered:
			roles[m.start] = rolePlaceholder
		case markName:
			roles[m.start] = roleColon
			if slices.Index(args, s.sql[m.start+1:m.end]) >= 0 {
				roles[m.start] = rolePlaceholder
			}
		case markQuestion:
			if s.dialect == PostgreSQL && (len(args) == 0 || args[0] != "" || s.has(markNumbered)) {
				continue
			}
			s.questions(m, func(at int, placeholder bool) {
				roles[at] = roleNothing
				if placeholder {
					roles[at] = rolePlaceholder
				}
			})
		}
	}
	return roles
}

// wantedNames lists the placeholder of each occurrence, as the service is to
// find them.
func wantedNames(s *Statement, args []string, service Service) string {
	name := make([]string, len(args))
	for _, p := range service.Params {
		name[p.Arg] = p.Name
	}
	var names []string
	question := 0
	for _, m := range s.marks {
		switch {
		case len(args) == 0:
		case m.kind == markNumbered:
			n, _ := s.number(m)
			names = append(names, name[n-1])
		case m.kind == markName:
			if i := slices.Index(args, s.sql[m.start+1:m.end]); i >= 0 {
				names = append(names, name[i])
			}
		case m.kind == markQuestion && args[0] == "" && !s.has(markNumbered):
			s.questions(m, func(_ int, placeholder bool) {
				if placeholder {
					names = append(names, name[question])
					question++
				}
			})
		}
	}
	return strings.Join(names, " ")
}

// decode returns the text of a literal, in the order in which the engines
// define it: quotes first, then escapes, then the parts joined.
func decode(d *Dialect, kind tokenKind, text string) string {
	if kind == tokDollar {
		tag := strings.Index(text[1:], "$") + 2
		return text[tag : len(text)-tag]
	}
	at := strings.IndexAny(text, `'"`)
	prefix := strings.ToLower(text[:at])
	escapes := prefix == "e" || d == MySQL
	if prefix == "e" {
		prefix = ""
	}
	var b strings.Builder
	quote := text[at]
	for i := at + 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && escapes:
			i++
			switch text[i] {
			case '\\', quote:
				b.WriteByte(text[i])
			default:
				b.WriteString(text[i-1 : i+1])
			}
		case c != quote:
			b.WriteByte(c)
		case i+1 < len(text) && text[i+1] == quote:
			b.WriteByte(quote)
			i++
		case i+1 < len(text): // continued
			i += nextPart(text[i:])
		}
	}
	return prefix + b.String()
}

// nextPart returns the offset of the quote that continues the string that s,
// which starts with a quote, ends.
func nextPart(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '-':
			i += strings.IndexAny(s[i:], "\r\n")
		case '\'':
			return i
		}
	}
	return len(s)
}
