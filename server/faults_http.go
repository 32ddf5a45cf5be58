package server

import (
	"context"
	"net/http"
)

// faultyAnswers lets the answers of calls go wrong on their way out.
func faultyAnswers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := &answer{ResponseWriter: w}
		next.ServeHTTP(a, r.WithContext(context.WithValue(r.Context(), answerKey{}, a)))
	})
}

type answerKey struct{}

// answerOf returns the answer of the call that a context belongs to.
func answerOf(ctx context.Context) *answer {
	a, _ := ctx.Value(answerKey{}).(*answer)
	return a
}

// answer is the answer to a call, which may not get out as it was written. One
// goroutine writes it: the call's.
type answer struct {
	http.ResponseWriter
	cut    bool
	status int // what is answered instead; 0: nothing
}

// truncate has the answer break off in the middle of its body.
func (a *answer) truncate() { a.cut = true }

// replace has nothing but a status answered: no body, no type of an error.
func (a *answer) replace(status int) { a.status = status }

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.ResponseWriter.WriteHeader(status)
		return
	}
	h := a.Header()
	clear(h)
	h.Set("Content-Length", "0")
	a.ResponseWriter.WriteHeader(a.status)
}

// Write writes the body, which wire.Handler does at once. The Content-Length
// that stands in the head already tells the client that there is more to come.
func (a *answer) Write(b []byte) (int, error) {
	switch {
	case a.status != 0:
		return len(b), nil
	case a.cut:
		_, _ = a.ResponseWriter.Write(b[:len(b)/2])
		_ = http.NewResponseController(a.ResponseWriter).Flush() // or nothing of it would be sent
		panic(http.ErrAbortHandler)
	}
	return a.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
