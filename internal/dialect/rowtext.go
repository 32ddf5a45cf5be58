package dialect

import (
	"errors"
	"strings"
)

// RowField is a column's value in a row's text.
type RowField struct {
	Text string
	Null bool
}

// ParseRow splits the text of a record as PostgreSQL writes it, such as
// (1,"a ""b""",), into its fields, in dst's memory where that is large enough.
// The texts share memory with the row's where nothing was escaped.
func ParseRow(text string, dst []RowField) ([]RowField, error) {
	n := len(text)
	if n < 2 || text[0] != '(' || text[n-1] != ')' {
		return nil, errNotRow
	}
	dst = dst[:0]
	rest := text[1 : n-1]
	for {
		field, behind, err := rowField(rest)
		if err != nil {
			return nil, err
		}
		dst = append(dst, field)
		if behind == "" {
			return dst, nil
		}
		rest = behind[1:] // the comma
	}
}

var errNotRow = errors.New("the text of a row is not that of a record")

// rowField reads a field and returns what is left: nothing, or a comma and
// more.
func rowField(rest string) (RowField, string, error) {
	end := strings.IndexAny(rest, `,"\`)
	switch {
	case end < 0:
		return RowField{Text: rest, Null: rest == ""}, "", nil
	case rest[end] == ',':
		return RowField{Text: rest[:end], Null: end == 0}, rest[end:], nil
	}
	return escapedField(rest)
}

// escapedField reads a field that has quotes or backslashes in it.
func escapedField(rest string) (RowField, string, error) {
	var b strings.Builder
	quoted := false
	for i := 0; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == '\\':
			i++
			if i == len(rest) {
				return RowField{}, "", errNotRow
			}
			b.WriteByte(rest[i])
		case c == '"' && quoted && i+1 < len(rest) && rest[i+1] == '"':
			b.WriteByte('"')
			i++
		case c == '"':
			quoted = !quoted
		case c == ',' && !quoted:
			return RowField{Text: b.String()}, rest[i:], nil
		default:
			b.WriteByte(c)
		}
	}
	if quoted {
		return RowField{}, "", errNotRow
	}
	return RowField{Text: b.String()}, "", nil
}
