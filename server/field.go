package server

import (
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// columnType is the type of a column: a row of the type table, or what the
// catalog says of a type that is not in there.
type columnType struct {
	*dialect.Type
	element *columnType // of an array
}

// refused returns what the service calls the type if it does not return it.
func (t *columnType) refused() string {
	if t.Refused != "" || t.element == nil {
		return t.Refused
	}
	if name := t.element.refused(); name != "" {
		return name + "[]"
	}
	return ""
}

// toField turns a value in the database's text form into what the service
// returns. That the options do nothing within arrays is a choice (F0233).
func toField(t *columnType, text string, options wire.ResultSetOptions) (wire.Field, error) {
	switch {
	case t.Kind == wire.KindArray:
		return toArray(t, text)
	case t.Kind == wire.KindLong && options.LongReturnType == wire.LongString:
		return wire.String(text), nil
	case t.Form == dialect.Numeric && options.DecimalReturnType == wire.DecimalDoubleOrLong:
		return toNumber(text)
	default:
		return toScalar(t, text)
	}
}

func toScalar(t *columnType, text string) (wire.Field, error) {
	switch t.Kind {
	case wire.KindBoolean:
		return wire.Boolean(text == "t"), nil
	case wire.KindLong:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return wire.Field{}, unreadable(t)
		}
		return wire.Long(n), nil
	case wire.KindDouble:
		// The shortest text of a float4 is read as it stands: 3.14, not
		// 3.1400001049041748.
		f, err := strconv.ParseFloat(text, 64)
		if err != nil && !math.IsInf(f, 0) {
			return wire.Field{}, unreadable(t)
		}
		return wire.Double(f), nil
	case wire.KindBlob:
		b, err := parseBytea(text)
		if err != nil {
			return wire.Field{}, unreadable(t)
		}
		return wire.Blob(b), nil
	default:
		s, err := toText(t, text)
		if err != nil {
			return wire.Field{}, err
		}
		return wire.String(s), nil
	}
}

// unreadable is the answer to a value that is not in the form it should have.
// The value is not shown.
func unreadable(t *columnType) error {
	return wire.NewError(wire.CodeInternalServerError,
		fmt.Sprintf("the database wrote a value of type %s in a form that is not known", t.Name))
}

// toText gives the text of a value the form that the service gives it.
func toText(t *columnType, text string) (string, error) {
	switch t.Form {
	case dialect.Date:
		if isInfinity(text) {
			return "", internalFailure()
		}
		return text, nil
	case dialect.Time:
		return padFraction(text), nil
	case dialect.Timestamp:
		if isInfinity(text) {
			return "", internalFailure()
		}
		return padFraction(text), nil
	case dialect.TimestampTZ:
		if isInfinity(text) {
			return "", internalFailure()
		}
		utc, ok := toUTC(text)
		if !ok {
			return "", unreadable(t)
		}
		return utc, nil
	case dialect.JSON:
		return dialect.CompactJSON(text), nil
	default:
		return text, nil
	}
}

func isInfinity(text string) bool { return text == "infinity" || text == "-infinity" }

// toNumber returns a numeric as a number: an integer if it is written without
// a fraction and fits, else a double.
func toNumber(text string) (wire.Field, error) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return wire.Long(n), nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil && !math.IsInf(f, 0) {
		return wire.Field{}, wire.NewError(wire.CodeInternalServerError, "the database wrote a numeric that is no number")
	}
	return wire.Double(f), nil
}

// parseBytea reads either of the two forms in which bytes are written: a
// transaction may have chosen the old one.
func parseBytea(text string) ([]byte, error) {
	if digits, ok := strings.CutPrefix(text, `\x`); ok {
		return hex.DecodeString(digits)
	}
	b := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] != '\\':
			b = append(b, text[i])
		case strings.HasPrefix(text[i+1:], `\`):
			b = append(b, '\\')
			i++
		case i+4 <= len(text):
			n, err := strconv.ParseUint(text[i+1:i+4], 8, 8)
			if err != nil {
				return nil, err
			}
			b = append(b, byte(n))
			i += 3
		default:
			return nil, strconv.ErrSyntax
		}
	}
	return b, nil
}
