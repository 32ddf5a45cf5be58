package auroradataapi_test

import (
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/server"
)

// between reads a table of 6000 rows by its key and does something behind the first
// of them, in the same transaction. It returns how many rows arrived.
func between(t *testing.T, db *sql.DB, do func(*sql.Tx)) (n int, err error) {
	t.Helper()
	tx := begin(t, db, nil)
	defer tx.Rollback()
	rows, err := tx.Query("SELECT id, p FROM wide ORDER BY id")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for ; rows.Next(); n++ {
		if n == 0 {
			do(tx)
		}
	}
	return n, rows.Err()
}

// reading returns what runs a statement and reads its rows.
func reading(t *testing.T, statement string, args ...any) func(*sql.Tx) {
	return func(tx *sql.Tx) {
		t.Helper()
		rows, err := tx.Query(statement, args...)
		sumsOf(t, rows, err)
	}
}

// missed says whether rows are missing, and the error says so.
func missed(n int, err error) bool {
	var e *auroradataapi.IncompleteError
	return errors.As(err, &e) && e.Rows == n && n > 0 && n < 6000 && strings.Contains(err.Error(), "read the rows to their end first")
}

// TestKeyedWritingFunction has functions write to a table that is read in pages by
// the same transaction: the rows that are gone would be missing without a word.
func TestKeyedWritingFunction(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t, dataapitest.MySQL())
	direct := openDirect(t, srv)
	row := "" // before the values of VALUES
	if !isMariaDB(t, direct) {
		row = "ROW"
	}
	wide(t, direct, 6000)
	for _, name := range []string{"prune", "count", "abs", "1e", "1f", "1_2", "a$", "datediff"} {
		// DETERMINISTIC is what a function has to be called where there is a binary log.
		exec(t, direct, "CREATE FUNCTION `"+name+"`(i INT) RETURNS INT DETERMINISTIC BEGIN DELETE FROM wide WHERE id > i; RETURN i; END")
	}
	exec(t, direct, "CREATE PROCEDURE prune_all() BEGIN DELETE FROM wide WHERE id > 2000; END")
	exec(t, direct, "CREATE VIEW pruning AS SELECT prune(2000) AS n, COUNT(*) AS c FROM digits")
	exec(t, direct, "CREATE VIEW above AS SELECT n, c FROM pruning")
	db := srv.Open(t, func(c *auroradataapi.Config) { c.NoPrefetch = true })
	for _, statement := range []string{
		"UPDATE wide SET p = 'changed'",
		"SELECT prune(2000)",
		"select PRUNE /* one */ (2000)",
		"SELECT `prune`(2000)",
		"SELECT " + srv.Database + ".prune(2000)",
		"SELECT `" + srv.Database + "` . `prune` (2000)",
		"(SELECT prune(2000))",
		"SELECT 1 FROM digits WHERE i = prune(2000)",
		"SELECT ABS(IF(i, prune(2000), NULL)) FROM digits",
		"SELECT COUNT(*) FROM digits GROUP BY prune(2000)",
		"SELECT i FROM digits ORDER BY prune(2000)",
		"SELECT * FROM (SELECT prune(2000)) z",
		"SELECT i FROM digits UNION SELECT prune(2000)",
		"WITH x AS (SELECT prune(2000)) SELECT * FROM x",
		"WITH x (a) AS (SELECT prune(2000)) SELECT * FROM x",
		"VALUES " + row + "(prune(2000))",
		"EXPLAIN SELECT * FROM (SELECT prune(2000)) z",
		"DO prune(2000)",
		"SET @x = prune(2000)",
		"SELECT prune(2000) INTO @x",
		"SELECT @x := prune(2000)",
		"CALL prune_all()",
		"SELECT count (2000)", // with the space, it is no aggregate
		"SELECT " + srv.Database + ".abs(2000)",
		"SELECT " + srv.Database + ".datediff(2000)",
		"SELECT 1e(2000)", // names may begin with digits
		"SELECT 1_2(2000)",
		"SELECT 1f(2000)",
		"SELECT a$(2000)",
		"SELECT /*! prune(2000) */",
		"SELECT prune/*! (2000) */",
		"SELECT * FROM pruning",
		"SELECT * FROM `above`",
		"SELECT * FROM " + srv.Database + ".above",
		"SELECT (SELECT SUM(n) FROM above) FROM digits",
	} {
		if n, err := between(t, db, reading(t, statement)); !missed(n, err) {
			t.Errorf("%s: %d rows, %v", statement, n, err)
		}
	}
	if n, err := between(t, db, reading(t, "SELECT prune(?)", 2000)); !missed(n, err) {
		t.Errorf("with an argument: %d rows, %v", n, err)
	}
	// The query of the function may be read in pages itself.
	always := srv.Open(t, func(c *auroradataapi.Config) { c.Paging, c.NoPrefetch = auroradataapi.PagingAlways, true })
	if n, err := between(t, always, reading(t, "SELECT i, prune(2000) FROM digits")); !missed(n, err) {
		t.Errorf("in another result: %d rows, %v", n, err)
	}
	batch := func(tx *sql.Tx) {
		if _, err := auroradataapi.ExecBatch(t.Context(), tx, "SELECT prune(?)", [][]any{{2000}, {1000}}); err != nil {
			t.Error(err)
		}
	}
	if n, err := between(t, db, batch); !missed(n, err) {
		t.Errorf("in a batch: %d rows, %v", n, err)
	}
}

