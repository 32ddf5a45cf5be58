package auroradataapi

import (
	"database/sql"
	"encoding"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// fill makes the slices of one dimension and below. next is the first of its
// elements; the one behind the last is returned.
func (a *arrayText) fill(into reflect.Value, depth, next int) (int, error) {
	n := a.dims[depth]
	into.Set(reflect.MakeSlice(into.Type(), n, n))
	for i := range n {
		e := into.Index(i)
		if depth == len(a.dims)-1 {
			if err := a.elems[next].assign(e); err != nil {
				return 0, fmt.Errorf("element %d: %w", next, err)
			}
			next++
			continue
		}
		if e.Kind() != reflect.Slice || e.Type().Elem().Kind() == reflect.Uint8 {
			return 0, fmt.Errorf("the array has %d dimensions; scan it into an Array of slices", len(a.dims))
		}
		var err error
		if next, err = a.fill(e, depth+1, next); err != nil {
			return 0, err
		}
	}
	return next, nil
}

// assign converts one element to a Go value. A text that the value cannot hold
// is an error, which does not show it.
func (e elementOfText) assign(into reflect.Value) error {
	t := into.Type()
	switch {
	case t.Kind() == reflect.Pointer && e.null, t.Kind() == reflect.Interface && t.NumMethod() == 0 && e.null:
		into.SetZero()
		return nil
	case t.Kind() == reflect.Pointer:
		p := reflect.New(t.Elem())
		into.Set(p)
		return e.assign(p.Elem())
	case isSQLNull(t):
		if e.null {
			into.SetZero()
			return nil
		}
		into.FieldByName("Valid").SetBool(true)
		return e.assign(into.Field(0))
	}
	if scanner, ok := into.Addr().Interface().(sql.Scanner); ok {
		if e.null {
			return scanner.Scan(nil)
		}
		return scanner.Scan(e.text)
	}
	if e.null {
		return fmt.Errorf("it is NULL; scan into Array[*%v] or Array[sql.Null[%[1]v]]", t)
	}
	switch p := into.Addr().Interface().(type) {
	case *time.Time:
		v, err := parseInstant(e.text)
		*p = v
		return err
	case *json.RawMessage:
		*p = json.RawMessage(e.text)
		return nil
	case encoding.TextUnmarshaler:
		return p.UnmarshalText([]byte(e.text))
	}
	return e.assignKind(into)
}

func (e elementOfText) assignKind(into reflect.Value) error {
	var err error
	t := into.Type()
	switch t.Kind() {
	case reflect.String:
		into.SetString(e.text)
	case reflect.Bool:
		var b bool
		b, err = strconv.ParseBool(e.text)
		into.SetBool(b)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		var n int64
		n, err = strconv.ParseInt(e.text, 10, t.Bits())
		into.SetInt(n)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		var n uint64
		n, err = strconv.ParseUint(e.text, 10, t.Bits())
		into.SetUint(n)
	case reflect.Float32, reflect.Float64:
		var f float64
		f, err = strconv.ParseFloat(e.text, t.Bits())
		into.SetFloat(f)
	case reflect.Interface:
		if t.NumMethod() > 0 {
			return fmt.Errorf("it cannot be read as %v", t)
		}
		into.Set(reflect.ValueOf(e.text))
	case reflect.Slice:
		if t.Elem().Kind() != reflect.Uint8 {
			return fmt.Errorf("it is no array and cannot be read as %v", t)
		}
		digits, ok := strings.CutPrefix(e.text, `\x`)
		b, bad := hex.DecodeString(digits)
		if !ok || bad != nil {
			return errors.New("it is no bytea and cannot be read as bytes; scan into Array[string]")
		}
		into.SetBytes(b)
	case reflect.Array:
		if !isUUID(t) {
			return fmt.Errorf("it cannot be read as %v", t)
		}
		text, err := UUID(e.text).canonical()
		if err != nil {
			return err
		}
		b, _ := hex.DecodeString(strings.ReplaceAll(text, "-", "")) // canonical has checked it
		reflect.Copy(into, reflect.ValueOf(b))
	default:
		return fmt.Errorf("it cannot be read as %v", t)
	}
	if err != nil {
		reason := err
		if n := new(strconv.NumError); errors.As(err, &n) {
			reason = n.Err // without the text
		}
		return fmt.Errorf("it cannot be read as %v: %w", t, reason)
	}
	return nil
}

// parseInstant reads a date or a timestamp, with an offset behind it or in UTC.
func parseInstant(text string) (time.Time, error) {
	if strings.LastIndexAny(text, "+-") > len("2006-01-02") {
		return parseOffset(text)
	}
	return parseTimestamp(text)
}
