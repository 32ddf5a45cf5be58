package server_test

import (
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/server"
)

// open returns a database handle of the driver.
func (s *service) open(change ...func(*auroradataapi.Config)) *sql.DB {
	s.t.Helper()
	cfg := &auroradataapi.Config{Engine: "postgresql", Database: s.database, ClusterARN: clusterARN, SecretARN: secretARN,
		Region: "us-east-1", AccessKeyID: "test", SecretAccessKey: "test", Endpoint: s.web.URL}
	for _, f := range change {
		f(cfg)
	}
	connector, err := auroradataapi.NewConnector(cfg)
	if err != nil {
		s.t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	s.t.Cleanup(func() { db.Close() })
	return db
}

// TestDriverWaitsForResume pauses the cluster under the driver.
func TestDriverWaitsForResume(t *testing.T) {
	t.Parallel()
	s := serve(t, func(cfg *server.Config) { cfg.Clusters[0].ResumeTime = 700 * time.Millisecond })
	s.must("", "CREATE TABLE t (i int)")
	db := s.open()
	for _, statement := range []string{"outside", "in a transaction"} {
		if err := s.server.Pause(clusterARN); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		exec := db.Exec
		end := func() error { return nil }
		if statement != "outside" {
			tx, err := db.Begin()
			if err != nil {
				t.Fatal(err)
			}
			exec, end = tx.Exec, tx.Commit
		}
		if _, err := exec("INSERT INTO t VALUES (1)"); err != nil {
			t.Error(err)
		}
		if err := end(); err != nil {
			t.Error(err)
		}
		if took := time.Since(start); took < 700*time.Millisecond {
			t.Errorf("%s: it took %v", statement, took)
		}
	}
	same(t, s.rows("t"), "2")
	if err := s.server.Pause(clusterARN); err != nil {
		t.Fatal(err)
	}
	var e *auroradataapi.Error
	_, err := s.open(func(cfg *auroradataapi.Config) { cfg.RetryBudget = -1 }).Exec("INSERT INTO t VALUES (1)")
	if !errors.As(err, &e) || e.Type != "DatabaseResumingException" || !e.SafeToRetry() {
		t.Errorf("without a budget: %v", err)
	}
}

// TestDriverLosesTransaction loses a transaction, and the answer to a commit.
func TestDriverLosesTransaction(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.must("", "CREATE TABLE t (i int)")
	db := s.open()
	run := func() error {
		tx, err := db.Begin()
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback()
		if _, err := tx.Exec("INSERT INTO t VALUES (1)"); err != nil {
			return err
		}
		return tx.Commit()
	}
	for _, tt := range []struct {
		fault server.Fault
		typ   string
		rows  string
	}{
		{server.Fault{Operation: "ExecuteStatement", Kind: server.FaultExpire}, "TransactionNotFoundException", "0"},
		{server.Fault{Operation: "CommitTransaction", Kind: server.FaultExpire}, "TransactionNotFoundException", "0"},
		{server.Fault{Operation: "CommitTransaction", Kind: server.FaultDrop, Executed: true}, "", "1"},
		{server.Fault{Operation: "CommitTransaction", Kind: server.FaultTruncate}, "", "1"},
	} {
		s.must("", "TRUNCATE t")
		tt.fault.Times = 1
		s.fault(tt.fault)
		err := run()
		var e *auroradataapi.Error
		if !errors.As(err, &e) || e.Type != tt.typ || e.SafeToRetry() {
			t.Errorf("%+v: %v", tt.fault, err)
		}
		same(t, s.rows("t"), tt.rows)
	}
	if err := run(); err != nil {
		t.Error(err)
	}
	if !eventually(func() bool { return s.server.OpenTransactions() == 0 }) {
		t.Errorf("%d transactions are open", s.server.OpenTransactions())
	}
}

// TestSDKSendsTwice shows what the faults are for: the SDK as it comes, with its
// own way of trying again, executes an INSERT twice and reports success.
func TestSDKSendsTwice(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.must("", "CREATE TABLE t (i int)")
	s.fault(server.Fault{SQL: "^INSERT", Times: 1, Kind: server.FaultDrop, Executed: true})
	s.Client = s.client(s.web.Client(), retry.NewStandard())
	if _, err := s.execute("", "INSERT INTO t VALUES (1)"); err != nil {
		t.Fatal(err)
	}
	same(t, s.rows("t"), "2")
}
