//go:build linux || darwin || freebsd || openbsd || netbsd || dragonfly

package localdb

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// childVariable makes the test binary run one server, on the options in it.
const childVariable = "LOCALDB_TEST_CHILD"

func TestMain(m *testing.M) {
	if options := os.Getenv(childVariable); options != "" {
		if err := childMain(options); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// report is what the child tells about its server.
type report struct {
	Source, Dir, Description string
	Pid                      int
}

// childMain runs a server until its standard input ends.
func childMain(options string) error {
	var opt kindOptions
	if err := json.Unmarshal([]byte(options), &opt); err != nil {
		return err
	}
	signal.Ignore(syscall.SIGINT)
	k := kindNamed(opt.Engine)
	i, err := k.start(context.Background(), opt)
	if err != nil {
		return err
	}
	r := report{Source: k.source(i), Dir: i.run.path, Description: i.Description(), Pid: serverPid(i)}
	if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return err
	}
	return i.Stop()
}

// process is a test binary that runs a server.
type process struct {
	report
	cmd   *exec.Cmd
	stdin io.WriteCloser
}

// startProcess runs a server in another process.
func (k kind) startProcess(t *testing.T, cmd *exec.Cmd, opt kindOptions) (*process, error) {
	t.Helper()
	opt.Engine = k.name
	options, err := json.Marshal(opt)
	if err != nil {
		t.Fatal(err)
	}
	cmd.Env = append(cmd.Env, childVariable+"="+string(options), "PATH="+os.Getenv("PATH"))
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, stdin: stdin}
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err != nil {
		return nil, fmt.Errorf("%w, %w", err, cmd.Wait())
	}
	return p, json.Unmarshal(line, &p.report)
}

func (p *process) end() error {
	if err := p.stdin.Close(); err != nil {
		return err
	}
	return p.cmd.Wait()
}

func self(t *testing.T) string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return exe
}

// Several processes may start at once, even the first time, when all of them
// miss the template.
func TestProcessesAtOnce(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		leavesNothing(t)
		cache := fastDir(t)
		exe := self(t)
		for _, state := range []string{"cold", "warm"} {
			begin := time.Now()
			var wg sync.WaitGroup
			for range 5 {
				wg.Go(func() {
					p, err := k.startProcess(t, exec.Command(exe), kindOptions{CacheDir: cache})
					if err != nil {
						t.Error(err)
						return
					}
					if _, err := k.query(p.Source, "create schema app"); err != nil {
						t.Error(err)
					}
					if err := p.end(); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			t.Logf("%s: 5 servers in %v", state, time.Since(begin))
		}
		if files := filesNamed(cache, "", ""); len(files) != 2 {
			t.Errorf("in the cache, beside one template and one lock: %v", files)
		}
	})
}

// An owner that is killed takes its server with it where the kernel can see to
// it, and the next start takes away the rest.
func TestKilledOwner(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		for _, kept := range []string{"", filepath.Join(k.dir(t), "data")} {
			t.Run("kept="+strconv.FormatBool(kept != ""), func(t *testing.T) {
				leavesNothing(t)
				killOwner(t, k, kindOptions{DataDir: kept, CacheDir: fastDir(t)})
			})
		}
	})
}

func killOwner(t *testing.T, k kind, opt kindOptions) {
	t.Helper()
	p, err := k.startProcess(t, exec.Command(self(t)), opt)
	if err != nil {
		t.Fatal(err)
	}
	k.ask(t, p.Source, "create schema app", "create table app.survivors as select 7 as n")
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.cmd.Wait() // it was killed
	if runtime.GOOS == "linux" && opt.DataDir == "" {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := gone(ctx, p.Pid, p.Dir); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(p.Dir); err != nil {
			t.Errorf("nobody should have swept yet: %v", err)
		}
	}

	i := k.run(t, opt)
	if _, err := os.Stat(p.Dir); !os.IsNotExist(err) {
		t.Errorf("%s was not swept: %v", p.Dir, err)
	}
	if strings.Contains(commandLine(p.Pid), p.Dir) {
		t.Errorf("process %d still runs", p.Pid)
	}
	if opt.DataDir != "" {
		if got := k.ask(t, k.source(i), "select n from app.survivors"); got != "7" {
			t.Errorf("the table holds %s", got)
		}
	}
}

// Ctrl-C goes to the foreground group. The server is in another, so that its
// owner can end it in order.
func TestOwnGroup(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		leavesNothing(t)
		i := k.run(t, kindOptions{})
		group, err := syscall.Getpgid(serverPid(i))
		if err != nil || group != serverPid(i) {
			t.Errorf("process %d is in group %d, %v", serverPid(i), group, err)
		}
	})
}

// An ordinary user needs neither root's rights nor a home.
func TestOrdinaryUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("all tests run as an ordinary user")
	}
	u, err := user.Lookup("nobody")
	if err != nil {
		t.Fatal(err)
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		t.Fatal(err)
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		t.Fatal(err)
	}
	eachKind(t, func(t *testing.T, k kind) {
		dir := everybodysDir(t)
		exe := filepath.Join(dir, "exe")
		copyExecutable(t, self(t), exe)
		temp := filepath.Join(dir, "tmp")
		if err := os.Mkdir(temp, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(temp, uid, gid); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(exe)
		cmd.Dir = "/"
		cmd.Env = []string{"TMPDIR=" + temp}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
		p, err := k.startProcess(t, cmd, kindOptions{})
		if err != nil {
			t.Fatal(err)
		}
		k.ask(t, p.Source, "select 1")
		if strings.Contains(p.Description, "run as") {
			t.Errorf("Description is %q", p.Description)
		}
		if err := p.end(); err != nil {
			t.Error(err)
		}
		cache := filepath.Join(temp, appName+"-cache-"+u.Uid)
		if files := filesNamed(cache, "", ".tar"); len(files) != 1 {
			t.Errorf("templates in %s: %v", cache, files)
		}
		if _, err := os.Stat(p.Dir); !os.IsNotExist(err) {
			t.Errorf("%s is left: %v", p.Dir, err)
		}
	})
}

func copyExecutable(t *testing.T, from, to string) {
	t.Helper()
	f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(copyFile(f, from), f.Chmod(0o755), f.Close())
	if err != nil {
		t.Fatal(err)
	}
}
