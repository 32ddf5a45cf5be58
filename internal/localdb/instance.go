package localdb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Instance is a running private server. Its methods may be called from several
// goroutines.
type Instance struct {
	engine  *engine
	program program
	acct    account
	run     *runDir
	kept    *keptData // nil if the data is thrown away
	child   *child

	stop    sync.Once
	stopErr error
}

// Version returns the server's version, such as 15.18.
func (i *Instance) Version() string { return i.program.about().version }

// Description returns which server runs, in words for the user.
func (i *Instance) Description() string {
	if i.acct.drop {
		return fmt.Sprintf("%s, run as %q", i.program.about(), i.acct.name)
	}
	return i.program.about().String()
}

// Done returns a channel that is closed when the server's process is gone.
// Before a call of Stop that means that it ended on its own; what Stop then
// returns says how, and shows the end of its log.
func (i *Instance) Done() <-chan struct{} { return i.child.done }

// Stop ends the server, waits until it is gone, and deletes data that is not
// kept. Only the first call does anything; all return its result. The error
// also says if the server had ended on its own before.
func (i *Instance) Stop() error {
	i.stop.Do(func() {
		if i.child.ended() {
			i.stopErr = fmt.Errorf("%s had ended on its own (%w). Its log:\n%s", i.label(), i.child.ending(), i.log())
		}
		i.stopErr = errors.Join(i.stopErr, i.release())
	})
	return i.stopErr
}

// release gives back whatever the instance has got hold of.
func (i *Instance) release() error {
	var errs []error
	if i.child != nil {
		patience := 10 * time.Second
		if i.kept != nil {
			patience = time.Minute
		}
		i.child.stop(patience, i.engine.endings(i.kept != nil))
	}
	if i.run != nil {
		errs = append(errs, i.run.remove())
	}
	return errors.Join(append(errs, i.kept.close())...)
}

// label names the server in messages about its process.
func (i *Instance) label() string {
	b := i.program.about()
	return filepath.Base(b.server) + " " + b.version
}

// place returns where the server runs.
func (i *Instance) place() place {
	p := place{data: i.run.dataDir(), sockets: i.run.socketDir(), kept: i.kept != nil}
	if p.kept {
		p.data = i.kept.dir
	}
	return p
}

// socket returns the path of the server's socket.
func (i *Instance) socket() string { return filepath.Join(i.run.socketDir(), i.engine.socket) }

// start runs the server and waits until it answers.
func (i *Instance) start(ctx context.Context) error {
	log, err := os.OpenFile(i.run.logFile(), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close() // the server has its own
	// AppArmor may let it write to its own files only.
	if err := i.acct.give(i.run.logFile()); err != nil {
		return err
	}
	patience, sweepPatience := startPatience, 5*time.Second
	if i.kept != nil {
		patience, sweepPatience = keptPatience, 30*time.Second
	}
	death := i.engine.endings(i.kept != nil)[0]
	cmd := exec.Command(i.program.about().server, i.program.args(i.place())...)
	cmd.Env = serverEnv()
	cmd.Dir = "/"
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = childAttr(i.acct, death)
	if i.child, err = startChild(cmd); err != nil {
		return explainStart(err, i.acct)
	}
	if err := i.run.note(cmd.Process.Pid, death, sweepPatience); err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err = waitReady(limited, i.child, func(ctx context.Context) error { return i.engine.knock(ctx, i.socket()) })
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, errEnded):
		return fmt.Errorf("%s ended while starting (%w). Its log:\n%s", i.label(), i.child.ending(), i.log())
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%s did not answer in %v. Its log:\n%s", i.label(), patience, i.log())
	}
	return fmt.Errorf("%s refuses a session: %w. Its log:\n%s", i.label(), err, i.log())
}

// log returns the end of the server's log.
func (i *Instance) log() string {
	data, err := os.ReadFile(i.run.logFile())
	if err != nil {
		return err.Error()
	}
	return tail(strings.TrimSpace(string(data)), 8192)
}
