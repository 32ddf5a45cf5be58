package server

import (
	"io"
	"net/http"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// The bounds that keep many or slow clients from using the machine up.
const (
	// maxCalls is how many calls are read or answered at once. More wait for
	// their turn, as the older service had them wait (F0229).
	maxCalls = 500
	// maxEnds is how many of the calls that end a transaction are, besides those.
	// They do not queue behind calls that wait for the connection they free.
	maxEnds = 100
	// bodyTimeout is how long a client may take to send a request.
	bodyTimeout = 30 * time.Second
)

// gate lets a bounded number of calls in, whose clients have to be quick about
// what they send. It bounds memory: a call holds its request and its answer.
type gate struct {
	next  http.Handler
	slots chan struct{}
	ends  chan struct{} // slots of calls that end a transaction
	wait  time.Duration // for a turn
}

func newGate(wait time.Duration, next http.Handler) *gate {
	return &gate{next: next, slots: make(chan struct{}, maxCalls), ends: make(chan struct{}, maxEnds), wait: wait}
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	slots := g.slots
	if p := r.URL.Path; p == wire.CommitTransaction.Path() || p == wire.RollbackTransaction.Path() {
		slots = g.ends
	}
	if !g.enter(slots, r) {
		wire.WriteError(w, wire.NewError(wire.CodeThrottling, "Rate exceeded"))
		return
	}
	defer func() { <-slots }()
	r.Body = newTimedBody(w, r.Body)
	g.next.ServeHTTP(w, r)
}

// enter waits for a turn.
func (g *gate) enter(slots chan struct{}, r *http.Request) bool {
	select {
	case slots <- struct{}{}:
		return true
	default:
	}
	timer := time.NewTimer(g.wait)
	defer timer.Stop()
	select {
	case slots <- struct{}{}:
		return true
	case <-timer.C:
	case <-r.Context().Done():
	}
	return false
}

// timedBody is a request's body that has to come in time. At its end the
// connection's deadline is taken back, or it would end the call's context. A
// body that did not come keeps it, lest the connection waits for the rest.
type timedBody struct {
	io.ReadCloser
	control *http.ResponseController
	timed   bool
}

func newTimedBody(w http.ResponseWriter, body io.ReadCloser) *timedBody {
	b := &timedBody{ReadCloser: body, control: http.NewResponseController(w)}
	b.timed = b.control.SetReadDeadline(time.Now().Add(bodyTimeout)) == nil
	return b
}

func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF && b.timed {
		b.timed = false
		_ = b.control.SetReadDeadline(time.Time{})
	}
	return n, err
}
