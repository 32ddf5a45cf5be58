package server_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata/types"
	"github.com/go-sql-driver/mysql"

	"github.com/auroradataapi/auroradataapi/server"
)

func TestMySQLTransactions(t *testing.T) {
	s := serveMySQL(t)
	s.must("", "CREATE TABLE t (i int PRIMARY KEY)")
	count := func() any { return s.value("", "SELECT count(*) FROM t") }

	tx := s.begin()
	s.must(tx, "INSERT INTO t VALUES (1)")
	same(t, count(), any(int64(0)))
	_, err := s.execute(tx, "INSERT INTO t VALUES (1)")
	refusedLike(t, err, "DatabaseErrorException", "Error code: 1062")
	s.must(tx, "INSERT INTO t VALUES (2)") // a failure leaves the transaction usable
	s.must(tx, "SAVEPOINT a")
	s.must(tx, "INSERT INTO t VALUES (3)")
	s.must(tx, "ROLLBACK TO SAVEPOINT a")
	s.must(tx, "SET @a = 7")
	s.must(tx, "CREATE TEMPORARY TABLE scratch (i int)")
	same(t, s.value(tx, "SELECT @a"), any(int64(7)))
	_, err = s.execute(tx, "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
	refusedLike(t, err, "DatabaseErrorException", "Error code: 1568; SQLState: 25001")
	if status, err := s.commit(tx); err != nil || status != "Transaction Committed" {
		t.Fatal(status, err)
	}
	same(t, count(), any(int64(2)))
	_, err = s.execute(tx, "SELECT 1")
	refused(t, err, "TransactionNotFoundException", "Transaction "+tx+" is not found")

	tx = s.begin()
	s.must(tx, "INSERT INTO t VALUES (4)")
	if status, err := s.rollback(tx); err != nil || status != "Rollback Complete" {
		t.Fatal(status, err)
	}
	same(t, count(), any(int64(2)))
}

// TestMySQLImplicitCommit shows what ends a transaction that the service takes
// to be open.
func TestMySQLImplicitCommit(t *testing.T) {
	s := serveMySQL(t)
	s.must("", "CREATE TABLE t (i int)")
	for i, end := range []string{"CREATE TABLE u (i int)", "COMMIT"} {
		tx := s.begin()
		s.must(tx, "INSERT INTO t VALUES (1)")
		s.must(tx, end)
		same(t, s.value("", "SELECT count(*) FROM t"), any(int64(i+1)))
		same(t, s.value(tx, "SELECT count(*) FROM t"), any(int64(i+1)))
		if status, err := s.rollback(tx); err != nil || status != "Rollback Complete" {
			t.Fatal(status, err)
		}
		same(t, s.value("", "SELECT count(*) FROM t"), any(int64(i+1)))
	}
	tx := s.begin()
	s.must(tx, "INSERT INTO t VALUES (1)")
	s.must(tx, "ROLLBACK")
	if status, err := s.commit(tx); err != nil || status != "Transaction Committed" {
		t.Fatal(status, err)
	}
	same(t, s.value("", "SELECT count(*) FROM t"), any(int64(2)))
}

func TestMySQLLocks(t *testing.T) {
	s := serveMySQL(t)
	s.must("", "CREATE TABLE t (i int PRIMARY KEY, n int)")
	s.must("", "INSERT INTO t VALUES (1, 0), (2, 0)")
	one, two := s.begin(), s.begin()
	s.must(one, "UPDATE t SET n = 1 WHERE i = 1")
	s.must(two, "SET innodb_lock_wait_timeout = 1")
	_, err := s.execute(two, "UPDATE t SET n = 2 WHERE i = 1")
	refused(t, err, "DatabaseErrorException", "Lock wait timeout exceeded; try restarting transaction; Error code: 1205; SQLState: HY000")
	s.must(two, "UPDATE t SET n = 2 WHERE i = 2")
	s.must(two, "SET innodb_lock_wait_timeout = 30")

	results := make(chan error, 1)
	go func() {
		_, err := s.execute(one, "UPDATE t SET n = 1 WHERE i = 2")
		results <- err
	}()
	if !eventually(func() bool {
		time.Sleep(200 * time.Millisecond) // InnoDB looks again only when nobody has asked for a tenth of a second
		return mysqlAdmin(t, "SELECT count(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'")[0][0] == "1"
	}) {
		t.Fatal("nobody waits")
	}
	_, errTwo := s.execute(two, "UPDATE t SET n = 2 WHERE i = 1")
	errOne := <-results
	victim, survivor, err := two, one, errTwo
	if errOne != nil {
		victim, survivor, err = one, two, errOne
	}
	refused(t, err, "DatabaseErrorException", "Deadlock found when trying to get lock; try restarting transaction; Error code: 1213; SQLState: 40001")
	if status, err := s.commit(victim); err != nil || status != "Rollback Complete" {
		t.Errorf("the victim: %v, %v", status, err)
	}
	if status, err := s.commit(survivor); err != nil || status != "Transaction Committed" {
		t.Errorf("the survivor: %v, %v", status, err)
	}
}

// TestMySQLForeignTransaction is about calls that name another database.
func TestMySQLForeignTransaction(t *testing.T) {
	s := serveMySQL(t)
	tx := s.begin()
	in := s.input(tx, "SELECT 1")
	in.Database = aws.String("mysql")
	_, err := s.ExecuteStatement(context.Background(), in)
	refused(t, err, "BadRequestException", "Database mysql is not the database of the transaction")
	in.Database = nil
	if _, err = s.ExecuteStatement(context.Background(), in); err != nil {
		t.Error(err)
	}
}

// mysqlRows is a query of n rows of an expression.
func mysqlRows(columns string, n int) string {
	return fmt.Sprintf("SELECT %s FROM d a, d b, d c, d d, d e, d f LIMIT %d", columns, n)
}

func TestMySQLResultSize(t *testing.T) {
	s := serveMySQL(t)
	s.must("", "CREATE TABLE d (i int)")
	s.must("", "INSERT INTO d VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)")
	for _, test := range []struct {
		sql  string
		rows int // 0 for too many
	}{
		{mysqlRows("uuid()", 24800), 24800},
		{mysqlRows("uuid()", 25000), 0},
		{mysqlRows("repeat('é', 1000)", 522), 522},
		{mysqlRows("repeat('é', 1000)", 523), 0},
		{mysqlRows("CAST(1 AS signed), NULL", 1<<20/11), 1 << 20 / 11},
		{mysqlRows("CAST(1 AS signed), NULL", 1<<20/11+1), 0},
		{"SELECT repeat('x', 1048576 - 6)", 1},
		{"SELECT repeat('x', 1048576 - 5)", 0},
		{"SELECT repeat('x', 10000000)", 0},
	} {
		out, err := s.execute("", test.sql)
		if test.rows == 0 {
			refused(t, err, "UnsupportedResultException", tooLarge)
			continue
		}
		if err != nil {
			t.Fatalf("%s: %v", test.sql, err)
		}
		same(t, len(out.Records), test.rows)
	}
	s.must("", "CREATE TABLE t (s text)")
	tx := s.begin()
	s.must(tx, "INSERT INTO t "+mysqlRows("repeat('x', 1000)", 5000))
	_, err := s.execute(tx, "SELECT s FROM t")
	refused(t, err, "UnsupportedResultException", tooLarge)
	same(t, s.value(tx, "SELECT count(*) FROM t"), any(int64(5000)))
	if _, err := s.commit(tx); err != nil {
		t.Fatal(err)
	}
}

func TestMySQLStatementTimeout(t *testing.T) {
	t.Parallel()
	s := serveMySQL(t, quick)
	s.must("", "CREATE TABLE t (i int)")
	s.must("", "CREATE TABLE one AS SELECT 1 AS i")
	// A SLEEP that is killed fails where a table is read; by itself it only ends, on MySQL.
	statements := []string{"SELECT SLEEP(30)", "INSERT INTO t SELECT i FROM one WHERE SLEEP(30) = 0", "DO SLEEP(30)"}
	if mysqlIsMariaDB(t) {
		statements = append(statements, "INSERT INTO t SELECT SLEEP(30)")
	}
	for _, sql := range statements {
		start := time.Now()
		_, err := s.execute("", sql)
		timedOut(t, err)
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s took %v", sql, took)
		}
	}
	_, err := s.batch("", "INSERT INTO t SELECT i FROM one WHERE SLEEP(1) = 0", nil, nil, nil)
	timedOut(t, err)
	if !eventually(func() bool { return s.value("", "SELECT count(*) FROM t") == any(int64(0)) }) {
		t.Fatal("something was kept")
	}

	tx := s.begin()
	s.must(tx, "INSERT INTO t VALUES (1)")
	_, err = s.execute(tx, "SELECT SLEEP(30)")
	timedOut(t, err)
	for range 20 { // no kill is left to meet another statement
		same(t, s.value(tx, "SELECT count(*) FROM t WHERE SLEEP(0.01) = 0"), any(int64(1)))
	}
	if _, err := s.commit(tx); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		same(t, s.value("", "SELECT SLEEP(0.01)"), any(int64(0)))
	}
}

