package localdb

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// dataLock is our file in kept data. It is locked while a server runs on the
// data, and says "unfinished" while the data is being made.
const dataLock = appName + ".lock"

// keptData is a folder with data that outlives the server.
type keptData struct {
	dir   string
	lock  *os.File
	major int // of the PostgreSQL that made it; 0 if it is new

	created bool // the folder is ours
	whole   bool // the data is there, so it is not ours to delete
}

// openKeptData takes possession of a folder, and creates it if need be.
func openKeptData(dir string, acct account) (_ *keptData, err error) {
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	k := &keptData{dir: dir}
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		k.created = true
		err = errors.Join(mkdirAll(filepath.Dir(dir)), os.Mkdir(dir, 0o700))
	}
	if err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}
	made := false
	for _, e := range entries {
		made = made || e.Name() == "PG_VERSION" || e.Name() == dataLock
	}
	if !made {
		if len(entries) > 0 {
			return nil, fmt.Errorf("data directory %s is not empty and holds no PostgreSQL data: give a new or an empty folder", dir)
		}
		if err := errors.Join(os.Chmod(dir, 0o700), acct.give(dir)); err != nil {
			return nil, fmt.Errorf("data directory: %w", err)
		}
	}
	if err := acct.canReach(filepath.Join(dir, "PG_VERSION")); err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}
	k.lock, err = openLock(filepath.Join(dir, dataLock))
	if errors.Is(err, errLocked) {
		return nil, inUse(dir)
	}
	if err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}
	if err := k.read(acct); err != nil {
		return nil, errors.Join(err, k.close())
	}
	return k, nil
}

// inUse names the server that has the data.
func inUse(dir string) error {
	by := "another server"
	if pid := postmasterPid(dir); pid > 0 {
		by = fmt.Sprintf("another server (process %d)", pid)
	}
	return fmt.Errorf("data directory %s is in use by %s: stop that one, or use another data directory", dir, by)
}

// postmasterPid reads the process number a server leaves in its data; 0 means
// that there is none.
func postmasterPid(dir string) int {
	data, err := os.ReadFile(filepath.Join(dir, "postmaster.pid"))
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(data), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil || pid < 2 {
		return 0
	}
	return pid
}

// read learns what is in the folder. What an interrupted start left is deleted.
func (k *keptData) read(acct account) error {
	k.whole = true // until shown otherwise
	if err := acct.give(k.lock.Name()); err != nil {
		return err
	}
	if pid := postmasterPid(k.dir); pid > 0 && strings.Contains(commandLine(pid), "postgres") {
		return inUse(k.dir)
	}
	info, err := k.lock.Stat()
	if err != nil {
		return err
	}
	if info.Size() > 0 { // unfinished
		k.whole = false
		return empty(k.dir)
	}
	data, err := os.ReadFile(filepath.Join(k.dir, "PG_VERSION"))
	if errors.Is(err, os.ErrNotExist) {
		k.whole = false
		return k.mark("unfinished\n")
	}
	if err != nil {
		return err
	}
	text := strings.TrimSpace(string(data))
	if k.major, err = strconv.Atoi(text); err != nil {
		return fmt.Errorf("data directory %s was made by PostgreSQL %s, which is too old", k.dir, clip(text, 20))
	}
	return nil
}

// finish notes that the data is there.
func (k *keptData) finish() error {
	if err := k.mark(""); err != nil {
		return err
	}
	k.whole = true
	return nil
}

// mark notes in the lock how far the data is; "" is finished.
func (k *keptData) mark(state string) error {
	if err := k.lock.Truncate(0); err != nil {
		return err
	}
	if _, err := k.lock.WriteAt([]byte(state), 0); err != nil {
		return err
	}
	return k.lock.Sync()
}

// close gives up the folder, and deletes what is not whole.
func (k *keptData) close() error {
	if k == nil {
		return nil
	}
	if k.whole {
		return k.lock.Close()
	}
	err := errors.Join(empty(k.dir), os.Remove(k.lock.Name()))
	if k.created && err == nil {
		err = os.Remove(k.dir)
	}
	return errors.Join(err, k.lock.Close())
}
