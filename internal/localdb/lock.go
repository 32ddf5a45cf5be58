package localdb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// errLocked says that another process holds a lock.
var errLocked = errors.New("locked by another process")

// openLock creates or opens a file and locks it, or fails with errLocked. The
// kernel frees the lock when the file is closed or its process ends.
func openLock(path string) (*os.File, error) { return lockFile(path, os.O_CREATE) }

// openOldLock is openLock for a file that has to be there.
func openOldLock(path string) (*os.File, error) { return lockFile(path, 0) }

func lockFile(path string, flag int) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|flag, 0o600)
	if err != nil {
		return nil, err
	}
	if err := tryLock(f); err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// waitLock is openLock that waits for its turn.
func waitLock(ctx context.Context, path string) (*os.File, error) {
	for {
		f, err := openLock(path)
		if !errors.Is(err, errLocked) {
			return f, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}
