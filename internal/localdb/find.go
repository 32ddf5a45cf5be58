package localdb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// oldestMajor is the oldest PostgreSQL that is accepted.
const oldestMajor = 12

// binaries is a folder with a PostgreSQL server in it.
type binaries struct {
	dir     string // absolute, links resolved
	version string // "15.18"
	major   int    // 15
	stamp   string // changes when the server's binary does
}

func (b binaries) postgres() string { return filepath.Join(b.dir, "postgres") }
func (b binaries) initdb() string   { return filepath.Join(b.dir, "initdb") }
func (b binaries) String() string   { return "PostgreSQL " + b.version + " from " + b.dir }

// finder looks for a server, place by place, and remembers where it looked.
type finder struct {
	opt   PostgresOptions
	path  string                     // PATH
	globs []string                   // where packages put a server
	npm   func() (npmPackage, error) // what could be downloaded
	cache string
	acct  account
	// major is the only major version that will do; 0 means any.
	major int

	looked []string   // what was tried, for the message
	others []binaries // servers of another major version
}

func newFinder(opt PostgresOptions) *finder {
	return &finder{opt: opt, path: os.Getenv("PATH"), globs: packageFolders(), npm: packageHere}
}

// find returns the first server that will do. Its order is: BinDir alone, PATH,
// the folders of packages, an earlier download, a download now.
func (f *finder) find(ctx context.Context) (binaries, error) {
	if f.opt.BinDir != "" {
		return f.only(ctx, f.opt.BinDir)
	}
	for _, place := range []func(context.Context) []binaries{f.inPath, f.inFolders, f.inCache} {
		for _, b := range place(ctx) {
			if f.major == 0 || f.major == b.major {
				return b, nil
			}
			f.others = append(f.others, b)
		}
		if err := ctx.Err(); err != nil {
			return binaries{}, err
		}
	}
	dir, err := f.fetch(ctx)
	if err == nil {
		var b binaries
		if b, err = probe(ctx, dir, f.acct); err == nil {
			return b, nil
		}
	}
	if ctx.Err() != nil {
		return binaries{}, ctx.Err()
	}
	if len(f.others) > 0 {
		return binaries{}, fmt.Errorf("%w (download: %w)", f.wrongMajor(f.others), err)
	}
	f.looked = append(f.looked, "download: "+err.Error())
	return binaries{}, &notFoundError{looked: f.looked, offline: f.opt.Offline}
}

// only takes the server the user named, or fails: another one, silently, would
// be a surprise.
func (f *finder) only(ctx context.Context, dir string) (binaries, error) {
	b, err := probe(ctx, dir, f.acct)
	if err != nil {
		if _, deeper := os.Stat(filepath.Join(dir, "bin", "postgres")); deeper == nil {
			return binaries{}, fmt.Errorf("--pg-bin: %w; did you mean %s?", err, filepath.Join(dir, "bin"))
		}
		return binaries{}, fmt.Errorf("--pg-bin: %w", err)
	}
	if f.major != 0 && f.major != b.major {
		return binaries{}, f.wrongMajor([]binaries{b})
	}
	return b, nil
}

func (f *finder) wrongMajor(found []binaries) error {
	names := make([]string, len(found))
	for i, b := range found {
		names[i] = b.String()
	}
	return fmt.Errorf("data directory %s was made by PostgreSQL %d, which only PostgreSQL %d can open; found %s: "+
		"install PostgreSQL %d, name its folder with --pg-bin, or use another data directory",
		f.opt.DataDir, f.major, f.major, strings.Join(names, ", "), f.major)
}

func (f *finder) inPath(ctx context.Context) []binaries {
	var found []binaries
	var misses []string
	seen := map[string]bool{}
	for _, dir := range filepath.SplitList(f.path) {
		real, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres"))
		if err != nil || !filepath.IsAbs(real) || seen[filepath.Dir(real)] {
			continue
		}
		seen[filepath.Dir(real)] = true
		b, err := probe(ctx, filepath.Dir(real), f.acct)
		if err != nil {
			misses = append(misses, err.Error())
			continue
		}
		found = append(found, b)
	}
	f.miss("PATH", "no postgres", found, misses)
	return found
}