func TestMySQLContinueAfterTimeout(t *testing.T) {
	t.Parallel()
	s := serveMySQL(t, quick)
	s.must("", "CREATE TABLE t (i int)")
	for _, tx := range []string{"", s.begin()} {
		in := s.input(tx, "INSERT INTO t SELECT SLEEP(4)")
		in.ContinueAfterTimeout = true
		_, err := s.ExecuteStatement(context.Background(), in)
		timedOut(t, err)
		if tx != "" {
			_, err = s.execute(tx, "SELECT 1")
			refused(t, err, "DatabaseErrorException", "Transaction is still running a query")
			if !eventually(func() bool { _, err := s.execute(tx, "SELECT 1"); return err == nil }) {
				t.Fatal("the statement does not end")
			}
			if _, err := s.commit(tx); err != nil {
				t.Fatal(err)
			}
		}
	}
	if !eventually(func() bool { return s.value("", "SELECT count(*) FROM t") == any(int64(2)) }) {
		t.Fatal("the statements were not completed")
	}
}

// mysqlSleeps waits until a connection sleeps in a statement.
func mysqlSleeps(t *testing.T, id int64) {
	t.Helper()
	if !eventually(func() bool {
		rows := mysqlAdmin(t, fmt.Sprintf("SELECT state FROM information_schema.processlist WHERE id = %d", id))
		return len(rows) == 1 && strings.EqualFold(rows[0][0], "user sleep")
	}) {
		t.Fatal("the statement does not run")
	}
}

