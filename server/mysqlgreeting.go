package server

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"time"
)

// Capabilities of the protocol, which either side offers.
const (
	capMySQL      = 0x1 // not MariaDB, which has capabilities of its own
	capCompress   = 0x20
	capLocalFiles = 0x80
	capSSL        = 0x800
)

var (
	errNoTLS       = errors.New("the database has no TLS, which the URL asks for")
	errBadGreeting = errors.New("what answers there is no MySQL server")
)

// dialMySQL connects to a database and reads its greeting, from which it strikes
// what must not be used: the reading of files on this side (F0254), compression
// and TLS, behind which the tap could not read, and what MariaDB adds to the
// protocol: with it columns need not be described each time, which the driver
// gets wrong when there are several results.
func dialMySQL(ctx context.Context, network, addr string, security *tls.Config) (*mysqlTap, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	packet, err := readPacket(conn)
	if !stop() {
		err = ctx.Err()
	}
	t := &mysqlTap{Conn: conn, raw: conn, tls: security}
	if err == nil {
		err = t.greet(packet)
	}
	if err != nil {
		_ = conn.Close() // says nothing new
		return nil, err
	}
	return t, nil
}

// readPacket reads a packet with its header. It is small, and not empty.
func readPacket(r io.Reader) ([]byte, error) {
	packet := make([]byte, 4)
	if _, err := io.ReadFull(r, packet); err != nil {
		return nil, err
	}
	n := length24(packet)
	if n == 0 || n > maxLookedAt {
		return nil, errBadGreeting
	}
	packet = append(packet, make([]byte, n)...)
	_, err := io.ReadFull(r, packet[4:])
	return packet, err
}

// greet takes in the greeting, which is an error if the database has no room.
func (t *mysqlTap) greet(packet []byte) error {
	t.greeting = packet
	body := packet[4:]
	if body[0] == packetError {
		return nil // for the driver to read
	}
	end := bytes.IndexByte(body[1:], 0)
	const fixed = 4 + 8 + 1 // number, scramble, filler
	if at := 2 + end + fixed; end < 0 || body[0] != 10 || at+2 > len(body) {
		return errBadGreeting
	}
	version := string(body[1 : 1+end])
	rest := body[2+end:]
	t.id = int64(binary.LittleEndian.Uint32(rest))
	t.mariaDB = strings.Contains(strings.ToLower(version), "mariadb")
	capabilities := binary.LittleEndian.Uint16(rest[fixed:])
	if t.tls != nil && capabilities&capSSL == 0 {
		return errNoTLS
	}
	binary.LittleEndian.PutUint16(rest[fixed:], capabilities&^(capLocalFiles|capCompress|capSSL))
	const own = fixed + 2 + 1 + 2 + 2 + 1 + 6 // capabilities, character set, status, capabilities, length, filler
	if capabilities&capMySQL == 0 && len(rest) >= own+4 {
		clear(rest[own : own+4])
	}
	return nil
}

// secure begins TLS, as the driver would before it answers the greeting. The
// request for it repeats the start of the answer.
func (t *mysqlTap) secure(answer []byte) error {
	const size = 4 + 4 + 4 + 1 + 23 // header, capabilities, packet size, character set, filler
	if len(answer) < size {
		return errBadGreeting
	}
	request := append([]byte{size - 4, 0, 0, answer[3]}, answer[4:size]...)
	binary.LittleEndian.PutUint32(request[4:], binary.LittleEndian.Uint32(request[4:])|capSSL)
	if _, err := t.Conn.Write(request); err != nil {
		return err
	}
	secured := tls.Client(t.Conn, t.tls)
	if err := secured.Handshake(); err != nil {
		return err
	}
	t.Conn, t.shift = secured, 1
	return nil
}
