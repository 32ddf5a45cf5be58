package server_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata"

	"github.com/auroradataapi/auroradataapi/server"
)

func TestTransactions(t *testing.T) {
	s := serve(t)
	s.must("", "CREATE TABLE t (i int)")
	count := func() any { return s.value("", "SELECT count(*) FROM t") }

	tx := s.begin()
	if len(tx) != 184 || tx == s.begin() {
		t.Errorf("the id %q is not what it should be", tx)
	}
	same(t, s.server.OpenTransactions(), 2)
	s.must(tx, "INSERT INTO t VALUES (1)")
	same(t, count(), any(int64(0)))
	status, err := s.commit(tx)
	if err != nil {
		t.Fatal(err)
	}
	same(t, status, "Transaction Committed")
	same(t, count(), any(int64(1)))

	for _, end := range []func(string) (string, error){s.commit, s.rollback} {
		_, err = end(tx)
		refused(t, err, "TransactionNotFoundException", "Transaction "+tx+" is not found")
	}
	_, err = s.execute(tx, "SELECT 1")
	refused(t, err, "TransactionNotFoundException", "Transaction "+tx+" is not found")
	_, err = s.batch(tx, "SELECT 1", nil)
	refused(t, err, "TransactionNotFoundException", "Transaction "+tx+" is not found")

	tx = s.begin()
	s.must(tx, "INSERT INTO t VALUES (2)")
	status, err = s.rollback(tx)
	if err != nil {
		t.Fatal(err)
	}
	same(t, status, "Rollback Complete")
	same(t, count(), any(int64(1)))
	same(t, s.server.OpenTransactions(), 1)
}

