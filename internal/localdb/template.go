package localdb

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// templates makes empty clusters. Making one takes a server most of a second
// or more, unpacking one that it once made takes a tenth of it.
type templates struct {
	engine  *engine
	program program
	acct    account
	cache   string  // where the template is kept
	run     *runDir // where one is made
	notice  notice
}

// path names the template after everything it depends on. Its first part
// stands for the folder of the server, its second for that server's build.
func (t *templates) path() string {
	return filepath.Join(t.cache, t.group()+digest(t.program.about().stamp, t.program.layout())+".tar")
}

func (t *templates) group() string {
	return t.engine.cache + digest(t.program.about().dir) + "-"
}

func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:6])
}

// cluster makes dir an empty cluster, owned by the account.
func (t *templates) cluster(ctx context.Context, dir string) error {
	if t.unpack(ctx, t.path(), dir) == nil {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	// One process makes the template, the others wait for it. A cache without
	// locks costs time, not correctness.
	lock, err := waitLock(ctx, filepath.Join(t.cache, t.group()+"lock"))
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err == nil {
		defer lock.Close()
		if t.unpack(ctx, t.path(), dir) == nil {
			return nil
		}
		t.forget(".tmp")
	}
	file, err := t.make(ctx)
	if err != nil {
		return err
	}
	return t.unpack(ctx, file, dir)
}

// errNoCluster says that a template holds nothing, because its disk was cut off
// before the data reached it.
var errNoCluster = errors.New("no cluster in the archive")

// unpack fills dir, or leaves it empty.
func (t *templates) unpack(ctx context.Context, file, dir string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	err = untarCluster(ctx, f, dir, t.acct)
	if err == nil {
		if _, statErr := os.Stat(filepath.Join(dir, t.engine.whole)); statErr != nil {
			err = errNoCluster
		}
	}
	if err != nil {
		return errors.Join(fmt.Errorf("unpack %s: %w", file, err), empty(dir))
	}
	return nil
}

// empty deletes what is in a folder, but for our lock.
func empty(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	var errs []error
	for _, e := range entries {
		if e.Name() != dataLock {
			errs = append(errs, os.RemoveAll(filepath.Join(dir, e.Name())))
		}
	}
	return errors.Join(errs...)
}

// make has the server make a cluster and keeps it, in the cache if that can be
// written to.
func (t *templates) make(ctx context.Context) (string, error) {
	work := filepath.Join(t.run.path, "init")
	defer removeAll(work)
	if err := t.program.create(ctx, t.acct, work); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err() // not that the server was killed for it
		}
		return "", err
	}
	file := t.path()
	err := t.save(ctx, work, file)
	if err == nil {
		t.forget(".tar")
		return file, nil
	}
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	t.notice.say("the prepared database cannot be kept, each start will take longer: %v", err)
	file = filepath.Join(t.run.path, "cluster.tar")
	return file, t.save(ctx, work, file)
}

// save writes the archive beside its place and renames it, so that a template
// that is there is whole.
func (t *templates) save(ctx context.Context, dir, file string) (err error) {
	f, err := os.CreateTemp(filepath.Dir(file), t.group()+"*.tmp")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	err = tarDir(ctx, f, dir)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), file)
}

// forget deletes what is of no more use: unfinished templates, and those of
// earlier builds in the same folder.
func (t *templates) forget(suffix string) {
	for _, file := range filesNamed(t.cache, t.group(), suffix) {
		if file != t.path() {
			_ = os.Remove(file) // it costs space, no more
		}
	}
}
