package parity

import (
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/lib/pq"

	"github.com/auroradataapi/auroradataapi"
)

// destination is something to scan into.
type destination struct {
	name string
	make func() any // a pointer, or what else Scan takes
}

func into[T any](name string) destination {
	return destination{name, func() any { return new(T) }}
}

// named stands for the types that programs make of texts and numbers.
type (
	namedString string
	namedInt    int64
)

// scanner records what a custom Scanner is handed.
type scanner struct{ value any }

func (s *scanner) Scan(value any) error {
	if b, ok := value.([]byte); ok {
		value = append([]byte{}, b...) // it is the driver's
	}
	s.value = value
	return nil
}

// destinations is what programs scan into; the names without a package are
// this driver's.
var destinations = []destination{
	into[any]("any"),
	into[scanner]("sql.Scanner"),
	into[string]("string"),
	into[[]byte]("[]byte"),
	into[bool]("bool"),
	into[int]("int"),
	into[int8]("int8"),
	into[int32]("int32"),
	into[int64]("int64"),
	into[uint8]("uint8"),
	into[uint64]("uint64"),
	into[float32]("float32"),
	into[float64]("float64"),
	into[time.Time]("time.Time"),
	into[*string]("*string"),
	into[*int64]("*int64"),
	into[*float64]("*float64"),
	into[*bool]("*bool"),
	into[*time.Time]("*time.Time"),
	into[namedString]("a named string"),
	into[namedInt]("a named int64"),
	into[json.RawMessage]("json.RawMessage"),
	into[sql.NullString]("sql.NullString"),
	into[sql.NullBool]("sql.NullBool"),
	into[sql.NullInt16]("sql.NullInt16"),
	into[sql.NullInt32]("sql.NullInt32"),
	into[sql.NullInt64]("sql.NullInt64"),
	into[sql.NullFloat64]("sql.NullFloat64"),
	into[sql.NullTime]("sql.NullTime"),
	into[sql.Null[string]]("sql.Null[string]"),
	into[sql.Null[uint64]]("sql.Null[uint64]"),
	into[sql.Null[[]byte]]("sql.Null[[]byte]"),
	into[auroradataapi.Date]("Date"),
	into[auroradataapi.Time]("Time"),
	into[auroradataapi.Timestamp]("Timestamp"),
	into[auroradataapi.Decimal]("Decimal"),
	into[auroradataapi.UUID]("UUID"),
	into[auroradataapi.JSON]("JSON"),
}

// arrayDestinations is what programs scan arrays into besides.
var arrayDestinations = []destination{
	into[pq.BoolArray]("pq.BoolArray"),
	into[pq.Int32Array]("pq.Int32Array"),
	into[pq.Int64Array]("pq.Int64Array"),
	into[pq.Float32Array]("pq.Float32Array"),
	into[pq.Float64Array]("pq.Float64Array"),
	into[pq.StringArray]("pq.StringArray"),
	into[pq.ByteaArray]("pq.ByteaArray"),
	into[auroradataapi.Array[bool]]("Array[bool]"),
	into[auroradataapi.Array[int64]]("Array[int64]"),
	into[auroradataapi.Array[*int64]]("Array[*int64]"),
	into[auroradataapi.Array[float64]]("Array[float64]"),
	into[auroradataapi.Array[string]]("Array[string]"),
	into[auroradataapi.Array[*string]]("Array[*string]"),
	into[auroradataapi.Array[sql.NullString]]("Array[sql.NullString]"),
	into[auroradataapi.Array[[]byte]]("Array[[]byte]"),
	into[auroradataapi.Array[time.Time]]("Array[time.Time]"),
	into[auroradataapi.Array[*time.Time]]("Array[*time.Time]"),
	into[auroradataapi.Array[[]int64]]("Array[[]int64]"),
	{"pq.GenericArray of sql.NullString", func() any { return &pq.GenericArray{A: new([]sql.NullString)} }},
	{"pq.GenericArray of sql.NullInt64", func() any { return &pq.GenericArray{A: new([]sql.NullInt64)} }},
}

