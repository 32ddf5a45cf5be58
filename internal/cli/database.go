package cli

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/spf13/pflag"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/localdb"
)

// databaseOptions say which database is behind a local Data API.
type databaseOptions struct {
	url     string // of a PostgreSQL that runs already
	binDir  string
	dataDir string
	offline bool

	mysql       bool   // MySQL in place of PostgreSQL
	mysqlURL    string // of one that runs already
	mysqlBinDir string
}

const (
	flagURL         = "postgres-url"
	flagBinDir      = "pg-bin"
	flagOffline     = "offline"
	flagData        = "data"
	flagMySQL       = "mysql"
	flagMySQLURL    = "mysql-url"
	flagMySQLBinDir = "mysql-bin"
)

func (o *databaseOptions) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&o.url, flagURL, "", "use the running PostgreSQL at this `URL`, and start none")
	flags.StringVar(&o.binDir, flagBinDir, "", "take postgres and initdb from `DIR` only")
	flags.BoolVar(&o.offline, flagOffline, false, "never download a PostgreSQL")
	flags.BoolVar(&o.mysql, flagMySQL, false, "start a private MySQL, or MariaDB, in place of PostgreSQL")
	flags.StringVar(&o.mysqlURL, flagMySQLURL, "", "use the running MySQL at this `URL`, and start none")
	flags.StringVar(&o.mysqlBinDir, flagMySQLBinDir, "", "take mysqld or mariadbd from `DIR` only")
}

// engine returns the kind of database that is asked for.
func (o *databaseOptions) engine() *dialect.Dialect {
	if o.mysql || o.mysqlURL != "" || o.mysqlBinDir != "" {
		return dialect.MySQL
	}
	return dialect.PostgreSQL
}

// given returns the name of one of the flags that was given, or "".
func (o *databaseOptions) given(flags *pflag.FlagSet) string {
	for _, name := range []string{flagURL, flagBinDir, flagOffline, flagData, flagMySQL, flagMySQLURL, flagMySQLBinDir} {
		if f := flags.Lookup(name); f != nil && f.Changed {
			return name
		}
	}
	return ""
}

func (o *databaseOptions) check() error {
	if o.url != "" && (o.binDir != "" || o.dataDir != "" || o.offline) {
		return usagef("--%s uses a server that runs already: leave out --%s, --%s and --%s", flagURL, flagData, flagBinDir, flagOffline)
	}
	if o.mysqlURL != "" && (o.mysqlBinDir != "" || o.dataDir != "") {
		return usagef("--%s uses a server that runs already: leave out --%s and --%s", flagMySQLURL, flagData, flagMySQLBinDir)
	}
	if o.engine() == dialect.MySQL && (o.url != "" || o.binDir != "" || o.offline) {
		return usagef("--%s, --%s and --%s are about PostgreSQL, and MySQL is asked for too: leave out the one or the other", flagURL, flagBinDir, flagOffline)
	}
	return nil
}

// database is the one behind a local Data API.
type database struct {
	url, user, password, name string
	description               string
	setup                     string          // a statement that makes the database; empty if it is there
	gone                      <-chan struct{} // closed when it ended; nil if it is not ours
	stop                      func() error
}

// start starts a private database, or reads the URL of the running one.
func (o *databaseOptions) start(ctx context.Context, getenv func(string) string, notice func(string)) (*database, error) {
	switch {
	case o.url != "":
		return parsePostgresURL(o.url, getenv)
	case o.mysqlURL != "":
		return parseMySQLURL(o.mysqlURL, getenv)
	case o.engine() == dialect.MySQL:
		return o.startMySQL(ctx, notice)
	default:
		return o.startPostgres(ctx, notice)
	}
}

func (o *databaseOptions) startMySQL(ctx context.Context, notice func(string)) (*database, error) {
	instance, err := localdb.StartMySQL(ctx, localdb.MySQLOptions{BinDir: o.mysqlBinDir, DataDir: o.dataDir, Notice: notice})
	if err != nil {
		return nil, notStarted(ctx, err)
	}
	const user, name = "root", "test"
	return &database{
		url:         instance.DSN(user, ""),
		user:        user,
		name:        name,
		setup:       "CREATE DATABASE IF NOT EXISTS " + name,
		description: instance.Description(),
		gone:        instance.Done(),
		stop:        instance.Stop,
	}, nil
}

