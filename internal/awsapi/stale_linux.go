package awsapi

import "syscall"

// The question for the state of a connection, of struct tcp_info, and the state in
// which both sides may send, of the kernel's tcp_states.h.
const (
	tcpInfo     = syscall.TCP_INFO
	established = 1
)
