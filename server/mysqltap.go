package server

import (
	"crypto/tls"
	"encoding/binary"
	"errors"
	"net"
	"slices"
	"syscall"
)

// mysqlTap is the connection below the driver. The driver keeps to itself most
// of what the database says of columns and all that it says of a statement
// whose rows were asked for, so the tap reads along. It also types parameters
// that the driver cannot, and does TLS itself, to read behind it.
//
// Its methods are called by who uses the driver's connection, so it needs no
// lock; only Close may be called by anybody.
type mysqlTap struct {
	net.Conn
	raw net.Conn // what Conn was before TLS

	greeting []byte // what the driver has not read of the first packet
	id       int64  // the database's number of the connection
	mariaDB  bool

	tls   *tls.Config // to begin TLS with when the driver answers the greeting
	shift byte        // how far packets are numbered ahead of the driver's because of TLS

	typed []mysqlTyped // parameters of the next execution

	header [4]byte // of the packet that is being read
	have   int     // bytes of it
	left   int     // bytes that are left of its body
	body   []byte  // as much of the body as the reply looks at
	reply  mysqlReply
}

var _ syscall.Conn = (*mysqlTap)(nil)

// SyscallConn lets the driver see whether an idle connection was closed.
func (t *mysqlTap) SyscallConn() (syscall.RawConn, error) {
	if c, ok := t.raw.(syscall.Conn); ok {
		return c.SyscallConn()
	}
	return nil, errors.ErrUnsupported
}

// Read reads from the database.
func (t *mysqlTap) Read(p []byte) (int, error) {
	if len(t.greeting) > 0 {
		n := copy(p, t.greeting)
		t.greeting = t.greeting[n:]
		return n, nil
	}
	n, err := t.Conn.Read(p)
	t.watch(p[:n])
	return n, err
}

// watch follows the packets, and corrects their numbers.
func (t *mysqlTap) watch(p []byte) {
	for len(p) > 0 {
		if t.have < len(t.header) {
			if t.have == len(t.header)-1 {
				p[0] -= t.shift
			}
			t.header[t.have] = p[0]
			t.have++
			p = p[1:]
			if t.have < len(t.header) {
				continue
			}
			t.left = length24(t.header[:])
			t.body = t.body[:0]
		}
		n := min(t.left, len(p))
		if keep := min(n, t.reply.looksAt()-len(t.body)); keep > 0 {
			t.body = append(t.body, p[:keep]...)
		}
		t.left -= n
		p = p[n:]
		if t.left == 0 {
			t.have = 0
			t.reply.packet(t.body)
		}
	}
}

func length24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }

// Write writes to the database. The driver writes each packet at once, or the
// start of one that is larger than a packet may be.
func (t *mysqlTap) Write(p []byte) (int, error) {
	if len(p) > len(t.header) && p[3] == 0 { // a command
		t.shift = 0
		return t.command(p)
	}
	if t.tls != nil {
		if err := t.secure(p); err != nil {
			return 0, err
		}
	}
	if t.shift == 0 || len(p) < len(t.header) {
		return t.Conn.Write(p)
	}
	shifted := slices.Clone(p)
	shifted[3] += t.shift
	if t.tls != nil { // the answer to the greeting
		binary.LittleEndian.PutUint32(shifted[4:], binary.LittleEndian.Uint32(shifted[4:])|capSSL)
		t.tls = nil
	}
	return t.Conn.Write(shifted)
}

// Close ends the connection.
func (t *mysqlTap) Close() error { return t.raw.Close() }

// Bytes that begin commands.
const (
	comQuery           = 0x03
	comPrepare         = 0x16
	comExecute         = 0x17
	comSendLongData    = 0x18
	comCloseStatement  = 0x19
	comResetConnection = 0x1f
)

func (t *mysqlTap) command(p []byte) (int, error) {
	if code := p[4]; code != comSendLongData && code != comCloseStatement { // these are not replied to
		t.reply.begin(code)
	}
	if p[4] == comExecute && len(t.typed) > 0 {
		p = t.typeParameters(p)
	}
	return t.Conn.Write(p)
}

// mysqlTyped is a parameter that is to have a type, by its number in the protocol, which
// the driver gives to none. In an execution, the values of all of them look alike.
type mysqlTyped struct {
	index int
	as    mysqlType
}

// typeParameters gives parameters of an execution their types.
func (t *mysqlTap) typeParameters(p []byte) []byte {
	const fixed = 4 + 1 + 4 + 1 + 4 // header, command, statement, flags, iterations
	p = slices.Clone(p)
	types := fixed + (t.reply.params+7)/8 + 1
	for _, param := range t.typed {
		if at := types + 2*param.index; at < len(p) && mysqlType(p[at]) == typeString {
			p[at] = byte(param.as)
		}
	}
	t.typed = nil
	return p
}

// reset makes the connection what it was when it was made, but for the default
// database. The driver, which knows no such command, must be idle.
func (t *mysqlTap) reset() error {
	t.reply.begin(comResetConnection)
	if _, err := t.Conn.Write([]byte{1, 0, 0, 0, comResetConnection}); err != nil {
		return err
	}
	packet, err := readPacket(t.Conn)
	if err != nil {
		return err
	}
	if packet[4] != packetOK {
		return errors.New("the database does not reset connections")
	}
	return nil
}
