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
	var b strings.Builder
	quoted := false
	for rest != "" {
		n := strings.IndexAny(rest, ",\"\\")
		if n < 0 {
			n = len(rest)
		}
		b.WriteString(rest[:n])
		if rest = rest[n:]; rest == "" {
			break
		}
		switch c := rest[0]; {
		case c == '\\' && len(rest) == 1:
			return RowField{}, "", errNotRow
		case c == '\\', quoted && strings.HasPrefix(rest, `""`):
			b.WriteByte(rest[1])
			rest = rest[2:]
			continue
		case c == '"':
			quoted = !quoted
		case quoted:
			b.WriteByte(c)
		default:
			return RowField{Text: b.String()}, rest, nil
		}
		rest = rest[1:]
	}
	if quoted {
		return RowField{}, "", errNotRow
	}
	return RowField{Text: b.String()}, "", nil
}
