// Command migrate migrates a database with golang-migrate, from files that it
// carries:
//
//	go run ./migrate 'postgresql+auroradataapi://:@/mydb?aurora_cluster_arn=…&secret_arn=…'
package main

import (
	"embed"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/golang-migrate/migrate/v4"
	"github.com/golang-migrate/migrate/v4/source/iofs"

	_ "github.com/auroradataapi/auroradataapi/migratedataapi" // the driver for its data source names
)

//go:embed migrations
var migrations embed.FS

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "migrate: needs a data source name and nothing else")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "migrate:", err)
		os.Exit(1)
	}
}

func run(dsn string) (err error) {
	m, err := open(dsn)
	if err != nil {
		return err
	}
	defer func() {
		sourceErr, dbErr := m.Close()
		err = errors.Join(err, sourceErr, dbErr)
	}()
	if err := m.Up(); err != nil && !errors.Is(err, migrate.ErrNoChange) {
		return err
	}
	return nil
}

func open(dsn string) (*migrate.Migrate, error) {
	engine, _, _ := strings.Cut(dsn, "+")
	source, err := iofs.New(migrations, "migrations/"+engine)
	if err != nil {
		return nil, err
	}
	return migrate.NewWithSourceInstance("iofs", source, dsn)
}
