//go:build linux || darwin || freebsd || openbsd || netbsd || dragonfly

package localdb

import (
	"errors"
	"os"
	"syscall"
)

// errUnsupported is nil where a private server can run.
var errUnsupported error

// childAttr puts a child in a process group of its own, so that Ctrl-C reaches
// only us, and makes it run as the account.
func childAttr(acct account, death syscall.Signal) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true}
	setDeathSignal(attr, death)
	if acct.drop {
		attr.Credential = &syscall.Credential{Uid: uint32(acct.uid), Gid: uint32(acct.gid)}
	}
	return attr
}

func killGroup(pid int) error {
	err := syscall.Kill(-pid, syscall.SIGKILL)
	if errors.Is(err, syscall.ESRCH) {
		return os.ErrProcessDone
	}
	return err
}

func signalProcess(pid int, sig syscall.Signal) error { return syscall.Kill(pid, sig) }

func tryLock(f *os.File) error {
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case errors.Is(err, syscall.EINTR):
			continue
		case errors.Is(err, syscall.EWOULDBLOCK):
			return errLocked
		}
		return err
	}
}

func ownerOf(info os.FileInfo) (uid, gid int) {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(st.Uid), int(st.Gid)
	}
	return -1, -1
}
