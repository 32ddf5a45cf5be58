package server

import (
	"database/sql/driver"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// compactMySQLJSON says whether JSON is written anew without blanks, as the
// service does on PostgreSQL. A choice (F0248).
const compactMySQLJSON = true

// mysqlValue turns a value that the driver read into what the service returns,
// and counts the octets of its text. The value is the driver's until its next
// row.
func mysqlValue(c *mysqlColumn, t *dialect.Type, v driver.Value, options wire.ResultSetOptions) (f wire.Field, octets int, err error) {
	switch v := v.(type) {
	case nil:
		return wire.Null(), 0, nil
	case int64:
		return mysqlInteger(c, v, options)
	case uint64:
		return mysqlUnsigned(v, options)
	case float32:
		text := strconv.FormatFloat(float64(v), 'g', -1, 32)
		short, _ := strconv.ParseFloat(text, 64) // written by FormatFloat
		return wire.Double(short), len(text), nil
	case float64:
		return wire.Double(v), len(strconv.FormatFloat(v, 'g', -1, 64)), nil
	case []byte:
		f, err = mysqlBytes(c, t, v, options)
		return f, len(v), err
	case string:
		f, err = mysqlBytes(c, t, []byte(v), options)
		return f, len(v), err
	default:
		return wire.Field{}, 0, mysqlUnreadable(c)
	}
}

func mysqlUnreadable(c *mysqlColumn) error {
	return wire.NewError(wire.CodeInternalServerError,
		fmt.Sprintf("the database sent a value of type %s in a form that is not known", c.typeName()))
}

// mysqlInteger returns an integer as what its column makes of it. A year is a
// date (F0123).
func mysqlInteger(c *mysqlColumn, v int64, options wire.ResultSetOptions) (wire.Field, int, error) {
	text := strconv.FormatInt(v, 10)
	switch {
	case c.typ == typeYear:
		return wire.String(fmt.Sprintf("%04d-01-01", v)), len("0000"), nil
	case c.boolean():
		return wire.Boolean(v != 0), len(text), nil
	case options.LongReturnType == wire.LongString:
		return wire.String(text), len(text), nil
	default:
		return wire.Long(v), len(text), nil
	}
}

// mysqlUnsigned returns an integer that may be larger than a long: then it is a
// string. A choice (F0246).
func mysqlUnsigned(v uint64, options wire.ResultSetOptions) (wire.Field, int, error) {
	text := strconv.FormatUint(v, 10)
	if v > math.MaxInt64 || options.LongReturnType == wire.LongString {
		return wire.String(text), len(text), nil
	}
	return wire.Long(int64(v)), len(text), nil
}

// mysqlBytes returns what the database sends as a run of bytes: texts, blobs,
// decimals, dates, bits, and integers that are larger than a long.
func mysqlBytes(c *mysqlColumn, t *dialect.Type, v []byte, options wire.ResultSetOptions) (wire.Field, error) {
	switch {
	case c.typ == typeLongLong:
		return wire.String(string(v)), nil
	case c.typ == typeBit && c.boolean():
		return wire.Boolean(len(v) > 0 && v[len(v)-1] != 0), nil
	case c.typ == typeBit, t.Kind == wire.KindBlob,
		t.Kind == wire.KindString && !utf8.Valid(v): // a blob as SELECT ?, which MySQL 8 takes for a text before it has it
		return wire.Blob(append(make([]byte, 0, len(v)), v...)), nil
	case t.Kind != wire.KindString:
		return wire.Field{}, mysqlUnreadable(c)
	}
	text := string(v)
	switch t.Form {
	case dialect.Numeric:
		if options.DecimalReturnType == wire.DecimalDoubleOrLong {
			return toNumber(text)
		}
	case dialect.Date, dialect.Timestamp, dialect.TimestampTZ:
		if isZeroDate(text) {
			return wire.Field{}, internalFailure() // a choice (F0247)
		}
		text = padFraction(text)
	case dialect.Time:
		text = padFraction(text)
	case dialect.JSON:
		if compactMySQLJSON {
			text = dialect.CompactJSON(text)
		}
	}
	return wire.String(text), nil
}

// isZeroDate reports whether a date has a month or a day that is none. MySQL
// keeps such dates where its sql_mode lets them in.
func isZeroDate(text string) bool {
	day, _, _ := strings.Cut(text, " ")
	return strings.Contains(day, "-00")
}
