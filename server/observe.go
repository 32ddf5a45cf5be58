package server

import (
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// observer counts and logs every request, and answers what an operator asks:
// /healthz and /metrics.
type observer struct {
	next    http.Handler
	service *service
	metrics *metrics
	log     *slog.Logger
}

func (o *observer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		switch r.URL.Path {
		case "/healthz":
			o.health(w)
			return
		case "/metrics":
			o.metrics.serve(w, o.service)
			return
		}
	}
	seen := &sighting{ResponseWriter: w, status: http.StatusOK}
	body := &countedBody{ReadCloser: r.Body}
	r.Body = body
	op, start := operationOf(r), time.Now()
	o.metrics.began()
	finished := false
	defer func() {
		c := call{
			operation: op, status: seen.status, duration: time.Since(start),
			failure: errorType(seen.Header()), received: body.n, sent: seen.n,
		}
		switch {
		case !finished || seen.lost:
			c.status, c.failure = 0, noAnswer
		case c.status >= http.StatusBadRequest && c.failure == "":
			c.failure = "Status" + strconv.Itoa(c.status)
		}
		o.metrics.ended(c)
		o.note(r, seen, c)
	}()
	o.next.ServeHTTP(seen, r)
	finished = true
}

// noAnswer stands for the type of an error where a connection was given up.
const noAnswer = "NoAnswer"

// note logs a request. Neither the statement nor any value is in the record.
func (o *observer) note(r *http.Request, seen *sighting, c call) {
	level := slog.LevelInfo
	if c.status == 0 || c.status >= http.StatusInternalServerError {
		level = slog.LevelWarn
	}
	o.log.LogAttrs(r.Context(), level, "call",
		slog.String("operation", c.operation),
		slog.Int("status", c.status),
		slog.String("error", c.failure),
		slog.Duration("duration", c.duration),
		slog.Int64("received", c.received),
		slog.Int64("sent", c.sent),
		slog.String("request_id", seen.Header().Get("x-amzn-RequestId")),
		slog.String("remote", r.RemoteAddr),
	)
}

// health answers whether calls are answered. It asks no database: one that is
// out of reach is for the callers to hear, as they hear it from the service.
func (o *observer) health(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if o.service.ctx.Err() != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, "closed\n")
		return
	}
	_, _ = io.WriteString(w, "ok\n")
}

// operationOf names the operation that a request is for.
func operationOf(r *http.Request) string {
	for _, op := range []wire.Operation{wire.ExecuteStatement, wire.BatchExecuteStatement, wire.BeginTransaction, wire.CommitTransaction, wire.RollbackTransaction} {
		if r.Method == http.MethodPost && r.URL.Path == op.Path() {
			return string(op)
		}
	}
	return "none"
}

// sighting is a response as it goes out.
type sighting struct {
	http.ResponseWriter
	status int
	n      int64
	lost   bool // what was written did not go out
}

func (s *sighting) WriteHeader(status int) {
	s.status = status
	s.ResponseWriter.WriteHeader(status)
}

func (s *sighting) Write(b []byte) (int, error) {
	n, err := s.ResponseWriter.Write(b)
	s.n += int64(n)
	s.lost = s.lost || err != nil
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (s *sighting) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// countedBody counts what is read of a request.
type countedBody struct {
	io.ReadCloser
	n int64
}

func (b *countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.n += int64(n)
	return n, err
}
