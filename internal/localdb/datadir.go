package localdb

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// dataLock is our file in kept data. It is locked while a server runs on the
// data, and says "unfinished" while the data is being made.
const dataLock = appName + ".lock"

// keptData is a folder with data that outlives the server.
type keptData struct {
	dir    string
	engine *engine
	lock   *os.File

	created bool // the folder is ours
	whole   bool // the data is there, so it is not ours to delete
}

// openKeptData takes possession of a folder, and creates it if need be.
func openKeptData(e *engine, dir string, acct account) (_ *keptData, err error) {
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	k := &keptData{dir: dir, engine: e}
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		k.created = true
		err = errors.Join(mkdirAll(filepath.Dir(dir)), os.Mkdir(dir, 0o700))
	}
	if err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}
	made := false
	for _, entry := range entries {
		made = made || entry.Name() == e.mark || entry.Name() == dataLock
	}
	if !made {
		if len(entries) > 0 {
			return nil, k.foreign()
		}
		if err := errors.Join(os.Chmod(dir, 0o700), acct.give(dir)); err != nil {
			return nil, fmt.Errorf("data directory: %w", err)
		}
	}
	if err := acct.canReach(filepath.Join(dir, e.mark)); err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}
	k.lock, err = openLock(filepath.Join(dir, dataLock))
	if errors.Is(err, errLocked) {
		return nil, k.inUse()
	}
	if err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}
	if err := k.read(acct); err != nil {
		return nil, errors.Join(err, k.close())
	}
	return k, nil
}

// foreign says that the folder holds something else.
func (k *keptData) foreign() error {
	return fmt.Errorf("data directory %s is not empty and holds no %s data: give a new or an empty folder", k.dir, k.engine.name)
}

// inUse names the server that has the data.
func (k *keptData) inUse() error {
	by := "another server"
	if pid := k.engine.serverOf(k.dir); pid > 0 {
		by = fmt.Sprintf("another server (process %d)", pid)
	}
	return fmt.Errorf("data directory %s is in use by %s: stop that one, or use another data directory", k.dir, by)
}

// read learns what is in the folder. What an interrupted start left is deleted.
func (k *keptData) read(acct account) error {
	k.whole = true // until shown otherwise
	if err := acct.give(k.lock.Name()); err != nil {
		return err
	}
	if k.engine.serverOf(k.dir) > 0 {
		return k.inUse()
	}
	info, err := k.lock.Stat()
	if err != nil {
		return err
	}
	if info.Size() > 0 { // unfinished
		k.whole = false
		return empty(k.dir)
	}
	if _, err := os.Stat(filepath.Join(k.dir, k.engine.mark)); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	entries, err := os.ReadDir(k.dir)
	if err != nil {
		return err
	}
	if len(entries) > 1 { // more than the lock, so another engine's
		return k.foreign()
	}
	k.whole = false
	return k.mark("unfinished\n")
}

// finish notes that the data is there, once the disk has it.
func (k *keptData) finish() error {
	if err := syncTree(k.dir); err != nil {
		return err
	}
	if err := k.mark(""); err != nil {
		return err
	}
	k.whole = true
	return nil
}

// syncTree has everything in a folder written to the disk.
func syncTree(dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() && !d.Type().IsRegular() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		return errors.Join(f.Sync(), f.Close())
	})
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
