package server_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata/types"

	"github.com/auroradataapi/auroradataapi/server"
)

const resumingText = "The Aurora DB instance test-instance-1 is resuming after being auto-paused. Please wait a few seconds and try again."

// pausing has the cluster pause after ten minutes, by a clock.
func pausing(c *clock) func(*server.Config) {
	return func(cfg *server.Config) {
		cfg.Now = c.Now
		cfg.Clusters[0].PauseAfter = 10 * time.Minute
	}
}

func TestPause(t *testing.T) {
	t.Parallel()
	now := &clock{now: time.Now()}
	s := serve(t, pausing(now))
	s.must("", "CREATE TABLE t (i int)")
	ways := map[string]func() error{
		"execute": func() error { _, err := s.execute("", "INSERT INTO t VALUES (1)"); return err },
		"batch": func() error {
			_, err := s.batch("", "INSERT INTO t VALUES (:i)", []types.SqlParameter{p("i", 1)})
			return err
		},
		"begin":      func() error { _, err := s.BeginTransaction(context.Background(), s.beginInput()); return err },
		"bad SQL":    func() error { _, err := s.execute("", "nonsense"); return err },
		"unknown id": func() error { _, err := s.execute("nothing", "SELECT 1"); return err },
		"unknown secret": func() error {
			in := s.input("", "SELECT 1")
			in.SecretArn = aws.String(secretARN + "2")
			return s.send(in)
		},
	}
	for name, call := range ways {
		now.pass(10*time.Minute - 1)
		s.must("", "SELECT 1") // awake, and for ten minutes more
		now.pass(10 * time.Minute)
		if err := call(); codeOf(err) != "DatabaseResumingException" || statusOf(err) != 400 || !strings.Contains(err.Error(), resumingText) {
			t.Errorf("%s: %v", name, err)
		}
		now.pass(15*time.Second - 1) // as long as AWS takes
		_, err := s.execute("", "INSERT INTO t VALUES (1)")
		refused(t, err, "DatabaseResumingException", resumingText)
		now.pass(1)
		s.must("", "SELECT 1")
		same(t, s.rows("t"), "0")
	}
}

// TestPauseIsNotWoken is about calls that do not get to the cluster, or have no
// such answer.
func TestPauseIsNotWoken(t *testing.T) {
	t.Parallel()
	now := &clock{now: time.Now()}
	s := serve(t, pausing(now))
	now.pass(time.Hour)
	in := s.input("", "SELECT 1")
	in.ResourceArn = aws.String(clusterARN + "2")
	refusedLike(t, s.send(in), "HttpEndpointNotEnabledException", "")
	_, err := s.commit("nothing")
	refusedLike(t, err, "TransactionNotFoundException", "")
	_, err = s.rollback("nothing")
	refusedLike(t, err, "TransactionNotFoundException", "")
	now.pass(15 * time.Second)
	_, err = s.execute("", "SELECT 1")
	refused(t, err, "DatabaseResumingException", resumingText)
}

// TestPauseAfterResume shows that the idle time counts from the resume's end.
func TestPauseAfterResume(t *testing.T) {
	t.Parallel()
	now := &clock{now: time.Now()}
	s := serve(t, pausing(now), func(cfg *server.Config) { cfg.Clusters[0].ResumeTime = time.Minute })
	now.pass(time.Hour)
	_, err := s.execute("", "SELECT 1")
	refused(t, err, "DatabaseResumingException", resumingText)
	now.pass(time.Minute + 10*time.Minute - 1)
	s.must("", "SELECT 1")
	now.pass(10 * time.Minute)
	_, err = s.execute("", "SELECT 1")
	refused(t, err, "DatabaseResumingException", resumingText)
	now.pass(time.Minute + 10*time.Minute)
	_, err = s.execute("", "SELECT 1")
	refused(t, err, "DatabaseResumingException", resumingText)
}

