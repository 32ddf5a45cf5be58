//go:build linux || darwin || freebsd

package awsapi

import (
	"encoding/binary"
	"syscall"
)

// socketClosed reports whether a socket of TCP is in another state than the one in
// which both sides may send. What was received and not read yet does not matter,
// such as the farewell of TLS.
func socketClosed(fd uintptr) bool {
	// The first byte of the kernel's answer is the state.
	v, err := syscall.GetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpInfo)
	if err != nil {
		return false // not TCP
	}
	var info [4]byte
	binary.NativeEndian.PutUint32(info[:], uint32(v))
	return info[0] != established
}
