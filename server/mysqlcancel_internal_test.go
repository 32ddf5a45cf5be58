package server

import (
	"context"
	"database/sql/driver"
	"errors"
	"testing"
	"time"
)

// heldConn is a connection that answers when it is let.
type heldConn struct {
	driver.Conn
	asked   chan string
	answers chan error
}

func (c *heldConn) ExecContext(ctx context.Context, query string, _ []driver.NamedValue) (driver.Result, error) {
	c.asked <- query
	select {
	case err := <-c.answers:
		return driver.ResultNoRows, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// TestMySQLKillIsAnswered lets a statement end while a KILL for it is under way:
// nobody may go on with the connection before that is answered.
func TestMySQLKillIsAnswered(t *testing.T) {
	by := &heldConn{asked: make(chan string, 1), answers: make(chan error)}
	s := &mysqlSession{tap: &mysqlTap{id: 7}}
	running, finish := context.WithCancel(context.Background())
	returned := make(chan error, 1)
	go func() { returned <- s.killBy(running, &mysqlConn{Conn: by}) }()
	if got := <-by.asked; got != "KILL QUERY 7" {
		t.Errorf("sent %s", got)
	}
	finish() // the statement has ended
	select {
	case err := <-returned:
		t.Fatalf("the KILL was left under way: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	by.answers <- nil
	if err := <-returned; err != nil {
		t.Error(err)
	}
}

// TestMySQLKillWithoutAnswer holds that a KILL that is not answered is told
// apart, as it may meet anything.
func TestMySQLKillWithoutAnswer(t *testing.T) {
	by := &heldConn{asked: make(chan string, 1)}
	if err := kill(&mysqlConn{Conn: by}, "KILL QUERY 7"); !errors.Is(err, errKillLost) {
		t.Errorf("got %v", err)
	}
	no := errors.New("no")
	by = &heldConn{asked: make(chan string, 1), answers: make(chan error, 1)}
	by.answers <- no
	if err := kill(&mysqlConn{Conn: by}, "KILL QUERY 7"); !errors.Is(err, no) || errors.Is(err, errKillLost) {
		t.Errorf("got %v", err)
	}
}
