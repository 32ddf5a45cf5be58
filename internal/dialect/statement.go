package dialect

import "strings"

// Statement is a statement that has been read once, to be sent many times. It
// does not change and may be used by several goroutines.
type Statement struct {
	dialect *Dialect
	sql     string
	kind    Kind
	// own says that $1 belongs to what the statement defines.
	own   bool
	marks []mark
	// open is the token that the text ends in, if any.
	open token
	// control is what is wrong with the first statement, many that there may
	// be others behind it.
	control control
	many    bool
	empty   bool
	// session is what a function that it seems to call does to the session.
	session sessionUse
}

// mark is a place that is, or may be, sent differently.
type mark struct {
	kind       markKind
	flags      tokenFlags
	start, end int
}

// markKind says what is at a place.
type markKind uint8

const (
	markNumbered markKind = iota // $1
	markQuestion                 // an operator with a question mark in it
	markName                     // :name
	markColon                    // a colon before what it would name
	markString                   // a string whose end readers disagree about
	markDollar                   // a dollar-quoted string, likewise
	markComment                  // a comment, likewise
	markDashes                   // two minus signs
)

// Parse reads a statement. It never fails: what is wrong shows when the
// statement is to be sent.
func (d *Dialect) Parse(sql string) *Statement {
	s := &Statement{dialect: d, sql: sql}
	l := d.newLexer(sql)
	c := classifier{postgres: d.syntax.numbered}
	for {
		prev := l.prev
		t := l.next()
		if t.kind == tokEOF {
			break
		}
		if c.done {
			c.more = c.more || t.significant()
		} else {
			var kw keyword
			if t.kind == tokWord {
				kw = keywordOf(l.text(t))
			}
			c.feed(t, l.text(t), kw)
		}
		if t.flags&flagUnfinished != 0 {
			s.open = t
		}
		s.mark(t, prev)
	}
	if l.hint >= 0 && s.open.kind == tokEOF {
		s.open = token{kind: tokOpenHint, start: l.hint, end: len(sql)}
	}
	s.kind, s.own = c.kind(), c.ownParameters()
	s.control, s.many, s.empty = c.control(s.kind), c.more, c.words == 0
	s.session = c.session
	return s
}

// Empty says whether there is nothing to do: white space, comments, semicolons.
func (s *Statement) Empty() bool { return s.empty }

// Kind says what the statement does; of several statements, the first.
func (s *Statement) Kind() Kind { return s.kind }

// mark remembers the token if it may be sent differently.
// prev is the last significant token before it.
func (s *Statement) mark(t, prev token) {
	text := s.sql[t.start:t.end]
	m := mark{flags: t.flags, start: t.start, end: t.end}
	afterString := prev.kind == tokString || prev.kind == tokDollar
	switch t.kind {
	case tokParam:
		m.kind = markNumbered
	case tokQuestion:
		m.kind = markQuestion
	case tokName:
		m.kind = markName
	case tokOperator:
		switch {
		case s.dialect.syntax.operators && strings.IndexByte(text, '?') >= 0:
			if questionOperators[text] {
				return
			}
			m.kind = markQuestion
		case prev.kind == tokOperator && prev.end == t.start && text[0] == '-' && s.sql[prev.end-1] == '-':
			m.kind = markDashes
		default:
			return
		}
	case tokColon:
		if t.end == len(s.sql) || !isWord(s.sql[t.end]) {
			return
		}
		m.kind = markColon
	case tokString:
		if n := len(s.marks); afterString && n > 0 && s.marks[n-1].start == prev.start {
			s.marks[n-1].flags |= flagBeforeString
		}
		if t.flags&(flagEscapedQuote|flagOddBackslash) == 0 {
			return
		}
		m.kind = markString
	case tokDollar:
		if !misread(text) {
			return
		}
		m.kind = markDollar
		if afterString {
			m.flags |= flagAfterString
		}
	case tokComment:
		if !s.dialect.misreadComment(text, t.flags, s.sql[t.end:]) {
			return
		}
		m.kind = markComment
	default:
		return
	}
	if s.marks == nil {
		s.marks = make([]mark, 0, 8)
	}
	s.marks = append(s.marks, m)
}

// NumInput returns the number of arguments that the statement takes, or -1 if
// that depends on the arguments: a question mark may be an operator, and a
// :name may be there more than once, or not be a placeholder at all.
func (s *Statement) NumInput() int {
	numbered, questions, depends := 0, 0, false
	for _, m := range s.marks {
		switch m.kind {
		case markNumbered:
			n, _ := s.number(m)
			numbered = max(numbered, n)
		case markQuestion:
			s.questions(m, func(_ int, placeholder bool) {
				if placeholder {
					questions++
				}
			})
			depends = depends || questions > 0 && s.dialect.syntax.operators
		case markName:
			depends = true
		}
	}
	switch {
	case s.own:
		return 0
	case numbered > 0:
		return numbered
	case depends:
		return -1
	}
	return questions
}

// number returns n of the placeholder $n, and false if there is no such one.
func (s *Statement) number(m mark) (int, bool) {
	n := 0
	for _, c := range []byte(s.sql[m.start+1 : m.end]) {
		n = n*10 + int(c-'0')
		if n > maxParameters {
			return 0, false
		}
	}
	return n, n > 0
}

// maxParameters is the number of parameters that PostgreSQL's protocol can
// count.
const maxParameters = 65535
