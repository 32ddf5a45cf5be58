// Package localdb runs a real database as a private child process: it finds an
// installed server, or fetches one once, and starts it on data and a socket of
// its own. Nothing listens on a port, several servers live side by side, and
// nothing is left behind when the program that asked for one ends, however it
// ends.
package localdb

import (
	"errors"
	"fmt"
	"strings"
)

// PostgresOptions says which PostgreSQL StartPostgres runs, and on which data.
// The zero value finds any server and gives it data that is thrown away.
type PostgresOptions struct {
	// BinDir is the only folder to take postgres and initdb from. Empty means
	// to search for them.
	BinDir string
	// DataDir keeps the data in this folder, written as safely as PostgreSQL
	// can. Empty means fast data that is deleted by Stop.
	DataDir string
	// Offline forbids the download of a server that is not installed.
	Offline bool
	// CacheDir keeps the downloaded server and a prepared empty database.
	// Empty means the user's cache folder, or a system one for root.
	CacheDir string
	// Notice receives one-line messages for the user. It may be nil.
	Notice func(string)
}

// MySQLOptions says which MySQL StartMySQL runs, and on which data. The zero
// value finds any server and gives it data that is thrown away.
type MySQLOptions struct {
	// BinDir is the only folder to take mysqld or mariadbd from. Empty means
	// to search for them.
	BinDir string
	// DataDir keeps the data in this folder, written as safely as the server
	// can. Empty means fast data that is deleted by Stop.
	DataDir string
	// CacheDir keeps a prepared empty database. Empty means the user's cache
	// folder, or a system one for root.
	CacheDir string
	// Notice receives one-line messages for the user. It may be nil.
	Notice func(string)
}

// notice tells the user something, if he wants to know.
type notice func(string)

func (n notice) say(format string, args ...any) {
	if n != nil {
		n(fmt.Sprintf(format, args...))
	}
}

// ErrNotFound is what errors.Is finds in the error of StartPostgres and
// StartMySQL when there is no such server on the machine and none could be
// fetched. The error's text lists where it was looked for and what to do.
var ErrNotFound = errors.New("no database server found")

// notFoundError is ErrNotFound with the places that were tried.
type notFoundError struct {
	name   string // of what was looked for
	looked []string
	fixes  []string
}

func (e *notFoundError) Is(target error) bool { return target == ErrNotFound }

func (e *notFoundError) Error() string {
	const item = "\n  - "
	return "no " + e.name + " server found. Looked in:" + item + strings.Join(e.looked, item) +
		"\nFix it in one of these ways:" + item + strings.Join(e.fixes, item)
}
