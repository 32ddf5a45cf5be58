package localdb

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// appName is the name of our folders.
const appName = "auroradataapi"

// cacheDir returns the folder that keeps what is made or fetched once, the
// named one or else the usual one, and creates it. Root's own cache would be closed to the user the server runs as,
// so root keeps it where everybody can read.
func cacheDir(named string) (string, error) {
	if named != "" {
		dir, err := filepath.Abs(named)
		if err != nil {
			return "", err
		}
		return dir, mkdirAll(dir)
	}
	if dir := usualCache(); dir != "" && mkdirAll(dir) == nil && writable(dir) {
		return dir, nil
	}
	return privateTemp()
}

func usualCache() string {
	if os.Geteuid() != 0 {
		dir, err := os.UserCacheDir()
		if err != nil {
			return ""
		}
		return filepath.Join(dir, appName)
	}
	if runtime.GOOS == "darwin" {
		return filepath.Join("/Library/Caches", appName)
	}
	return filepath.Join("/var/cache", appName)
}

// mkdirAll makes a folder and those above it. What root makes is open to the
// user the server runs as, whatever the umask.
func mkdirAll(dir string) error {
	if os.Geteuid() != 0 {
		return os.MkdirAll(dir, 0o755)
	}
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil
	}
	if err := mkdirAll(filepath.Dir(dir)); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		if errors.Is(err, os.ErrExist) {
			err = os.MkdirAll(dir, 0o755) // another process was faster, or it is a file
		}
		return err
	}
	return os.Chmod(dir, 0o755)
}

// writable tries it, for permission bits do not know of read-only mounts.
func writable(dir string) bool {
	f, err := os.CreateTemp(dir, ".try-*")
	if err != nil {
		return false
	}
	f.Close()
	return os.Remove(f.Name()) == nil
}

// privateTemp is the cache of a user without a home: a folder among everybody's
// temporary files, trusted only if it is ours.
func privateTemp() (string, error) {
	euid := os.Geteuid()
	dir := filepath.Join(os.TempDir(), appName+"-cache-"+strconv.Itoa(euid))
	if err := os.Mkdir(dir, 0o755); err != nil && !os.IsExist(err) {
		return "", fmt.Errorf("no folder for the cache: %w; name one with the cache folder option", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return "", err
	}
	if uid, _ := ownerOf(info); !info.IsDir() || uid != euid || info.Mode().Perm()&0o022 != 0 {
		return "", fmt.Errorf("%s is not a folder that only we can write to: delete it, or set HOME", dir)
	}
	return dir, nil
}

// runBases lists the folders that may hold running servers, best first: memory
// where there is enough of it, then the folder for temporary files.
func runBases() []string {
	var bases []string
	if dir := memoryFolder(); dir != "" {
		bases = append(bases, dir)
	}
	if dir, err := filepath.Abs(os.TempDir()); err == nil {
		bases = append(bases, dir)
	}
	if os.TempDir() != "/tmp" {
		bases = append(bases, "/tmp")
	}
	return bases
}

// filesNamed lists what is in a folder under such names. Unlike a pattern, it
// takes the folder's own name as it is.
func filesNamed(dir, prefix, suffix string) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var files []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), prefix) && strings.HasSuffix(e.Name(), suffix) {
			files = append(files, filepath.Join(dir, e.Name()))
		}
	}
	return files
}
