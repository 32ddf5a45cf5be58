package wire

import (
	"bytes"
	"encoding/base64"
	"strconv"
)

// page reads the rows of an answer, each in one pass. The spellings that
// encoders produce are matched as a whole; a value that is spelled in any other
// way is read by the embedded scanner, which can do everything and says what is
// wrong with what it cannot read.
type page struct {
	scanner        // its data ends with the list of rows
	arena   arena  // what the values are copied to
	scratch []byte // the text that is being unescaped
}

// row reads a row and appends its fields to dst.
func (p *page) row(dst []Field) ([]Field, error) {
	if p.peek() != '[' {
		return nil, p.fail("%s where a list has to be", p.what())
	}
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	if p.peek() == ']' {
		p.pos++
		return dst, nil
	}
	for i := 0; ; i++ {
		if i < cap(dst) {
			dst = dst[:i+1]
		} else {
			dst = append(dst, Field{})
		}
		if next := p.canonical(&dst[i], p.pos); next > 0 {
			p.pos = next
		} else if err := p.any(&dst[i]); err != nil {
			return nil, in("["+strconv.Itoa(i)+"]", err)
		}
		switch p.peek() {
		case ',':
			p.pos++
		case ']':
			p.pos++
			return dst, nil
		default:
			return nil, p.fail("%s where a comma or the end of the list has to be", p.what())
		}
	}
}

// count returns the number of rows that are left, as far as they are rows.
func (p *page) count() (n int) {
	d, depth := p.data, 0
	for i := p.pos; i < len(d) && depth >= 0; i++ {
		switch d[i] {
		case '"':
			i, _ = plain(d, i+1)
			for i < len(d) && d[i] != '"' { // an escape, or what is none
				i, _ = plain(d, i+2)
			}
		case '[', '{':
			if depth == 0 {
				n++
			}
			depth++
		case ']', '}':
			depth--
		}
	}
	return n
}

// any reads a field in any spelling.
func (p *page) any(f *Field) (err error) {
	*f = Field{} // a union that is null has no member
	if !p.null() {
		*f, err = p.field()
	}
	return err
}

// The spellings that are matched as a whole, up to where the value begins.
const (
	nullField    = `{"isNull":true}`
	longStart    = `{"longValue":`
	stringStart  = `{"stringValue":"`
	doubleStart  = `{"doubleValue":`
	booleanStart = `{"booleanValue":`
	blobStart    = `{"blobValue":"`
)

// canonical reads the field at i if it is spelled as encoders do, and returns
// the place behind it; 0 if it is not.
func (p *page) canonical(f *Field, i int) (next int) {
	d := p.data
	if len(d)-i < len(stringStart) { // no field is shorter, with the ends of row and list
		return 0
	}
	switch d[i+2] {
	case 's':
		if string(d[i:i+len(stringStart)]) == stringStart {
			var v string
			v, next = p.text(i + len(stringStart))
			*f = Field{kind: KindString, str: v}
		}
	case 'l':
		if string(d[i:i+len(longStart)]) == longStart {
			var v int64
			v, next = canonicalLong(d, i+len(longStart))
			*f = Field{kind: KindLong, num: uint64(v)}
		}
	case 'i':
		if string(d[i:i+len(nullField)]) == nullField {
			*f = Field{kind: KindNull}
			return i + len(nullField)
		}
	case 'd':
		if string(d[i:i+len(doubleStart)]) == doubleStart {
			var v float64
			v, next = canonicalDouble(d, i+len(doubleStart))
			*f = Double(v)
		}
	case 'b':
		switch {
		case string(d[i:i+len(booleanStart)]) == booleanStart:
			var v bool
			v, next = canonicalBoolean(d, i+len(booleanStart))
			*f = Boolean(v)
		case string(d[i:i+len(blobStart)]) == blobStart:
			var v []byte
			v, next = p.base64(i + len(blobStart))
			*f = Field{kind: KindBlob, blob: v}
		}
	}
	if next == 0 || next >= len(d) || d[next] != '}' {
		return 0
	}
	return next + 1
}

func canonicalBoolean(d []byte, i int) (v bool, next int) {
	switch rest := d[i:]; {
	case len(rest) > 4 && string(rest[:4]) == "true":
		return true, i + 4
	case len(rest) > 5 && string(rest[:5]) == "false":
		return false, i + 5
	default:
		return false, 0
	}
}

// canonicalLong reads an integer of 64 bits.
func canonicalLong(d []byte, i int) (v int64, next int) {
	negative := d[i] == '-'
	if negative {
		i++
	}
	n, end := digits(d, i, 0)
	count := end - i
	if count == 0 || count > 19 || count > 1 && d[i] == '0' { // 19 fit into 64 bits without a sign
		return 0, 0
	}
	switch {
	case n <= 1<<63-1 && negative:
		return -int64(n), end
	case n <= 1<<63-1:
		return int64(n), end
	default:
		return 0, 0
	}
}

// digits reads digits, appends them to the number n and returns the place
// behind them.
func digits(d []byte, i int, n uint64) (uint64, int) {
	for ; i < len(d); i++ {
		c := d[i] - '0'
		if c > 9 {
			break
		}
		n = n*10 + uint64(c)
	}
	return n, i
}

// powers are the powers of ten that a double holds exactly.
var powers = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// canonicalDouble reads a number without an exponent. Where its digits and the
// power of ten that divides them are exact as doubles, so is the rounding of
// the division; the others are for strconv.
func canonicalDouble(d []byte, i int) (v float64, next int) {
	start := i
	negative := d[i] == '-'
	if negative {
		i++
	}
	n, end := digits(d, i, 0)
	count, fraction := end-i, 0
	if count == 0 || count > 1 && d[i] == '0' {
		return 0, 0
	}
	if end < len(d) && d[end] == '.' {
		point := end
		n, end = digits(d, point+1, n)
		if fraction = end - point - 1; fraction == 0 {
			return 0, 0
		}
	}
	if count+fraction > 19 || n > 1<<53 || fraction >= len(powers) {
		v, err := strconv.ParseFloat(string(d[start:end]), 64)
		if err != nil {
			return 0, 0
		}
		return v, end
	}
	v = float64(n) / powers[fraction]
	if negative {
		v = -v
	}
	return v, end
}

// base64 reads a blob up to its quote.
func (p *page) base64(i int) (v []byte, next int) {
	n := bytes.IndexByte(p.data[i:], '"')
	if n < 0 || n%4 != 0 {
		return nil, 0
	}
	raw := p.data[i : i+n]
	size := n / 4 * 3
	for size > 0 && n > 0 && raw[n-1] == '=' {
		size, n = size-1, n-1
	}
	v = p.arena.bytes(base64.StdEncoding.DecodedLen(len(raw)), len(p.data)-i)
	got, err := base64.StdEncoding.Decode(v, raw)
	if err != nil || got != size { // line feeds, which base64 passes over, are no JSON
		return nil, 0
	}
	return v[:got:got], i + len(raw) + 1
}
