package dialect_test

import (
	"context"
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/localdb"
)

// The tests in this file take PostgreSQL's word for what a statement means.

var (
	statements = flag.Int("statements", 1500, "how many random statements to try against PostgreSQL")
	seed       = flag.Uint64("seed", 1, "which random statements")
)

// connect returns a connection to the server that the environment names, or
// to a private one.
func connect(t *testing.T) *pgconn.PgConn {
	t.Helper()
	url := os.Getenv("AURORADATAAPI_TEST_POSTGRES_URL")
	if url == "" {
		db, err := localdb.StartPostgres(t.Context(), localdb.PostgresOptions{Offline: true})
		if errors.Is(err, localdb.ErrNotFound) && os.Getenv("CI") == "" {
			t.Skip(err)
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := db.Stop(); err != nil {
				t.Error(err)
			}
		})
		url = db.URL("postgres", "postgres")
	}
	conn, err := pgconn.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

// exec runs a text in the simple protocol and returns the rows of each of its
// statements.
func exec(t *testing.T, conn *pgconn.PgConn, sql string) [][]string {
	t.Helper()
	results, err := conn.Exec(t.Context(), sql).ReadAll()
	if err != nil {
		t.Fatalf("%q: %v", sql, err)
	}
	var all [][]string
	for _, r := range results {
		all = append(all, cells(r))
	}
	return all
}

// execParams runs a statement with parameters in text form.
func execParams(t *testing.T, conn *pgconn.PgConn, sql string, values []string) []string {
	t.Helper()
	var params [][]byte
	for _, v := range values {
		params = append(params, []byte(v))
	}
	r := conn.ExecParams(t.Context(), sql, params, nil, nil, nil).Read()
	if r.Err != nil {
		t.Fatalf("%q: %v", sql, r.Err)
	}
	return cells(r)
}

func cells(r *pgconn.Result) []string {
	got := []string{r.CommandTag.String()}
	for _, row := range r.Rows {
		for _, cell := range row {
			if cell == nil {
				got = append(got, "NULL")
				continue
			}
			got = append(got, string(cell))
		}
	}
	return got
}

// TestStatementsOnPostgres sends random statements in each style and compares
// what comes back with what the statement itself returns.
func TestStatementsOnPostgres(t *testing.T) {
	conn := connect(t)
	g := generator{Rand: rand.New(rand.NewPCG(*seed, 1))}
	for range *statements {
		text := g.statement()
		numbered, values := render(text, g.types, styleNumbered)

		s := dialect.PostgreSQL.Parse(numbered)
		prepared, err := conn.Prepare(t.Context(), "", numbered, nil)
		if err != nil {
			t.Fatalf("the generator made %q: %v", numbered, err)
		}
		if got, want := s.NumInput(), len(prepared.ParamOIDs); got != want && (got != -1 || want != 0) {
			t.Fatalf("%q: NumInput is %d, want %d", numbered, got, want)
		}
		want := execParams(t, conn, numbered, values)
		for _, st := range []style{styleNumbered, styleQuestion, styleNamed} {
			sql, values := render(text, g.types, st)
			args := make([]dialect.Arg, len(values))
			if st == styleNamed {
				for i := range args {
					args[i].Name = name(i + 1)
				}
			}
			service, err := dialect.PostgreSQL.Parse(sql).ToService(args)
			if err != nil {
				t.Fatalf("%q: %v", sql, err)
			}
			engine, err := dialect.PostgreSQL.FromService(service.SQL)
			if err != nil {
				t.Fatalf("%q\nbecame %q: %v", sql, service.SQL, err)
			}
			var bound []string
			for _, name := range engine.Names {
				i := slices.IndexFunc(service.Params, func(p dialect.Param) bool { return p.Name == name })
				if i < 0 {
					t.Fatalf("%q\nbecame %q\nwhich has %q", sql, service.SQL, name)
				}
				bound = append(bound, values[service.Params[i].Arg])
			}
			got := execParams(t, conn, engine.SQL, bound)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%q\nbecame %q\nand then %q\n(-want +got): %s", sql, service.SQL, engine.SQL, diff)
			}
		}
	}
}

// TestScriptsOnPostgres runs random scripts at once and by their parts.
func TestScriptsOnPostgres(t *testing.T) {
	conn := connect(t)
	g := generator{Rand: rand.New(rand.NewPCG(*seed, 2)), bare: true}
	for range *statements / 4 {
		var script strings.Builder
		for range 1 + g.IntN(4) {
			script.WriteString(g.space() + g.scriptStatement() + g.gap() + ";" + g.gap())
		}
		sql, _ := render(script.String(), nil, styleNumbered)
		want := exec(t, conn, sql)
		parts, err := dialect.PostgreSQL.Split(sql)
		if err != nil {
			t.Fatalf("%q: %v", sql, err)
		}
		var got [][]string
		for _, p := range parts {
			service, err := dialect.PostgreSQL.Parse(p.SQL).ToService(nil)
			if err != nil {
				t.Fatalf("%q: %v", p.SQL, err)
			}
			engine, err := dialect.PostgreSQL.FromService(service.SQL)
			if err != nil {
				t.Fatalf("%q: %v", service.SQL, err)
			}
			rows := exec(t, conn, engine.SQL)
			if len(rows) != 1 {
				t.Fatalf("part %q is %d statements", p.SQL, len(rows))
			}
			got = append(got, rows...)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%q\nsplits to %v\n(-want +got): %s", sql, parts, diff)
		}
	}
}

// TestLiteralsOnPostgres reads random texts back from literals.
func TestLiteralsOnPostgres(t *testing.T) {
	conn := connect(t)
	g := generator{Rand: rand.New(rand.NewPCG(*seed, 3))}
	for _, setting := range []string{"on", "off"} {
		exec(t, conn, "SET escape_string_warning TO off; SET standard_conforming_strings TO "+setting)
		for range *statements / 10 {
			var sql strings.Builder
			want := []string{"SELECT 1"}
			for i := range 20 {
				text := g.nasty(12)
				literal, err := dialect.PostgreSQL.QuoteString(text)
				if err != nil {
					t.Fatal(err)
				}
				want = append(want, text)
				sql.WriteString([]string{"SELECT ", " , "}[min(i, 1)] + literal)
			}
			if diff := cmp.Diff([][]string{want}, exec(t, conn, sql.String())); diff != "" {
				t.Fatalf("%s: %q (-want +got): %s", setting, sql.String(), diff)
			}
		}
	}
}
