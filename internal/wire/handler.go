package wire

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// message is a request or an answer.
type message[T any] interface {
	*T
	AppendJSON([]byte) []byte
	ParseJSON([]byte) error
}

// call reads a request, has it answered and returns what appends the answer.
type call func(ctx context.Context, body []byte) (func(dst []byte) []byte, error)

// endpoint joins an operation's codec with its implementation.
func endpoint[Req, Resp any, PReq message[Req], PResp message[Resp]](do func(context.Context, PReq) (PResp, error)) call {
	return func(ctx context.Context, body []byte) (func([]byte) []byte, error) {
		req := PReq(new(Req))
		if err := req.ParseJSON(body); err != nil {
			return nil, &Error{Code: CodeSerialization, Message: err.Error(), Err: err}
		}
		resp, err := do(ctx, req)
		if err != nil {
			return nil, err
		}
		return resp.AppendJSON, nil
	}
}

// Handler serves an API over HTTP as the service does: the five operations by
// POST on their paths, a request id in every answer, errors by WriteError.
// Signatures are not looked at.
func Handler(api API) http.Handler {
	return &handler{calls: map[string]call{
		ExecuteStatement.Path():      endpoint(api.ExecuteStatement),
		BatchExecuteStatement.Path(): endpoint(api.BatchExecuteStatement),
		BeginTransaction.Path():      endpoint(api.BeginTransaction),
		CommitTransaction.Path():     endpoint(api.CommitTransaction),
		RollbackTransaction.Path():   endpoint(api.RollbackTransaction),
	}}
}

type handler struct{ calls map[string]call }

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("x-amzn-RequestId", newRequestID())
	appendAnswer, err := h.answer(r)
	if err != nil {
		WriteError(w, err)
		return
	}
	memory := answers.Get()
	defer answers.Put(memory) // a writer does not keep what it was given
	answer := appendAnswer((*memory)[:0])
	*memory = answer
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
	_, _ = w.Write(answer) // a client that is gone cannot be told
}

// answers is the memory of the answers of all handlers.
var answers Buffers

func (h *handler) answer(r *http.Request) (func(dst []byte) []byte, error) {
	do := h.calls[r.URL.Path]
	if do == nil || r.Method != http.MethodPost {
		return nil, NewError(CodeUnknownOperation,
			fmt.Sprintf("%s %s is no operation of the Data API", r.Method, clip([]byte(r.URL.Path))))
	}
	body, err := ReadBody(r)
	if err != nil {
		return nil, err
	}
	if len(body) == 0 {
		body = []byte("{}") // a request without members
	}
	return do(r.Context(), body)
}

// ReadBody reads the body of a request that is not larger than MaxRequestBytes,
// headers included; any other is an error to answer with.
func ReadBody(r *http.Request) ([]byte, error) { return ReadBodyWithin(r, MaxRequestBytes) }

// ReadBodyWithin is ReadBody for a limit of its own.
func ReadBodyWithin(r *http.Request, limit int) ([]byte, error) {
	most := int64(limit - headerBytes(r))
	errTooLarge := NewError(CodeRequestTooLarge,
		fmt.Sprintf("the request is larger than %d bytes, the limit of the Data API; send less in one call", limit))
	if r.ContentLength > most {
		drain(r)
		return nil, errTooLarge
	}
	var b bytes.Buffer
	if r.ContentLength > 0 { // and within the limit
		b.Grow(int(r.ContentLength) + bytes.MinRead)
	}
	_, err := b.ReadFrom(io.LimitReader(r.Body, most+1))
	body := b.Bytes()
	switch {
	case err != nil:
		return nil, &Error{Code: CodeSerialization, Message: "the body of the request could not be read", Err: err}
	case int64(len(body)) > most:
		drain(r)
		return nil, errTooLarge
	}
	return body, nil
}

// drain reads the rest of a body that is too large, within reason: many clients
// read the answer only after they have sent all of the request.
func drain(r *http.Request) { _, _ = io.CopyN(io.Discard, r.Body, 4*MaxRequestBytes) }

// headerBytes returns the size of a request's head as HTTP/1.1 writes it.
func headerBytes(r *http.Request) int {
	n := len(r.Method) + len(r.RequestURI) + len(r.Proto) + len("  \r\n\r\n") + len("Host: \r\n") + len(r.Host)
	for name, values := range r.Header {
		for _, v := range values {
			n += len(name) + len(": \r\n") + len(v)
		}
	}
	return n
}

// WriteError answers with an error in the service's form: the type and a request
// id in headers, the text in the body (F0022). An error that is not a *Error is
// answered as an InternalServerErrorException.
func WriteError(w http.ResponseWriter, err error) {
	var e *Error
	if !errors.As(err, &e) {
		e = &Error{Code: CodeInternalServerError, Message: err.Error()}
	}
	o := openObject(nil)
	if e.DBConnectionID != 0 {
		o.int("dbConnectionId", e.DBConnectionID)
	}
	o.string("message", strings.ToValidUTF8(e.Message, "\uFFFD")) // to be read, if not exact
	body := o.close()

	h := w.Header()
	if h.Get("x-amzn-RequestId") == "" { // refused before it got to Handler
		h.Set("x-amzn-RequestId", newRequestID())
	}
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("x-amzn-ErrorType", string(e.Code)+":http://internal.amazon.com/coral/com.amazon.rdsdataservice/")
	w.WriteHeader(e.status())
	_, _ = w.Write(body)
}

// ErrorMessage returns the text in the body of an error, empty if there is
// none. The service has written its name both ways (F0022).
func ErrorMessage(body []byte) string {
	var text string
	err := parseMessage(body, func(s *scanner, key string) (err error) {
		switch key {
		case "message", "Message":
			text, err = s.string()
		default:
			err = s.skip()
		}
		return err
	})
	if err != nil {
		return ""
	}
	return text
}

// newRequestID returns a random UUID, as the service's request ids are.
func newRequestID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	x := hex.EncodeToString(b[:])
	return x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:]
}
