package wire

import "testing"

// TestBuffers gives memory back, of which the first is there again, whoever asks for
// it, and for one only; what is too large never is.
func TestBuffers(t *testing.T) {
	var b Buffers
	kept, large := make([]byte, 8, maxKeptBytes), make([]byte, maxKeptBytes+1)
	b.Put(&kept)
	for range 100 {
		b.Put(&large)
		done := make(chan *[]byte)
		go func() { done <- b.Get() }()
		first, second := <-done, b.Get()
		if first != &kept {
			t.Fatal("what was given back is not there")
		}
		if second == &kept || second == &large {
			t.Fatal("a buffer is used twice, or one above the bound was kept")
		}
		b.Put(first)
		b.Put(second)
	}
}