// TestPinned shows that a transaction keeps its session.
func TestPinned(t *testing.T) {
	s := serve(t)
	tx := s.begin()
	s.must(tx, "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
	same(t, s.value(tx, "SHOW transaction_isolation"), any("serializable"))
	s.must(tx, "SET LOCAL search_path TO pg_catalog")
	s.must(tx, "CREATE TEMPORARY TABLE scratch (i int)")
	s.must(tx, "PREPARE q AS SELECT 7")
	same(t, s.value(tx, "EXECUTE q"), any(int64(7)))
	s.must(tx, "DECLARE c CURSOR FOR SELECT generate_series(1, 10)")
	same(t, len(s.must(tx, "FETCH 4 FROM c").Records), 4)
	same(t, s.value(tx, "SHOW search_path"), any("pg_catalog"))
	if _, err := s.commit(tx); err != nil {
		t.Fatal(err)
	}
	same(t, s.value("", "SELECT to_regclass('scratch') IS NULL"), any(true))
}

func TestAborted(t *testing.T) {
	s := serve(t)
	s.must("", "CREATE TABLE t (i int)")
	const aborted = "ERROR: current transaction is aborted, commands ignored until end of transaction block; SQLState: 25P02"
	tx := s.begin()
	s.must(tx, "INSERT INTO t VALUES (1)")
	s.must(tx, "SAVEPOINT a")
	_, err := s.execute(tx, "SELECT 1/0")
	refused(t, err, "DatabaseErrorException", "ERROR: division by zero; SQLState: 22012")
	_, err = s.execute(tx, "SELECT 1")
	refused(t, err, "DatabaseErrorException", aborted)
	s.must(tx, "ROLLBACK TO SAVEPOINT a")
	same(t, s.value(tx, "SELECT count(*) FROM t"), any(int64(1)))
	_, err = s.execute(tx, "SELECT 1; SELECT 2")
	refusedLike(t, err, "ValidationException", "Multistatements")
	same(t, s.value(tx, "SELECT count(*) FROM t"), any(int64(1)))
	_, err = s.execute(tx, "SELECT 1/0")
	refusedLike(t, err, "DatabaseErrorException", "22012")
	status, err := s.commit(tx)
	if err != nil {
		t.Fatal(err)
	}
	same(t, status, "Rollback Complete")
	same(t, s.value("", "SELECT count(*) FROM t"), any(int64(0)))
}

// TestFailedCommit is about a constraint that the commit finds broken.
func TestFailedCommit(t *testing.T) {
	s := serve(t)
	s.must("", "CREATE TABLE d (i int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
	tx := s.begin()
	s.must(tx, "INSERT INTO d VALUES (1), (1)")
	_, err := s.commit(tx)
	refused(t, err, "DatabaseErrorException", `ERROR: duplicate key value violates unique constraint "d_i_key"; SQLState: 23505`)
	_, err = s.rollback(tx)
	refused(t, err, "TransactionNotFoundException", "Transaction "+tx+" is not found")
}

// TestCommitAsSQL shows that the service does not see a transaction that SQL
// has ended.
func TestCommitAsSQL(t *testing.T) {
	s := serve(t)
	s.must("", "CREATE TABLE t (i int)")
	for _, end := range []string{"COMMIT", "ROLLBACK"} {
		tx := s.begin()
		s.must(tx, "INSERT INTO t VALUES (1)")
		s.must(tx, end)
		same(t, s.server.OpenTransactions(), 1)
		same(t, s.value(tx, "SELECT count(*) FROM t"), any(int64(1)))
		if status, err := s.commit(tx); err != nil || status != "Transaction Committed" {
			t.Fatal(status, err)
		}
	}
}

func TestForeignTransaction(t *testing.T) {
	s := serve(t, func(c *server.Config) {
		c.Clusters[0].Secrets[1].Username = "postgres"
		other := c.Clusters[0]
		other.ARN += "2"
		c.Clusters = append(c.Clusters, other)
	})
	tx := s.begin()
	in := s.input(tx, "SELECT 1")
	in.SecretArn = aws.String(readerARN)
	_, err := s.ExecuteStatement(context.Background(), in)
	refused(t, err, "TransactionNotFoundException", "Transaction "+tx+" is not found")
	in = s.input(tx, "SELECT 1")
	in.ResourceArn = aws.String(clusterARN + "2")
	_, err = s.ExecuteStatement(context.Background(), in)
	refused(t, err, "TransactionNotFoundException", "Transaction "+tx+" is not found")
	in = s.input(tx, "SELECT 1")
	in.Database = aws.String("postgres")
	_, err = s.ExecuteStatement(context.Background(), in)
	refused(t, err, "BadRequestException", "Database postgres is not the database of the transaction")
	in.Database = nil
	if _, err = s.ExecuteStatement(context.Background(), in); err != nil {
		t.Error(err)
	}
}

// clock is a clock that is set by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func TestExpiry(t *testing.T) {
	time0 := &clock{now: time.Now()}
	s := serve(t, func(c *server.Config) { c.Now = time0.Now })
	s.must("", "CREATE TABLE t (i int)")

	idle := s.begin()
	s.must(idle, "INSERT INTO t VALUES (1)")
	time0.pass(3*time.Minute - time.Second)
	s.must(idle, "INSERT INTO t VALUES (2)")
	time0.pass(3*time.Minute - time.Second)
	s.must(idle, "INSERT INTO t VALUES (3)")
	time0.pass(3 * time.Minute)
	_, err := s.commit(idle)
	refused(t, err, "TransactionNotFoundException", "Transaction "+idle+" is not found")
	same(t, s.value("", "SELECT count(*) FROM t"), any(int64(0)))

	old := s.begin()
	for range 24*60/2 - 1 {
		time0.pass(2 * time.Minute)
		if _, err := s.execute(old, "SELECT 1"); err != nil {
			t.Fatal(err)
		}
	}
	time0.pass(2 * time.Minute)
	_, err = s.execute(old, "SELECT 1")
	refused(t, err, "TransactionNotFoundException", "Transaction "+old+" is not found")

	// One that nobody asks for is rolled back as well.
	tx := s.begin()
	s.must(tx, "LOCK TABLE t")
	time0.pass(3 * time.Minute)
	if !eventually(func() bool { return s.server.OpenTransactions() == 0 }) {
		t.Fatal("the transaction is open")
	}
	s.must("", "SET lock_timeout TO 1000")
	s.must("", "DROP TABLE t")
}

// TestBusyTransaction shows that a transaction runs one statement at a time,
// and does not expire meanwhile.
func TestBusyTransaction(t *testing.T) {
	t.Parallel()
	time0 := &clock{now: time.Now()}
	s := serve(t, func(c *server.Config) { c.Now = time0.Now })
	tx := s.begin()
	pid := s.value(tx, "SELECT pg_backend_pid()").(int64)
	done := make(chan error)
	go func() {
		_, err := s.execute(tx, "SELECT pg_sleep(60)")
		done <- err
	}()
	s.waitForQuery(pid)
	const busy = "Transaction is still running a query"
	_, err := s.execute(tx, "SELECT 1")
	refused(t, err, "DatabaseErrorException", busy)
	_, err = s.commit(tx)
	refused(t, err, "DatabaseErrorException", busy)
	_, err = s.rollback(tx)
	refused(t, err, "DatabaseErrorException", busy)
	time0.pass(time.Hour)
	time.Sleep(1100 * time.Millisecond) // a sweep
	same(t, s.server.OpenTransactions(), 1)
	admin(t, "postgres", fmt.Sprintf("SELECT pg_cancel_backend(%d)", pid))
	refused(t, <-done, "DatabaseErrorException", "ERROR: canceling statement due to user request; SQLState: 57014")
	_, err = s.execute(tx, "SELECT 1")
	refusedLike(t, err, "DatabaseErrorException", "25P02")
	if _, err := s.rollback(tx); err != nil {
		t.Fatal(err)
	}
}

// waitForQuery waits until a backend sleeps in a query.
func (s *service) waitForQuery(pid int64) {
	s.t.Helper()
	if !eventually(func() bool {
		return len(admin(s.t, "postgres", fmt.Sprintf("SELECT 1 FROM pg_stat_activity WHERE pid = %d AND wait_event = 'PgSleep'", pid))) == 1
	}) {
		s.t.Fatal("the statement does not run")
	}
}

// TestLostConnection is about a database that drops a transaction's connection.
func TestLostConnection(t *testing.T) {
	s := serve(t)
	tx := s.begin()
	pid := s.value(tx, "SELECT pg_backend_pid()").(int64)
	admin(t, "postgres", fmt.Sprintf("SELECT pg_terminate_backend(%d)", pid))
	_, err := s.execute(tx, "SELECT 1")
	if err == nil {
		t.Fatal("a statement ran without a connection")
	}
	_, err = s.execute(tx, "SELECT 1")
	refused(t, err, "TransactionNotFoundException", "Transaction "+tx+" is not found")
	same(t, s.server.OpenTransactions(), 0)
	same(t, s.value("", "SELECT 1"), any(int64(1)))
}

// TestCallerGone shows that a statement ends with the call that runs it, and
// that its transaction goes on. Behind that nobody gets the session, whose next statement
// PostgreSQL might cancel.
func TestCallerGone(t *testing.T) {
	s := serve(t)
	tx := s.begin()
	pid := s.value(tx, "SELECT pg_backend_pid()").(int64)
	s.must(tx, "SAVEPOINT a")
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() {
		_, err := s.ExecuteStatement(ctx, s.input(tx, "SELECT pg_sleep(60)"))
		done <- err
	}()
	s.waitForQuery(pid)
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if !eventually(func() bool {
		_, err := s.execute(tx, "ROLLBACK TO SAVEPOINT a")
		return err == nil
	}) {
		t.Fatal("the transaction is lost")
	}
	same(t, s.value(tx, "SELECT pg_backend_pid()"), any(pid))
	if _, err := s.commit(tx); err != nil {
		t.Fatal(err)
	}
	if !eventually(func() bool {
		return len(admin(t, "postgres", fmt.Sprintf("SELECT 1 FROM pg_stat_activity WHERE pid = %d", pid))) == 0
	}) {
		t.Error("the session of the cancelled statement is kept")
	}
}

// TestConcurrency has many callers, some in transactions.
func TestConcurrency(t *testing.T) {
	s := serve(t)
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

// work asks for something of its own, and adds two rows in every other of its
// transactions.
func (s *service) work(i, j int) error {
	out, err := s.execute("", "SELECT :i, :j", p("i", i), p("j", j))
	if err != nil {
		return err
	}
	if got := fmt.Sprint(plain(out.Records[0][0]), plain(out.Records[0][1])); got != fmt.Sprint(i, j) {
		return fmt.Errorf("caller %d got the answer %s of another", i, got)
	}
	begun, err := s.BeginTransaction(context.Background(), &rdsdata.BeginTransactionInput{
		ResourceArn: aws.String(clusterARN), SecretArn: aws.String(secretARN), Database: aws.String(s.database)})
	if err != nil {
		return err
	}
	tx := *begun.TransactionId
	for range 2 {
		if _, err = s.execute(tx, "INSERT INTO t VALUES (:i)", p("i", i)); err != nil {
			return err
		}
	}
	end := s.commit
	if j%2 == 1 {
		end = s.rollback
	}
	_, err = end(tx)
	return err
}
