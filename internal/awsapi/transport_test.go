package awsapi

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// fewConnections is how many connections are enough where one should be. On a
// machine that is busy net/http at times does not wait for its own goroutine
// and gives up a good connection.
const fewConnections = 3

// TestConnections makes many calls against a server that answers at once. If
// net/http ever sees the end of the request's body as an error, it drops the
// connection, and here that happens all the time.
func TestConnections(t *testing.T) {
	checkLeaks(t)
	s := newFaultServer(t)
	c, _ := newTestClient(t, s.URL, nil)
	for range 1000 {
		if err := calls(c)[wire.ExecuteStatement](t.Context(), "INSERT"); err != nil {
			t.Fatal(err)
		}
	}
	if n := s.conns.Load(); n > fewConnections {
		t.Errorf("%d connections", n)
	}
	if n := s.count("INSERT"); n != 1000 {
		t.Errorf("executed %d times", n)
	}
}

// TestLargeAnswers reads answers of the largest size, one after the other.
func TestLargeAnswers(t *testing.T) {
	checkLeaks(t)
	page := []byte(`{"formattedRecords":"` + strings.Repeat("x", wire.MaxResultBytes) + `"}`)
	f := fault{executes: true, do: func(w http.ResponseWriter, r *http.Request) { w.Write(page) }}
	s := newFaultServer(t)
	s.last = &f
	c, _ := newTestClient(t, s.URL, nil)
	for range 100 {
		resp, err := c.ExecuteStatement(t.Context(), &wire.ExecuteRequest{SQL: "SELECT"})
		if err != nil {
			t.Fatal(err)
		}
		if resp.FormattedRecords == nil || len(*resp.FormattedRecords) != wire.MaxResultBytes {
			t.Fatal("wrong answer")
		}
	}
	if n := s.conns.Load(); n > fewConnections {
		t.Errorf("%d connections", n)
	}
}

// TestEarlyAnswer is answered while the request is still on its way.
func TestEarlyAnswer(t *testing.T) {
	checkLeaks(t)
	page := []byte(`{"formattedRecords":"` + strings.Repeat("x", wire.MaxResultBytes) + `"}`)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		if err := control.EnableFullDuplex(); err != nil {
			t.Error(err)
		}
		w.Write(page[:len(page)/2])
		control.Flush()
		io.CopyN(io.Discard, r.Body, 1<<20)
		w.Write(page[len(page)/2:])
		control.Flush()
		io.Copy(io.Discard, r.Body)
	}))
	defer s.Close()
	c, _ := newTestClient(t, s.URL, nil)
	sql := strings.Repeat("x", 8<<20)
	for range 10 {
		resp, err := c.ExecuteStatement(t.Context(), &wire.ExecuteRequest{SQL: sql})
		if err != nil {
			t.Fatal(err)
		}
		if resp.FormattedRecords == nil || len(*resp.FormattedRecords) != wire.MaxResultBytes {
			t.Fatal("wrong answer")
		}
	}
}

// TestIdleConnections has the server close idle connections, gently or not,
// while statements are sent over them. Whatever the race comes to, no statement
// is executed twice, none is lost that was reported done, and none was executed
// that was reported as not.
func TestIdleConnections(t *testing.T) {
	checkLeaks(t)
	s := newFaultServer(t)
	stop := make(chan struct{})
	var closer sync.WaitGroup
	closer.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			case <-time.After(time.Duration(i%7) * 50 * time.Microsecond):
			}
			s.closeIdle(i%2 == 0)
		}
	})
	c, _ := newTestClient(t, s.URL, nil)
	var workers sync.WaitGroup
	var tally [3]atomic.Int64
	for w := range 4 {
		workers.Go(func() {
			for i := range 250 {
				sql := fmt.Sprintf("INSERT %d %d", w, i)
				err := calls(c)[wire.ExecuteStatement](context.Background(), sql)
				n, class := s.count(sql), classOf(err)
				switch {
				case class == ok && n == 1:
					tally[0].Add(1)
				case class == unknownErr && n <= 1:
					tally[1].Add(1)
				case class == notExecuted && n == 0:
					tally[2].Add(1)
				default:
					t.Errorf("%s: executed %d times, %v", sql, n, err)
				}
			}
		})
	}
	workers.Wait()
	close(stop)
	closer.Wait()
	t.Logf("%d done, %d unknown, %d not executed", tally[0].Load(), tally[1].Load(), tally[2].Load())
	if tally[0].Load() == 0 {
		t.Error("nothing was done")
	}
}

