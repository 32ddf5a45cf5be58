package server_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata/types"

	"github.com/auroradataapi/auroradataapi/server"
)

// TestMySQLAnswers shows which members an answer has.
func TestMySQLAnswers(t *testing.T) {
	s := serveMySQL(t)
	for _, test := range []struct {
		sql       string
		updated   int64
		records   int // -1 for none
		generated string
		described bool
	}{
		{"CREATE TABLE t (i int)", 0, -1, "[]", false},
		{"INSERT INTO t VALUES (1), (2), (3)", 3, -1, "[]", false},
		{"UPDATE t SET i = i + 1 WHERE i > 1", 2, -1, "[]", false},
		{"UPDATE t SET i = 1 WHERE i = 1", 0, -1, "[]", false}, // found, not changed
		{"SELECT i FROM t", 0, 3, "", true},
		{"SELECT i FROM t WHERE false", 0, 0, "", true},
		{"DELETE FROM t WHERE i = 4", 1, -1, "[]", false},
		{"DELETE FROM t WHERE i = 77", 0, -1, "[]", false},
		{"EXPLAIN SELECT 1", 0, 1, "", true},
		{"SHOW DATABASES LIKE 'mysql'", 0, 1, "", true},
		{"VALUES ROW(1), ROW(2)", 0, 2, "", true},
		{"DO 1", 0, -1, "[]", false},
		{"SET @a = 1", 0, -1, "[]", false},
		{"CREATE TABLE k (id bigint UNSIGNED AUTO_INCREMENT PRIMARY KEY, s varchar(9) UNIQUE)", 0, -1, "[]", false},
		{"INSERT INTO k (s) VALUES ('a')", 1, -1, "[1]", false},
		{"INSERT INTO k (s) VALUES ('b'), ('c')", 2, -1, "[2]", false},
		{"INSERT INTO k VALUES (10, 'd')", 1, -1, "[10]", false},
		{"INSERT INTO k (s) VALUES ('a') ON DUPLICATE KEY UPDATE s = 'z'", 2, -1, "[1]", false},
		{"INSERT INTO k VALUES (18446744073709551614, 'max')", 1, -1, "[18446744073709551614]", false},
		{"REPLACE INTO k (id, s) VALUES (10, 'y')", 2, -1, "[10]", false},
		{"UPDATE k SET s = 'x' WHERE id = 10", 1, -1, "[]", false},
		{"DROP TABLE k", 0, -1, "[]", false},
	} {
		if strings.HasPrefix(test.sql, "VALUES ROW") && mysqlIsMariaDB(t) {
			test.sql = strings.ReplaceAll(test.sql, "ROW", "")
		}
		in := s.input("", test.sql)
		in.IncludeResultMetadata = true
		out, err := s.ExecuteStatement(context.Background(), in)
		if err != nil {
			t.Fatalf("%s: %v", test.sql, err)
		}
		records, generated := -1, ""
		if out.Records != nil {
			records = len(out.Records)
		}
		if out.GeneratedFields != nil {
			generated = fmt.Sprint(plains(out.GeneratedFields))
		}
		t.Log(test.sql)
		same(t, []any{out.NumberOfRecordsUpdated, records, generated, len(out.ColumnMetadata) > 0},
			[]any{test.updated, test.records, test.generated, test.described})
	}
}

func plains(fields []types.Field) []any {
	values := []any{}
	for _, f := range fields {
		values = append(values, plain(f))
	}
	return values
}

