package localdb

import (
	"context"
	"syscall"
)

// engine is what one kind of database shows of itself: in a folder, as a
// process, and behind a socket.
type engine struct {
	name  string // for messages
	mark  string // the file by which its data is known
	whole string // the file without which an empty cluster is none
	cache string // begins the names of its files in the cache
	// users are those that root may run the server as, best first.
	users []string
	// serverOf returns the number of the process that has the data, or 0.
	serverOf func(dataDir string) int
	socket   string // its name
	// knock returns nil once the server answers at its socket. A finalError
	// says that it never will.
	knock func(ctx context.Context, socket string) error
	// The signals that end it at once, for data that is thrown away, and in
	// order.
	now, inOrder syscall.Signal
}

// endings returns the signals that end the server, to be sent in turn.
func (e *engine) endings(kept bool) []syscall.Signal {
	if kept {
		return []syscall.Signal{e.inOrder, e.now}
	}
	return []syscall.Signal{e.now}
}

// binaries are the programs of a server that was found.
type binaries struct {
	product string // PostgreSQL; for MySQL it may be MariaDB
	dir     string // absolute, links resolved
	server  string // the server's file
	version string // "15.18"
	major   int    // 15
	stamp   string // changes when the server's file does
}

func (b binaries) String() string { return b.product + " " + b.version + " from " + b.dir }

// about returns the binaries themselves, for those who hold a program.
func (b binaries) about() binaries { return b }

// program is a server that was found, and how it is told what to do.
type program interface {
	about() binaries
	// create makes an empty cluster in a folder that is not there yet.
	create(ctx context.Context, acct account, dir string) error
	// layout changes when create makes something else.
	layout() string
	// args returns the arguments that run the server.
	args(place) []string
}

// place is where a server runs.
type place struct {
	data    string // its folder
	sockets string // the folder of its socket, for it alone
	kept    bool   // the data outlives the server
}

// site is what is known when a server is looked for.
type site struct {
	acct  account
	cache string
	kept  *keptData // nil if the data is thrown away
}

// plan is a server to launch.
type plan struct {
	engine   *engine
	dataDir  string // "" if the data is thrown away
	cacheDir string // "" is the usual one
	notice   notice
	find     func(context.Context, site) (program, error)
	// folders picks, of the folders to run in, those that the server may use.
	folders func(program, []string) []string
}
