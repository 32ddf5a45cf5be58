package dialect

import "strings"

// quoted reads the string whose quote is at q.
func (l *lexer) quoted(q int, backslashes bool) token {
	plain := q == l.pos && l.syntax.prefixed
	if l.syntax.backslashes {
		backslashes = !l.NoBackslashEscapes
	}
	end, flags := l.closeQuote(q, backslashes)
	for l.syntax.prefixed && flags&flagUnfinished == 0 {
		q = l.continued(end)
		if q < 0 {
			break
		}
		var more tokenFlags
		end, more = l.closeQuote(q, backslashes)
		flags |= more
	}
	if !plain {
		flags &^= flagOddBackslash
	}
	t := l.token(tokString, end)
	t.flags = flags
	return t
}

// closeQuote returns the offset behind the quote that closes the one at q.
func (l *lexer) closeQuote(q int, backslashes bool) (end int, flags tokenFlags) {
	quote, i := l.src[q], q+1
	odd := false // an odd number of backslashes is right before i
	for i < len(l.src) {
		c := l.src[i]
		switch {
		case c == '\\' && backslashes:
			if l.at(i+1) == quote {
				flags |= flagEscapedQuote
			}
			i += 2
			continue
		case c == quote:
			if odd {
				flags |= flagOddBackslash
			}
			if l.at(i+1) != quote {
				return i + 1, flags
			}
			i++
		}
		odd = c == '\\' && !odd
		i++
	}
	return len(l.src), flags | flagUnfinished
}

// continued returns the offset of the quote that continues a string ended at
// i: one behind white space with a newline in it, and line comments.
func (l *lexer) continued(i int) int {
	newline := false
	for i < len(l.src) {
		switch c := l.src[i]; {
		case c == '\n' || c == '\r':
			newline = true
			i++
		case isSpace(c):
			i++
		case c == '-' && l.at(i+1) == '-':
			i = l.lineEnd(i)
		case c == '\'' && newline:
			return i
		default:
			return -1
		}
	}
	return -1
}

// quotedIdent reads the quoted name whose quote is at q. Double quotes hold a
// string where backticks hold names.
func (l *lexer) quotedIdent(q int) token {
	if l.syntax.backticks && l.src[q] == '"' {
		return l.quoted(q, false)
	}
	end, flags := l.closeQuote(q, false)
	t := l.token(tokIdent, end)
	t.flags = flags & flagUnfinished
	return t
}

// dollar reads $1, $tag$text$tag$ or a lone dollar sign.
func (l *lexer) dollar() token {
	if !l.syntax.numbered {
		return l.token(tokWord, l.wordEnd(l.pos+1))
	}
	i := l.pos + 1
	if isDigit(l.at(i)) {
		for isDigit(l.at(i)) {
			i++
		}
		return l.token(tokParam, i)
	}
	for isName(l.at(i)) {
		i++
	}
	if l.at(i) != '$' {
		return l.token(tokOther, l.pos+1)
	}
	tag := l.src[l.pos : i+1]
	t := l.token(tokDollar, len(l.src))
	if n := strings.Index(l.src[i+1:], tag); n >= 0 {
		t.end = i + 1 + n + len(tag)
	} else {
		t.flags = flagUnfinished
	}
	return t
}

// dashes says whether the two dashes at pos start a comment.
func (l *lexer) dashes() bool {
	if !l.syntax.spacedDashes || l.pos+2 >= len(l.src) {
		return true
	}
	c := l.src[l.pos+2]
	return c <= ' ' || c == 0x7f
}

func (l *lexer) lineComment() token { return l.token(tokComment, l.lineEnd(l.pos)) }

// lineEnd returns the offset of the newline that ends the line of i. A lone
// carriage return is one to PostgreSQL.
func (l *lexer) lineEnd(i int) int {
	newlines := "\n"
	if l.syntax.prefixed {
		newlines = "\r\n"
	}
	if n := strings.IndexAny(l.src[i:], newlines); n >= 0 {
		return i + n
	}
	return len(l.src)
}

// blockComment reads a comment, or the start of one that holds code.
func (l *lexer) blockComment() token {
	i := l.pos + 2
	if l.syntax.versionComments && l.hint < 0 && l.at(i) == '!' {
		for i++; i < l.pos+9 && isDigit(l.at(i)); i++ {
		}
		l.hint = l.pos
		return l.token(tokOpenHint, i)
	}
	t := l.token(tokComment, len(l.src))
	depth := 1
	for i < len(l.src) {
		switch c, next := l.src[i], l.at(i+1); {
		case c == '*' && next == '/':
			i += 2
			if depth--; depth == 0 {
				t.end = i
				return t
			}
		case c == '/' && next == '*':
			t.flags |= flagNested
			if l.syntax.nestedComments {
				depth++
				i++
			}
			i++
		default:
			i++
		}
	}
	t.flags |= flagUnfinished
	return t
}
