package server

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// lease is a session for the time of a call: that of a transaction, or one of
// its own.
type lease struct {
	*service
	session session
	tx      *transaction // nil outside of a transaction
}

// lease finds the session of a call.
func (s *service) lease(ctx context.Context, at place, id, database string) (*lease, error) {
	if id == "" {
		session, err := s.open(ctx, at)
		if err != nil {
			return nil, err
		}
		return &lease{service: s, session: session}, nil
	}
	if err := checkLength("transactionId", id, 0, wire.MaxTransactionIDChars); err != nil {
		return nil, err
	}
	tx, gone, err := s.transactions.claim(id)
	if gone != nil {
		s.expire(gone)
	}
	if err != nil {
		return nil, err
	}
	if err := tx.belongs(at, database); err != nil {
		s.transactions.release(tx)
		return nil, err
	}
	return &lease{service: s, session: tx.session, tx: tx}, nil
}

// open opens a session, for which a call waits as long as for a statement
// (F0228).
func (s *service) open(ctx context.Context, at place) (session, error) {
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	session, err := at.engine.open(ctx, at.login)
	if err != nil && context.Cause(ctx) == errStatementTimeout {
		err = unavailable("no connection to the database became free within %v; %d transactions are open",
			s.timeout, s.transactions.count())
	}
	// The SDKs do not show the text of this error, whose model has none.
	var e *wire.Error
	if errors.As(err, &e) && e.Code == wire.CodeDatabaseUnavailable {
		s.log.Warn("no connection to a database", "cluster", at.arn, "reason", e.Message)
	}
	return session, err
}

// done gives the session back. A transaction whose connection is lost is over.
func (l *lease) done() {
	switch {
	case l.tx == nil:
		l.session.close()
	case l.session.broken():
		l.transactions.remove(l.tx)
		l.session.close()
	default:
		l.transactions.release(l.tx)
	}
}

// bounded returns a context that ends with the caller's, with the service, and
// when a statement has run for long enough.
func (s *service) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancelTimeout := context.WithTimeoutCause(ctx, s.timeout, errStatementTimeout)
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(s.ctx, func() { cancel(context.Canceled) })
	return ctx, func() {
		stop()
		cancel(nil)
		cancelTimeout()
	}
}

// timed runs something on a session for as long as a statement may take. The
// error it returns for one that took longer is the service's.
func timed[T any](ctx context.Context, s *service, l *lease, f func(context.Context) (T, error)) (T, error) {
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	v, err := f(ctx)
	if err != nil && context.Cause(ctx) == errStatementTimeout && wasCancelled(err) {
		err = statementTimeout(l.session.id())
	}
	return v, err
}

// runOn runs a statement that goes on after its timeout was answered (F0079).
// That until then it is cancelled when its caller goes away is a choice (F0225).
func (s *service) runOn(ctx context.Context, l *lease, st statement, req *wire.ExecuteRequest) (*wire.ExecuteResponse, error) {
	if !s.enter() {
		l.done()
		return nil, closing()
	}
	type outcome struct {
		res *result
		err error
	}
	ended := make(chan outcome, 1)
	running, cancel := context.WithCancel(s.ctx)
	go func() {
		defer s.wg.Done()
		defer cancel()
		res, err := l.session.run(running, st)
		l.done()
		ended <- outcome{res, err}
	}()
	timer := time.NewTimer(s.timeout)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil, statementTimeout(l.session.id())
	case <-ctx.Done():
		cancel()
	case o := <-ended:
		if o.err != nil {
			return nil, o.err
		}
		return s.newExecuteResponse(o.res, req)
	}
	<-ended
	return nil, contextError(ctx.Err())
}

// sweepEvery is how often expired transactions are looked for.
const sweepEvery = time.Second

// sweep ends transactions that have expired until the service ends.
func (s *service) sweep(every time.Duration) {
	defer s.wg.Done()
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-ticker.C:
			for _, tx := range s.transactions.take(false) {
				s.expire(tx)
			}
		}
	}
}

// expire rolls an expired transaction back, without keeping anybody waiting.
func (s *service) expire(tx *transaction) {
	if !s.enter() { // close waits for the caller, and then cannot know the transaction
		s.rollbackAndClose(tx)
		return
	}
	go func() {
		defer s.wg.Done()
		s.rollbackAndClose(tx)
	}()
}

func (s *service) rollbackAndClose(tx *transaction) {
	s.rollback(tx.session)
	tx.session.close()
}

// rollback rolls back for the server's own reasons. If it fails, closing the
// session does it.
func (s *service) rollback(open session) {
	ctx, cancel := context.WithTimeout(context.Background(), upkeepTimeout)
	defer cancel()
	if err := open.rollback(ctx); err != nil && !errors.Is(err, context.Canceled) {
		s.log.Warn("a transaction could not be rolled back; its connection is closed", "error", err)
	}
}

// close ends everything. Sessions that are in a transaction are closed, which
// rolls it back: all at once, as a database that hangs answers none of them.
func (s *service) close() {
	s.life.end()
	var ending sync.WaitGroup
	for _, tx := range s.transactions.take(true) {
		ending.Go(func() { s.rollbackAndClose(tx) })
	}
	ending.Wait()
	for _, c := range s.clusters {
		ending.Go(c.engine.close)
	}
	ending.Wait()
}
