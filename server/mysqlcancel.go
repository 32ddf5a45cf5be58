package server

import (
	"context"
	"fmt"
	"time"
)

// killEvery is how often a statement is killed until it ends: a kill that comes
// before the database has begun with the statement is lost.
const killEvery = 100 * time.Millisecond

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
	if err := s.engine.kill(ctx, s); err != nil {
		<-ctx.Done() // nobody can kill it, but it may end by itself
	}
	if running.Err() == nil {
		_ = s.tap.Close() // what is read from it then fails
	}
}

// killBy kills by way of another connection: the statement until the context
// ends, and then the whole session if the statement still runs.
func (s *mysqlSession) killBy(ctx context.Context, by *mysqlConn) error {
	for {
		if _, err := by.exec(ctx, fmt.Sprintf("KILL QUERY %d", s.id())); err != nil {
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
		last, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_, err := by.exec(last, fmt.Sprintf("KILL %d", s.id()))
		return err
	}
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
