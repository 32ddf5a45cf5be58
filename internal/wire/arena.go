package wire

import "strings"

const (
	// chunkBytes is what a kept value keeps in memory at most besides itself.
	chunkBytes = 4 << 10
	// ownBytes is the size from which a value has memory of its own, so that
	// little of a chunk stays empty because the next value does not fit.
	ownBytes = chunkBytes / 4
)

// arena copies values out of a message, many small ones into one piece of
// memory. They may be kept: a value never keeps the message.
type arena struct {
	text strings.Builder
	blob []byte
	left int // bounds what is still to come, in bytes
}

// string returns v as a string.
func (a *arena) string(v []byte) string {
	switch {
	case len(v) == 0:
		return ""
	case len(v) > ownBytes:
		return string(v)
	case a.text.Cap()-a.text.Len() < len(v):
		a.text.Reset()
		a.text.Grow(min(chunkBytes, max(a.left, len(v))))
	}
	start := a.text.Len()
	a.text.Write(v)
	return a.text.String()[start:]
}

// bytes returns memory for n bytes, of which whoever appends to it gets a copy.
func (a *arena) bytes(n int) []byte {
	switch {
	case n > ownBytes:
		return make([]byte, n)
	case len(a.blob) < n || a.blob == nil:
		a.blob = make([]byte, min(chunkBytes, max(a.left, n)))
	}
	v := a.blob[:n:n]
	a.blob = a.blob[n:]
	return v
}
