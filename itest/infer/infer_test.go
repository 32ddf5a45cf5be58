// Package infer runs statements that were written for pgx and for go-sql-driver
// through those and through this driver, and writes docs/parameters.md from what differs.
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

	"github.com/go-sql-driver/mysql"
	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
)

func TestMain(m *testing.M) { dataapitest.Main(m) }

var update = flag.Bool("update", false, "rewrite docs/parameters.md")

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

// side is a database, and the driver that everybody uses for it, which is the peer.
type side struct {
	name, peer  string
	options     []dataapitest.Option
	open        func(*testing.T, *dataapitest.Server) *sql.DB // the peer
	schema      []string
	corpus      []statement
	differences map[string]string
	modes       []auroradataapi.ParamMode // the default first
	// before is run by the peer before each statement.
	before string
	run    func(*testing.T, *sql.DB, statement) string
}

var postgres = side{
	name: "PostgreSQL", peer: "pgx",
	open: openPostgres, schema: schema, corpus: corpus, differences: differences, run: run,
	modes: []auroradataapi.ParamMode{auroradataapi.ParamsInfer, auroradataapi.ParamsBind, auroradataapi.ParamsLiteral},
}

func openPostgres(t *testing.T, srv *dataapitest.Server) *sql.DB {
	t.Helper()
	peer, err := sql.Open("pgx", srv.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	return peer
}

// start makes a database with the schema, and opens the peer.
func (sd side) start(t *testing.T) (*dataapitest.Server, *sql.DB) {
	t.Helper()
	srv := dataapitest.New(t, sd.options...)
	peer := sd.open(t, srv)
	t.Cleanup(func() { peer.Close() })
	for _, statement := range sd.schema {
		sd.must(t, peer, statement)
	}
	return srv, peer
}

func (sd side) must(t *testing.T, peer *sql.DB, statement string) {
	t.Helper()
	if _, err := peer.Exec(statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// TestCorpus compares every statement in every mode.
func TestCorpus(t *testing.T) {
	var pages []page
	for _, sd := range []side{postgres, mysqlSide} {
		t.Run(sd.name, func(t *testing.T) {
			srv, peer := sd.start(t)
			p := page{side: sd, same: make(map[auroradataapi.ParamMode]int), calls: make(map[[2]counter]int)}
			var version string
			if err := peer.QueryRow("SELECT version()").Scan(&version); err != nil {
				t.Fatal(err)
			}
			other := sd.name == mysqlSide.name && !strings.Contains(version, writtenOn)
			if other {
				p.differences = mysql8Differences
			}
			for _, mode := range sd.modes {
				p.compareMode(t, srv, peer, mode)
			}
			p.checkReasons(t)
			if other {
				t.Skipf("docs/parameters.md is of %s, and this is %s: nothing differs without a reason, but the page was not compared", writtenOn, version)
			}
			pages = append(pages, p)
		})
	}
	if len(pages) == 2 {
		comparePage(t, pages)
	}
}

// compareMode runs the corpus by the peer and by this driver in a mode.
func (p *page) compareMode(t *testing.T, srv *dataapitest.Server, peer *sql.DB, mode auroradataapi.ParamMode) {
	t.Helper()
	calls := &counter{}
	cfg := srv.Config()
	cfg.Params, cfg.Tracer = mode, calls
	connector, err := auroradataapi.NewConnector(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ours := sql.OpenDB(connector)
	defer ours.Close()
	runBy := func(db *sql.DB, st statement) string {
		if p.before != "" {
			p.must(t, peer, p.before)
		}
		*calls = counter{}
		return p.run(t, db, st)
	}
	for i, st := range p.corpus {
		want := runBy(peer, st)
		got := runBy(ours, st)
		first := *calls
		if mode == p.modes[0] {
			if again := runBy(ours, st); again != got {
				t.Errorf("%s: %s at first, and then %s", key(st), got, again)
			}
			p.calls[[2]counter{first, *calls}]++
		}
		if got == want {
			p.same[mode]++
			continue
		}
		if mode != p.modes[0] {
			continue
		}
		reason := p.differences[key(st)]
		if reason == "" {
			t.Errorf("%d %s\n\t%s: %s\n\tours: %s", i, key(st), p.peer, want, got)
		}
		p.differ = append(p.differ, differing{st, want, got, reason})
	}
}

// checkReasons reports reasons for what does not differ.
func (p *page) checkReasons(t *testing.T) {
	t.Helper()
	used := make(map[string]bool)
	for _, d := range p.differ {
		used[key(d.statement)] = true
	}
	for k := range p.differences {
		if !used[k] {
			t.Errorf("there is no difference any more: %s", k)
		}
	}
}

// TestQueries runs the queries of the corpus outside of a transaction, where types
// are asked for in another way, or only after PostgreSQL has refused others.
func TestQueries(t *testing.T) {
	srv, peer := postgres.start(t)
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
	var mysqlPeer *mysql.MySQLError
	var ours *auroradataapi.Error
	switch {
	case errors.As(err, &ours) && ours.Number != 0:
		return numbered(ours.Number, ours.Code)
	case errors.As(err, &ours) && ours.Code != "":
		return "SQLSTATE " + ours.Code
	case errors.As(err, &peer):
		return "SQLSTATE " + peer.Code
	case errors.As(err, &mysqlPeer):
		return numbered(int(mysqlPeer.Number), string(mysqlPeer.SQLState[:]))
	}
	return "refused by the driver"
}

func numbered(number int, code string) string {
	return fmt.Sprintf("error %d, SQLSTATE %s", number, code)
}

type differing struct {
	statement
	peer, ours, reason string
}

// page is the part of docs/parameters.md about one database.
type page struct {
	side
	same   map[auroradataapi.ParamMode]int
	differ []differing
	calls  map[[2]counter]int
}

// comparePage holds docs/parameters.md against what was found.
func comparePage(t *testing.T, pages []page) {
	t.Helper()
	path := filepath.Join("..", "..", "docs", "parameters.md")
	got := text(pages)
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
