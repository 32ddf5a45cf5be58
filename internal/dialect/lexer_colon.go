package dialect

import "strings"

// Brackets in lexer.open.
const (
	inSubscript = '[' // a[ … ]: a colon may separate
	inJSON      = '{' // json_object( … ): likewise
	inArray     = 'A' // array[ … ]: no colon of its own
	inGroup     = '(' // parentheses within one of these
)

// colon reads ::, :=, :name or a colon on its own.
func (l *lexer) colon() token {
	switch l.at(l.pos + 1) {
	case ':':
		return l.token(tokCast, l.pos+2)
	case '=':
		return l.token(tokAssign, l.pos+2)
	}
	name, end := l.pos+1, l.pos+1
	for isName(l.at(end)) {
		end++
	}
	if end == name {
		return l.token(tokColon, name)
	}
	t := l.token(tokName, end)
	if !l.separates() && !l.label(l.src[name:end]) {
		return t
	}
	if c := l.at(end); c == '$' || c == '\'' || c == '&' && strings.IndexByte(`'"`, l.at(end+1)) >= 0 {
		return l.token(tokColon, name) // a[1:x$y] and a[1:E'2']
	}
	t.flags = flagSeparator
	if l.prev.kind != tokOperator && l.src[l.prev.start] != '[' {
		t.flags |= flagOperand
	}
	return t
}

// separates says whether a colon here may stand between two expressions.
func (l *lexer) separates() bool {
	if len(l.open) == 0 {
		return false
	}
	in := l.open[len(l.open)-1]
	if in != inSubscript && in != inJSON {
		return false
	}
	switch l.prev.kind {
	case tokWord:
		word := l.text(l.prev)
		return in != inJSON || !strings.EqualFold(word, "key") && !strings.EqualFold(word, "value")
	case tokOperator:
		return l.src[l.prev.end-1] == '?' // a placeholder, perhaps
	case tokColon, tokCast, tokAssign:
		return false
	case tokPunct:
		c := l.src[l.prev.start]
		return c != ',' && c != '('
	}
	return true
}

// label says whether the colon ends the label of a block, as in
// done:LOOP. Only routines of MySQL have them.
func (l *lexer) label(next string) bool {
	if l.syntax.numbered || l.prev.end != l.pos || l.prev.kind != tokWord && l.prev.kind != tokIdent {
		return false
	}
	switch keywordOf(next) {
	case kwBegin, kwLoop, kwWhile, kwRepeat:
		return true
	}
	return false
}

// track keeps the brackets that decide what a colon is.
func (l *lexer) track(t token) {
	if t.kind != tokPunct {
		return
	}
	switch c := l.src[t.start]; c {
	case '[':
		l.open = append(l.open, l.subscript())
	case '(':
		if l.jsonObject() {
			l.open = append(l.open, inJSON)
		} else if len(l.open) > 0 {
			l.open = append(l.open, inGroup)
		}
	case ')', ']':
		if len(l.open) > 0 {
			l.open = l.open[:len(l.open)-1]
		}
	case ';':
		l.open = l.open[:0]
	}
}

// subscript says what the square bracket behind prev opens.
func (l *lexer) subscript() byte {
	switch l.prev.kind {
	case tokWord:
		if strings.EqualFold(l.text(l.prev), "array") {
			return inArray
		}
	case tokPunct:
		c := l.src[l.prev.start]
		if n := len(l.open); n > 0 && l.open[n-1] == inArray && (c == '[' || c == ',') {
			return inArray
		}
	}
	return inSubscript
}

// jsonObject says whether the parenthesis behind prev opens json_object(k:v).
func (l *lexer) jsonObject() bool {
	if l.prev.kind != tokWord || l.prev.end-l.prev.start < len("json_object") {
		return false
	}
	word := l.text(l.prev)
	return strings.EqualFold(word, "json_object") || strings.EqualFold(word, "json_objectagg")
}

func (l *lexer) text(t token) string { return l.src[t.start:t.end] }
