package server

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// killEvery is how often a statement is killed until it ends: a kill that
	// comes before the database has begun with the statement is lost.
	killEvery = 100 * time.Millisecond
	// killTimeout is how long a kill has to be answered.
	killTimeout = time.Second
)

// guarded runs something on the session's connection. When the context ends,
// what the database runs is killed; if that does not end it, the connection is
// closed. The driver is not given the context, as it would close at once.
func (s *mysqlSession) guarded(ctx context.Context, f func(*mysqlConn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	running, finish := context.WithCancel(context.Background())
	defer finish()
	interrupted := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(interrupted)
		s.interrupt(running)
	})
	s.interrupted = false
	return s.use(func(c *mysqlConn) error {
		err := f(c)
		finish()
		if stop() {
			return err
		}
		<-interrupted
		s.interrupted = true
		s.absorb(c)
		return err
	})
}

// interrupt ends what the session runs, for as long as it does.
func (s *mysqlSession) interrupt(running context.Context) {
	ctx, cancel := context.WithTimeout(running, cancelTimeout)
	defer cancel()
	err := s.engine.kill(ctx, s)
	if err != nil {
		<-ctx.Done() // nobody can kill it, but it may end by itself
	}
	if running.Err() == nil || errors.Is(err, errKillLost) {
		_ = s.tap.Close() // what is read from it then fails
	}
}

// errKillLost is a kill without an answer: nobody knows what it will meet.
var errKillLost = errors.New("a KILL was not answered")

// killBy kills by way of another connection: the statement until the context
// ends, and then the whole session if the statement still runs.
func (s *mysqlSession) killBy(ctx context.Context, by *mysqlConn) error {
	for {
		if err := kill(by, fmt.Sprintf("KILL QUERY %d", s.id())); err != nil {
			return err
		}
		select {
		case <-time.After(killEvery):
			continue
		case <-ctx.Done():
		}
		if ctx.Err() != context.DeadlineExceeded {
			return nil
		}
		return kill(by, fmt.Sprintf("KILL %d", s.id()))
	}
}

// kill sends a KILL and waits for its answer, even if the statement ends in the
// meantime: one that was left under way would meet the next statement.
func kill(by *mysqlConn, text string) error {
	ctx, cancel := context.WithTimeout(context.Background(), killTimeout)
	defer cancel()
	_, err := by.exec(ctx, text)
	if err != nil && ctx.Err() != nil {
		return errors.Join(errKillLost, err)
	}
	return err
}

// absorb makes sure that no kill is left to meet the next statement.
func (s *mysqlSession) absorb(c *mysqlConn) {
	for range 3 {
		if !c.IsValid() {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), cancelTimeout)
		_, err := c.exec(ctx, "DO 0")
		cancel()
		if err == nil {
			return
		}
		if cancelled, ok := mysqlCancelled(err); !ok || !cancelled {
			break
		}
	}
	_ = s.tap.Close()
	_ = c.abandon()
}