func TestMySQLErrors(t *testing.T) {
	s := serveMySQL(t)
	s.must("", "CREATE TABLE t (i int PRIMARY KEY, name varchar(5) NOT NULL, j int, d datetime, FOREIGN KEY (j) REFERENCES t (i))")
	s.must("", "INSERT INTO t (i, name) VALUES (1, 'a')")
	for _, test := range []struct {
		sql    string
		params []types.SqlParameter
		start  string // of the message, before what differs between MySQL and MariaDB
		end    string
	}{
		{"SELECT * FROM no_such_table", nil, "Table '" + s.database + ".no_such_table' doesn't exist", "; Error code: 1146; SQLState: 42S02"},
		{"SELECT nothing FROM t", nil, "Unknown column 'nothing' in ", "; Error code: 1054; SQLState: 42S22"},
		{"SELEKT 1", nil, "You have an error in your SQL syntax; check the manual", "; Error code: 1064; SQLState: 42000"},
		{"INSERT INTO t (i, name) VALUES (1, 'b')", nil, "Duplicate entry '1' for key ", "; Error code: 1062; SQLState: 23000"},
		{"INSERT INTO t (i, name) VALUES (2, NULL)", nil, "Column 'name' cannot be null", "; Error code: 1048; SQLState: 23000"},
		{"INSERT INTO t (i, name, j) VALUES (2, 'b', 77)", nil, "Cannot add or update a child row: a foreign key constraint fails", "; Error code: 1452; SQLState: 23000"},
		{"INSERT INTO t (i, name) VALUES (2, 'too long')", nil, "Data too long for column 'name'", "; Error code: 1406; SQLState: 22001"},
		{"INSERT INTO t (i, name, d) VALUES (2, 'b', '2024-02-30')", nil, "Incorrect datetime value: '2024-02-30'", "; Error code: 1292; SQLState: 22007"},
		{"INSERT INTO t (i, name, d) VALUES (2, 'b', :d)", []types.SqlParameter{p("d", "0000-00-00 00:00:00")},
			"Incorrect datetime value: '0000-00-00 00:00:00'", "; Error code: 1292; SQLState: 22007"},
		{"INSERT INTO t (i, name) VALUES (2 / 0, 'b')", nil, "Division by 0", "; Error code: 1365; SQLState: 22012"},
		{"SELECT i, count(*) FROM t GROUP BY name", nil, "", "; SQLState: 42000"}, // ONLY_FULL_GROUP_BY
		{"SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no; way', MYSQL_ERRNO = 30001", nil, "no; way", "; Error code: 30001; SQLState: 45000"},
		{"SELECT ?", nil, "Incorrect arguments to mysqld_stmt_execute", "; Error code: 1210; SQLState: HY000"},
		{"SELECT ?, :a", []types.SqlParameter{p("a", 1)}, "Incorrect arguments to mysqld_stmt_execute", "; Error code: 1210; SQLState: HY000"},
		{"LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE t", nil, "local", "; SQLState: "},
	} {
		_, err := s.execute("", test.sql, test.params...)
		refusedLike(t, err, "DatabaseErrorException", test.end)
		refusedLike(t, err, "DatabaseErrorException", test.start)
	}
	same(t, s.value("", "SELECT count(*) FROM t"), any(int64(1)))
	_, err := s.execute("", "SELECT 1; SELECT 2")
	refused(t, err, "ValidationException", "Multistatements aren't supported.")
}

