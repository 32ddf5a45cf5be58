package lease

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// engine is how the table is used in one kind of database.
type engine struct {
	quote  string // around a name
	create string // makes the table
	take   string // of name, owner and microseconds: makes the owner the owner, if nobody else is
	taken  string // of name and owner: the token, if it is the owner
	renew  string // of microseconds, name and owner
	free   string // of name and owner
	look   string // of name: owner, and for how many microseconds yet
	guard  string // of name: the owner, who stays the owner until the transaction ends
}

// engines are the kinds of databases. Times are the database's own, and in MySQL
// in UTC, whatever the session's zone is.
//
// Parameters have their types, so that the driver need not ask for them.
//
// That an owner takes again what it has already taken is so that the statement
// can be repeated when its answer is lost. A row is never deleted, as the token
// would start anew.
func engines() map[bool]engine {
	return map[bool]engine{
		false: {
			quote: `"`,
			create: `CREATE TABLE IF NOT EXISTS %s (name varchar(100) PRIMARY KEY, owner varchar(200) NOT NULL,
	token bigint NOT NULL, expires_at timestamptz NOT NULL)`,
			take: `INSERT INTO %s AS l (name, owner, token, expires_at)
	VALUES ($1::text, $2::text, 1, clock_timestamp() + $3::bigint * interval '1 microsecond')
	ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, token = l.token + 1,
	expires_at = clock_timestamp() + $3::bigint * interval '1 microsecond'
	WHERE l.owner = excluded.owner OR l.expires_at <= clock_timestamp()`,
			taken: `SELECT token FROM %s WHERE name = $1::text AND owner = $2::text`,
			renew: `UPDATE %s SET expires_at = clock_timestamp() + $1::bigint * interval '1 microsecond'
	WHERE name = $2::text AND owner = $3::text`,
			free: `UPDATE %s SET owner = '', expires_at = clock_timestamp() WHERE name = $1::text AND owner = $2::text`,
			look: `SELECT owner, CAST(extract(epoch FROM expires_at - clock_timestamp()) * 1000000 AS bigint)
	FROM %s WHERE name = $1::text`,
			guard: `SELECT owner FROM %s WHERE name = $1::text FOR UPDATE`,
		},
		true: {
			quote: "`",
			create: `CREATE TABLE IF NOT EXISTS %s (name varchar(100) NOT NULL PRIMARY KEY, owner varchar(200) NOT NULL,
	token bigint NOT NULL, expires_at datetime(6) NOT NULL)`,
			// What is assigned first is what the next reads.
			take: `INSERT INTO %s (name, owner, token, expires_at)
	VALUES (?, ?, 1, UTC_TIMESTAMP(6) + INTERVAL ? MICROSECOND)
	ON DUPLICATE KEY UPDATE
	token = IF(owner = VALUES(owner) OR expires_at <= UTC_TIMESTAMP(6), token + 1, token),
	owner = IF(expires_at <= UTC_TIMESTAMP(6), VALUES(owner), owner),
	expires_at = IF(owner = VALUES(owner), VALUES(expires_at), expires_at)`,
			taken: `SELECT token FROM %s WHERE name = ? AND owner = ?`,
			renew: `UPDATE %s SET expires_at = UTC_TIMESTAMP(6) + INTERVAL ? MICROSECOND
	WHERE name = ? AND owner = ?`,
			free: `UPDATE %s SET owner = '', expires_at = UTC_TIMESTAMP(6) WHERE name = ? AND owner = ?`,
			look: `SELECT owner, TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(6), expires_at)
	FROM %s WHERE name = ?`,
			guard: `SELECT owner FROM %s WHERE name = ? FOR UPDATE`,
		},
	}
}

var tableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_$]{0,62}(\.[A-Za-z_][A-Za-z0-9_$]{0,62})?$`)

// checkTable says whether a name can be that of the table.
func checkTable(name string) error {
	if !tableName.MatchString(name) {
		return fmt.Errorf("lease: the table %q is not named like a table; write letters, digits and underscores, behind a schema and a dot if need be", name)
	}
	return nil
}

// on returns the statements for a table.
func (e engine) on(table string) engine {
	named := e.quote + strings.ReplaceAll(table, ".", e.quote+"."+e.quote) + e.quote
	for _, s := range []*string{&e.create, &e.take, &e.taken, &e.renew, &e.free, &e.look, &e.guard} {
		*s = strings.Replace(*s, "%s", named, 1)
	}
	return e
}

// findEngine asks the database what it is.
func findEngine(ctx context.Context, db *sql.DB) (engine, error) {
	var version string
	err := repeat(ctx, func() error { return db.QueryRowContext(ctx, "SELECT version()").Scan(&version) })
	if err != nil {
		return engine{}, fmt.Errorf("lease: ask for the kind of database: %w", err)
	}
	return engines()[!strings.HasPrefix(version, "PostgreSQL")], nil
}

// noTable reports whether the database says that the table is not there.
func noTable(err error) bool {
	const postgresql, mysql = "42P01", "42S02"
	s := state(err)
	return s == postgresql || s == mysql
}

// state returns the SQLSTATE of an error; empty if the database had no part in it.
func state(err error) string {
	var s interface{ SQLState() string }
	if errors.As(err, &s) {
		return s.SQLState()
	}
	return ""
}

// refused reports whether the database has answered that it does not do it, and
// would not the next time either.
func refused(err error) bool {
	const conflict, lockTimeout, other = "40", "55P03", "HY000" // MySQL says the last for a lock that it waited for too long
	s := state(err)
	return s != "" && !strings.HasPrefix(s, conflict) && s != lockTimeout && s != other
}

// attempts is how often a call is made whose answer did not come.
const attempts = 3

// repeat makes a call that does the same however often it is made, until an
// answer comes.
func repeat(ctx context.Context, call func() error) error {
	for n := 1; ; n++ {
		err := call()
		if err == nil || refused(err) || ctx.Err() != nil || n == attempts {
			return err
		}
		if !pause(ctx, time.Duration(n)*100*time.Millisecond) {
			return err
		}
	}
}

// pause waits, and reports whether the context lasted.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
