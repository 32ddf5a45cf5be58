package wire

import (
	"bytes"
	"math"
	"slices"
	"strconv"
)

// Kind says which member of the Field union a Field holds.
type Kind uint8

// The members of the Field union. Absent is the union without any member.
const (
	KindAbsent Kind = iota
	KindNull
	KindBoolean
	KindLong
	KindDouble
	KindString
	KindBlob
	KindArray
)

var kindNames = [...]string{"absent", "isNull", "booleanValue", "longValue", "doubleValue", "stringValue", "blobValue", "arrayValue"}

// String returns the member's name in the service model.
func (k Kind) String() string {
	if int(k) >= len(kindNames) {
		return "Kind(" + strconv.Itoa(int(k)) + ")"
	}
	return kindNames[k]
}

// Field is one value of a parameter or of a result: exactly one member of the
// service's Field union. The zero Field has no member.
type Field struct {
	kind  Kind
	num   uint64 // a boolean, an int64 or the bits of a float64
	str   string
	blob  []byte
	array *Array
}

// Array is the value of an arrayValue member. The kind of its elements is that
// of the member present (booleanValues, longValues, …), so that an empty array
// has one too.
type Array struct {
	// Of is KindBoolean, KindLong, KindDouble, KindString or KindArray.
	Of Kind
	// Elems holds elements of kind Of or KindNull.
	Elems []Field
}

// Null returns the isNull field.
func Null() Field { return Field{kind: KindNull} }

// Boolean returns a booleanValue field.
func Boolean(v bool) Field {
	f := Field{kind: KindBoolean}
	if v {
		f.num = 1
	}
	return f
}

// Long returns a longValue field.
func Long(v int64) Field { return Field{kind: KindLong, num: uint64(v)} }

// Double returns a doubleValue field.
func Double(v float64) Field { return Field{kind: KindDouble, num: math.Float64bits(v)} }

// String returns a stringValue field.
func String(v string) Field { return Field{kind: KindString, str: v} }

// Blob returns a blobValue field. The bytes are kept, not copied.
func Blob(v []byte) Field { return Field{kind: KindBlob, blob: v} }

// ArrayOf returns an arrayValue field of elements that are of the given kind
// or null.
func ArrayOf(of Kind, elems ...Field) Field {
	return Field{kind: KindArray, array: &Array{Of: of, Elems: elems}}
}

// Kind says which member the field holds.
func (f Field) Kind() Kind { return f.kind }

// IsNull reports whether the field is the isNull member.
func (f Field) IsNull() bool { return f.kind == KindNull }

// Boolean returns the value of a KindBoolean field.
func (f Field) Boolean() bool { return f.num != 0 }

// Long returns the value of a KindLong field.
func (f Field) Long() int64 { return int64(f.num) }

// Double returns the value of a KindDouble field.
func (f Field) Double() float64 { return math.Float64frombits(f.num) }

// Str returns the value of a KindString field.
func (f Field) Str() string { return f.str }

// Blob returns the value of a KindBlob field. It is not to be changed.
func (f Field) Blob() []byte { return f.blob }

// Array returns the value of a KindArray field, nil for any other.
func (f Field) Array() *Array { return f.array }

// Equal reports whether two fields hold the same member with the same value.
// NaN equals NaN.
func (f Field) Equal(g Field) bool {
	if f.kind != g.kind {
		return false
	}
	switch f.kind {
	case KindDouble:
		return f.num == g.num || math.IsNaN(f.Double()) && math.IsNaN(g.Double())
	case KindBlob:
		return bytes.Equal(f.blob, g.blob)
	case KindArray:
		return f.array.Of == g.array.Of && slices.EqualFunc(f.array.Elems, g.array.Elems, Field.Equal)
	default:
		return f.num == g.num && f.str == g.str
	}
}
