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
	durable := map[string][2]string{
		"PostgreSQL": {"show fsync", "on"},
		"MySQL":      {"select concat(@@innodb_flush_log_at_trx_commit, @@innodb_doublewrite in ('1', 'ON'), @@innodb_flush_method in ('fsync', 'O_DIRECT'))", "111"},
	}
	eachKind(t, func(t *testing.T, k kind) {
		leavesNothing(t)
		opt := kindOptions{DataDir: filepath.Join(k.dir(t), "a", "data")}
		for n := range 3 {
			i := k.run(t, opt)
			if n == 0 {
				k.ask(t, k.source(i), "create schema app", "create table app.t (n int)")
				if got := k.ask(t, k.source(i), durable[k.name][0]); got != durable[k.name][1] {
					t.Errorf("%s is %s for data that is kept", durable[k.name][0], got)
				}
			}
			k.ask(t, k.source(i), "insert into app.t values (1)")
			if got := k.ask(t, k.source(i), "select count(*) from app.t"); got != strconv.Itoa(n+1) {
				t.Errorf("start %d: %s rows", n+1, got)
			}
			if err := i.Stop(); err != nil {
				t.Fatal(err)
			}
			if files := filesNamed(opt.DataDir, "", ".pid"); len(files) > 0 {
				t.Errorf("the server was not ended in order: it left %v", files)
			}
		}
	})
}

func TestDataDirInUse(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		leavesNothing(t)
		opt := kindOptions{DataDir: filepath.Join(k.dir(t), "data")}
		i := k.run(t, opt)
		want := "data directory " + opt.DataDir + " is in use by another server (process " + strconv.Itoa(serverPid(i)) + ")"
		for _, by := range []string{"us", "a server we did not start"} {
			if by != "us" {
				if err := i.kept.lock.Close(); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := k.start(t.Context(), opt); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("by %s: error is %v, want %q", by, err, want)
			}
		}
		k.ask(t, k.source(i), "select 1")
		// The lock was closed above, which Stop would report.
		f, err := openLock(filepath.Join(opt.DataDir, dataLock))
		if err != nil {
			t.Fatal(err)
		}
		i.kept.lock = f
	})
}

// Data of one engine is not an empty folder for another, although our lock is
// in it.
func TestDataDirOfAnotherEngine(t *testing.T) {
	for _, names := range [][2]string{{"PostgreSQL", "ibdata1"}, {"MySQL", "PG_VERSION"}} {
		t.Run(names[0], func(t *testing.T) {
			leavesNothing(t)
			k := kindNamed(names[0])
			dir := k.dir(t)
			for _, name := range []string{dataLock, names[1]} {
				if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			_, err := k.start(t.Context(), kindOptions{DataDir: dir})
			if err == nil || !strings.Contains(err.Error(), "is not empty and holds no "+k.name+" data") {
				t.Errorf("error: %v", err)
			}
			if _, err := os.Stat(filepath.Join(dir, names[1])); err != nil {
				t.Errorf("the other engine's data was touched: %v", err)
			}
		})
	}
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
	eachKind(t, func(t *testing.T, k kind) {
		leavesNothing(t)
		dir := k.dir(t)
		for _, name := range []string{dataLock, "PG_VERSION", "ibdata1"} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte("unfinished\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if acct, err := serverAccount(k.engine, ""); err != nil || acct.give(dir) != nil {
			t.Fatal(err)
		}
		i := k.run(t, kindOptions{DataDir: dir})
		k.ask(t, k.source(i), "select 1")
		if info, err := os.Stat(filepath.Join(dir, dataLock)); err != nil || info.Size() != 0 {
			t.Errorf("the data still counts as unfinished: %v, %v", info, err)
		}
	})
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
	for _, k := range kinds() {
		_, err := k.start(t.Context(), kindOptions{DataDir: filepath.Join(closed, "data")})
		if err == nil || !strings.Contains(err.Error(), "cannot enter "+closed) {
			t.Errorf("%s: %v", k.name, err)
		}
	}
	opt := PostgresOptions{BinDir: filepath.Join(closed, "bin")}
	if err := os.Rename(fakeServer(t, "", ""), opt.BinDir); err != nil {
		t.Fatal(err)
	}
	if _, err := startPostgres(t.Context(), newFinder(opt)); err == nil || !strings.Contains(err.Error(), "cannot enter "+closed) {
		t.Errorf("error: %v", err)
	}
}

// Root opens data as the user it belongs to.
func TestDataDirOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root runs the server as somebody else")
	}
	eachKind(t, func(t *testing.T, k kind) {
		leavesNothing(t)
		opt := kindOptions{DataDir: filepath.Join(k.dir(t), "data")}
		for _, user := range []string{"nobody", ""} {
			t.Setenv("SUDO_USER", user)
			i := k.run(t, opt)
			if !strings.HasSuffix(i.Description(), `, run as "nobody"`) {
				t.Errorf("Description is %q", i.Description())
			}
			if err := i.Stop(); err != nil {
				t.Fatal(err)
			}
		}
	})
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
