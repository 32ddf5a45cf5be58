package auroradataapi_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata"
	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/server"
)

// openSet opens the server's database with settings of the session, and notes the
// calls.
func openSet(t *testing.T, srv *dataapitest.Server, settings map[string]string, change ...func(*auroradataapi.Config)) (*sql.DB, *countingTracer) {
	t.Helper()
	tracer := &countingTracer{}
	set := func(c *auroradataapi.Config) { c.Tracer, c.Settings = tracer, settings }
	return srv.Open(t, append([]func(*auroradataapi.Config){set}, change...)...), tracer
}

// short has the calls in letters: Begin, Execute, batCh, coMmit, Rollback.
func (c *countingTracer) short() string {
	var b strings.Builder
	for _, call := range c.calls {
		op, _, _ := strings.Cut(call, " ")
		b.WriteString(map[string]string{
			"BeginTransaction": "B", "ExecuteStatement": "E", "BatchExecuteStatement": "C",
			"CommitTransaction": "M", "RollbackTransaction": "R",
		}[op])
	}
	return b.String()
}

// twoSchemas makes a table of the same name in each of two schemas.
func twoSchemas(t *testing.T, srv *dataapitest.Server) *sql.DB {
	t.Helper()
	db := srv.Open(t)
	for _, s := range []string{"CREATE SCHEMA app", "CREATE TABLE app.t (s text)", "CREATE TABLE public.t (s text)",
		"INSERT INTO app.t VALUES ('app')", "INSERT INTO public.t VALUES ('public')"} {
		exec(t, db, s)
	}
	return db
}

