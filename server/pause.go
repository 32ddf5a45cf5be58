package server

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// defaultResumeTime is how long AWS says that resuming takes (F0091).
const defaultResumeTime = 15 * time.Second

// pauses holds the clusters that can be called, as what may be paused, by ARN.
type pauses struct{ clusters map[string]*pausable }

func newPauses(cfg Config, t *transactions) *pauses {
	p := &pauses{clusters: make(map[string]*pausable, len(cfg.Clusters))}
	for _, c := range cfg.Clusters {
		if c.EndpointDisabled {
			continue // its calls never get to it
		}
		setDefault(&c.ResumeTime, defaultResumeTime)
		p.clusters[c.ARN] = &pausable{arn: c.ARN, after: c.PauseAfter, resume: c.ResumeTime,
			now: cfg.Now, transactions: t, last: cfg.Now()}
	}
	return p
}

func checkPauses(clusters []Cluster) error {
	for _, c := range clusters {
		if c.PauseAfter < 0 {
			return fmt.Errorf("server: PauseAfter of cluster %s is negative: %v", c.ARN, c.PauseAfter)
		}
		if c.ResumeTime < 0 {
			return fmt.Errorf("server: ResumeTime of cluster %s is negative: %v", c.ARN, c.ResumeTime)
		}
	}
	return nil
}

// of returns a cluster, nil if there is none of that ARN.
func (p *pauses) of(arn string) *pausable { return p.clusters[arn] }

// Pause pauses a cluster, as one that is idle for long is paused by itself: the
// next call that needs its database is answered DatabaseResumingException and
// starts the resume, which takes Cluster.ResumeTime. Calls that run go on. It
// fails while a transaction is open on the cluster, which keeps a real one
// awake as well.
func (s *Server) Pause(clusterARN string) error {
	c := s.disturbed.pauses.of(clusterARN)
	if c == nil {
		return fmt.Errorf("server: there is no cluster %q", clusterARN)
	}
	return c.pause()
}

// pausable is a cluster that is paused when nobody has used it for long, and
// resumes with the first call. Nothing happens to its database: what is paused
// is told by the clock when somebody asks.
type pausable struct {
	arn           string
	after, resume time.Duration // after is zero for never
	now           func() time.Time
	transactions  *transactions

	mu      sync.Mutex
	running int       // calls
	last    time.Time // when a call began or ended, or a resume was over
	forced  bool      // paused by Pause
	resumed time.Time // when a resume is going to be over; zero if there is none
}

// clusterState says what a cluster does.
type clusterState string

const (
	clusterAvailable clusterState = "available"
	clusterPaused    clusterState = "paused"
	clusterResuming  clusterState = "resuming"
)

// enter counts in a call, which has to leave, or returns what it is answered
// while the cluster is not available. The first such call wakes the cluster,
// before anybody has looked at its secret or its statement (F0096, F0280).
func (c *pausable) enter() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	switch c.state(now) {
	case clusterPaused:
		c.forced, c.resumed = false, now.Add(c.resume)
		return resuming(c.arn)
	case clusterResuming:
		return resuming(c.arn)
	}
	c.running++
	c.last = now
	return nil
}

func (c *pausable) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running--
	c.last = c.now()
}

func (c *pausable) pause() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if open, _ := c.transactions.on(c.arn); open > 0 {
		return fmt.Errorf("server: cluster %s cannot pause: %d transactions are open on it; end or expire them first", c.arn, open)
	}
	c.forced, c.resumed = true, time.Time{}
	return nil
}

// current returns the state.
func (c *pausable) current() clusterState {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state(c.now())
}

// state returns the state at a time. The caller holds the lock.
func (c *pausable) state(now time.Time) clusterState {
	open, ended := c.transactions.on(c.arn)
	if open > 0 { // a call that ran while the cluster was paused may have begun one
		c.forced, c.resumed = false, time.Time{}
		return clusterAvailable
	}
	if !c.resumed.IsZero() {
		if now.Before(c.resumed) {
			return clusterResuming
		}
		c.last, c.resumed = later(c.last, c.resumed), time.Time{}
	}
	idle := now.Sub(later(c.last, ended))
	if c.forced || c.after > 0 && c.running == 0 && idle >= c.after {
		return clusterPaused
	}
	return clusterAvailable
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// wakes reports whether an operation wakes a cluster: those in whose model the
// answer is (F0280).
func wakes(op wire.Operation) bool {
	return op == wire.ExecuteStatement || op == wire.BatchExecuteStatement || op == wire.BeginTransaction
}

// resuming is the answer of a cluster that was paused (F0090). The name of the
// instance is the one that the AWS console gives (F0281).
func resuming(arn string) error {
	name := arn[strings.LastIndexByte(arn, ':')+1:]
	return wire.NewError(wire.CodeDatabaseResuming, "The Aurora DB instance "+name+
		"-instance-1 is resuming after being auto-paused. Please wait a few seconds and try again.")
}
