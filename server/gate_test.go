package server

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestGateWaits lets as many calls in as there are slots, one more when one has
// ended, and none that waited too long or whose client has gone.
func TestGateWaits(t *testing.T) {
	release := make(chan struct{})
	entered := make(chan struct{}, 10)
	g := newGate(time.Hour, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		entered <- struct{}{}
		<-release
	}))
	g.slots = make(chan struct{}, 2)
	answered := make(chan int, 10)
	call := func(ctx context.Context) {
		w := httptest.NewRecorder()
		g.ServeHTTP(w, httptest.NewRequestWithContext(ctx, "POST", "/Execute", strings.NewReader("{}")))
		answered <- w.Code
	}
	for range 3 {
		go call(t.Context())
	}
	<-entered
	<-entered
	select {
	case <-entered:
		t.Fatal("a third call got in")
	case <-time.After(20 * time.Millisecond):
	}

	gone, cancel := context.WithCancel(t.Context())
	cancel()
	call(gone)
	if code := <-answered; code != http.StatusBadRequest {
		t.Errorf("a client that has gone was answered %d", code)
	}
	impatient := &gate{next: g.next, slots: g.slots, wait: time.Millisecond}
	w := httptest.NewRecorder()
	impatient.ServeHTTP(w, httptest.NewRequest("POST", "/Execute", strings.NewReader("{}")))
	if w.Code != http.StatusBadRequest || errorType(w.Header()) != "ThrottlingException" {
		t.Errorf("a call that waited too long was answered %d %s", w.Code, errorType(w.Header()))
	}

	release <- struct{}{}
	<-entered
	close(release)
	for range 3 {
		if code := <-answered; code != http.StatusOK {
			t.Errorf("answered %d", code)
		}
	}
	if len(g.slots) != 0 {
		t.Errorf("%d slots are not given back", len(g.slots))
	}
}

// TestGateLetsEndsPast holds that a transaction can be ended, and its connection
// given back, while every slot is taken by calls that may wait for just that.
func TestGateLetsEndsPast(t *testing.T) {
	g := newGate(time.Hour, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	g.slots = make(chan struct{}) // full
	for _, path := range []string{"/CommitTransaction", "/RollbackTransaction"} {
		w := httptest.NewRecorder()
		g.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "POST", path, strings.NewReader("{}")))
		if w.Code != http.StatusOK || len(g.ends) != 0 {
			t.Errorf("%s: answered %d; %d slots are not given back", path, w.Code, len(g.ends))
		}
	}
}

// TestGateTakesDeadlineBack holds that a long call outlives the time in which
// its body had to come.
func TestGateTakesDeadlineBack(t *testing.T) {
	g := newGate(time.Second, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b := r.Body.(*timedBody)
		if !b.timed {
			t.Error("the body has no deadline")
		}
		_ = b.control.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
		_, _ = io.ReadAll(r.Body)
		select {
		case <-r.Context().Done():
			t.Error("the call's context ended with the deadline of its body")
		case <-time.After(150 * time.Millisecond):
		}
	}))
	web := httptest.NewServer(g)
	defer web.Close()
	for range 2 { // the second on the connection of the first
		resp, err := http.Post(web.URL, "application/json", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	}
}

// TestSlowBody ends a request whose body does not come.
func TestSlowBody(t *testing.T) {
	ended := make(chan error, 1)
	g := newGate(time.Second, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.Body.(*timedBody).control.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
		_, err := io.ReadAll(r.Body)
		ended <- err
	}))
	web := httptest.NewServer(g)
	defer web.Close()
	conn, err := net.Dial("tcp", web.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /Execute HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
	if err := <-ended; err == nil {
		t.Error("the body ended without an error")
	}
	_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.ReadAll(conn); err != nil {
		t.Errorf("the connection was not closed: %v", err)
	}
}