// TestKeyedReadingBetween reads other things while a table is read in pages.
func TestKeyedReadingBetween(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t, dataapitest.MySQL())
	direct := openDirect(t, srv)
	row := "" // before the values of VALUES
	if !isMariaDB(t, direct) {
		row = "ROW"
	}
	wide(t, direct, 6000)
	exec(t, direct, "CREATE VIEW calm AS SELECT n, COUNT(*) AS c, MAX(LEFT(p, 3)) AS p FROM wide GROUP BY n")
	db := srv.Open(t, func(c *auroradataapi.Config) { c.NoPrefetch = true })
	for _, statement := range []string{
		"SELECT COUNT(*), MAX(id), GROUP_CONCAT(DISTINCT n ORDER BY n SEPARATOR ', '), STDDEV(n) FROM wide",
		"SELECT id, ROW_NUMBER() OVER (PARTITION BY n ORDER BY id), LAG(id, 1) OVER w FROM wide WHERE id < 9 WINDOW w AS (ORDER BY id)",
		"SELECT NOW(), CURRENT_TIMESTAMP(3), DATE_FORMAT(NOW(), '%Y'), DATE_ADD('2024-01-15', INTERVAL (1 + 1) DAY), TIMESTAMPDIFF(DAY, '2024-01-15', NOW()), UNIX_TIMESTAMP()",
		"SELECT CONCAT_WS('-', UPPER('a'), LPAD(1, 3, '0')), REPLACE('a', 'b', 'c'), TRIM(BOTH 'x' FROM 'xax'), SUBSTRING_INDEX('a.b', '.', 1), HEX(UNHEX('00')), REGEXP_REPLACE('a', 'a', 'b')",
		"SELECT JSON_EXTRACT('{\"a\": 1}', '$.a'), JSON_OBJECT('a', JSON_ARRAY(1)), JSON_ARRAYAGG(i) FROM digits",
		"SELECT j.a FROM JSON_TABLE('[{\"a\": 1}]', '$[*]' COLUMNS (a DECIMAL(9, 2) PATH '$.a', b VARCHAR(9) PATH '$.b')) AS j",
		"SELECT ROUND(1.5), MOD(5, 3), (5) MOD (3), 7 DIV (2), GREATEST(1, 2), COALESCE(NULL, 1), IF(1, 2, 3), IFNULL(NULL, 1), RAND(), PI()",
		"SELECT CAST('1' AS DECIMAL(9, 2)), CAST(1 AS CHAR(3)), CONVERT('a' USING utf8mb4), CONVERT(1, CHAR(3)), BINARY ('a')",
		"SELECT i FROM digits WHERE i IN (1, 2) AND (i = 1 OR i NOT IN (SELECT n FROM wide)) AND EXISTS (SELECT 1) AND i <= ALL (SELECT n FROM wide) OR i = ANY (SELECT 1)",
		"SELECT CASE (i) WHEN (1) THEN (2) ELSE (3) END FROM digits d LEFT JOIN (SELECT 1 AS a) AS e ON (d.i = e.a) WHERE d.i BETWEEN (1) AND (3)",
		"SELECT d.i FROM digits d USE INDEX (PRIMARY) JOIN digits e USING (i) GROUP BY (d.i) HAVING (d.i > 1) ORDER BY (d.i) LIMIT 5 OFFSET 1",
		"WITH RECURSIVE n (a, b) AS (SELECT 1, 2 UNION ALL SELECT a + 1, b FROM n WHERE a < 9), m (c) AS (SELECT MAX(a) FROM n) SELECT * FROM n, m",
		"(SELECT i FROM digits) UNION (SELECT n FROM wide) EXCEPT (SELECT 3) ORDER BY 1",
		"VALUES " + row + "(1, 2), " + row + "(ABS(-3), 4)",
		"SELECT * FROM calm WHERE `n` IN (1, 2)",
		"SELECT `wide`.`id` FROM `" + srv.Database + "`.`wide` WHERE `wide`.`id` IN (1)",
		"SELECT LAST_INSERT_ID(), ROW_COUNT(), FOUND_ROWS(), DATABASE(), USER(), VERSION(), UUID()",
		"SELECT MD5('a'), SHA2('a', 256), TO_BASE64('a'), CRC32('a'), INET_NTOA(1), BIT_COUNT(3)",
		"SELECT ST_AsText(POINT(1, 2)), ST_X(ST_GeomFromText('POINT(1 2)'))",
		"SHOW COLUMNS FROM wide LIKE 'p'",
		"SHOW TABLES",
		"EXPLAIN SELECT * FROM wide WHERE id IN (1, 2)",
		"SELECT 'prune(2000)', \"prune(2000)\" -- prune(2000)",
		"SELECT COUNT(*) FROM information_schema.TABLES",
	} {
		if n, err := between(t, db, reading(t, statement)); n != 6000 || err != nil {
			t.Errorf("%s: %d rows, %v", statement, n, err)
		}
	}
}

