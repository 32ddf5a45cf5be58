package wire

import (
	"regexp"
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

// The text is peeled from its end, because a message may itself hold what
// looks like a field. A field begins with "; " or, in the texts of the older
// service, on a line of its own.
var (
	severityPrefix = regexp.MustCompile(`^(DEBUG|LOG|INFO|NOTICE|WARNING|ERROR|FATAL|PANIC): `)
	numericSuffix  = regexp.MustCompile(`(?s)^(.*)(?:; |\n\s*)(Position|Error code): (\d{1,9})$`)
	stateSuffix    = regexp.MustCompile(`(?s)^(.*)(?:; |\n\s*)SQLState: ([0-9A-Z]{5})$`)
	hintSuffix     = regexp.MustCompile(`(?s)^(.*)(?:; |\n\s*)Hint: (.+)$`)
	detailSuffix   = regexp.MustCompile(`(?s)^(.*)(?:; |\n\s*)Detail: (.+)$`)
)

// ParseDatabaseError reads the message of a DatabaseErrorException. A text
// without an SQLSTATE is a message and nothing else: only the service's own
// texts lack one (F0051).
func ParseDatabaseError(text string) DatabaseError {
	m := stateSuffix.FindStringSubmatch(text)
	if m == nil {
		return DatabaseError{Message: text}
	}
	e := DatabaseError{SQLState: m[2]}
	rest := m[1]
	for {
		m := numericSuffix.FindStringSubmatch(rest)
		if m == nil {
			break
		}
		field := &e.Position
		if m[2] == "Error code" {
			field = &e.Number
		}
		n, _ := strconv.Atoi(m[3]) // nine digits at most
		if *field != 0 || n == 0 {
			break
		}
		*field, rest = n, m[1]
	}
	if m := severityPrefix.FindStringSubmatch(rest); m != nil {
		e.Severity = m[1]
		rest = rest[len(m[0]):]
	}
	if m := hintSuffix.FindStringSubmatch(rest); m != nil {
		rest, e.Hint = m[1], m[2]
	}
	if m := detailSuffix.FindStringSubmatch(rest); m != nil {
		rest, e.Detail = m[1], m[2]
	}
	e.Message = rest
	return e
}
