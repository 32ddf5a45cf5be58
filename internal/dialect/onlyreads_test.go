package dialect

import "testing"

func TestOnlyReads(t *testing.T) {
	for sql, want := range map[string]bool{
		"SELECT a::numeric(9,2), CAST(b AS timestamptz(3)), count (*) FILTER (WHERE c) OVER (ORDER BY d) FROM t WHERE a = ANY ($1)":      true,
		"WITH x (a) AS (VALUES (1)) SELECT * FROM x, generate_series(1, 2) AS g (i), LATERAL (SELECT 1) l (b) WHERE a IN (1) LIMIT ($1)": true,
		"SELECT ARRAY(SELECT 1), (ROW(1, 2)), a NOT IN (TABLE b) OFFSET (1)":                                                             true,
		"SELECT f()": false, "SELECT pg_catalog.abs(1)": false, `SELECT "abs"(1)`: false, "SELECT abs(f())": false, "SELECT a::f(1)": true,
		"SELECT nextval('s')": false, "SELECT 1 FROM f() AS t (a int)": false, "INSERT INTO t VALUES (1)": false, "SELECT a FOR UPDATE": false,
		"SELECT a FROM t, f(1) AS (a int)": false, "WITH w (a) AS (VALUES (1)) SELECT b FROM w, f (a) AS (b int)": false,
		"SELECT a FROM t, f(1) AS (\"select\" int)": false, "SELECT a FROM t, f(1) AS (values int)": false,
		"WITH w (a) AS (SELECT 1), x (b) AS NOT MATERIALIZED (TABLE w UNION SELECT 2), y (c) AS MATERIALIZED (WITH z AS (SELECT 3) TABLE z) TABLE y": true,
		"SELECT f($1)": false, "SELECT E'a', f(1)": false, "SELECT 1; SELECT f()": false, "EXPLAIN (ANALYZE) SELECT 1": false,
	} {
		if got := PostgreSQL.Parse(sql).OnlyReads(); got != want {
			t.Errorf("%s: got %v", sql, got)
		}
	}
	for _, sql := range []string{
		"", "SELECT 1", "TABLE t", "VALUES ROW(1, ABS(2))", "SELECT count(*), Max(i) FROM t WHERE i IN (1) AND (j)",
		"SELECT SUM(i) OVER (PARTITION BY (j)), RANK() OVER w FROM t WINDOW w AS (ORDER BY j), v AS ()",
		"SELECT * FROM (SELECT 1, 2) d (a, b) JOIN (SELECT 1) AS `e` (`c`) ON (a = c)",
		"SELECT * FROM t, LATERAL (SELECT t.a) l WHERE a = SOME (TABLE u) OR a = ANY (WITH x AS (SELECT 1) SELECT * FROM x)",
		"WITH x (a, b) AS (SELECT 1, 2), `y` (c) AS (SELECT 3) SELECT * FROM x, y", "WITH x (a) AS (VALUES ROW(1)) TABLE x",
		"SELECT MATCH (a) AGAINST ('b' IN BOOLEAN MODE), 'c' MEMBER OF ('[]'), 'a' LIKE ('b') FROM t",
		"SELECT * FROM JSON_TABLE('[]', '$[*]' COLUMNS (a DECIMAL(9,2) PATH '$.a', NESTED PATH '$.b' COLUMNS (c DATETIME(6) PATH '$'))) j",
		"SELECT /* f(1) */ 'f(1)' AS `f(1)` # f(1)", "SELECT a FROM t USE INDEX (i) WHERE TRIM(LEADING ('x') FROM a) = ?",
	} {
		if !MySQL.Parse(sql).OnlyReads() {
			t.Errorf("%s: may change something", sql)
		}
	}
	for _, sql := range []string{
		"UPDATE t SET a = 1", "SELECT f()", "SELECT `abs`(1)", "SELECT d.abs(1)", "SELECT d . abs(1)", "SELECT sum (1)", "SELECT sum/**/(1)",
		"SELECT 1_2(3)", "SELECT 1f(3)", "SELECT 1abs(3)", "SELECT $f(3)", "SELECT é(1)", `SELECT "f"(1)`, "SELECT @a := 1",
		"SELECT f/*!50000 (*/1)", "SELECT f /*!99999 abs*/ (1)", "SELECT 1; SELECT f(1)", "SELECT (1), f(1)", "SELECT (1) + f(1)",
		"WITH x AS (SELECT f(1)) TABLE x", "SELECT 1, f(1) AS a, (2)", "SELECT f ((SELECT 1))", "SELECT f(`SELECT`)", "SELECT abs(f(1))", "EXPLAIN SELECT f()",
	} {
		if MySQL.Parse(sql).OnlyReads() {
			t.Errorf("%s: changes nothing", sql)
		}
	}
}
