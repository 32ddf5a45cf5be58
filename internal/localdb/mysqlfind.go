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

// mysqlFinder looks for a MySQL or MariaDB, and remembers where it looked.
type mysqlFinder struct {
	opt   MySQLOptions
	path  string   // PATH
	globs []string // where packages put a server
	acct  account
	data  maker // of the data, which another server could not open

	tried  tried
	others []mysqlServer // that cannot open the data
}

func newMySQLFinder(opt MySQLOptions) *mysqlFinder {
	return &mysqlFinder{opt: opt, path: os.Getenv("PATH"), globs: mysqlFolders()}
}

// find returns the first server that will do: BinDir's alone, or any MySQL, or
// else any MariaDB; in PATH before the folders of packages.
func (f *mysqlFinder) find(ctx context.Context) (mysqlServer, error) {
	if f.opt.BinDir != "" {
		return f.only(ctx, f.opt.BinDir)
	}
	var spare []mysqlServer
	for s := range f.all(ctx) {
		switch {
		case !f.data.opensWith(s):
			f.others = append(f.others, s)
		case s.mariaDB():
			spare = append(spare, s)
		default:
			return s, nil
		}
	}
	switch {
	case ctx.Err() != nil:
		return mysqlServer{}, ctx.Err()
	case len(spare) > 0:
		f.standIn(spare[0])
		return spare[0], nil
	case len(f.others) > 0:
		return mysqlServer{}, f.wrongMaker(f.others)
	}
	return mysqlServer{}, &notFoundError{name: "MySQL or MariaDB", looked: f.tried, fixes: []string{
		"install it: " + mysqlInstallHint(),
		"--mysql-bin DIR: name the folder that holds mysqld or mariadbd",
		"--mysql-url URL: use a server that is already running",
	}}
}

// standIn says what is different where MariaDB takes MySQL's place.
func (f *mysqlFinder) standIn(s mysqlServer) {
	notice(f.opt.Notice).say("MariaDB %d.%d stands in for MySQL: JSON is text, -> and ->> are missing, "+
		"RETURNING is taken, its collation is %s, and errors of CHECK and JSON have other numbers", s.major, s.minor, s.collation())
}

// only takes the server the user named, or fails: another one, silently, would
// be a surprise.
func (f *mysqlFinder) only(ctx context.Context, dir string) (mysqlServer, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return mysqlServer{}, err
	}
	file := serverIn(dir)
	if file == "" {
		err := fmt.Errorf("--mysql-bin: %s: no mysqld or mariadbd", dir)
		for _, sub := range []string{"bin", "sbin", "libexec"} {
			if deeper := filepath.Join(dir, sub); serverIn(deeper) != "" {
				err = fmt.Errorf("%w; did you mean %s?", err, deeper)
			}
		}
		return mysqlServer{}, err
	}
	s, err := probeMySQL(ctx, file, f.acct)
	if err != nil {
		return mysqlServer{}, fmt.Errorf("--mysql-bin: %w", err)
	}
	if !f.data.opensWith(s) {
		return mysqlServer{}, f.wrongMaker([]mysqlServer{s})
	}
	if s.mariaDB() {
		f.standIn(s)
	}
	return s, nil
}

// serverIn returns the file of the server in a folder, or "".
func serverIn(dir string) string {
	for _, name := range []string{"mysqld", "mariadbd"} {
		if real, err := filepath.EvalSymlinks(filepath.Join(dir, name)); err == nil {
			return real
		}
	}
	return ""
}

// all yields the servers there are, PATH's first, and notes where there is none.
func (f *mysqlFinder) all(ctx context.Context) func(yield func(mysqlServer) bool) {
	places := []struct {
		name, nothing string
		dirs          []string
	}{
		{"PATH", "no mysqld or mariadbd", filepath.SplitList(f.path)},
		{strings.Join(f.globs, ", "), "none", globDirs(f.globs)},
	}
	return func(yield func(mysqlServer) bool) {
		var seen []string
		for _, place := range places {
			var misses []string
			found := false
			for _, dir := range place.dirs {
				file := serverIn(dir)
				if file == "" || !filepath.IsAbs(file) || slices.Contains(seen, file) {
					continue
				}
				seen = append(seen, file)
				s, err := probeMySQL(ctx, file, f.acct)
				if err != nil {
					misses = append(misses, err.Error())
					continue
				}
				if found = true; !yield(s) {
					return
				}
			}
			if !found {
				f.tried.add(place.name, place.nothing, misses...)
			}
		}
	}
}

func globDirs(globs []string) []string {
	var dirs []string
	for _, glob := range globs {
		found, _ := filepath.Glob(glob) // only a malformed pattern fails
		dirs = append(dirs, found...)
	}
	return dirs
}

