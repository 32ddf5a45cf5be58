package wire

import (
	"strconv"
	"strings"
)

// DatabaseError is what a database said, as the service carries it in the
// message of a DatabaseErrorException. Format and ParseDatabaseError are the
// two directions of that text.
type DatabaseError struct {
	Severity string // ERROR, FATAL, … ; empty for MySQL
	Message  string
	Detail   string
	Hint     string
	// Position counts characters of the statement, from 1; zero is absent.
	Position int
	// Number is MySQL's error number; zero is absent.
	Number int
	// SQLState is the five characters of the SQLSTATE; empty when the text had
	// none, as the service's catch-all text does (F0051).
	SQLState string
}

// Format returns the error as the service writes it, on one line with the
// SQLSTATE at the end (F0050):
//
//	ERROR: message; Hint: …; Position: 36; SQLState: 42883
func (e *DatabaseError) Format() string {
	var b strings.Builder
	if e.Severity != "" {
		b.WriteString(e.Severity + ": ")
	}
	b.WriteString(e.Message)
	suffix := func(label, value string) {
		if value != "" {
			b.WriteString("; " + label + ": " + value)
		}
	}
	number := func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	suffix("Detail", e.Detail)
	suffix("Hint", e.Hint)
	suffix("Position", number(e.Position))
	suffix("Error code", number(e.Number))
	suffix("SQLState", e.SQLState)
	return b.String()
}

// ParseDatabaseError reads the message of a DatabaseErrorException. A text
// without an SQLSTATE is a message and nothing else: only the service's own
// texts lack one (F0051).
//
// The text is peeled from its end, because a message may itself hold what
// looks like a field (F0057). A field begins with "; " or, in the texts of the
// older service, on a line of its own (F0058).
func ParseDatabaseError(text string) DatabaseError {
	rest, state, ok := cutField(text, "SQLState: ")
	if !ok || !isState(state) {
		return DatabaseError{Message: text}
	}
	e := DatabaseError{SQLState: state}
	for again := true; again; {
		rest, again = e.cutNumber(rest)
	}
	for _, severity := range severities {
		if after, ok := strings.CutPrefix(rest, severity+": "); ok {
			e.Severity, rest = severity, after
			break
		}
	}
	if before, hint, ok := cutField(rest, "Hint: "); ok {
		rest, e.Hint = before, hint
	}
	if before, detail, ok := cutField(rest, "Detail: "); ok {
		rest, e.Detail = before, detail
	}
	e.Message = rest
	return e
}

// severities are those of PostgreSQL, in English.
var severities = [...]string{"ERROR", "FATAL", "PANIC", "WARNING", "NOTICE", "INFO", "LOG", "DEBUG"}

// cutNumber takes a position or an error number off the end of a text, if one
// is there and is not known yet.
func (e *DatabaseError) cutNumber(text string) (rest string, ok bool) {
	const most = 9 // digits, which fit an int
	head := strings.TrimRight(text, "0123456789")
	digits := text[len(head):]
	if digits == "" || len(digits) > most {
		return text, false
	}
	n, _ := strconv.Atoi(digits)
	for label, field := range map[string]*int{"Position: ": &e.Position, "Error code: ": &e.Number} {
		before, found := strings.CutSuffix(head, label)
		if !found || n == 0 || *field != 0 {
			continue
		}
		if before, found = cutSeparator(before); found {
			*field = n
			return before, true
		}
	}
	return text, false
}

// cutField splits a text at the last field of that label whose value is not
// empty.
func cutField(text, label string) (before, value string, ok bool) {
	for end := len(text) - 1; end > 0; {
		i := strings.LastIndex(text[:end], label)
		if i < 0 {
			break
		}
		if before, ok = cutSeparator(text[:i]); ok {
			return before, text[i+len(label):], true
		}
		end = i + len(label) - 1
	}
	return text, "", false
}

// cutSeparator takes what stands before a field off the end of a text.
func cutSeparator(text string) (before string, ok bool) {
	if before, ok = strings.CutSuffix(text, "; "); ok {
		return before, true
	}
	blank := len(strings.TrimRight(text, " \t\r\n\f"))
	if i := strings.LastIndexByte(text[blank:], '\n'); i >= 0 {
		return text[:blank+i], true
	}
	return text, false
}

// isState reports whether a text looks like an SQLSTATE.
func isState(s string) bool {
	return len(s) == 5 && strings.Trim(s, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}