// TestKeyedHiddenView reads a view that the user may not look into: whether it
// calls a function that writes cannot be known.
func TestKeyedHiddenView(t *testing.T) {
	t.Parallel()
	const peon = "arn:aws:secretsmanager:us-east-1:123456789012:secret:peon"
	user := "peon_" + strings.ToLower(rand.Text()[:8])
	srv := dataapitest.New(t, dataapitest.MySQL(), dataapitest.Config(func(c *server.Config) {
		c.Clusters[0].Secrets = append(c.Clusters[0].Secrets, server.Secret{ARN: peon, Username: user})
	}))
	direct := openDirect(t, srv)
	wide(t, direct, 6000)
	exec(t, direct, "CREATE VIEW calm AS SELECT COUNT(*) FROM wide")
	exec(t, direct, "CREATE USER "+user)
	t.Cleanup(func() { exec(t, direct, "DROP USER "+user) })
	exec(t, direct, "GRANT SELECT ON "+srv.Database+".* TO "+user)
	db := srv.Open(t, func(c *auroradataapi.Config) { c.SecretARN, c.NoPrefetch = peon, true })
	if n, err := between(t, db, reading(t, "SELECT * FROM calm")); !missed(n, err) || !strings.Contains(err.Error(), "SHOW VIEW") {
		t.Errorf("without the right: %d rows, %v", n, err)
	}
	exec(t, direct, "GRANT SHOW VIEW ON "+srv.Database+".calm TO "+user) // which a session heeds at once
	if n, err := between(t, db, reading(t, "SELECT * FROM calm")); n != 6000 || err != nil {
		t.Errorf("with the right: %d rows, %v", n, err)
	}
}

// TestKeyedFunctions has stored functions choose the rows, which are as many on each page
// as in one answer only if they are declared to return the same each time.
func TestKeyedFunctions(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t, dataapitest.MySQL())
	direct := openDirect(t, srv)
	wide(t, direct, 4000)
	for _, sql := range []string{
		"CREATE FUNCTION any_of(i INT) RETURNS DOUBLE NO SQL RETURN RAND()",
		"CREATE FUNCTION read_any(i INT) RETURNS DOUBLE READS SQL DATA RETURN (SELECT RAND() FROM digits LIMIT 1)",
		"CREATE FUNCTION same(i INT) RETURNS INT DETERMINISTIC NO SQL RETURN -i",
	} {
		exec(t, direct, sql)
	}
	db, table := srv.Open(t), srv.Open(t, func(c *auroradataapi.Config) { c.Paging = auroradataapi.PagingTable })
	for _, tt := range []struct{ sql, refused string }{
		{"SELECT id, p FROM wide ORDER BY any_of(id)", "any_of"},
		{"SELECT id, p FROM wide ORDER BY `Read_any`(id), n", "read_any"},
		{"SELECT id, p FROM wide WHERE any_of(id) < 2", "any_of"},
		{"SELECT id, p, any_of(id) AS r FROM wide ORDER BY r DESC", "any_of"},
		{"SELECT id, p, any_of(id) FROM wide ORDER BY 3", "any_of"},
		{"SELECT id, p, any_of(id) AS r FROM wide ORDER BY id", ""},
		{"SELECT id, p FROM wide WHERE same(id) <= 0 ORDER BY same(id)", ""},
	} {
		rows, err := db.Query(tt.sql)
		n, err := drain(rows, err)
		switch {
		case tt.refused == "" && (n != 4000 || err != nil):
			t.Errorf("%s: %d rows, %v", tt.sql, n, err)
		case tt.refused != "" && (!errors.Is(err, auroradataapi.ErrCannotPage) || !strings.Contains(err.Error(), "function "+tt.refused) || !strings.Contains(err.Error(), "DETERMINISTIC")):
			t.Errorf("%s: %d rows, %v", tt.sql, n, err)
		}
		rows, err = table.Query(tt.sql)
		if n, err := drain(rows, err); n != 4000 || err != nil {
			t.Errorf("%s through a table: %d rows, %v", tt.sql, n, err)
		}
	}
}

