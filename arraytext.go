package auroradataapi

import (
	"errors"
	"math"
	"strconv"
	"strings"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// appendArray appends an array in PostgreSQL's text form, which is what array
// scanners such as those of lib/pq read: {1,NULL,"a b"}. element is the type of
// its elements.
func appendArray(dst []byte, a *wire.Array, element *dialect.Type) ([]byte, error) {
	dst = append(dst, '{')
	for i, f := range a.Elems {
		if i > 0 {
			dst = append(dst, ',')
		}
		switch f.Kind() {
		case wire.KindNull:
			dst = append(dst, "NULL"...)
		case wire.KindBoolean:
			dst = append(dst, strconv.FormatBool(f.Boolean())[0])
		case wire.KindLong:
			dst = strconv.AppendInt(dst, f.Long(), 10)
		case wire.KindDouble:
			dst = appendDouble(dst, f.Double(), element.Form == dialect.Real)
		case wire.KindString:
			dst = appendElement(dst, databaseText(f.Str(), element.Form))
		case wire.KindArray:
			var err error
			if dst, err = appendArray(dst, f.Array(), element); err != nil {
				return nil, err
			}
		default:
			return nil, errors.New("the service sent an array element of a kind that this driver does not know")
		}
	}
	return append(dst, '}'), nil
}

// The exponents from which PostgreSQL writes a float with one.
const (
	leastExponent      = 1e-4
	firstExponent      = 1e15
	firstExponentShort = 1e6 // of 32 bits
)

// appendDouble appends a float as PostgreSQL writes it: the shortest text that
// reads back the same.
func appendDouble(dst []byte, f float64, single bool) []byte {
	bits, first := 64, firstExponent
	if single && !overflows32(f) {
		bits, first = 32, firstExponentShort
	}
	switch size := math.Abs(f); {
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	case math.IsNaN(f), size == 0, size >= leastExponent && size < first:
		return strconv.AppendFloat(dst, f, 'f', -1, bits)
	default:
		return strconv.AppendFloat(dst, f, 'e', -1, bits)
	}
}

// appendElement appends an element that is text, in quotes where it would
// otherwise be read as something else.
func appendElement(dst []byte, s string) []byte {
	if s != "" && !strings.EqualFold(s, "NULL") && !strings.ContainsAny(s, "{},\"\\ \t\n\v\f\r") {
		return append(dst, s...)
	}
	dst = append(dst, '"')
	for i := 0; i < len(s); i++ {
		if s[i] == '"' || s[i] == '\\' {
			dst = append(dst, '\\')
		}
		dst = append(dst, s[i])
	}
	return append(dst, '"')
}

// compactElements writes an array of JSON values, as PostgreSQL's text has it,
// with values as the service writes them (F0105).
func compactElements(text string) string {
	dst := make([]byte, 0, len(text))
	var element []byte
	for i := 0; i < len(text); i++ {
		if text[i] != '"' {
			dst = append(dst, text[i]) // structure, or what has no blanks
			continue
		}
		element = element[:0]
		for i++; i < len(text) && text[i] != '"'; i++ {
			if text[i] == '\\' && i+1 < len(text) {
				i++
			}
			element = append(element, text[i])
		}
		dst = appendElement(dst, dialect.CompactJSON(string(element)))
	}
	return string(dst)
}
