package dialect

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// SyntaxError says why a statement cannot be sent or a script not be split.
type SyntaxError struct {
	// Msg says what is wrong and what to do.
	Msg string
	// Offset is the place in the text, in bytes from 0. Line and Column count
	// from 1, Column in characters. Line is zero if there is no such place, as
	// for an argument that the statement does not use.
	Offset, Line, Column int
	// Unfinished says that the text ends inside a string or a comment: more
	// text may complete it.
	Unfinished bool
}

// Error returns the message and the place.
func (e *SyntaxError) Error() string {
	if e.Line == 0 {
		return e.Msg
	}
	return fmt.Sprintf("%s (line %d, column %d)", e.Msg, e.Line, e.Column)
}

// syntaxErrorAt makes an error about the place at offset.
func syntaxErrorAt(src string, offset int, format string, args ...any) *SyntaxError {
	before := src[:offset]
	line := strings.LastIndexByte(before, '\n') + 1
	return &SyntaxError{
		Msg:    fmt.Sprintf(format, args...),
		Offset: offset,
		Line:   1 + strings.Count(before, "\n"),
		Column: 1 + utf8.RuneCountInString(before[line:]),
	}
}

// argumentError makes an error about an argument.
func argumentError(format string, args ...any) *SyntaxError {
	return &SyntaxError{Msg: fmt.Sprintf(format, args...)}
}

// unfinished makes the error for a token that the text ends in.
func unfinished(src string, t token) *SyntaxError {
	what := map[tokenKind]string{
		tokComment: "comment", tokOpenHint: "comment", tokString: "string",
		tokIdent: "quoted identifier", tokDollar: "dollar-quoted string",
	}[t.kind]
	e := syntaxErrorAt(src, t.start, "the %s that starts here does not end: close it", what)
	e.Unfinished = true
	return e
}

// NameError is the service's complaint about a placeholder's name.
type NameError struct {
	// Name is the name without its colon.
	Name string
}

// Error returns the service's words.
func (e *NameError) Error() string {
	return "Named parameter syntax is invalid, input: " + e.Name
}
