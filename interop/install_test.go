package interop_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// installTime is how long npm may take.
const installTime = 3 * time.Minute

// manifest is what decides which packages are installed.
var manifest = []string{"package.json", "package-lock.json", ".npmrc"}

// installed returns the node_modules folder with the packages of the lock file.
// They lie outside of the tree, in the user's cache, and are installed when no
// run before did so. A folder there is complete: it gets its name when it is.
func installed(t *testing.T, with tools) (folder string) {
	t.Helper()
	hash := sha256.New()
	for _, name := range manifest {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(hash, "%s %d\n%s", name, len(text), text)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatalf("no folder to install packages in: %v", err)
	}
	cache = filepath.Join(cache, "auroradataapi")
	home := filepath.Join(cache, fmt.Sprintf("interop-%x", hash.Sum(nil)[:8]))
	folder = filepath.Join(home, "node_modules")
	if _, err := os.Stat(folder); err == nil {
		return folder
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		t.Fatal(err)
	}
	work, err := os.MkdirTemp(cache, "interop-new-*")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(work)
	npmInstall(t, with, work)
	// Whoever was faster has installed the same.
	if err := os.Rename(work, home); err != nil {
		if _, exists := os.Stat(folder); exists != nil {
			t.Fatal(errors.Join(err, exists))
		}
	}
	return folder
}

// npmInstall installs the packages below a folder. Their scripts are not run.
func npmInstall(t *testing.T, with tools, folder string) {
	t.Helper()
	for _, name := range manifest {
		copyFile(t, name, filepath.Join(folder, name))
	}
	ctx, cancel := context.WithTimeout(t.Context(), installTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, with.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")
	cmd.Dir = folder
	cmd.WaitDelay = 5 * time.Second
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("npm ci: %v\n%s", errors.Join(err, context.Cause(ctx)), out)
	}
	if _, err := os.Stat(filepath.Join(folder, "node_modules")); err != nil {
		t.Fatalf("npm ci has installed nothing: %v", err)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, text, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}
