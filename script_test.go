package auroradataapi_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/server"
)

// openMulti opens a database that takes several statements.
func openMulti(t *testing.T, srv *dataapitest.Server, multi auroradataapi.MultiStatements) (*sql.DB, *countingTracer) {
	t.Helper()
	tracer := &countingTracer{}
	return srv.Open(t, func(c *auroradataapi.Config) { c.MultiStatements, c.Tracer = multi, tracer }), tracer
}

const migrationPostgreSQL = `-- +goose Up
CREATE TABLE m (n int, s text);
CREATE FUNCTION m_double() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	NEW.n := NEW.n * 2; -- twice
	RETURN NEW;
END $$;
CREATE TRIGGER m_t BEFORE INSERT ON m FOR EACH ROW EXECUTE FUNCTION m_double();
CREATE FUNCTION m_count() RETURNS bigint BEGIN ATOMIC SELECT count(*) FROM m; END;
/* the data; all of it */
INSERT INTO m VALUES (1, 'a;b'), (2, $x$c;d$x$);
UPDATE m SET n = n + 1;
`

const migrationMySQL = `CREATE TABLE m (n int, s text);
DELIMITER //
CREATE TRIGGER m_t BEFORE INSERT ON m FOR EACH ROW
BEGIN
	SET NEW.n = NEW.n * 2; -- twice
END//
CREATE FUNCTION m_count() RETURNS bigint READS SQL DATA
BEGIN
	DECLARE c bigint;
	SELECT count(*) INTO c FROM m;
	RETURN c;
END//
DELIMITER ;
/* the data; all of it */
INSERT INTO m VALUES (1, 'a;b'), (2, 'c;d');
UPDATE m SET n = n + 1;
`

var migrations = map[string]string{"postgresql": migrationPostgreSQL, "mysql": migrationMySQL}

func TestScript(t *testing.T) {
	engines(t, func(t *testing.T, srv *dataapitest.Server) {
		db, _ := openMulti(t, srv, auroradataapi.MultiStatementsOn)
		if n := exec(t, db, migrations[srv.Engine]); n != 2 {
			t.Errorf("the last statement changed %d rows, want 2", n)
		}
		if n := query[int](t, db, "SELECT m_count()"); n != 2 {
			t.Errorf("%d rows, want 2", n)
		}
		if n := query[int](t, db, "SELECT n FROM m WHERE s = 'c;d';"); n != 5 {
			t.Errorf("n is %d, want 5", n)
		}
		stmt, err := db.Prepare("UPDATE m SET n = 0; UPDATE m SET n = 7")
		if err != nil {
			t.Fatal(err)
		}
		defer stmt.Close()
		if _, err := stmt.Exec(); err != nil {
			t.Fatal(err)
		}
		if n := query[int](t, db, "SELECT sum(n) FROM m"); n != 14 {
			t.Errorf("the sum is %d, want 14", n)
		}
	})
}

// TestDelimiter runs one statement behind a DELIMITER command, which alone makes
// it a script.
func TestDelimiter(t *testing.T) {
	db, _ := openMulti(t, dataapitest.New(t, dataapitest.MySQL()), auroradataapi.MultiStatementsOn)
	exec(t, db, "-- up\nDELIMITER $$\nCREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END$$\nDELIMITER ;\n")
	if n := query[int](t, db, "DELIMITER $$\nSELECT ? + 1$$", 2); n != 3 {
		t.Errorf("got %d, want 3", n)
	}
}

// TestScriptRefused is the default.
func TestScriptRefused(t *testing.T) {
	engines(t, func(t *testing.T, srv *dataapitest.Server) {
		db, tracer := openMulti(t, srv, auroradataapi.MultiStatementsOff)
		_, err := db.Exec("SELECT 1;\n\nSELECT 2")
		if err == nil || !strings.Contains(err.Error(), "2 statements, the second on line 3") || !strings.Contains(err.Error(), "multi_statements=true") {
			t.Errorf("got %v", err)
		}
		if len(tracer.calls) != 0 {
			t.Errorf("calls %v", tracer.calls)
		}
		for _, single := range []string{"SELECT 1;", "SELECT 1; -- one\n", "SELECT ';'", "SELECT 1 /* ; */ ; ;"} {
			if _, err := db.Exec(strings.TrimSuffix(single, " ;")); err != nil {
				t.Errorf("%q: %v", single, err)
			}
		}
	})
}

