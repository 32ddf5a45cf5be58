package lease

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Name returns the lease's name.
func (l *Lease) Name() string { return l.name }

// Token returns a number that is larger than that of every earlier owner.
func (l *Lease) Token() int64 { return l.token }

// Context returns a context that ends when the lease is lost, with the cause
// ErrLost, and when it is released.
func (l *Lease) Context() context.Context { return l.ctx }

// Err returns nil as long as the program owns the lease as far as it knows, and
// afterwards why it does not.
func (l *Lease) Err() error { return context.Cause(l.ctx) }

// keep starts to renew a lease that was taken by a call at a time.
func (l *Lease) keep(ctx context.Context, since time.Time) {
	l.ctx, l.cancel = context.WithCancelCause(context.WithoutCancel(ctx))
	var renewing context.Context
	renewing, l.stop = context.WithCancel(l.ctx)
	l.kept = make(chan struct{})
	go func() {
		defer close(l.kept)
		l.renew(renewing, since)
	}()
}

// renew renews the lease until it is lost or the context ends. Every renewal that
// is answered makes the lease last from before it was asked for, so that the
// program never believes in it for longer than the database does.
func (l *Lease) renew(ctx context.Context, since time.Time) {
	every, again := l.ttl/3, l.ttl/20
	for wait := every; ; {
		end := since.Add(l.ttl)
		if !pause(ctx, min(wait, time.Until(end))) {
			return
		}
		asked := time.Now()
		n, err := l.renewOnce(ctx, end)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil && n > 0:
			since, wait = asked, every
		case err == nil:
			l.lose(errors.New("somebody else owns it"))
			return
		case refused(err) || !time.Now().Before(end):
			l.lose(err)
			return
		default:
			wait = again
		}
	}
}

// renewOnce returns the number of rows that were renewed, which is one or none.
func (l *Lease) renewOnce(ctx context.Context, end time.Time) (int64, error) {
	ctx, cancel := context.WithDeadline(ctx, end)
	defer cancel()
	r, err := l.db.ExecContext(ctx, l.engine.renew, l.ttl.Microseconds(), l.name, l.owner)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// lose ends the lease.
func (l *Lease) lose(why error) { l.cancel(l.lost(why)) }

// lost makes the error of a lease that was lost.
func (l *Lease) lost(why error) error {
	return fmt.Errorf("lease: %q of %s is %w: %w", l.name, l.owner, ErrLost, why)
}

// Release ends the lease, so that somebody else can have it at once. The error is
// ErrLost if it was lost before, and what was done in it may have been done at the
// same time as somebody else's. If the database could not be asked, the lease ends
// by itself, Options.TTL later. Of several calls the first one counts.
func (l *Lease) Release(ctx context.Context) error {
	l.once.Do(func() {
		l.stop()
		<-l.kept
		l.released = l.release(ctx)
		l.cancel(nil)
	})
	return l.released
}

func (l *Lease) release(ctx context.Context) error {
	if err := l.Err(); err != nil {
		l.giveBack(ctx) // nobody else need wait for its end
		return err
	}
	var n int64
	unsure := false
	err := repeat(ctx, func() error {
		r, err := l.db.ExecContext(ctx, l.engine.free, l.name, l.owner)
		if err != nil {
			unsure = true // and then there may be no row left to free
			return err
		}
		n, err = r.RowsAffected()
		return err
	})
	switch {
	case err != nil:
		return fmt.Errorf("lease: release %q: %w", l.name, err)
	case n == 0 && !unsure:
		return l.lost(errors.New("somebody else owns it"))
	}
	return nil
}

// Guard returns ErrLost if the lease is not the program's any more. If it is, it
// stays so until the transaction ends, which nobody and not the renewing either
// gets past: keep the transaction shorter than Options.TTL.
func (l *Lease) Guard(ctx context.Context, tx *sql.Tx) error {
	var owner string
	err := tx.QueryRowContext(ctx, l.engine.guard, l.name).Scan(&owner)
	switch {
	case err != nil && !errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("lease: look at %q: %w", l.name, err)
	case owner != l.owner:
		return l.lost(errors.New("somebody else owns it, or nobody"))
	}
	return nil
}
