package localdb

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	// runPrefix begins the name of a running server's folder. It is short,
	// because the path of a socket may have 103 bytes at most.
	runPrefix = appName + "-run-"
	// newPrefix begins its name until it is locked.
	newPrefix = appName + "-new-"
	// maxSocketPath is what the smallest system allows, macOS.
	maxSocketPath = 103
)

// runDir is the folder of one running server: its socket, its log, its
// throw-away data, and a lock that is held as long as its owner lives.
type runDir struct {
	path string
	lock *os.File
}

// newRunDir creates the folder. It gets its final name only once it is locked,
// so whoever finds it unlocked knows that its owner is gone.
func newRunDir(acct account, bases []string, socket string) (*runDir, error) {
	var errs []error
	for _, base := range bases {
		r, err := newRunDirIn(acct, base, socket)
		if err == nil {
			return r, nil
		}
		errs = append(errs, err)
	}
	return nil, fmt.Errorf("no folder to run a server in: %w", errors.Join(errs...))
}

func newRunDirIn(acct account, base, socket string) (_ *runDir, err error) {
	path, err := os.MkdirTemp(base, newPrefix)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(path)
		}
	}()
	r := &runDir{path: filepath.Join(base, strings.Replace(filepath.Base(path), newPrefix, runPrefix, 1))}
	if len(filepath.Join(r.socketDir(), socket)) > maxSocketPath {
		return nil, fmt.Errorf("%s: its name is too long for a socket", base)
	}
	if err := acct.canReach(path); err != nil {
		return nil, err
	}
	if acct.drop {
		// The server passes through, it cannot write here.
		if err := os.Chmod(path, 0o711); err != nil {
			return nil, err
		}
	}
	sockets := filepath.Join(path, filepath.Base(r.socketDir()))
	if err := acct.mkdir(sockets); err != nil {
		return nil, err
	}
	if r.lock, err = openLock(filepath.Join(path, "lock")); err != nil {
		return nil, err
	}
	if err := os.Rename(path, r.path); err != nil {
		r.lock.Close()
		return nil, err
	}
	return r, nil
}

func (r *runDir) socketDir() string { return filepath.Join(r.path, "s") }
func (r *runDir) dataDir() string   { return filepath.Join(r.path, "data") }
func (r *runDir) logFile() string   { return filepath.Join(r.path, "log") }
func (r *runDir) pidFile() string   { return filepath.Join(r.path, "pid") }

// remove deletes the folder, then gives up the lock. Processes that are about
// to end may still add a file, hence the second and third try.
func (r *runDir) remove() error {
	defer r.lock.Close()
	return removeAll(r.path)
}

func removeAll(path string) error {
	err := os.RemoveAll(path)
	for try := 0; err != nil && try < 20; try++ {
		time.Sleep(10 * time.Millisecond)
		err = os.RemoveAll(path)
	}
	return err
}
