package dialect

import "strings"

// Part is a statement of a script.
type Part struct {
	// SQL is the statement with the comments around it and without the
	// semicolon or delimiter that ends it.
	SQL string
	// Offset is where SQL starts in the script, in bytes; Line counts from 1.
	Offset, Line int
	// Terminated says that a semicolon or delimiter followed.
	Terminated bool
	// Delimited says that a DELIMITER command, which is none of the statement's,
	// stood in front.
	Delimited bool
}

// Split cuts a script at its top-level semicolons and, for MySQL, at what the
// client command DELIMITER chose. What holds nothing but comments is dropped.
// It fails with a *SyntaxError if the script ends inside a string or comment.
func (d *Dialect) Split(sql string) ([]Part, error) {
	s := splitter{lexer: d.newLexer(sql), line: 1}
	s.reset()
	for t := s.next(); t.kind != tokEOF; t = s.next() {
		if t.flags&flagUnfinished != 0 {
			return nil, unfinished(sql, t)
		}
		if t.kind == tokSpace {
			continue
		}
		var kw keyword
		if t.kind == tokWord {
			kw = keywordOf(s.text(t))
		}
		switch {
		case kw == kwDelimiter && s.command(t):
			if err := s.setDelimiter(t); err != nil {
				return nil, err
			}
		case s.ends(t):
			s.cut(true)
		default:
			s.extend(t, kw)
		}
	}
	if s.hint >= 0 {
		return nil, unfinished(sql, token{kind: tokOpenHint, start: s.hint})
	}
	s.cut(false)
	return s.parts, nil
}

// splitter collects the parts of a script.
type splitter struct {
	lexer
	parts []Part
	// start and end are the part so far; start is -1 before its first token.
	start, end int
	// code says that the part holds more than comments.
	code bool
	// groups is the number of open parentheses.
	groups int
	blocks blocks

	delimited bool // there was a DELIMITER command

	line, lineAt int // the line of the offset lineAt
}

// reset starts a new part.
func (s *splitter) reset() {
	s.start, s.end, s.code, s.groups = -1, -1, false, 0
	s.blocks = blocks{postgres: s.syntax.numbered, stack: s.blocks.stack[:0]}
}

// extend adds the token to the part.
func (s *splitter) extend(t token, kw keyword) {
	if s.start < 0 {
		s.start = t.start
	}
	s.end = t.end
	if t.kind == tokComment {
		return
	}
	s.code = true
	switch text := s.text(t); text {
	case "(":
		s.groups++
	case ")":
		s.groups = max(s.groups-1, 0)
	}
	s.blocks.feed(t, s.src, kw)
}

// ends says whether the token ends the part.
func (s *splitter) ends(t token) bool {
	switch {
	case t.kind == tokDelimiter:
		return true
	case t.kind != tokPunct || s.src[t.start] != ';':
		return false
	case s.hint >= 0, s.syntax.groups && s.groups > 0:
		return false
	case s.delimiter != "" && s.blocks.routine:
		return false // the delimiter was chosen for this
	}
	return !s.blocks.inside()
}

// cut ends the part.
func (s *splitter) cut(terminated bool) {
	if s.code {
		text := s.src[s.start:s.end]
		if s.delimiter != "" {
			text = strings.TrimRight(text, "; \t\r\n\f\v")
		}
		if text != "" {
			s.line += strings.Count(s.src[s.lineAt:s.start], "\n")
			s.lineAt = s.start
			s.parts = append(s.parts, Part{SQL: text, Offset: s.start, Line: s.line, Terminated: terminated, Delimited: s.delimited})
		}
	}
	s.reset()
}

// command says whether the word DELIMITER is the client's: first in its
// statement and on its line.
func (s *splitter) command(t token) bool {
	if !s.syntax.delimiters || s.code {
		return false
	}
	line := s.src[strings.LastIndexByte(s.src[:t.start], '\n')+1 : t.start]
	return strings.Trim(line, " \t\r") == "" && (t.end == len(s.src) || isSpace(s.src[t.end]))
}

// setDelimiter reads the rest of the line of a DELIMITER command.
func (s *splitter) setDelimiter(t token) error {
	end := len(s.src)
	if n := strings.IndexByte(s.src[t.end:], '\n'); n >= 0 {
		end = t.end + n
	}
	fields := strings.Fields(s.src[t.end:end])
	if len(fields) == 0 {
		return syntaxErrorAt(s.src, t.start, "DELIMITER needs the text that will end statements, such as // or ;")
	}
	s.delimiter = strings.Trim(fields[0], "'\"`")
	if s.delimiter == ";" || s.delimiter == "" {
		s.delimiter = ""
	}
	s.pos, s.delimited = end, true
	s.reset()
	return nil
}
