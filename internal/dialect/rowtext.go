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

// ParseRow splits the first record in a text as PostgreSQL writes it, such as
// (1,"a ""b""",), into its fields, in dst's memory where that is large enough, and
// returns what is behind it. The texts share memory with the record's where nothing
// was escaped.
func ParseRow(text string, dst []RowField) (fields []RowField, behind string, err error) {
	if text == "" || text[0] != '(' {
		return nil, "", errNotRow
	}
	fields, behind = dst[:0], text
	for {
		var field RowField
		if field, behind, err = rowField(behind[1:]); err != nil {
			return nil, "", err
		}
		fields = append(fields, field)
		if behind[0] == ')' {
			return fields, behind[1:], nil
		}
	}
}

var errNotRow = errors.New("the text of a row is not that of a record")

// rowField reads a field and returns what is left, from the comma or the parenthesis
// behind it. As PostgreSQL quotes the whole of a field if any of it, most fields are a
// part of the row's text.
func rowField(rest string) (RowField, string, error) {
	if rest != "" && rest[0] == '"' {
		end := 1 + strings.IndexByte(rest[1:], '"')
		if text := rest[1:max(end, 1)]; end > 0 && strings.IndexByte(text, '\\') < 0 {
			if behind := rest[end+1:]; endsField(behind) {
				return RowField{Text: text}, behind, nil
			}
		}
		return escapedField(rest)
	}
	for n := range len(rest) {
		switch rest[n] {
		case ',', ')':
			return RowField{Text: rest[:n], Null: n == 0}, rest[n:], nil
		case '"', '\\':
			return escapedField(rest)
		case '(': // which PostgreSQL quotes: the end of another row is missing
			return RowField{}, "", errNotRow
		}
	}
	return RowField{}, "", errNotRow
}

// endsField says whether a field ends before a text.
func endsField(behind string) bool { return behind != "" && (behind[0] == ',' || behind[0] == ')') }

// escapedField reads a field that has quotes or backslashes in it.
func escapedField(rest string) (RowField, string, error) {
	var short [512]byte
	text, quoted := short[:0], false
	for {
		n := 0
		for n < len(rest) && rest[n] != '"' && rest[n] != '\\' && (quoted || rest[n] != '(' && !endsField(rest[n:])) {
			n++
		}
		text, rest = append(text, rest[:n]...), rest[n:]
		switch {
		case rest == "", rest == `\`, rest[0] == '(':
			return RowField{}, "", errNotRow
		case rest[0] == '\\', quoted && strings.HasPrefix(rest, `""`):
			text, rest = append(text, rest[1]), rest[2:]
		case rest[0] == '"':
			quoted, rest = !quoted, rest[1:]
		default:
			return RowField{Text: string(text)}, rest, nil
		}
	}
}
