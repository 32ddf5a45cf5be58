package parity

import (
	"database/sql"
	"fmt"
	"testing"
)

// effect is a statement that changes something.
type effect struct {
	name      string
	statement string
}

// resultMethods are the methods of sql.Result, in the order of the page.
var resultMethods = []string{"RowsAffected", "LastInsertId"}

// change runs a statement and returns what its result tells, in a transaction
// that is given up, so that the other driver finds the same.
func change(t *testing.T, db *sql.DB, e effect) map[string]string {
	t.Helper()
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	r, err := tx.Exec(e.statement)
	if err != nil {
		t.Fatalf("%s: %v", e.statement, err)
	}
	told := make(map[string]string)
	for name, method := range map[string]func() (int64, error){"RowsAffected": r.RowsAffected, "LastInsertId": r.LastInsertId} {
		told[name] = failed
		if n, err := method(); err == nil {
			told[name] = fmt.Sprint(n)
		}
	}
	return told
}

// compareEffect has both drivers run a statement.
func (p pair) compareEffect(t *testing.T, e effect, l *ledger) map[string]string {
	t.Helper()
	if p.reset != "" {
		p.must(t, p.reset)
	}
	peer := change(t, p.peer, e)
	if p.reset != "" {
		p.must(t, p.reset)
	}
	ours := change(t, p.ours, e)
	for _, method := range resultMethods {
		l.compare(t, finding{of: e.name, in: method, about: e.statement, ours: ours[method]}, peer[method])
	}
	return ours
}

var postgresEffects = []effect{
	{"INSERT", "INSERT INTO counted (word) VALUES ('x')"},
	{"INSERT of several rows", "INSERT INTO counted (word) VALUES ('x'), ('y'), ('z')"},
	{"INSERT of none", "INSERT INTO counted (word) SELECT 'x' WHERE false"},
	{"INSERT that meets a conflict", "INSERT INTO counted VALUES (1, 'x') ON CONFLICT DO NOTHING"},
	{"upsert", "INSERT INTO counted VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET word = 'y'"},
	{"UPDATE", "UPDATE counted SET word = 'x'"},
	{"UPDATE to the same", "UPDATE counted SET word = word"},
	{"UPDATE of none", "UPDATE counted SET word = 'x' WHERE false"},
	{"DELETE", "DELETE FROM counted"},
	{"INSERT with RETURNING", "INSERT INTO counted (word) VALUES ('x'), ('y') RETURNING id"},
	{"WITH that writes", "WITH gone AS (DELETE FROM counted RETURNING id) SELECT * FROM gone"},
	{"SELECT", "SELECT * FROM counted"},
	{"DDL", "CREATE TABLE uncounted (id int)"},
	{"CREATE TABLE AS", "CREATE TABLE copied AS SELECT * FROM counted"},
	{"SET", "SET LOCAL work_mem = '8MB'"},
	{"TRUNCATE", "TRUNCATE counted"},
	{"DO", "DO $$ BEGIN DELETE FROM counted; END $$"},
}

var mysqlEffects = []effect{
	{"INSERT", "INSERT INTO counted (word) VALUES ('x')"},
	{"INSERT of several rows", "INSERT INTO counted (word) VALUES ('x'), ('y'), ('z')"},
	{"INSERT of a key", "INSERT INTO counted VALUES (77, 'x')"},
	{"INSERT of none", "INSERT INTO counted (word) SELECT 'x' FROM counted WHERE false"},
	{"INSERT IGNORE of a duplicate", "INSERT IGNORE INTO counted VALUES (1, 'x')"},
	{"INSERT without a generated key", "INSERT INTO parent (id, name) VALUES (9, 'nine')"},
	{"upsert", "INSERT INTO counted VALUES (1, 'x') ON DUPLICATE KEY UPDATE word = 'y'"},
	{"REPLACE", "REPLACE INTO counted VALUES (1, 'x')"},
	{"UPDATE", "UPDATE counted SET word = 'x'"},
	{"UPDATE to the same", "UPDATE counted SET word = word"},
	{"UPDATE of none", "UPDATE counted SET word = 'x' WHERE false"},
	{"DELETE", "DELETE FROM counted"},
	{"SELECT", "SELECT * FROM counted"},
	{"SET", "SET @x = 1"},
	{"DO", "DO 1"},
}
