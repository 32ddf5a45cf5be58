package awsapi

// The question for the state of a connection, TCP_CONNECTION_INFO of netinet/tcp.h
// with its struct tcp_connection_info, and the state in which both sides may send,
// of tcp_fsm.h.
const (
	tcpInfo     = 0x106
	established = 4
)
