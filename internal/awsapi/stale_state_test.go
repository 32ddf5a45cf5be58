//go:build linux || darwin || freebsd

package awsapi

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"sync/atomic"
	"testing"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// pair returns both ends of a connection, the client's over TLS if it is to be.
func pair(t *testing.T, secure bool) (client, server net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client, err = net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	server, err = l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	if secure {
		web := httptest.NewUnstartedServer(nil) // which has a certificate
		web.StartTLS()
		defer web.Close()
		server = tls.Server(server, web.TLS)
		client = tls.Client(client, &tls.Config{InsecureSkipVerify: true})
		shaken := make(chan error, 1)
		go func() { shaken <- server.(*tls.Conn).Handshake() }()
		if err := errors.Join(client.(*tls.Conn).Handshake(), <-shaken); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { client.Close(); server.Close() })
	return client, server
}

// soon waits for what takes the network a moment.
func soon(is func() bool) bool {
	for range 500 {
		if is() {
			return true
		}
		time.Sleep(2 * time.Millisecond)
	}
	return false
}

func TestClosedByPeer(t *testing.T) {
	tests := []struct {
		name   string
		secure bool
		do     func(server net.Conn) error
		want   bool
	}{
		{"open", false, func(net.Conn) error { return nil }, false},
		{"open, TLS", true, func(net.Conn) error { return nil }, false},
		{"with an answer nobody has read", false, func(c net.Conn) error { _, err := c.Write([]byte("x")); return err }, false},
		{"closed", false, net.Conn.Close, true},
		{"closed behind an answer", false, func(c net.Conn) error { _, err := c.Write([]byte("x")); return errors.Join(err, c.Close()) }, true},
		{"closed, TLS", true, net.Conn.Close, true},
		{"reset", false, func(c net.Conn) error { return errors.Join(c.(*net.TCPConn).SetLinger(0), c.Close()) }, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			client, server := pair(t, tt.secure)
			if closedByPeer(client) {
				t.Fatal("closed from the start")
			}
			if err := tt.do(server); err != nil {
				t.Fatal(err)
			}
			if tt.want && !soon(func() bool { return closedByPeer(client) }) {
				t.Error("nobody noticed")
			}
			if time.Sleep(20 * time.Millisecond); closedByPeer(client) != tt.want {
				t.Errorf("closed: %v", !tt.want)
			}
		})
	}
	in, out := net.Pipe()
	defer in.Close()
	out.Close()
	if closedByPeer(in) {
		t.Error("a pipe is no socket")
	}
}

// stalePool is an HTTP client that comes up with connections that the service
// has closed, before it has none and sends over a new one.
type stalePool struct {
	conns []net.Conn
	next  http.RoundTripper
	calls atomic.Int32
}

func (p *stalePool) Do(r *http.Request) (*http.Response, error) {
	p.calls.Add(1)
	if len(p.conns) == 0 {
		return p.next.RoundTrip(r)
	}
	conn := p.conns[0]
	p.conns = p.conns[1:]
	httptrace.ContextClientTrace(r.Context()).GotConn(httptrace.GotConnInfo{Conn: conn, Reused: true, WasIdle: true})
	if _, err := conn.Write([]byte("POST /Execute HTTP/1.1\r\n")); err != nil {
		return nil, err
	}
	return nil, errors.New("the head was sent over a connection that is closed")
}

// TestStaleConnections sends a write over a new connection, at once, where the
// kept ones are closed.
func TestStaleConnections(t *testing.T) {
	for _, test := range []struct {
		name     string
		stale    int
		calls    int32
		attempts int
	}{
		{"none", 0, 1, 1},
		{"one", 1, 2, 1},
		{"several", maxStale - 1, maxStale, 1},
		{"too many for one attempt", maxStale + 2, maxStale + 3, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newFaultServer(t)
			transport := new(http.Transport)
			defer transport.CloseIdleConnections()
			pool := &stalePool{next: transport}
			for range test.stale {
				client, server := pair(t, false)
				server.Close()
				if !soon(func() bool { return closedByPeer(client) }) {
					t.Fatal("it was not closed")
				}
				pool.conns = append(pool.conns, client)
			}
			attempts := 0
			c, clock := newTestClient(t, s.URL, func(cfg *Config) {
				cfg.HTTPClient = pool
				cfg.OnAttempt = func(_ context.Context, a Attempt) { attempts = a.Number }
			})
			if err := calls(c)[wire.ExecuteStatement](t.Context(), "INSERT"); err != nil {
				t.Fatal(err)
			}
			if n := s.count("INSERT"); n != 1 || pool.calls.Load() != test.calls || attempts != test.attempts || len(clock.pauses) != attempts-1 {
				t.Errorf("executed %d times, sent %d times in %d attempts with %d pauses", n, pool.calls.Load(), attempts, len(clock.pauses))
			}
		})
	}
}
