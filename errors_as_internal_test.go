package auroradataapi

import (
	"math"
	"reflect"
	"testing"
)

// TestSetField sets fields as other versions of the drivers may have them.
func TestSetField(t *testing.T) {
	type code string
	var fields struct {
		I8   int8
		U16  uint16
		S    string
		Code code
		B    [5]byte
		Long [6]byte
		P    *int
	}
	all := reflect.ValueOf(&fields).Elem()
	for _, tt := range []struct {
		field string
		value any
		ok    bool
	}{
		{"I8", 127, true}, {"I8", 128, false}, {"U16", 1062, true}, {"U16", 65536, false}, {"U16", math.MaxInt, false},
		{"S", "x", true}, {"S", 65, false}, {"Code", "23505", true}, {"I8", "x", false}, {"P", 1, false},
		{"B", [5]byte{}, true}, {"Long", [5]byte{}, false}, {"S", [5]byte{}, false}, {"None", "x", false}, {"None", 1, false}, {"None", [5]byte{}, false},
	} {
		if got := set(all.FieldByName(tt.field), tt.value); got != tt.ok {
			t.Errorf("%s = %v: %v", tt.field, tt.value, got)
		}
	}
}
