package output

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"
	"unicode/utf8"
)

// jsonWriter prints a row as an object whose keys are in column order: as one
// array a result, a row a line, or as one object a line without the array.
//
// Numbers are JSON numbers with all their digits; those JSON does not have
// (NaN, Infinity) are strings. JSON columns are embedded, bytes are base64,
// instants are RFC 3339, a wall clock is the same without a zone. Of columns
// that share a name the second is called name_2.
type jsonWriter struct {
	printer
	array bool
	rows  int64
	keys  [][]byte // encoded, with their colon
	value []byte
}

func (j *jsonWriter) Begin(columns []Column) error {
	j.begin(columns)
	j.rows = 0
	j.keys = j.keys[:0]
	for _, name := range uniqueNames(columns) {
		key, err := appendJSONString(nil, name)
		if err != nil {
			return err
		}
		j.keys = append(j.keys, append(key, ':'))
	}
	if j.array {
		j.line = append(j.line, '[')
		return j.flushLine()
	}
	return nil
}

func (j *jsonWriter) Row(values []any) (err error) {
	if err := j.check(values); err != nil {
		return err
	}
	if j.array {
		j.line = append(separate(j.line, int(min(j.rows, 1)), ','), '\n')
	}
	j.rows++
	j.line = append(j.line, '{')
	for i, v := range values {
		j.line = append(separate(j.line, i, ','), j.keys[i]...)
		if j.line, err = j.appendJSON(j.line, v, j.classes[i]); err != nil {
			return fmt.Errorf("column %q: %w", j.columns[i].Name, err)
		}
	}
	j.line = append(j.line, '}')
	if !j.array {
		j.line = append(j.line, '\n')
	}
	return j.flushLine()
}

func (j *jsonWriter) End() error {
	if !j.array {
		return nil
	}
	if j.rows > 0 {
		j.line = append(j.line, '\n')
	}
	j.line = append(j.line, "]\n"...)
	return j.flushLine()
}

func (j *jsonWriter) appendJSON(dst []byte, v any, c class) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...), nil
	case bool:
		return strconv.AppendBool(dst, v), nil
	case int64:
		return strconv.AppendInt(dst, v, 10), nil
	case uint64:
		return strconv.AppendUint(dst, v, 10), nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return append(appendFloat(append(dst, '"'), v, c), '"'), nil
		}
		return appendFloat(dst, v, c), nil
	case time.Time:
		return append(appendTime(append(dst, '"'), v, c, 'T'), '"'), nil
	case []byte:
		if c == classJSON {
			return j.embed(dst, v)
		}
		return append(appendBase64(append(dst, '"'), v), '"'), nil
	case string:
		switch {
		case c == classJSON:
			return j.embed(dst, []byte(v))
		case c.numeric() && isJSONNumber(v):
			return append(dst, v...), nil
		}
		return appendJSONString(dst, v)
	default:
		return dst, fmt.Errorf("cannot print a value of Go type %T", v)
	}
}

// embed appends the JSON text of a JSON column, without the white space that
// would break a line in two.
func (j *jsonWriter) embed(dst, text []byte) ([]byte, error) {
	b := bytes.NewBuffer(j.value[:0])
	if err := json.Compact(b, text); err != nil {
		return dst, fmt.Errorf("value of a JSON type is not JSON: %w", err)
	}
	j.value = b.Bytes()
	return appendEscapedControls(dst, j.value), nil
}

// appendJSONString appends a string. Bytes that are not UTF-8 have no place in
// JSON and are refused rather than replaced.
func appendJSONString(dst []byte, s string) ([]byte, error) {
	if !utf8.ValidString(s) {
		return dst, fmt.Errorf("text is not valid UTF-8: %q; use csv or tsv, which keep bytes", s)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		return dst, err
	}
	return appendEscapedControls(dst, bytes.TrimSuffix(b.Bytes(), []byte("\n"))), nil
}

// appendEscapedControls appends JSON text with the control characters that
// JSON allows in strings as they are, DEL and U+0080 to U+009F, escaped. The
// text means the same and cannot drive a terminal.
func appendEscapedControls(dst, text []byte) []byte {
	for i := 0; i < len(text); i++ {
		switch b := text[i]; {
		case b == 0x7f:
			dst = append(dst, `\u007f`...)
		case b == 0xc2 && i+1 < len(text) && text[i+1] < 0xa0:
			i++
			dst = fmt.Appendf(dst, `\u%04x`, text[i])
		default:
			dst = append(dst, b)
		}
	}
	return dst
}

// isJSONNumber reports whether a number's text is one in JSON too.
func isJSONNumber(s string) bool {
	return s != "" && (s[0] == '-' || '0' <= s[0] && s[0] <= '9') && json.Valid([]byte(s))
}

// uniqueNames returns the columns' names; one that stands further left already
// gets the first of _2, _3 … that makes a name no column has.
func uniqueNames(columns []Column) []string {
	taken := make(map[string]bool, len(columns))
	for _, c := range columns {
		taken[c.Name] = true
	}
	seen := make(map[string]bool, len(columns))
	names := make([]string, len(columns))
	for i, c := range columns {
		name := c.Name
		if seen[name] {
			for n := 2; taken[name]; n++ {
				name = fmt.Sprintf("%s_%d", c.Name, n)
			}
		}
		seen[name], taken[name] = true, true
		names[i] = name
	}
	return names
}
