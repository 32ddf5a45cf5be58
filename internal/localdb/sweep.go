package localdb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// sweep ends and deletes what owners left that were killed: folders of ours
// whose lock is free. It does what it can; what it cannot do must not keep a
// new server from starting.
func sweep(ctx context.Context, bases []string) {
	for _, base := range bases {
		entries, err := os.ReadDir(base)
		if err != nil {
			continue
		}
		for _, e := range entries {
			path := filepath.Join(base, e.Name())
			switch {
			case ctx.Err() != nil:
				return
			case !strings.HasPrefix(e.Name(), appName+"-"), !isOurs(path):
			case strings.HasPrefix(e.Name(), runPrefix):
				sweepRun(path)
			case strings.HasPrefix(e.Name(), newPrefix):
				sweepOld(path)
			}
		}
	}
}

// isOurs reports whether path is a folder that we, not somebody who shares the
// folder for temporary files, created.
func isOurs(path string) bool {
	info, err := os.Lstat(path)
	if err != nil || !info.IsDir() {
		return false
	}
	uid, _ := ownerOf(info)
	return uid == os.Geteuid()
}

// sweepRun removes a server's folder, and the server, if its owner is gone.
func sweepRun(path string) {
	lock, err := openOldLock(filepath.Join(path, "lock"))
	if errors.Is(err, os.ErrNotExist) {
		sweepOld(path) // its owner is about to remove it, or was killed at that
		return
	}
	if err != nil {
		return
	}
	r := &runDir{path: path, lock: lock}
	r.endServer()
	_ = r.remove()
}

// sweepOld removes a folder without a lock, unless somebody may still be at
// work in it.
func sweepOld(path string) {
	if info, err := os.Lstat(path); err == nil && time.Since(info.ModTime()) > time.Minute {
		_ = removeAll(path)
	}
}

// note remembers, for the one who sweeps, the server, the signal that ends it
// and how long that may take.
func (r *runDir) note(pid int, sig syscall.Signal, patience time.Duration) error {
	return os.WriteFile(r.pidFile(), fmt.Appendf(nil, "%d %d %s\n", pid, int(sig), patience), 0o600)
}

// endServer ends the server that was started in this folder, if it still runs.
// The number alone proves nothing, for numbers are used again: the process has
// to carry the folder's name in its arguments.
func (r *runDir) endServer() {
	data, err := os.ReadFile(r.pidFile())
	if err != nil {
		return
	}
	var pid, sig int
	var text string
	if _, err := fmt.Sscan(string(data), &pid, &sig, &text); err != nil || pid < 2 || sig < 1 {
		return
	}
	patience, err := time.ParseDuration(text)
	if err != nil {
		return
	}
	if !strings.Contains(commandLine(pid), r.path) || signalProcess(pid, syscall.Signal(sig)) != nil {
		return
	}
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if !strings.Contains(commandLine(pid), r.path) {
			return
		}
	}
	_ = killGroup(pid)
}
