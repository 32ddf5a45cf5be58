// Command goose migrates a database with goose, from files that it carries:
//
//	go run ./goose 'postgresql+auroradataapi://:@/mydb?aurora_cluster_arn=…&secret_arn=…'
package main

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"os/signal"

	"github.com/pressly/goose/v3"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/lease"
)

//go:embed migrations
var migrations embed.FS

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "goose: needs a data source name and nothing else")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "goose:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dsn string) error {
	cfg, err := auroradataapi.ParseDSN(dsn)
	if err != nil {
		return err
	}
	cfg.ContinueAfterTimeout = true // a long CREATE INDEX is not stopped halfway
	connector, err := auroradataapi.NewConnector(cfg)
	if err != nil {
		return err
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	p, err := provider(db, cfg.Engine)
	if err != nil {
		return err
	}
	results, err := p.Up(ctx)
	for _, r := range results {
		fmt.Println(r)
	}
	return err
}

// provider is goose for a database. goose's own session lockers would lose their
// lock with the call that takes it; a lease lasts.
func provider(db *sql.DB, engine string) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations/"+engine)
	if err != nil {
		return nil, err
	}
	dialect := map[string]goose.Dialect{"postgresql": goose.DialectPostgres, "mysql": goose.DialectMySQL}[engine]
	return goose.NewProvider(dialect, db, files,
		goose.WithSessionLocker(lease.NewLocker(db, "goose", lease.Options{})))
}
