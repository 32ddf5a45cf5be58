package auroradataapi

import (
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// value returns the value that database/sql is given for a field.
func (c *column) value(f *wire.Field) (driver.Value, error) {
	if c.plain && f.Kind() == wire.KindString {
		return c.decodePlain(f.Str())
	}
	return c.decode(f)
}

// decodePlain turns the text that PostgreSQL itself writes for a value of the
// column into the value that decode returns for what the service makes of it.
func (c *column) decodePlain(text string) (driver.Value, error) {
	switch c.typ.Kind {
	case wire.KindBoolean:
		if text != "t" && text != "f" {
			return nil, fmt.Errorf("%q is not a boolean", text)
		}
		return c.decodeBoolean(text == "t"), nil
	case wire.KindLong:
		return strconv.ParseInt(text, 10, 64)
	case wire.KindDouble:
		v, err := strconv.ParseFloat(text, 64)
		return c.decodeDouble(v), err
	case wire.KindBlob:
		return decodeBytea(text)
	case wire.KindArray:
		if c.element.Form == dialect.JSON {
			return compactElements(text), nil
		}
		return text, nil
	}
	switch c.typ.Form {
	case dialect.Date, dialect.Timestamp, dialect.TimestampTZ:
		if text == "infinity" || text == "-infinity" {
			return text, nil // no time.Time is that
		}
	case dialect.Time:
		return c.text(text), nil
	case dialect.JSON:
		text = dialect.CompactJSON(text)
	}
	if c.typ.Form == dialect.TimestampTZ {
		return c.decodeOffset(text)
	}
	return c.decodeText(text)
}

// decodeOffset reads a timestamp with its offset from UTC behind it.
func (c *column) decodeOffset(text string) (driver.Value, error) {
	t, err := parseOffset(text)
	if err != nil {
		return nil, err
	}
	return c.instant(t), nil
}

// decodeBytea reads either of PostgreSQL's forms of a bytea.
func decodeBytea(text string) ([]byte, error) {
	if digits, ok := strings.CutPrefix(text, `\x`); ok {
		return hex.DecodeString(digits)
	}
	b := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] != '\\':
			b = append(b, text[i])
		case strings.HasPrefix(text[i:], `\\`):
			b = append(b, '\\')
			i++
		case i+3 < len(text):
			n, err := strconv.ParseUint(text[i+1:i+4], 8, 8)
			if err != nil {
				return nil, errBytea
			}
			b = append(b, byte(n))
			i += 3
		default:
			return nil, errBytea
		}
	}
	return b, nil
}

var errBytea = errors.New("the text of a bytea is neither hexadecimal nor escaped")
