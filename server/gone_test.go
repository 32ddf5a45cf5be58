package server_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata/types"

	"github.com/auroradataapi/auroradataapi/server"
)

// TestCallersGo has callers that go away at any moment of any call. Once their
// transactions have expired, nothing of them is left, and every connection is
// as good as new.
func TestCallersGo(t *testing.T) {
	clock := &clock{now: time.Now()}
	s := serve(t, func(c *server.Config) {
		c.Now = clock.Now
		c.Clusters[0].URL += "&pool_max_conns=12"
	})
	s.must("", "CREATE TABLE t (i int)")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 60 {
				s.callAndGo()
			}
		})
	}
	wg.Wait()
	if !eventually(func() bool {
		clock.pass(time.Hour)
		return s.server.OpenTransactions() == 0
	}) {
		t.Fatalf("%d transactions are open", s.server.OpenTransactions())
	}
	busy := "SELECT state, query FROM pg_stat_activity WHERE state <> 'idle' AND datname = '" + s.database + "' AND application_name = 'auroradataapi'"
	if !eventually(func() bool { return len(admin(t, "postgres", busy)) == 0 }) {
		t.Fatal(admin(t, "postgres", busy))
	}
	for i := range 12 { // as many as there are connections
		wg.Go(func() {
			if _, err := s.execute("", "SELECT :i, pg_sleep(0.05)", p("i", i)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// callAndGo makes the calls of a transaction, and goes away somewhere.
func (s *service) callAndGo() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(rand.IntN(20_000))*time.Microsecond)
	defer cancel()
	_, err := s.ExecuteStatement(ctx, s.input("", "INSERT INTO t VALUES (1)"))
	if err != nil {
		return
	}
	begun, err := s.BeginTransaction(ctx, &rdsdata.BeginTransactionInput{
		ResourceArn: aws.String(clusterARN), SecretArn: aws.String(secretARN), Database: aws.String(s.database)})
	if err != nil {
		return
	}
	sql := []string{"SELECT pg_sleep(0.005)", "COPY t FROM STDIN", "COPY t TO STDOUT", "SELECT generate_series(1, 100000)", "LISTEN a",
		"SET DateStyle TO German", "COMMIT"}[rand.IntN(7)]
	in := s.input(*begun.TransactionId, sql)
	in.ContinueAfterTimeout = rand.IntN(2) == 0
	_, _ = s.ExecuteStatement(ctx, in)
	_, _ = s.BatchExecuteStatement(ctx, &rdsdata.BatchExecuteStatementInput{ResourceArn: aws.String(clusterARN),
		SecretArn: aws.String(secretARN), Database: aws.String(s.database), Sql: aws.String(fmt.Sprintf("INSERT INTO t VALUES (%d)", rand.IntN(9))),
		ParameterSets: make([][]types.SqlParameter, 1+rand.IntN(300))})
	_, _ = s.CommitTransaction(ctx, &rdsdata.CommitTransactionInput{
		ResourceArn: aws.String(clusterARN), SecretArn: aws.String(secretARN), TransactionId: begun.TransactionId})
}

// TestMadeUpDatabases shows that asking for databases that do not exist leaves
// nothing behind, even if the caller does not wait for the answer.
func TestMadeUpDatabases(t *testing.T) {
	s := serve(t)
	s.must("", "SELECT 1")
	for i := range 50 {
		in := s.input("", "SELECT 1")
		in.Database = aws.String(fmt.Sprintf("no_such_database_%d", i))
		ctx, cancel := context.WithTimeout(context.Background(), time.Duration(rand.IntN(4000))*time.Microsecond)
		_, err := s.ExecuteStatement(ctx, in)
		cancel()
		if err == nil {
			t.Fatal("a database was made up")
		}
	}
	if !eventually(func() bool {
		_, _ = s.execute("", "SELECT 1")
		in := s.input("", "SELECT 1")
		in.Database = aws.String("no_such_database")
		_, err := s.ExecuteStatement(context.Background(), in)
		refusedLike(t, err, "DatabaseErrorException", "3D000")
		return poolGoroutines() <= 2
	}) {
		t.Fatalf("%d pools are left", poolGoroutines())
	}
}

// poolGoroutines counts the pools of connections by the goroutine each has.
func poolGoroutines() int { return strings.Count(ours(), "pgxpool.(*Pool).backgroundHealthCheck(") }
