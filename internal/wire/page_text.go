package wire

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// text reads a string up to its quote.
func (p *page) text(i int) (v string, next int) {
	d := p.data
	end, high := plain(d, i)
	if end >= len(d) {
		return "", 0
	}
	switch d[end] {
	case '"':
		if high && !utf8.Valid(d[i:end]) {
			return "", 0
		}
		return p.arena.string(d[i:end], len(d)-end), end + 1
	case '\\':
		return p.escapedText(i, end, high)
	default: // a control character
		return "", 0
	}
}

// Eight bytes at once.
const (
	ones  = 0x0101010101010101
	highs = 0x80 * ones
)

// special marks the bytes of x that end a run of plain text: quotes,
// backslashes and control characters. Only the lowest mark counts: those above
// it may be wrong.
func special(x uint64) uint64 {
	quote, backslash := x^('"'*ones), x^('\\'*ones)
	return ((x-' '*ones)&^x | (quote-ones)&^quote | (backslash-ones)&^backslash) & highs
}

// plain returns the end of the plain text that begins at i, and whether there
// may be other than ASCII in it.
func plain(d []byte, i int) (end int, high bool) {
	var seen uint64
	for ; i+8 <= len(d); i += 8 {
		x := binary.LittleEndian.Uint64(d[i:])
		seen |= x
		if m := special(x); m != 0 {
			return i + bits.TrailingZeros64(m)/8, seen&highs != 0
		}
	}
	for ; i < len(d) && d[i] >= ' ' && d[i] != '"' && d[i] != '\\'; i++ {
		seen |= uint64(d[i])
	}
	return i, seen&highs != 0
}

// escapes are the characters that a backslash and one letter stand for.
var escapes = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// escapedText reads a string that begins at i and whose first escape is at j.
// The text is put together in the scratch memory, by whole words: what is
// written beyond the end of a run is overwritten by what follows it.
func (p *page) escapedText(i, j int, high bool) (v string, next int) {
	const room = 16 // for a word and for what an escape stands for
	d := p.data
	out := append(p.scratch[:0], d[i:j]...)
	n := len(out)
	out = out[:cap(out)]
	var seen uint64
	for j+room <= len(d) { // what is so close to the end is for the scanner
		if n+room > len(out) {
			out = append(out, make([]byte, len(out)+256)...)
			out = out[:cap(out)]
		}
		x := binary.LittleEndian.Uint64(d[j:])
		binary.LittleEndian.PutUint64(out[n:], x)
		seen |= x
		m := special(x)
		if m == 0 {
			j, n = j+8, n+8
			continue
		}
		run := bits.TrailingZeros64(m) / 8
		j, n = j+run, n+run
		switch c := d[j]; {
		case c == '\\' && escapes[d[j+1]] != 0:
			out[n] = escapes[d[j+1]]
			j, n = j+2, n+1
		case c == '\\':
			r, rest, err := nextEscape(d[j:])
			if err != nil {
				return "", 0
			}
			n += utf8.EncodeRune(out[n:], r)
			j = len(d) - len(rest)
		case c == '"':
			p.scratch = out
			if (high || seen&highs != 0) && !utf8.Valid(out[:n]) {
				return "", 0
			}
			return p.arena.string(out[:n], len(d)-j), j + 1
		default: // a control character
			return "", 0
		}
	}
	return "", 0
}