// dialing returns a client whose first connections fail.
func dialing(fails int, dial func() (net.Conn, error)) *http.Client {
	var n atomic.Int64
	return &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			if n.Add(1) <= int64(fails) {
				return dial()
			}
			return new(net.Dialer).DialContext(ctx, network, addr)
		},
	}}
}

// TestDial cannot reach the server, for a while or at all.
func TestDial(t *testing.T) {
	checkLeaks(t)
	for _, test := range []struct {
		name string
		dial func() (net.Conn, error)
	}{
		{"refused", func() (net.Conn, error) { return net.Dial("tcp", "127.0.0.1:1") }},
		{"name", func() (net.Conn, error) { return nil, &net.DNSError{Err: "no such host", IsNotFound: true} }},
		{"reset at once", func() (net.Conn, error) { return nil, &net.OpError{Op: "dial", Err: io.EOF} }},
		{"no write", newDeadConn},
	} {
		for _, op := range operations {
			t.Run(test.name+"/"+string(op), func(t *testing.T) {
				s := newFaultServer(t)
				c, clock := newTestClient(t, s.URL, func(cfg *Config) { cfg.HTTPClient = dialing(2, test.dial) })
				err := calls(c)[op](t.Context(), "key")
				if err != nil || s.requests.Load() != 1 || len(clock.pauses) != 2 {
					t.Errorf("%d requests, %d pauses: %v", s.requests.Load(), len(clock.pauses), err)
				}
				c, clock = newTestClient(t, s.URL, func(cfg *Config) { cfg.HTTPClient = dialing(1000, test.dial) })
				err = calls(c)[op](t.Context(), "key")
				if classOf(err) != notExecuted || len(clock.pauses) != several-1 {
					t.Errorf("%d pauses: %v", len(clock.pauses), err)
				}
				checkError(t, err, notExecuted)
			})
		}
	}
}

// deadConn is a connection that fails when it is written to.
type deadConn struct{ net.Conn }

func newDeadConn() (net.Conn, error) {
	conn, _ := net.Pipe()
	return deadConn{conn}, nil
}

func (deadConn) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

// TestTLS fails to agree on TLS: for good, or with a connection that breaks.
func TestTLS(t *testing.T) {
	checkLeaks(t)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("reached") }))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	c, clock := newTestClient(t, s.URL, nil)
	err := calls(c)[wire.ExecuteStatement](t.Context(), "INSERT")
	var cert *tls.CertificateVerificationError
	if classOf(err) != notExecuted || !errors.As(err, &cert) || len(clock.pauses) != 0 {
		t.Errorf("%d pauses: %v", len(clock.pauses), err)
	}

	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var conns atomic.Int64
	var accepting sync.WaitGroup
	accepting.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conns.Add(1)
			conn.Close()
		}
	})
	c, clock = newTestClient(t, "https://"+l.Addr().String(), nil)
	err = calls(c)[wire.ExecuteStatement](t.Context(), "INSERT")
	if classOf(err) != notExecuted || len(clock.pauses) != several-1 || conns.Load() != several {
		t.Errorf("%d connections, %d pauses: %v", conns.Load(), len(clock.pauses), err)
	}
	l.Close()
	accepting.Wait()
}

// TestPartOfRequest breaks the connection before all of a request was sent,
// and with it what could be executed.
func TestPartOfRequest(t *testing.T) {
	checkLeaks(t)
	var requests, complete atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if requests.Add(1) <= 2 {
			io.CopyN(io.Discard, r.Body, 100_000)
			cut(true, "")(w, r)
			return
		}
		if n, err := io.Copy(io.Discard, r.Body); err == nil && n == r.ContentLength {
			complete.Add(1)
		}
		w.Write([]byte("{}"))
	}))
	defer s.Close()
	c, clock := newTestClient(t, s.URL, nil)
	err := calls(c)[wire.ExecuteStatement](t.Context(), strings.Repeat("x", 32<<20)) // more than sockets buffer
	if err != nil || complete.Load() != 1 || requests.Load() != 3 || len(clock.pauses) != 2 {
		t.Errorf("%d requests, %d complete, %d pauses: %v", requests.Load(), complete.Load(), len(clock.pauses), err)
	}
}

// clientFunc is an HTTP client that does who knows what.
type clientFunc func(*http.Request) (*http.Response, error)

