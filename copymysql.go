package auroradataapi

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// Every value of a load is a text to MySQL, which makes another value of the text of
// a number than INSERT stores of the number, for some types of columns. So a value is
// written here as the text of which becomes the same, or refused.

// mysql writes a value, which is not NULL, of a column that is not plain. A boolean is
// a number.
func (e *copyEncoder) mysql(arg argument, column int) error {
	if f := arg.value; f.Kind() == wire.KindBoolean {
		arg.value = wire.Long(0)
		if f.Boolean() {
			arg.value = wire.Long(1)
		}
	}
	f := arg.value
	switch form := e.forms[column]; form {
	case dialect.CopyBytes:
		b, err := bytesOf(f)
		if err != nil {
			return err
		}
		return e.blob(b)
	case dialect.CopyBits:
		bits, err := bitsOf(arg)
		if err != nil {
			return err
		}
		e.row = strconv.AppendUint(e.row, bits, 10)
		return nil
	case dialect.CopyWhole:
		if f.Kind() == wire.KindDouble {
			e.whole(math.RoundToEven(f.Double()))
			return nil
		}
	case dialect.CopyYear:
		return e.year(arg)
	case dialect.CopyTime:
		return e.time(arg, &e.columns[column])
	case dialect.CopyChoice, dialect.CopyText:
		return e.text(arg, &e.columns[column], form)
	}
	return e.plain(f)
}

// text writes a value for a column of texts, or one that chooses among some.
func (e *copyEncoder) text(arg argument, c *dialect.CopyColumn, form dialect.CopyForm) error {
	f := arg.value
	if form == dialect.CopyChoice && (f.Kind() != wire.KindString && f.Kind() != wire.KindBlob || arg.cast != "" || arg.hint == wire.HintDecimal) {
		return fmt.Errorf("a number cannot be loaded into a column of type %s, to which it is the position of a value; pass the text of the value", c.Type)
	}
	switch f.Kind() {
	case wire.KindDouble:
		v := f.Double()
		if v == 0 {
			v = 0 // without a sign
		}
		from := len(e.row)
		e.row = appendMySQLDouble(append(e.row, '"'), v)
		if n := int64(len(e.row) - from - 1); c.Size > 0 && n > c.Size {
			return fmt.Errorf("the number %v has %d characters, and the column takes %d; pass the text that is to be stored", v, n, c.Size)
		}
		e.row = append(e.row, '"')
		return nil
	case wire.KindBlob:
		if !c.TakesBytes(f.Blob()) {
			return fmt.Errorf("bytes would be stored as they are, in the character set %s; pass a string", c.Charset)
		}
	}
	return e.plain(f)
}

// whole writes a whole number.
func (e *copyEncoder) whole(v float64) {
	if math.Abs(v) < 1<<63 {
		e.row = strconv.AppendInt(e.row, int64(v), 10)
		return
	}
	e.row = strconv.AppendFloat(append(e.row, '"'), v, 'f', 0, 64)
	e.row = append(e.row, '"')
}

// time writes a value for a column of dates or times. A number stands for other digits
// than its text where it does not have all of them: 10103 is 2001-01-03, and "10103" is
// 2010-10-03.
func (e *copyEncoder) time(arg argument, c *dialect.CopyColumn) error {
	f := arg.value
	n, ok := int64(0), true
	switch f.Kind() {
	case wire.KindLong:
		n = f.Long()
	case wire.KindDouble:
		v := f.Double()
		n, ok = int64(v), v == math.Trunc(v) && math.Abs(v) < 1<<53
	default:
		ok = arg.cast == ""
		if ok {
			return e.plain(f)
		}
	}
	digits := len(strconv.FormatInt(n, 10))
	switch {
	case !ok:
	case c.Type == "time" && -8385959 <= n && n <= 8385959, n == 0,
		n >= 10000101 && (digits == 8 && c.Type != "time" || digits == 14),
		n > 0 && c.Type != "time" && (digits == 6 || digits == 12):
		e.row = strconv.AppendInt(e.row, n, 10)
		return nil
	}
	if f.Kind() == wire.KindDouble {
		return fmt.Errorf("the number %v cannot be loaded into a column of type %s; pass a time.Time, or its text", f.Double(), c.Type)
	}
	return fmt.Errorf("the number %d is no %s with all its digits; pass a time.Time, or its text", n, c.Type)
}

// year writes a year with its four digits: MySQL takes the number 0 for none, and the
// texts "0" and "00" for 2000.
func (e *copyEncoder) year(arg argument) error {
	f := arg.value
	switch f.Kind() {
	case wire.KindLong:
		e.yearOf(f.Long())
		return nil
	case wire.KindDouble:
		v := f.Double()
		if v != math.Trunc(v) || math.Abs(v) >= 1<<31 {
			return fmt.Errorf("the number %v is no year", v)
		}
		e.yearOf(int64(v))
		return nil
	case wire.KindString, wire.KindBlob:
		text := f.Str()
		if f.Kind() == wire.KindBlob {
			text = string(f.Blob())
		}
		n, err := strconv.ParseUint(text, 10, 64)
		switch {
		case err == nil && arg.cast != "":
			e.yearOf(int64(min(n, math.MaxInt64)))
			return nil
		case err == nil && n == 0 && len(text) <= 3:
			e.yearOf(2000)
			return nil
		case err == nil && n < 100 && len(text) <= 3:
			e.yearOf(int64(n))
			return nil
		}
	}
	return e.plain(f)
}

func (e *copyEncoder) yearOf(n int64) {
	switch {
	case n == 0:
		e.row = append(e.row, `"0000"`...)
		return
	case 0 < n && n < 70:
		n += 2000
	case 70 <= n && n < 100:
		n += 1900
	}
	e.row = strconv.AppendInt(e.row, n, 10)
}

// appendMySQLDouble writes a number as MySQL does, which has up to 15 digits before its
// point, or zeros behind it, and others with an exponent.
func appendMySQLDouble(b []byte, v float64) []byte {
	if size := math.Abs(v); 1e-14 <= size && size < 1e15 { // most are
		return strconv.AppendFloat(b, v, 'f', -1, 64)
	}
	from := len(b)
	b = strconv.AppendFloat(b, v, 'e', -1, 64) // such as -1.25e+20
	mantissa, exponent, _ := bytes.Cut(b[from:], []byte("e"))
	digits := len(mantissa)
	if mantissa[0] == '-' {
		digits--
	}
	if digits > 1 {
		digits-- // the point
	}
	n, _ := strconv.Atoi(string(exponent))
	if before := n + 1; before >= -14 && (before <= 15 || digits > before) {
		return strconv.AppendFloat(b[:from], v, 'f', -1, 64)
	}
	return strconv.AppendInt(b[:from+len(mantissa)+1], int64(n), 10)
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
	case wire.KindDouble:
		return nil, errors.New("a float64 cannot be loaded into a column of bytes; pass its text")
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
