package auroradataapi_test

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	gomysql "github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/lib/pq"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
)

// How the layers above a driver tell what went wrong.

// gormCode is what GORM's dialector for PostgreSQL goes by when it meets the
// error of a driver that is not pgx: the member Code of its JSON.
func gormCode(err error) string {
	text, jsonErr := json.Marshal(err)
	var members struct{ Code, Severity, Message string }
	if jsonErr != nil || json.Unmarshal(text, &members) != nil {
		return ""
	}
	return members.Code
}

// crdbRetryable is what cockroach-go's crdb.ExecuteTx repeats a transaction for.
func crdbRetryable(err error) bool {
	var state interface{ SQLState() string }
	return errors.As(err, &state) && (state.SQLState() == "40001" || state.SQLState() == "CR000")
}

// entConstraint is what ent's sqlgraph.IsConstraintError looks for in the text.
func entConstraint(err error) bool {
	for _, text := range []string{"Error 1062", "Error 1451", "Error 1452", "Error 3819",
		"violates unique constraint", "violates foreign key constraint", "violates check constraint"} {
		if strings.Contains(err.Error(), text) {
			return true
		}
	}
	return false
}

// TestRecognised shows errors of both engines to the layers above.
func TestRecognised(t *testing.T) {
	const create = "CREATE TABLE c (id int PRIMARY KEY, name varchar(9) NOT NULL, parent int, CONSTRAINT small CHECK (id < 100), FOREIGN KEY (parent) REFERENCES c (id))"
	for _, engine := range []struct {
		opts     []dataapitest.Option
		foreign  func(error) (error, bool) // as the engine's own driver has it
		checkEnt bool                      // whether ent knows the number of a check: MySQL's, not MariaDB's
	}{
		{nil, func(err error) (error, bool) { var pg *pgconn.PgError; ok := errors.As(err, &pg); return pg, ok }, true},
		{[]dataapitest.Option{dataapitest.MySQL()}, func(err error) (error, bool) { var my *gomysql.MySQLError; ok := errors.As(err, &my); return my, ok }, !isMariaDB(t, dataapitest.Open(t, dataapitest.MySQL()))},
	} {
		api := dataapitest.New(t, engine.opts...)
		t.Run(api.Engine, func(t *testing.T) {
			db := api.Open(t)
			exec(t, db, create)
			exec(t, db, "INSERT INTO c VALUES (1, 'a', NULL)")
			for _, tt := range []struct {
				statement  string
				gorm       string // on PostgreSQL
				ent        bool
				constraint string
			}{
				{"INSERT INTO c VALUES (1, 'b', NULL)", "23505", true, "c_pkey"},
				{"INSERT INTO c VALUES (2, 'b', 7)", "23503", true, "c_parent_fkey"},
				{"INSERT INTO c VALUES (200, 'b', NULL)", "23514", engine.checkEnt, "small"},
				{"SELECT nope FROM c", "42703", false, ""},
			} {
				_, err := db.Exec(tt.statement)
				var e *auroradataapi.Error
				if !errors.As(err, &e) {
					t.Fatalf("%s: %v", tt.statement, err)
				}
				foreign, ok := engine.foreign(fmt.Errorf("wrapped: %w", err))
				if !ok || foreign.Error() != err.Error() {
					t.Errorf("%s: %q, to its own driver %v", tt.statement, err, foreign)
				}
				if entConstraint(err) != tt.ent {
					t.Errorf("%s: ent does not know %v", tt.statement, err)
				}
				if pgconn.SafeToRetry(err) || crdbRetryable(err) {
					t.Errorf("%s: would be tried again", tt.statement)
				}
				if api.Engine == "mysql" {
					continue
				}
				var pg *pgconn.PgError
				if code := gormCode(err); code != tt.gorm || !errors.As(err, &pg) || pg.ConstraintName != tt.constraint || int(pg.Position) != e.Position {
					t.Errorf("%s: GORM reads %q, pgx %+v", tt.statement, code, pg)
				}
				var lib *pq.Error
				if !errors.As(err, &lib) || string(lib.Code) != tt.gorm || lib.Constraint != tt.constraint || lib.Position != "" && lib.Position != fmt.Sprint(e.Position) {
					t.Errorf("%s: lib/pq reads %+v", tt.statement, lib)
				}
			}
		})
	}
}

// TestRecognisedAsRetryable has two transactions that cannot both be.
func TestRecognisedAsRetryable(t *testing.T) {
	db := dataapitest.Open(t)
	exec(t, db, "CREATE TABLE t (id int PRIMARY KEY, n int)")
	exec(t, db, "INSERT INTO t VALUES (1, 0)")
	tx, err := db.BeginTx(t.Context(), &sql.TxOptions{Isolation: sql.LevelSerializable})
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if _, err := tx.Exec("SELECT n FROM t"); err != nil {
		t.Fatal(err)
	}
	exec(t, db, "UPDATE t SET n = 1")
	_, err = tx.Exec("UPDATE t SET n = n + 1")
	if !crdbRetryable(err) || !errors.Is(err, auroradataapi.SerializationFailure) || !errors.Is(err, auroradataapi.TransactionRollback) {
		t.Errorf("got %v", err)
	}
}

// TestNotAsForeign asks for what an error is not.
func TestNotAsForeign(t *testing.T) {
	var pg *pgconn.PgError
	var my *gomysql.MySQLError
	var lib *pq.Error
	var connect *pgconn.ConnectError
	for _, e := range []*auroradataapi.Error{{}, {Code: "23505"}, {Code: "23000", Number: 1062}, {Number: 1062}} {
		if got := errors.As(e, &pg); got != (e.Code == "23505") {
			t.Errorf("%+v as pgx's: %v", e, got)
		}
		if got := errors.As(e, &lib); got != (e.Code == "23505") {
			t.Errorf("%+v as lib/pq's: %v", e, got)
		}
		if got := errors.As(e, &my); got != (e.Code == "23000") {
			t.Errorf("%+v as go-sql-driver's: %v", e, got)
		}
		if errors.As(e, &connect) {
			t.Errorf("%+v as an error of connecting", e)
		}
	}
	if (&auroradataapi.Error{Code: "23505"}).As(nil) || (&auroradataapi.Error{Code: "23505"}).As(pg) {
		t.Error("found in nothing")
	}
}
