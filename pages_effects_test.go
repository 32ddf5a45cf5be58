package auroradataapi_test

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/server"
)

func always(c *auroradataapi.Config) { c.Paging = auroradataapi.PagingAlways }

// withLog returns a Data API whose database has a table that a function writes to.
func withLog(t *testing.T) *dataapitest.Server {
	t.Helper()
	srv := dataapitest.New(t)
	makeLog(t, srv.Open(t))
	return srv
}

func makeLog(t *testing.T, db *sql.DB) {
	t.Helper()
	exec(t, db, `CREATE TABLE log (i int)`)
	exec(t, db, `CREATE FUNCTION note(i int) RETURNS int LANGUAGE plpgsql AS 'BEGIN INSERT INTO log VALUES (i); RETURN i; END'`)
	// One that the driver cannot look through, and whose author calls it STABLE.
	exec(t, db, `CREATE FUNCTION hidden(i int) RETURNS int STABLE LANGUAGE plpgsql AS
		'DECLARE r int; BEGIN EXECUTE ''SELECT no'' || ''te($1)'' INTO r USING i; RETURN r; END'`)
	exec(t, db, `CREATE TABLE big AS SELECT i AS id, repeat('x', 1000) AS t FROM generate_series(1, 3000) i`)
}

// TestTableIsFreeBehindPages changes a table behind the last row of it, in the same
// transaction: a cursor that is open would be in the way.
func TestTableIsFreeBehindPages(t *testing.T) {
	srv := withLog(t)
	for _, change := range []string{"TRUNCATE big", "ALTER TABLE big ADD COLUMN c int", "DROP TABLE big"} {
		tx := begin(t, srv.Open(t), nil)
		rows, err := tx.Query("SELECT id, t FROM big")
		if n, err := drain(rows, err); n != 3000 || err != nil {
			t.Errorf("%d rows, %v", n, err)
		}
		exec(t, tx, change)
		if err := tx.Rollback(); err != nil {
			t.Error(err)
		}
	}
}

// TestPagesOfAnotherRole reads in pages as one role and then as another, which may
// not replace the functions of the first.
func TestPagesOfAnotherRole(t *testing.T) {
	srv := withLog(t)
	db := srv.Open(t)
	role := "tenant_" + strings.TrimPrefix(srv.Database, "test_")
	exec(t, db, "CREATE ROLE "+role)
	t.Cleanup(func() {
		exec(t, db, "DROP OWNED BY "+role)
		exec(t, db, "DROP ROLE "+role)
	})
	exec(t, db, "GRANT SELECT ON big TO "+role)
	for range 2 {
		tx := begin(t, db, nil)
		for _, as := range []string{"NONE", role} {
			exec(t, tx, "SET LOCAL ROLE "+as)
			rows, err := tx.Query("SELECT id, t FROM big")
			if n, err := drain(rows, err); n != 3000 || err != nil {
				t.Errorf("as %s: %d rows, %v", as, n, err)
			}
		}
		if err := tx.Commit(); err != nil {
			t.Error(err)
		}
	}
}

// TestPortalParameters has more parameters than a function takes.
func TestPortalParameters(t *testing.T) {
	srv := withLog(t)
	db := srv.Open(t, always)
	for _, rows := range []int{99, 100, 1000} {
		values, args := make([]string, rows), make([]any, rows)
		for i := range values {
			values[i], args[i] = fmt.Sprintf("($%d)", i+1), i
		}
		tx := begin(t, db, nil)
		read, err := tx.Query("INSERT INTO log VALUES "+strings.Join(values, ",")+" RETURNING i", args...)
		if n, err := drain(read, err); n != rows || err != nil {
			t.Errorf("%d parameters: %d rows, %v", rows, n, err)
		}
		if n := query[int](t, tx, "SELECT count(DISTINCT i) FROM log"); n != rows {
			t.Errorf("%d parameters: %d values", rows, n)
		}
		if err := tx.Rollback(); err != nil {
			t.Error(err)
		}
	}
}

