package awsapi

import "syscall"

// The question for the state of a connection, of struct tcp_info, and the state in
// which both sides may send, of netinet/tcp_fsm.h.
const (
	tcpInfo     = syscall.TCP_INFO
	established = 4
)
