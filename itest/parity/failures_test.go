package parity

import (
	"database/sql"
	"errors"
	"strconv"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/auroradataapi/auroradataapi"
)

// failure is a statement that the database refuses.
type failure struct {
	name      string
	statement string
	args      []any
}

// parts is what an error says, by what the page calls it.
type parts map[string]string

// partNames are the parts in the order of the page.
var partNames = []string{"code", "number", "severity", "message", "error text", "position", "schema", "table", "column", "constraint", "data type", "detail", "hint"}

// fail runs a statement that is to fail, and takes its error apart.
func fail(t *testing.T, db *sql.DB, f failure, read func(error) (parts, bool)) parts {
	t.Helper()
	rows, err := db.Query(f.statement, f.args...)
	if err == nil {
		for rows.Next() {
		}
		err = errors.Join(rows.Err(), rows.Close())
	}
	if err == nil {
		t.Fatalf("%s: %s succeeded", f.name, f.statement)
	}
	p, ok := read(err)
	if !ok {
		t.Fatalf("%s: the error is %T: %[2]v", f.name, err)
	}
	return p
}

func readOurs(err error) (parts, bool) {
	var e *auroradataapi.Error
	if !errors.As(err, &e) {
		return nil, false
	}
	return parts{
		"code": e.Code, "number": number(e.Number), "severity": e.Severity, "message": e.Message, "error text": e.Error(), "position": number(e.Position),
		"schema": e.Schema, "table": e.Table, "column": e.Column, "constraint": e.Constraint, "data type": e.DataType, "detail": e.Detail, "hint": e.Hint,
	}, true
}

func readPostgres(err error) (parts, bool) {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return nil, false
	}
	return parts{
		"code": e.Code, "number": "", "severity": e.Severity, "message": e.Message, "error text": e.Error(), "position": number(int(e.Position)),
		"schema": e.SchemaName, "table": e.TableName, "column": e.ColumnName, "constraint": e.ConstraintName, "data type": e.DataTypeName, "detail": e.Detail, "hint": e.Hint,
	}, true
}

func readMySQL(err error) (parts, bool) {
	var e *mysql.MySQLError
	if !errors.As(err, &e) {
		return nil, false
	}
	return parts{"code": string(e.SQLState[:]), "number": number(int(e.Number)), "message": e.Message, "error text": e.Error()}, true
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

var postgresFailures = []failure{
	{"unique key", "INSERT INTO parent VALUES (2, 'two', 'a')", nil},
	{"primary key", "INSERT INTO parent VALUES (1, 'two')", nil},
	{"foreign key", "INSERT INTO child VALUES (2, 99)", nil},
	{"foreign key, referred to", "DELETE FROM parent WHERE id = 1", nil},
	{"CHECK", "INSERT INTO parent VALUES (2, 'two', 'b', 17)", nil},
	{"CHECK of a domain", "SELECT 0::positive", nil},
	{"NOT NULL", "INSERT INTO parent VALUES (2, NULL)", nil},
	{"too long", "INSERT INTO parent VALUES (2, 'too long')", nil},
	{"out of range", "INSERT INTO parent (id, name, tiny) VALUES (2, 'two', 40000)", nil},
	{"integer overflow", "SELECT 2147483647 + 1", nil},
	{"numeric overflow", "SELECT 1000::numeric(3)", nil},
	{"division by zero", "SELECT 1 / (id - 1) FROM parent", nil},
	{"invalid text", "SELECT 'x'::int", nil},
	{"invalid uuid", "SELECT 'x'::uuid", nil},
	{"invalid json", "SELECT '{'::json", nil},
	{"invalid date", "SELECT 'yesterdaze'::date", nil},
	{"date out of range", "SELECT '2023-02-29'::date", nil},
	{"invalid enum", "SELECT 'x'::mood", nil},
	{"syntax", "SELECT FROM WHERE", nil},
	{"syntax at the end", "SELECT (1", nil},
	{"undefined table", "SELECT * FROM nowhere", nil},
	{"undefined column", "SELECT id, nope FROM parent", nil},
	{"undefined column of an alias", "SELECT p.nope FROM parent p", nil},
	{"undefined function", "SELECT nope(1)", nil},
	{"undefined operator", "SELECT true + 1", nil},
	{"undefined schema", "SELECT * FROM nowhere.t", nil},
	{"undefined type", "SELECT 1::nope", nil},
	{"ambiguous column", "SELECT id FROM parent, child", nil},
	{"not grouped", "SELECT id, count(*) FROM child", nil},
	{"too many rows", "SELECT (SELECT id FROM parent UNION SELECT 2)", nil},
	{"type of an assignment", "UPDATE parent SET born = 5", nil},
	{"table exists", "CREATE TABLE parent (id int)", nil},
	{"behind placeholders", "SELECT $1::text || $2::text, nope FROM parent", []any{"a", "b"}},
	{"behind text that is no ASCII", "SELECT 'äöü😀', nope FROM parent", nil},
	{"raised", "DO $$ BEGIN RAISE EXCEPTION 'no: %', 1 USING ERRCODE = 'P0123', HINT = 'go on'; END $$", nil},
}

var mysqlFailures = []failure{
	{"unique key", "INSERT INTO parent (id, name, code) VALUES (2, 'two', 'a')", nil},
	{"primary key", "INSERT INTO parent (id, name) VALUES (1, 'two')", nil},
	{"foreign key", "INSERT INTO child VALUES (2, 99)", nil},
	{"foreign key, referred to", "DELETE FROM parent WHERE id = 1", nil},
	{"CHECK", "INSERT INTO parent (id, name, age) VALUES (2, 'two', 17)", nil},
	{"NOT NULL", "INSERT INTO parent (id, name) VALUES (2, NULL)", nil},
	{"no default", "INSERT INTO parent (id) VALUES (2)", nil},
	{"too long", "INSERT INTO parent (id, name) VALUES (2, 'too long')", nil},
	{"out of range", "INSERT INTO parent (id, name, tiny) VALUES (2, 'two', 400)", nil},
	{"integer overflow", "SELECT 9223372036854775807 + id FROM parent", nil},
	{"division by zero", "UPDATE parent SET age = 1 / 0", nil},
	{"invalid text", "INSERT INTO parent (id, name, age) VALUES (2, 'two', 'x')", nil},
	{"invalid date", "INSERT INTO parent (id, name, born) VALUES (2, 'two', '2023-02-30')", nil},
	{"syntax", "SELECT FROM WHERE", nil},
	{"undefined table", "SELECT * FROM nowhere", nil},
	{"undefined column", "SELECT id, nope FROM parent", nil},
	{"undefined column of an alias", "SELECT p.nope FROM parent p", nil},
	{"undefined function", "SELECT nope(1)", nil},
	{"undefined schema", "SELECT * FROM nowhere.t", nil},
	{"ambiguous column", "SELECT id FROM parent, child", nil},
	{"not grouped", "SELECT id, parent FROM child GROUP BY parent", nil},
	{"too many rows", "SELECT (SELECT id FROM parent UNION SELECT 2)", nil},
	{"table exists", "CREATE TABLE parent (id int)", nil},
	{"behind placeholders", "SELECT ?, nope FROM parent", []any{"a"}},
	{"raised", "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no'", nil},
}
