package wire

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// text reads a string up to its quote. What it returns may be part of the page,
// or of the scratch memory.
func (p *page) text(i int) (v []byte, next int) {
	d := p.data
	end, high := plain(d, i)
	if end >= len(d) {
		return nil, 0
	}
	switch d[end] {
	case '"':
		if high && !utf8.Valid(d[i:end]) {
			return nil, 0
		}
		return d[i:end], end + 1
	case '\\':
		return p.escapedText(i, end, high)
	default: // a control character
		return nil, 0
	}
}

// Eight bytes at once.
const (
	ones  = 0x0101010101010101
	highs = 0x80 * ones
)

// special marks the bytes of x that end a run of plain text: quotes,
// backslashes and control characters.
func special(x uint64) uint64 {
	// With its highest bit set no byte borrows from the next. The bit stays where
	// a byte is none of them.
	y := x | highs
	none := (y^('"'*ones)-ones)&(y^('\\'*ones)-ones)&(y-' '*ones) | x
	return ^none & highs
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
// The text is put together in the scratch memory, by blocks of as many bytes as
// a word has bits.
func (p *page) escapedText(i, j int, high bool) (v []byte, next int) {
	d := p.data
	out := append(p.scratch[:0], d[i:j]...)
	n := len(out)
	out = out[:cap(out)]
	for j+len(source{}) <= len(d) { // what is so close to the end is for the scanner
		if n+len(target{}) > len(out) {
			out = append(out, make([]byte, len(out)+2*len(target{}))...)
			out = out[:cap(out)]
		}
		src := (*source)(d[j:])
		marks, other := src.marks()
		high = high || other
		written, read := src.unescape((*target)(out[n:]), marks)
		j, n = j+read, n+written
		if read >= block {
			continue
		}
		switch d[j] {
		case '\\': // an escape of more than one letter, or what is none
			r, rest, err := nextEscape(d[j:])
			if err != nil {
				return nil, 0
			}
			n += utf8.EncodeRune(out[n:], r)
			j = len(d) - len(rest)
		case '"':
			p.scratch = out
			if high && !utf8.Valid(out[:n]) {
				return nil, 0
			}
			return out[:n], j + 1
		default: // a control character
			return nil, 0
		}
	}
	return nil, 0
}

const block = 64 // bytes, as a word has bits

type (
	source [block + 8]byte // a block, and what is read beyond it
	target [block + 8]byte // what it becomes, and what is written beyond that
)

// marks returns a bit for each byte of the block that special marks. other says
// whether there is other than ASCII.
func (b *source) marks() (marks uint64, other bool) {
	const gather = 0x0102040810204080 // the lowest bit of each byte into the highest byte
	var seen uint64
	for i := 0; i < block; i += 8 {
		x := binary.LittleEndian.Uint64(b[i : i+8])
		seen |= x
		marks |= (special(x) >> 7 * gather >> 56) << i
	}
	return marks, seen&highs != 0
}

// unescape writes what the block stands for, up to the first mark that is no
// escape of one letter, and returns how much was written and read. Runs of
// plain text are copied by whole words: what is beyond their end is overwritten
// by what follows.
func (b *source) unescape(dst *target, marks uint64) (written, read int) {
	for marks != 0 {
		at := bits.TrailingZeros64(marks)
		lowest := marks & -marks
		marks &^= lowest | lowest<<1
		from, to := read&(block-1), written&(block-1)
		binary.LittleEndian.PutUint64(dst[to:to+8], binary.LittleEndian.Uint64(b[from:from+8]))
		if at-from > 8 {
			copy(dst[to+8:], b[from+8:at])
		}
		written += at - from
		letter := escapes[b[at+1]]
		if b[at] != '\\' || letter == 0 {
			return written, at
		}
		dst[written&(block-1)] = letter
		written++
		read = at + 2
	}
	if read < block {
		written += copy(dst[written:], b[read:block])
		read = block
	}
	return written, read
}
