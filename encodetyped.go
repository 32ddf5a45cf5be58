package auroradataapi

import (
	"encoding"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net"
	"reflect"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// The numbers of the types of PostgreSQL whose values a Go type may have to be
// written for.
const (
	oidBool        = 16
	oidBytea       = 17
	oidInt8        = 20
	oidInt2        = 21
	oidInt4        = 23
	oidText        = 25
	oidOID         = 26
	oidJSON        = 114
	oidFloat4      = 700
	oidFloat8      = 701
	oidMoney       = 790
	oidDate        = 1082
	oidTime        = 1083
	oidTimestamp   = 1114
	oidTimestampTZ = 1184
	oidInterval    = 1186
	oidTimeTZ      = 1266
	oidNumeric     = 1700
	oidUUID        = 2950
	oidJSONB       = 3802
)

// encodeAs turns an argument into what is sent for it where the database expects
// a type. It goes by the text of the type and a cast, unless the service gives
// the parameter that very type anyway. Text is what PostgreSQL also says where
// nothing tells a type, so that a value which is no text keeps its own there,
// unless asText is set.
func encodeAs(d *dialect.Dialect, value any, as dialect.ParamType, asText bool) (argument, error) {
	v, err := resolve(d, value)
	if err != nil {
		return argument{}, err
	}
	if as.OID == oidText && !asText && ownType(v) {
		return encode(d, v)
	}
	switch v := v.(type) {
	case bool:
		if as.OID == oidBool {
			return exactly(as, "bool", wire.Boolean(v)), nil
		}
	case int64:
		if as.OID == oidInt8 {
			return exactly(as, "int8", wire.Long(v)), nil
		}
	case float64:
		if as.OID == oidFloat8 && !math.IsNaN(v) && !math.IsInf(v, 0) {
			return exactly(as, "float8", wire.Double(v)), nil
		}
	case []byte:
		if as.OID == oidBytea && v != nil {
			return exactly(as, "bytea", wire.Blob(v)), nil
		}
	case string:
		if as.OID == oidText {
			return exactly(as, "text", wire.String(v)), checkText(v)
		}
	}
	text, null, err := textAs(d, v, as.OID, as.Element)
	if err != nil {
		return argument{}, err
	}
	a := argument{value: wire.String(text), cast: as.Name}
	if null {
		a.value = wire.Null()
	}
	return a, nil
}

// ownType says whether a value is of a type that is not text, nor written as text
// by pgx.
func ownType(v any) bool {
	switch v.(type) {
	case int64, uint64, float64, bool, time.Duration, time.Time, JSON, UUID, Decimal, Date, Time, Timestamp:
		return true
	case nil, string, []byte:
		return false
	}
	return isList(v)
}

// exactly returns the argument of a value that the service gives a type itself.
// It has no cast, unless a domain on the type is expected.
func exactly(as dialect.ParamType, name string, value wire.Field) argument {
	if as.Name == "pg_catalog."+name {
		return argument{value: value, exact: as.Name}
	}
	return argument{value: value, cast: as.Name}
}

// textAs returns the text of a value for a type, as PostgreSQL reads it. What the
// text does not suit is PostgreSQL's to refuse. element is the type of an array's
// elements, or 0.
func textAs(d *dialect.Dialect, v any, oid, element uint32) (text string, null bool, err error) {
	if v == nil {
		return "", true, nil
	}
	if oid == oidJSON || oid == oidJSONB {
		return jsonAs(v)
	}
	switch v := v.(type) {
	case string:
		return v, false, checkText(v)
	case bool:
		return strconv.FormatBool(v), false, nil
	case int64:
		if oid == oidInterval {
			return "", false, errors.New("an integer is no interval; pass a time.Duration, or a text such as 5 seconds")
		}
		return strconv.FormatInt(v, 10), false, nil
	case uint64:
		return strconv.FormatUint(v, 10), false, nil
	case float64:
		return floatAs(v, oid), false, nil
	case time.Duration:
		if oid == oidInterval {
			return intervalText(v), false, nil
		}
		return strconv.FormatInt(int64(v), 10), false, nil
	case time.Time:
		return timeAs(v, oid), false, nil
	case []byte:
		return bytesAs(v, oid)
	}
	if isUUID(reflect.TypeOf(v)) && oid == oidBytea {
		b := make([]byte, 16)
		reflect.Copy(reflect.ValueOf(b), reflect.ValueOf(v))
		return `\x` + hex.EncodeToString(b), false, nil
	}
	if t, ok, err := textOf(v); ok {
		return t.text, t.null, err
	}
	if isList(v) {
		return arrayAs(d, v, element)
	}
	return describedText(v)
}

// intervalText returns an interval in the form that every PostgreSQL reads whatever its
// length: up to 14, a number of seconds or microseconds has to fit in 32 bits. What is
// finer than a microsecond is cut off, as no interval has it.
func intervalText(d time.Duration) string {
	sign, us := "", d.Microseconds()
	if us < 0 {
		sign, us = "-", -us
	}
	s := us / 1e6
	return fmt.Sprintf("%s%d:%02d:%02d.%06d", sign, s/3600, s/60%60, s%60, us%1e6)
}

// floatAs writes a float as a number of the type: one with a fraction is no text
// of an integer, and nothing is rounded.
func floatAs(f float64, oid uint32) string {
	switch oid {
	case oidInt2, oidInt4, oidInt8, oidOID:
		if !math.IsInf(f, 0) && !math.IsNaN(f) {
			return strconv.FormatFloat(f, 'f', -1, 64)
		}
	}
	return string(appendDouble(nil, f, false))
}

// timeAs writes a time: the instant where the type has one, and what the
// time.Time shows in its own zone where it has not, as pgx does.
func timeAs(t time.Time, oid uint32) string {
	layout := "2006-01-02 15:04:05.999999Z07:00:00"
	switch oid {
	case oidDate:
		layout = dateLayout
	case oidTime:
		return t.Format("15:04:05.999999")
	case oidTimeTZ:
		return t.Format("15:04:05.999999Z07:00:00")
	case oidTimestamp:
		layout = "2006-01-02 15:04:05.999999"
	case oidTimestampTZ:
		t, layout = t.UTC(), "2006-01-02 15:04:05.999999Z"
	}
	if year := t.Year(); year < 1 { // Go's year 0 is the year 1 before Christ
		return fmt.Sprintf("%04d", 1-year) + t.Format(layout[len("2006"):]) + " BC"
	}
	return t.Format(layout)
}

// bytesAs writes bytes: a bytea, the bytes of a UUID, or text for any other type.
func bytesAs(b []byte, oid uint32) (string, bool, error) {
	switch {
	case b == nil:
		return "", true, nil
	case oid == oidBytea:
		return `\x` + hex.EncodeToString(b), false, nil
	case oid == oidUUID && len(b) == 16:
		return uuidText(b), false, nil
	case !utf8.Valid(b):
		return "", false, errors.New("the bytes are not valid UTF-8, and the database expects text here, not bytes")
	}
	return string(b), false, nil
}

// arrayAs writes an array, each element for the type that it is to have.
func arrayAs(d *dialect.Dialect, v any, element uint32) (string, bool, error) {
	a, err := readArray(d, v)
	if err != nil || a == nil {
		return "", a == nil, err
	}
	text, err := a.literal(func(e any) (string, error) {
		if f, ok := e.(float64); ok && a.leaf.Kind() == reflect.Float32 {
			return string(appendDouble(nil, f, true)), nil
		}
		text, null, err := textAs(d, e, element, 0)
		if err == nil && null {
			err = errNull
		}
		return text, err
	})
	return text, false, err
}

// jsonAs writes a value for a JSON type: text is JSON already, and all else is
// marshalled, as pgx does.
func jsonAs(v any) (string, bool, error) {
	switch v := v.(type) {
	case string:
		return v, false, checkText(v)
	case []byte:
		return bytesAs(v, oidJSON)
	case JSON, json.RawMessage:
		t, _, err := textOf(v)
		return t.text, t.null, err
	case Decimal:
		return string(v), false, v.check()
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return "", false, errors.New("JSON has neither NaN nor infinity; pass a string for the text")
		}
	case net.IPNet:
		return jsonAs(JSON{v.String()})
	}
	if _, isBytes := v.(interface{ MarshalJSON() ([]byte, error) }); !isBytes {
		if t, ok, err := textOf(v); ok {
			if err != nil || t.null {
				return "", t.null, err
			}
			v = t.text
		}
	}
	if rv := reflect.ValueOf(v); (rv.Kind() == reflect.Slice || rv.Kind() == reflect.Map) && rv.IsNil() {
		return "", true, nil
	}
	text, err := JSON{addressable(v)}.text()
	return text, false, err
}

// addressable returns a pointer to a value, so that methods of the pointer count.
func addressable(v any) any {
	p := reflect.New(reflect.TypeOf(v))
	p.Elem().Set(reflect.ValueOf(v))
	return p.Interface()
}

// describedText returns the text of a value that says how it is written.
func describedText(v any) (string, bool, error) {
	switch p := addressable(v).(type) {
	case *Option:
		return "", false, cannotSend(v)
	case encoding.TextMarshaler:
		b, err := p.MarshalText()
		if err == nil {
			err = checkText(string(b))
		}
		return string(b), false, err
	case fmt.Stringer:
		return p.String(), false, checkText(p.String())
	}
	return "", false, cannotSend(v)
}