// TestPauseWaitsForTransactions shows that a transaction keeps its cluster
// awake, and from when on the cluster is idle after it.
func TestPauseWaitsForTransactions(t *testing.T) {
	t.Parallel()
	now := &clock{now: time.Now()}
	s := serve(t, pausing(now), func(cfg *server.Config) { cfg.TransactionIdleTimeout = time.Hour })
	tx := s.begin()
	now.pass(59 * time.Minute)
	if err := s.server.Pause(clusterARN); err == nil || !strings.Contains(err.Error(), "1 transactions are open") {
		t.Errorf("Pause says %v", err)
	}
	s.must(tx, "SELECT 1")
	now.pass(59 * time.Minute)
	s.must("", "SELECT 1")
	// Ended by a call, which counts as use.
	if _, err := s.commit(tx); err != nil {
		t.Fatal(err)
	}
	now.pass(10*time.Minute - 1)
	s.must("", "SELECT 1")
	// Expired: nobody was there, but the cluster was awake until then.
	tx = s.begin()
	now.pass(time.Hour + 10*time.Minute - 1)
	s.must("", "SELECT 1")
	_, err := s.execute(tx, "SELECT 1")
	refusedLike(t, err, "TransactionNotFoundException", "")
	s.begin()
	now.pass(time.Hour + 10*time.Minute)
	_, err = s.execute("", "SELECT 1")
	refused(t, err, "DatabaseResumingException", resumingText)
}

// TestPauseWaitsForCalls shows that a statement that runs keeps its cluster
// awake.
func TestPauseWaitsForCalls(t *testing.T) {
	t.Parallel()
	now := &clock{now: time.Now()}
	s := serve(t, pausing(now))
	done := make(chan error)
	go func() {
		_, err := s.execute("", "SELECT pg_sleep(0.5)")
		done <- err
	}()
	if !eventually(func() bool {
		return admin(t, "postgres", "SELECT count(*) FROM pg_stat_activity WHERE datname = '"+s.database+"' AND query LIKE '%pg_sleep(0.5)%'")[0][0] == "1"
	}) {
		t.Fatal("the statement does not run")
	}
	now.pass(time.Hour)
	s.must("", "SELECT 1")
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestPauseNow(t *testing.T) {
	t.Parallel()
	now := &clock{now: time.Now()}
	s := serve(t, with(now))
	now.pass(24 * time.Hour)
	s.must("", "SELECT 1") // never by itself
	if err := s.server.Pause(clusterARN); err != nil {
		t.Fatal(err)
	}
	_, err := s.execute("", "SELECT 1")
	refused(t, err, "DatabaseResumingException", resumingText)
	now.pass(15 * time.Second)
	s.must("", "SELECT 1")
	if err := s.server.Pause(clusterARN + "2"); err == nil || !strings.Contains(err.Error(), "there is no cluster") {
		t.Errorf("Pause of another says %v", err)
	}
}

// TestPauseTwoClusters shows that each has its own time.
func TestPauseTwoClusters(t *testing.T) {
	t.Parallel()
	now := &clock{now: time.Now()}
	s := serve(t, pausing(now), func(cfg *server.Config) {
		other := cfg.Clusters[0]
		other.ARN += "2"
		cfg.Clusters = append(cfg.Clusters, other)
	})
	in := s.input("", "SELECT 1")
	in.ResourceArn = aws.String(clusterARN + "2")
	now.pass(9 * time.Minute)
	s.must("", "SELECT 1")
	now.pass(time.Minute)
	refused(t, s.send(in), "DatabaseResumingException", strings.Replace(resumingText, "test-", "test2-", 1))
	s.must("", "SELECT 1")
}

// TestPauseConcurrent has many callers wake a cluster that is paused again and
// again.
func TestPauseConcurrent(t *testing.T) {
	t.Parallel()
	s := serve(t, func(cfg *server.Config) { cfg.Clusters[0].ResumeTime = time.Millisecond })
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			for range 30 {
				if _, err := s.execute("", "SELECT 1"); err != nil && codeOf(err) != "DatabaseResumingException" {
					t.Error(err)
				}
			}
		})
	}
	for range 30 {
		if err := s.server.Pause(clusterARN); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Millisecond)
	}
	wg.Wait()
	if !eventually(func() bool { _, err := s.execute("", "SELECT 1"); return err == nil }) {
		t.Error("the cluster does not resume")
	}
}

func TestPauseIsChecked(t *testing.T) {
	for want, change := range map[string]func(*server.Cluster){
		"PauseAfter": func(c *server.Cluster) { c.PauseAfter = -1 },
		"ResumeTime": func(c *server.Cluster) { c.ResumeTime = -1 },
	} {
		c := server.Cluster{ARN: clusterARN, Engine: "postgresql", Secrets: []server.Secret{{ARN: secretARN, Username: "u"}}}
		change(&c)
		if _, err := server.New(server.Config{Clusters: []server.Cluster{c}}); err == nil || !strings.Contains(err.Error(), want+" of cluster "+clusterARN+" is negative") {
			t.Errorf("%s: %v", want, err)
		}
	}
}