// TestSettings holds every way of a statement to the service to the settings of
// the session, and to the number of calls that it takes.
func TestSettings(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t)
	plain := twoSchemas(t, srv)
	db, tracer := openSet(t, srv, map[string]string{"search_path": "app"})
	ctx := t.Context()
	count := func() int { return query[int](t, plain, "SELECT count(*) FROM app.t") }
	tests := []struct {
		name, calls string
		rows        int // of app.t, before and after
		run         func(*testing.T) error
	}{
		{"a query", "BEEM", 0, func(t *testing.T) error {
			if got := query[string](t, db, "SELECT s FROM t"); got != "app" {
				t.Errorf("got the table of %s", got)
			}
			return nil
		}},
		{"a write, which asks for its types first", "BEERBEEM", 1, func(t *testing.T) error {
			if n := exec(t, db, "INSERT INTO t VALUES ($1)", "x"); n != 1 {
				t.Errorf("%d rows were changed", n)
			}
			return nil
		}},
		{"a prepared statement", "BEEM", 1, func(t *testing.T) error {
			s, err := db.Prepare("INSERT INTO t VALUES ($1)")
			if err == nil {
				_, err = s.Exec("x")
				err = errors.Join(err, s.Close())
			}
			return err
		}},
		{"a ping", "BEEM", 0, func(*testing.T) error { return db.Ping() }},
		{"a transaction", "BEEEM", 1, func(t *testing.T) error {
			tx := begin(t, db, nil)
			exec(t, tx, "INSERT INTO t VALUES ('x')")
			exec(t, tx, "SELECT 1")
			return tx.Commit()
		}},
		{"a transaction that is rolled back", "BEER", 0, func(t *testing.T) error {
			tx := begin(t, db, nil)
			exec(t, tx, "INSERT INTO t VALUES ('x')")
			return tx.Rollback()
		}},
		{"a serializable one", "BEEEM", 1, func(t *testing.T) error {
			tx := begin(t, db, &sql.TxOptions{Isolation: sql.LevelSerializable})
			exec(t, tx, "INSERT INTO t SELECT current_setting('transaction_isolation')")
			return tx.Commit()
		}},
		{"a batch", "BECM", 2, func(*testing.T) error {
			_, err := auroradataapi.ExecBatch(ctx, db, "INSERT INTO t VALUES ($1)", [][]any{{"x"}, {"y"}})
			return err
		}},
		{"a load, which asks for the columns first", "BEEEM", 2, func(*testing.T) error {
			_, err := auroradataapi.CopyFrom(ctx, db, "t", []string{"s"}, auroradataapi.CopyRows([][]any{{"x"}, {"y"}}), auroradataapi.CopyOptions{})
			return err
		}},
		{"a load by calls", "BEEMBEEM", 2, func(*testing.T) error {
			_, err := auroradataapi.CopyFrom(ctx, db, "t", []string{"s"}, auroradataapi.CopyRows([][]any{{"x"}, {"y"}}), auroradataapi.CopyOptions{PerCall: true})
			return err
		}},
		{"a load into no table", "BEER", 0, func(*testing.T) error {
			_, err := auroradataapi.CopyFrom(ctx, db, "nope", []string{"s"}, auroradataapi.CopyRows([][]any{{"x"}}), auroradataapi.CopyOptions{})
			if err == nil {
				return errors.New("no error")
			}
			return nil
		}},
		{"a statement that fails", "BEER", 0, func(*testing.T) error {
			if _, err := db.Exec("INSERT INTO nope VALUES (1)"); !errors.Is(err, auroradataapi.UndefinedTable) {
				return fmt.Errorf("got %w", err)
			}
			return nil
		}},
		{"without the settings", "E", 0, func(t *testing.T) error {
			var got string
			err := db.QueryRow("SELECT s FROM t", auroradataapi.WithoutSettings()).Scan(&got)
			if got != "public" {
				t.Errorf("got the table of %s", got)
			}
			return err
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := count()
			tracer.calls = nil
			if err := tt.run(t); err != nil {
				t.Error(err)
			}
			calls := tracer.short()
			if calls != tt.calls {
				t.Errorf("the calls are %s, want %s", calls, tt.calls)
			}
			if n := count() - before; n != tt.rows {
				t.Errorf("%d rows were added, want %d", n, tt.rows)
			}
		})
	}
	if got := query[int](t, plain, "SELECT count(*) FROM public.t"); got != 1 {
		t.Errorf("%d rows are in the other schema", got)
	}
	if got := query[string](t, plain, "SELECT current_setting('search_path')"); got != `"$user", public` {
		t.Errorf("the next caller finds search_path %s", got)
	}
}

