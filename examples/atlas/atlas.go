// Package atlas brings a database to a schema with the library of Atlas: it
// inspects what is there, plans the difference and applies it.
package atlas

import (
	"context"
	"database/sql"
	_ "embed"
	"fmt"
	"strings"
	"time"

	"ariga.io/atlas/sql/migrate"
	"ariga.io/atlas/sql/mysql"
	"ariga.io/atlas/sql/postgres"
	"ariga.io/atlas/sql/schema"

	"github.com/auroradataapi/auroradataapi/lease"
)

// What the database is to be.
var (
	//go:embed postgresql.hcl
	postgresqlSchema string
	//go:embed mysql.hcl
	mysqlSchema string
)

// Driver is a driver of Atlas whose lock is a lease. Atlas's own is a lock of a
// session, which the next call would not find again.
type Driver struct {
	migrate.Driver
	db *sql.DB
}

var _ schema.Locker = Driver{}

// Lock implements the schema.Locker of Atlas.
func (d Driver) Lock(ctx context.Context, name string, timeout time.Duration) (schema.UnlockFunc, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	l, err := lease.Acquire(ctx, d.db, name, lease.Options{})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", schema.ErrLocked, err)
	}
	return func() error { return l.Release(context.WithoutCancel(ctx)) }, nil
}

// Open opens a database for Atlas, by the engine's name.
func Open(db *sql.DB, engine string) (Driver, error) {
	open := postgres.Open
	if engine == "mysql" {
		open = mysql.Open
	}
	d, err := open(db)
	return Driver{d, db}, err
}

// openTx opens a transaction for Atlas.
func openTx(tx *sql.Tx, engine string) (migrate.Driver, error) {
	if engine == "mysql" {
		return mysql.Open(tx)
	}
	return postgres.Open(tx)
}

// desired returns the schema that the database of a name is to have.
func desired(engine, database string) (*schema.Schema, error) {
	var s schema.Schema
	if engine == "mysql" {
		err := mysql.EvalHCLBytes([]byte(strings.ReplaceAll(mysqlSchema, "SCHEMA", database)), &s, nil)
		return &s, err
	}
	err := postgres.EvalHCLBytes([]byte(postgresqlSchema), &s, nil)
	return &s, err
}

// Apply brings a database to what the files say, and returns the changes it took.
func Apply(ctx context.Context, db *sql.DB, engine, database string) ([]schema.Change, error) {
	d, err := Open(db, engine)
	if err != nil {
		return nil, err
	}
	want, err := desired(engine, database)
	if err != nil {
		return nil, err
	}
	unlock, err := d.Lock(ctx, "atlas", 10*time.Second)
	if err != nil {
		return nil, err
	}
	changes, err := apply(ctx, d, want)
	if failed := unlock(); err == nil {
		err = failed
	}
	return changes, err
}

func apply(ctx context.Context, d Driver, want *schema.Schema) ([]schema.Change, error) {
	is, err := d.InspectSchema(ctx, want.Name, &schema.InspectOptions{Exclude: []string{lease.DefaultTable}})
	if err != nil {
		return nil, err
	}
	changes, err := d.SchemaDiff(is, want)
	if err != nil {
		return nil, err
	}
	return changes, d.ApplyChanges(ctx, changes)
}
