package auroradataapi

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// decode turns a field of the column into the value that database/sql is
// given.
func (c *column) decode(f *wire.Field) (driver.Value, error) {
	switch f.Kind() {
	case wire.KindNull:
		return nil, nil
	case wire.KindBoolean:
		return c.decodeBoolean(f.Boolean()), nil
	case wire.KindLong:
		return f.Long(), nil
	case wire.KindDouble:
		return c.decodeDouble(f.Double()), nil
	case wire.KindBlob:
		return f.Blob(), nil
	case wire.KindString:
		return c.decodeText(f.Str())
	case wire.KindArray:
		text, err := appendArray(nil, f.Array(), c.element)
		return string(text), err
	default:
		return nil, errors.New("the service sent a value of a kind that this driver does not know")
	}
}

// decodeBoolean returns a boolean, or the number that the column holds: to
// MySQL a boolean is one, and programs scan it into either.
func (c *column) decodeBoolean(v bool) driver.Value {
	switch {
	case c.typ.Form != dialect.Bit:
		return v
	case v:
		return int64(1)
	default:
		return int64(0)
	}
}

// decodeDouble returns a double; for a float of 32 bits, whose shortest decimal
// the service sends (F0101), the value that the database has.
func (c *column) decodeDouble(v float64) driver.Value {
	if c.typ.Form == dialect.Real && !overflows32(v) {
		return float64(float32(v))
	}
	return v
}

// overflows32 reports whether a number is too large to be one of 32 bits.
func overflows32(v float64) bool {
	return math.IsInf(float64(float32(v)), 0) && !math.IsInf(v, 0)
}

// textForm says what becomes of the texts of a column.
type textForm uint8

const (
	otherTexts   textForm = iota // the column's form says it
	stringTexts                  // strings
	bytesTexts                   // []byte
	instantTexts                 // time.Time
)

func (c *column) textForm() textForm {
	switch c.typ.Form {
	case dialect.Date, dialect.Timestamp, dialect.TimestampTZ:
		return instantTexts
	case dialect.Time, dialect.Duration, dialect.Year, dialect.Integer:
		return otherTexts
	case dialect.JSON, dialect.XML:
		return bytesTexts
	}
	if c.bytes {
		return bytesTexts
	}
	return stringTexts
}

func (c *column) decodeText(text string) (driver.Value, error) {
	switch c.texts {
	case stringTexts:
		return text, nil
	case bytesTexts:
		return []byte(text), nil
	case instantTexts:
		t, err := parseTimestamp(text)
		return c.instant(t), err
	}
	switch c.typ.Form {
	case dialect.Time:
		return c.text(databaseText(text, dialect.Time)), nil
	case dialect.Duration:
		return c.text(padFraction(text, c.meta.Scale)), nil
	case dialect.Year:
		return parseYear(text)
	default:
		return parseInteger(text)
	}
}

// instant returns an instant in the time zone that was asked for, and a wall
// clock as it is.
func (c *column) instant(t time.Time) time.Time {
	if c.zone == time.UTC || c.typ.Form != dialect.TimestampTZ {
		return t
	}
	return t.In(c.zone)
}

// text returns a text as the Go type that code for the engine expects.
func (c *column) text(text string) driver.Value {
	if c.bytes {
		return []byte(text)
	}
	return text
}

// parseInteger reads an integer that came as text. Beyond int64 it is a uint64,
// which database/sql scans like any other.
func parseInteger(text string) (driver.Value, error) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, nil
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("%q is not an integer", text)
	}
	return n, nil
}

// parseYear reads a year, which the service sends as its first day (F0123).
func parseYear(text string) (driver.Value, error) {
	digits := strings.TrimSuffix(text, "-01-01")
	p := timeParser{rest: digits}
	year := p.number(4, 4)
	if p.bad || p.rest != "" {
		return nil, fmt.Errorf("%q is not a year", text)
	}
	return int64(year), nil
}
