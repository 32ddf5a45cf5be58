// Package infer runs statements that were written for pgx through pgx and through
// this driver, and writes docs/parameters.md from what differs.
package infer

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
)

func TestMain(m *testing.M) { dataapitest.Main(m) }

var update = flag.Bool("update", false, "rewrite docs/parameters.md")

var modes = []auroradataapi.ParamMode{auroradataapi.ParamsInfer, auroradataapi.ParamsBind, auroradataapi.ParamsLiteral}

// counter counts the calls of one mode.
type counter struct{ described, statements int }

func (c *counter) CallStart(ctx context.Context, call auroradataapi.CallInfo) context.Context {
	switch call.Kind {
	case auroradataapi.CallDescribe:
		c.described++
	case auroradataapi.CallStatement:
		c.statements++
	}
	return ctx
}

func (*counter) CallEnd(context.Context, auroradataapi.CallInfo, auroradataapi.CallResult) {}

// TestCorpus compares every statement in every mode.
func TestCorpus(t *testing.T) {
	srv := dataapitest.New(t)
	peer, err := sql.Open("pgx", srv.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	for _, statement := range schema {
		if _, err := peer.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	p := page{same: make(map[auroradataapi.ParamMode]int)}
	used := make(map[string]bool)
	for _, mode := range modes {
		calls := &counter{}
		cfg := srv.Config()
		cfg.Params, cfg.Tracer = mode, calls
		connector, err := auroradataapi.NewConnector(cfg)
		if err != nil {
			t.Fatal(err)
		}
		ours := sql.OpenDB(connector)
		for i, st := range corpus {
			want := run(t, peer, st)
			*calls = counter{}
			got := run(t, ours, st)
			first := *calls
			if mode == auroradataapi.ParamsInfer {
				*calls = counter{}
				if again := run(t, ours, st); again != got {
					t.Errorf("%s %T: %s at first, and then %s", st.sql, st.args, got, again)
				}
				p.count(first, *calls)
			}
			if got == want {
				p.same[mode]++
				continue
			}
			if mode != auroradataapi.ParamsInfer {
				continue
			}
			reason := differences[key(st)]
			used[key(st)] = true
			if reason == "" {
				t.Errorf("%d %s\n\tpgx:  %s\n\tours: %s", i, key(st), want, got)
			}
			p.differ = append(p.differ, differing{st, want, got, reason})
		}
		ours.Close()
	}
	for k := range differences {
		if !used[k] {
			t.Errorf("there is no difference any more: %s", k)
		}
	}
	p.compare(t)
}

// TestQueries runs the queries of the corpus outside of a transaction, where types
// are asked for in another way, or only after PostgreSQL has refused others.
func TestQueries(t *testing.T) {
	srv := dataapitest.New(t)
	peer, err := sql.Open("pgx", srv.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	for _, statement := range schema {
		if _, err := peer.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	ours := srv.Open(t)
	for _, st := range corpus {
		if !strings.HasPrefix(st.sql, "SELECT") && !strings.HasPrefix(st.sql, "VALUES") || differences[key(st)] != "" {
			continue
		}
		want, got := ask(t, peer, st), ask(t, ours, st)
		if got != want && !(want == "refused by the driver" && strings.HasPrefix(got, "rows")) {
			t.Errorf("%s\n\tpgx:  %s\n\tours: %s", key(st), want, got)
		}
		if again := ask(t, ours, st); again != got {
			t.Errorf("%s: %s at first, and then %s", key(st), got, again)
		}
	}
}

// key names a statement and the Go types of its arguments.
func key(st statement) string {
	types := make([]string, len(st.args))
	for i, arg := range st.args {
		types[i] = strings.ReplaceAll(fmt.Sprintf("%T", arg), "<nil>", "nil")
	}
	return st.sql + " with " + strings.Join(types, ", ")
}

// run runs a statement in a transaction that is rolled back, and returns its rows
// or its error as a text.
func run(t *testing.T, db *sql.DB, st statement) string {
	t.Helper()
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	return ask(t, tx, st)
}

func ask(t *testing.T, q interface {
	Query(string, ...any) (*sql.Rows, error)
}, st statement) string {
	t.Helper()
	rows, err := q.Query(st.sql, st.args...)
	if err != nil {
		return state(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for rows.Next() {
		values := make([]sql.NullString, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return "scan: " + err.Error()
		}
		for _, v := range values {
			if v.Valid {
				fmt.Fprintf(&b, "%q ", v.String)
			} else {
				b.WriteString("NULL ")
			}
		}
		b.WriteString("; ")
	}
	if err := rows.Err(); err != nil {
		return state(err)
	}
	return "rows " + strings.TrimSpace(b.String())
}

// state names an error by its SQLSTATE, or says that nothing was sent.
func state(err error) string {
	var peer *pgconn.PgError
	var ours *auroradataapi.Error
	switch {
	case errors.As(err, &ours) && ours.Code != "":
		return "SQLSTATE " + ours.Code
	case errors.As(err, &peer):
		return "SQLSTATE " + peer.Code
	}
	return "refused by the driver"
}

type differing struct {
	statement
	pgx, ours, reason string
}

// page is docs/parameters.md.
type page struct {
	same   map[auroradataapi.ParamMode]int
	differ []differing
	calls  map[[2]counter]int
}

func (p *page) count(first, again counter) {
	if p.calls == nil {
		p.calls = make(map[[2]counter]int)
	}
	p.calls[[2]counter{first, again}]++
}

func (p *page) compare(t *testing.T) {
	t.Helper()
	path := filepath.Join("..", "..", "docs", "parameters.md")
	got := p.text()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("docs/parameters.md is not what was found; if that is right, run go test ./itest/infer -update (-page +found)\n%s", diff)
	}
}