func TestScriptErrors(t *testing.T) {
	engines(t, func(t *testing.T, srv *dataapitest.Server) {
		db, _ := openMulti(t, srv, auroradataapi.MultiStatementsOn)
		exec(t, db, "CREATE TABLE e (n int PRIMARY KEY)")
		tests := []struct {
			name, script string
			want         auroradataapi.ScriptError
			rows         int
		}{
			{"in the middle", "INSERT INTO e VALUES (1);\n-- again\nINSERT INTO e VALUES (1);\nINSERT INTO e VALUES (2)",
				auroradataapi.ScriptError{Number: 2, Of: 3, Line: 2, Applied: 1}, 1},
			{"in a transaction", "INSERT INTO e VALUES (1);\nBEGIN;\nINSERT INTO e VALUES (2);\nINSERT INTO e VALUES (1);\nCOMMIT",
				auroradataapi.ScriptError{Number: 4, Of: 5, Line: 4, Applied: 1}, 1},
			{"behind a transaction", "BEGIN; INSERT INTO e VALUES (1); COMMIT; INSERT INTO e VALUES (1);",
				auroradataapi.ScriptError{Number: 4, Of: 4, Line: 1, Applied: 3}, 1},
			{"no end", "BEGIN; INSERT INTO e VALUES (1)", auroradataapi.ScriptError{Number: 2, Of: 2, Line: 1}, 0},
			{"no beginning", "INSERT INTO e VALUES (1);\nCOMMIT", auroradataapi.ScriptError{Number: 2, Of: 2, Line: 2}, 0},
			{"two beginnings", "BEGIN; START TRANSACTION; COMMIT", auroradataapi.ScriptError{Number: 2, Of: 3, Line: 1}, 0},
			{"another control", "INSERT INTO e VALUES (1); COMMIT AND CHAIN", auroradataapi.ScriptError{Number: 2, Of: 2, Line: 1}, 0},
		}
		for _, tt := range tests {
			exec(t, db, "DELETE FROM e")
			for _, run := range []func() error{
				func() error { _, err := db.Exec(tt.script); return err },
				func() error {
					rows, err := db.Query(tt.script)
					if err == nil {
						rows.Close()
					}
					return err
				},
			} {
				exec(t, db, "DELETE FROM e")
				err := run()
				var got *auroradataapi.ScriptError
				if !errors.As(err, &got) {
					t.Errorf("%s: got %v", tt.name, err)
					continue
				}
				if diff := cmp.Diff(tt.want, auroradataapi.ScriptError{Number: got.Number, Of: got.Of, Line: got.Line, Applied: got.Applied}); diff != "" {
					t.Errorf("%s: %v (-want +got)\n%s", tt.name, err, diff)
				}
				if n := query[int](t, db, "SELECT count(*) FROM e"); n != tt.rows {
					t.Errorf("%s: %d rows, want %d", tt.name, n, tt.rows)
				}
			}
		}
		if _, err := db.Exec("SELECT ?; SELECT 2", 1); err == nil || !strings.Contains(err.Error(), "arguments go with a single one") {
			t.Errorf("arguments: %v", err)
		}
		if _, err := db.Exec("SELECT 1; SELECT 'a"); err == nil || !strings.Contains(err.Error(), "does not end") {
			t.Errorf("an open string: %v", err)
		}
		if _, err := db.Exec("INSERT INTO e VALUES (9); INSERT INTO e VALUES (9)"); !errors.Is(err, auroradataapi.UniqueViolation) ||
			!strings.HasSuffix(err.Error(), "(statement 2 of 2, line 1; 1 in front of it were executed)") {
			t.Errorf("a duplicate: %v", err)
		}
	})
}

func TestScriptErrorLine(t *testing.T) {
	db, _ := openMulti(t, dataapitest.New(t), auroradataapi.MultiStatementsOn)
	_, err := db.Exec("SELECT 1;\nSELECT\n  'ä\n',\n  nope;")
	var failed *auroradataapi.ScriptError
	if !errors.As(err, &failed) || failed.Line != 5 {
		t.Errorf("got %v, want line 5", err)
	}
	_, err = db.Query("SELECT 1;\nSELECT nope")
	if failed, ok := err.(*auroradataapi.ScriptError); !ok || failed.Line != 2 {
		t.Errorf("got a %T: %[1]v, want line 2", err)
	}
}

func TestScriptTransaction(t *testing.T) {
	engines(t, func(t *testing.T, srv *dataapitest.Server) {
		db, tracer := openMulti(t, srv, auroradataapi.MultiStatementsInTransaction)
		exec(t, db, "CREATE TABLE x (n int PRIMARY KEY)")
		_, err := db.Exec("INSERT INTO x VALUES (1); INSERT INTO x VALUES (2); INSERT INTO x VALUES (1)")
		var failed *auroradataapi.ScriptError
		if !errors.As(err, &failed) || failed.Applied != 0 || failed.Number != 3 {
			t.Errorf("got %v", err)
		}
		if n := query[int](t, db, "SELECT count(*) FROM x"); n != 0 {
			t.Errorf("%d rows, want none", n)
		}
		tracer.calls = nil
		exec(t, db, "INSERT INTO x VALUES (1); INSERT INTO x VALUES (2)")
		want := []string{"BeginTransaction 0", "ExecuteStatement 0", "ExecuteStatement 0", "CommitTransaction 0"}
		if diff := cmp.Diff(want, tracer.calls); diff != "" {
			t.Errorf("calls (-want +got)\n%s", diff)
		}
		if _, err := db.Exec("BEGIN; INSERT INTO x VALUES (3); COMMIT"); err == nil || !strings.Contains(err.Error(), "statement 1 of 3") {
			t.Errorf("BEGIN in a transaction: %v", err)
		}
		tx := begin(t, db, nil)
		exec(t, tx, "INSERT INTO x VALUES (3); INSERT INTO x VALUES (4)")
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
		if n := query[int](t, db, "SELECT count(*) FROM x"); n != 2 {
			t.Errorf("%d rows, want 2", n)
		}
	})
}