// TestSettingsPaged reads large results, and those of types that the service
// refuses, under settings. What was run in vain is rolled back, so that even what
// writes is delivered.
func TestSettingsPaged(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t)
	plain := twoSchemas(t, srv)
	exec(t, plain, "INSERT INTO app.t SELECT repeat('x', 1000) FROM generate_series(1, 1999)")
	exec(t, plain, "CREATE TABLE app.log (s text)")
	exec(t, plain, "CREATE FUNCTION app.noted() RETURNS int LANGUAGE sql AS $$ INSERT INTO app.log VALUES ('x'); SELECT 1 $$")
	db, _ := openSet(t, srv, map[string]string{"search_path": "app"})
	rows := func(t *testing.T, statement string) int {
		t.Helper()
		rows, err := db.Query(statement)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		n := 0
		for rows.Next() {
			n++
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for range 2 { // the second time in pages at once
		if n := rows(t, "SELECT s FROM t"); n != 2000 {
			t.Errorf("%d rows", n)
		}
		if n := rows(t, "INSERT INTO log SELECT s FROM t RETURNING s"); n != 2000 {
			t.Errorf("%d rows of RETURNING", n)
		}
		if n := rows(t, "SELECT s, noted() FROM t"); n != 2000 {
			t.Errorf("%d rows of a function that writes", n)
		}
		if got := query[string](t, db, "SELECT interval '1 day' FROM t WHERE s = 'app'"); got != "1 day" {
			t.Errorf("got %q", got)
		}
	}
	if n := query[int](t, plain, "SELECT count(*) FROM app.log"); n != 8000 {
		t.Errorf("%d rows were written, want 8000", n)
	}
}

func TestSettingsRole(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t)
	plain := twoSchemas(t, srv)
	role := "r_" + srv.Database
	exec(t, plain, `CREATE ROLE "`+role+`"`)
	t.Cleanup(func() {
		exec(t, plain, `DROP OWNED BY "`+role+`"`)
		exec(t, plain, `DROP ROLE "`+role+`"`)
	})
	exec(t, plain, `GRANT USAGE ON SCHEMA app TO "`+role+`"`)
	db, _ := openSet(t, srv, map[string]string{"role": role, "search_path": "app", "app.tenant": "it's 42"})
	if got := query[string](t, db, "SELECT current_user || ' ' || current_setting('app.tenant')"); got != role+" it's 42" {
		t.Errorf("got %q", got)
	}
	if _, err := db.Exec("INSERT INTO t VALUES ('x')"); !errors.Is(err, auroradataapi.InsufficientPrivilege) {
		t.Errorf("the role may write: %v", err)
	}
	if got := query[string](t, plain, "SELECT current_user"); got == role {
		t.Error("the role stays in the pool")
	}
	unknown, _ := openSet(t, srv, map[string]string{"role": "nobody_there"})
	if err := unknown.Ping(); err == nil || !strings.Contains(err.Error(), "nobody_there") || !strings.Contains(err.Error(), "in the settings of the session") {
		t.Errorf("a role that does not exist: %v", err)
	}
	if _, err := unknown.BeginTx(t.Context(), nil); err == nil {
		t.Error("a transaction was begun with a role that does not exist")
	}
}

// TestSettingsNotInTransaction has what cannot run in a transaction say how it is
// to be run.
func TestSettingsNotInTransaction(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t)
	twoSchemas(t, srv)
	db, _ := openSet(t, srv, map[string]string{"search_path": "app"})
	exec(t, db, "CREATE PROCEDURE committing() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$")
	for _, statement := range []string{"VACUUM app.t", "CREATE INDEX CONCURRENTLY i ON app.t (s)", "CALL app.committing()"} {
		_, err := db.Exec(statement)
		if err == nil || !strings.Contains(err.Error(), "WithoutSettings") {
			t.Errorf("%s: %v", statement, err)
		}
		if _, err := db.Exec(statement, auroradataapi.WithoutSettings()); err != nil {
			t.Errorf("%s without the settings: %v", statement, err)
		}
	}
}

// TestSettingsOutlast: a statement that goes on after its timeout is waited for, and
// committed.
func TestSettingsOutlast(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t, dataapitest.Config(func(c *server.Config) { c.StatementTimeout = 2 * time.Second }))
	plain := twoSchemas(t, srv)
	db, _ := openSet(t, srv, map[string]string{"search_path": "app"}, func(cfg *auroradataapi.Config) {
		cfg.ContinueAfterTimeout = true
		cfg.Sleep = func(ctx context.Context, _ time.Duration) error { time.Sleep(20 * time.Millisecond); return ctx.Err() }
	})
	if _, err := db.Exec("INSERT INTO t SELECT 'slow' FROM pg_sleep(4)"); err != nil {
		t.Error(err)
	}
	if n := query[int](t, plain, "SELECT count(*) FROM app.t"); n != 2 {
		t.Errorf("%d rows, want 2", n)
	}
}

// TestSettingsRawCall: a call in the terms of the SDK is made as it is written.
func TestSettingsRawCall(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t)
	twoSchemas(t, srv)
	db, tracer := openSet(t, srv, map[string]string{"search_path": "app"})
	raw(t, openConn(t, db), func(c *auroradataapi.Conn) error {
		_, err := c.ExecuteStatement(t.Context(), &rdsdata.ExecuteStatementInput{Sql: aws.String("SELECT s FROM app.t")})
		return err
	})
	if got := tracer.short(); got != "E" {
		t.Errorf("the calls are %s", got)
	}
}

