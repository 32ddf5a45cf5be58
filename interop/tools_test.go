package interop_test

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"testing"
)

// minNode is the oldest Node.js on which the suites were seen to pass. The AWS
// SDK wants 20 and does with 18.
const minNode = 18

// tools are the programs that the suites need.
type tools struct{ node, npm string }

// findTools returns the programs. Where one is missing the test is skipped;
// under CI it fails.
func findTools(t *testing.T) tools {
	t.Helper()
	found, err := lookTools()
	switch {
	case err == nil:
	case os.Getenv("CI") != "":
		t.Fatalf("needs Node.js %d or newer, with npm: %v", minNode, err)
	default:
		t.Skipf("needs Node.js %d or newer, with npm: %v", minNode, err)
	}
	return found
}

func lookTools() (found tools, err error) {
	if found.node, err = exec.LookPath("node"); err != nil {
		return tools{}, err
	}
	if found.npm, err = exec.LookPath("npm"); err != nil {
		return tools{}, err
	}
	out, err := exec.Command(found.node, "--version").Output()
	if err != nil {
		return tools{}, fmt.Errorf("%s --version: %w", found.node, err)
	}
	if major, ok := majorVersion(string(out)); !ok || major < minNode {
		return tools{}, fmt.Errorf("%s is %q", found.node, out)
	}
	return found, nil
}

var nodeVersion = regexp.MustCompile(`^v(\d+)\.\d+\.\d+`)

// majorVersion reads the answer of node --version.
func majorVersion(said string) (major int, ok bool) {
	m := nodeVersion.FindStringSubmatch(said)
	if m == nil {
		return 0, false
	}
	major, err := strconv.Atoi(m[1])
	return major, err == nil
}

func TestMajorVersion(t *testing.T) {
	for said, want := range map[string]int{
		"v20.20.2\n": 20, "v22.0.0-rc.1\n": 22, "v8.17.0": 8, "": 0, "20.1.0": 0, "node v20.1.0": 0, "v99999999999999999999.0.0": 0,
	} {
		if got, ok := majorVersion(said); ok != (want != 0) || ok && got != want {
			t.Errorf("majorVersion(%q) = %d, %t; want %d", said, got, ok, want)
		}
	}
}
