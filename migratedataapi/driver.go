package migratedataapi

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/golang-migrate/migrate/v4/database"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/lease"
)

// Options are how the driver keeps its books. The zero value is what most want.
type Options struct {
	// Table is the table of versions, which may have a schema in front;
	// "schema_migrations" if it is empty.
	Table string
	// LockTimeout is how long Lock waits for somebody else's lease. It has to be
	// less than the LockTimeout of migrate, which is 15 seconds, as migrate would
	// not unlock what it no longer waits for. It is 10 seconds if it is zero.
	LockTimeout time.Duration
	// Lease is how the lease is kept.
	Lease lease.Options
}

const (
	defaultTable       = "schema_migrations"
	defaultLockTimeout = 10 * time.Second
	unlockTimeout      = time.Minute // with a cluster that resumes
)

// driver is one database, as migrate sees it.
type driver struct {
	db     *sql.DB // runs a file of several statements as a whole, if that is possible
	each   *sql.DB // runs them one by one; nil if db does already
	mysql  bool
	o      Options
	quoted string // the table, as statements have it

	mu    sync.Mutex
	lease *lease.Lease // while it is locked
}

var _ database.Driver = (*driver)(nil)

var tableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_$]{0,62}(\.[A-Za-z_][A-Za-z0-9_$]{0,62})?$`)

// New returns a driver for migrate.NewWithDatabaseInstance. It makes handles of its
// own and closes them in Close. Set cfg.ContinueAfterTimeout for changes that take
// longer than 45 seconds; MultiStatements is chosen by the engine if it is empty.
func New(cfg *auroradataapi.Config, o Options) (database.Driver, error) {
	if o.Table == "" {
		o.Table = defaultTable
	}
	if o.LockTimeout == 0 {
		o.LockTimeout = defaultLockTimeout
	}
	switch {
	case !tableName.MatchString(o.Table):
		return nil, fmt.Errorf("migratedataapi: the table %q is not named like a table; write letters, digits and underscores, behind a schema and a dot if need be", o.Table)
	case o.LockTimeout < 0:
		return nil, fmt.Errorf("migratedataapi: the lock timeout is negative: %v", o.LockTimeout)
	}
	d := &driver{mysql: cfg.Engine == "mysql", o: o}
	quote := map[bool]string{false: `"`, true: "`"}[d.mysql]
	d.quoted = quote + strings.ReplaceAll(o.Table, ".", quote+"."+quote) + quote

	open := func(m auroradataapi.MultiStatements) (*sql.DB, error) {
		c := cfg.Clone()
		c.MultiStatements = m
		connector, err := auroradataapi.NewConnector(c)
		if err != nil {
			return nil, err
		}
		return sql.OpenDB(connector), nil
	}
	var err error
	switch {
	case cfg.MultiStatements != "":
		d.db, err = open(cfg.MultiStatements)
	case d.mysql:
		d.db, err = open(auroradataapi.MultiStatementsOn)
	default:
		if d.db, err = open(auroradataapi.MultiStatementsInTransaction); err == nil {
			d.each, err = open(auroradataapi.MultiStatementsOn)
		}
	}
	if err != nil {
		return nil, err
	}
	return d, nil
}

// Close closes the handles, and unlocks what is still locked.
func (d *driver) Close() error {
	var err error
	if e := d.Unlock(); !errors.Is(e, database.ErrNotLocked) {
		err = e
	}
	if d.each != nil {
		err = errors.Join(err, d.each.Close())
	}
	return errors.Join(err, d.db.Close())
}

// Lock waits for the lease, for Options.LockTimeout.
func (d *driver) Lock() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.lease != nil {
		return database.ErrLocked
	}
	ctx, cancel := context.WithTimeout(context.Background(), d.o.LockTimeout)
	defer cancel()
	l, err := lease.Acquire(ctx, d.db, "migrate/"+d.o.Table, d.o.Lease)
	if errors.Is(err, lease.ErrHeld) {
		return fmt.Errorf("%w: %w", database.ErrLocked, err)
	}
	if err != nil {
		return err
	}
	d.lease = l
	return nil
}

// Unlock releases the lease. The error is lease.ErrLost if it was lost.
func (d *driver) Unlock() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.lease == nil {
		return database.ErrNotLocked
	}
	ctx, cancel := context.WithTimeout(context.Background(), unlockTimeout)
	defer cancel()
	l := d.lease
	d.lease = nil
	return l.Release(ctx)
}

// held returns the lease, nil if there is none, and the context of what is done
// in it.
func (d *driver) held() (*lease.Lease, context.Context) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.lease == nil {
		return nil, context.Background()
	}
	return d.lease, d.lease.Context()
}

// Run runs the statements of a file.
func (d *driver) Run(migration io.Reader) error {
	text, err := io.ReadAll(migration)
	if err != nil || len(bytes.TrimSpace(text)) == 0 {
		return err
	}
	l, ctx := d.held()
	_, err = d.db.ExecContext(ctx, string(text))
	if d.each != nil && refusedUnsent(err) {
		// It is not for one transaction: it has transactions of its own.
		_, err = d.each.ExecContext(ctx, string(text))
	}
	if err == nil {
		return nil
	}
	return fmt.Errorf("migration failed: %w", because(l, err))
}

// because adds to an error that the lease was lost, if that is why.
func because(l *lease.Lease, err error) error {
	if l == nil || l.Err() == nil || errors.Is(err, lease.ErrLost) {
		return err
	}
	return fmt.Errorf("%w: %w", l.Err(), err)
}

// refusedUnsent reports whether the driver found something wrong with a text of
// several statements before it sent any of it.
func refusedUnsent(err error) bool {
	var script *auroradataapi.ScriptError
	var sent *auroradataapi.Error
	return errors.As(err, &script) && !errors.As(err, &sent)
}