func TestMySQLBusyTransaction(t *testing.T) {
	t.Parallel()
	s := serveMySQL(t)
	tx := s.begin()
	id := s.value(tx, "SELECT CONNECTION_ID()").(int64)
	done := make(chan error)
	go func() {
		_, err := s.execute(tx, "SELECT 1 FROM (SELECT 1 UNION SELECT 2) a WHERE SLEEP(60) = 0")
		done <- err
	}()
	mysqlSleeps(t, id)
	_, err := s.execute(tx, "SELECT 1")
	refused(t, err, "DatabaseErrorException", "Transaction is still running a query")
	_, err = s.commit(tx)
	refused(t, err, "DatabaseErrorException", "Transaction is still running a query")
	mysqlAdmin(t, fmt.Sprintf("KILL QUERY %d", id))
	refused(t, <-done, "DatabaseErrorException", "Query execution was interrupted; Error code: 1317; SQLState: 70100")
	same(t, s.value(tx, "SELECT CONNECTION_ID()"), any(id))
}

// TestMySQLLostConnection is about a database that drops connections.
func TestMySQLLostConnection(t *testing.T) {
	t.Parallel()
	s := serveMySQL(t)
	tx := s.begin()
	id := s.value(tx, "SELECT CONNECTION_ID()").(int64)
	mysqlAdmin(t, fmt.Sprintf("KILL %d", id))
	if _, err := s.execute(tx, "SELECT 1"); err == nil {
		t.Fatal("a statement ran without a connection")
	}
	_, err := s.execute(tx, "SELECT 1")
	refused(t, err, "TransactionNotFoundException", "Transaction "+tx+" is not found")

	tx = s.begin()
	id = s.value(tx, "SELECT CONNECTION_ID()").(int64)
	done := make(chan error)
	go func() {
		_, err := s.execute(tx, "SELECT 1 FROM (SELECT 1 UNION SELECT 2) a WHERE SLEEP(60) = 0")
		done <- err
	}()
	mysqlSleeps(t, id)
	mysqlAdmin(t, fmt.Sprintf("KILL %d", id))
	if err := <-done; err == nil {
		t.Fatal("a statement ended well without a connection")
	}
	_, err = s.execute(tx, "SELECT 1")
	refused(t, err, "TransactionNotFoundException", "Transaction "+tx+" is not found")

	// One that idles and is found dead is replaced.
	idle := s.value("", "SELECT CONNECTION_ID()").(int64)
	if !eventually(func() bool {
		return len(mysqlAdmin(t, fmt.Sprintf("SELECT 1 FROM information_schema.processlist WHERE id = %d AND command = 'Sleep'", idle))) == 1
	}) {
		t.Fatal("the connection does not idle")
	}
	mysqlAdmin(t, fmt.Sprintf("KILL %d", idle))
	if !eventually(func() bool { return mysqlConnections(t, s.database) == 0 }) {
		t.Fatal("the connection is not killed")
	}
	same(t, s.value("", "SELECT 1"), any(int64(1)))
	same(t, s.server.OpenTransactions(), 0)
}

