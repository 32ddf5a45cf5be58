package localdb

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// maxUnpacked bounds what an archive may unfold to.
const maxUnpacked = 1 << 30

// untarGzip unpacks the files below prefix, readable for everybody.
func untarGzip(ctx context.Context, r io.Reader, prefix, dst string) error {
	zr, err := gzip.NewReader(bufio.NewReaderSize(r, 1<<20))
	if err != nil {
		return err
	}
	err = untar(ctx, zr, dst, func(h *tar.Header) (string, fs.FileMode) {
		name, ok := strings.CutPrefix(path.Clean(h.Name), prefix)
		switch {
		case !ok:
			return "", 0
		case h.Typeflag == tar.TypeDir || h.Mode&0o100 != 0:
			return name, 0o755
		}
		return name, 0o644
	}, 0o755, account{})
	return errors.Join(err, zr.Close())
}

// untarCluster unpacks a cluster, for the account's eyes only.
func untarCluster(ctx context.Context, r io.Reader, dst string, acct account) error {
	return untar(ctx, r, dst, func(h *tar.Header) (string, fs.FileMode) {
		if h.Typeflag == tar.TypeDir {
			return path.Clean(h.Name), 0o700
		}
		return path.Clean(h.Name), 0o600
	}, 0o700, acct)
}

// untar unpacks folders and plain files into dst, which it creates. place says
// where an entry goes, with which mode; "" leaves it out. Nothing leaves dst:
// os.Root does not follow a path out of it.
func untar(ctx context.Context, r io.Reader, dst string, place func(*tar.Header) (string, fs.FileMode), dirMode fs.FileMode, acct account) error {
	if err := os.MkdirAll(dst, dirMode); err != nil {
		return err
	}
	root, err := os.OpenRoot(dst)
	if err != nil {
		return err
	}
	defer root.Close()
	u := unpacker{root: root, dirMode: dirMode, acct: acct, dirs: map[string]bool{}}
	if err := u.own(".", dirMode); err != nil {
		return err
	}
	for tr := tar.NewReader(r); ; {
		h, err := tr.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		name, mode := place(h)
		if name == "" || name == "." {
			continue
		}
		switch h.Typeflag {
		case tar.TypeDir:
			err = u.mkdir(name)
		case tar.TypeReg:
			err = u.file(name, mode, tr, h.Size)
		default:
			err = fmt.Errorf("%s: entry of type %q is neither file nor folder", h.Name, h.Typeflag)
		}
		if err != nil {
			return err
		}
	}
}

// unpacker writes the entries of one archive.
type unpacker struct {
	root    *os.Root
	dirMode fs.FileMode
	acct    account
	dirs    map[string]bool // made already
	written int64
}

// own sets a folder's mode, whatever the umask, and its owner.
func (u *unpacker) own(name string, mode fs.FileMode) error {
	if err := u.root.Chmod(name, mode); err != nil {
		return err
	}
	if u.acct.drop {
		return u.root.Lchown(name, u.acct.uid, u.acct.gid)
	}
	return nil
}

// mkdir makes a folder and those above it.
func (u *unpacker) mkdir(name string) error {
	if name == "." || u.dirs[name] {
		return nil
	}
	if name == ".." || strings.HasPrefix(name, "../") || path.IsAbs(name) {
		return fmt.Errorf("%s: leads out of the archive", name)
	}
	if err := u.mkdir(path.Dir(name)); err != nil {
		return err
	}
	if err := u.root.Mkdir(name, u.dirMode); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	u.dirs[name] = true
	return u.own(name, u.dirMode)
}

func (u *unpacker) file(name string, mode fs.FileMode, r io.Reader, size int64) error {
	if u.written += size; u.written > maxUnpacked {
		return fmt.Errorf("%s: the archive holds more than %d bytes", name, maxUnpacked)
	}
	if err := u.mkdir(path.Dir(name)); err != nil {
		return err
	}
	f, err := u.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	if err == nil {
		err = f.Chmod(mode)
	}
	if err == nil && u.acct.drop {
		err = f.Chown(u.acct.uid, u.acct.gid)
	}
	return errors.Join(err, f.Close())
}

// tarDir writes a folder's files and folders as an archive.
func tarDir(ctx context.Context, w io.Writer, dir string) error {
	tw := tar.NewWriter(w)
	err := filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		if err != nil || file == dir {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, file)
		if err != nil {
			return err
		}
		h := &tar.Header{Name: filepath.ToSlash(name), Mode: int64(info.Mode().Perm()), Format: tar.FormatUSTAR}
		switch {
		case d.IsDir():
			h.Typeflag = tar.TypeDir
			return tw.WriteHeader(h)
		case !d.Type().IsRegular():
			return fmt.Errorf("%s is neither file nor folder", file)
		}
		h.Typeflag, h.Size = tar.TypeReg, info.Size()
		if err := tw.WriteHeader(h); err != nil {
			return err
		}
		return copyFile(tw, file)
	})
	return errors.Join(err, tw.Close())
}

func copyFile(w io.Writer, file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(w, f)
	return err
}
