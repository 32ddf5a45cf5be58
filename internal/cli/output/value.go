package output

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// class is what a column's type means for printing.
type class uint8

const (
	classText class = iota
	classNumber
	classReal // a float of 32 bits
	classJSON
	classDate
	classTime
	classTimestamp // a wall clock
	classInstant
)

// classOf returns the class of a database's type name. A type that is not
// listed prints by its Go type alone.
func classOf(typ string) class {
	switch strings.TrimPrefix(typ, "UNSIGNED ") {
	case "INT2", "INT4", "INT8", "FLOAT8", "NUMERIC", "OID", "MONEY",
		"SMALLSERIAL", "SERIAL", "BIGSERIAL",
		"TINYINT", "SMALLINT", "MEDIUMINT", "INT", "BIGINT", "DECIMAL", "DOUBLE", "YEAR":
		return classNumber
	case "FLOAT4", "FLOAT":
		return classReal
	case "JSON", "JSONB":
		return classJSON
	case "DATE":
		return classDate
	case "TIME":
		return classTime
	case "TIMESTAMP", "DATETIME":
		return classTimestamp
	case "TIMESTAMPTZ":
		return classInstant
	default:
		return classText
	}
}

// numeric reports whether values of the class line up at the right.
func (c class) numeric() bool { return c == classNumber || c == classReal }

// appendText appends the text of a value that is not NULL, as the database
// would read it back: bytes as \x and hexadecimal digits, a timestamp with a
// space between date and time.
func appendText(dst []byte, v any, c class) ([]byte, error) {
	switch v := v.(type) {
	case string:
		return append(dst, v...), nil
	case int64:
		return strconv.AppendInt(dst, v, 10), nil
	case uint64:
		return strconv.AppendUint(dst, v, 10), nil
	case float64:
		return appendFloat(dst, v, c), nil
	case bool:
		return strconv.AppendBool(dst, v), nil
	case time.Time:
		return appendTime(dst, v, c, ' '), nil
	case []byte:
		if c == classJSON {
			return append(dst, v...), nil
		}
		return hex.AppendEncode(append(dst, `\x`...), v), nil
	default:
		return dst, fmt.Errorf("cannot print a value of Go type %T", v)
	}
}

// appendFloat appends the shortest text that reads back as the same number,
// with an exponent where PostgreSQL has one.
func appendFloat(dst []byte, v float64, c class) []byte {
	switch {
	case math.IsNaN(v):
		return append(dst, "NaN"...)
	case math.IsInf(v, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(v, -1):
		return append(dst, "-Infinity"...)
	}
	bits := 64
	if c == classReal && float64(float32(v)) == v {
		bits = 32
	}
	format := byte('f')
	if abs := math.Abs(v); abs != 0 && (abs < 1e-4 || abs >= 1e15) {
		format = 'e'
	}
	return strconv.AppendFloat(dst, v, format, -1, bits)
}

// appendTime appends a date, a time of day, a wall clock or an instant. sep
// stands between date and time. A value whose type is not known is an instant.
func appendTime(dst []byte, t time.Time, c class, sep byte) []byte {
	const clock = "15:04:05.999999999"
	if c == classTime {
		return t.AppendFormat(dst, clock)
	}
	bc := t.Year() <= 0 // the year before 1 is 1 BC
	if bc {
		t = time.Date(1-t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), t.Location())
	}
	dst = t.AppendFormat(dst, time.DateOnly)
	if c != classDate {
		dst = t.AppendFormat(append(dst, sep), clock)
	}
	if c != classDate && c != classTimestamp {
		zone := "-07:00"
		if sep == 'T' {
			zone = "Z07:00"
		}
		dst = t.AppendFormat(dst, zone)
	}
	if bc {
		dst = append(dst, " BC"...)
	}
	return dst
}

func appendBase64(dst, v []byte) []byte { return base64.StdEncoding.AppendEncode(dst, v) }
