package localdb

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
)

// answer runs a server that gives one answer to each who connects.
func answer(t *testing.T, reply []byte) string {
	t.Helper()
	return listen(t, func(conn net.Conn) {
		_, _ = conn.Write(reply)
		// A close with something unread would take the answer back.
		_ = conn.(*net.UnixConn).CloseWrite()
		_, _ = io.Copy(io.Discard, conn)
	})
}

// silent runs a server that waits for its visitors to leave.
func silent(t *testing.T) string {
	t.Helper()
	return listen(t, func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) })
}

// listen runs a server that serves one visitor after the other.
func listen(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	socket := filepath.Join(everybodysDir(t), "s")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serve(conn)
			conn.Close()
		}
	}()
	t.Cleanup(func() {
		l.Close()
		<-done
	})
	return socket
}

func errorResponse(code, message string) []byte {
	body := "SFATAL\x00VFATAL\x00C" + code + "\x00M" + message + "\x00\x00"
	return append(binary.BigEndian.AppendUint32([]byte{'E'}, uint32(len(body)+4)), body...)
}

func TestKnock(t *testing.T) {
	tests := []struct {
		name  string
		reply []byte
		want  string // "" is ready
	}{
		{"ready", []byte{'R', 0, 0, 0, 8, 0, 0, 0, 0}, ""},
		{"starting", errorResponse("57P03", "the database system is starting up"), "the database system is starting up (SQLSTATE 57P03)"},
		{"no role", errorResponse("28000", `role "postgres" does not exist`), `role "postgres" does not exist (SQLSTATE 28000)`},
		{"silent", nil, "EOF"},
		{"cut short", errorResponse("57P03", "the database")[:12], "unexpected EOF"},
		{"too long", []byte{'E', 0xff, 0xff, 0xff, 0xff}, "an error message of 4294967295 bytes"},
		{"too short", []byte{'E', 0, 0, 0, 0}, "an error message of 0 bytes"},
		{"something else", []byte("HTTP/1.1 400"), `unexpected answer 'H'`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			leavesNothing(t)
			err := knockPostgres(t.Context(), answer(t, tt.reply))
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("error: %v", err)
			case tt.want != "" && (err == nil || err.Error() != tt.want):
				t.Errorf("error is %v, want %q", err, tt.want)
			}
		})
	}
}

// A server that will never let us in is not waited for.
func TestWaitReadyGivesUp(t *testing.T) {
	leavesNothing(t)
	c := &child{done: make(chan struct{})}
	err := waitReady(t.Context(), c, knockAt(answer(t, errorResponse("28000", "no"))))
	var refused *serverError
	if !errors.As(err, &refused) || refused.code != "28000" {
		t.Errorf("error: %v", err)
	}
	close(c.done)
	if err := waitReady(t.Context(), c, knockAt("/nowhere")); !errors.Is(err, errEnded) {
		t.Errorf("error: %v", err)
	}
}

func knockAt(socket string) func(context.Context) error {
	return func(ctx context.Context) error { return knockPostgres(ctx, socket) }
}

func TestStartupMessage(t *testing.T) {
	want := []byte("\x00\x00\x00\x1d\x00\x03\x00\x00user\x00u\x00database\x00d\x00\x00")
	want[3] = byte(len(want))
	if got := startupMessage("u", "d"); !bytes.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzServerError(f *testing.F) {
	f.Add("57P03", "the database system is starting up")
	f.Add("", "")
	f.Fuzz(func(t *testing.T, code, message string) {
		if strings.Contains(code+message, "\x00") {
			return
		}
		e := parseServerError(errorResponse(code, message)[5:])
		if e.code != code || e.message != message {
			t.Errorf("read as %q, %q; want %q, %q", e.code, e.message, code, message)
		}
	})
}
