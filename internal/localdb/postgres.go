package localdb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

const (
	superuser = "postgres"
	// startPatience is how long a server may take to answer. Kept data may
	// have to be recovered first.
	startPatience = 20 * time.Second
	keptPatience  = 2 * time.Minute
)

// StartPostgres runs a private PostgreSQL and returns once it answers. The
// context is for the start only; ending it afterwards changes nothing. Call
// Stop when done. If the program ends without it, the server ends too (at once
// on Linux, elsewhere with the next start).
func StartPostgres(ctx context.Context, opt PostgresOptions) (*Instance, error) {
	return startPostgres(ctx, newFinder(opt))
}

func startPostgres(ctx context.Context, f *finder) (_ *Instance, err error) {
	if errUnsupported != nil {
		return nil, errUnsupported
	}
	opt := f.opt
	bases := runBases()
	sweep(ctx, bases)
	acct, err := serverAccount(opt.DataDir)
	if err != nil {
		return nil, err
	}
	if f.cache, err = cacheDir(opt); err != nil {
		return nil, err
	}
	i := &Instance{acct: acct}
	defer func() {
		if err != nil {
			i.release()
		}
	}()
	if opt.DataDir != "" {
		if i.kept, err = openKeptData(opt.DataDir, acct); err != nil {
			return nil, err
		}
		f.major = i.kept.major
	}
	f.acct = acct
	if i.bins, err = f.find(ctx); err != nil {
		return nil, err
	}
	if i.run, err = newRunDir(acct, bases); err != nil {
		return nil, err
	}
	t := &templates{bins: i.bins, acct: acct, cache: f.cache, run: i.run, opt: opt}
	if err := i.prepare(ctx, t); err != nil {
		return nil, err
	}
	if err := i.start(ctx); err != nil {
		return nil, err
	}
	return i, nil
}

// prepare makes the data, unless it is there.
func (i *Instance) prepare(ctx context.Context, t *templates) error {
	switch {
	case i.kept == nil:
		return t.cluster(ctx, i.run.dataDir())
	case i.kept.major != 0:
		return nil
	}
	if err := t.cluster(ctx, i.kept.dir); err != nil {
		return err
	}
	if _, err := runTool(ctx, i.acct, i.bins.initdb(), "--sync-only", "-D", i.kept.dir); err != nil {
		return fmt.Errorf("initdb --sync-only: %w", err)
	}
	return i.kept.finish()
}

func (i *Instance) dataDir() string {
	if i.kept != nil {
		return i.kept.dir
	}
	return i.run.dataDir()
}

// start runs the server and waits until it answers.
func (i *Instance) start(ctx context.Context) error {
	log, err := os.OpenFile(i.run.logFile(), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close() // the server has its own
	patience, death := startPatience, sigImmediate
	if i.kept != nil {
		patience, death = keptPatience, sigFast
	}
	cmd := exec.Command(i.bins.postgres(), i.args()...)
	cmd.Env = serverEnv()
	cmd.Dir = "/"
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = childAttr(i.acct, death)
	if i.child, err = startChild(cmd); err != nil {
		return explainStart(err, i.acct)
	}
	if err := i.run.note(cmd.Process.Pid, i.kept != nil); err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err = waitReady(limited, i.child, socketPath(i.run.socketDir()))
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, errEnded):
		return fmt.Errorf("postgres %s ended while starting (%w). Its log:\n%s", i.bins.version, i.child.ending(), i.log())
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("postgres %s did not answer in %v. Its log:\n%s", i.bins.version, patience, i.log())
	}
	return fmt.Errorf("postgres %s refuses a session: %w. Its log:\n%s", i.bins.version, err, i.log())
}

// log returns the end of the server's log.
func (i *Instance) log() string {
	data, err := os.ReadFile(i.run.logFile())
	if err != nil {
		return err.Error()
	}
	return tail(strings.TrimSpace(string(data)), 8192)
}

// args are the server's arguments. Settings are given here rather than in a
// file, so that kept data carries none of them to another server.
func (i *Instance) args() []string {
	settings := []string{
		"listen_addresses=", // the socket is the only way in, and its folder is private
		"unix_socket_directories=" + i.run.socketDir(),
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
	if i.kept == nil {
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
	if i.bins.major >= 18 {
		settings = append(settings, "io_method=sync") // no worker processes
	}
	args := []string{"-D", i.dataDir()}
	for _, s := range settings {
		args = append(args, "-c", s)
	}
	return args
}

// port only makes the name of the socket.
const port = "5432"

// socketPath is the socket that a server makes in a folder.
func socketPath(dir string) string { return filepath.Join(dir, ".s.PGSQL."+port) }