// discard takes any value.
type discard struct{}

func (discard) Scan(any) error { return nil }

// failed is what comes of a scan that is refused.
const failed = "error"

// raw is the destination that scanRaw is for. Of it NULL and an empty text
// cannot be told apart.
const raw = "sql.RawBytes"

// scan scans the columns of the sample's type, one by one and into a fresh
// destination each.
func scan(rows *sql.Rows, columns int, d destination) (found [len(places)]string) {
	into := make([]any, columns)
	for i := range into {
		into[i] = discard{}
	}
	for i, at := range places {
		value := d.make()
		into[at] = value
		found[i] = failed
		if rows.Scan(into...) == nil {
			found[i] = show(value)
		}
		into[at] = discard{}
	}
	return found
}

// scanRaw scans the same columns as sql.RawBytes, which a row can be once.
func scanRaw(rows *sql.Rows, columns int) (found [len(places)]string) {
	into := make([]any, columns)
	for i := range into {
		into[i] = new(sql.RawBytes)
	}
	if rows.Scan(into...) != nil {
		return [len(places)]string{failed, failed, failed}
	}
	for i, at := range places {
		found[i] = quote(string(*into[at].(*sql.RawBytes)))
	}
	return found
}

// show writes what a destination holds, with its Go type where the destination
// leaves that open.
func show(destination any) string {
	switch d := destination.(type) {
	case *scanner:
		return showTyped(d.value)
	case *any:
		return showTyped(*d)
	case *pq.GenericArray:
		return showPlain(reflect.ValueOf(d.A).Elem().Interface())
	}
	return showPlain(reflect.ValueOf(destination).Elem().Interface())
}

// showTyped writes a value and its Go type.
func showTyped(v any) string {
	if v == nil {
		return "nil"
	}
	return fmt.Sprintf("%T(%s)", v, showPlain(v))
}

// showPlain writes a value.
func showPlain(v any) string {
	switch v := v.(type) {
	case nil:
		return "nil"
	case string:
		return quote(v)
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	case []byte:
		if v == nil {
			return "nil"
		}
		return quote(string(v))
	}
	rv := reflect.ValueOf(v)
	switch rv.Kind() {
	case reflect.Pointer:
		if rv.IsNil() {
			return "nil"
		}
		return "&" + showPlain(rv.Elem().Interface())
	case reflect.Slice:
		if rv.IsNil() {
			return "nil"
		}
		if rv.Type().Elem().Kind() == reflect.Uint8 {
			return quote(string(rv.Bytes()))
		}
		text := "["
		for i := range rv.Len() {
			if i > 0 {
				text += " "
			}
			text += showPlain(rv.Index(i).Interface())
		}
		return text + "]"
	case reflect.String:
		return quote(rv.String())
	case reflect.Float32:
		return strconv.FormatFloat(rv.Float(), 'g', -1, 32)
	}
	if valuer, ok := v.(driver.Valuer); ok { // sql.NullString and its like
		inner, err := valuer.Value()
		if err != nil {
			return failed
		}
		return showPlain(inner)
	}
	return fmt.Sprint(v)
}

// quote writes text as Go does, and bytes that are no text in hexadecimal.
func quote(s string) string {
	for _, r := range s {
		if r == utf8.RuneError || !unicode.IsPrint(r) && !unicode.IsSpace(r) {
			return fmt.Sprintf("0x%x", s)
		}
	}
	return strconv.Quote(s)
}

// untold is what is written where a method of sql.ColumnType tells nothing.
const untold = "–"

// showSize writes a length or a number of digits.
func showSize(n int64) string {
	if n == math.MaxInt64 {
		return "MaxInt64"
	}
	return strconv.FormatInt(n, 10)
}
