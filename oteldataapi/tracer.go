package oteldataapi

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/auroradataapi/auroradataapi"
)

const scope = "github.com/auroradataapi/auroradataapi/oteldataapi"

// Attributes outside of the semantic conventions.
const (
	operationKey = attribute.Key("auroradataapi.operation")
	kindKey      = attribute.Key("auroradataapi.kind")
	attemptsKey  = attribute.Key("auroradataapi.attempts")
	waitedKey    = attribute.Key("auroradataapi.waited")
	sentKey      = attribute.Key("auroradataapi.sent.size")
	receivedKey  = attribute.Key("auroradataapi.received.size")
	reasonKey    = attribute.Key("auroradataapi.retry.reason")
	attemptKey   = attribute.Key("auroradataapi.retry.attempt")
	pauseKey     = attribute.Key("auroradataapi.retry.pause")
)

// tracer makes a span of each call.
type tracer struct {
	options
	spans    trace.Tracer
	duration metric.Float64Histogram
	rows     metric.Int64Histogram
}

var _ auroradataapi.AttemptTracer = (*tracer)(nil)

// New returns a tracer for an auroradataapi.Config. It fails if a provider of
// meters does.
func New(opts ...Option) (auroradataapi.Tracer, error) {
	t := new(tracer)
	for _, opt := range opts {
		opt(&t.options)
	}
	if t.traces == nil {
		t.traces = otel.GetTracerProvider()
	}
	if t.metrics == nil {
		t.metrics = otel.GetMeterProvider()
	}
	t.spans = t.traces.Tracer(scope, trace.WithSchemaURL(semconv.SchemaURL))
	meter := t.metrics.Meter(scope, metric.WithSchemaURL(semconv.SchemaURL))
	var errDuration, errRows error
	t.duration, errDuration = meter.Float64Histogram("db.client.operation.duration", metric.WithUnit("s"),
		metric.WithDescription("Duration of calls of the Data API, with all their attempts."),
		metric.WithExplicitBucketBoundaries(0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10))
	t.rows, errRows = meter.Int64Histogram("db.client.response.returned_rows", metric.WithUnit("{row}"),
		metric.WithDescription("Rows in the answer to a statement."),
		metric.WithExplicitBucketBoundaries(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000))
	if err := errors.Join(errDuration, errRows); err != nil {
		return nil, fmt.Errorf("oteldataapi: %w", err)
	}
	return t, nil
}

// spanKey is where a call finds its own span, whatever the tracers beside this
// one put into the context.
type spanKey struct{ *tracer }

// CallStart begins a span.
func (t *tracer) CallStart(ctx context.Context, call auroradataapi.CallInfo) context.Context {
	name := operationName(call)
	if call.Database != "" {
		name += " " + call.Database
	}
	ctx, span := t.spans.Start(ctx, name, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(t.describe(call)...))
	return context.WithValue(ctx, spanKey{t}, span)
}

// CallAttempt adds an event for an attempt that is followed by another one.
func (t *tracer) CallAttempt(ctx context.Context, _ auroradataapi.CallInfo, a auroradataapi.CallAttempt) {
	if span, ok := ctx.Value(spanKey{t}).(trace.Span); ok && a.Again {
		span.AddEvent("auroradataapi.retry", trace.WithAttributes(
			reasonKey.String(a.Reason), attemptKey.Int(a.Number), pauseKey.Float64(a.Pause.Seconds())))
	}
}

// CallEnd ends the span and records the metrics.
func (t *tracer) CallEnd(ctx context.Context, call auroradataapi.CallInfo, r auroradataapi.CallResult) {
	failure, description := failed(r.Err)
	if span, ok := ctx.Value(spanKey{t}).(trace.Span); ok {
		span.SetAttributes(outcome(call, r)...)
		if r.Err != nil {
			if t.errorText {
				description = r.Err.Error()
			}
			span.SetAttributes(failure...)
			span.SetStatus(codes.Error, description)
		}
		span.End()
	}
	set := metric.WithAttributes(append(t.common(call), failure...)...)
	t.duration.Record(ctx, r.Duration.Seconds(), set)
	if call.Operation == "ExecuteStatement" && r.Err == nil {
		t.rows.Record(ctx, r.Rows, set)
	}
}