// TestEarlyCloseCompletes reads one row of a query that writes: it is executed to its
// end, as it would be where all rows come at once.
func TestEarlyCloseCompletes(t *testing.T) {
	srv := withLog(t)
	db := srv.Open(t, always)
	const first = "SELECT note(id), t FROM big"
	var id int
	var text string
	for range 2 {
		exec(t, db, "DELETE FROM log")
		if err := db.QueryRow(first).Scan(&id, &text); err != nil {
			t.Fatal(err)
		}
		if n := query[int](t, db, "SELECT count(*) FROM log"); n != 3000 {
			t.Errorf("%d calls of the function", n)
		}
	}
	tx := begin(t, db, nil)
	defer tx.Rollback()
	exec(t, tx, "DELETE FROM log")
	if err := tx.QueryRow(first).Scan(&id, &text); err != nil {
		t.Fatal(err)
	}
	if n := query[int](t, tx, "SELECT count(*) FROM log"); n != 3000 {
		t.Errorf("in a transaction: %d calls of the function", n)
	}
}

// TestSecondRunIsNotSent has a query that has run, and written, not be read again for
// want of capacity. The error must not say that it is safe to run it once more.
func TestSecondRunIsNotSent(t *testing.T) {
	srv := withLog(t)
	for _, f := range []server.Fault{
		{Operation: "BeginTransaction"}, {SQL: "DO "}, {SQL: "DECLARE "}, {SQL: "FETCH 0"}, {SQL: `auroradataapi_page\('`},
	} {
		db := srv.Open(t)
		exec(t, db, "DELETE FROM log")
		f.Kind = server.FaultThrottle
		fault(t, srv, f)
		rows, err := db.Query("SELECT CASE id WHEN 2900 THEN hidden(id) ELSE id END, t FROM big", auroradataapi.Timeout(2*time.Second))
		_, err = drain(rows, err)
		srv.Server.Faults().Clear()
		var e *auroradataapi.IncompleteError
		if !errors.As(err, &e) || !e.Applied || e.SafeToRetry() || !errors.Is(err, auroradataapi.ErrThrottled) {
			t.Errorf("%s%s: %v", f.Operation, f.SQL, err)
		}
		if n := query[int](t, db, "SELECT count(*) FROM log"); n != 1 {
			t.Errorf("%s%s: %d calls of the function", f.Operation, f.SQL, n)
		}
	}
}

// TestHiddenWritesRunOnce has queries write, within the caller's transaction, by what
// does not look like a function that does: into a result that is too large, and into
// one with a type that the service does not return.
func TestHiddenWritesRunOnce(t *testing.T) {
	c := newConfined(t)
	makeLog(t, c.admin)
	exec(t, c.admin, `CREATE FUNCTION noted(b big) RETURNS int LANGUAGE sql AS 'SELECT note(b.id)'`)
	exec(t, c.admin, `CREATE FUNCTION paired(a int, b int) RETURNS int LANGUAGE sql AS 'SELECT note(a)'`)
	exec(t, c.admin, `CREATE OPERATOR ### (LEFTARG = int, RIGHTARG = int, FUNCTION = paired)`)
	exec(t, c.admin, `CREATE VIEW seen AS SELECT id ### 1 AS id, t FROM big`)
	exec(t, c.admin, `CREATE FUNCTION checked(a int) RETURNS bool LANGUAGE sql AS 'SELECT note(a) > 0'`)
	exec(t, c.admin, `CREATE DOMAIN watched AS int CHECK (checked(VALUE))`)
	exec(t, c.admin, `CREATE FUNCTION steady(a int) RETURNS int STABLE LANGUAGE plpgsql AS 'BEGIN RETURN note(a); END'`)
	exec(t, c.admin, "GRANT SELECT, INSERT, DELETE ON log, big, seen TO "+c.role)
	for name, db := range map[string]*sql.DB{"free": c.Server.Open(t), "confined": c.open(t, auroradataapi.PagingAuto)} {
		for _, q := range []string{
			"SELECT b.noted, t FROM big b", "SELECT id ### 1, t FROM big", "SELECT id, t FROM seen",
			"SELECT id::watched, t FROM big", "SELECT steady(id), t FROM big", "SELECT hidden(id), t FROM big",
		} {
			runsOnce(t, name, db, q, 3000)
			runsOnce(t, name, db, "SELECT *, interval '1 day' FROM ("+q+" LIMIT 3) q", 3)
		}
	}
}

