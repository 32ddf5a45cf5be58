//go:build !(linux || darwin || freebsd || openbsd || netbsd || dragonfly)

package localdb

import (
	"errors"
	"os"
	"runtime"
	"syscall"
)

// errUnsupported is the answer on systems without the process control that a
// private server needs.
var errUnsupported = errors.New("a private database server is not supported on " + runtime.GOOS +
	": give the URL of one that is already running, for example in a container")

func childAttr(account, syscall.Signal) *syscall.SysProcAttr { return nil }
func killGroup(int) error                                    { return errUnsupported }
func signalProcess(int, syscall.Signal) error                { return errUnsupported }
func tryLock(*os.File) error                                 { return errUnsupported }
func ownerOf(os.FileInfo) (uid, gid int)                     { return -1, -1 }
func memoryFolder() string                                   { return "" }
func commandLine(int) string                                 { return "" }
