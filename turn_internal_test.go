package auroradataapi

import (
	"context"
	"database/sql/driver"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// TestWaitingForATurn lets calls wait for one that takes long: they end with
// their context, and do not run outside of the transaction that has ended
// meanwhile.
func TestWaitingForATurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answer := make(chan struct{})
		sent := 0
		c, err := NewConnector(&Config{Engine: "postgresql", ClusterARN: testCluster, SecretARN: testSecret})
		if err != nil {
			t.Fatal(err)
		}
		c.api = &scriptedAPI{execute: func(*wire.ExecuteRequest) (*wire.ExecuteResponse, error) {
			sent++
			<-answer
			return &wire.ExecuteResponse{}, nil
		}}
		opened, err := c.Connect(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		conn := opened.(*Conn)
		tx, err := conn.BeginTx(context.Background(), driver.TxOptions{})
		if err != nil {
			t.Fatal(err)
		}
		later := func(call func() error) <-chan error {
			ended := make(chan error, 1)
			go func() { ended <- call() }()
			synctest.Wait() // until it waits
			return ended
		}
		insert := func(ctx context.Context) error {
			_, err := conn.ExecContext(ctx, "INSERT INTO w VALUES (1)", nil)
			return err
		}
		slow := later(func() error { return insert(context.Background()) })

		short, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if err := insert(short); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a call without the time to wait: %v", err)
		}
		if _, err := conn.BeginTx(short, driver.TxOptions{}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("BeginTx without the time to wait: %v", err)
		}
		ended := later(tx.Rollback) // the first to wait
		late := later(func() error { return insert(context.Background()) })
		close(answer)
		if err := errors.Join(<-slow, <-ended); err != nil {
			t.Error(err)
		}
		if err := <-late; !errors.Is(err, ErrTransactionNotFound) {
			t.Errorf("a statement that waited for the end of its transaction: %v", err)
		}
		if sent != 1 {
			t.Errorf("%d statements were sent, want the slow one", sent)
		}
	})
}
