package auroradataapi_test

import (
	"bytes"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// projectFiles returns the text files of the project by their slash-separated
// path. Binary files and version control are left out.
func projectFiles(t *testing.T) map[string]string {
	t.Helper()
	files := make(map[string]string)
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name == ".git":
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil // a worktree's pointer
		case !d.Type().IsRegular():
			return nil
		}
		text, err := os.ReadFile(filepath.FromSlash(name))
		if err == nil && bytes.IndexByte(text, 0) < 0 {
			files[name] = string(text)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 20 {
		t.Fatalf("found %d files: not run in the project's folder", len(files))
	}
	return files
}

// inOrder returns the files whose names match a pattern of path.Match for
// their last element.
func inOrder(t *testing.T, files map[string]string, pattern string) []string {
	t.Helper()
	var names []string
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if ok, err := path.Match(pattern, path.Base(name)); err != nil {
			t.Fatal(err)
		} else if ok {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		t.Fatalf("no file is named %s", pattern)
	}
	return names
}

var (
	factNumber     = regexp.MustCompile(`\bF\d{4}\b`)
	factRow        = regexp.MustCompile(`(?m)^\| (F\d{4}) \| (.+) \| (.+) \| (.+) \|$`)
	factRange      = regexp.MustCompile(`\(F\d{4}–F\d{4}\)`)
	factSource     = regexp.MustCompile(`\[[a-z0-9-]+\]`)
	factConfidence = regexp.MustCompile(`\b(documented|observed|reported|inferred|unknown)\b`)
)

// Code relies on facts by number, so every number has to lead to one fact.
func TestFactsAreNumbered(t *testing.T) {
	files := projectFiles(t)
	facts := files["docs/facts.md"]
	_, sources, found := strings.Cut(facts, "\n## Sources\n")
	if !found {
		t.Fatal("docs/facts.md has no section Sources")
	}
	defined := make(map[string]int)
	last := ""
	for _, row := range factRow.FindAllStringSubmatch(facts, -1) {
		number, confidence := row[1], row[3]
		if defined[number]++; defined[number] > 1 {
			t.Errorf("docs/facts.md: %s is defined %d times", number, defined[number])
		}
		if number <= last {
			t.Errorf("docs/facts.md: %s stands after %s", number, last)
		}
		last = number
		if !factConfidence.MatchString(confidence) {
			t.Errorf("docs/facts.md: %s: confidence %q is none of those listed", number, confidence)
		}
		for _, source := range factSource.FindAllString(row[4], -1) {
			if !strings.Contains(sources, "\n| "+source+" | ") {
				t.Errorf("docs/facts.md: %s: source %s is not listed under Sources", number, source)
			}
		}
	}
	if n, rows := len(defined), strings.Count(facts, "\n| F"); n == 0 || n != rows {
		t.Errorf("docs/facts.md: %d of %d facts are rows of number, fact, confidence and source", n, rows)
	}
	for _, name := range append(inOrder(t, files, "*.go"), inOrder(t, files, "*.md")...) {
		text := factRange.ReplaceAllString(files[name], "")
		for _, number := range factNumber.FindAllString(text, -1) {
			if defined[number] == 0 {
				t.Errorf("%s cites %s, which docs/facts.md does not have", name, number)
			}
		}
	}
}

var (
	fence   = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
	span    = regexp.MustCompile("`([^`\n]+)`")
	link    = regexp.MustCompile(`\]\(([^()\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ +(.+?) *$`)
	notSlug = regexp.MustCompile(`[^\p{L}\p{N} _-]+`)
)

// slugs returns the anchors of a document's headings.
func slugs(text string) []string {
	var out []string
	for _, h := range heading.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		s := notSlug.ReplaceAllString(strings.ToLower(h[1]), "")
		out = append(out, strings.ReplaceAll(s, " ", "-"))
	}
	return out
}

