package wire

import (
	"bytes"
	"encoding/binary"
)

// base64 reads a blob up to its quote.
func (p *page) base64(i int) (v []byte, next int) {
	n := bytes.IndexByte(p.data[i:], '"')
	if n < 0 || n%4 != 0 {
		return nil, 0
	}
	text := p.data[i : i+n]
	padding := 0
	for padding < 2 && padding < n && text[n-1-padding] == '=' {
		padding++
	}
	v = p.arena.bytes(n/4*3 - padding)
	if !decodeBase64(v, text[:n-padding]) {
		return nil, 0
	}
	return v, i + n + 1
}

// sextets are the values of the characters of base64's standard alphabet, and
// noSextet those of all others.
var sextets = func() (table [256]uint8) {
	for i := range table {
		table[i] = noSextet
	}
	for i, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		table[c] = uint8(i)
	}
	return table
}()

const noSextet = 0xff

// decodeBase64 fills dst with what src stands for, which is as much, and reports
// whether all of it is of the alphabet. Nothing but that is looked for: line
// feeds are no JSON.
func decodeBase64(dst, src []byte) bool {
	for len(src) >= 8 && len(dst) >= 8 { // 6 bytes, and 2 that are overwritten
		a, b, c, d := sextets[src[0]], sextets[src[1]], sextets[src[2]], sextets[src[3]]
		e, f, g, h := sextets[src[4]], sextets[src[5]], sextets[src[6]], sextets[src[7]]
		if a|b|c|d|e|f|g|h == noSextet {
			return false
		}
		binary.BigEndian.PutUint64(dst, uint64(a)<<58|uint64(b)<<52|uint64(c)<<46|uint64(d)<<40|
			uint64(e)<<34|uint64(f)<<28|uint64(g)<<22|uint64(h)<<16)
		dst, src = dst[6:], src[8:]
	}
	var last uint64 // of at most ten characters
	var all uint8
	for _, c := range src {
		all |= sextets[c]
		last = last<<6 | uint64(sextets[c])
	}
	last <<= 64 - 6*len(src)
	for i := range dst {
		dst[i] = byte(last >> 56)
		last <<= 8
	}
	return all != noSextet
}