// TestKeyedSubqueryOfView has views in subqueries, which each page asks again.
func TestKeyedSubqueryOfView(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t, dataapitest.MySQL())
	direct := openDirect(t, srv)
	wide(t, direct, 4000)
	for _, sql := range []string{
		"CREATE TABLE log (n INT)",
		"CREATE FUNCTION note(i INT) RETURNS INT MODIFIES SQL DATA BEGIN INSERT INTO log VALUES (i); RETURN i; END",
		"CREATE FUNCTION any_of(i INT) RETURNS DOUBLE NO SQL RETURN RAND()",
		"CREATE FUNCTION same(i INT) RETURNS INT DETERMINISTIC NO SQL RETURN -i",
		"CREATE VIEW noting AS SELECT note(i) AS i FROM digits",
		"CREATE VIEW rolling AS SELECT i, RAND() AS r FROM digits",
		"CREATE VIEW choosing AS SELECT i, any_of(i) AS r FROM digits",
		"CREATE VIEW steady AS SELECT i, same(i) AS r FROM digits",
	} {
		exec(t, direct, sql)
	}
	db := srv.Open(t)
	const all = "SELECT id, p FROM wide WHERE n IN (SELECT i FROM %s WHERE r < 2)"
	for _, view := range []string{"rolling", "choosing"} {
		rows, err := db.Query(fmt.Sprintf(all, view))
		if n, err := drain(rows, err); !errors.Is(err, auroradataapi.ErrCannotPage) {
			t.Errorf("%s: %d rows, %v", view, n, err)
		}
	}
	rows, err := db.Query(fmt.Sprintf(all, "steady"))
	if n, err := drain(rows, err); n != 4000 || err != nil {
		t.Errorf("steady: %d rows, %v", n, err)
	}
	rows, err = db.Query("SELECT id, p FROM wide WHERE (SELECT MAX(i) FROM noting) = 9")
	if n, err := drain(rows, err); !errors.Is(err, auroradataapi.ErrCannotPage) {
		t.Errorf("noting: %d rows, %v", n, err)
	}
	if n := query[int](t, direct, "SELECT COUNT(*) FROM log"); n != 10 {
		t.Errorf("a view that writes has noted %d rows of 10", n)
	}
}

// TestTableRunsOnce has queries that do something to their session or a sequence, which
// is not done again for a temporary table.
func TestTableRunsOnce(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t, dataapitest.MySQL())
	direct := openDirect(t, srv)
	wide(t, direct, 4000)
	db := srv.Open(t, func(c *auroradataapi.Config) { c.Paging = auroradataapi.PagingTable })
	tx := begin(t, db, nil)
	defer tx.Rollback()
	exec(t, tx, "SET @n = 0")
	for _, sql := range []string{"SELECT @n := @n + 1 AS n, p FROM wide", "SELECT MAX(p), @n := @n + 1 AS n FROM wide GROUP BY id"} {
		before := query[int](t, tx, "SELECT CAST(@n AS SIGNED)")
		rows, err := tx.Query(sql)
		if n, err := drain(rows, err); !errors.Is(err, auroradataapi.ErrCannotPage) || !strings.Contains(err.Error(), "assigns to a variable") {
			t.Errorf("%s: %d rows, %v", sql, n, err)
		}
		if n := query[int](t, tx, "SELECT CAST(@n AS SIGNED)"); n != before+4000 {
			t.Errorf("%s counted to %d, behind %d", sql, n, before)
		}
	}
	rows, err := db.Query("SELECT MAX(p), RAND() AS r, NOW(6) AS n FROM wide GROUP BY id")
	if n, err := drain(rows, err); n != 4000 || err != nil {
		t.Errorf("with other values: %d rows, %v", n, err)
	}
}

// TestKeyedDual reads the table that is none.
func TestKeyedDual(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t, dataapitest.MySQL())
	for _, paging := range []auroradataapi.Paging{auroradataapi.PagingAlways, auroradataapi.PagingAuto} {
		db := srv.Open(t, func(c *auroradataapi.Config) { c.Paging = paging })
		if n := query[int](t, db, "SELECT 7 FROM dual"); n != 7 {
			t.Errorf("%s: got %d", paging, n)
		}
		rows, err := db.Query("SELECT REPEAT('x', 2000000) FROM DUAL")
		if n, err := drain(rows, err); !errors.Is(err, auroradataapi.ErrCannotPage) || !strings.Contains(err.Error(), "reads no table") {
			t.Errorf("%s: %d rows, %v", paging, n, err)
		}
	}
}
