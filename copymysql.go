package auroradataapi

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// mysql writes a value, which is not NULL, for a column that MySQL would make
// another value of than INSERT stores, as every value of a load is a text to it.
func (e *copyEncoder) mysql(arg argument, form dialect.CopyForm) error {
	switch form {
	case dialect.CopyBits:
		bits, err := bitsOf(arg)
		if err != nil {
			return err
		}
		e.row = strconv.AppendUint(e.row, bits, 10)
		return nil
	default:
		b, err := bytesOf(arg.value)
		if err != nil {
			return err
		}
		return e.blob(b)
	}
}

// bytesOf returns the bytes that MySQL makes of a value.
func bytesOf(f wire.Field) ([]byte, error) {
	switch f.Kind() {
	case wire.KindBlob:
		return f.Blob(), nil
	case wire.KindString:
		return []byte(f.Str()), nil
	case wire.KindLong:
		return strconv.AppendInt(nil, f.Long(), 10), nil
	case wire.KindBoolean:
		if f.Boolean() {
			return []byte("1"), nil
		}
		return []byte("0"), nil
	case wire.KindDouble:
		return nil, errors.New("a number with a fraction cannot be loaded into a column of bytes; pass its text")
	}
	return nil, fmt.Errorf("a %s cannot be loaded", f.Kind())
}

// bitsOf returns the bits that MySQL makes of a value: those of a number, or of the
// bytes of a text, of which the last has the lowest.
func bitsOf(arg argument) (uint64, error) {
	f := arg.value
	switch f.Kind() {
	case wire.KindLong:
		return uint64(f.Long()), nil
	case wire.KindBoolean:
		if f.Boolean() {
			return 1, nil
		}
		return 0, nil
	case wire.KindDouble:
		v := f.Double()
		if v != math.Trunc(v) || math.Abs(v) >= 1<<63 {
			return 0, fmt.Errorf("the number %v cannot be loaded into a column of bits: it is not a whole one of 64 bits", v)
		}
		return uint64(int64(v)), nil
	case wire.KindString:
		return bitsOfText(arg)
	case wire.KindBlob:
		return bitsOfBytes(f.Blob())
	}
	return 0, fmt.Errorf("a %s cannot be loaded", f.Kind())
}

// bitsOfText returns the bits of what travels as text.
func bitsOfText(arg argument) (uint64, error) {
	switch s := arg.value.Str(); {
	case arg.cast != "": // a uint64
		return strconv.ParseUint(s, 10, 64)
	case arg.hint != "":
		return 0, fmt.Errorf("a %s cannot be loaded into a column of bits; pass a whole number, or bytes", arg.hint)
	default:
		return bitsOfBytes([]byte(s))
	}
}

func bitsOfBytes(b []byte) (bits uint64, err error) {
	for _, c := range b {
		if bits>>56 != 0 {
			return 0, fmt.Errorf("%d bytes cannot be loaded into a column of bits, which has 8 at most", len(b))
		}
		bits = bits<<8 | uint64(c)
	}
	return bits, nil
}
