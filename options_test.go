package auroradataapi

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// asked is what options change in a request.
type asked struct {
	SQL      string
	Params   int
	JSON     bool
	RunsOn   bool
	Deadline bool
}

// optionAPI keeps what was asked.
type optionAPI struct {
	wire.API
	asked []asked
}

func (a *optionAPI) ExecuteStatement(ctx context.Context, r *wire.ExecuteRequest) (*wire.ExecuteResponse, error) {
	_, deadline := ctx.Deadline()
	a.asked = append(a.asked, asked{r.SQL, len(r.Parameters), r.FormatRecordsAs == wire.RecordsJSON, r.ContinueAfterTimeout, deadline})
	return &wire.ExecuteResponse{}, nil
}

func (a *optionAPI) BeginTransaction(context.Context, *wire.BeginRequest) (*wire.BeginResponse, error) {
	return &wire.BeginResponse{TransactionID: "tx"}, nil
}

func (a *optionAPI) CommitTransaction(context.Context, *wire.CommitRequest) (*wire.CommitResponse, error) {
	return &wire.CommitResponse{}, nil
}

func optionDB(t *testing.T) (*sql.DB, *optionAPI) {
	t.Helper()
	api := &optionAPI{}
	c, err := NewConnector(&Config{Engine: "postgresql", ClusterARN: testCluster, SecretARN: testSecret, NoServerCancel: true, Params: ParamsBind})
	if err != nil {
		t.Fatal(err)
	}
	c.api = api
	db := sql.OpenDB(c)
	db.SetMaxOpenConns(1) // what is left on a connection would show in the next call
	t.Cleanup(func() { db.Close() })
	return db, api
}

type badValuer struct{}

func (badValuer) Value() (driver.Value, error) { return nil, errors.New("no value") }

type panicValuer struct{}

func (panicValuer) Value() (driver.Value, error) { panic("no value at all") }

// TestOptionsStayWithTheirCall passes options in every way that database/sql has,
// and makes a plain call on the same connection behind each.
func TestOptionsStayWithTheirCall(t *testing.T) {
	ctx := context.Background()
	all := asked{SQL: "SELECT :1", Params: 1, JSON: true, RunsOn: true, Deadline: true}
	options := []any{JSONResult(), 1, ContinueAfterTimeout(), Repeatable(), Timeout(time.Minute)}
	const statement = "SELECT $1"
	tests := []struct {
		name string
		call func(*sql.DB) error
		want []asked // nil is nothing
		err  string
	}{
		{"DB.Exec", func(db *sql.DB) error { _, err := db.Exec(statement, options...); return err }, []asked{all}, ""},
		{"DB.Query", func(db *sql.DB) error { return closed(db.Query(statement, options...)) }, []asked{all}, ""},
		{"Stmt", func(db *sql.DB) error {
			s, err := db.Prepare(statement)
			if err != nil {
				return err
			}
			defer s.Close()
			return closed(s.Query(options...))
		}, []asked{all}, ""},
		{"Tx", func(db *sql.DB) error {
			tx, err := db.Begin()
			if err != nil {
				return err
			}
			_, err = tx.Exec(statement, options...)
			return errors.Join(err, tx.Commit())
		}, []asked{all}, ""},
		{"Conn", func(db *sql.DB) error {
			conn, err := db.Conn(ctx)
			if err != nil {
				return err
			}
			defer conn.Close()
			return closed(conn.QueryContext(ctx, statement, options...))
		}, []asked{all}, ""},
		{"nothing else", func(db *sql.DB) error { _, err := db.Exec("SELECT 1", JSONResult()); return err },
			[]asked{{SQL: "SELECT 1", JSON: true}}, ""},
		{"the later one holds", func(db *sql.DB) error {
			_, err := db.Exec("SELECT 1", Timeout(time.Nanosecond), Timeout(time.Minute))
			return err
		}, []asked{{SQL: "SELECT 1", Deadline: true}}, ""},
		{"a bad argument behind it", func(db *sql.DB) error { _, err := db.Exec(statement, JSONResult(), badValuer{}); return err }, nil, "no value"},
		{"a bad name behind it", func(db *sql.DB) error { _, err := db.Exec(statement, JSONResult(), sql.Named("1", 1)); return err }, nil, "name"},
		{"an argument too few", func(db *sql.DB) error { _, err := db.Exec(statement, JSONResult()); return err }, nil, "$1 has no argument"},
		{"an argument too many, prepared", func(db *sql.DB) error {
			s, err := db.Prepare(statement)
			if err != nil {
				return err
			}
			defer s.Close()
			_, err = s.Exec(JSONResult(), 1, 2)
			return err
		}, nil, "argument 2 is not used"},
		{"a panic behind it", func(db *sql.DB) (err error) {
			defer func() { err = errors.New(recover().(string)) }()
			_, err = db.Exec(statement, JSONResult(), panicValuer{})
			return err
		}, nil, "no value at all"},
		{"a context that is over", func(db *sql.DB) error {
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			_, err := db.ExecContext(ctx, statement, options...)
			return err
		}, nil, "context canceled"},
		{"named", func(db *sql.DB) error { _, err := db.Exec("SELECT 1", sql.Named("json", JSONResult())); return err }, nil, `with the name "json"`},
		{"empty", func(db *sql.DB) error { _, err := db.Exec("SELECT 1", Option{}); return err }, nil, "an empty Option"},
		{"no time", func(db *sql.DB) error { _, err := db.Exec("SELECT 1", Timeout(0)); return err }, nil, "has to be positive"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			db, api := optionDB(t)
			err := tt.call(db)
			if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) {
				t.Errorf("got %v, want %q", err, tt.err)
			}
			if diff := cmp.Diff(tt.want, api.asked); diff != "" {
				t.Errorf("asked (-want +got)\n%s", diff)
			}
			api.asked = nil
			if _, err := db.Exec("SELECT 2"); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]asked{{SQL: "SELECT 2"}}, api.asked); diff != "" {
				t.Errorf("the next call (-want +got)\n%s", diff)
			}
		})
	}
}

