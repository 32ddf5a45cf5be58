package interop_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// suiteTime is how long a suite may take.
const suiteTime = 90 * time.Second

// runSuite runs a file and reports each of its tests as one of t. The file
// finds the packages in the folder above it, so it is run from a folder that
// looks like that.
func runSuite(t *testing.T, with tools, packages, file string, g *target) {
	work := t.TempDir()
	files, err := filepath.Glob("*.mjs")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		copyFile(t, name, filepath.Join(work, name))
	}
	if err := os.CopyFS(filepath.Join(work, "testdata"), os.DirFS("testdata")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(packages, filepath.Join(work, "node_modules")); err != nil {
		t.Fatal(err)
	}

	ctx, cancel := context.WithTimeout(t.Context(), suiteTime)
	defer cancel()
	const events = "events.jsonl"
	cmd := exec.CommandContext(ctx, with.node,
		"--test-reporter=./reporter.mjs", "--test-reporter-destination="+events, file)
	cmd.Dir = work
	cmd.WaitDelay = 5 * time.Second
	cmd.Env = append(clean(), g.environment(t)...)
	said, runErr := cmd.CombinedOutput()
	runErr = errors.Join(runErr, context.Cause(ctx))

	text, err := os.ReadFile(filepath.Join(work, events))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	results, err := parseEvents(text)
	if err != nil {
		t.Fatalf("%s: %v\n%s", file, errors.Join(err, runErr), said)
	}
	report(t, results)
	if runErr != nil && !t.Failed() {
		t.Errorf("%s: %v\n%s", file, runErr, said)
	}
	if len(said) > 0 {
		t.Logf("%s said:\n%s", file, said)
	}
	if n := g.server.OpenTransactions(); n > 0 {
		t.Errorf("%s left %d transactions open", file, n)
	}
}

// clean is the environment of a suite, without what could lead it to another
// Data API or to somebody's credentials. The zone is that of a Lambda function:
// some clients take the service's UTC timestamps for local time.
func clean() []string {
	return []string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + os.DevNull,
		"AWS_EC2_METADATA_DISABLED=true",
		"AWS_CONFIG_FILE=" + os.DevNull,
		"AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull,
		"AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE=1",
		"AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED=true",
		"NO_COLOR=1",
		"TZ=UTC",
	}
}
