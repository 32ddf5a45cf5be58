package localdb

import (
	"archive/tar"
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tree returns what is below a folder: contents by name, "/" for a folder.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		if err != nil || file == dir {
			return err
		}
		name, err := filepath.Rel(dir, file)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if d.IsDir() {
			files[name] = "/" + info.Mode().Perm().String()
			return nil
		}
		body, err := os.ReadFile(file)
		files[name] = string(body) + info.Mode().Perm().String()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestTarRoundTrip(t *testing.T) {
	src := t.TempDir()
	for _, dir := range []string{"base/1", "empty"} {
		if err := os.MkdirAll(filepath.Join(src, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for name, body := range map[string]string{"PG_VERSION": "15\n", "base/1/112": "\x00\x01", "base/none": ""} {
		if err := os.WriteFile(filepath.Join(src, name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var buf bytes.Buffer
	if err := tarDir(t.Context(), &buf, src); err != nil {
		t.Fatal(err)
	}
	dst := filepath.Join(t.TempDir(), "new")
	if err := untarCluster(t.Context(), &buf, dst, account{}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(tree(t, src), tree(t, dst)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTarRefusesLinks(t *testing.T) {
	src := t.TempDir()
	if err := os.Symlink("/etc", filepath.Join(src, "pg_wal")); err != nil {
		t.Fatal(err)
	}
	if err := tarDir(t.Context(), &bytes.Buffer{}, src); err == nil {
		t.Error("a link was taken into an archive")
	}
}

// Whatever an archive says, nothing appears outside of the folder.
func FuzzUntar(f *testing.F) {
	add := func(headers ...tar.Header) {
		var buf bytes.Buffer
		tw := tar.NewWriter(&buf)
		for i := range headers {
			if err := tw.WriteHeader(&headers[i]); err != nil {
				f.Fatal(err)
			}
		}
		if err := tw.Close(); err != nil {
			f.Fatal(err)
		}
		f.Add(buf.Bytes())
	}
	add(tar.Header{Name: "a/b", Mode: 0o600, Typeflag: tar.TypeReg})
	add(tar.Header{Name: "../x", Mode: 0o600, Typeflag: tar.TypeReg})
	add(tar.Header{Name: "../../x", Mode: 0o700, Typeflag: tar.TypeDir})
	add(tar.Header{Name: "/x", Mode: 0o600, Typeflag: tar.TypeReg})
	add(tar.Header{Name: "a", Linkname: "..", Typeflag: tar.TypeSymlink}, tar.Header{Name: "a/x", Typeflag: tar.TypeReg})
	f.Fuzz(func(t *testing.T, data []byte) {
		if unpackedSize(data) > 1<<20 {
			return // a sparse file, for instance: legal, but slow
		}
		outer := fastDir(t)
		inner := filepath.Join(outer, "deep", "in")
		if err := os.Mkdir(filepath.Dir(inner), 0o700); err != nil {
			t.Fatal(err)
		}
		_ = untarCluster(t.Context(), bytes.NewReader(data), inner, account{})
		for dir, want := range map[string]string{outer: "deep", filepath.Dir(inner): "in"} {
			for _, file := range filesNamed(dir, "", "") {
				if filepath.Base(file) != want {
					t.Errorf("%s was made", file)
				}
			}
		}
	})
}

// unpackedSize adds up what the entries of an archive claim.
func unpackedSize(data []byte) int64 {
	var sum int64
	for tr := tar.NewReader(bytes.NewReader(data)); sum >= 0 && sum <= 1<<20; {
		h, err := tr.Next()
		if err != nil {
			break
		}
		sum += h.Size
	}
	return sum
}

// Whatever the list of links says, each link that is made stays in the package.
func FuzzMakeLinks(f *testing.F) {
	f.Add([]byte(`[{"source":"native/lib/x.so.1","target":"native/lib/x.so"}]`))
	f.Add([]byte(`[{"source":"native/../../x","target":"native/x"}]`))
	f.Add([]byte(`[{"source":"native/x","target":"native/../x"},{"source":"native","target":"native/lib"}]`))
	f.Add([]byte(`[{"source":"native//../native/lib/./x","target":"native/lib/../y"}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := filepath.Join(fastDir(t), "native")
		if err := os.MkdirAll(filepath.Join(dir, "lib"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, linksFile), data, 0o600); err != nil {
			t.Fatal(err)
		}
		_ = makeLinks(dir)
		for _, sub := range []string{dir, filepath.Join(dir, "lib")} {
			for _, file := range filesNamed(sub, "", "") {
				to, err := os.Readlink(file)
				if err != nil {
					continue
				}
				if rel, err := filepath.Rel(dir, filepath.Join(sub, to)); err != nil || !filepath.IsLocal(rel) || filepath.IsAbs(to) {
					t.Errorf("%s leads to %s", file, to)
				}
			}
		}
		if files := filesNamed(filepath.Dir(dir), "", ""); len(files) != 1 {
			t.Errorf("made outside: %v", files)
		}
	})
}
