package auroradataapi

import (
	"math"
	"testing"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

func TestArrayText(t *testing.T) {
	tests := []struct {
		typ  string
		f    wire.Field
		want string
	}{
		{"_int4", wire.ArrayOf(wire.KindLong, wire.Long(1), wire.Null(), wire.Long(-3)), "{1,NULL,-3}"},
		{"_int4", wire.ArrayOf(wire.KindLong), "{}"},
		{"_int4", wire.ArrayOf(wire.KindArray, wire.ArrayOf(wire.KindLong, wire.Long(1)), wire.ArrayOf(wire.KindLong, wire.Long(2))), "{{1},{2}}"},
		{"_bool", wire.ArrayOf(wire.KindBoolean, wire.Boolean(true), wire.Boolean(false)), "{t,f}"},
		{"_text", wire.ArrayOf(wire.KindString, wire.String(`a"b\c`), wire.String("NULL"), wire.String("null"), wire.String(""), wire.Null(),
			wire.String("plain"), wire.String("a b"), wire.String("{"), wire.String("a,b"), wire.String("\n")),
			`{"a\"b\\c","NULL","null","",NULL,plain,"a b","{","a,b","` + "\n" + `"}`},
		{"_float8", wire.ArrayOf(wire.KindDouble, wire.Double(1.5), wire.Double(math.Inf(1)), wire.Double(math.Inf(-1)), wire.Double(math.NaN())), "{1.5,Infinity,-Infinity,NaN}"},
		{"_float8", wire.ArrayOf(wire.KindDouble, wire.Double(0), wire.Double(1e14), wire.Double(1e15), wire.Double(1e-4), wire.Double(-1e-5)), "{0,100000000000000,1e+15,0.0001,-1e-05}"},
		{"_float4", wire.ArrayOf(wire.KindDouble, wire.Double(3.14), wire.Double(float64(float32(3.14))), wire.Double(1e5), wire.Double(1e6), wire.Double(1e300)), "{3.14,3.14,100000,1e+06,1e+300}"},
		{"_numeric", wire.ArrayOf(wire.KindString, wire.String("1.10")), "{1.10}"},
		{"_time", wire.ArrayOf(wire.KindString, wire.String("03:04:05.120")), "{03:04:05.12}"},
		{"_timestamptz", wire.ArrayOf(wire.KindString, wire.String("2024-01-15 03:34:56.500")), `{"2024-01-15 03:34:56.5+00"}`},
		{"_some_enum", wire.ArrayOf(wire.KindString, wire.String("very happy"), wire.String("1.500")), `{"very happy",1.500}`},
	}
	for _, tt := range tests {
		if got, err := columnOf(dialect.PostgreSQL, tt.typ).decode(&tt.f); err != nil || got != tt.want {
			t.Errorf("%s: got %q, %v, want %q", tt.typ, got, err, tt.want)
		}
	}
}
