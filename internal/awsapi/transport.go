package awsapi

import (
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go/middleware"
)

// nopRetryer keeps the SDK from sending anything twice. Its own judgement
// resends writes after a reset or a 5xx answer, and an SDK retryer with other
// rules could neither tell an unsent request from a lost one nor keep to our
// budget; so the decision is taken outside, in retry.go, with both at hand.
var nopRetryer aws.Retryer = aws.NopRetryer{}

// exchange is one attempt: one request and what became of it.
type exchange struct {
	message
	body   []byte // the request
	next   aws.HTTPClient
	theirs middleware.DeserializeMiddleware
	err    error // what the SDK returned

	sending *trackedBody // nil before Do
	answer  countedBody  // without a body before there is an answer

	started   bool // the request was given to the HTTP client
	sent      bool // all of the request may have reached the service
	status    int  // of the answer's head; zero if none came
	requestID string
	errorType string
	text      string // the answer's message, if it is an error
}

// Do is the HTTP client of one attempt. It keeps book of whether the service can
// have got the request, which is what all else rests on. The evidence is the
// request's body: whoever sends a request has to read its body to the end, and
// as long as that did not happen there is nothing that the service could
// execute, as it knows the body's length and hash beforehand. That holds for
// each failure to connect, to agree on TLS or to get through a proxy, for
// HTTP/1 and HTTP/2, and for an HTTP client of the caller that does who knows
// what. (Callbacks of net/http/httptrace prove less: a client that is not
// net/http never calls them.) net/http flushes the head of a request before it
// reads a body that, like ours, is not known to be in memory, so that a kept
// connection that turns out dead is mostly noticed in time; stale.go does more.
//
// The request has no GetBody. With it, net/http resends by itself, which is
// safe only for some of its reasons.
func (x *exchange) Do(r *http.Request) (*http.Response, error) {
	x.started = true
	x.sending = &trackedBody{rc: r.Body, left: len(x.body)}
	r.Body = x.sending
	resp, err := x.withoutStale(r)
	if err == nil && resp != nil {
		x.sent = true
		x.status = resp.StatusCode
		x.requestID = resp.Header.Get("X-Amzn-Requestid")
		x.errorType = resp.Header.Get("X-Amzn-Errortype")
		x.answer.ReadCloser = resp.Body
		resp.Body = &x.answer
		return resp, nil
	}
	// A transport may go on to send in the background: end that, then look.
	x.sent = x.sending.end() || x.sent
	return resp, err
}

// bytesSent returns how much of the request was handed out to be sent.
func (x *exchange) bytesSent() int64 {
	if x.sending == nil {
		return 0
	}
	return int64(len(x.body) - max(x.sending.remaining(), 0))
}

// end makes sure that nobody reads the request any more.
func (x *exchange) end() {
	if x.sending != nil {
		x.sending.end()
	}
}

// trackedBody is a request body that knows whether it was read to its end.
//
// It also keeps apart the SDK, which closes the body as soon as the answer's
// head is there, and net/http, which may not be through with it: still sending
// a large request that was answered early, or looking for the end behind the
// last byte. Either way net/http would drop the connection and with it the
// answer. So Close does nothing, and the SDK's WriteTo is hidden because it
// fails where Read only ends.
type trackedBody struct {
	mu   sync.Mutex
	rc   io.ReadCloser // nil once ended
	left int
}

func (b *trackedBody) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rc == nil {
		return 0, io.EOF
	}
	n, err := b.rc.Read(p)
	b.left -= n
	return n, err
}

func (b *trackedBody) Close() error { return nil }

// remaining returns how much was not handed out.
func (b *trackedBody) remaining() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.left
}

// end closes the body and reports whether all of it had been handed out.
func (b *trackedBody) end() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rc != nil {
		b.rc.Close() // of memory, cannot fail
		b.rc = nil
	}
	return b.left <= 0
}

// countedBody is an answer's body that counts what is read of it.
type countedBody struct {
	io.ReadCloser
	read int64
}

func (b *countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.read += int64(n)
	return n, err
}

// idleConnTimeout is how long a connection is kept without use. A connection
// that died unnoticed makes the next write's outcome unknown, so that it is
// better not to trust old ones; net/http measures the time by the wall clock,
// so that it also holds for a process that was frozen meanwhile.
const idleConnTimeout = 30 * time.Second

// httpClientFor returns the HTTP client to use in place of the one configured,
// and its transport if that is ours to close. Time-outs of the whole exchange
// are left to the context, redirects are not followed: the request was signed
// for one host.
func httpClientFor(configured aws.HTTPClient) (aws.HTTPClient, *http.Transport) {
	switch client := configured.(type) {
	case nil:
		tr := ownTransport(awshttp.NewBuildableClient())
		return &http.Client{Transport: tr, CheckRedirect: noRedirect}, tr
	case *awshttp.BuildableClient:
		tr := ownTransport(client)
		return &http.Client{Transport: tr, CheckRedirect: noRedirect}, tr
	case *http.Client:
		clone := *client
		clone.Timeout, clone.CheckRedirect = 0, noRedirect
		return &clone, nil
	default:
		return configured, nil
	}
}

// ownTransport returns a transport with the client's settings, those that the
// caller did not choose tuned to few hosts and many concurrent calls.
func ownTransport(client *awshttp.BuildableClient) *http.Transport {
	tr := client.GetTransport()
	if tr.IdleConnTimeout == awshttp.DefaultHTTPTransportIdleConnTimeout {
		tr.IdleConnTimeout = idleConnTimeout
	}
	if tr.MaxIdleConnsPerHost == awshttp.DefaultHTTPTransportMaxIdleConnsPerHost {
		tr.MaxIdleConnsPerHost = tr.MaxIdleConns
	}
	return tr
}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