// TestMySQLCallerGone shows that a statement ends with the call that runs it,
// and that its transaction goes on.
func TestMySQLCallerGone(t *testing.T) {
	t.Parallel()
	s := serveMySQL(t)
	tx := s.begin()
	id := s.value(tx, "SELECT CONNECTION_ID()").(int64)
	s.must(tx, "SET @a = 7")
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() {
		_, err := s.ExecuteStatement(ctx, s.input(tx, "SELECT SLEEP(60)"))
		done <- err
	}()
	mysqlSleeps(t, id)
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if !eventually(func() bool { _, err := s.execute(tx, "SELECT 1"); return err == nil }) {
		t.Fatal("the transaction is lost")
	}
	same(t, s.value(tx, "SELECT @a"), any(int64(7)))
	if _, err := s.commit(tx); err != nil {
		t.Fatal(err)
	}
}

// TestMySQLCloseWhileRunning closes a server that is busy in every way.
func TestMySQLCloseWhileRunning(t *testing.T) {
	t.Parallel()
	s := serveMySQL(t, quick)
	s.must("", "CREATE TABLE t (i int)")
	s.must(s.begin(), "INSERT INTO t VALUES (1)")
	in := s.input(s.begin(), "INSERT INTO t SELECT SLEEP(30)")
	in.ContinueAfterTimeout = true
	_, err := s.ExecuteStatement(context.Background(), in)
	timedOut(t, err)
	tx := s.begin()
	id := s.value(tx, "SELECT CONNECTION_ID()").(int64)
	done := make(chan error)
	go func() {
		_, err := s.execute(tx, "INSERT INTO t SELECT SLEEP(30)")
		done <- err
	}()
	mysqlSleeps(t, id)
	start := time.Now()
	if err := s.server.Close(); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("Close took %v", took)
	}
	if err := <-done; err == nil {
		t.Error("the statement ended well")
	}
	_, err = s.execute("", "SELECT 1")
	refusedLike(t, err, "ServiceUnavailableError", "")
	same(t, mysqlAdmin(t, "SELECT count(*) FROM "+s.database+".t"), [][]string{{"0"}})
}

