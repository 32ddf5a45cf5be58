package migratedataapi

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/golang-migrate/migrate/v4/database"

	"github.com/auroradataapi/auroradataapi"
)

// attempts is how often the version is written until it is known to be there.
const attempts = 3

// SetVersion writes the version. That does the same however often it is done, so
// it is repeated when nobody knows whether it was, and migrate never finds a
// database dirty only because an answer was lost.
func (d *driver) SetVersion(version int, dirty bool) error {
	l, ctx := d.held()
	var err error
	for range attempts {
		err = d.setVersion(ctx, version, dirty)
		if errors.Is(err, auroradataapi.UndefinedTable) {
			err = d.createTable(ctx)
			if err == nil {
				err = d.setVersion(ctx, version, dirty)
			}
		}
		if err == nil || !repeatable(err) {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("write version %d to the table %s: %w", version, d.o.Table, because(l, err))
	}
	return nil
}

// repeatable reports whether another try of a transaction that sets something may
// be successful.
func repeatable(err error) bool {
	for _, target := range []error{auroradataapi.ErrOutcomeUnknown, auroradataapi.ErrTransactionNotFound, auroradataapi.TransactionRollback} {
		if errors.Is(err, target) {
			return true
		}
	}
	var e *auroradataapi.Error
	return errors.As(err, &e) && e.SafeToRetry()
}

func (d *driver) setVersion(ctx context.Context, version int, dirty bool) error {
	tx, err := d.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if l, _ := d.held(); l != nil {
		if err := l.Guard(ctx, tx); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM "+d.quoted); err != nil {
		return err
	}
	if version >= 0 || dirty { // a first migration that fails on its way down is dirty too
		if _, err := tx.ExecContext(ctx, "INSERT INTO "+d.quoted+" (version, dirty) VALUES (:version, :dirty)",
			sql.Named("version", version), sql.Named("dirty", dirty)); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// createTable makes the table as migrate's own drivers do.
func (d *driver) createTable(ctx context.Context) error {
	_, err := d.db.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS "+d.quoted+" (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL)")
	return err
}

// Version reads the version.
func (d *driver) Version() (version int, dirty bool, err error) {
	err = d.db.QueryRowContext(context.Background(), "SELECT version, dirty FROM "+d.quoted+" LIMIT 1", auroradataapi.Repeatable()).Scan(&version, &dirty)
	switch {
	case errors.Is(err, sql.ErrNoRows), errors.Is(err, auroradataapi.UndefinedTable):
		return database.NilVersion, false, nil
	case err != nil:
		return 0, false, fmt.Errorf("read the version from the table %s: %w", d.o.Table, err)
	}
	return version, dirty, nil
}
