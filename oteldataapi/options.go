package oteldataapi

import (
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
)

// Option changes what New makes.
type Option func(*options)

type options struct {
	traces     trace.TracerProvider
	metrics    metric.MeterProvider
	attributes []attribute.KeyValue
	statements Statements
	errorText  bool
}

// WithTracerProvider says where spans go. Without it, or with nil, they go to the
// global provider.
func WithTracerProvider(p trace.TracerProvider) Option {
	return func(o *options) { o.traces = p }
}

// WithMeterProvider says where metrics go. Without it, or with nil, they go to
// the global provider.
func WithMeterProvider(p metric.MeterProvider) Option {
	return func(o *options) { o.metrics = p }
}

// WithAttributes adds attributes to every span and metric, such as server.address.
func WithAttributes(attributes ...attribute.KeyValue) Option {
	return func(o *options) { o.attributes = append(o.attributes, attributes...) }
}

// Statements says of which statements the SQL becomes db.query.text. Values of
// parameters are never in it.
type Statements int

// The choices for WithStatements.
const (
	// Parameterized shows statements that have parameters: who passes values
	// apart does not write them into the SQL. It is the default, as in the
	// semantic conventions.
	Parameterized Statements = iota
	// Always shows all statements, with whatever is written into them.
	Always
	// Never shows none.
	Never
)

// WithStatements says which statements are shown.
func WithStatements(s Statements) Option {
	return func(o *options) { o.statements = s }
}

// WithErrorText adds the text of an error to the status of its span. A database
// quotes values in its errors, of parameters too.
func WithErrorText() Option {
	return func(o *options) { o.errorText = true }
}
