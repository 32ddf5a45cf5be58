// Package otel wraps the driver with otelsql, and looks whether everything of it
// still passes through.
package otel

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"testing"

	"github.com/XSAM/otelsql"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/examples/internal/toolpage"
)

var page = toolpage.New("otelsql")

func TestMain(m *testing.M) { page.Main(m) }

// open returns a handle that is wrapped, and the spans that it makes.
func open(t *testing.T, srv *dataapitest.Server, options ...otelsql.Option) (*sql.DB, *tracetest.SpanRecorder, context.Context) {
	t.Helper()
	spans := tracetest.NewSpanRecorder()
	provider := trace.NewTracerProvider(trace.WithSpanProcessor(spans))
	connector, err := auroradataapi.NewConnector(srv.Config())
	if err != nil {
		t.Fatal(err)
	}
	db := otelsql.OpenDB(connector, append(options, otelsql.WithTracerProvider(provider))...)
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.Exec("CREATE TABLE t (id int PRIMARY KEY, name varchar(20))"); err != nil {
		t.Fatal(err)
	}
	ctx, span := provider.Tracer("test").Start(t.Context(), "test")
	t.Cleanup(func() { span.End() })
	return db, spans, ctx
}

// insert is a statement of either engine.
const insert = "INSERT INTO t (id, name) VALUES (:id, :name)"

func set(id int, name string) []any { return []any{sql.Named("id", id), sql.Named("name", name)} }

func wantRows(t *testing.T, db *sql.DB, want int) {
	t.Helper()
	var n int
	if err := db.QueryRow("SELECT count(*) FROM t").Scan(&n); err != nil || n != want {
		t.Errorf("%d rows, %v; want %d", n, err, want)
	}
}

func TestStatements(t *testing.T) {
	page.Works(t, "statements, rows, transactions, `Prepare`", func(t *testing.T, srv *dataapitest.Server) {
		db, spans, ctx := open(t, srv)
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback()
		stmt, err := tx.PrepareContext(ctx, insert)
		if err != nil {
			t.Fatal(err)
		}
		for i, name := range []string{"a", "b"} {
			if _, err := stmt.ExecContext(ctx, set(i, name)...); err != nil {
				t.Fatal(err)
			}
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		var n int
		if err := db.QueryRowContext(ctx, "SELECT count(*) FROM t WHERE id < :max", sql.Named("max", 5)).Scan(&n); err != nil || n != 2 {
			t.Errorf("%d rows, %v", n, err)
		}
		if len(spans.Ended()) < 6 {
			t.Errorf("%d spans", len(spans.Ended()))
		}
	})
}

func TestOptions(t *testing.T) {
	page.Works(t, "options of a call, such as `JSONResult()`", func(t *testing.T, srv *dataapitest.Server) {
		db, _, ctx := open(t, srv)
		if _, err := db.ExecContext(ctx, insert, append(set(1, "a"), auroradataapi.Repeatable())...); err != nil {
			t.Fatal(err)
		}
		var text string
		if err := db.QueryRowContext(ctx, "SELECT id FROM t", auroradataapi.JSONResult()).Scan(&text); err != nil || text != `[{"id":1}]` {
			t.Errorf("%q, %v", text, err)
		}
	})
}

func TestErrors(t *testing.T) {
	page.Works(t, "typed errors", func(t *testing.T, srv *dataapitest.Server) {
		db, _, ctx := open(t, srv)
		if _, err := db.ExecContext(ctx, insert, set(1, "a")...); err != nil {
			t.Fatal(err)
		}
		_, err := db.ExecContext(ctx, insert, set(1, "a")...)
		var e *auroradataapi.Error
		if !errors.Is(err, auroradataapi.UniqueViolation) || !errors.As(err, &e) || e.RequestID == "" {
			t.Errorf("the error is %v", err)
		}
	})
}

func TestRaw(t *testing.T) {
	page.Works(t, "`Raw`: the driver's `*Conn` behind the wrapper's", func(t *testing.T, srv *dataapitest.Server) {
		db, _, ctx := open(t, srv)
		conn, err := db.Conn(ctx)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		err = conn.Raw(func(c any) error {
			wrapper, ok := c.(interface{ Raw() driver.Conn })
			if !ok {
				t.Fatalf("the connection is a %T", c)
			}
			if _, ok := wrapper.Raw().(*auroradataapi.Conn); !ok {
				t.Errorf("behind it is a %T", wrapper.Raw())
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestMany(t *testing.T) {
	page.Works(t, "`ExecBatch`", func(t *testing.T, srv *dataapitest.Server) {
		db, _, ctx := open(t, srv)
		if _, err := auroradataapi.ExecBatch(ctx, db, insert, [][]any{set(1, "a"), set(2, "b")}); err != nil {
			t.Error(err)
		}
		wantRows(t, db, 2)
	})
}

func TestCopy(t *testing.T) {
	page.Works(t, "`CopyFrom`", func(t *testing.T, srv *dataapitest.Server) {
		db, _, ctx := open(t, srv)
		r, err := auroradataapi.CopyFrom(ctx, db, "t", []string{"id", "name"},
			auroradataapi.CopyRows([][]any{{1, "a"}, {2, "b"}}), auroradataapi.CopyOptions{})
		if err != nil {
			t.Errorf("%+v, %v", r, err)
		}
		wantRows(t, db, 2)
	})
}

func TestCommenter(t *testing.T) {
	page.Works(t, "`WithSQLCommenter`: comments with trace ids", func(t *testing.T, srv *dataapitest.Server) {
		db, _, ctx := open(t, srv, otelsql.WithSQLCommenter(true), otelsql.WithTextMapPropagator(propagation.TraceContext{}))
		if _, err := db.ExecContext(ctx, insert, set(1, "what: stands :here")...); err != nil {
			t.Fatal(err)
		}
		var name string
		if err := db.QueryRowContext(ctx, "SELECT name FROM t WHERE id = :id", sql.Named("id", 1)).Scan(&name); err != nil || name != "what: stands :here" {
			t.Errorf("%q, %v", name, err)
		}
	})
}
