package server

import (
	"context"
	"errors"
	"testing"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// fakeEngine has one session.
type fakeEngine struct {
	engine
	session *fakeSession
}

func (e *fakeEngine) open(context.Context, login) (session, error) { return e.session, nil }

// fakeSession calls a function when a transaction begins.
type fakeSession struct {
	session
	onBegin func()
	closed  bool
}

func (s *fakeSession) begin(context.Context) error { s.onBegin(); return nil }
func (s *fakeSession) close()                      { s.closed = true }

// TestBeginForNobody shows that a transaction whose id nobody can receive is
// not kept.
func TestBeginForNobody(t *testing.T) {
	const cluster1, secret1 = "arn:aws:rds:us-east-1:123456789012:cluster:c", "arn:aws:secretsmanager:us-east-1:123456789012:secret:s"
	srv, err := New(Config{Clusters: []Cluster{{ARN: cluster1, Engine: "postgresql", URL: "postgres://",
		Secrets: []Secret{{ARN: secret1, Username: "u"}}}}})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	ctx, cancel := context.WithCancel(context.Background())
	open := &fakeSession{onBegin: cancel}
	c := srv.service.clusters[cluster1]
	c.engine.close()
	real := c.engine
	c.engine = &fakeEngine{session: open}
	defer func() { c.engine = real }()

	_, err = srv.service.BeginTransaction(ctx, &wire.BeginRequest{ResourceARN: cluster1, SecretARN: secret1})
	if !errors.Is(err, context.Canceled) || !open.closed || srv.OpenTransactions() != 0 {
		t.Errorf("got %v; closed %t; %d transactions are open", err, open.closed, srv.OpenTransactions())
	}
}
