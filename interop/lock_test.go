package interop_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// TestLockFile holds the lock file to what makes it good everywhere: each
// package by version and hash, and none by the address that one machine has it
// from.
func TestLockFile(t *testing.T) {
	var lock struct {
		Packages map[string]struct {
			Version, Integrity, Resolved string
			Dependencies                 map[string]string
		}
	}
	text, err := os.ReadFile("package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &lock); err != nil {
		t.Fatal(err)
	}
	if len(lock.Packages) < 2 {
		t.Fatal("package-lock.json has no packages")
	}
	for name, p := range lock.Packages {
		switch {
		case name == "":
			for name, version := range p.Dependencies {
				if strings.Trim(version, "0123456789.") != "" {
					t.Errorf("package.json asks for %s %s; ask for one version", name, version)
				}
			}
			continue
		case p.Resolved != "":
			t.Errorf("%s: has an address, %s; see README.md for how to write the file anew", name, p.Resolved)
		}
		if p.Version == "" || !strings.HasPrefix(p.Integrity, "sha512-") {
			t.Errorf("%s: version %q, integrity %q", name, p.Version, p.Integrity)
		}
	}
}
