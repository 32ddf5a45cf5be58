package auroradataapi

import (
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"net"
	"net/netip"
	"reflect"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
)

// maxResolve is how often a value may stand for another one: a pointer to a
// Valuer that returns an sql.Null and so on.
const maxResolve = 16

// resolve reduces an argument to what it stands for, by its Go type: nil, int64,
// uint64 above the range of int64, float64, bool, string, []byte, time.Time, or
// a value whose Go type says more than those, such as a UUID or a slice, which
// stays as it is. Whether that can be sent is seen by encode.
func resolve(d *dialect.Dialect, v any) (any, error) {
	for range maxResolve {
		switch x := v.(type) {
		case nil, int64, float64, bool, string, []byte, time.Time, time.Duration,
			JSON, UUID, Decimal, Date, Time, Timestamp, json.RawMessage,
			netip.Addr, netip.Prefix, net.IP, net.IPNet, net.HardwareAddr:
			return v, nil
		case list:
			if reflect.TypeOf(v).Kind() == reflect.Slice {
				return v, nil
			}
		case *big.Int:
			if x == nil {
				return nil, nil
			}
			return Decimal(x.String()), nil
		}
		rv := reflect.ValueOf(v)
		if d.TypedParameters && isUUID(rv.Type()) {
			return v, nil
		}
		if isSQLNull(rv.Type()) { // whose Value does not pass on all that can be sent
			if !rv.FieldByName("Valid").Bool() {
				return nil, nil
			}
			v = rv.Field(0).Interface()
			continue
		}
		if rv.Kind() == reflect.Pointer && (rv.Type().Elem().Implements(valuerType) || !rv.Type().Implements(valuerType)) {
			if rv.IsNil() {
				return nil, nil
			}
			v = rv.Elem().Interface()
			continue
		}
		valuer, ok := v.(driver.Valuer)
		if !ok {
			return resolveKind(rv), nil
		}
		var err error
		if v, err = valuer.Value(); err != nil {
			return nil, err
		}
	}
	return nil, errors.New("it stands for a value that stands for another one, without end")
}

var valuerType = reflect.TypeFor[driver.Valuer]()

// resolveKind makes a value of a named type one of the type that it is made of.
func resolveKind(rv reflect.Value) any {
	switch rv.Kind() {
	case reflect.Bool:
		return rv.Bool()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return rv.Int()
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		if u := rv.Uint(); u > math.MaxInt64 {
			return u
		}
		return int64(rv.Uint())
	case reflect.Float32, reflect.Float64:
		return rv.Float()
	case reflect.String:
		return rv.String()
	case reflect.Slice:
		if rv.Type().Elem().Kind() == reflect.Uint8 {
			return rv.Bytes()
		}
	case reflect.Array:
		if rv.Type().Elem().Kind() == reflect.Uint8 && !isUUID(rv.Type()) {
			b := make([]byte, rv.Len())
			reflect.Copy(reflect.ValueOf(b), rv)
			return b
		}
	case reflect.Struct:
		if rv.CanConvert(reflect.TypeFor[time.Time]()) {
			return rv.Convert(reflect.TypeFor[time.Time]()).Interface()
		}
		if rv.Type() == reflect.TypeFor[big.Int]() {
			p := reflect.New(rv.Type())
			p.Elem().Set(rv)
			return Decimal(p.Interface().(*big.Int).String())
		}
	}
	return rv.Interface()
}

// isUUID says whether a type is 16 bytes, as uuid.UUID of every library is.
func isUUID(t reflect.Type) bool {
	return t.Kind() == reflect.Array && t.Len() == 16 && t.Elem().Kind() == reflect.Uint8
}

// isList says whether a value that resolve has left as it is is a slice or an
// array of elements.
func isList(v any) bool {
	switch v.(type) {
	case list:
		return true
	case json.RawMessage, net.IP, net.HardwareAddr, driver.Valuer:
		return false
	}
	return isListType(reflect.TypeOf(v))
}

func isListType(t reflect.Type) bool {
	if t == nil {
		return false
	}
	kind := t.Kind()
	return (kind == reflect.Slice || kind == reflect.Array) && t.Elem().Kind() != reflect.Uint8
}

// cannotSend is the error for a value that has no form of its own in SQL. It
// names the type only: values are nobody's business.
func cannotSend(v any) error {
	t := reflect.TypeOf(v)
	switch t.Kind() {
	case reflect.Map, reflect.Struct:
		return fmt.Errorf("a %v cannot be sent as it is; pass auroradataapi.JSON{V: …} for its JSON, its fields one by one, or give the type a Value method (driver.Valuer)", t)
	default:
		return fmt.Errorf("a %v cannot be sent; pass a number, a string, a bool, a []byte, a time.Time or a driver.Valuer", t)
	}
}
