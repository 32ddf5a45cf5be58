package localdb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// passedOn names the variables a server inherits. All others stay with us: PG*
// and locale variables would change its behaviour, and secrets are not its
// business.
var passedOn = [...]string{
	"PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "ICU_DATA", "TZDIR",
}

func serverEnv() []string {
	// macOS refuses to run a server that finds no locale in its environment.
	env := []string{"LC_ALL=C"}
	for _, name := range passedOn {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// runTool runs a program to its end and returns what it printed. A failure's
// text ends with the program's own words.
func runTool(ctx context.Context, acct account, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = serverEnv()
	cmd.Dir = "/"
	return runChild(cmd, acct)
}

// runChild runs a command to its end and returns what it printed. When the
// command's context is done, it and its children are killed.
func runChild(cmd *exec.Cmd, acct account) (string, error) {
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.SysProcAttr = childAttr(acct, syscall.SIGKILL)
	cmd.Cancel = func() error { return killGroup(cmd.Process.Pid) }
	cmd.WaitDelay = 2 * time.Second
	// The parent-death signal is tied to the thread that starts the child.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := cmd.Run()
	if err == nil {
		return out.String(), nil
	}
	err = explainStart(err, acct)
	if text := strings.TrimSpace(out.String()); text != "" {
		return "", fmt.Errorf("%w: %s", err, tail(text, 8192))
	}
	return "", err
}

// explainStart says what to do when we were not allowed to change users.
func explainStart(err error, acct account) error {
	if acct.drop && errors.Is(err, syscall.EPERM) {
		return fmt.Errorf("%w: root may not become user %q here, it lacks CAP_SETUID: run this program as an ordinary user", err, acct.name)
	}
	return err
}

// child is a server process. One goroutine owns it: it starts the process,
// waits for it, and ends with it.
type child struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when the process is gone
	err  error         // how it ended; read it after done
}

func startChild(cmd *exec.Cmd) (*child, error) {
	c := &child{cmd: cmd, done: make(chan struct{})}
	started := make(chan error, 1)
	go func() {
		defer close(c.done)
		// The parent-death signal comes when this thread ends, so it has to
		// last as long as the child.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			c.err = cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		<-c.done
		return nil, err
	}
	return c, nil
}

func (c *child) ended() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// stop sends the signals, one after the other, until the process is gone, and
// kills it if none of them helped.
func (c *child) stop(patience time.Duration, signals []syscall.Signal) {
	for _, sig := range signals {
		// An error means that it is gone already.
		_ = c.cmd.Process.Signal(sig)
		timer := time.NewTimer(patience)
		select {
		case <-c.done:
			timer.Stop()
			return
		case <-timer.C:
		}
	}
	_ = killGroup(c.cmd.Process.Pid)
	<-c.done
}

// tail returns the end of a text, from the start of a line.
func tail(s string, n int) string {
	if len(s) <= n {
		return s
	}
	s = s[len(s)-n:]
	if _, after, ok := strings.Cut(s, "\n"); ok {
		s = after
	}
	return "…\n" + s
}

// clip returns the beginning of a text.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return s[:n] + "…"
}

// ending says how the process ended, for a message.
func (c *child) ending() error {
	if c.err != nil {
		return c.err
	}
	return errExitZero
}

var errExitZero = errors.New("exit status 0")