// runsOnce reads a query that calls note for each of n rows.
func runsOnce(t *testing.T, name string, db *sql.DB, q string, n int) {
	t.Helper()
	tx := begin(t, db, nil)
	rows, err := tx.Query(q)
	_, err = drain(rows, err)
	var e *auroradataapi.IncompleteError
	if !errors.As(err, &e) || !e.Applied {
		t.Errorf("%s: %s: %v", name, q, err)
	}
	if called := query[int](t, tx, "SELECT count(*) FROM log"); called != n {
		t.Errorf("%s: %s: %d calls of the function", name, q, called)
	}
	exec(t, tx, "DELETE FROM log")
	rows, err = tx.Query(q)
	if read, err := drain(rows, err); read != n || err != nil {
		t.Errorf("%s: %s, once more: %d rows, %v", name, q, read, err)
	}
	if called := query[int](t, tx, "SELECT count(*) FROM log"); called != n {
		t.Errorf("%s: %s, once more: %d calls of the function", name, q, called)
	}
	if err := tx.Rollback(); err != nil {
		t.Error(err)
	}
}

// TestNamesAreNoCalls reads what has the name of a function that writes, and does not
// call it.
func TestNamesAreNoCalls(t *testing.T) {
	db := withLog(t).Open(t)
	exec(t, db, `CREATE FUNCTION norm(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS 'DECLARE note text := t; BEGIN RETURN note; END'`)
	exec(t, db, `CREATE FUNCTION remarks(i int) RETURNS text LANGUAGE plpgsql STABLE AS 'BEGIN -- see note
		RETURN (SELECT t FROM big WHERE id = i); END'`)
	exec(t, db, `CREATE FUNCTION touch(b big) RETURNS int LANGUAGE sql AS 'SELECT note(b.id)'`)
	for _, q := range []string{
		"SELECT norm(t), id FROM big", "SELECT remarks(1), id FROM generate_series(1, 3000) id", "SELECT id, t AS touch FROM big",
		"SELECT id, t FROM big AS note (id, t)", "WITH note (id, t) AS (SELECT id, t FROM big) SELECT * FROM note",
	} {
		if n, err := drainQuery(db, q); n != 3000 || err != nil {
			t.Errorf("%s: %d rows, %v", q, n, err)
		}
	}
}

// TestHarmlessExtensions reads by functions of extensions that are VOLATILE, though they
// only read or make something up.
func TestHarmlessExtensions(t *testing.T) {
	db := withLog(t).Open(t)
	exec(t, db, "CREATE EXTENSION pgcrypto")
	exec(t, db, "CREATE EXTENSION tablefunc")
	for _, q := range []string{
		"SELECT pgp_sym_encrypt('x', 'y'), t FROM big", "SELECT gen_salt('bf'), t FROM big", "SELECT normal_rand(3000, 0, 1), repeat('x', 1000)",
	} {
		if n, err := drainQuery(db, q); n != 3000 || err != nil {
			t.Errorf("%s: %d rows, %v", q, n, err)
		}
	}
}

// TestUnknownRunIsLearned has a query that writes be refused for a time that is infinite,
// in the service's words for any failure. Where that happens twice in a row, its next run
// is delivered.
func TestUnknownRunIsLearned(t *testing.T) {
	db := withLog(t).Open(t)
	for _, paging := range []auroradataapi.Paging{auroradataapi.PagingAuto, auroradataapi.PagingOff} {
		exec(t, db, "DELETE FROM log")
		q := fmt.Sprintf("SELECT note(1), 'infinity'::timestamp AS %s", paging)
		for run := 1; run <= 3; run++ {
			rows, err := db.Query(q, auroradataapi.WithPaging(paging))
			n, err := drain(rows, err)
			if first := run <= 2; first && !errors.Is(err, auroradataapi.ErrOutcomeUnknown) || !first && (n != 1 || err != nil) {
				t.Errorf("%s, run %d: %d rows, %v", paging, run, n, err)
			}
			if logged := query[int](t, db, "SELECT count(*) FROM log"); logged != run {
				t.Errorf("%s, run %d: it ran %d times", paging, run, logged)
			}
		}
	}
}

