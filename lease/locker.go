package lease

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// Locker is a lease for programs that call for a lock when they begin and when
// they end. It has the methods of the SessionLocker of goose, and needs no session
// for them:
//
//	goose.NewProvider(dialect, db, files, goose.WithSessionLocker(lease.NewLocker(db, "goose", lease.Options{})))
//
// A Locker is one program's lock, and it does not lock twice.
type Locker struct {
	db   *sql.DB
	name string
	o    Options

	mu   sync.Mutex
	held *Lease
}

// NewLocker returns a Locker for the lease of a name. What is wrong with the
// options is said when it locks.
func NewLocker(db *sql.DB, name string, o Options) *Locker {
	return &Locker{db: db, name: name, o: o}
}

// SessionLock acquires the lease. The connection, in which a migration may have a
// transaction, is not used.
func (k *Locker) SessionLock(ctx context.Context, _ *sql.Conn) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.held != nil {
		return errors.New("lease: the locker is locked already; use one for each program")
	}
	l, err := Acquire(ctx, k.db, k.name, k.o)
	if err != nil {
		return err
	}
	k.held = l
	return nil
}

// SessionUnlock releases the lease. The error is ErrLost if it was lost meanwhile.
func (k *Locker) SessionUnlock(ctx context.Context, _ *sql.Conn) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.held == nil {
		return errors.New("lease: the locker is not locked")
	}
	l := k.held
	k.held = nil
	return l.Release(ctx)
}
