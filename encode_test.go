package auroradataapi

import (
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"net"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

type (
	namedString string
	namedInt    int16
	namedBytes  []byte
	namedTime   time.Time
	uuidBytes   [16]byte // as a library's, without Value
	uuidValuer  [16]byte // as a library's
	endless     struct{}
	fails       struct{}
	onPointer   struct{ n int64 }
	onValue     struct{ n int64 }
	point       struct{ X, Y int }
)

func (u uuidValuer) Value() (driver.Value, error) { return uuidText(u[:]), nil }
func (u uuidValuer) String() string               { return "not this one" }
func (e endless) Value() (driver.Value, error)    { return e, nil }
func (fails) Value() (driver.Value, error)        { return nil, errors.New("no value today") }
func (p *onPointer) Value() (driver.Value, error) {
	if p == nil {
		return "nil", nil
	}
	return p.n, nil
}
func (v onValue) Value() (driver.Value, error) { return v.n, nil }

var instant = time.Date(2024, 1, 15, 12, 34, 56, 789_012_345, time.FixedZone("", 9*3600))

const (
	sampleID   = "01020304-0506-0708-090a-0b0c0d0e0f10"
	sampleTime = "2024-01-15 03:34:56.789012"
)

func p[T any](v T) *T { return &v }

func TestEncode(t *testing.T) {
	id := [16]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}
	null := argument{value: wire.Null()}
	str := func(s string) argument { return argument{value: wire.String(s)} }
	hinted := func(s string, h wire.TypeHint) argument { return argument{value: wire.String(s), hint: h} }
	cast := func(s, typ string) argument { return argument{value: wire.String(s), cast: typ} }
	long := func(n int64) argument { return argument{value: wire.Long(n)} }
	blob := func(b ...byte) argument { return argument{value: wire.Blob(b)} }
	tests := []struct {
		name     string
		in       any
		postgres argument
		mysql    any // an argument, part of an error, or nil for the same
	}{
		{"nil", nil, null, nil},
		{"int", 7, long(7), nil},
		{"int8", int8(-8), long(-8), nil},
		{"uint8", uint8(255), long(255), nil},
		{"uint64 that fits", uint64(math.MaxInt64), long(math.MaxInt64), nil},
		{"uint64 that does not", uint64(math.MaxUint64), hinted("18446744073709551615", wire.HintDecimal), cast("18446744073709551615", "UNSIGNED")},
		{"float64", 0.1, argument{value: wire.Double(0.1)}, nil},
		{"float32", float32(0.5), argument{value: wire.Double(0.5)}, nil},
		{"NaN", math.NaN(), cast("NaN", "float8"), "neither NaN nor infinity"},
		{"+Inf", math.Inf(1), cast("Infinity", "float8"), "neither NaN nor infinity"},
		{"-Inf", float32(math.Inf(-1)), cast("-Infinity", "float8"), "neither NaN nor infinity"},
		{"bool", true, argument{value: wire.Boolean(true)}, nil},
		{"string", "x", str("x"), nil},
		{"string that looks like a UUID", sampleID, str(sampleID), nil},
		{"string that looks like JSON", `{"a":1}`, str(`{"a":1}`), nil},
		{"named string", namedString("x"), str("x"), nil},
		{"named int", namedInt(-3), long(-3), nil},
		{"duration", time.Second, long(1e9), nil},
		{"bytes", []byte{1}, blob(1), nil},
		{"no bytes", []byte{}, blob(), nil},
		{"nil bytes", []byte(nil), null, nil},
		{"named bytes", namedBytes{1}, blob(1), nil},
		{"RawBytes", sql.RawBytes{1}, blob(1), nil},
		{"array of bytes", [3]byte{1, 2, 3}, blob(1, 2, 3), nil},
		{"time", instant, hinted(sampleTime, wire.HintTimestamp), nil},
		{"named time", namedTime(instant), hinted(sampleTime, wire.HintTimestamp), nil},
		{"pointer to a time", &instant, hinted(sampleTime, wire.HintTimestamp), nil},

		{"RawMessage", json.RawMessage(`{}`), hinted(`{}`, wire.HintJSON), str(`{}`)},
		{"nil RawMessage", json.RawMessage(nil), argument{value: wire.Null(), hint: wire.HintJSON}, null},
		{"JSON", JSON{map[string]any{"a": []int{1}}}, hinted(`{"a":[1]}`, wire.HintJSON), str(`{"a":[1]}`)},
		{"JSON null", JSON{}, hinted(`null`, wire.HintJSON), str(`null`)},
		{"UUID", UUID("{01020304-05060708-090A0B0C-0D0E0F10}"), hinted(sampleID, wire.HintUUID), str(sampleID)},
		{"16 bytes", uuidBytes(id), hinted(sampleID, wire.HintUUID), "is a UUID, for which the database has no type"},
		{"16 bytes and Valuer", uuidValuer(id), hinted(sampleID, wire.HintUUID), str(sampleID)},
		{"pointer to 16 bytes", (*uuidValuer)(&id), hinted(sampleID, wire.HintUUID), str(sampleID)},
		{"Decimal", Decimal("-1.50e3"), hinted("-1.50e3", wire.HintDecimal), nil},
		{"big.Int", new(big.Int).Lsh(big.NewInt(1), 70), hinted("1180591620717411303424", wire.HintDecimal), nil},
		{"nil big.Int", (*big.Int)(nil), null, nil},
		{"Date", Date(instant), hinted("2024-01-15", wire.HintDate), nil},
		{"Time", Time(instant), hinted("12:34:56.789012", wire.HintTime), nil},
		{"Timestamp", Timestamp(instant), hinted("2024-01-15 12:34:56.789012", wire.HintTimestamp), nil},
		{"netip.Addr", netip.MustParseAddr("::1"), cast("::1", "inet"), str("::1")},
		{"no netip.Addr", netip.Addr{}, argument{value: wire.Null(), cast: "inet"}, null},
		{"netip.Prefix", netip.MustParsePrefix("10.0.0.1/8"), cast("10.0.0.1/8", "inet"), str("10.0.0.1/8")},
		{"net.IP", net.IPv4(10, 0, 0, 1), cast("10.0.0.1", "inet"), str("10.0.0.1")},
		{"net.IPNet", &net.IPNet{IP: net.IPv4(10, 0, 0, 0).To4(), Mask: net.CIDRMask(8, 32)}, cast("10.0.0.0/8", "inet"), str("10.0.0.0/8")},
		{"net.HardwareAddr", net.HardwareAddr{1, 2, 3, 4, 5, 6}, cast("01:02:03:04:05:06", "macaddr"), str("01:02:03:04:05:06")},

		{"pointer", p(p("x")), str("x"), nil},
		{"nil pointer", (**string)(nil), null, nil},
		{"sql.Null", sql.Null[uint64]{V: math.MaxUint64, Valid: true}, hinted("18446744073709551615", wire.HintDecimal), cast("18446744073709551615", "UNSIGNED")},
		{"sql.Null of a UUID", sql.Null[uuidBytes]{V: id, Valid: true}, hinted(sampleID, wire.HintUUID), "is a UUID"},
		{"sql.Null that is not", sql.Null[[]int]{V: []int{1}}, null, nil},
		{"sql.NullString", sql.NullString{String: "x", Valid: true}, str("x"), nil},
		{"Valuer", onValue{7}, long(7), nil},
		{"pointer to a Valuer", &onValue{7}, long(7), nil},
		{"nil pointer to a Valuer", (*onValue)(nil), null, nil},
		{"Valuer by pointer", &onPointer{7}, long(7), nil},
		{"nil that is a Valuer", (*onPointer)(nil), str("nil"), nil},

		{"[]int", []int{1, -2}, cast("{1,-2}", "int8[]"), "no arrays; write a placeholder for each element"},
		{"[]int32", []int32{1}, cast("{1}", "int4[]"), "no arrays"},
		{"[]int16", []int16{1}, cast("{1}", "int2[]"), "no arrays"},
		{"[]uint64 that fits", []uint64{1}, cast("{1}", "int8[]"), "no arrays"},
		{"[]uint64 that does not", []uint64{1, math.MaxUint64}, cast("{1,18446744073709551615}", "numeric[]"), "no arrays"},
		{"[]float32", []float32{0.1, float32(math.Inf(-1))}, cast("{0.1,-Infinity}", "float4[]"), "no arrays"},
		{"[]float64", []float64{0.1, math.NaN()}, cast("{0.1,NaN}", "float8[]"), "no arrays"},
		{"[]bool", []bool{true, false}, cast("{t,f}", "bool[]"), "no arrays"},
		{"[]string", []string{"", "null", `a"b\`, " ", "é", "{,}"}, cast(`{"","null","a\"b\\"," ",é,"{,}"}`, "text[]"), "no arrays"},
		{"[]named string", []namedString{"x"}, cast("{x}", "text[]"), "no arrays"},
		{"[][]byte", [][]byte{{0, 255}, {}, nil}, cast(`{"\\x00ff","\\x",NULL}`, "bytea[]"), "no arrays"},
		{"[]time.Time", []time.Time{instant}, cast(`{"`+sampleTime+`+00"}`, "timestamptz[]"), "no arrays"},
		{"[]Date", []Date{Date(instant)}, cast(`{2024-01-15}`, "date[]"), "no arrays"},
		{"[]UUID of bytes", []uuidValuer{id}, cast("{"+sampleID+"}", "uuid[]"), "no arrays"},
		{"[]RawMessage", []json.RawMessage{json.RawMessage(`{"a":1}`), nil}, cast(`{"{\"a\":1}",NULL}`, "jsonb[]"), "no arrays"},
		{"[]JSON", []JSON{{1}}, cast(`{1}`, "jsonb[]"), "no arrays"},
		{"[]netip.Addr", []netip.Addr{netip.MustParseAddr("::1"), {}}, cast("{::1,NULL}", "inet[]"), "no arrays"},
		{"[]*string", []*string{p("x"), nil}, cast("{x,NULL}", "text[]"), "no arrays"},
		{"[]*int16 of nil", []*int16{nil}, cast("{NULL}", "int2[]"), "no arrays"},
		{"[]sql.Null", []sql.Null[bool]{{V: true, Valid: true}, {}}, cast("{t,NULL}", "bool[]"), "no arrays"},
		{"[]sql.NullInt32 of NULL", []sql.NullInt32{{}}, cast("{NULL}", "int4[]"), "no arrays"},
		{"[]Valuer", []onValue{{1}}, cast("{1}", "int8[]"), "no arrays"},
		{"[]any", []any{nil, "x", p("y")}, cast("{NULL,x,y}", "text[]"), "no arrays"},
		{"[]any of nil", []any{nil}, cast("{NULL}", "text[]"), "no arrays"},
		{"[]any in []any", []any{[]any{1}, []int{2}}, cast("{{1},{2}}", "int8[]"), "no arrays"},
		{"array", [2]int64{1, 2}, cast("{1,2}", "int8[]"), "no arrays"},
		{"two dimensions", [][]string{{"a", "b"}, {"c", "d"}}, cast("{{a,b},{c,d}}", "text[]"), "no arrays"},
		{"empty", []string{}, cast("{}", "text[]"), "no arrays"},
		{"empty in empty", [][]int{{}, {}}, cast("{}", "int8[]"), "no arrays"},
		{"nil slice", []int(nil), null, "no arrays"},
		{"Array", Array[string]{"x"}, cast("{x}", "text[]"), "no arrays"},
		{"pointer to an Array", &Array[int16]{1}, cast("{1}", "int2[]"), "no arrays"},
		{"Array in Array", Array[Array[int]]{{1}, {2}}, cast("{{1},{2}}", "int8[]"), "no arrays"},
	}
	exported := cmp.AllowUnexported(argument{}, wire.Field{})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := encode(dialect.PostgreSQL, tt.in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.postgres, got, exported); diff != "" {
				t.Errorf("PostgreSQL (-want +got)\n%s", diff)
			}
			got, err = encode(dialect.MySQL, tt.in)
			switch want := tt.mysql.(type) {
			case string:
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("MySQL: got %v, want an error with %q", err, want)
				}
			case nil:
				if diff := cmp.Diff(tt.postgres, got, exported); err != nil || diff != "" {
					t.Errorf("MySQL: %v (-want +got)\n%s", err, diff)
				}
			case argument:
				if diff := cmp.Diff(want, got, exported); err != nil || diff != "" {
					t.Errorf("MySQL: %v (-want +got)\n%s", err, diff)
				}
			}
		})
	}
}

func TestEncodeErrors(t *testing.T) {
	self := []any{nil}
	self[0] = self
	for _, tt := range []struct {
		in   any
		want string
	}{
		{map[string]int{"secret": 1}, "a map[string]int cannot be sent as it is; pass auroradataapi.JSON"},
		{point{}, "a auroradataapi.point cannot be sent as it is"},
		{&point{}, "a auroradataapi.point cannot be sent as it is"},
		{func() {}, "a func() cannot be sent; pass"},
		{make(chan int), "cannot be sent"},
		{complex(1, 1), "cannot be sent"},
		{struct{}{}, "cannot be sent"},
		{"\xff", "not valid UTF-8; pass bytes as []byte"},
		{time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC), "the year -5"},
		{Date(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)), "the year 10000"},
		{UUID("secret"), "not a UUID"},
		{UUID(""), "not a UUID"},
		{Decimal("secret"), "not a decimal number"},
		{JSON{func() {}}, "JSON of a func()"},
		{json.RawMessage("\xff"), "not valid UTF-8"},
		{endless{}, "without end"},
		{fails{}, "no value today"},
		{[]any{1, "x"}, "these are int8 and text; pass a slice of one Go type"},
		{[]point{{}}, "a auroradataapi.point cannot be sent as it is"},
		{[]string{"a", "\xff"}, "element 1: the string is not valid UTF-8"},
		{[]endless{{}}, "element 0: it stands"},
		{[][]int{{1}, {2, 3}}, "not of equal length"},
		{[]any{1, []int{2}}, "cannot be elements of one array"},
		{[]any{[]int{2}, 1}, "cannot be elements of one array"},
		{[][][][][][][]int{{{{{{{1}}}}}}}, "more than 6 dimensions"},
		{self, "more than 6 dimensions"},
	} {
		got, err := encode(dialect.PostgreSQL, tt.in)
		if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%T: got %v, %v, want an error with %q", tt.in, got, err, tt.want)
		}
	}
}

// TestForeignArguments has what is meant for pgx dropped, which GORM's migrator
// puts before the arguments.
func TestForeignArguments(t *testing.T) {
	c := &Conn{dialect: dialect.PostgreSQL}
	for _, v := range []any{pgx.QueryExecModeSimpleProtocol, pgx.QueryResultFormats{1}, pgx.QueryResultFormatsByOID{1: 1}} {
		if err := c.CheckNamedValue(&driver.NamedValue{Ordinal: 1, Value: v}); err != driver.ErrRemoveArgument {
			t.Errorf("%T: %v", v, err)
		}
	}
	err := c.CheckNamedValue(&driver.NamedValue{Ordinal: 1, Value: pgx.NamedArgs{"a": 1}})
	if err == nil || !strings.Contains(err.Error(), "sql.Named") {
		t.Errorf("NamedArgs: %v", err)
	}
	type QueryExecMode int
	nv := driver.NamedValue{Ordinal: 1, Value: QueryExecMode(3)}
	if err := c.CheckNamedValue(&nv); err != nil || nv.Value != int64(3) {
		t.Errorf("a type of that name in another package: %v, %v", nv.Value, err)
	}
}

// FuzzArgs has no value panic, whatever its type, and no value change its type
// on its way through CheckNamedValue and back.
func FuzzArgs(f *testing.F) {
	f.Add([]byte("\x00\x01\x02\x03"), "text", int64(-1), 1.5)
	f.Add([]byte{9, 9, 9, 2, 1, 4, 12, 5, 3}, "\xff{", int64(math.MinInt64), math.Inf(1))
	f.Fuzz(func(t *testing.T, shape []byte, s string, n int64, x float64) {
		v := fuzzValue(&shape, 0, s, n, x)
		for _, d := range []*dialect.Dialect{dialect.PostgreSQL, dialect.MySQL} {
			first, err := resolve(d, v)
			if err != nil {
				continue
			}
			second, err := resolve(d, first)
			if err != nil || reflect.TypeOf(first) != reflect.TypeOf(second) {
				t.Fatalf("%T became %T and then %T, %v", v, first, second, err)
			}
			a, err := encode(d, v)
			b, err2 := encode(d, first)
			if (err == nil) != (err2 == nil) || err == nil && !reflect.DeepEqual(a, b) && x == x {
				t.Fatalf("%T is sent as %v, %v and then as %v, %v", v, a, err, b, err2)
			}
			if err == nil && !d.TypedParameters && strings.HasSuffix(a.cast, "[]") {
				t.Fatalf("%T is sent as an array", v)
			}
			if err == nil && strings.HasSuffix(a.cast, "[]") {
				if _, err := parseArray(a.value.Str()); err != nil {
					t.Fatalf("%T is sent as %q: %v", v, a.value.Str(), err)
				}
			}
		}
	})
}

// fuzzValue builds a value of a type that the bytes describe.
func fuzzValue(shape *[]byte, depth int, s string, n int64, x float64) any {
	if len(*shape) == 0 || depth > 9 {
		return s
	}
	kind := (*shape)[0]
	*shape = (*shape)[1:]
	inner := func() any { return fuzzValue(shape, depth+1, s, n, x) }
	switch kind % 16 {
	case 0:
		return n
	case 1:
		return uint64(n)
	case 2:
		return float32(x)
	case 3:
		return x
	case 4:
		return []byte(s)
	case 5:
		return time.Unix(n%1e12, n%1e9)
	case 6:
		return []any{inner(), inner()}
	case 7:
		v := inner()
		return &v
	case 8:
		return JSON{inner()}
	case 9:
		return Array[any]{inner()}
	case 10:
		return sql.Null[any]{V: inner(), Valid: n > 0}
	case 11: // a slice of the very type
		v := inner()
		if v == nil {
			return nil
		}
		slice := reflect.MakeSlice(reflect.SliceOf(reflect.TypeOf(v)), 0, 2)
		return reflect.Append(slice, reflect.ValueOf(v), reflect.ValueOf(v)).Interface()
	case 12:
		return Decimal(s)
	case 13:
		return map[string]any{s: inner()}
	case 14:
		v := inner()
		if v == nil {
			return (*string)(nil)
		}
		ptr := reflect.New(reflect.TypeOf(v))
		ptr.Elem().Set(reflect.ValueOf(v))
		return ptr.Interface()
	default:
		return Date(time.Unix(n%1e12, 0))
	}
}

// TestIntervalText has spans that PostgreSQL 13 and 14 do not read as a number of
// microseconds, or of seconds.
func TestIntervalText(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                          "0:00:00.000000",
		90 * time.Minute:           "1:30:00.000000",
		-1500 * time.Nanosecond:    "-0:00:00.000001",
		1000*time.Hour + time.Hour: "1001:00:00.000000",
		math.MaxInt64:              "2562047:47:16.854775",
		math.MinInt64:              "-2562047:47:16.854775",
	} {
		if got := intervalText(d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
}