// probeMySQL checks that the file is a server that the account can run.
func probeMySQL(ctx context.Context, file string, acct account) (mysqlServer, error) {
	dir := filepath.Dir(file)
	info, err := os.Stat(file)
	if err != nil {
		return mysqlServer{}, err
	}
	if err := acct.canReach(file); err != nil {
		return mysqlServer{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	out, err := runTool(ctx, acct, file, "--no-defaults", "--version")
	if err != nil {
		return mysqlServer{}, fmt.Errorf("%s --version: %w", file, err)
	}
	s, err := parseMySQLVersion(out)
	if err != nil {
		return mysqlServer{}, fmt.Errorf("%s --version: %w", file, err)
	}
	s.dir, s.server, s.stamp = dir, file, stamp(file, s.version, info)
	if !s.mariaDB() {
		if !s.atLeast(8, 0) {
			return mysqlServer{}, fmt.Errorf("%s: MySQL %s is too old, 8.0 is the oldest that works", dir, s.version)
		}
		return s, nil
	}
	if !s.atLeast(10, 5) {
		return mysqlServer{}, fmt.Errorf("%s: MariaDB %s is too old, 10.5 is the oldest that works", dir, s.version)
	}
	if s.installDB = installScript(dir); s.installDB == "" {
		return mysqlServer{}, fmt.Errorf("%s: %s is there, but no mariadb-install-db", dir, filepath.Base(file))
	}
	return s, nil
}

// installScript finds the script that makes data, beside the server or in one
// of the folders that packages put it in; "" is none.
func installScript(dir string) string {
	for _, sub := range []string{".", "../bin", "../scripts", "../sbin"} {
		for _, name := range []string{"mariadb-install-db", "mysql_install_db"} {
			file := filepath.Join(dir, sub, name)
			if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
				return file
			}
		}
	}
	return ""
}

// parseMySQLVersion reads "mysqld  Ver 8.0.36-0ubuntu0.22.04.1 for Linux on
// x86_64 ((Ubuntu))" and "mariadbd  Ver 10.11.19-MariaDB-0+deb12u1 for …".
func parseMySQLVersion(out string) (mysqlServer, error) {
	_, after, ok := strings.Cut(out, " Ver ")
	if !ok {
		return mysqlServer{}, fmt.Errorf("unexpected answer %q", clip(out, 200))
	}
	text, _, _ := strings.Cut(strings.TrimSpace(after), " ")
	s := mysqlServer{binaries: binaries{product: productMySQL}}
	if strings.Contains(out, "MariaDB") {
		s.product = productMariaDB
	}
	if s.version, s.major, s.minor, ok = leadingVersion(text); !ok {
		return mysqlServer{}, fmt.Errorf("unexpected version %q", clip(text, 200))
	}
	return s, nil
}

// leadingVersion reads the numbers that a version begins with, at least two.
func leadingVersion(text string) (version string, major, minor int, ok bool) {
	version = text[:len(text)-len(strings.TrimLeft(text, "0123456789."))]
	version = strings.Trim(version, ".")
	first, rest, _ := strings.Cut(version, ".")
	second, _, _ := strings.Cut(rest, ".")
	major, majorErr := strconv.Atoi(first)
	minor, minorErr := strconv.Atoi(second)
	return version, major, minor, errors.Join(majorErr, minorErr) == nil
}

func mysqlInstallHint() string {
	if runtime.GOOS == "darwin" {
		return "brew install mysql"
	}
	return "sudo apt-get install mysql-server (Ubuntu) or mariadb-server (Debian), " +
		"sudo dnf install mysql-server (Fedora), apk add mariadb (Alpine)"
}

// mysqlFolders lists where packages put a server that is not in PATH.
func mysqlFolders() []string {
	if runtime.GOOS == "darwin" {
		return []string{
			"/opt/homebrew/opt/mysql*/bin",
			"/usr/local/opt/mysql*/bin",
			"/usr/local/mysql/bin", // MySQL's own package
			"/opt/homebrew/opt/mariadb*/bin",
			"/usr/local/opt/mariadb*/bin",
		}
	}
	return []string{
		"/usr/sbin",    // Debian, Ubuntu, the RPMs of MySQL and MariaDB
		"/usr/libexec", // Fedora, RHEL
		"/usr/local/mysql/bin",
		"/usr/local/mariadb/bin",
		"/opt/mysql*/bin",
		"/opt/mariadb*/bin",
		"/home/linuxbrew/.linuxbrew/opt/mysql*/bin",
		"/home/linuxbrew/.linuxbrew/opt/mariadb*/bin",
	}
}