// operationName returns what the conventions call the operation.
func operationName(call auroradataapi.CallInfo) string {
	switch {
	case call.Operation == "BeginTransaction":
		return "BEGIN"
	case call.Operation == "CommitTransaction":
		return "COMMIT"
	case call.Operation == "RollbackTransaction":
		return "ROLLBACK"
	case call.Verb == "":
		return call.Operation
	case call.Sets > 1:
		return "BATCH " + call.Verb
	default:
		return call.Verb
	}
}

// common returns the attributes of spans and metrics.
func (t *tracer) common(call auroradataapi.CallInfo) []attribute.KeyValue {
	attrs := make([]attribute.KeyValue, 0, len(t.attributes)+8)
	attrs = append(attrs, t.attributes...)
	attrs = append(attrs, semconv.DBSystemNameKey.String(call.Engine), semconv.DBOperationName(operationName(call)))
	if call.Database != "" {
		attrs = append(attrs, semconv.DBNamespace(call.Database))
	}
	return attrs
}

// describe returns the attributes that a span begins with.
func (t *tracer) describe(call auroradataapi.CallInfo) []attribute.KeyValue {
	attrs := append(t.common(call), operationKey.String(call.Operation))
	if call.Kind != auroradataapi.CallStatement && call.Kind != auroradataapi.CallTransaction {
		attrs = append(attrs, kindKey.String(string(call.Kind)))
	}
	if call.Sets > 1 {
		attrs = append(attrs, semconv.DBOperationBatchSize(call.Sets))
	}
	apart := call.Parameters > 0 || call.Sets > 0
	if call.Statement != "" && (t.statements == Always || t.statements == Parameterized && apart) {
		attrs = append(attrs, semconv.DBQueryText(call.Statement))
	}
	return attrs
}

// outcome returns the attributes that a span ends with, of calls that succeed
// and of those that do not.
func outcome(call auroradataapi.CallInfo, r auroradataapi.CallResult) []attribute.KeyValue {
	attrs := []attribute.KeyValue{sentKey.Int64(r.BytesSent), receivedKey.Int64(r.BytesReceived)}
	if call.Operation == "ExecuteStatement" && r.Err == nil {
		attrs = append(attrs, semconv.DBResponseReturnedRows(int(r.Rows)))
	}
	if r.RequestID != "" {
		attrs = append(attrs, semconv.AWSRequestID(r.RequestID))
	}
	if r.Attempts > 1 {
		attrs = append(attrs, attemptsKey.Int(r.Attempts), waitedKey.Float64(r.Waited.Seconds()))
	}
	return attrs
}

// failed returns the attributes of an error, none if there is no error, and the
// shortest text for it.
func failed(err error) ([]attribute.KeyValue, string) {
	if err == nil {
		return nil, ""
	}
	var e *auroradataapi.Error
	if !errors.As(err, &e) {
		return []attribute.KeyValue{semconv.ErrorTypeOther}, ""
	}
	code := e.Code
	if e.Number != 0 {
		code = strconv.Itoa(e.Number)
	}
	if code != "" {
		return []attribute.KeyValue{semconv.DBResponseStatusCode(code), semconv.ErrorTypeKey.String(code)}, code
	}
	class := errorClass(e)
	return []attribute.KeyValue{semconv.ErrorTypeKey.String(class)}, class
}

// errorClass returns the error.type of an error that has no code.
func errorClass(e *auroradataapi.Error) string {
	switch {
	case errors.Is(e, auroradataapi.ErrTransactionRolledBack):
		return "rolled_back"
	case errors.Is(e, context.DeadlineExceeded):
		return "timeout"
	case errors.Is(e, context.Canceled):
		return "canceled"
	case e.Type != "":
		return e.Type
	case errors.Is(e, auroradataapi.ErrOutcomeUnknown):
		return "outcome_unknown"
	case e.SafeToRetry():
		return "not_executed"
	default:
		return semconv.ErrorTypeOther.Value.AsString()
	}
}
