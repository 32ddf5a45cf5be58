package auroradataapi

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// timestampLayout is the form of the TIMESTAMP hint with all the digits that
// the databases keep (F0034).
const timestampLayout = "2006-01-02 15:04:05.000000"

// formatTimestamp returns an instant as the service takes it: its wall clock in
// UTC, which is the zone of every session (F0061). What is finer than a
// microsecond is cut off, as no database keeps it.
func formatTimestamp(t time.Time) (string, error) {
	t = t.UTC()
	if y := t.Year(); y < 1 || y > 9999 {
		return "", fmt.Errorf("the year %d cannot be sent as a timestamp, which has years from 1 to 9999", y)
	}
	return t.Format(timestampLayout), nil
}

// decode turns a field of a column into the value that database/sql is given.
// typ is nil for a type that is not in the dialect's table.
func decode(f wire.Field, typ *dialect.Type) (driver.Value, error) {
	switch f.Kind() {
	case wire.KindNull:
		return nil, nil
	case wire.KindBoolean:
		return f.Boolean(), nil
	case wire.KindLong:
		return f.Long(), nil
	case wire.KindDouble:
		return f.Double(), nil
	case wire.KindBlob:
		return f.Blob(), nil
	case wire.KindString:
		return decodeText(f.Str(), typ)
	case wire.KindArray:
		text, err := appendArray(nil, f.Array())
		return string(text), err
	default:
		return nil, errors.New("the service sent a value of a kind that this driver does not know")
	}
}

func decodeText(text string, typ *dialect.Type) (driver.Value, error) {
	if typ == nil {
		return text, nil
	}
	switch typ.Form {
	case dialect.Date, dialect.Timestamp, dialect.TimestampTZ:
		return parseTimestamp(text)
	case dialect.JSON:
		return []byte(text), nil
	default:
		return text, nil
	}
}

// scanType tells which Go type decode returns.
func scanType(typ *dialect.Type) reflect.Type {
	if typ == nil {
		return reflect.TypeFor[any]()
	}
	switch typ.Kind {
	case wire.KindBoolean:
		return reflect.TypeFor[bool]()
	case wire.KindLong:
		return reflect.TypeFor[int64]()
	case wire.KindDouble:
		return reflect.TypeFor[float64]()
	case wire.KindBlob:
		return reflect.TypeFor[[]byte]()
	case wire.KindArray:
		return reflect.TypeFor[string]()
	}
	switch typ.Form {
	case dialect.Date, dialect.Timestamp, dialect.TimestampTZ:
		return reflect.TypeFor[time.Time]()
	case dialect.JSON:
		return reflect.TypeFor[[]byte]()
	default:
		return reflect.TypeFor[string]()
	}
}

// parseTimestamp reads YYYY-MM-DD, alone or with HH:MM:SS and a fraction of up
// to nine digits behind it, and "BC" at the end: PostgreSQL's own forms. Years
// may have more than four digits.
func parseTimestamp(text string) (time.Time, error) {
	rest, bc := strings.CutSuffix(text, " BC")
	p := timeParser{rest: rest}
	year := p.number(4, 7)
	p.expect('-')
	month := p.number(2, 2)
	p.expect('-')
	day := p.number(2, 2)
	var hour, minute, second, nano int
	if p.rest != "" {
		p.expect(' ')
		hour = p.number(2, 2)
		p.expect(':')
		minute = p.number(2, 2)
		p.expect(':')
		second = p.number(2, 2)
		nano = p.fraction()
	}
	if bc {
		year = 1 - year
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, nano, time.UTC)
	// A date that time.Date had to normalise, such as a 31st of April, is none.
	if p.bad || p.rest != "" || t.Month() != time.Month(month) || t.Day() != day || hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, fmt.Errorf("%q is not a date or timestamp", text)
	}
	return t, nil
}

// timeParser reads digits and separators off a text, and remembers when one
// was not there.
type timeParser struct {
	rest string
	bad  bool
}

func (p *timeParser) number(least, most int) (n int) {
	i := 0
	for i < len(p.rest) && i < most && p.rest[i] >= '0' && p.rest[i] <= '9' {
		n = n*10 + int(p.rest[i]-'0')
		i++
	}
	p.bad = p.bad || i < least
	p.rest = p.rest[i:]
	return n
}

func (p *timeParser) expect(c byte) {
	if p.rest == "" || p.rest[0] != c {
		p.bad = true
		return
	}
	p.rest = p.rest[1:]
}

// fraction reads the fraction of a second, if there is one, in nanoseconds.
func (p *timeParser) fraction() int {
	if p.rest == "" {
		return 0
	}
	p.expect('.')
	before := len(p.rest)
	n := p.number(1, 9)
	for digits := before - len(p.rest); digits < 9; digits++ {
		n *= 10
	}
	return n
}

// appendArray appends an array in PostgreSQL's text form, which is what array
// scanners such as those of lib/pq read: {1,NULL,"a b"}.
func appendArray(dst []byte, a *wire.Array) ([]byte, error) {
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
			dst = appendDouble(dst, f.Double())
		case wire.KindString:
			dst = appendArrayText(dst, f.Str())
		case wire.KindArray:
			var err error
			if dst, err = appendArray(dst, f.Array()); err != nil {
				return nil, err
			}
		default:
			return nil, errors.New("the service sent an array element of a kind that this driver does not know")
		}
	}
	return append(dst, '}'), nil
}

// appendDouble appends a double as PostgreSQL writes it; its NaN and Infinity
// are Go's, but for the sign that Go puts before a positive infinity.
func appendDouble(dst []byte, f float64) []byte {
	text := strconv.FormatFloat(f, 'g', -1, 64)
	switch text {
	case "+Inf":
		text = "Infinity"
	case "-Inf":
		text = "-Infinity"
	}
	return append(dst, text...)
}

// appendArrayText appends an element that is text, always in quotes, so that
// the text NULL, the empty one and those with special characters stay what
// they are.
func appendArrayText(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := 0; i < len(s); i++ {
		if s[i] == '"' || s[i] == '\\' {
			dst = append(dst, '\\')
		}
		dst = append(dst, s[i])
	}
	return append(dst, '"')
}
