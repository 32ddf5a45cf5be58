package localdb

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"testing"
	"time"
)

// packet puts the size and the number in front of a MySQL packet.
func packet(body string) []byte {
	head := binary.LittleEndian.AppendUint32(nil, uint32(len(body)))
	return append(head, body...)
}

func TestKnockMySQL(t *testing.T) {
	tests := []struct {
		name  string
		reply []byte
		want  string // "" is ready
		final bool
	}{
		{"ready", packet("\n8.0.36\x00and so on"), "", false},
		{"too many", packet("\xff\x10\x04Too many connections"), "Too many connections (error 1040)", true},
		{"no number", packet("\xff\x10"), "an error packet of 1 bytes", false},
		{"silent", nil, "EOF", false},
		{"cut short", packet("\n8.0.36\x00and so on")[:9], "unexpected EOF", false},
		{"too long", []byte{0xff, 0xff, 0xff, 0, 10}, "a greeting of 16777215 bytes", false},
		{"empty", packet(""), "a greeting of 0 bytes", false},
		{"something else", packet("HTTP/1.1 400"), `unexpected greeting 'H'`, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			leavesNothing(t)
			err := knockMySQL(t.Context(), answer(t, tt.reply))
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("error: %v", err)
			case tt.want != "" && (err == nil || err.Error() != tt.want):
				t.Errorf("error is %v, want %q", err, tt.want)
			}
			var last finalError
			if got := errors.As(err, &last) && last.final(); got != tt.final {
				t.Errorf("that it is the last word is %v", got)
			}
		})
	}
}

// A server that accepts and says nothing does not outlast the context.
func TestKnockEndsWithContext(t *testing.T) {
	leavesNothing(t)
	socket := silent(t)
	for _, knock := range []func(context.Context, string) error{knockMySQL, knockPostgres} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		begin := time.Now()
		if err := knock(ctx, socket); err == nil {
			t.Error("silence is taken for an answer")
		}
		cancel()
		if took := time.Since(begin); took > 20*time.Second {
			t.Errorf("it took %v to give up", took)
		}
	}
}

func FuzzReadGreeting(f *testing.F) {
	f.Add([]byte("\x0a8.0.36\x00and so on"))
	f.Add([]byte("\xff\x10\x04Too many connections"))
	f.Add([]byte{0xff})
	f.Fuzz(func(t *testing.T, body []byte) {
		if len(body) > 1<<16 {
			return
		}
		r := bytes.NewReader(append(packet(string(body)), "more"...))
		err := readGreeting(r)
		if ready := len(body) > 0 && body[0] == 10; ready != (err == nil) {
			t.Errorf("%q: %v", body, err)
		}
		var answer *mysqlError
		if errors.As(err, &answer) {
			back := append(binary.LittleEndian.AppendUint16([]byte{0xff}, answer.number), answer.message...)
			if !bytes.Equal(back, body) {
				t.Errorf("%q is read as %v", body, answer)
			}
		}
		if len(body) > 0 && r.Len() != len("more") {
			t.Errorf("%d bytes are left, want what follows the packet", r.Len())
		}
	})
}
