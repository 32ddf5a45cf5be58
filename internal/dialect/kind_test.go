package dialect

import (
	"strings"
	"testing"
)

func TestKind(t *testing.T) {
	for _, tt := range []struct {
		d    *Dialect
		want string // r: rows, w: writes, t: transaction, s: savepoint, q: query, c: counts
		sql  string
	}{
		{PostgreSQL, "rq", "SELECT 1"},
		{PostgreSQL, "rq", " -- c\n ((select 1) union select 2)"},
		{PostgreSQL, "rq", "VALUES (1)"},
		{PostgreSQL, "rq", "TABLE t"},
		{PostgreSQL, "w", "SELECT a INTO t FROM b"},
		{PostgreSQL, "rq", "SELECT (SELECT 'x' 'into'), \"into\", t.into FROM t"},
		{PostgreSQL, "rwq", "SELECT * FROM t FOR UPDATE"},
		{PostgreSQL, "rwq", "SELECT * FROM t FOR NO KEY UPDATE OF t"},
		{PostgreSQL, "rwq", "SELECT * FROM (SELECT * FROM t FOR SHARE) x"},
		{PostgreSQL, "rwq", "SELECT nextval('s')"},
		{PostgreSQL, "rwq", "SELECT * FROM pg_logical_slot_get_changes('s', NULL, NULL)"},
		{PostgreSQL, "rwq", "SELECT loread(1, 10)"},
		{PostgreSQL, "rwq", "SELECT cursor_to_xml('c', 10, true, true, '')"},
		{PostgreSQL, "rwq", `SELECT "lo_create"(0)`},
		{PostgreSQL, "rwq", `SELECT query_to_xml('SELECT f()', true, true, '')`},
		{PostgreSQL, "rwq", `SELECT * FROM ts_stat('SELECT f()')`},
		{PostgreSQL, "rwq", "SELECT * FROM aws_lambda.invoke(f, '{}')"},
		{PostgreSQL, "rwq", "SELECT pg_advisory_lock(1)"},
		{PostgreSQL, "rq", "SELECT substring(a FOR 3)"},
		{PostgreSQL, "rq", "WITH a AS (SELECT 1) SELECT * FROM a"},
		{PostgreSQL, "rq", "WITH RECURSIVE a AS (SELECT 1) SEARCH DEPTH FIRST BY x SET y SELECT * FROM a"},
		{PostgreSQL, "rq", "WITH a AS (SELECT 1) (SELECT * FROM a)"},
		{PostgreSQL, "rw", "WITH a AS (INSERT INTO t VALUES (1) RETURNING *) SELECT * FROM a"},
		{PostgreSQL, "rw", "WITH a AS MATERIALIZED (DELETE FROM t RETURNING *) SELECT * FROM a"},
		{PostgreSQL, "wc", "WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a"},
		{PostgreSQL, "rwc", "WITH a AS (SELECT 1) UPDATE t SET b = 1 RETURNING b"},
		{PostgreSQL, "w", "WITH a AS (SELECT 1) SELECT * INTO t FROM a"},
		{PostgreSQL, "wc", "WITH a AS (DELETE FROM t RETURNING *) DELETE FROM u"},
		{PostgreSQL, "wc", "INSERT INTO t VALUES (1)"},
		{PostgreSQL, "rwc", "INSERT INTO t VALUES (1) RETURNING id"},
		{PostgreSQL, "wc", "MERGE INTO t USING u ON true WHEN MATCHED THEN DELETE"},
		{PostgreSQL, "r", "EXPLAIN SELECT 1"},
		{PostgreSQL, "rw", "EXPLAIN (ANALYZE, BUFFERS) SELECT 1"},
		{PostgreSQL, "rw", "EXPLAIN ANALYSE INSERT INTO t VALUES (1)"},
		{PostgreSQL, "r", "SHOW search_path"},
		{PostgreSQL, "rw", "FETCH 5 FROM c"},
		{PostgreSQL, "rw", "CALL p()"},
		{PostgreSQL, "rw", "EXECUTE p(1)"},
		{PostgreSQL, "w", "DO $$BEGIN END$$"},
		{PostgreSQL, "w", "CREATE TABLE t AS SELECT 1"},
		{PostgreSQL, "w", "COPY t TO '/x'"},
		{PostgreSQL, "w", "DECLARE c CURSOR FOR SELECT 1"},
		{PostgreSQL, "", "SET search_path TO x"},
		{PostgreSQL, "", "RESET ALL"},
		{PostgreSQL, "", " /* nothing */ ; "},
		{PostgreSQL, "w", "frobnicate"},
		{PostgreSQL, "w", "'a'"},
		{PostgreSQL, "wt", "BEGIN"},
		{PostgreSQL, "wt", "begin isolation level serializable"},
		{PostgreSQL, "wt", "START TRANSACTION READ ONLY"},
		{PostgreSQL, "wt", "COMMIT AND CHAIN"},
		{PostgreSQL, "wt", "COMMIT PREPARED 'x'"},
		{PostgreSQL, "wt", "END"},
		{PostgreSQL, "wt", "ABORT"},
		{PostgreSQL, "wt", "ROLLBACK WORK"},
		{PostgreSQL, "wt", "ROLLBACK PREPARED 'x'"},
		{PostgreSQL, "wt", "PREPARE TRANSACTION 'x'"},
		{PostgreSQL, "w", "PREPARE transactions AS SELECT 1"},
		{PostgreSQL, "ws", "SAVEPOINT a"},
		{PostgreSQL, "ws", "RELEASE a"},
		{PostgreSQL, "ws", "ROLLBACK TO a"},
		{PostgreSQL, "ws", "ROLLBACK TRANSACTION TO SAVEPOINT a"},
		{PostgreSQL, "rq", "; SELECT 1; DELETE FROM t"},
		{PostgreSQL, "rq", "/* BEGIN */ SELECT 1"},

		{MySQL, "rq", "SELECT 1"},
		{MySQL, "rq", "/*!50000 SELECT */ 1"},
		{MySQL, "w", "SELECT 1 INTO @a"},
		{MySQL, "rwq", "SELECT 1 FROM t LOCK IN SHARE MODE"},
		{MySQL, "rwq", "SELECT GET_LOCK('a', 1)"},
		{MySQL, "wc", "REPLACE INTO t VALUES (1)"},
		{MySQL, "w", "SET @a = f()"},
		{MySQL, "r", "DESC t"},
		{MySQL, "rw", "DESCRIBE ANALYZE SELECT 1"},
		{MySQL, "r", "SHOW TABLES"},
		{MySQL, "rw", "CHECK TABLE t"},
		{MySQL, "wc", "WITH a AS (SELECT 1) DELETE FROM t"},
		{MySQL, "wt", "XA START 'x'"},
		{MySQL, "wt", "START TRANSACTION"},
		{MySQL, "w", "START REPLICA"},
		{MySQL, "ws", "ROLLBACK TO SAVEPOINT a"},
	} {
		k := tt.d.Parse(tt.sql).Kind()
		var got strings.Builder
		for _, bit := range []struct {
			set  bool
			name string
		}{
			{k.ReturnsRows(), "r"},
			{k.Writes(), "w"},
			{k.TransactionControl(), "t"},
			{k.Savepoint(), "s"},
			{k.Query(), "q"},
			{k.Counts(), "c"},
		} {
			if bit.set {
				got.WriteString(bit.name)
			}
		}
		if got.String() != tt.want {
			t.Errorf("%s: %s: got %q, want %q", tt.d, tt.sql, got.String(), tt.want)
		}
	}
}

func TestEmpty(t *testing.T) {
	for sql, want := range map[string]bool{
		"": true, " ;; ": true, "-- SELECT 1\n/* ; */": true,
		"; SELECT 1": false, "(": true, "1": false, "'a'": false,
	} {
		if got := PostgreSQL.Parse(sql).Empty(); got != want {
			t.Errorf("%q: got %t, want %t", sql, got, want)
		}
	}
}
