package dialect

import "strings"

// The service looks for placeholders with a scanner of its own. It knows
// strings, quoted identifiers and comments of standard SQL, and casts; it does
// not know dollar quotes or slices, and whether it knows backslash escapes,
// nested comments, # comments or backticks is not known. What such scanners
// read differently is sent in an equal form that they all read alike.

// misread says whether a reader that does not know dollar quotes could find a
// placeholder in the text, or a quote or comment that does not end in it.
func misread(text string) bool {
	if contains(text, "'", `"`, "--", "/*") {
		return true
	}
	for i := 0; i < len(text); i++ {
		if text[i] != ':' {
			continue
		}
		i++ // a second colon makes a cast
		if i < len(text) && text[i] != ':' && !isSpace(text[i]) {
			return true
		}
	}
	return false
}

// misreadComment says whether readers may disagree about the comment's end.
func (d *Dialect) misreadComment(text string, flags tokenFlags, rest string) bool {
	switch text[0] {
	case '/':
		return flags&(flagNested|flagInHint) != 0
	case '#':
		return contains(text, ":", "'", `"`, "/*")
	}
	return d.syntax.prefixed && loneReturn(rest)
}

// loneReturn says whether a line ends here with a carriage return only.
func loneReturn(rest string) bool {
	return rest != "" && rest[0] == '\r' && !strings.HasPrefix(rest, "\r\n")
}

// protect writes the mark, which is no placeholder, in its safe form.
func (s *Statement) protect(w *rewriter, m mark) {
	switch m.kind {
	case markName:
		if m.flags&flagSeparator != 0 {
			w.insert(m.start+1, " ")
		}
	case markColon:
		w.insert(m.end, " ")
	case markDashes:
		w.insert(m.start, " ")
	case markString:
		s.protectString(w, m)
	case markDollar:
		s.protectDollar(w, m)
	case markComment:
		s.protectComment(w, m)
	}
}

// protectDollar writes a dollar-quoted string as an ordinary one. The form
// with E is read alike with and without knowledge of backslashes, and does
// not continue a string on the line before.
func (s *Statement) protectDollar(w *rewriter, m mark) {
	tag := strings.IndexByte(s.sql[m.start+1:m.end], '$') + 2
	from, to := m.start+tag, m.end-tag
	quote, escapes := "'", strings.Contains(s.sql[from:to], `\`)
	if escapes || m.flags&flagAfterString != 0 {
		quote, escapes = "E'", true
	}
	w.separate(m.start)
	w.replace(m.start, from, quote)
	w.doubleQuotes(from, to, escapes)
	w.replace(to, m.end, "'")
	switch {
	case m.flags&flagBeforeString != 0:
		w.insert(m.end, " /**/") // else that would continue this one
	case m.end < len(s.sql) && isWord(s.sql[m.end]):
		w.insert(m.end, " ")
	}
}

// protectString writes \' as ”, and a string that ends in a backslash as one
// with escapes. The parts of a continued string are all written alike.
func (s *Statement) protectString(w *rewriter, m mark) {
	i := m.start
	for s.sql[i] != '\'' && s.sql[i] != '"' {
		i++ // the prefix
	}
	quote := s.sql[i]
	escapes := m.flags&flagEscapedQuote != 0
	if !escapes {
		w.separate(m.start)
		w.insert(i, "E")
	}
	inside := false
	for ; i < m.end; i++ {
		switch c := s.sql[i]; {
		case c == quote:
			inside = !inside // a doubled one leaves and enters again
		case !inside && c == '-':
			i += strings.IndexAny(s.sql[i:], "\r\n")
		case !inside || c != '\\':
		case !escapes:
			w.insert(i, `\`)
		case s.sql[i+1] == quote:
			w.replace(i, i+1, string(quote))
			i++
		default:
			i++
		}
	}
}

// protectComment breaks what could open or close a comment inside of one,
// starts a # comment with dashes and ends a line for everybody.
func (s *Statement) protectComment(w *rewriter, m mark) {
	switch s.sql[m.start] {
	case '-':
		w.insert(m.end, "\n")
	case '#':
		dashes := "-- "
		if w.before(m.start) == '-' {
			dashes = " -- "
		}
		w.replace(m.start, m.start+1, dashes)
	case '/':
		if m.flags&flagInHint != 0 {
			w.replace(m.start, m.end, " ")
			return
		}
		for i := m.start + 2; i < m.end-1; i++ {
			pair := s.sql[i-1 : i+1]
			if pair == "/*" || pair == "*/" {
				w.insert(i, " ")
			}
		}
	}
}
