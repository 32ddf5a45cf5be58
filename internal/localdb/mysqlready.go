package localdb

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
)

// mysqlError is the error packet of a server that lets nobody in.
type mysqlError struct {
	number  uint16
	message string
}

func (e *mysqlError) Error() string { return fmt.Sprintf("%s (error %d)", e.message, e.number) }

// Whatever keeps a new server from answering its only visitor will last.
func (e *mysqlError) final() bool { return true }

// knockMySQL waits for the server's greeting. It comes first, before we say
// anything, and only from a server that is ready.
func knockMySQL(ctx context.Context, socket string) error {
	return visit(ctx, socket, func(conn net.Conn) error { return readGreeting(conn) })
}

// readGreeting reads the first packet, which has 3 bytes for its size and one
// for its number in front.
func readGreeting(r io.Reader) error {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return err
	}
	size := binary.LittleEndian.Uint32(head[:]) & 0xffffff
	if size == 0 || size > 1<<16 {
		return fmt.Errorf("a greeting of %d bytes", size)
	}
	body := make([]byte, size)
	if _, err := io.ReadFull(r, body); err != nil {
		return err
	}
	switch body[0] {
	case 10: // the version of the protocol
		return nil
	case 0xff:
		return parseMySQLError(body[1:])
	}
	return fmt.Errorf("unexpected greeting %q", body[0])
}

// parseMySQLError reads the number and the text of an error packet. Before the
// handshake there is no SQLSTATE between them.
func parseMySQLError(body []byte) error {
	if len(body) < 2 {
		return fmt.Errorf("an error packet of %d bytes", len(body))
	}
	return &mysqlError{number: binary.LittleEndian.Uint16(body), message: string(body[2:])}
}
