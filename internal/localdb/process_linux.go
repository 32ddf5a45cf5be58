package localdb

import (
	"bytes"
	"os"
	"strconv"
	"syscall"
)

// memoryFolder returns a folder in memory that has room for servers, or "".
func memoryFolder() string {
	const dir, tmpfs, room = "/dev/shm", 0x01021994, 1 << 30
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil || st.Type != tmpfs {
		return ""
	}
	if st.Bavail*uint64(st.Bsize) < room {
		return ""
	}
	return dir
}

// setDeathSignal makes the kernel send the signal when we die, even by SIGKILL.
func setDeathSignal(attr *syscall.SysProcAttr, sig syscall.Signal) { attr.Pdeathsig = sig }

// commandLine returns the arguments of a process, or "" if it is gone.
func commandLine(pid int) string {
	args, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
	if err != nil {
		return ""
	}
	return string(bytes.ReplaceAll(args, []byte{0}, []byte{' '}))
}
