package dialect

import "strings"

// lexer cuts a text into tokens. It never fails: what the engine would refuse
// becomes tokOther, and a text that ends inside a token flags it.
type lexer struct {
	*Dialect
	src string
	pos int
	// delimiter is cut out of unquoted text when it is not empty.
	delimiter string
	// hint is where the open version comment started, or -1.
	hint int
	// prev is the last significant token.
	prev token
	// open holds the brackets around pos, from the first one on in which a
	// colon may be a separator.
	open []byte
}

func (d *Dialect) newLexer(src string) lexer {
	return lexer{Dialect: d, src: src, hint: -1}
}

// next returns the next token, or one of kind tokEOF.
func (l *lexer) next() token {
	if l.pos >= len(l.src) {
		return token{kind: tokEOF, start: l.pos, end: l.pos}
	}
	t := l.scan()
	if l.delimiter != "" {
		t = l.cutDelimiter(t)
	}
	if l.hint >= 0 {
		t.flags |= flagInHint
	}
	l.pos = t.end
	if t.significant() {
		if l.syntax.subscripts {
			l.track(t)
		}
		l.prev = t
	}
	return t
}

// at returns the byte at i, or NUL behind the end.
func (l *lexer) at(i int) byte {
	if i < len(l.src) {
		return l.src[i]
	}
	return 0
}

// scan reads the token at pos without moving.
func (l *lexer) scan() token {
	c, next := l.src[l.pos], l.at(l.pos+1)
	switch {
	case isSpace(c):
		end := l.pos + 1
		for end < len(l.src) && isSpace(l.src[end]) {
			end++
		}
		return l.token(tokSpace, end)
	case isLetter(c):
		return l.word()
	case isDigit(c), c == '.' && isDigit(next):
		return l.number()
	case c == '\'':
		return l.quoted(l.pos, false)
	case c == '"', c == '`' && l.syntax.backticks:
		return l.quotedIdent(l.pos)
	case c == '-' && next == '-' && l.dashes():
		return l.lineComment()
	case c == '#' && l.syntax.hashComments:
		return l.lineComment()
	case c == '/' && next == '*':
		return l.blockComment()
	case c == '*' && next == '/' && l.hint >= 0:
		l.hint = -1
		return l.token(tokCloseHint, l.pos+2)
	case c == ':':
		return l.colon()
	case c == '$':
		return l.dollar()
	case strings.IndexByte("()[],;.", c) >= 0:
		return l.token(tokPunct, l.pos+1)
	case isOperator(c):
		return l.operator()
	}
	return l.token(tokOther, l.pos+1)
}

func (l *lexer) token(kind tokenKind, end int) token {
	return token{kind: kind, start: l.pos, end: end}
}

// word reads an identifier, or the string that a one-letter word introduces.
func (l *lexer) word() token {
	if l.syntax.prefixed {
		if q, backslashes := l.prefix(l.pos); q > 0 {
			if l.src[q] == '"' {
				return l.quotedIdent(q)
			}
			return l.quoted(q, backslashes)
		}
	}
	return l.token(tokWord, l.wordEnd(l.pos+1))
}

func (l *lexer) wordEnd(i int) int {
	for i < len(l.src) && isWord(l.src[i]) {
		i++
	}
	return i
}

// prefix returns where the quote is if i starts E”, B”, X”, N”, U&” or
// U&"", and whether backslashes count in it. It returns 0 otherwise.
func (l *lexer) prefix(i int) (quote int, backslashes bool) {
	next := l.at(i + 1)
	switch l.src[i] | 0x20 {
	case 'e':
		if next == '\'' {
			return i + 1, true
		}
	case 'b', 'x', 'n':
		if next == '\'' {
			return i + 1, false
		}
	case 'u':
		if q := l.at(i + 2); next == '&' && (q == '\'' || q == '"') {
			return i + 2, false
		}
	}
	return 0, false
}

// number reads a number as far as it can be one; what follows is read as the
// engine reads it, as another token.
func (l *lexer) number() token {
	i := l.pos
	if l.src[i] == '0' && strings.IndexByte("xXoObB", l.at(i+1)) >= 0 && isHex(l.at(i+2)) {
		for i += 2; isHex(l.at(i)) || l.at(i) == '_' && isHex(l.at(i+1)); i++ {
		}
		return l.token(tokNumber, i)
	}
	i = l.digits(i)
	// In 1..2 the dots belong to PL/pgSQL.
	if l.at(i) == '.' && l.at(i+1) != '.' {
		i = l.digits(i + 1)
	}
	if l.at(i)|0x20 == 'e' {
		e := i + 1
		if l.at(e) == '+' || l.at(e) == '-' {
			e++
		}
		if isDigit(l.at(e)) {
			i = l.digits(e)
		}
	}
	return l.token(tokNumber, i)
}

func (l *lexer) digits(i int) int {
	for isDigit(l.at(i)) || l.at(i) == '_' && i > l.pos && isDigit(l.src[i-1]) && isDigit(l.at(i+1)) {
		i++
	}
	return i
}

func isHex(b byte) bool { return isDigit(b) || 'a' <= b|0x20 && b|0x20 <= 'f' }

// operator reads an operator. PostgreSQL takes the longest run, ends it where
// a comment starts and gives back a trailing sign unless a character that no
// standard operator has comes before it.
func (l *lexer) operator() token {
	if !l.syntax.operators {
		if l.src[l.pos] == '?' {
			return l.token(tokQuestion, l.pos+1)
		}
		return l.token(tokOperator, l.pos+1)
	}
	end, special := l.pos, false
	for ; end < len(l.src) && isOperator(l.src[end]); end++ {
		c, next := l.src[end], l.at(end+1)
		if c == '-' && next == '-' || c == '/' && next == '*' {
			break
		}
		special = special || strings.IndexByte("~!@#^&|`?%", c) >= 0
	}
	for !special && end > l.pos+1 && (l.src[end-1] == '+' || l.src[end-1] == '-') {
		end--
	}
	return l.token(tokOperator, end)
}

// cutDelimiter ends the token where the client's delimiter starts.
func (l *lexer) cutDelimiter(t token) token {
	switch t.kind {
	case tokComment, tokString, tokIdent, tokOpenHint, tokCloseHint:
		return t
	}
	reach := min(t.end+len(l.delimiter)-1, len(l.src))
	switch at := strings.Index(l.src[t.start:reach], l.delimiter); {
	case at == 0:
		return token{kind: tokDelimiter, start: t.start, end: t.start + len(l.delimiter)}
	case at > 0:
		t.end = t.start + at
	}
	return t
}
