package server

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// formatJSON writes a result as one JSON array of objects with the columns'
// labels as keys (F0114). Its errors are choices (F0239).
func formatJSON(labels []string, rows [][]wire.Field, most int) (string, error) {
	keys, err := formatKeys(labels)
	if err != nil {
		return "", err
	}
	b := []byte{'['}
	for i, row := range rows {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '{')
		for c, f := range row {
			if c > 0 {
				b = append(b, ',')
			}
			b = appendValue(append(b, keys[c]...), f)
		}
		if b = append(b, '}'); len(b) >= most {
			return "", wire.NewError(wire.CodeUnsupportedResult, "The formatted result exceeds the size limit 10 MB.")
		}
	}
	return string(append(b, ']')), nil
}

// formatKeys writes each label as a key. No two may be the same.
func formatKeys(labels []string) ([]string, error) {
	keys := make([]string, len(labels))
	seen := make(map[string]bool, len(labels))
	for i, label := range labels {
		if seen[label] {
			return nil, wire.NewError(wire.CodeUnsupportedResult,
				"The result contains the column label "+label+" more than once")
		}
		seen[label] = true
		keys[i] = string(append(appendString(nil, label), ':'))
	}
	return keys, nil
}

func appendValue(b []byte, f wire.Field) []byte {
	switch f.Kind() {
	case wire.KindBoolean:
		return strconv.AppendBool(b, f.Boolean())
	case wire.KindLong:
		return strconv.AppendInt(b, f.Long(), 10)
	case wire.KindDouble:
		return appendDouble(b, f.Double())
	case wire.KindString:
		return appendString(b, f.Str())
	case wire.KindBlob:
		b = append(b, '"')
		b = base64.StdEncoding.AppendEncode(b, f.Blob())
		return append(b, '"')
	case wire.KindArray:
		b = append(b, '[')
		for i, e := range f.Array().Elems {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendValue(b, e)
		}
		return append(b, ']')
	default:
		return append(b, "null"...)
	}
}

func appendString(b []byte, s string) []byte {
	var w strings.Builder
	enc := json.NewEncoder(&w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string always can be
	return append(b, strings.TrimSuffix(w.String(), "\n")...)
}

// appendDouble writes a double as the service's documentation shows it: 10.0
// and 1.7976931348623157E308. What is no JSON number becomes a string.
func appendDouble(b []byte, v float64) []byte {
	switch {
	case math.IsNaN(v):
		return append(b, `"NaN"`...)
	case math.IsInf(v, 0):
		return append(append(append(b, '"'), appendFloat(nil, v)...), '"')
	}
	if a := math.Abs(v); v == 0 || a >= 1e-3 && a < 1e7 {
		text := strconv.FormatFloat(v, 'f', -1, 64)
		if !strings.Contains(text, ".") {
			text += ".0"
		}
		return append(b, text...)
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'E', -1, 64), "E")
	if !strings.Contains(mantissa, ".") {
		mantissa += ".0"
	}
	n, _ := strconv.Atoi(exponent) // written by FormatFloat
	return append(b, mantissa+"E"+strconv.Itoa(n)...)
}
