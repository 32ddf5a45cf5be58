package localdb

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

const superuser = "postgres"

// port only makes the name of the socket.
const port = "5432"

// postgresEngine returns how PostgreSQL shows itself.
func postgresEngine() *engine {
	return &engine{
		name:     "PostgreSQL",
		mark:     "PG_VERSION",
		whole:    filepath.Join("global", "pg_control"),
		cache:    "postgres-cluster-",
		users:    []string{"postgres", "nobody"},
		serverOf: postmasterOf,
		socket:   ".s.PGSQL." + port,
		knock:    knockPostgres,
		now:      syscall.SIGQUIT, // as a crash would
		inOrder:  syscall.SIGINT,  // ends sessions, writes everything
	}
}

// StartPostgres runs a private PostgreSQL and returns once it answers. The
// context is for the start only; ending it afterwards changes nothing. Call
// Stop when done. If the program ends without it, the server ends too (at once
// on Linux, elsewhere with the next start).
func StartPostgres(ctx context.Context, opt PostgresOptions) (*Instance, error) {
	return startPostgres(ctx, newFinder(opt))
}

func startPostgres(ctx context.Context, f *finder) (*Instance, error) {
	return launch(ctx, plan{
		engine:   postgresEngine(),
		dataDir:  f.opt.DataDir,
		cacheDir: f.opt.CacheDir,
		notice:   f.opt.Notice,
		find: func(ctx context.Context, at site) (program, error) {
			var err error
			if f.acct, f.cache = at.acct, at.cache; at.kept != nil {
				if f.major, err = dataMajor(at.kept); err != nil {
					return nil, err
				}
			}
			return f.find(ctx)
		},
	})
}

// URL returns a connection string for a user and a database over the socket of
// a PostgreSQL server, without a password: only we and the user the server runs
// as can reach the socket. An empty user is the superuser, postgres; an empty
// database is the one of that name, which always exists.
func (i *Instance) URL(user, database string) string {
	if user == "" {
		user = superuser
	}
	if database == "" {
		database = "postgres"
	}
	u := url.URL{
		Scheme:   "postgres",
		User:     url.User(user),
		Path:     "/" + database,
		RawQuery: url.Values{"host": {i.run.socketDir()}, "port": {port}, "sslmode": {"disable"}}.Encode(),
	}
	return u.String()
}

// dataMajor returns the major version that made kept data; 0 if it is new.
func dataMajor(k *keptData) (int, error) {
	data, err := os.ReadFile(filepath.Join(k.dir, "PG_VERSION"))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	text := strings.TrimSpace(string(data))
	major, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("data directory %s was made by PostgreSQL %s, which is too old", k.dir, clip(text, 20))
	}
	return major, nil
}

// postmasterOf returns the number of the server that runs on the data, or 0.
func postmasterOf(dir string) int {
	if pid := postmasterPid(dir); pid > 0 && strings.Contains(commandLine(pid), "postgres") {
		return pid
	}
	return 0
}

// postmasterPid reads the process number a server leaves in its data; 0 means
// that there is none.
func postmasterPid(dir string) int { return pidIn(filepath.Join(dir, "postmaster.pid")) }

// pidIn reads a process number, which is the first line of a file.
func pidIn(file string) int {
	data, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(data), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil || pid < 2 {
		return 0
	}
	return pid
}

// args are the server's arguments. Settings are given here rather than in a
// file, so that kept data carries none of them to another server.
func (s postgresServer) args(p place) []string {
	settings := []string{
		"listen_addresses=", // the socket is the only way in, and its folder is private
		"unix_socket_directories=" + p.sockets,
		"unix_socket_permissions=0700",
		"port=" + port,
		"max_connections=200",
		"wal_level=minimal",
		"max_wal_senders=0",
		"timezone=UTC", // as Aurora
		"log_timezone=UTC",
		"log_destination=stderr",
		"logging_collector=off",
		"log_min_messages=log", // errors of statements go to their clients
		"log_checkpoints=off",
	}
	if !p.kept {
		settings = append(settings,
			"fsync=off",
			"synchronous_commit=off",
			"full_page_writes=off",
			"shared_buffers=32MB",
			"max_wal_size=256MB",
			// Deleted with the data, where POSIX memory would outlive a crash.
			"dynamic_shared_memory_type=mmap",
		)
	}
	if s.major >= 18 {
		settings = append(settings, "io_method=sync") // no worker processes
	}
	args := []string{"-D", p.data}
	for _, setting := range settings {
		args = append(args, "-c", setting)
	}
	return args
}
