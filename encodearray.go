package auroradataapi

import (
	"encoding/hex"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// list marks Array, whose elements are those of a slice though it is a Valuer.
type list interface{ list() }

// maxDims is how many dimensions an array of PostgreSQL can have.
const maxDims = 6

// array is a slice as the database sees it: elements that resolve has returned,
// in the order of rows.
type array struct {
	dims  []int
	elems []any
	leaf  reflect.Type // the Go type of an element; an interface if it may vary
}

// encodeArray sends a slice as its text and a cast, because the service takes no
// arrays (F0036).
func encodeArray(d *dialect.Dialect, v any) (argument, error) {
	if !d.TypedParameters {
		return argument{}, fmt.Errorf("a %T cannot be sent: the database has no arrays; write a placeholder for each element, or pass auroradataapi.JSON{V: …} and read it with JSON_TABLE", v)
	}
	a, err := readArray(d, v)
	if err != nil {
		return argument{}, err
	}
	if a == nil {
		return argument{value: wire.Null()}, nil
	}
	typ, err := a.elementType()
	if err != nil {
		return argument{}, err
	}
	text, err := a.literal(func(e any) (string, error) { return elementText(e, typ) })
	return argument{value: wire.String(text), cast: typ + "[]"}, err
}

// readArray reads a slice or array, and slices in it as further dimensions. It
// returns nil for a nil slice, which is NULL.
func readArray(d *dialect.Dialect, v any) (*array, error) {
	rv := reflect.ValueOf(v)
	if rv.Kind() == reflect.Slice && rv.IsNil() {
		return nil, nil
	}
	a := &array{leaf: rv.Type()}
	for isListType(a.leaf) {
		a.leaf = a.leaf.Elem()
	}
	return a, a.read(d, rv, 0, new(int))
}

// read reads one dimension. leafDepth is one more than the depth of the elements,
// once there is one.
func (a *array) read(d *dialect.Dialect, rv reflect.Value, depth int, leafDepth *int) error {
	switch {
	case depth == maxDims:
		return fmt.Errorf("the array has more than %d dimensions", maxDims)
	case depth == len(a.dims):
		a.dims = append(a.dims, rv.Len())
	case a.dims[depth] != rv.Len():
		return errors.New("the slices in the slice are not of equal length, as those of an array have to be")
	}
	for i := range rv.Len() {
		e, err := resolve(d, rv.Index(i).Interface())
		if err != nil {
			return fmt.Errorf("element %d: %w", i, err)
		}
		nested := isList(e)
		if at := depth + 1; *leafDepth == 0 && !nested {
			*leafDepth = at
		} else if *leafDepth != 0 && nested == (*leafDepth == at) {
			return errors.New("slices and single values cannot be elements of one array")
		}
		if nested {
			if err := a.read(d, reflect.ValueOf(e), depth+1, leafDepth); err != nil {
				return err
			}
			continue
		}
		a.elems = append(a.elems, e)
	}
	return nil
}

// literal writes the array in PostgreSQL's text form.
func (a *array) literal(text func(elem any) (string, error)) (string, error) {
	if len(a.elems) == 0 {
		return "{}", nil
	}
	b, _, err := a.append(nil, 0, 0, text)
	return string(b), err
}

func (a *array) append(dst []byte, depth, next int, text func(any) (string, error)) (_ []byte, _ int, err error) {
	dst = append(dst, '{')
	for i := range a.dims[depth] {
		if i > 0 {
			dst = append(dst, ',')
		}
		if depth < len(a.dims)-1 {
			if dst, next, err = a.append(dst, depth+1, next, text); err != nil {
				return nil, 0, err
			}
			continue
		}
		e := a.elems[next]
		next++
		if e == nil {
			dst = append(dst, "NULL"...)
			continue
		}
		s, err := text(e)
		switch {
		case err == errNull:
			dst = append(dst, "NULL"...)
		case err != nil:
			return nil, 0, fmt.Errorf("element %d: %w", next-1, err)
		default:
			dst = appendElement(dst, s)
		}
	}
	return append(dst, '}'), next, nil
}

// errNull says that a value which is not nil stands for NULL.
var errNull = errors.New("it is NULL")

// staticElements are the types of elements whose kind says it. An integer has
// the width of its Go type, so that arrays can be compared; int and uint are
// wide.
var staticElements = map[reflect.Kind]string{
	reflect.Bool: "bool", reflect.String: "text",
	reflect.Int8: "int2", reflect.Int16: "int2",
	reflect.Int32: "int4", reflect.Uint16: "int4",
	reflect.Int64: "int8", reflect.Int: "int8", reflect.Uint32: "int8", reflect.Uint64: "int8", reflect.Uint: "int8",
	reflect.Float32: "float4", reflect.Float64: "float8",
}

// elementType returns the type of the elements: by their Go type, and where that
// is an interface or a Valuer by what the elements are.
func (a *array) elementType() (string, error) {
	typ := staticElement(a.leaf)
	static := typ != ""
	for _, e := range a.elems {
		t := valueType(e)
		switch {
		case t == "" && e != nil:
			return "", cannotSend(e)
		case t == "" || t == typ:
		case t == "numeric" && (typ == "int8" || typ == ""), typ == "": // above int64
			typ = t
		case t == "int8" && typ == "numeric":
		case static: // the narrower type of the same family
		default:
			return "", fmt.Errorf("an array has elements of one type, and these are %s and %s; pass a slice of one Go type", typ, t)
		}
	}
	if typ == "" {
		typ = "text" // of nothing but NULLs
	}
	return typ, nil
}

func staticElement(t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if isSQLNull(t) {
		t = t.Field(0).Type
	}
	if t.Kind() == reflect.Interface {
		return ""
	}
	zero := reflect.Zero(t).Interface()
	switch text, ok, _ := textOf(zero); {
	case ok:
		return text.typ
	case t.Implements(valuerType):
		return ""
	case staticElements[t.Kind()] != "":
		return staticElements[t.Kind()]
	}
	return valueType(resolveKind(reflect.ValueOf(zero)))
}

// isSQLNull says whether a type is sql.Null or one of its older kin, whose first
// field is the value.
func isSQLNull(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && t.PkgPath() == "database/sql" && strings.HasPrefix(t.Name(), "Null")
}

// valueType returns the type of a value that resolve has returned; empty for one
// that has none.
func valueType(v any) string {
	switch v.(type) {
	case nil:
		return ""
	case int64, time.Duration:
		return "int8"
	case uint64:
		return "numeric"
	case float64:
		return "float8"
	case bool:
		return "bool"
	case string:
		return "text"
	case []byte:
		return "bytea"
	case time.Time:
		return "timestamptz"
	}
	t, _, _ := textOf(v) // what is wrong with the value shows when it is written
	return t.typ
}

// elementText returns the text of an element of a type.
func elementText(v any, typ string) (string, error) {
	switch v := v.(type) {
	case int64:
		return strconv.FormatInt(v, 10), nil
	case time.Duration:
		return strconv.FormatInt(int64(v), 10), nil
	case uint64:
		return strconv.FormatUint(v, 10), nil
	case float64:
		return string(appendDouble(nil, v, typ == "float4")), nil
	case bool:
		return strconv.FormatBool(v)[:1], nil
	case string:
		return v, checkText(v)
	case []byte:
		if v == nil {
			return "", errNull
		}
		return `\x` + hex.EncodeToString(v), nil
	case time.Time:
		text, err := formatTimestamp(v)
		return text + "+00", err
	}
	t, ok, err := textOf(v)
	switch {
	case err != nil:
		return "", err
	case !ok:
		return "", cannotSend(v)
	case t.null:
		return "", errNull
	}
	return t.text, nil
}
