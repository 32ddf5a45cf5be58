package localdb

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// kind is an engine as the tests that are the same for all see it.
type kind struct {
	name   string
	engine *engine
	need   func(t *testing.T) // ends the test if there is no such server
	start  func(ctx context.Context, opt kindOptions) (*Instance, error)
	// source returns how to connect as the superuser, and query runs
	// statements there and returns the last row.
	source func(i *Instance) string
	query  func(source string, statements ...string) (string, error)
}

// kindOptions are the options that all engines have.
type kindOptions struct{ Engine, DataDir, CacheDir string }

func kinds() []kind {
	return []kind{
		{
			name:   "PostgreSQL",
			engine: postgresEngine(),
			need:   func(t *testing.T) { needPostgres(t, PostgresOptions{}) },
			start: func(ctx context.Context, opt kindOptions) (*Instance, error) {
				return StartPostgres(ctx, PostgresOptions{DataDir: opt.DataDir, CacheDir: opt.CacheDir, Offline: true})
			},
			source: func(i *Instance) string { return i.URL("", "") },
			query: func(uri string, statements ...string) (string, error) {
				return tryQuery(uri, strings.Join(statements, ";"))
			},
		},
		{
			name:   "MySQL",
			engine: mysqlEngine(),
			need:   func(t *testing.T) { needMySQL(t, MySQLOptions{}) },
			start: func(ctx context.Context, opt kindOptions) (*Instance, error) {
				return StartMySQL(ctx, MySQLOptions{DataDir: opt.DataDir, CacheDir: opt.CacheDir})
			},
			source: func(i *Instance) string { return i.DSN("", "") },
			query:  tryQueryMy,
		},
	}
}

func kindNamed(name string) kind {
	for _, k := range kinds() {
		if k.name == name {
			return k
		}
	}
	panic("no engine " + name)
}

// eachKind runs a test for each engine.
func eachKind(t *testing.T, test func(t *testing.T, k kind)) {
	t.Helper()
	for _, k := range kinds() {
		t.Run(k.name, func(t *testing.T) {
			k.need(t)
			test(t, k)
		})
	}
}

// run starts a server for the length of a test.
func (k kind) run(t *testing.T, opt kindOptions) *Instance {
	t.Helper()
	i, err := k.start(t.Context(), opt)
	return running(t, i, err)
}

// dir returns a folder for kept data that the server may use.
func (k kind) dir(t *testing.T) string {
	t.Helper()
	if k.name == "MySQL" && confined("/usr/sbin/mysqld", profile) {
		return everybodysDir(t)
	}
	return fastDir(t)
}

// ask runs statements and returns the last row.
func (k kind) ask(t *testing.T, source string, statements ...string) string {
	t.Helper()
	row, err := k.query(source, statements...)
	if err != nil {
		t.Fatalf("%s: %v", statements, err)
	}
	return row
}

// needPostgres returns a finder for an installed server. Without one the test
// is skipped, but not where a green run has to mean something.
func needPostgres(t *testing.T, opt PostgresOptions) *finder {
	t.Helper()
	opt.Offline = true
	acct, err := serverAccount(postgresEngine(), "")
	if err != nil {
		t.Fatal(err)
	}
	f := newFinder(opt)
	f.acct = acct
	if len(f.inPath(t.Context()))+len(f.inFolders(t.Context())) > 0 {
		f.tried = nil
		return f
	}
	needs(t, "needs PostgreSQL: "+installHint())
	return nil
}

// needs ends a test for which something is not installed.
func needs(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// start runs a server for the length of a test.
func start(t *testing.T, f *finder) *Instance {
	t.Helper()
	i, err := startPostgres(t.Context(), f)
	return running(t, i, err)
}

// running stops a server that was started at the end of the test.
func running(t *testing.T, i *Instance, err error) *Instance {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := i.Stop(); err != nil {
			t.Error(err)
		}
	})
	return i
}

