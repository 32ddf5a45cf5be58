//go:build darwin || freebsd || openbsd || netbsd || dragonfly

package localdb

import (
	"os/exec"
	"strconv"
	"syscall"
)

// memoryFolder returns "": these systems mount no folder in memory.
func memoryFolder() string { return "" }

// setDeathSignal does nothing: these systems do not tell a child that its
// parent died. The next start sweeps up.
func setDeathSignal(*syscall.SysProcAttr, syscall.Signal) {}

// commandLine returns the arguments of a process, or "" if it is gone.
func commandLine(pid int) string {
	out, err := exec.Command("/bin/ps", "-ww", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return ""
	}
	return string(out)
}
