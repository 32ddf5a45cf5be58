package dialect

import "testing"

func TestOnlyReads(t *testing.T) {
	for _, sql := range []string{
		"", "SELECT 1", "TABLE t", "VALUES ROW(1, ABS(2))", "SELECT count(*), Max(i) FROM t WHERE i IN (1) AND (j)",
		"SELECT SUM(i) OVER (PARTITION BY (j)), RANK() OVER w FROM t WINDOW w AS (ORDER BY j), v AS ()",
		"SELECT * FROM (SELECT 1, 2) d (a, b) JOIN (SELECT 1) AS `e` (`c`) ON (a = c)",
		"SELECT * FROM t, LATERAL (SELECT t.a) l WHERE a = SOME (TABLE u) OR a = ANY (WITH x AS (SELECT 1) SELECT * FROM x)",
		"WITH x (a, b) AS (SELECT 1, 2), `y` (c) AS (SELECT 3) SELECT * FROM x, y",
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
