package dialect

import (
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	const (
		transaction = "begins and ends transactions by operations"
		autocommit  = "would end the transaction"
		tables      = "leave its locks"
	)
	tests := []struct {
		d    *Dialect
		want string // empty if the statement may be sent
		sql  string
	}{
		{PostgreSQL, transaction, "BEGIN"},
		{PostgreSQL, transaction, "-- x\n/* /* y */ */ commit;"},
		{PostgreSQL, transaction, "; ; ROLLBACK"},
		{PostgreSQL, transaction, "SELECT 1; COMMIT"},
		{PostgreSQL, transaction, "SELECT $$;$$; /* ; */ end; SELECT 2"},
		{PostgreSQL, transaction, "SAVEPOINT a; ROLLBACK TO a; ABORT"},
		{PostgreSQL, transaction, "PREPARE TRANSACTION 'x'"},
		{PostgreSQL, transaction, "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END; COMMIT"},
		{PostgreSQL, "", "ROLLBACK TO SAVEPOINT a; SELECT 1"},
		{PostgreSQL, "", "DO $$ BEGIN COMMIT; END $$"},
		{PostgreSQL, "", "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END"},
		{PostgreSQL, "", "CREATE PROCEDURE p() LANGUAGE plpgsql AS 'BEGIN COMMIT; END'"},
		{PostgreSQL, "", `SELECT '; COMMIT', "; COMMIT" /* ; COMMIT */ -- ; COMMIT`},
		{PostgreSQL, "", "SELECT 1;"},
		{PostgreSQL, "", "SELECT 1; -- COMMIT"},
		{PostgreSQL, "", "LOCK TABLE t IN EXCLUSIVE MODE"},
		{PostgreSQL, "", "SET autocommit = 0"}, // the database has no such setting
		{PostgreSQL, "", "SET TRANSACTION READ ONLY"},
		{PostgreSQL, "", "SELECT 1; SELECT 'a"},

		{MySQL, transaction, "/*!50000 COMMIT */"},
		{MySQL, transaction, "# x\nSTART TRANSACTION"},
		{MySQL, transaction, "SELECT '\\'; SELECT'; COMMIT"},
		{MySQL, transaction, "XA START 'x'"},
		{MySQL, "", "CREATE PROCEDURE p() BEGIN START TRANSACTION; COMMIT; END"},
		{MySQL, autocommit, "SET autocommit = 0"},
		{MySQL, autocommit, "set @@AutoCommit:=1"},
		{MySQL, autocommit, "SET @a = (1, 2), SESSION autocommit = 1"},
		{MySQL, autocommit, "SET @@session . `autocommit` = ON"},
		{MySQL, autocommit, "SELECT 1; SET /* x */ autocommit = 1"},
		{MySQL, "", "SET @autocommit = 1"},
		{MySQL, "", "SET @old = @@autocommit, @x = (SELECT 1, autocommit FROM t)"},
		{MySQL, "", "SET sql_mode = ''"},
		{MySQL, "", "SELECT @@autocommit"},
		{MySQL, tables, "LOCK TABLES t WRITE"},
		{MySQL, tables, "SELECT 1; unlock tables"},
		{MySQL, "", "SELECT 1 FROM t LOCK IN SHARE MODE"},
		{MySQL, "", "CREATE TABLE t (a INT)"},
	}
	for _, tt := range tests {
		err := tt.d.Parse(tt.sql).Check()
		switch {
		case (err == nil) != (tt.want == ""):
			t.Errorf("%s: %s: got %v, want %q", tt.d, tt.sql, err, tt.want)
		case err != nil && !strings.Contains(err.Error(), tt.want):
			t.Errorf("%s: %s: got %v, want %q", tt.d, tt.sql, err, tt.want)
		}
	}
}
