package lease

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
)

// What errors.Is finds in the errors of a lease.
var (
	// ErrHeld: somebody else owns the lease. The error is a *HeldError.
	ErrHeld = errors.New("held by somebody else")
	// ErrLost: the lease could not be renewed in time, or somebody else owns it
	// already.
	ErrLost = errors.New("lost")
)

// HeldError says who owns a lease.
type HeldError struct {
	Name, Owner string
	// Left is how long it will be owned if it is not renewed.
	Left time.Duration
}

// Error names the owner.
func (e *HeldError) Error() string {
	return fmt.Sprintf("lease: %q is held by %s; unless they renew it, for %v", e.Name, e.Owner, e.Left.Round(time.Millisecond))
}

// Unwrap returns ErrHeld.
func (e *HeldError) Unwrap() error { return ErrHeld }

// Lease is a lease that the program owns until Release, or until it is lost. It
// is safe for concurrent use.
type Lease struct {
	db     *sql.DB
	engine engine
	name   string
	owner  string // nobody else's
	ttl    time.Duration
	token  int64

	ctx    context.Context // ends with the lease
	cancel context.CancelCauseFunc
	stop   context.CancelFunc // of the renewing
	kept   chan struct{}      // closed when it has stopped

	once     sync.Once
	released error
}

// Acquire waits until it owns the lease of a name, for as long as the context
// lasts; the error then is a *HeldError and the context's. The lease lasts beyond
// the context, until Release.
//
// It renews the lease over the same handle, which therefore must not be limited to
// one connection.
func Acquire(ctx context.Context, db *sql.DB, name string, o Options) (*Lease, error) {
	l, err := prepare(ctx, db, name, &o)
	if err != nil {
		return nil, err
	}
	var held *HeldError
	for {
		err := l.take(ctx, o.Table)
		switch {
		case err == nil:
			return l, nil
		case !errors.As(err, &held) && (held == nil || ctx.Err() == nil):
			return nil, err
		case !pause(ctx, min(o.Poll, max(held.Left, time.Millisecond))):
			return nil, errors.Join(held, context.Cause(ctx)) // whatever the last call said
		}
	}
}

// Try is Acquire without waiting: if somebody else owns the lease, the error is a
// *HeldError.
func Try(ctx context.Context, db *sql.DB, name string, o Options) (*Lease, error) {
	l, err := prepare(ctx, db, name, &o)
	if err != nil {
		return nil, err
	}
	if err := l.take(ctx, o.Table); err != nil {
		return nil, err
	}
	return l, nil
}

// prepare makes a lease that is not owned yet.
func prepare(ctx context.Context, db *sql.DB, name string, o *Options) (*Lease, error) {
	if err := o.fill(); err != nil {
		return nil, err
	}
	switch {
	case name == "" || len(name) > longestName:
		return nil, fmt.Errorf("lease: the name %.20q has %d bytes; 1 to %d are possible", name, len(name), longestName)
	case db.Stats().MaxOpenConnections == 1:
		return nil, fmt.Errorf("lease: %q could not be renewed while the only connection of the handle is in use; SetMaxOpenConns has to allow two", name)
	}
	e, err := findEngine(ctx, db)
	if err != nil {
		return nil, err
	}
	return &Lease{db: db, engine: e.on(o.Table), name: name, owner: o.Owner + separator + rand.Text(), ttl: o.TTL}, nil
}

// take makes the lease the program's, if it is nobody's, and keeps it from then on.
func (l *Lease) take(ctx context.Context, table string) error {
	var since time.Time
	take := func() error {
		since = time.Now()
		_, err := l.db.ExecContext(ctx, l.engine.take, l.name, l.owner, l.ttl.Microseconds())
		return err
	}
	err := repeat(ctx, take)
	if noTable(err) {
		// Whoever else makes it at the same moment may be why this fails.
		_, failed := l.db.ExecContext(ctx, l.engine.create)
		if err = repeat(ctx, take); noTable(err) && failed != nil {
			err = failed
		}
	}
	if err == nil {
		err = repeat(ctx, func() error { return l.readToken(ctx) })
	}
	switch {
	case err != nil:
		l.giveBack(ctx)
		return fmt.Errorf("lease: take %q in the table %s: %w", l.name, table, err)
	case l.token == 0:
		return l.held(ctx)
	}
	l.keep(ctx, since)
	return nil
}

// readToken reads the token of the owner, which is zero if it is not the owner.
func (l *Lease) readToken(ctx context.Context) error {
	err := l.db.QueryRowContext(ctx, l.engine.taken, l.name, l.owner).Scan(&l.token)
	if errors.Is(err, sql.ErrNoRows) {
		l.token, err = 0, nil
	}
	return err
}

// held returns the error that says who owns the lease.
func (l *Lease) held(ctx context.Context) error {
	e := &HeldError{Name: l.name, Owner: "nobody any more"}
	var left int64
	err := repeat(ctx, func() error {
		return l.db.QueryRowContext(ctx, l.engine.look, l.name).Scan(&e.Owner, &left)
	})
	if err != nil {
		return fmt.Errorf("lease: ask who holds %q: %w", l.name, err)
	}
	if owner, _, ok := strings.Cut(e.Owner, separator); ok {
		e.Owner = owner
	}
	e.Left = max(0, time.Duration(left)*time.Microsecond)
	return e
}

// separator stands between an owner's name and what makes it unique.
const separator = " #"

// giveBackTime is how long an owner that does not want to be one tries to say so.
const giveBackTime = 5 * time.Second

// giveBack frees what may have been taken by a call whose answer did not come. If
// it fails the lease ends by itself.
func (l *Lease) giveBack(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), giveBackTime)
	defer cancel()
	_, _ = l.db.ExecContext(ctx, l.engine.free, l.name, l.owner)
}
