package wire_test

import (
	"math"
	"testing"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

func TestFieldsHoldWhatTheyWereMadeOf(t *testing.T) {
	if f := wire.Boolean(true); f.Kind() != wire.KindBoolean || !f.Boolean() || wire.Boolean(false).Boolean() {
		t.Errorf("boolean: %v %v", f.Kind(), f.Boolean())
	}
	for _, v := range []int64{0, -1, math.MaxInt64, math.MinInt64} {
		if f := wire.Long(v); f.Kind() != wire.KindLong || f.Long() != v {
			t.Errorf("long %d: %v %d", v, f.Kind(), f.Long())
		}
	}
	for _, v := range []float64{0, math.Copysign(0, -1), math.NaN(), math.Inf(-1), math.SmallestNonzeroFloat64} {
		if f := wire.Double(v); f.Kind() != wire.KindDouble || math.Float64bits(f.Double()) != math.Float64bits(v) {
			t.Errorf("double %v: %v %v", v, f.Kind(), f.Double())
		}
	}
	if f := wire.String("x\xff"); f.Kind() != wire.KindString || f.Str() != "x\xff" {
		t.Errorf("string: %v %q", f.Kind(), f.Str())
	}
	if f := wire.Blob([]byte{1}); f.Kind() != wire.KindBlob || string(f.Blob()) != "\x01" {
		t.Errorf("blob: %v %q", f.Kind(), f.Blob())
	}
	if f := wire.ArrayOf(wire.KindLong, wire.Null()); f.Kind() != wire.KindArray || f.Array().Of != wire.KindLong || !f.Array().Elems[0].IsNull() {
		t.Errorf("array: %v %+v", f.Kind(), f.Array())
	}
	if f := wire.Null(); f.Kind() != wire.KindNull || !f.IsNull() || f.Array() != nil {
		t.Errorf("null: %v", f.Kind())
	}
	if f := (wire.Field{}); f.Kind() != wire.KindAbsent || f.IsNull() {
		t.Errorf("the zero field: %v", f.Kind())
	}
}

// TestFieldsAreEqualToThemselvesOnly compares every field with every other.
func TestFieldsAreEqualToThemselvesOnly(t *testing.T) {
	fields, again := anyFields(), anyFields()
	for i, f := range fields {
		for j, g := range again {
			if f.Equal(g) != (i == j) {
				t.Errorf("%s and %s: equal is %v", f.AppendJSON(nil), g.AppendJSON(nil), f.Equal(g))
			}
		}
	}
}

func TestKindsAreNamedAsInTheModel(t *testing.T) {
	want := []string{"absent", "isNull", "booleanValue", "longValue", "doubleValue", "stringValue", "blobValue", "arrayValue", "Kind(8)"}
	for i, name := range want {
		if got := wire.Kind(i).String(); got != name {
			t.Errorf("kind %d is named %s, want %s", i, got, name)
		}
	}
}

func TestLimitsCountRows(t *testing.T) {
	if got, want := wire.ResultRowBytes(3, 100), 2+4*3+100; got != want {
		t.Errorf("got %d, want %d", got, want)
	}
}
