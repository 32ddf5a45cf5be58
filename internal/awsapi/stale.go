package awsapi

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"syscall"
)

// maxStale bounds how many connections one attempt may find closed. More than
// that are left to the pauses of the retry policy.
const maxStale = 8

// withoutStale sends a request, and again at once if it was to go over a kept
// connection that the service had closed meanwhile.
//
// net/http notices that by a goroutine that reads. A process that was frozen, as
// functions in AWS Lambda are between their invocations, wakes up with that
// goroutine and the next request in a race. Where the request wins, its body is
// handed out and lost, and nobody can tell any more that nothing was executed.
// So the operating system is asked before anything is sent.
func (x *exchange) withoutStale(r *http.Request) (*http.Response, error) {
	for n := 1; ; n++ {
		var stale atomic.Bool
		trace := &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
			if info.Reused && closedByPeer(info.Conn) {
				stale.Store(true)
				info.Conn.Close() // so that nothing can be sent
			}
		}}
		resp, err := x.next.Do(r.WithContext(httptrace.WithClientTrace(r.Context(), trace)))
		if err == nil || !stale.Load() || n == maxStale || x.sending.end() {
			return resp, err
		}
		x.sending = &trackedBody{rc: io.NopCloser(bytes.NewReader(x.body)), left: len(x.body)}
		r.Body = x.sending
	}
}

// closedByPeer reports whether the other side certainly has closed a connection.
func closedByPeer(conn net.Conn) bool {
	for { // below TLS
		outer, ok := conn.(interface{ NetConn() net.Conn })
		if !ok {
			break
		}
		conn = outer.NetConn()
	}
	socket, ok := conn.(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return false
	}
	closed := false
	err = raw.Control(func(fd uintptr) { closed = socketClosed(fd) })
	return err == nil && closed
}
