package wire

import (
	"math"
	"math/bits"
	"strconv"
)

// object builds a JSON object at the end of buf.
type object struct {
	buf   []byte
	comma bool
}

func openObject(dst []byte) object { return object{buf: append(dst, '{')} }

// key appends the name of a member; its value has to follow.
func (o *object) key(name string) {
	if o.comma {
		o.buf = append(o.buf, ',')
	}
	o.comma = true
	o.buf = append(append(append(o.buf, '"'), name...), '"', ':')
}

// string appends a member.
func (o *object) string(name, value string) {
	o.key(name)
	o.buf = appendString(o.buf, value)
}

// optional appends a member unless it is empty.
func (o *object) optional(name, value string) {
	if value != "" {
		o.string(name, value)
	}
}

func (o *object) bool(name string, value bool) {
	o.key(name)
	o.buf = strconv.AppendBool(o.buf, value)
}

func (o *object) int(name string, value int64) {
	o.key(name)
	o.buf = strconv.AppendInt(o.buf, value, 10)
}

func (o *object) close() []byte { return append(o.buf, '}') }

// appendList appends a list of what appendOne appends for each element.
func appendList[T any](dst []byte, list []T, appendOne func([]byte, *T) []byte) []byte {
	dst = append(dst, '[')
	for i := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendOne(dst, &list[i])
	}
	return append(dst, ']')
}

// AppendString appends a JSON string.
func AppendString(dst []byte, s string) []byte { return appendString(dst, s) }

const hexDigits = "0123456789abcdef"

// appendString appends a JSON string. Bytes that are not UTF-8 are appended as
// they are: a receiver refuses them, and nothing is changed silently.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := plainString(s, 0); i < len(s); i = plainString(s, i+1) {
		c := s[i]
		dst = append(dst, s[start:i]...)
		start = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return append(append(dst, s[start:]...), '"')
}

// quotedLen returns how many bytes a text takes as a JSON string.
func quotedLen(s string) int {
	n := len(s) + 2
	for i := plainString(s, 0); i < len(s); i = plainString(s, i+1) {
		switch s[i] {
		case '"', '\\', '\n', '\r', '\t':
			n++
		default:
			n += 5
		}
	}
	return n
}

// plainString returns the end of the plain text that begins at i, as plain does.
func plainString(s string, i int) int {
	for ; i+8 <= len(s); i += 8 {
		w := s[i : i+8]
		x := uint64(w[0]) | uint64(w[1])<<8 | uint64(w[2])<<16 | uint64(w[3])<<24 |
			uint64(w[4])<<32 | uint64(w[5])<<40 | uint64(w[6])<<48 | uint64(w[7])<<56 // one load
		if m := special(x); m != 0 {
			return i + bits.TrailingZeros64(m)/8
		}
	}
	for ; i < len(s) && s[i] >= ' ' && s[i] != '"' && s[i] != '\\'; i++ {
	}
	return i
}

// appendFloat appends a number, or the string that stands for a value that JSON
// numbers do not have (F0003).
func appendFloat(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, `"NaN"`...)
	case math.IsInf(f, 1):
		return append(dst, `"Infinity"`...)
	case math.IsInf(f, -1):
		return append(dst, `"-Infinity"`...)
	}
	if abs := math.Abs(f); abs == 0 || abs >= 1e-6 && abs < 1e21 {
		return strconv.AppendFloat(dst, f, 'f', -1, 64)
	}
	dst = strconv.AppendFloat(dst, f, 'e', -1, 64)
	if n := len(dst); string(dst[n-4:n-1]) == "e-0" { // 1e-07: as others do, 1e-7
		dst = append(dst[:n-2], dst[n-1])
	}
	return dst
}