// TestMySQLConnecting is about connections that cannot be had.
func TestMySQLConnecting(t *testing.T) {
	s := serveMySQL(t, func(c *server.Config) {
		c.Clusters[0].Secrets = append(c.Clusters[0].Secrets,
			server.Secret{ARN: secretARN + "2", Username: "reader", Password: "wrong"})
	})
	mysqlUser(t, "")
	in := s.input("", "SELECT current_user()")
	in.SecretArn = aws.String(readerARN)
	in.Database = nil
	out, err := s.ExecuteStatement(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	same(t, plain(out.Records[0][0]), any("reader@localhost"))
	in.SecretArn = aws.String(secretARN + "2")
	const wrong = "Access denied for user 'reader'@'localhost' (using password: YES); Error code: 1045; SQLState: 28000"
	_, err = s.ExecuteStatement(context.Background(), in)
	refused(t, err, "DatabaseErrorException", wrong)
	_, err = s.BeginTransaction(context.Background(), &rdsdata.BeginTransactionInput{ResourceArn: in.ResourceArn, SecretArn: in.SecretArn})
	refused(t, err, "DatabaseErrorException", wrong)
	in = s.input("", "SELECT 1")
	in.Database = aws.String("nowhere")
	_, err = s.ExecuteStatement(context.Background(), in)
	refused(t, err, "DatabaseErrorException", "Unknown database 'nowhere'; Error code: 1049; SQLState: 42000")
}

// TestMySQLSessionsAreClean shows that a call finds nothing of another.
func TestMySQLSessionsAreClean(t *testing.T) {
	s := serveMySQL(t, func(c *server.Config) { c.Clusters[0].URL += "&pool_max_conns=1" })
	s.must("", "CREATE TABLE t (i int)")
	for _, leave := range []string{
		"SET sql_mode = ''", "SET time_zone = '+09:00'", "SET NAMES latin1", "SET @a = 7",
		"SET SESSION TRANSACTION ISOLATION LEVEL READ UNCOMMITTED",
		"CREATE TEMPORARY TABLE scratch (i int)", "SELECT GET_LOCK('" + s.database + "', 0)", "PREPARE q FROM 'SELECT 1'",
		"LOCK TABLES t WRITE", "USE mysql", "SET autocommit = 0", "START TRANSACTION",
	} {
		before := s.value("", "SELECT CONNECTION_ID()")
		s.must("", leave)
		after := s.value("", "SELECT CONNECTION_ID()")
		if kept := leave != "USE mysql"; kept != (before == after) {
			t.Errorf("%s: connection %v became %v", leave, before, after)
		}
		out := s.must("", "SELECT @@sql_mode, @@time_zone, @@character_set_results, @a, DATABASE(), @@autocommit")
		same(t, plains(out.Records[0]), []any{
			"ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION",
			"+00:00", "utf8mb4", nil, s.database, int64(1)})
		same(t, len(s.must("", "SHOW VARIABLES WHERE variable_name IN ('tx_isolation', 'transaction_isolation') AND value <> 'REPEATABLE-READ'").Records), 0)
		same(t, s.value("", "SELECT IS_USED_LOCK('"+s.database+"')"), any(nil))
		_, err := s.execute("", "SELECT * FROM scratch")
		refusedLike(t, err, "DatabaseErrorException", "Error code: 1146")
		_, err = s.execute("", "EXECUTE q")
		refusedLike(t, err, "DatabaseErrorException", "Error code: 1243")
		mysqlAdmin(t, "INSERT INTO "+s.database+".t VALUES (1)") // nothing is locked
	}
}

// TestMySQLNoDatabase shows that a call without database has none.
func TestMySQLNoDatabase(t *testing.T) {
	s := serveMySQL(t, func(c *server.Config) { c.Clusters[0].URL += "&pool_max_conns=1" })
	run := func(sql string) (*rdsdata.ExecuteStatementOutput, error) {
		in := s.input("", sql)
		in.Database = nil
		return s.ExecuteStatement(context.Background(), in)
	}
	for range 2 {
		out, err := run("SELECT DATABASE()")
		if err != nil {
			t.Fatal(err)
		}
		same(t, plain(out.Records[0][0]), nil)
		if _, err = run("USE mysql"); err != nil {
			t.Fatal(err)
		}
		_, err = run("CREATE TABLE t (i int)")
		refused(t, err, "DatabaseErrorException", "No database selected; Error code: 1046; SQLState: 3D000")
	}
}

func TestMySQLBatch(t *testing.T) {
	s := serveMySQL(t)
	s.must("", "CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY, i bigint UNIQUE, s text)")
	var sets [][]types.SqlParameter
	for i := range 300 {
		text := p("s", fmt.Sprint("number ", i))
		if i%3 == 0 {
			text = p("s", nil)
		}
		sets = append(sets, []types.SqlParameter{text, p("i", i)})
	}
	results, err := s.batch("", "INSERT INTO t (i, s) VALUES (:i, :s)", sets...)
	if err != nil {
		t.Fatal(err)
	}
	same(t, len(results), 300)
	for i, r := range results {
		same(t, plains(r.GeneratedFields), []any{int64(i + 1)})
	}
	same(t, s.value("", "SELECT count(*) FROM t WHERE s = concat('number ', i)"), any(int64(200)))

	t.Run("all or nothing", func(t *testing.T) {
		s := s.on(t)
		_, err := s.batch("", "INSERT INTO t (i) VALUES (:i)", []types.SqlParameter{p("i", 5000)}, []types.SqlParameter{p("i", 1)})
		refusedLike(t, err, "DatabaseErrorException", "Duplicate entry '1' for key")
		same(t, s.value("", "SELECT count(*) FROM t"), any(int64(300)))
	})
	t.Run("in a transaction", func(t *testing.T) {
		s := s.on(t)
		tx := s.begin()
		if _, err := s.batch(tx, "INSERT INTO t (i) VALUES (:i)", []types.SqlParameter{p("i", 5000)}, []types.SqlParameter{p("i", 5001)}); err != nil {
			t.Fatal(err)
		}
		same(t, s.value(tx, "SELECT count(*) FROM t"), any(int64(302)))
		if _, err := s.rollback(tx); err != nil {
			t.Fatal(err)
		}
		same(t, s.value("", "SELECT count(*) FROM t"), any(int64(300)))
	})
	t.Run("rows are dropped", func(t *testing.T) {
		s := s.on(t)
		results, err := s.batch("", "SELECT repeat('x', 700000), '0000-00-00' FROM t LIMIT 2", nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		same(t, len(results), 2)
		same(t, len(results[1].GeneratedFields), 0)
		if _, err := s.batch("", "PREPARE q FROM 'SELECT 1'", nil); err != nil { // as text
			t.Fatal(err)
		}
	})
	t.Run("refused", func(t *testing.T) {
		s := s.on(t)
		_, err := s.batch("", "INSERT INTO t (i) VALUES (:i)", []types.SqlParameter{p("i", 9000)},
			[]types.SqlParameter{p("i", "550e8400-e29b-41d4-a716-446655440000", types.TypeHintUuid)})
		refused(t, err, "ValidationException", "The typeHint UUID of parameter i is not supported by MySQL")
		same(t, s.value("", "SELECT count(*) FROM t WHERE i = 9000"), any(int64(0)))
	})
}

// TestMySQLResults is about statements with several results.
func TestMySQLResults(t *testing.T) {
	s := serveMySQL(t)
	s.must("", "CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY, i int)")
	s.must("", "CREATE PROCEDURE many (n int) BEGIN SELECT n AS a, 'def' AS b; INSERT INTO t (i) VALUES (n); SELECT 2, 3, 4; END")
	s.must("", "CREATE PROCEDURE fails () BEGIN SELECT 1; SELECT * FROM nowhere; END")
	s.must("", "CREATE PROCEDURE silent () BEGIN INSERT INTO t (i) VALUES (1); END")
	tx := s.begin()
	for range 3 {
		out := s.must(tx, "CALL many(:n)", p("n", 7))
		same(t, plains(out.Records[0]), []any{int64(7), "def"})
		same(t, out.NumberOfRecordsUpdated, int64(0))
	}
	same(t, s.value(tx, "SELECT count(*) FROM t"), any(int64(3)))
	_, err := s.execute(tx, "CALL fails()")
	refusedLike(t, err, "DatabaseErrorException", "Error code: 1146")
	out := s.must(tx, "CALL silent()")
	if out.Records != nil {
		t.Errorf("got %v", out.Records)
	}
	// What cannot be prepared runs as text, in which a first value "def" looks
	// like the start of a column's definition.
	s.must(tx, "PREPARE q FROM \"SELECT 'def', 1, 1.50, 3.14, CAST('2024-01-02' AS date), NULL UNION SELECT 'def', 2, 2, 2.71, NULL, NULL\"")
	out = s.must(tx, "EXECUTE q")
	same(t, plains(out.Records[0]), []any{"def", int64(1), "1.50", "3.14", "2024-01-02", nil})
	same(t, len(out.Records), 2)
	if _, err := s.commit(tx); err != nil {
		t.Fatal(err)
	}
}

func TestMySQLFormatted(t *testing.T) {
	s := serveMySQL(t)
	s.must("", "CREATE TABLE t (a tinyint(1), b float, c decimal(5,2), d bigint, e blob, f varchar(9))")
	s.must("", "INSERT INTO t VALUES (1, 3.14, 1.50, 7, 'x', 'é')")
	in := s.input("", "SELECT *, count(*) FROM t GROUP BY a, b, c, d, e, f")
	in.FormatRecordsAs = types.RecordsFormatTypeJson
	out, err := s.ExecuteStatement(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	same(t, *out.FormattedRecords, `[{"a":true,"b":3.14,"c":"1.50","d":7,"e":"eA==","f":"é","count(*)":1}]`)

	in = s.input("", "SELECT d, CAST(18446744073709551615 AS unsigned), CAST(5 AS unsigned), c, CAST(2 AS decimal(5,0)), a FROM t")
	in.ResultSetOptions = &types.ResultSetOptions{LongReturnType: types.LongReturnTypeString, DecimalReturnType: types.DecimalReturnTypeDoubleOrLong}
	out, err = s.ExecuteStatement(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	same(t, plains(out.Records[0]), []any{"7", "18446744073709551615", "5", 1.5, int64(2), true})
}
