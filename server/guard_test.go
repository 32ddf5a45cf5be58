package server

import (
	"bytes"
	"encoding/binary"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

func appendMessage(dst []byte, kind byte, body []byte) []byte {
	dst = binary.BigEndian.AppendUint32(append(dst, kind), uint32(len(body)+4))
	return append(dst, body...)
}

// dribble reads a few bytes at a time.
type dribble struct {
	r     io.Reader
	sizes []byte
	i     int
}

func (d *dribble) Read(p []byte) (int, error) {
	size := len(p)
	if len(d.sizes) > 0 {
		size = 1 + 50*int(d.sizes[d.i%len(d.sizes)])
		d.i++
	}
	return d.r.Read(p[:min(size, len(p))])
}

// FuzzGuard cuts a stream of messages anywhere: what the guard hands out is the
// same, and is the stream without what it keeps away.
func FuzzGuard(f *testing.F) {
	f.Add([]byte("TDDCZ"), []byte{}, []byte{})
	f.Add([]byte("ZDGHddddcCZNDATDXDXCZ"), []byte{0, 1, 200}, []byte{0, 3})
	f.Add([]byte("YEYZ"), []byte{7}, []byte{90})
	f.Fuzz(func(t *testing.T, kinds, from, to []byte) {
		var stream, want []byte
		in, started, dropped := 0, "", false
		for i, kind := range kinds[:min(len(kinds), 24)] {
			body := bytes.Repeat([]byte{'G'}, i*7%300)
			switch kind {
			case 'd', 'N', 'A':
				stream = appendMessage(stream, kind, body)
				continue
			case 'X': // a row that is too large
				dropped = true
				stream = appendMessage(stream, 'D', bytes.Repeat([]byte{'d'}, wire.MaxResultBytes+1+i))
				want = appendMessage(want, 'D', []byte{0, 0})
				continue
			case 'Y': // an error that is too large
				body = bytes.Repeat([]byte{'e'}, maxErrorBytes+i)
				stream = appendMessage(stream, 'E', body)
				if i > 0 {
					body = append(body[:maxErrorBytes], 0, 0)
				}
				want = appendMessage(want, 'E', body)
				continue
			case 'G':
				in, started = in+1, "CopyInResponse"
			case 'H':
				started = "CopyOutResponse"
			}
			stream, want = appendMessage(stream, kind, body), appendMessage(want, kind, body)
		}
		var sent bytes.Buffer
		g := newGuard(&dribble{r: bytes.NewReader(stream), sizes: from}, &sent)
		got, err := io.ReadAll(&dribble{r: g, sizes: to})
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Fatalf("%q came out as %d bytes that differ from the %d that should", kinds, len(got), len(want))
		}
		type kept struct {
			Started string
			Dropped bool
			Refused int
		}
		s, d := g.take()
		refused := bytes.Count(sent.Bytes(), []byte("S\x00\x00\x00\x04"))
		if diff := cmp.Diff(kept{started, dropped, in}, kept{s, d, refused}); diff != "" {
			t.Fatalf("%q (-want +got)\n%s", kinds, diff)
		}
		if s, d := g.take(); s != "" || d {
			t.Fatal("it is told twice")
		}
	})
}

// TestGuardWaits shows that the guard does not wait for more than it has.
func TestGuardWaits(t *testing.T) {
	r, w := io.Pipe()
	g := newGuard(r, io.Discard)
	message := appendMessage(nil, 'Z', []byte{'I'})
	go func() {
		w.Write(appendMessage(message, 'N', []byte("notice"))) // and nothing behind it
	}()
	buf := make([]byte, 100)
	n, err := io.ReadAtLeast(g, buf, len(message))
	if err != nil || !bytes.Equal(buf[:n], message) {
		t.Fatalf("got %q, %v", buf[:n], err)
	}
	w.Close()
}
