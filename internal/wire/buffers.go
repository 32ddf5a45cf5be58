package wire

import (
	"sync"
	"sync/atomic"
)

// Buffers is memory for messages, one after the other: a page of a large result
// takes longer to get some and to clear it than to write it or to read it. It is
// ready for use as it is, by any number of goroutines. As one buffer is kept for good,
// all of a program that has the same need shares one Buffers.
type Buffers struct {
	// latest is what was given back last. The pool alone has nothing for half the
	// pages of a result: what one processor gave back, it does not always give another.
	latest atomic.Pointer[[]byte]
	pool   sync.Pool
}

// maxKeptBytes bounds the buffers that are kept. It is the size of the largest
// request and what append takes beyond what it needs; a result of 1 MiB, as the
// service counts, comes to less as JSON unless it is of many small numbers or NULLs.
const maxKeptBytes = MaxRequestBytes + MaxRequestBytes/4

// Get returns memory of any size and content.
func (b *Buffers) Get() *[]byte {
	if buf := b.latest.Swap(nil); buf != nil {
		return buf
	}
	if buf, ok := b.pool.Get().(*[]byte); ok {
		return buf
	}
	return new([]byte)
}

// Put takes back what nobody reads any more. One buffer is kept for good, others
// until the garbage collector wants them.
func (b *Buffers) Put(buf *[]byte) {
	if cap(*buf) <= maxKeptBytes && !b.latest.CompareAndSwap(nil, buf) {
		b.pool.Put(buf)
	}
}