func closed(rows *sql.Rows, err error) error {
	if err != nil {
		return err
	}
	return rows.Close()
}

// TestTakeOptionsKeepsPlainArguments has no copy made of arguments without one.
func TestTakeOptionsKeepsPlainArguments(t *testing.T) {
	args := positional([]driver.Value{int64(1), "a"})
	_, rest, err := takeOptions(args)
	if err != nil || &rest[0] != &args[0] || len(rest) != 2 {
		t.Errorf("got %v, %v", rest, err)
	}
	args = append(args[:1:1], driver.NamedValue{Ordinal: 2, Value: Repeatable()}, driver.NamedValue{Ordinal: 3, Value: "b"})
	_, rest, err = takeOptions(args)
	if diff := cmp.Diff(positional([]driver.Value{int64(1), "b"}), rest); diff != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	if args[1].Value.(Option).String() != "Repeatable" {
		t.Errorf("the option is called %s", args[1].Value)
	}
}

// wrapped is a connection as wrappers of drivers make them, for tracing say.
type wrapped struct{ *Conn }

func (w wrapped) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	s, err := w.Conn.PrepareContext(ctx, query)
	return wrappedStmt{s}, err
}

// wrappedStmt has no methods but those of driver.Stmt and what takes contexts.
type wrappedStmt struct{ driver.Stmt }

func (w wrappedStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	return w.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}

// deaf is one whose wrapper forgets that the driver looks at arguments itself.
type deaf struct {
	driver.Conn
	driver.ExecerContext
}

type wrapper struct {
	*Connector
	wrap func(*Conn) driver.Conn
}

func (w wrapper) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := w.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return w.wrap(c.(*Conn)), nil
}

func TestOptionsThroughWrappers(t *testing.T) {
	open := func(wrap func(*Conn) driver.Conn) (*sql.DB, *optionAPI) {
		api := &optionAPI{}
		c, err := NewConnector(&Config{Engine: "postgresql", ClusterARN: testCluster, SecretARN: testSecret, NoServerCancel: true})
		if err != nil {
			t.Fatal(err)
		}
		c.api = api
		db := sql.OpenDB(wrapper{c, wrap})
		t.Cleanup(func() { db.Close() })
		return db, api
	}
	db, api := open(func(c *Conn) driver.Conn { return wrapped{c} })
	if _, err := db.Exec("SELECT $1", JSONResult(), 1); err != nil {
		t.Fatal(err)
	}
	stmt, err := db.Prepare("SELECT $1")
	if err != nil {
		t.Fatal(err)
	}
	defer stmt.Close()
	if _, err := stmt.Exec(1, JSONResult()); err != nil {
		t.Fatal(err)
	}
	want := asked{SQL: "SELECT :1", Params: 1, JSON: true}
	if diff := cmp.Diff([]asked{want, want}, api.asked); diff != "" {
		t.Errorf("asked (-want +got)\n%s", diff)
	}
	db, api = open(func(c *Conn) driver.Conn { return deaf{c, c} })
	_, err = db.Exec("SELECT $1", JSONResult(), 1)
	if err == nil || !strings.Contains(err.Error(), "auroradataapi.Option") || len(api.asked) != 0 {
		t.Errorf("a wrapper that looks at arguments itself: %v, %v", err, api.asked)
	}
	if _, err := ExecBatch(t.Context(), db, "SELECT 1", [][]any{{}}); err == nil {
		t.Error("a batch got past it")
	}
}
