package auroradataapi

import (
	"database/sql"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lib/pq"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// fuzzTypes returns all types of both engines in an order that stays, and one
// that neither has.
func fuzzTypes() []*column {
	var columns []*column
	for _, d := range []*dialect.Dialect{dialect.PostgreSQL, dialect.MySQL} {
		names := []string{"no such type"}
		for t := range d.Types() {
			names = append(names, t.Name)
		}
		slices.Sort(names)
		for _, name := range names {
			columns = append(columns, columnOf(d, name))
		}
	}
	return columns
}

// fuzzField makes a field of every kind.
func fuzzField(kind uint8, text string, number int64, double float64) wire.Field {
	fields := []wire.Field{
		{}, wire.Null(), wire.Boolean(number != 0), wire.Long(number), wire.Double(double), wire.String(text), wire.Blob([]byte(text)),
		wire.ArrayOf(wire.KindString, wire.String(text), wire.Null(), wire.String("")),
		wire.ArrayOf(wire.KindDouble, wire.Double(double), wire.Long(number), wire.Blob([]byte(text))),
		wire.ArrayOf(wire.KindArray, wire.ArrayOf(wire.KindLong, wire.Long(number)), wire.Field{}),
	}
	return fields[int(kind)%len(fields)]
}

// FuzzScan holds that any field of a column of any type becomes a value that
// says the same, or an error, and that the value can be scanned or refused.
func FuzzScan(f *testing.F) {
	columns := fuzzTypes()
	texts := []string{"2024-02-29 03:04:05.120", "2024-01-01", "18446744073709551615", "-838:59:59.5", "0044-03-15 BC", "{}"}
	for i := range columns {
		f.Add(uint16(i), uint8(i), texts[i%len(texts)], int64(-1), 3.14, i%7)
	}
	f.Fuzz(func(t *testing.T, typ uint16, kind uint8, text string, number int64, double float64, scale int) {
		c := *columns[int(typ)%len(columns)]
		c.meta = &wire.ColumnMetadata{TypeName: c.meta.TypeName, Scale: scale, Precision: int(number)}
		field := fuzzField(kind, text, number, double)
		healed := c
		healed.plain = true
		if v, err := healed.value(&field); err == nil && (v == nil) != field.IsNull() {
			t.Fatalf("%s, as text: a field of %v became %v", c.meta.TypeName, field.Kind(), v)
		}
		v, err := c.value(&field)
		if err != nil {
			return
		}
		if field.Kind() == wire.KindString && !sameText(v, text) {
			t.Fatalf("%s: %q became %T %v", c.meta.TypeName, text, v, v)
		}
		if v == nil != field.IsNull() {
			t.Fatalf("%s: a field of %v became %v", c.meta.TypeName, field.Kind(), v)
		}
		for _, into := range []sql.Scanner{
			new(sql.Null[any]), new(sql.NullString), new(sql.NullInt64), new(sql.NullFloat64), new(sql.NullBool), new(sql.NullTime),
			new(sql.Null[uint64]), new(sql.Null[[]byte]), new(pq.StringArray), &pq.GenericArray{A: new([]sql.NullString)},
		} {
			_ = into.Scan(v) // an error is fine, a panic is not
		}
		r := &rows{columns: []column{c}}
		if r.ColumnTypeScanType(0) == nil {
			t.Fatalf("%s has no scan type", c.meta.TypeName)
		}
		r.ColumnTypeLength(0)
		r.ColumnTypePrecisionScale(0)
	})
}

// sameText reports whether a value says what a text does. Zeros at the end of a
// second's fraction may come and go.
func sameText(v any, text string) bool {
	switch v := v.(type) {
	case string:
		return v == text || trimFraction(v) == trimFraction(text)
	case []byte:
		return string(v) == text || trimFraction(string(v)) == trimFraction(text)
	case int64, uint64:
		n, ok := new(big.Int).SetString(strings.TrimSuffix(text, "-01-01"), 10)
		return ok && n.String() == fmt.Sprint(v)
	case time.Time:
		wall, bc := strings.CutSuffix(text, " BC")
		if wall = trimFraction(wall); !strings.Contains(wall, " ") {
			wall += " 00:00:00"
		}
		for strings.HasPrefix(wall, "0") && strings.IndexByte(wall, '-') > len("0000") {
			wall = wall[1:]
		}
		return timeText(v, bc) == wall
	default:
		return false
	}
}

// timeText writes a time as the service does, but for the zeros at the end of
// its fraction and for the letters BC.
func timeText(t time.Time, bc bool) string {
	year := t.Year()
	if bc {
		year = 1 - year
	}
	return fmt.Sprintf("%04d%s", year, t.Format("-01-02 15:04:05.999999999"))
}

// FuzzArrayText reads back with lib/pq what an array was written as.
func FuzzArrayText(f *testing.F) {
	f.Add("plain", "NULL", `a"b\c`, false)
	f.Add("", " ", "{a,b}", true)
	f.Add("äöü", "\n", "null", true)
	f.Fuzz(func(t *testing.T, a, b, c string, null bool) {
		want := []sql.NullString{{String: a, Valid: true}, {Valid: !null}, {String: c, Valid: true}}
		elements := []wire.Field{wire.String(a), wire.Null(), wire.String(c)}
		if !null {
			want[1].String, elements[1] = b, wire.String(b)
		}
		for _, typ := range []string{"_text", "_numeric", "_mood"} {
			v, err := columnOf(dialect.PostgreSQL, typ).decode(ptr(wire.ArrayOf(wire.KindString, elements...)))
			if err != nil {
				t.Fatal(err)
			}
			var got []sql.NullString
			if err := pq.Array(&got).Scan(v); err != nil {
				t.Fatalf("%v: %v", v, err)
			}
			if !slices.Equal(got, want) {
				t.Fatalf("%v was read as %v, want %v", v, got, want)
			}
		}
	})
}

// FuzzFloatArrayText does the same with numbers, of which none changes.
func FuzzFloatArrayText(f *testing.F) {
	f.Add(3.14, 1e15, math.Copysign(0, -1))
	f.Add(1e-5, 5e-324, 1.7976931348623157e308)
	f.Fuzz(func(t *testing.T, a, b, c float64) {
		for typ, want := range map[string][]float64{
			"_float8": {a, b, c},
			"_float4": {float64(float32(a)), float64(float32(b)), float64(float32(c))},
		} {
			v, err := columnOf(dialect.PostgreSQL, typ).decode(ptr(wire.ArrayOf(wire.KindDouble, wire.Double(want[0]), wire.Double(want[1]), wire.Double(want[2]))))
			if err != nil {
				t.Fatal(err)
			}
			var got pq.Float64Array
			if typ == "_float4" {
				var short pq.Float32Array
				if err := short.Scan(v); err != nil {
					t.Fatalf("%v: %v", v, err)
				}
				for _, s := range short {
					got = append(got, float64(s))
				}
			} else if err := got.Scan(v); err != nil {
				t.Fatalf("%v: %v", v, err)
			}
			same := func(a, b float64) bool { return a == b || a != a && b != b }
			if !slices.EqualFunc(got, want, same) {
				t.Fatalf("%v was read as %v, want %v", v, got, want)
			}
		}
	})
}
