package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/auroradataapi/auroradataapi/internal/cli"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"auroradataapi": main})
}

// patience bounds every wait of a script.
const patience = 30 * time.Second

// TestScripts runs the command as a user does, each script against the real
// thing: the command in a process of its own, the local Data API, PostgreSQL.
func TestScripts(t *testing.T) {
	postgres, mysql := have(t, "PostgreSQL", "--offline"), have(t, "MySQL", "--mysql")
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			// The cache of the prepared database is worth seconds a script.
			for _, name := range []string{"HOME", "XDG_CACHE_HOME"} {
				if value := os.Getenv(name); value != "" {
					env.Setenv(name, value)
				}
			}
			env.Setenv("NO_COLOR", "1")
			// Root starts PostgreSQL as another user, who has to get in.
			return os.Chmod(filepath.Dir(env.WorkDir), 0o755)
		},
		Condition: func(name string) (bool, error) {
			switch name {
			case "postgres":
				return postgres, nil
			case "mysql":
				return mysql, nil
			case "awscli":
				_, err := exec.LookPath("aws")
				return err == nil, nil
			}
			return false, fmt.Errorf("unknown condition %q", name)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"waitfor":   waitFor,
			"loadenv":   loadEnv,
			"exitcode":  exitCode,
			"processes": processes,
			"freeport":  freePort,
			"request":   request,
		},
	})
}

// have reports whether the scripts can have a database. In CI they must.
func have(t *testing.T, name, flag string) bool {
	var stderr bytes.Buffer
	code := cli.Run(t.Context(), &cli.IO{In: strings.NewReader(""), Out: &stderr, Err: &stderr, Getenv: os.Getenv},
		[]string{"exec", "--local", flag, "select 1"})
	if code == 0 {
		return true
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("the scripts need %s:\n%s", name, &stderr)
	}
	t.Logf("scripts that need %s are skipped; install it:\n%s", name, &stderr)
	return false
}

// waitFor runs a command until its output matches: waitfor regexp command…
func waitFor(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: waitfor regexp command [args…]")
	}
	want, err := regexp.Compile(args[0])
	ts.Check(err)
	var last []byte
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		cmd := command(ts, args[1:])
		if last, err = cmd.CombinedOutput(); err == nil && want.Match(last) {
			return
		}
	}
	ts.Fatalf("%q did not come from %q, the last was %v:\n%s", want, args[1:], err, last)
}

// exitCode runs a command and compares its exit code: exitcode 3 command…
func exitCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exitcode code command [args…]")
	}
	cmd := command(ts, args[1:])
	cmd.Stdout, cmd.Stderr = ts.Stdout(), ts.Stderr()
	err := cmd.Run()
	if got := fmt.Sprint(cmd.ProcessState.ExitCode()); got != args[0] {
		ts.Fatalf("exit code %s (%v), want %s", got, err, args[0])
	}
}

func command(ts *testscript.TestScript, args []string) *exec.Cmd {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	ts.Defer(cancel)
	path := args[0]
	if args[0] == "auroradataapi" {
		path = filepath.Join(filepath.SplitList(ts.Getenv("PATH"))[0], path)
	}
	cmd := exec.CommandContext(ctx, path, args[1:]...)
	cmd.Dir = ts.MkAbs(".")
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "AURORA_CLUSTER_ARN", "AURORA_SECRET_ARN", "AURORA_DATABASE",
		"AWS_ENDPOINT_URL_RDS_DATA", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_EC2_METADATA_DISABLED", "NO_COLOR"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	return cmd
}

// loadEnv waits for an environment file and sets its variables: loadenv file
func loadEnv(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: loadenv file")
	}
	path := ts.MkAbs(args[0])
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(text)) {
			if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(line, "#") {
				ts.Setenv(name, value)
			}
		}
		return
	}
	ts.Fatalf("%s did not appear", args[0])
}

// freePort sets a variable to a port that nothing listens on: freeport NAME
func freePort(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: freeport NAME")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	_, port, err := net.SplitHostPort(l.Addr().String())
	ts.Check(err)
	ts.Check(l.Close())
	ts.Setenv(args[0], port)
}
