package server

import (
	"strings"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// toArray turns an array into what the service returns. The bounds of its
// index are lost.
func toArray(t *columnType, text string) (wire.Field, error) {
	if t.element.Kind == wire.KindArray { // an array of a domain that is one
		return wire.Field{}, multidimensional()
	}
	elems, err := parseArray(t, text)
	if err != nil {
		return wire.Field{}, err
	}
	fields := make([]wire.Field, len(elems))
	for i, e := range elems {
		if e.null {
			fields[i] = wire.Null()
			continue
		}
		f, err := toScalar(t.element, e.text)
		if err != nil {
			return wire.Field{}, err
		}
		if f.Kind() == wire.KindBlob {
			// No member carries bytes: the database's own text, a choice (F0237).
			f = wire.String(e.text)
		}
		fields[i] = f
	}
	return wire.ArrayOf(arrayKind(t.element), fields...), nil
}

// arrayKind returns the member that carries an array of a type.
func arrayKind(element *columnType) wire.Kind {
	if element.Kind == wire.KindBlob {
		return wire.KindString
	}
	return element.Kind
}

// element is an element of an array's text.
type element struct {
	text string
	null bool
}

// parseArray reads the text of an array with one dimension:
//
//	{1,NULL,"a b","with \"quotes\""}   [0:1]={1,2}
func parseArray(t *columnType, text string) ([]element, error) {
	if strings.HasPrefix(text, "[") {
		bounds, rest, ok := strings.Cut(text, "=")
		if !ok {
			return nil, unreadable(t)
		}
		if strings.Count(bounds, "[") > 1 {
			return nil, multidimensional()
		}
		text = rest
	}
	if len(text) < 2 || text[0] != '{' || text[len(text)-1] != '}' {
		return nil, unreadable(t)
	}
	text = text[1 : len(text)-1]
	elems := []element{}
	for first := true; text != "" || !first; first = false {
		if !first {
			if text == "" {
				return elems, nil
			}
			if text[0] != ',' {
				return nil, unreadable(t)
			}
			text = text[1:]
		}
		if strings.HasPrefix(text, "{") {
			return nil, multidimensional()
		}
		e, rest, ok := cutElement(text)
		if !ok {
			return nil, unreadable(t)
		}
		elems, text = append(elems, e), rest
	}
	return elems, nil
}

// cutElement reads the element that a text begins with.
func cutElement(text string) (e element, rest string, ok bool) {
	if !strings.HasPrefix(text, `"`) {
		end := strings.IndexByte(text, ',')
		if end < 0 {
			end = len(text)
		}
		return element{text: text[:end], null: text[:end] == "NULL"}, text[end:], end > 0
	}
	end := 1
	for end < len(text) && text[end] != '"' {
		if text[end] == '\\' {
			end++
		}
		end++
	}
	if end >= len(text) {
		return element{}, "", false
	}
	return element{text: unescape(text[1:end])}, text[end+1:], true
}

// unescape takes the backslashes out of a quoted element.
func unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
