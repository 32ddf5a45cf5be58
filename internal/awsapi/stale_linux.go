package awsapi

import (
	"encoding/binary"
	"syscall"
)

// established is the state in which both sides may send, of the kernel's
// tcp_states.h.
const established = 1

// socketClosed reports whether a socket of TCP is in another state. What was
// received and not read yet does not matter, such as the farewell of TLS.
func socketClosed(fd uintptr) bool {
	// The first byte of struct tcp_info is the state.
	v, err := syscall.GetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_INFO)
	if err != nil {
		return false // not TCP
	}
	var info [4]byte
	binary.NativeEndian.PutUint32(info[:], uint32(v))
	return info[0] != established
}