// TestScriptResults reads what a script returns, and reads it not.
func TestScriptResults(t *testing.T) {
	for _, multi := range []auroradataapi.MultiStatements{auroradataapi.MultiStatementsOn, auroradataapi.MultiStatementsInTransaction} {
		engines(t, func(t *testing.T, srv *dataapitest.Server) {
			db, _ := openMulti(t, srv, multi)
			exec(t, db, "CREATE TABLE q (n int)")
			rows, err := db.Query("INSERT INTO q VALUES (1); SELECT 1 AS a UNION ALL SELECT 2; INSERT INTO q VALUES (2); SELECT 'x' AS b, n FROM q WHERE n = 2; INSERT INTO q VALUES (3)",
				auroradataapi.Timeout(time.Minute))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for {
				columns, err := rows.Columns()
				if err != nil {
					t.Fatal(err)
				}
				types, err := rows.ColumnTypes()
				if err != nil || len(types) != len(columns) {
					t.Fatal(err, types)
				}
				n := 0
				for rows.Next() {
					n++
				}
				got = append(got, strings.Join(columns, ",")+strings.Repeat("+", n))
				if !rows.NextResultSet() {
					break
				}
			}
			if err := errors.Join(rows.Err(), rows.Close()); err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff([]string{"a++", "b,n+"}, got); diff != "" {
				t.Errorf("results (-want +got)\n%s", diff)
			}
			// A caller who looks at the first row only has all of it executed.
			if n := query[int](t, db, "SELECT 5; DELETE FROM q; SELECT 6"); n != 5 {
				t.Errorf("the first row is %d", n)
			}
			if n := query[int](t, db, "SELECT count(*) FROM q"); n != 0 {
				t.Errorf("%d rows are left", n)
			}
		})
	}
}

// TestScriptLargeResult has the last result read in pages, and an earlier one
// refused, whose statement may have written.
func TestScriptLargeResult(t *testing.T) {
	db, _ := openMulti(t, dataapitest.New(t), auroradataapi.MultiStatementsOn)
	const large = "SELECT repeat('x', 1000) FROM generate_series(1, 2000)"
	rows, err := db.Query("SELECT 1; " + large)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
	}
	n := 0
	for rows.NextResultSet() {
		for rows.Next() {
			n++
		}
	}
	if rows.Err() != nil || n != 2000 {
		t.Errorf("%d rows, %v", n, rows.Err())
	}
	if _, err := db.Query(large + "; SELECT 1"); !errors.Is(err, auroradataapi.ErrResultTooLarge) {
		t.Errorf("an early large result: %v", err)
	}
}

// TestScriptGivenUp has the context end in the middle.
func TestScriptGivenUp(t *testing.T) {
	srv := dataapitest.New(t)
	db, _ := openMulti(t, srv, auroradataapi.MultiStatementsInTransaction)
	exec(t, db, "CREATE TABLE g (n int)")
	running := sleeping(t, srv, srv.Open(t))
	ctx := deadlineWhen(t, func() bool { return running() > 0 })
	_, err := db.ExecContext(ctx, "INSERT INTO g VALUES (1); SELECT pg_sleep(30); INSERT INTO g VALUES (2)")
	var failed *auroradataapi.ScriptError
	if !errors.As(err, &failed) || failed.Number != 2 || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if n := query[int](t, db, "SELECT count(*) FROM g"); n != 0 {
		t.Errorf("%d rows", n)
	}
}

// TestScriptCommitUnknown loses the answer to the commit.
func TestScriptCommitUnknown(t *testing.T) {
	srv := dataapitest.New(t)
	db, _ := openMulti(t, srv, auroradataapi.MultiStatementsOn)
	exec(t, db, "CREATE TABLE u (n int)")
	if err := srv.Server.Faults().Add(server.Fault{Operation: "CommitTransaction", Kind: server.FaultDrop, Executed: true, Times: 1}); err != nil {
		t.Fatal(err)
	}
	_, err := db.Exec("INSERT INTO u VALUES (1);\nBEGIN;\nINSERT INTO u VALUES (2);\nCOMMIT;\nINSERT INTO u VALUES (3)")
	var failed *auroradataapi.ScriptError
	if !errors.Is(err, auroradataapi.ErrCommitUnknown) || !errors.As(err, &failed) || failed.Number != 4 || failed.Applied != 1 ||
		!strings.HasSuffix(err.Error(), "(statement 4 of 5, line 4; its transaction may be in force)") {
		t.Errorf("got %v", err)
	}
	if n := query[int](t, db, "SELECT count(*) FROM u"); n != 2 {
		t.Errorf("%d rows, want 2", n)
	}
}