// TestSettingsLostAnswers: a commit whose answer is lost is told as it is, and a
// statement whose answer is lost is rolled back.
func TestSettingsLostAnswers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		op   string
		sql  string
		want error
		rows int
	}{
		{"CommitTransaction", "", auroradataapi.ErrCommitUnknown, 1},
		{"ExecuteStatement", "INSERT", auroradataapi.ErrOutcomeUnknown, 0},
	} {
		t.Run(tt.op, func(t *testing.T) {
			t.Parallel()
			srv := dataapitest.New(t)
			plain := twoSchemas(t, srv)
			db, _ := openSet(t, srv, map[string]string{"search_path": "app"})
			exec(t, plain, "DELETE FROM app.t")
			fault(t, srv, server.Fault{Operation: tt.op, SQL: tt.sql, Kind: server.FaultDrop, Executed: true, Times: 1})
			_, err := db.ExecContext(context.Background(), "INSERT INTO t VALUES ('lost')")
			if !errors.Is(err, tt.want) || !errors.Is(err, auroradataapi.ErrOutcomeUnknown) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			if n := query[int](t, plain, "SELECT count(*) FROM app.t"); n != tt.rows {
				t.Errorf("%d rows, want %d", n, tt.rows)
			}
		})
	}
}

func TestSettingsRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ dsn, want string }{
		{"postgresql+auroradataapi:///db?set.timezone=Europe/Berlin", "time_zone gives them in another one"},
		{"postgresql+auroradataapi:///db?search_path=a&set.Search_Path=b", "given twice"},
		{"postgresql+auroradataapi:///db?set.a%20b=1", "is not the name of a setting"},
		{"postgresql+auroradataapi:///db?set.=1", "an empty part"},
		{"postgresql+auroradataapi:///db?statement_timeout=1s", "set.NAME"},
		{"mysql+auroradataapi:///db?set.sql_mode=ANSI", "the setting sql_mode cannot be had on mysql"},
		{"mysql+auroradataapi:///db?sql_mode=ANSI", "the cluster's parameter group"},
	} {
		cfg, err := auroradataapi.ParseDSN(tt.dsn)
		if err == nil {
			cfg.ClusterARN, cfg.SecretARN = dataapitest.ClusterARN, dataapitest.SecretARN
			_, err = auroradataapi.NewConnector(cfg)
		}
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want an error with %q", tt.dsn, err, tt.want)
		}
	}
	cfg := auroradataapi.Config{Engine: "postgresql", ClusterARN: dataapitest.ClusterARN, SecretARN: dataapitest.SecretARN,
		Settings: map[string]string{"lock_timeout": "1s", "Lock_Timeout": "2s"}}
	if _, err := auroradataapi.NewConnector(&cfg); err == nil || !strings.Contains(err.Error(), "given twice") {
		t.Errorf("a setting in two spellings: %v", err)
	}
	clone := cfg.Clone()
	clone.Settings["role"] = "x"
	if diff := cmp.Diff(map[string]string{"lock_timeout": "1s", "Lock_Timeout": "2s"}, cfg.Settings); diff != "" {
		t.Errorf("the clone shares its settings: %s", diff)
	}
}