// TestOneFailureIsForgotten has a query that writes fail once, as any call may. It is sent
// as it is from then on.
func TestOneFailureIsForgotten(t *testing.T) {
	srv := withLog(t)
	for _, paging := range []auroradataapi.Paging{auroradataapi.PagingAuto, auroradataapi.PagingOff} {
		tracer := new(recording)
		db, _ := openTraced(t, srv, tracer)
		q := fmt.Sprintf("SELECT note(1) AS %s", paging)
		for run := range 5 {
			if run == 1 || run == 3 {
				fault(t, srv, server.Fault{SQL: "^SELECT note", Kind: server.FaultError, Code: "InternalFailure", Message: "x", Times: 1})
			}
			tracer.take(t)
			rows, err := db.Query(q, auroradataapi.WithPaging(paging))
			n, err := drain(rows, err)
			srv.Server.Faults().Clear()
			if failed := run == 1 || run == 3; failed && !errors.Is(err, auroradataapi.ErrOutcomeUnknown) || !failed && (n != 1 || err != nil) {
				t.Errorf("%s, run %d: %d rows, %v", paging, run, n, err)
			}
			started, _ := tracer.take(t)
			if calls := len(started); run%2 == 0 && run > 0 && calls != 1 {
				t.Errorf("%s, run %d: %d calls", paging, run, calls)
			}
		}
	}
}

// TestHiddenTemporaryWritesOnce has a function write to a temporary table, which even
// what cannot write may do, within the caller's transaction: of the first run, whose
// rows were refused, it is kept.
func TestHiddenTemporaryWritesOnce(t *testing.T) {
	db := withLog(t).Open(t)
	tx := begin(t, db, nil)
	defer tx.Rollback()
	exec(t, tx, "CREATE TEMPORARY TABLE log (i int)")
	rows, err := tx.Query("SELECT hidden(id), t FROM big")
	if n, err := drain(rows, err); n != 3000 || err != nil {
		t.Errorf("%d rows, %v", n, err)
	}
	if n := query[int](t, tx, "SELECT count(*) FROM log"); n != 3000 {
		t.Errorf("%d rows were written", n)
	}
}

// TestOnlyRunIsCommitted has a function do what a transaction that cannot write lets
// pass, and what is gone with it if that is rolled back.
func TestOnlyRunIsCommitted(t *testing.T) {
	srv := withLog(t)
	exec(t, srv.Open(t), `CREATE FUNCTION made() RETURNS oid LANGUAGE sql AS 'SELECT lo_create(0)'`)
	db := srv.Open(t, always)
	id := query[int64](t, db, "SELECT made()")
	if n := query[int](t, db, "SELECT count(*) FROM pg_largeobject_metadata WHERE oid = $1", id); n != 1 {
		t.Errorf("the large object %d is not there", id)
	}
}

// TestExecOfLargeResult runs, for its effect, what returns more than an answer holds.
func TestExecOfLargeResult(t *testing.T) {
	srv := withLog(t)
	db := srv.Open(t)
	const q = "INSERT INTO log SELECT id FROM big RETURNING i, repeat('x', 1000)"
	var e *auroradataapi.IncompleteError
	if _, err := db.Exec(q); !errors.As(err, &e) || !e.Applied || !errors.Is(err, auroradataapi.ErrResultTooLarge) {
		t.Errorf("executed with %v", err)
	}
	if n := query[int](t, db, "SELECT count(*) FROM log"); n != 3000 {
		t.Errorf("%d rows were written", n)
	}
	set := srv.Open(t, func(c *auroradataapi.Config) { c.Settings = map[string]string{"work_mem": "8MB"} })
	if _, err := set.Exec(q); errors.As(err, &e) || !errors.Is(err, auroradataapi.ErrResultTooLarge) {
		t.Errorf("rolled back with %v", err)
	}
	if n := query[int](t, db, "SELECT count(*) FROM log"); n != 3000 {
		t.Errorf("%d rows were written", n-3000)
	}
}