func (f clientFunc) Do(r *http.Request) (*http.Response, error) { return f(r) }

// TestForeignHTTPClient does not believe an error's looks.
func TestForeignHTTPClient(t *testing.T) {
	refused := &net.OpError{Op: "dial", Err: errors.New("connection refused")}
	var got []byte
	c, _ := newTestClient(t, "http://127.0.0.1:1", func(cfg *Config) {
		cfg.HTTPClient = clientFunc(func(r *http.Request) (*http.Response, error) {
			got, _ = io.ReadAll(r.Body) // and delivers it, but then
			return nil, refused
		})
	})
	err := calls(c)[wire.ExecuteStatement](t.Context(), "INSERT")
	if classOf(err) != unknownErr || !errors.Is(err, refused) || !bytes.Contains(got, []byte(`"sql":"INSERT"`)) {
		t.Errorf("got %v", err)
	}
}

// TestRedirect does not carry a statement to where it is told.
func TestRedirect(t *testing.T) {
	elsewhere := newFaultServer(t)
	for _, status := range []int{301, 302, 303, 307, 308} {
		for name, client := range map[string]*http.Client{"own": nil, "given": {Timeout: time.Second}} {
			s := newFaultServer(t, fault{do: func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, elsewhere.URL+r.URL.Path, status)
			}})
			c, _ := newTestClient(t, s.URL, func(cfg *Config) {
				if client != nil {
					cfg.HTTPClient = client
				}
			})
			if err := calls(c)[wire.ExecuteStatement](t.Context(), "INSERT"); classOf(err) != unknownErr {
				t.Errorf("%d, %s client: %v", status, name, err)
			}
			if client != nil && client.CheckRedirect != nil {
				t.Error("the client that was given has been changed")
			}
		}
	}
	if n := elsewhere.requests.Load(); n != 0 {
		t.Errorf("%d requests elsewhere", n)
	}
}

// TestHTTPClientFor keeps what the caller chose, except for time-outs.
func TestHTTPClientFor(t *testing.T) {
	client, tr := httpClientFor(nil)
	if tr == nil || tr.IdleConnTimeout != idleConnTimeout || tr.MaxIdleConnsPerHost != tr.MaxIdleConns || client.(*http.Client).Timeout != 0 {
		t.Errorf("own client %+v, transport %+v", client, tr)
	}
	chosen := awshttp.NewBuildableClient().WithTimeout(time.Second).WithTransportOptions(func(tr *http.Transport) {
		tr.IdleConnTimeout, tr.MaxIdleConnsPerHost = time.Hour, 3
	})
	client, tr = httpClientFor(chosen)
	if tr == nil || tr.IdleConnTimeout != time.Hour || tr.MaxIdleConnsPerHost != 3 || client.(*http.Client).Timeout != 0 {
		t.Errorf("buildable client %+v, transport %+v", client, tr)
	}
	given := &http.Client{Timeout: time.Second}
	client, tr = httpClientFor(given)
	if tr != nil || client.(*http.Client).Timeout != 0 || given.Timeout != time.Second {
		t.Errorf("client %+v", client)
	}
	if client, tr = httpClientFor(clientFunc(nil)); tr != nil || client.(clientFunc) != nil {
		t.Errorf("client %+v", client)
	}
}

// TestBuffers sends concurrently, with connections that break, and checks that
// no request got another one's bytes.
func TestBuffers(t *testing.T) {
	checkLeaks(t)
	var n, torn atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1)%3 == 0 {
			cut(true, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")(w, r) // before the request is read
			return
		}
		body, err := io.ReadAll(r.Body)
		var req wire.ExecuteRequest
		if err == nil {
			if err := req.ParseJSON(body); err != nil || strings.Trim(req.SQL, req.SQL[:1]) != "" {
				torn.Add(1)
			}
		}
		w.Write([]byte("{}"))
	}))
	defer s.Close()
	c, _ := newTestClient(t, s.URL, func(cfg *Config) { cfg.RetryBudget = -1 })
	var workers sync.WaitGroup
	for w := range 8 {
		sql := strings.Repeat(string(rune('a'+w)), 20_000*(w+1))
		workers.Go(func() {
			for range 20 {
				calls(c)[wire.ExecuteStatement](context.Background(), sql) // fails at times
			}
		})
	}
	workers.Wait()
	if torn.Load() != 0 {
		t.Errorf("%d torn requests", torn.Load())
	}
}