// TestSessionStatements: outside of a transaction, what would be lost with its
// session is refused, and sent where that is asked for.
func TestSessionStatements(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, srv *dataapitest.Server) {
		lost := []string{"CREATE TEMPORARY TABLE lost (n int)", "SET @a = 1", "SELECT GET_LOCK('a', 1)"}
		let := []string{"SET NAMES utf8mb4", "SET foreign_key_checks = 1"}
		if srv.Config().Engine == "postgresql" {
			lost = []string{"CREATE TEMPORARY TABLE lost (n int)", "SET search_path TO pg_catalog", "SELECT pg_advisory_lock(1)"}
			let = []string{"SET client_encoding TO 'UTF8'", "SET statement_timeout = 0"}
		}
		db, tracer := openSet(t, srv, nil)
		for _, s := range lost {
			if _, err := db.Exec(s); err == nil || !strings.Contains(err.Error(), "session_statements=send") {
				t.Errorf("%s: %v", s, err)
			}
			if _, err := db.Query(s); err == nil {
				t.Errorf("%s was sent as a query", s)
			}
			if _, err := auroradataapi.ExecBatch(t.Context(), db, s, [][]any{{}}); err == nil {
				t.Errorf("%s was sent as a batch", s)
			}
		}
		if len(tracer.calls) > 0 {
			t.Errorf("calls were made: %s", tracer.short())
		}
		for _, s := range let {
			exec(t, db, s)
		}
		tx := begin(t, db, nil)
		defer tx.Rollback()
		for _, s := range lost {
			exec(t, tx, s)
		}
		sends, _ := openSet(t, srv, nil, func(cfg *auroradataapi.Config) { cfg.SendSessionStatements = true })
		exec(t, sends, lost[1])
		scripts, tracer := openSet(t, srv, nil, func(cfg *auroradataapi.Config) { cfg.MultiStatements = auroradataapi.MultiStatementsOn })
		if _, err := scripts.Exec("SELECT 1;\n" + lost[1]); err == nil || !strings.Contains(err.Error(), "line 2") || len(tracer.calls) > 0 {
			t.Errorf("in a script: %v, after the calls %s", err, tracer.short())
		}
		exec(t, scripts, "BEGIN; "+lost[1]+"; COMMIT")
	})
}

// TestSettingsGivenUp: a statement that is given up leaves no transaction open, be
// it stopped or not, and changes nothing.
func TestSettingsGivenUp(t *testing.T) {
	t.Parallel()
	for _, stopped := range []bool{true, false} {
		t.Run(fmt.Sprintf("stopped %t", stopped), func(t *testing.T) {
			t.Parallel()
			srv := dataapitest.New(t)
			plain := twoSchemas(t, srv)
			db, _ := openSet(t, srv, map[string]string{"search_path": "app"}, func(cfg *auroradataapi.Config) { cfg.NoServerCancel = !stopped })
			running := sleeping(t, srv, plain)
			ctx := deadlineWhen(t, func() bool { return running() > 0 })
			began := time.Now()
			_, err := db.ExecContext(ctx, "INSERT INTO t SELECT 'late' FROM pg_sleep(30)")
			if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > 20*time.Second {
				t.Errorf("after %v: %v", time.Since(began), err)
			}
			if err := db.Close(); err != nil { // waits for what is to be ended
				t.Error(err)
			}
			if n := query[int](t, plain, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_xid IS NOT NULL"); n != 0 {
				t.Errorf("%d transactions are open after %v", n, time.Since(began))
			}
			if n := query[int](t, plain, "SELECT count(*) FROM app.t"); n != 1 {
				t.Errorf("%d rows, want 1", n)
			}
		})
	}
}

// TestSettingsInferred: the types of parameters are learnt under the settings.
func TestSettingsInferred(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t)
	plain := twoSchemas(t, srv)
	exec(t, plain, "CREATE TYPE app.color AS ENUM ('red', 'blue')")
	exec(t, plain, "CREATE TABLE app.paint (c app.color, n uuid)")
	db, tracer := openSet(t, srv, map[string]string{"search_path": "app"})
	for i, want := range []string{"BEERBEEM", "BEEM"} {
		tracer.calls = nil
		exec(t, db, "INSERT INTO paint VALUES ($1, $2)", "red", "2c1a3c3e-8d0e-4a53-9c0d-3f9d3f2a7b11")
		if got := tracer.short(); got != want {
			t.Errorf("run %d: the calls are %s, want %s", i+1, got, want)
		}
	}
}
