package auroradataapi

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"time"
)

// SlogOptions says what NewSlogTracer logs. The zero value logs calls that fail
// and attempts that are repeated, the others only to loggers that show
// debugging; and no text that may hold data.
type SlogOptions struct {
	// Level is the level of calls that succeed, slog.LevelDebug if it is nil.
	// SlowLevel is that of calls which take as long as Slow or longer,
	// slog.LevelWarn if it is nil. Without a Slow no call is slow.
	Level, SlowLevel slog.Leveler
	Slow             time.Duration
	// RetryLevel is the level of attempts that are followed by another one,
	// slog.LevelWarn if it is nil.
	RetryLevel slog.Leveler
	// ErrorLevel is the level of calls that fail, slog.LevelError if it is nil.
	ErrorLevel slog.Leveler

	// Statement adds the SQL as the program wrote it. The values of parameters
	// are not in it, but whatever the program wrote into the SQL is.
	Statement bool
	// ErrorText adds what the service and the database say of an error. A
	// database quotes values in its errors, of parameters too.
	ErrorText bool
}

// slogTracer logs calls.
type slogTracer struct {
	log  *slog.Logger
	opts SlogOptions
}

var _ AttemptTracer = (*slogTracer)(nil)

// NewSlogTracer returns a tracer that logs calls and repeated attempts; nil
// options are the zero value, and a nil logger is slog.Default.
func NewSlogTracer(logger *slog.Logger, opts *SlogOptions) Tracer {
	t := &slogTracer{log: logger}
	if t.log == nil {
		t.log = slog.Default()
	}
	if opts != nil {
		t.opts = *opts
	}
	return t
}

// CallStart does nothing.
func (t *slogTracer) CallStart(ctx context.Context, _ CallInfo) context.Context { return ctx }

// CallAttempt logs an attempt that is followed by another one.
func (t *slogTracer) CallAttempt(ctx context.Context, call CallInfo, a CallAttempt) {
	level := levelOf(t.opts.RetryLevel, slog.LevelWarn)
	if !a.Again || !t.log.Enabled(ctx, level) {
		return
	}
	attrs := append(t.describe(call),
		slog.Int("attempt", a.Number),
		slog.String("reason", a.Reason),
		slog.Duration("duration", a.Duration),
		slog.Duration("pause", a.Pause),
	)
	if a.RequestID != "" {
		attrs = append(attrs, slog.String("request_id", a.RequestID))
	}
	t.log.LogAttrs(ctx, level, "Data API call is tried again", attrs...)
}

// CallEnd logs a call.
func (t *slogTracer) CallEnd(ctx context.Context, call CallInfo, r CallResult) {
	level, message := levelOf(t.opts.Level, slog.LevelDebug), "Data API call"
	switch {
	case r.Err != nil:
		level, message = levelOf(t.opts.ErrorLevel, slog.LevelError), "Data API call failed"
	case t.opts.Slow > 0 && r.Duration >= t.opts.Slow:
		level, message = levelOf(t.opts.SlowLevel, slog.LevelWarn), "Data API call was slow"
	}
	if !t.log.Enabled(ctx, level) {
		return
	}
	attrs := append(t.describe(call), slog.Duration("duration", r.Duration))
	if r.Err == nil && call.Verb != "" {
		attrs = append(attrs, slog.Int64("rows", r.Rows), slog.Int64("affected", r.RowsAffected))
	}
	attrs = append(attrs,
		slog.Int64("sent", r.BytesSent),
		slog.Int64("received", r.BytesReceived),
		slog.Int("attempts", r.Attempts),
	)
	if r.Waited > 0 {
		attrs = append(attrs, slog.Duration("waited", r.Waited))
	}
	if r.RequestID != "" {
		attrs = append(attrs, slog.String("request_id", r.RequestID))
	}
	if r.Err != nil {
		attrs = append(attrs, t.failure(r.Err))
	}
	t.log.LogAttrs(ctx, level, message, attrs...)
}

// describe returns what is known of a call before it.
func (t *slogTracer) describe(call CallInfo) []slog.Attr {
	attrs := make([]slog.Attr, 0, 16)
	attrs = append(attrs, slog.String("operation", call.Operation))
	if call.Kind != CallStatement && call.Kind != CallTransaction {
		attrs = append(attrs, slog.String("kind", string(call.Kind)))
	}
	if call.Verb != "" {
		attrs = append(attrs, slog.String("verb", call.Verb))
	}
	if call.Sets > 0 {
		attrs = append(attrs, slog.Int("sets", call.Sets))
	}
	if call.Database != "" {
		attrs = append(attrs, slog.String("database", call.Database))
	}
	if call.TransactionID != "" {
		attrs = append(attrs, slog.String("transaction", shortID(call.TransactionID)))
	}
	if t.opts.Statement && call.Statement != "" {
		attrs = append(attrs, slog.String("statement", call.Statement))
	}
	return attrs
}

// failure returns what there is to say of an error.
func (t *slogTracer) failure(err error) slog.Attr {
	var e *Error
	if !errors.As(err, &e) {
		return slog.Group("error", slog.String("type", fmt.Sprintf("%T", err)))
	}
	var parts []any
	if e.Type != "" {
		parts = append(parts, slog.String("type", e.Type))
	}
	if e.Code != "" {
		parts = append(parts, slog.String("sqlstate", e.Code))
	}
	if e.Number != 0 {
		parts = append(parts, slog.Int("number", e.Number))
	}
	parts = append(parts, slog.Bool("safe_to_retry", e.SafeToRetry()))
	// Without an answer the text is that of the network or of the driver.
	if t.opts.ErrorText || e.Type == "" && e.Code == "" {
		parts = append(parts, slog.String("text", e.Error()))
	}
	return slog.Group("error", parts...)
}

// shortID returns what stands for a transaction's id in a log: the same for the
// same id, and of no use to who reads it.
func shortID(id string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id)) // never fails
	return fmt.Sprintf("%08x", h.Sum32())
}

// levelOf returns a level that was chosen or its default.
func levelOf(chosen slog.Leveler, otherwise slog.Level) slog.Level {
	if chosen == nil {
		return otherwise
	}
	return chosen.Level()
}
