package oteldataapi_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/oteldataapi"
	"github.com/auroradataapi/auroradataapi/server"
)

func TestMain(m *testing.M) { dataapitest.Main(m) }

// telemetry is what a program has: a handle, and where its spans and metrics go.
type telemetry struct {
	*sql.DB
	srv    *dataapitest.Server
	spans  *tracetest.InMemoryExporter
	tracer trace.Tracer
	reader *sdkmetric.ManualReader
}

func open(t *testing.T, srv *dataapitest.Server, opts ...oteldataapi.Option) *telemetry {
	t.Helper()
	d := &telemetry{srv: srv, spans: tracetest.NewInMemoryExporter(), reader: sdkmetric.NewManualReader()}
	traces := sdktrace.NewTracerProvider(sdktrace.WithSyncer(d.spans))
	d.tracer = traces.Tracer("test")
	meters := sdkmetric.NewMeterProvider(sdkmetric.WithReader(d.reader))
	t.Cleanup(func() {
		_ = traces.Shutdown(context.Background())
		_ = meters.Shutdown(context.Background())
	})
	tracer, err := oteldataapi.New(append([]oteldataapi.Option{oteldataapi.WithTracerProvider(traces), oteldataapi.WithMeterProvider(meters)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	cfg := srv.Config()
	cfg.Tracer = tracer
	cfg.Params = auroradataapi.ParamsBind // no questions about types between the spans
	connector, err := auroradataapi.NewConnector(cfg)
	if err != nil {
		t.Fatal(err)
	}
	d.DB = sql.OpenDB(connector)
	t.Cleanup(func() { d.Close() })
	return d
}

func (d *telemetry) exec(t *testing.T, statement string, args ...any) {
	t.Helper()
	if _, err := d.Exec(statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// take returns a line for each span that has ended, and forgets them. What
// differs from run to run is left out after a check.
func (d *telemetry) take(t *testing.T) []string {
	t.Helper()
	var lines []string
	for _, s := range d.spans.GetSpans() {
		if s.SpanKind != trace.SpanKindClient || stops(s.Attributes) {
			continue
		}
		lines = append(lines, s.Name+attributes(t, s.Attributes)+status(s.Status))
		for _, e := range s.Events {
			lines = append(lines, "  "+e.Name+attributes(t, e.Attributes))
		}
	}
	d.spans.Reset()
	for i := range lines {
		lines[i] = strings.ReplaceAll(lines[i], d.srv.Database, "mydb")
	}
	return lines
}

// stops reports whether a span is that of a call that stops another one, which
// comes when it likes.
func stops(attrs []attribute.KeyValue) bool {
	return slices.Contains(attrs, attribute.String("auroradataapi.kind", string(auroradataapi.CallCancel)))
}

func status(s sdktrace.Status) string {
	if s.Code == codes.Unset && s.Description == "" {
		return ""
	}
	return fmt.Sprintf(" %s(%s)", s.Code, s.Description)
}

func attributes(t *testing.T, attrs []attribute.KeyValue) string {
	t.Helper()
	var b strings.Builder
	for _, a := range attrs {
		value := a.Value.String()
		switch strings.TrimPrefix(string(a.Key), "auroradataapi.") {
		case "sent.size", "received.size", "waited", "retry.pause", "aws.request_id":
			if value == "" {
				t.Errorf("%s is empty", a.Key)
			}
			if value != "0" {
				value = "…"
			}
		}
		fmt.Fprintf(&b, " %s=%s", a.Key, value)
	}
	return b.String()
}

const bytes = " auroradataapi.sent.size=… auroradataapi.received.size=…"

func TestSpans(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		engine   string
		opts     []dataapitest.Option
		conflict string
	}{
		{"postgresql", nil, "23505"},
		{"mysql", []dataapitest.Option{dataapitest.MySQL()}, "1062"},
	} {
		t.Run(tt.engine, func(t *testing.T) {
			t.Parallel()
			d := open(t, dataapitest.New(t, tt.opts...))
			d.exec(t, "CREATE TABLE t (i int PRIMARY KEY)")
			tx, err := d.Begin()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tx.Exec("INSERT INTO t VALUES (?), (?)", 1, 2); err != nil {
				t.Fatal(err)
			}
			if err := tx.Commit(); err != nil {
				t.Fatal(err)
			}
			var n int
			if err := d.QueryRow("SELECT i FROM t WHERE i > ?", 1).Scan(&n); err != nil {
				t.Fatal(err)
			}
			if _, err := d.Exec("INSERT INTO t VALUES (1)"); err == nil {
				t.Fatal("a key was inserted twice")
			}
			system := " db.system.name=" + tt.engine
			want := []string{
				"CREATE mydb" + system + " db.operation.name=CREATE db.namespace=mydb auroradataapi.operation=ExecuteStatement" + bytes + " db.response.returned_rows=0 aws.request_id=…",
				"BEGIN mydb" + system + " db.operation.name=BEGIN db.namespace=mydb auroradataapi.operation=BeginTransaction" + bytes + " aws.request_id=…",
				"INSERT mydb" + system + " db.operation.name=INSERT db.namespace=mydb auroradataapi.operation=ExecuteStatement db.query.text=INSERT INTO t VALUES (?), (?)" + bytes + " db.response.returned_rows=0 aws.request_id=…",
				"COMMIT mydb" + system + " db.operation.name=COMMIT db.namespace=mydb auroradataapi.operation=CommitTransaction" + bytes + " aws.request_id=…",
				"SELECT mydb" + system + " db.operation.name=SELECT db.namespace=mydb auroradataapi.operation=ExecuteStatement db.query.text=SELECT i FROM t WHERE i > ?" + bytes + " db.response.returned_rows=1 aws.request_id=…",
				"INSERT mydb" + system + " db.operation.name=INSERT db.namespace=mydb auroradataapi.operation=ExecuteStatement" + bytes + " aws.request_id=… db.response.status_code=" + tt.conflict + " error.type=" + tt.conflict + " Error(" + tt.conflict + ")",
			}
			if diff := cmp.Diff(want, d.take(t)); diff != "" {
				t.Errorf("spans (-want +got):\n%s", diff)
			}
		})
	}
}

// TestSpanParents holds that calls are children of the program's span.
func TestSpanParents(t *testing.T) {
	t.Parallel()
	d := open(t, dataapitest.New(t))
	ctx, parent := d.tracer.Start(t.Context(), "handle")
	tx, err := d.BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.ExecContext(ctx, "SELECT 1"); err != nil {
		t.Fatal(err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	parent.End()
	spans := d.spans.GetSpans()
	if len(spans) != 4 {
		t.Errorf("%d spans", len(spans))
	}
	for _, s := range spans {
		if s.Name != "handle" && (s.Parent.SpanID() != parent.SpanContext().SpanID() || s.EndTime.Before(s.StartTime)) {
			t.Errorf("%s has the parent %v and takes %v", s.Name, s.Parent.SpanID(), s.EndTime.Sub(s.StartTime))
		}
	}
}

func TestSpansOfFaults(t *testing.T) {
	t.Parallel()
	const statement = " db.system.name=postgresql db.operation.name=SELECT db.namespace=mydb auroradataapi.operation=ExecuteStatement"
	const retried = "  auroradataapi.retry auroradataapi.retry.reason=%s auroradataapi.retry.attempt=%d auroradataapi.retry.pause=…"
	for _, tt := range []struct {
		name  string
		fault server.Fault
		limit time.Duration // of the call
		want  []string      // behind the attributes that all have
	}{
		{"resuming", server.Fault{Kind: server.FaultResuming, Times: 1}, 0, []string{
			bytes + " db.response.returned_rows=1 aws.request_id=… auroradataapi.attempts=2 auroradataapi.waited=…",
			fmt.Sprintf(retried, "resuming", 1),
		}},
		{"drop", server.Fault{Kind: server.FaultDrop}, 0, []string{
			" auroradataapi.sent.size=… auroradataapi.received.size=0 error.type=outcome_unknown Error(outcome_unknown)",
		}},
		{"error", server.Fault{Kind: server.FaultError, Code: "ForbiddenException", Message: "no"}, 0, []string{
			bytes + " aws.request_id=… error.type=ForbiddenException Error(ForbiddenException)",
		}},
		{"timeout", server.Fault{Kind: server.FaultDelay, Delay: 10 * time.Second}, time.Second, []string{
			" auroradataapi.sent.size=… auroradataapi.received.size=0 error.type=timeout Error(timeout)",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := open(t, dataapitest.New(t))
			tt.fault.SQL = "SELECT 42" // and not what the driver may send besides
			if err := d.srv.Server.Faults().Add(tt.fault); err != nil {
				t.Fatal(err)
			}
			ctx := t.Context()
			if tt.limit > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, tt.limit)
				defer cancel()
			}
			_, _ = d.ExecContext(ctx, "SELECT 42")
			got := d.take(t)
			for i := range got {
				got[i] = strings.TrimPrefix(got[i], "SELECT mydb"+statement)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("spans (-want +got):\n%s", diff)
			}
		})
	}
}

func TestStatementsAndErrors(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t)
	for _, tt := range []struct {
		name   string
		opts   []oteldataapi.Option
		shown  []string
		hidden []string
	}{
		{"by default", nil, []string{"SELECT $1::text"}, []string{"hunter2", "invalid input"}},
		{"never", []oteldataapi.Option{oteldataapi.WithStatements(oteldataapi.Never)}, []string{"error.type=22P02"}, []string{"db.query.text", "hunter2"}},
		{"always", []oteldataapi.Option{oteldataapi.WithStatements(oteldataapi.Always)}, []string{"SELECT 'hunter2'"}, []string{"invalid input"}},
		{"errors", []oteldataapi.Option{oteldataapi.WithErrorText()}, []string{`invalid input syntax for type integer: "hunter2"`}, []string{"SELECT 'hunter2'"}},
		{"attributes", []oteldataapi.Option{oteldataapi.WithAttributes(attribute.String("server.address", "here"))}, []string{"server.address=here"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := open(t, srv, tt.opts...)
			d.exec(t, "SELECT $1::text", "hunter2")
			d.exec(t, "SELECT 'hunter2'")
			if _, err := d.Exec("SELECT $1::int", "hunter2"); err == nil {
				t.Fatal("hunter2 is an integer")
			}
			all := strings.Join(d.take(t), "\n")
			for _, s := range tt.shown {
				if !strings.Contains(all, s) {
					t.Errorf("%q is not in\n%s", s, all)
				}
			}
			for _, s := range tt.hidden {
				if strings.Contains(all, s) {
					t.Errorf("%q is in\n%s", s, all)
				}
			}
		})
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	d := open(t, dataapitest.New(t))
	d.exec(t, "SELECT 1 FROM generate_series(1, 3)")
	d.exec(t, "SELECT 1 FROM generate_series(1, 4)")
	if _, err := d.Exec("SELECT 1/0"); err == nil {
		t.Fatal("a division by zero")
	}
	var got metricdata.ResourceMetrics
	if err := d.reader.Collect(t.Context(), &got); err != nil {
		t.Fatal(err)
	}
	lines := make(map[string]bool)
	for _, scope := range got.ScopeMetrics {
		for _, m := range scope.Metrics {
			switch data := m.Data.(type) {
			case metricdata.Histogram[float64]:
				for _, p := range data.DataPoints {
					if p.Sum <= 0 {
						t.Errorf("%s took %v s", m.Name, p.Sum)
					}
					lines[fmt.Sprintf("%s %s ×%d%s", m.Name, m.Unit, p.Count, attributes(t, p.Attributes.ToSlice()))] = true
				}
			case metricdata.Histogram[int64]:
				for _, p := range data.DataPoints {
					lines[fmt.Sprintf("%s %s ×%d Σ%d%s", m.Name, m.Unit, p.Count, p.Sum, attributes(t, p.Attributes.ToSlice()))] = true
				}
			default:
				t.Errorf("%s is a %T", m.Name, m.Data)
			}
		}
	}
	common := " db.namespace=" + d.srv.Database + " db.operation.name=SELECT"
	want := map[string]bool{
		"db.client.operation.duration s ×2" + common + " db.system.name=postgresql":                                                true,
		"db.client.operation.duration s ×1" + common + " db.response.status_code=22012 db.system.name=postgresql error.type=22012": true,
		"db.client.response.returned_rows {row} ×2 Σ7" + common + " db.system.name=postgresql":                                     true,
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
}

// TestBeside has two tracers of this package in one connector, which must not
// end each other's spans.
func TestBeside(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t)
	exporters := []*tracetest.InMemoryExporter{tracetest.NewInMemoryExporter(), tracetest.NewInMemoryExporter()}
	var tracers []auroradataapi.Tracer
	for _, e := range exporters {
		provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(e))
		tracer, err := oteldataapi.New(oteldataapi.WithTracerProvider(provider))
		if err != nil {
			t.Fatal(err)
		}
		tracers = append(tracers, tracer)
	}
	cfg := srv.Config()
	cfg.Tracer = auroradataapi.Tracers(tracers...)
	connector, err := auroradataapi.NewConnector(cfg)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	if _, err := db.Exec("SELECT 1"); err != nil {
		t.Fatal(err)
	}
	for i, e := range exporters {
		if spans := e.GetSpans(); len(spans) != 1 || len(spans[0].Attributes) < 6 {
			t.Errorf("tracer %d made the spans %v", i, spans)
		}
	}
}

func TestBatch(t *testing.T) {
	t.Parallel()
	d := open(t, dataapitest.New(t))
	d.exec(t, "CREATE TABLE t (i int)")
	d.take(t)
	for _, sets := range [][][]any{{{1}, {2}}, {{3}}} { // one alone is no batch to the conventions
		if _, err := auroradataapi.ExecBatch(t.Context(), d, "INSERT INTO t VALUES ($1)", sets); err != nil {
			t.Fatal(err)
		}
	}
	const common = " db.namespace=mydb auroradataapi.operation=BatchExecuteStatement"
	const text = " db.query.text=INSERT INTO t VALUES ($1)"
	want := []string{
		"BATCH INSERT mydb db.system.name=postgresql db.operation.name=BATCH INSERT" + common + " db.operation.batch.size=2" + text + bytes + " aws.request_id=…",
		"INSERT mydb db.system.name=postgresql db.operation.name=INSERT" + common + text + bytes + " aws.request_id=…",
	}
	if diff := cmp.Diff(want, d.take(t)); diff != "" {
		t.Errorf("spans (-want +got):\n%s", diff)
	}
}
