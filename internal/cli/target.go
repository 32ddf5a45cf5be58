package cli

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/spf13/pflag"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/internal/dialect"
)

// environmentURI leaves everything to the environment.
const environmentURI = "postgresql+auroradataapi://:@/"

// targetOptions say which database to run on.
type targetOptions struct {
	local    bool
	uri      string
	database databaseOptions
	flags    *pflag.FlagSet
}

func (o *targetOptions) addFlags(flags *pflag.FlagSet) {
	flags.BoolVar(&o.local, "local", false, "run on a private database behind a local Data API, both gone at the end")
	flags.StringVar(&o.uri, "uri", "", "run on the cluster of this `URI`, postgresql+auroradataapi://…")
	o.database.addFlags(flags)
	o.flags = flags
}

// dialect checks the options and returns the dialect of the SQL.
func (o *targetOptions) dialect() (*dialect.Dialect, error) {
	if o.local && o.flags.Changed("uri") {
		return nil, usagef("--local and --uri exclude each other: one is a private database, the other a cluster")
	}
	if o.local {
		return o.database.engine(), nil
	}
	if name := o.database.given(o.flags); name != "" {
		return nil, usagef("--%s goes with --local only", name)
	}
	cfg, err := o.config()
	if err != nil {
		return nil, err
	}
	switch cfg.Engine {
	case dialect.PostgreSQL.Name:
		return dialect.PostgreSQL, nil
	case dialect.MySQL.Name:
		return dialect.MySQL, nil
	}
	return nil, usagef("the URI does not say the engine: begin it with postgresql+auroradataapi:// or mysql+auroradataapi://, or add engine=mysql")
}

func (o *targetOptions) config() (*auroradataapi.Config, error) {
	uri := o.uri
	if uri == "" {
		uri = environmentURI
	}
	cfg, err := auroradataapi.ParseDSN(uri)
	if err != nil {
		return nil, &exitError{exitUnreachable, err}
	}
	return cfg, nil
}

// open returns a handle on the database, and a function that closes it and
// stops what was started for it.
func (o *targetOptions) open(ctx context.Context, io *IO) (db *sql.DB, stop func() error, err error) {
	if o.local {
		local, err := startLocal(ctx, localOptions{
			clusters: localCluster(o.database),
			listen:   "127.0.0.1:0",
			getenv:   io.Getenv,
			notice:   func(text string) { notice(io, "%s", text) },
		})
		if err != nil {
			return nil, nil, err
		}
		db, err := openDB(local.config(local.main()))
		if err != nil {
			return nil, nil, errors.Join(err, local.stop())
		}
		return db, func() error { return errors.Join(db.Close(), local.stop()) }, nil
	}
	cfg, err := o.config()
	if err != nil {
		return nil, nil, err
	}
	if err := cfg.FillFromEnv(io.Getenv); err != nil {
		return nil, nil, &exitError{exitUnreachable, err}
	}
	if missing := missingSettings(cfg); len(missing) > 0 && o.uri == "" {
		return nil, nil, &exitError{exitUnreachable, missingError(missing)}
	}
	if db, err = openDB(cfg); err != nil {
		return nil, nil, err
	}
	return db, db.Close, nil
}

// openDB returns a handle that sends nothing before it is used.
func openDB(cfg *auroradataapi.Config) (*sql.DB, error) {
	connector, err := auroradataapi.NewConnector(cfg)
	if err != nil {
		return nil, &exitError{exitUnreachable, err}
	}
	return sql.OpenDB(connector), nil
}

// missingSettings returns the variables without which there is no cluster.
func missingSettings(cfg *auroradataapi.Config) []string {
	var missing []string
	if cfg.ClusterARN == "" {
		missing = append(missing, envCluster)
	}
	if cfg.SecretARN == "" {
		missing = append(missing, envSecret)
	}
	return missing
}

func missingError(missing []string) error {
	verb := " is not set"
	if len(missing) > 1 {
		verb = " are not set"
	}
	return errors.New("there is no cluster to run on: " + strings.Join(missing, " and ") + verb +
		"; set what is missing, or try --local for a private PostgreSQL, --uri URI for a cluster, " +
		"or the variables that auroradataapi serve --env-file FILE writes")
}
