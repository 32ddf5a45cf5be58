package localdb

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func TestDataDirKeeps(t *testing.T) {
	leavesNothing(t)
	opt := PostgresOptions{DataDir: filepath.Join(fastDir(t), "a", "data")}
	for n := range 3 {
		i := start(t, needPostgres(t, opt))
		if n == 0 {
			query(t, i.URL("", ""), "create table t (n int)")
			if got := query(t, i.URL("", ""), "show fsync"); got != "on" {
				t.Errorf("fsync is %s for data that is kept", got)
			}
		}
		query(t, i.URL("", ""), "insert into t values (1)")
		if got := query(t, i.URL("", ""), "select count(*) from t"); got != strconv.Itoa(n+1) {
			t.Errorf("start %d: %s rows", n+1, got)
		}
		if err := i.Stop(); err != nil {
			t.Fatal(err)
		}
		if pid := postmasterPid(opt.DataDir); pid != 0 {
			t.Errorf("the server was not ended in order: postmaster.pid names %d", pid)
		}
	}
}

func TestDataDirInUse(t *testing.T) {
	leavesNothing(t)
	opt := PostgresOptions{DataDir: filepath.Join(fastDir(t), "data")}
	i := start(t, needPostgres(t, opt))
	want := "data directory " + opt.DataDir + " is in use by another server (process " + strconv.Itoa(serverPid(i)) + ")"
	for _, by := range []string{"us", "a server we did not start"} {
		if by != "us" {
			if err := i.kept.lock.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := startPostgres(t.Context(), needPostgres(t, opt)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("by %s: error is %v, want %q", by, err, want)
		}
	}
	query(t, i.URL("", ""), "select 1")
	// The lock was closed above, which Stop would report.
	f, err := openLock(filepath.Join(opt.DataDir, dataLock))
	if err != nil {
		t.Fatal(err)
	}
	i.kept.lock = f
}

func TestDataDirRefuses(t *testing.T) {
	leavesNothing(t)
	f := needPostgres(t, PostgresOptions{})
	installed := append(f.inPath(t.Context()), f.inFolders(t.Context())...)[0]
	tests := []struct {
		name  string
		files map[string]string
		want  []string
	}{
		{"other major", map[string]string{"PG_VERSION": "11\n"},
			[]string{"was made by PostgreSQL 11", "found PostgreSQL " + installed.version + " from " + installed.dir, "--pg-bin"}},
		{"very old", map[string]string{"PG_VERSION": "9.6\n"}, []string{"was made by PostgreSQL 9.6, which is too old"}},
		{"something else", map[string]string{"thesis.txt": "years of work"}, []string{"is not empty and holds no PostgreSQL data"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := fastDir(t)
			for name, body := range tt.files {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			_, err := startPostgres(t.Context(), needPostgres(t, PostgresOptions{DataDir: dir}))
			if err == nil {
				t.Fatal("it started")
			}
			for _, want := range append(tt.want, dir) {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the error lacks %q: %v", want, err)
				}
			}
			for name, body := range tt.files {
				if got, err := os.ReadFile(filepath.Join(dir, name)); string(got) != body {
					t.Errorf("%s is now %q, %v", name, got, err)
				}
			}
		})
	}
}

// The major version is checked for a server that was named, too.
func TestDataDirRefusesBinDir(t *testing.T) {
	leavesNothing(t)
	dir := fastDir(t)
	if err := os.WriteFile(filepath.Join(dir, "PG_VERSION"), []byte("15\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	opt := PostgresOptions{DataDir: dir, BinDir: fakeServer(t, "", "")}
	_, err := startPostgres(t.Context(), newFinder(opt))
	if err == nil || !strings.Contains(err.Error(), "was made by PostgreSQL 15") || !strings.Contains(err.Error(), "found PostgreSQL 16.3 from "+opt.BinDir) {
		t.Errorf("error: %v", err)
	}
}

// Data whose making was interrupted is made anew.
func TestDataDirUnfinished(t *testing.T) {
	leavesNothing(t)
	dir := fastDir(t)
	for name, body := range map[string]string{dataLock: "unfinished\n", "PG_VERSION": "11\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if acct, err := serverAccount(postgresEngine(), ""); err != nil || acct.give(dir) != nil {
		t.Fatal(err)
	}
	i := start(t, needPostgres(t, PostgresOptions{DataDir: dir}))
	query(t, i.URL("", ""), "select 1")
	if info, err := os.Stat(filepath.Join(dir, dataLock)); err != nil || info.Size() != 0 {
		t.Errorf("the data still counts as unfinished: %v, %v", info, err)
	}
}

// Root's folders are closed to the user the server runs as.
func TestDataDirOutOfReach(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root runs the server as somebody else")
	}
	leavesNothing(t)
	closed := everybodysDir(t)
	if err := os.Chmod(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := startPostgres(t.Context(), needPostgres(t, PostgresOptions{DataDir: filepath.Join(closed, "data")}))
	if err == nil || !strings.Contains(err.Error(), "cannot enter "+closed) {
		t.Errorf("error: %v", err)
	}
	opt := PostgresOptions{BinDir: filepath.Join(closed, "bin")}
	if err := os.Rename(fakeServer(t, "", ""), opt.BinDir); err != nil {
		t.Fatal(err)
	}
	if _, err = startPostgres(t.Context(), newFinder(opt)); err == nil || !strings.Contains(err.Error(), "cannot enter "+closed) {
		t.Errorf("error: %v", err)
	}
}

// Root opens data as the user it belongs to.
func TestDataDirOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root runs the server as somebody else")
	}
	leavesNothing(t)
	dir := filepath.Join(fastDir(t), "data")
	t.Setenv("SUDO_USER", "nobody")
	first := start(t, needPostgres(t, PostgresOptions{DataDir: dir}))
	if !strings.HasSuffix(first.Description(), `, run as "nobody"`) {
		t.Errorf("Description is %q", first.Description())
	}
	if err := first.Stop(); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SUDO_USER", "")
	second := start(t, needPostgres(t, PostgresOptions{DataDir: dir}))
	if !strings.HasSuffix(second.Description(), `, run as "nobody"`) {
		t.Errorf("Description is %q", second.Description())
	}
}

func FuzzPostmasterPid(f *testing.F) {
	f.Add("1234\n/data\n")
	f.Add("-1\n")
	f.Add(" 7")
	f.Fuzz(func(t *testing.T, text string) {
		dir := fastDir(t)
		if err := os.WriteFile(filepath.Join(dir, "postmaster.pid"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		pid := postmasterPid(dir)
		if pid == 0 {
			return
		}
		if pid < 2 || !strings.Contains(text, strconv.Itoa(pid)[1:]) {
			t.Errorf("%q is read as %d", text, pid)
		}
	})
}

func TestLock(t *testing.T) {
	file := filepath.Join(t.TempDir(), "lock")
	f, err := openLock(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := openLock(file); !errors.Is(err, errLocked) {
		t.Errorf("the second lock: %v", err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	f, err = waitLock(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
}