// stopsClean stops a server and checks that nothing of it is left.
func stopsClean(t *testing.T, i *Instance) {
	t.Helper()
	pid, dir := serverPid(i), i.run.path
	select {
	case <-i.Done():
		t.Error("Done is closed while the server runs")
	default:
	}
	if err := i.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := i.Stop(); err != nil {
		t.Errorf("the second Stop: %v", err)
	}
	<-i.Done()
	if commandLine(pid) != "" {
		t.Errorf("process %d still runs", pid)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is still there: %v", dir, err)
	}
}

// closedFolder checks that nobody else can reach a server's socket.
func closedFolder(t *testing.T, i *Instance) {
	t.Helper()
	info, err := os.Stat(i.run.socketDir())
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o700 {
		t.Errorf("the socket's folder has mode %v", info.Mode())
	}
}

// reportsDeath kills a server that was started and checks that it is noticed.
func reportsDeath(t *testing.T, i *Instance, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if err := killGroup(serverPid(i)); err != nil {
		t.Fatal(err)
	}
	select {
	case <-i.Done():
	case <-time.After(time.Minute):
		t.Error("Done is not closed")
	}
	err = i.Stop()
	if err == nil || !strings.Contains(err.Error(), "had ended on its own (signal: killed). Its log:\n") {
		t.Errorf("Stop: %v", err)
	}
}

// startsOrLeavesNothing starts servers whose context ends during the start, at
// various moments, with an empty cache and with one that is filled.
func startsOrLeavesNothing(t *testing.T, start func(ctx context.Context, cache string) (*Instance, error)) {
	t.Helper()
	for _, state := range []string{"cold", "warm"} {
		shared := fastDir(t)
		if state == "warm" {
			i, err := start(t.Context(), shared)
			running(t, i, err)
		}
		for _, after := range []time.Duration{0, time.Millisecond, 10 * time.Millisecond, 40 * time.Millisecond, 80 * time.Millisecond, 300 * time.Millisecond} {
			t.Run(state+after.String(), func(t *testing.T) {
				leavesNothing(t)
				cache := shared
				if state == "cold" {
					cache = fastDir(t)
				}
				ctx, cancel := context.WithTimeout(t.Context(), after)
				defer cancel()
				i, err := start(ctx, cache)
				if err == nil {
					if err := i.Stop(); err != nil {
						t.Error(err)
					}
					return
				}
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("after %v: %v", after, err)
				}
				if parts, _ := filepath.Glob(filepath.Join(cache, ".*")); len(parts) > 0 {
					t.Errorf("left in the cache: %v", parts)
				}
				if parts, _ := filepath.Glob(filepath.Join(cache, "*.tmp")); len(parts) > 0 {
					t.Errorf("left in the cache: %v", parts)
				}
			})
		}
	}
}

// query runs statements in a session of their own and returns the values of the
// last row, joined by commas.
func query(t *testing.T, uri, sql string) string {
	t.Helper()
	out, err := tryQuery(uri, sql)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return out
}

func tryQuery(uri, sql string) (string, error) {
	u, err := url.Parse(uri)
	if err != nil {
		return "", err
	}
	conn, err := net.Dial("unix", filepath.Join(u.Query().Get("host"), ".s.PGSQL."+u.Query().Get("port")))
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		return "", err
	}
	if _, err := conn.Write(startupMessage(u.User.Username(), strings.TrimPrefix(u.Path, "/"))); err != nil {
		return "", err
	}
	msg := binary.BigEndian.AppendUint32([]byte{'Q'}, uint32(len(sql)+5))
	msg = append(append(msg, sql...), 0)
	row, ready := "", 0
	for {
		kind, body, err := readMessage(conn)
		if err != nil {
			return "", err
		}
		switch kind {
		case 'D':
			row = parseRow(body)
		case 'E':
			return "", parseServerError(body)
		case 'R':
			if binary.BigEndian.Uint32(body) != 0 {
				return "", errors.New("the server asks for a password")
			}
		case 'Z':
			if ready++; ready == 2 {
				_, err := conn.Write([]byte{'X', 0, 0, 0, 4})
				return row, err
			}
			if _, err := conn.Write(msg); err != nil {
				return "", err
			}
		}
	}
}