func TestLinksResolve(t *testing.T) {
	files := projectFiles(t)
	for _, name := range inOrder(t, files, "*.md") {
		prose := span.ReplaceAllString(fence.ReplaceAllString(files[name], ""), "")
		for _, m := range link.FindAllStringSubmatch(prose, -1) {
			if strings.Contains(m[1], ":") {
				continue // another host
			}
			target, anchor, _ := strings.Cut(m[1], "#")
			if target == "" {
				target = path.Base(name)
			}
			target = path.Join(path.Dir(name), target)
			if _, err := os.Stat(filepath.FromSlash(target)); err != nil {
				t.Errorf("%s links to %s: %v", name, m[1], err)
				continue
			}
			if anchor != "" && !slices.Contains(slugs(files[target]), anchor) {
				t.Errorf("%s links to %s, but %s has no such heading", name, m[1], target)
			}
		}
	}
}

var (
	fileName   = regexp.MustCompile(`^[\w./-]+\.(go|md|yml|yaml|conf|sh)$`)
	folderName = regexp.MustCompile(`^(\./)?(internal|server|cmd|docs|itest|dataapitest|examples|proxy|\.ci|\.github)(/[\w.-]+)*/?$`)
)

// A document that names a file or folder of the project tells the truth.
func TestDocsNameWhatExists(t *testing.T) {
	files := projectFiles(t)
	for _, name := range inOrder(t, files, "*.md") {
		text := fence.ReplaceAllString(files[name], "")
		if name == "docs/facts.md" { // of which the rest names files of others
			_, text, _ = strings.Cut(text, "\n## Unknown, chosen ")
			text, _, _ = strings.Cut(text, "\n## Sources\n")
		}
		for _, m := range span.FindAllStringSubmatch(text, -1) {
			switch word := m[1]; {
			case fileName.MatchString(word):
				if !namesFile(files, strings.TrimPrefix(word, "./")) {
					t.Errorf("%s names the file %s, which does not exist", name, word)
				}
			case folderName.MatchString(word):
				if _, err := os.Stat(filepath.FromSlash(word)); err != nil {
					t.Errorf("%s names the folder %s: %v", name, word, err)
				}
			}
		}
	}
}

// namesFile reports whether a name with folders is a path from the top, and
// one without is some file's.
func namesFile(files map[string]string, name string) bool {
	if _, ok := files[name]; ok || strings.Contains(name, "/") {
		return ok
	}
	for file := range files {
		if path.Base(file) == name {
			return true
		}
	}
	return false
}

// The house is drawn whole: a package that is added gets its place in the
// layout.
func TestLayoutNamesEveryPackage(t *testing.T) {
	files := projectFiles(t)
	layout := files["docs/layout.md"]
	for _, name := range inOrder(t, files, "*.go") {
		dir := path.Dir(name)
		if dir == "." || strings.Contains(dir, "testdata") || strings.HasPrefix(dir, ".") {
			continue
		}
		if !strings.Contains(layout, "`"+dir+"`") && !strings.Contains(layout, "`"+dir+"/`") {
			t.Errorf("docs/layout.md does not name the package %s", dir)
		}
	}
}

// A path that only one machine has: under a home directory or a mount of its
// own. Homebrew's is everybody's.
var machinePath = regexp.MustCompile(`(?:^|[^\w./~-])/(root|work|home/\w+|Users/\w+)/`)

func namesMachinePath(line string) bool {
	return slices.ContainsFunc(machinePath.FindAllStringSubmatch(line, -1), func(m []string) bool {
		return m[1] != "home/linuxbrew"
	})
}

func TestNoPathsOfOneMachine(t *testing.T) {
	files := projectFiles(t)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		for i, line := range strings.Split(files[name], "\n") {
			if namesMachinePath(line) {
				t.Errorf("%s:%d names a path of one machine: %s", name, i+1, strings.TrimSpace(line))
			}
		}
	}
}
