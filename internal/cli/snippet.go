package cli

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/auroradataapi/auroradataapi/internal/cli/output"
)

// statementError is the failure of one statement.
type statementError struct {
	statement
	where    string // "statement 2 (setup.sql:7): "; empty if there is only one
	position int    // in the statement, in characters from 1; zero if unknown
	err      error
}

func (e *statementError) Error() string { return e.where + e.err.Error() }
func (e *statementError) Unwrap() error { return e.err }

// place says which statement it is, if there are several.
func (e *statementError) place(count int) string {
	if count < 2 {
		return ""
	}
	_, _, above, _ := lineAt(e.sql, e.position)
	return fmt.Sprintf("statement %d (%s, line %d): ", e.number, output.Printable(e.source), e.line+above)
}

// snippetWidth is the width to which a line of SQL is cut where the terminal's
// is not known.
const snippetWidth = 100

// snippet returns the line of SQL in which the error is, and under it a caret
// at the place. Without a place it returns nothing.
func snippet(e *statementError, width int) string {
	before, after, line, ok := lineAt(e.sql, e.position)
	if !ok {
		return ""
	}
	if width <= 0 {
		width = snippetWidth
	}
	label := fmt.Sprintf("LINE %d: ", e.line+line)
	shown := max(width-len(label)-1, 20)
	before, after = visible(before), visible(after)
	if excess := output.Width(before) + output.Width(after) - shown; excess > 0 {
		before = output.CutLeft(before, max(shown*2/3, shown-output.Width(after)))
		after = output.Cut(after, shown-output.Width(before))
	}
	caret := strings.Repeat(" ", len(label)+output.Width(before)) + "^"
	return label + before + after + "\n" + caret + "\n"
}

// lineAt returns the line of the text in which a character is, in two halves,
// and how many lines are above it.
func lineAt(text string, position int) (before, after string, above int, ok bool) {
	if position < 1 || position > utf8.RuneCountInString(text)+1 {
		return "", "", 0, false
	}
	at := len(text)
	for i := range text {
		if position--; position == 0 {
			at = i
			break
		}
	}
	start := strings.LastIndexByte(text[:at], '\n') + 1
	after, _, _ = strings.Cut(text[at:], "\n")
	return text[start:at], strings.TrimSuffix(after, "\r"), strings.Count(text[:start], "\n"), true
}

// visible makes a part of a line of SQL printable. A tab becomes spaces: as
// such it would have another width than it seems.
func visible(s string) string {
	return output.Printable(strings.ReplaceAll(s, "\t", "    "))
}