// inFolders returns the servers that packages installed, newest first.
func (f *finder) inFolders(ctx context.Context) []binaries {
	var found []binaries
	var misses []string
	for _, glob := range f.globs {
		dirs, _ := filepath.Glob(glob) // only a malformed pattern fails
		for _, dir := range dirs {
			if _, err := os.Stat(filepath.Join(dir, "postgres")); err != nil {
				continue
			}
			b, err := probe(ctx, dir, f.acct)
			if err != nil {
				misses = append(misses, err.Error())
				continue
			}
			found = append(found, b)
		}
	}
	slices.SortStableFunc(found, func(a, b binaries) int { return b.major - a.major })
	f.miss(strings.Join(f.globs, ", "), "none", found, misses)
	return found
}

func (f *finder) inCache(ctx context.Context) []binaries {
	p, err := f.npm()
	if err != nil {
		return nil // said by fetch
	}
	dir := p.binDir(f.cache)
	if _, err := os.Stat(dir); err != nil {
		f.miss(f.cache, "no earlier download", nil, nil)
		return nil
	}
	b, err := probe(ctx, dir, f.acct)
	if err != nil {
		f.miss(f.cache, "", nil, []string{err.Error()})
		return nil
	}
	return []binaries{b}
}

// miss notes a place that had nothing usable.
func (f *finder) miss(place, nothing string, found []binaries, misses []string) {
	if place == "" || len(found) > 0 {
		return
	}
	if len(misses) > 0 {
		nothing = strings.Join(misses, "; ")
	}
	f.looked = append(f.looked, place+": "+nothing)
}

// probe checks that dir holds a server that the account can run.
func probe(ctx context.Context, dir string, acct account) (binaries, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return binaries{}, err
	}
	b := binaries{dir: dir}
	info, err := os.Stat(b.postgres())
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return binaries{}, fmt.Errorf("%s: no postgres", dir)
		}
		return binaries{}, err
	}
	if _, err := os.Stat(b.initdb()); err != nil {
		return binaries{}, fmt.Errorf("%s: postgres is there, but no initdb", dir)
	}
	if err := acct.canReach(b.postgres()); err != nil {
		return binaries{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	out, err := runTool(ctx, acct, b.postgres(), "--version")
	if err != nil {
		return binaries{}, fmt.Errorf("%s --version: %w", b.postgres(), err)
	}
	if b.version, b.major, err = parseVersion(out); err != nil {
		return binaries{}, fmt.Errorf("%s --version: %w", b.postgres(), err)
	}
	if b.major < oldestMajor {
		return binaries{}, fmt.Errorf("%s: PostgreSQL %s is too old, %d is the oldest that works", dir, b.version, oldestMajor)
	}
	b.stamp = fmt.Sprintf("%s %s %d %d", dir, b.version, info.Size(), info.ModTime().UnixNano())
	return b, nil
}

// parseVersion reads "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)".
func parseVersion(out string) (version string, major int, err error) {
	const mark = "(PostgreSQL) "
	i := strings.Index(out, mark)
	if i < 0 {
		return "", 0, fmt.Errorf("unexpected answer %q", clip(out, 200))
	}
	version, _, _ = strings.Cut(strings.TrimSpace(out[i+len(mark):]), " ")
	digits := len(version) - len(strings.TrimLeft(version, "0123456789"))
	if major, err = strconv.Atoi(version[:digits]); err != nil {
		return "", 0, fmt.Errorf("unexpected version %q", clip(version, 200))
	}
	return version, major, nil
}

// runTool runs a program to its end and returns what it printed. A failure's
// text ends with the program's own words.
func runTool(ctx context.Context, acct account, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = serverEnv()
	cmd.Dir = "/"
	return runChild(cmd, acct)
}

// packageFolders lists where packages put a server that is not in PATH.
func packageFolders() []string {
	if runtime.GOOS == "darwin" {
		return []string{
			"/opt/homebrew/opt/postgresql*/bin",
			"/usr/local/opt/postgresql*/bin",
			"/Applications/Postgres.app/Contents/Versions/*/bin",
			"/Library/PostgreSQL/*/bin",
		}
	}
	return []string{
		"/usr/lib/postgresql/*/bin",     // Debian, Ubuntu
		"/usr/pgsql-*/bin",              // the PostgreSQL project's RPMs
		"/usr/lib/postgresql[0-9]*/bin", // SUSE
		"/usr/libexec/postgresql*",      // Alpine
		"/usr/local/pgsql/bin",          // built from source
		"/opt/PostgreSQL/*/bin",         // EDB
		"/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
	}
}
