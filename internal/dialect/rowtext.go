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
// more. As PostgreSQL quotes the whole of a field if any of it, most fields are
// a part of the row's text.
func rowField(rest string) (RowField, string, error) {
	if rest != "" && rest[0] == '"' {
		end := 1 + strings.IndexByte(rest[1:], '"')
		if text := rest[1:max(end, 1)]; end > 0 && strings.IndexByte(text, '\\') < 0 {
			if behind := rest[end+1:]; behind == "" || behind[0] == ',' {
				return RowField{Text: text}, behind, nil
			}
		}
		return escapedField(rest)
	}
	text, behind := rest, ""
	if end := strings.IndexByte(rest, ','); end >= 0 {
		text, behind = rest[:end], rest[end:]
	}
	if strings.IndexByte(text, '"') >= 0 || strings.IndexByte(text, '\\') >= 0 {
		return escapedField(rest)
	}
	return RowField{Text: text, Null: text == ""}, behind, nil
}

// escapedField reads a field that has quotes or backslashes in it.
func escapedField(rest string) (RowField, string, error) {
	var short [512]byte
	text, quoted := short[:0], false
	for {
		n := 0
		for n < len(rest) && rest[n] != '"' && rest[n] != '\\' && (rest[n] != ',' || quoted) {
			n++
		}
		text, rest = append(text, rest[:n]...), rest[n:]
		switch {
		case rest == "" && quoted, rest == `\`:
			return RowField{}, "", errNotRow
		case rest == "" || rest[0] == ',':
			return RowField{Text: string(text)}, rest, nil
		case rest[0] == '\\', quoted && strings.HasPrefix(rest, `""`):
			text, rest = append(text, rest[1]), rest[2:]
		default:
			quoted, rest = !quoted, rest[1:]
		}
	}
}
