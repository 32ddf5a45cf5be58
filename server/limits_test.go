package server_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata/types"

	"github.com/auroradataapi/auroradataapi/server"
)

const tooLarge = "The result exceeds the size limit 1 MB."

// TestResultSize holds the known boundaries of the limit.
func TestResultSize(t *testing.T) {
	s := serve(t)
	for _, test := range []struct {
		sql  string
		rows int // 0 for too many
	}{
		{"SELECT gen_random_uuid() FROM generate_series(1, 24800)", 24800},
		{"SELECT gen_random_uuid() FROM generate_series(1, 25000)", 0},
		{"SELECT repeat('é', 1000) FROM generate_series(1, 522)", 522},
		{"SELECT repeat('é', 1000) FROM generate_series(1, 523)", 0},
		{"SELECT repeat('x', 1048576 - 6)", 1},
		{"SELECT repeat('x', 1048576 - 5)", 0},
		{"SELECT FROM generate_series(1, 524288)", 524288},
		{"SELECT FROM generate_series(1, 524289)", 0},
		{"SELECT repeat('x', 100000000)", 0},
	} {
		out, err := s.execute("", test.sql)
		if test.rows == 0 {
			refused(t, err, "UnsupportedResultException", tooLarge)
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		same(t, len(out.Records), test.rows)
	}
	s.must("", "CREATE TABLE t (s text)")
	tx := s.begin()
	_, err := s.execute(tx, "INSERT INTO t SELECT repeat('x', 1000) FROM generate_series(1, 5000) RETURNING s")
	refused(t, err, "UnsupportedResultException", tooLarge)
	same(t, s.value(tx, "SELECT count(*) FROM t"), any(int64(5000)))
	if _, err := s.commit(tx); err != nil {
		t.Fatal(err)
	}
	same(t, s.value("", "SELECT count(*) FROM t"), any(int64(5000)))
}

// allocated returns how many bytes were allocated so far.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// TestHuge shows that what the database sends, and the service does not return,
// is not kept in memory.
func TestHuge(t *testing.T) {
	s := serve(t)
	const huge = "repeat('x', 60000000)"
	for _, test := range []struct {
		sql, code, part string
		session         bool // whether the transaction is of use afterwards
	}{
		{"SELECT " + huge, "UnsupportedResultException", tooLarge, true},
		{"SELECT 1, NULL, " + huge + ", 'x'::text UNION ALL SELECT 2, 'x', 'y', 'z'", "UnsupportedResultException", tooLarge, true},
		{"SELECT '1 day'::interval, " + huge, "UnsupportedResultException", "INTERVAL", true},
		{"COPY (SELECT " + huge + ") TO STDOUT", "DatabaseErrorException", "CopyOutResponse", true},
		{"DO $x$ BEGIN RAISE NOTICE '%', " + huge + "; RAISE EXCEPTION 'short'; END $x$", "DatabaseErrorException", "ERROR: short; SQLState: P0001", false},
		{"DO $x$ BEGIN RAISE EXCEPTION '%', " + huge + "; END $x$", "DatabaseErrorException", "xx; SQLState: P0001", false},
	} {
		tx := s.begin()
		pid := s.value(tx, "SELECT pg_backend_pid()")
		before := allocated()
		_, err := s.execute(tx, test.sql)
		refusedLike(t, err, test.code, test.part)
		if grown := allocated() - before; grown > 30<<20 {
			t.Errorf("%s: %d bytes were allocated", test.sql, grown)
		}
		if test.session {
			same(t, s.value(tx, "SELECT pg_backend_pid()"), pid)
		}
		if _, err := s.rollback(tx); err != nil {
			t.Fatal(err)
		}
	}
	_, err := s.batch("", "SELECT "+huge, make([][]types.SqlParameter, 2)...)
	if err != nil {
		t.Fatal(err)
	}
	same(t, s.value("", "SELECT 1"), any(int64(1)))
}

// quick is long enough for a slow machine to make a connection.
func quick(c *server.Config) { c.StatementTimeout = 2 * time.Second }

func timedOut(t *testing.T, err error) {
	t.Helper()
	refused(t, err, "StatementTimeoutException", "canceling statement due to statement timeout")
	var timeout *types.StatementTimeoutException
	if !errors.As(err, &timeout) || timeout.DbConnectionId == 0 {
		t.Fatalf("got %#v", err)
	}
}

func TestStatementTimeout(t *testing.T) {
	t.Parallel()
	s := serve(t, quick)
	s.must("", "CREATE TABLE t (i int)")
	_, err := s.execute("", "INSERT INTO t SELECT 1 FROM pg_sleep(30)")
	timedOut(t, err)
	_, err = s.batch("", "INSERT INTO t SELECT 1 FROM pg_sleep(1)", nil, nil, nil)
	timedOut(t, err)
	same(t, s.value("", "SELECT count(*) FROM t"), any(int64(0)))

	tx := s.begin()
	s.must(tx, "INSERT INTO t VALUES (1)")
	_, err = s.execute(tx, "SELECT pg_sleep(30)")
	timedOut(t, err)
	_, err = s.execute(tx, "SELECT 1")
	refusedLike(t, err, "DatabaseErrorException", "SQLState: 25P02")
	if _, err := s.rollback(tx); err != nil {
		t.Fatal(err)
	}
	for range 20 { // no cancellation is left to meet another statement
		same(t, s.value("", "SELECT 1 FROM pg_sleep(0.01)"), any(int64(1)))
	}
}

func TestContinueAfterTimeout(t *testing.T) {
	t.Parallel()
	s := serve(t, quick)
	s.must("", "CREATE TABLE t (i int)")
	in := s.input("", "INSERT INTO t SELECT 1 FROM pg_sleep(4)")
	in.ContinueAfterTimeout = true
	_, err := s.ExecuteStatement(context.Background(), in)
	timedOut(t, err)
	if !eventually(func() bool { return s.value("", "SELECT count(*) FROM t") == any(int64(1)) }) {
		t.Fatal("the statement was not completed")
	}

	tx := s.begin()
	in = s.input(tx, "INSERT INTO t SELECT 2 FROM pg_sleep(4)")
	in.ContinueAfterTimeout = true
	_, err = s.ExecuteStatement(context.Background(), in)
	timedOut(t, err)
	_, err = s.execute(tx, "SELECT 1")
	refused(t, err, "DatabaseErrorException", "Transaction is still running a query")
	if !eventually(func() bool { _, err := s.execute(tx, "SELECT 1"); return err == nil }) {
		t.Fatal("the statement does not end")
	}
	same(t, s.value(tx, "SELECT count(*) FROM t WHERE i = 2"), any(int64(1)))
	if _, err := s.commit(tx); err != nil {
		t.Fatal(err)
	}

	in = s.input("", "SELECT 7")
	in.ContinueAfterTimeout = true
	out, err := s.ExecuteStatement(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	same(t, plain(out.Records[0][0]), any(int64(7)))
	in = s.input("", "SELECT 1/0")
	in.ContinueAfterTimeout = true
	_, err = s.ExecuteStatement(context.Background(), in)
	refusedLike(t, err, "DatabaseErrorException", "22012")
}

// TestCloseWhileRunning closes a server that is busy in every way.
func TestCloseWhileRunning(t *testing.T) {
	t.Parallel()
	s := serve(t, quick)
	s.must("", "CREATE TABLE t (i int)")
	idle := s.begin()
	s.must(idle, "INSERT INTO t VALUES (1)")
	in := s.input(s.begin(), "INSERT INTO t SELECT 1 FROM pg_sleep(30)")
	in.ContinueAfterTimeout = true
	_, err := s.ExecuteStatement(context.Background(), in)
	timedOut(t, err)
	done := make(chan error)
	tx := s.begin()
	pid := s.value(tx, "SELECT pg_backend_pid()").(int64)
	go func() {
		_, err := s.execute(tx, "SELECT pg_sleep(30)")
		done <- err
	}()
	s.waitForQuery(pid)
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
	same(t, admin(t, s.database, "SELECT count(*) FROM t"), [][]string{{"0"}})
}

// TestIdleMakeRoom is about a database that has no room for another connection
// while one to another database idles.
func TestIdleMakeRoom(t *testing.T) {
	s := serve(t)
	admin(t, "postgres", "CREATE ROLE reader LOGIN CONNECTION LIMIT 1")
	t.Cleanup(func() { admin(t, "postgres", "DROP ROLE reader") })
	for _, database := range []string{"postgres", s.database, "postgres", s.database} {
		in := s.input("", "SELECT current_database()::text")
		in.SecretArn, in.Database = aws.String(readerARN), aws.String(database)
		out, err := s.ExecuteStatement(context.Background(), in)
		if err != nil {
			t.Fatal(err)
		}
		same(t, plain(out.Records[0][0]), any(database))
	}
	held, err := s.BeginTransaction(context.Background(), &rdsdata.BeginTransactionInput{
		ResourceArn: aws.String(clusterARN), SecretArn: aws.String(readerARN), Database: aws.String("postgres")})
	if err != nil {
		t.Fatal(err)
	}
	in := s.input("", "SELECT 1")
	in.SecretArn = aws.String(readerARN)
	_, err = s.ExecuteStatement(context.Background(), in)
	refused(t, err, "DatabaseErrorException", `FATAL: too many connections for role "reader"; SQLState: 53300`)
	if _, err := s.RollbackTransaction(context.Background(), &rdsdata.RollbackTransactionInput{
		ResourceArn: aws.String(clusterARN), SecretArn: aws.String(readerARN), TransactionId: held.TransactionId}); err != nil {
		t.Fatal(err)
	}
}

// TestCrowded shows what is answered when no connection of a pool becomes free.
func TestCrowded(t *testing.T) {
	s := serve(t, func(c *server.Config) { c.Clusters[0].URL += "&pool_max_conns=2" }, quick)
	for range 2 {
		s.begin()
	}
	_, err := s.execute("", "SELECT 1")
	var unavailable *types.DatabaseUnavailableException
	if !errors.As(err, &unavailable) {
		t.Fatalf("got %v", err)
	}
}