// TestMySQLIdleMakeRoom is about a database that has no room for another
// connection while one to another database idles.
func TestMySQLIdleMakeRoom(t *testing.T) {
	s := serveMySQL(t)
	mysqlUser(t, "")
	const room = 10 // and one for the test: the least that MariaDB can have is 10
	connector, err := mysql.NewConnector(mysqlConfig(t))
	if err != nil {
		t.Fatal(err)
	}
	own := sql.OpenDB(connector)
	own.SetMaxOpenConns(1)
	var name string
	var most, connected int
	ask := func(statement string, dest ...any) {
		t.Helper()
		if err := own.QueryRow(statement).Scan(dest...); err != nil {
			t.Fatal(err)
		}
	}
	ask("SELECT @@max_connections", &most)
	limit := func(n int) {
		t.Helper()
		if _, err := own.Exec(fmt.Sprintf("SET GLOBAL max_connections = %d", n)); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(func() {
		limit(most)
		own.Close()
	})
	limit(room + 1)
	// Those of earlier tests are closed, which the database may not know yet.
	if !eventually(func() bool { ask("SHOW STATUS LIKE 'Threads_connected'", &name, &connected); return connected == 1 }) {
		t.Fatalf("%d connections are open", connected)
	}

	in := s.input("", "SELECT DATABASE()")
	in.SecretArn = aws.String(readerARN)
	begin := &rdsdata.BeginTransactionInput{
		ResourceArn: aws.String(clusterARN), SecretArn: aws.String(readerARN), Database: aws.String("mysql")}
	for held := range room {
		if held == room-1 { // one is left, and idles
			out, err := s.ExecuteStatement(context.Background(), in)
			if err != nil {
				t.Fatal(err)
			}
			same(t, plain(out.Records[0][0]), any(s.database))
		}
		if _, err := s.BeginTransaction(context.Background(), begin); err != nil {
			t.Fatal(err)
		}
	}
	_, err = s.ExecuteStatement(context.Background(), in)
	refused(t, err, "DatabaseErrorException", "Too many connections; Error code: 1040; SQLState: 08004")
}

// TestMySQLUnkillable is about a statement that nobody can kill, as its user may
// have no other connection: its own is closed.
func TestMySQLUnkillable(t *testing.T) {
	t.Parallel()
	s := serveMySQL(t, quick)
	mysqlUser(t, "WITH MAX_USER_CONNECTIONS 1")
	in := s.input("", "SELECT 1")
	in.SecretArn = aws.String(readerARN)
	if !eventually(func() bool { _, err := s.ExecuteStatement(context.Background(), in); return err == nil }) {
		t.Fatal("there is no connection")
	}
	in.Sql = aws.String("SELECT SLEEP(30)")
	_, err := s.ExecuteStatement(context.Background(), in)
	timedOut(t, err)
}

func TestMySQLCrowded(t *testing.T) {
	t.Parallel()
	s := serveMySQL(t, func(c *server.Config) { c.Clusters[0].URL += "&pool_max_conns=2" }, quick)
	for range 2 {
		s.begin()
	}
	_, err := s.execute("", "SELECT 1")
	var unavailable *types.DatabaseUnavailableException
	if !errors.As(err, &unavailable) {
		t.Fatalf("got %v", err)
	}
}

func TestMySQLUnreachable(t *testing.T) {
	for _, url := range []string{"mysql://u:hunter2@127.0.0.1:1", "u:hunter2@unix(/nowhere)/x"} {
		s := serveMySQL(t, func(c *server.Config) { c.Clusters[0].URL = url })
		_, err := s.execute("", "SELECT 1")
		var unavailable *types.DatabaseUnavailableException
		if !errors.As(err, &unavailable) {
			t.Fatalf("%s: got %v", url, err)
		}
	}
}

func TestMySQLConcurrency(t *testing.T) {
	s := serveMySQL(t)
	s.must("", "CREATE TABLE t (i int)")
	var wg sync.WaitGroup
	for i := range 32 {
		wg.Go(func() {
			for j := range 10 {
				if err := s.work(i, j); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	same(t, s.value("", "SELECT count(*) FROM t"), any(int64(32*10/2*2)))
}