// TestPagesWithoutFunctions reads where an event trigger lets nobody make a function.
func TestPagesWithoutFunctions(t *testing.T) {
	srv := withLog(t)
	db := srv.Open(t)
	exec(t, db, `CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no changes here''; END'`)
	exec(t, db, `CREATE EVENT TRIGGER refuse ON ddl_command_start EXECUTE FUNCTION refuse()`)
	rows, err := db.Query("SELECT id, t FROM big")
	if n, err := drain(rows, err); n != 3000 || err != nil {
		t.Errorf("%d rows, %v", n, err)
	}
	tx := begin(t, db, nil)
	rows, err = tx.Query("SELECT id, t FROM big")
	if n, err := drain(rows, err); n != 3000 || err != nil {
		t.Errorf("in a transaction: %d rows, %v", n, err)
	}
	if err := tx.Commit(); err != nil {
		t.Error(err)
	}
	exec(t, db, "DROP EVENT TRIGGER refuse") // it would refuse to have the database dropped
}

// TestProcedureThatOnlyNamesCommit is read in pages: no COMMIT is in it.
func TestProcedureThatOnlyNamesCommit(t *testing.T) {
	db := withLog(t).Open(t)
	exec(t, db, `CREATE PROCEDURE p(INOUT r text) LANGUAGE plpgsql AS
		'BEGIN CREATE TEMP TABLE gone (i int) ON COMMIT DROP; INSERT INTO log VALUES (1); r := repeat(''x'', 2000000); END'`)
	var e *auroradataapi.IncompleteError
	if _, err := drainQuery(db, "CALL p(NULL)"); !errors.As(err, &e) || !e.Applied {
		t.Errorf("run 1: %v", err)
	}
	if n, err := drainQuery(db, "CALL p(NULL)"); n != 1 || err != nil {
		t.Errorf("run 2: %d rows, %v", n, err)
	}
	if logged := query[int](t, db, "SELECT count(*) FROM log"); logged != 2 {
		t.Errorf("it ran %d times", logged)
	}
}

// TestTriggerNamedLikeTable reads by a function that names the table, and so the function
// of a trigger, which no query calls.
func TestTriggerNamedLikeTable(t *testing.T) {
	db := withLog(t).Open(t)
	exec(t, db, "CREATE FUNCTION big() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'")
	exec(t, db, "CREATE FUNCTION counted() RETURNS bigint STABLE LANGUAGE sql AS 'SELECT count(*) FROM big'")
	if n, err := drainQuery(db, "SELECT counted(), t FROM big"); n != 3000 || err != nil {
		t.Errorf("a function that only reads: %d rows, %v", n, err)
	}
}

// TestProcedureThatCommits calls one whose result was once too large.
func TestProcedureThatCommits(t *testing.T) {
	db := withLog(t).Open(t)
	exec(t, db, "CREATE SEQUENCE called")
	exec(t, db, `CREATE PROCEDURE p(n int, INOUT r text) LANGUAGE plpgsql AS
		'BEGIN PERFORM nextval(''called''); INSERT INTO log VALUES (1); COMMIT; INSERT INTO log VALUES (2); r := repeat(''x'', n); END'`)
	for i, n := range []int{10, 2_000_000, 10, 2_000_000} {
		rows, err := db.Query("CALL p($1::int, NULL)", n)
		read, err := drain(rows, err)
		var e *auroradataapi.IncompleteError
		if small := n == 10; small && (read != 1 || err != nil) || !small && (!errors.As(err, &e) || !e.Applied) {
			t.Errorf("%d bytes: %d rows, %v", n, read, err)
		}
		if logged := query[int](t, db, "SELECT count(*) FROM log"); logged != 2*(i+1) {
			t.Errorf("%d bytes: %d rows were written, not 2", n, logged-2*i)
		}
		if called := query[int](t, db, "SELECT last_value FROM called"); called != i+1 {
			t.Errorf("%d bytes: it ran %d times", n, called-i)
		}
	}
}

func drainQuery(db *sql.DB, q string) (int, error) {
	rows, err := db.Query(q)
	return drain(rows, err)
}
