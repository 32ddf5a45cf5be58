package server

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// fakeEngine has one session.
type fakeEngine struct {
	engine
	session *fakeSession
}

func (e *fakeEngine) open(context.Context, login) (session, error) { return e.session, nil }

// fakeSession calls functions when a transaction begins and ends.
type fakeSession struct {
	session
	onBegin    func()
	onRollback func(context.Context) error
	closed     bool
}

func (s *fakeSession) begin(context.Context) error        { s.onBegin(); return nil }
func (s *fakeSession) rollback(ctx context.Context) error { return s.onRollback(ctx) }
func (s *fakeSession) close()                             { s.closed = true }

func newServer(t *testing.T) *Server {
	t.Helper()
	srv, err := New(Config{Clusters: []Cluster{{ARN: cluster1, Engine: "postgresql", URL: "postgres://",
		Secrets: []Secret{{ARN: secret1, Username: "u"}}}}})
	if err != nil {
		t.Fatal(err)
	}
	return srv
}

const (
	cluster1 = "arn:aws:rds:us-east-1:123456789012:cluster:c"
	secret1  = "arn:aws:secretsmanager:us-east-1:123456789012:secret:s"
)

// TestBeginForNobody shows that a transaction whose id nobody can receive is
// not kept.
func TestBeginForNobody(t *testing.T) {
	srv := newServer(t)
	defer srv.Close()
	ctx, cancel := context.WithCancel(context.Background())
	open := &fakeSession{onBegin: cancel}
	c := srv.service.clusters[cluster1]
	c.engine = &fakeEngine{engine: c.engine, session: open}

	_, err := srv.service.BeginTransaction(ctx, &wire.BeginRequest{ResourceARN: cluster1, SecretARN: secret1})
	if !errors.Is(err, context.Canceled) || !open.closed || srv.OpenTransactions() != 0 {
		t.Errorf("got %v; closed %t; %d transactions are open", err, open.closed, srv.OpenTransactions())
	}
}

// TestCloseWhileDatabaseHangs has transactions whose end the database answers
// only when it was asked for all of them.
func TestCloseWhileDatabaseHangs(t *testing.T) {
	srv := newServer(t)
	var asked sync.WaitGroup
	asked.Add(3)
	var open []*fakeSession
	for range 3 {
		s := &fakeSession{onRollback: func(ctx context.Context) error {
			asked.Done()
			all := make(chan struct{})
			go func() { asked.Wait(); close(all) }()
			select {
			case <-all:
				return nil
			case <-ctx.Done():
				t.Error("a rollback waited for another")
				return ctx.Err()
			}
		}}
		open = append(open, s)
		srv.service.transactions.add(place{cluster: &cluster{}}, s)
	}
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	for _, s := range open {
		if !s.closed {
			t.Error("a session is open")
		}
	}
}