func readMessage(r io.Reader) (kind byte, body []byte, err error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	body = make([]byte, binary.BigEndian.Uint32(head[1:])-4)
	_, err = io.ReadFull(r, body)
	return head[0], body, err
}

func parseRow(body []byte) string {
	var values []string
	for body = body[2:]; len(body) >= 4; {
		n := int32(binary.BigEndian.Uint32(body))
		body = body[4:]
		if n < 0 {
			values = append(values, "NULL")
			continue
		}
		values = append(values, string(body[:n]))
		body = body[n:]
	}
	return strings.Join(values, ",")
}

// everybodysDir is a t.TempDir that other users may enter, as the one the
// server runs as has to when the tests run as root.
func everybodysDir(t *testing.T) string {
	t.Helper()
	return tempDirIn(t, os.TempDir())
}

// fastDir is an everybodysDir for data, if possible in memory.
func fastDir(t *testing.T) string {
	t.Helper()
	return tempDirIn(t, runBases()[0])
}

func tempDirIn(t *testing.T, base string) string {
	t.Helper()
	dir, err := os.MkdirTemp(base, "localdb-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := removeAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// leavesNothing checks at the end of the test that it left no folder, process
// or goroutine.
func leavesNothing(t *testing.T) {
	t.Helper()
	goroutines := runtime.NumGoroutine()
	before := abandoned()
	t.Cleanup(func() {
		var left []string
		for try := 0; try < 200; try++ {
			left = slices.DeleteFunc(append(abandoned(), strays()...), func(s string) bool {
				return slices.Contains(before, s)
			})
			if len(left) == 0 && runtime.NumGoroutine() <= goroutines {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		if len(left) > 0 {
			t.Errorf("left behind: %q", left)
			return
		}
		buf := make([]byte, 1<<16)
		t.Errorf("goroutines were left behind:\n%s", buf[:runtime.Stack(buf, true)])
	})
}

// abandoned returns the folders of servers that belong to nobody. Those of
// other tests that run at the same time are locked.
func abandoned() []string {
	var free []string
	for _, base := range runBases() {
		for _, dir := range filesNamed(base, runPrefix, "") {
			if f, err := openOldLock(filepath.Join(dir, "lock")); err == nil {
				f.Close()
				free = append(free, dir)
			}
		}
	}
	return free
}

// strays returns processes that work in a server's folder that is gone.
func strays() []string {
	var found []string
	for _, dir := range filesNamed("/proc", "", "") {
		pid, err := strconv.Atoi(filepath.Base(dir))
		if err != nil {
			continue
		}
		args := commandLine(pid)
		i := strings.Index(args, "/"+runPrefix)
		if i < 0 {
			continue
		}
		start := strings.LastIndexAny(args[:i], " =") + 1
		end := i + 1 + strings.IndexAny(args[i+1:]+"/", "/ ")
		if _, err := os.Stat(args[start:end]); errors.Is(err, os.ErrNotExist) {
			found = append(found, fmt.Sprintf("process %d: %s", pid, args))
		}
	}
	return found
}

// serverPid returns the number of an instance's process.
func serverPid(i *Instance) int { return i.child.cmd.Process.Pid }

// gone waits until no process with this number has text in its arguments.
func gone(ctx context.Context, pid int, text string) error {
	for strings.Contains(commandLine(pid), text) {
		select {
		case <-ctx.Done():
			return fmt.Errorf("process %d still runs: %s", pid, commandLine(pid))
		case <-time.After(5 * time.Millisecond):
		}
	}
	return nil
}