// notStarted makes an error out of a private database that did not start.
func notStarted(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		err = interrupted{}
	}
	return &exitError{exitNoDatabase, err}
}

func (o *databaseOptions) startPostgres(ctx context.Context, notice func(string)) (*database, error) {
	instance, err := localdb.StartPostgres(ctx, localdb.PostgresOptions{
		BinDir:  o.binDir,
		DataDir: o.dataDir,
		Offline: o.offline,
		Notice:  notice,
	})
	if err != nil {
		return nil, notStarted(ctx, err)
	}
	const user, name = "postgres", "postgres"
	return &database{
		url:         instance.URL(user, name),
		user:        user,
		name:        name,
		description: instance.Description(),
		gone:        instance.Done(),
		stop:        instance.Stop,
	}, nil
}

// parsePostgresURL reads a URL; the password may be in PGPASSWORD instead. No
// error shows the URL, as it may hold a password.
func parsePostgresURL(text string, getenv func(string) string) (*database, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" || u.User.Username() == "" {
		return nil, usagef("--%s: write postgres://USER:PASSWORD@HOST:PORT/DATABASE, with what is special in them percent-encoded", flagURL)
	}
	d := &database{url: text, user: u.User.Username(), stop: func() error { return nil }}
	d.password, _ = u.User.Password()
	if d.password == "" {
		d.password = getenv("PGPASSWORD")
	}
	if d.name = strings.TrimPrefix(u.Path, "/"); d.name == "" {
		d.name = d.user
	}
	host := u.Host
	if host == "" {
		host = u.Query().Get("host") // a socket's folder
	}
	d.description = fmt.Sprintf("PostgreSQL at %s, database %s, user %s", host, d.name, d.user)
	return d, nil
}

// parseMySQLURL reads a URL; the password may be in MYSQL_PWD instead, as for
// MySQL's own clients. No error shows the URL.
func parseMySQLURL(text string, getenv func(string) string) (*database, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "mysql" || u.User.Username() == "" || strings.Trim(u.Path, "/") == "" {
		return nil, usagef("--%s: write mysql://USER:PASSWORD@HOST:PORT/DATABASE, with what is special in them percent-encoded", flagMySQLURL)
	}
	d := &database{url: text, user: u.User.Username(), name: strings.Trim(u.Path, "/"), stop: func() error { return nil }}
	d.password, _ = u.User.Password()
	if d.password == "" {
		d.password = getenv("MYSQL_PWD")
	}
	where := u.Host
	if where == "" {
		where = u.Query().Get("socket")
	}
	d.description = fmt.Sprintf("MySQL at %s, database %s, user %s", where, d.name, d.user)
	return d, nil
}

// noDatabase makes an error out of a database that does not let a statement
// through. It says in one line why, whatever the way of the statement was.
func (d *database) noDatabase(err error) error {
	var e *auroradataapi.Error
	switch {
	case !errors.As(err, &e):
		return &exitError{exitNoDatabase, fmt.Errorf("%s does not answer: %w", d.description, err)}
	case e.Code != "":
		return &exitError{exitNoDatabase, &databaseError{fmt.Sprintf("%s refuses: %s (SQLSTATE %s)", d.description, e.Message, e.Code), err}}
	default:
		return &exitError{exitNoDatabase, &databaseError{d.description + " does not answer: " + dialCause(e.Message), err}}
	}
}

// databaseError is an error with a text of its own.
type databaseError struct {
	text string
	err  error
}

func (e *databaseError) Error() string { return e.text }
func (e *databaseError) Unwrap() error { return e.err }

// dialCause returns why no address of a server could be reached: of several
// lines, one an address, the last.
func dialCause(text string) string {
	text = strings.TrimSpace(text)
	text = strings.TrimSpace(text[strings.LastIndexByte(text, '\n')+1:])
	if _, cause, ok := strings.Cut(text, "dial error: "); ok {
		return cause
	}
	return text
}
