package localdb

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A server whose owner is gone is ended by the sweep, also where the kernel
// does not do it.
func TestSweepEndsServer(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		for _, kept := range []string{"", filepath.Join(k.dir(t), "data")} {
			t.Run("kept="+strconv.FormatBool(kept != ""), func(t *testing.T) {
				leavesNothing(t)
				i, err := k.start(t.Context(), kindOptions{DataDir: kept})
				if err != nil {
					t.Fatal(err)
				}
				// The kernel frees the lock of an owner that is killed.
				if err := i.run.lock.Close(); err != nil {
					t.Fatal(err)
				}
				sweep(t.Context(), runBases())
				select {
				case <-i.Done():
				case <-time.After(time.Minute):
					t.Error("the server still runs")
				}
				if _, err := os.Stat(i.run.path); !os.IsNotExist(err) {
					t.Errorf("%s is still there: %v", i.run.path, err)
				}
				if err := i.Stop(); err == nil || !strings.Contains(err.Error(), "had ended on its own") {
					t.Errorf("Stop: %v", err)
				}
			})
		}
	})
}

// The sweep leaves alone what is in use, what it did not make, and processes
// that only have the number of a server that is gone.
func TestSweepSpares(t *testing.T) {
	leavesNothing(t)
	base := everybodysDir(t)
	acct, err := serverAccount(postgresEngine(), "")
	if err != nil {
		t.Fatal(err)
	}
	used, err := newRunDir(acct, []string{base}, postgresEngine().socket)
	if err != nil {
		t.Fatal(err)
	}
	defer used.remove()
	orphan, err := newRunDir(acct, []string{base}, postgresEngine().socket)
	if err != nil {
		t.Fatal(err)
	}
	if err := orphan.note(os.Getpid(), syscall.SIGQUIT, time.Second); err != nil { // were it signalled, this test would end
		t.Fatal(err)
	}
	if err := orphan.lock.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{appName + "-other", runPrefix + "young", runPrefix + "old", newPrefix + "young", newPrefix + "old"} {
		if err := os.Mkdir(filepath.Join(base, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	target := everybodysDir(t)
	if err := os.Symlink(target, filepath.Join(base, runPrefix+"link")); err != nil {
		t.Fatal(err)
	}
	longAgo := time.Now().Add(-time.Hour)
	for _, prefix := range []string{runPrefix, newPrefix} {
		if err := os.Chtimes(filepath.Join(base, prefix+"old"), longAgo, longAgo); err != nil {
			t.Fatal(err)
		}
	}
	if os.Geteuid() == 0 {
		foreign := filepath.Join(base, runPrefix+"foreign")
		if err := os.Mkdir(foreign, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(foreign, acct.uid, acct.gid); err != nil {
			t.Fatal(err)
		}
	}
	sweep(t.Context(), []string{base})
	left := map[string]bool{}
	for _, file := range filesNamed(base, "", "") {
		left[filepath.Base(file)] = true
	}
	want := map[string]bool{
		filepath.Base(used.path):   true,
		filepath.Base(orphan.path): false,
		appName + "-other":         true,
		newPrefix + "young":        true,
		newPrefix + "old":          false,
		runPrefix + "link":         true,
		runPrefix + "young":        true,
		runPrefix + "old":          false,
	}
	if os.Geteuid() == 0 {
		want[runPrefix+"foreign"] = true
	}
	for name, want := range want {
		if left[name] != want {
			t.Errorf("%s: left is %v, want %v", name, left[name], want)
		}
	}
	if _, err := os.Stat(target); err != nil {
		t.Errorf("the sweep followed a link: %v", err)
	}
}

func TestRunDirNeedsShortName(t *testing.T) {
	acct, err := serverAccount(postgresEngine(), "")
	if err != nil {
		t.Fatal(err)
	}
	long := filepath.Join(everybodysDir(t), strings.Repeat("x", 80))
	if err := os.Mkdir(long, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := newRunDir(acct, []string{long}, postgresEngine().socket); err == nil || !strings.Contains(err.Error(), "too long for a socket") {
		t.Errorf("error: %v", err)
	}
	if left := filesNamed(long, "", ""); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	r, err := newRunDir(acct, []string{"/nowhere", long, os.TempDir()}, postgresEngine().socket)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.remove(); err != nil {
		t.Error(err)
	}
}
