package localdb

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strings"
)

// serverError is an ErrorResponse.
type serverError struct{ code, message string }

func (e *serverError) Error() string { return e.message + " (SQLSTATE " + e.code + ")" }
func (e *serverError) final() bool   { return e.code != cannotConnectNow }

// cannotConnectNow is the SQLSTATE of a server that accepts connections and
// does not serve them yet.
const cannotConnectNow = "57P03"

// knockPostgres asks the server for a session and reports whether it serves it.
// A socket that accepts is not enough: a server that starts accepts and refuses.
func knockPostgres(ctx context.Context, socket string) error {
	return visit(ctx, socket, askForSession)
}

func askForSession(conn net.Conn) error {
	if _, err := conn.Write(startupMessage(superuser, "postgres")); err != nil {
		return err
	}
	var head [5]byte
	if _, err := io.ReadFull(conn, head[:]); err != nil {
		return err
	}
	switch head[0] {
	case 'R': // it wants to talk; say good-bye
		_, _ = conn.Write([]byte{'X', 0, 0, 0, 4})
		return nil
	case 'E':
		size := binary.BigEndian.Uint32(head[1:])
		if size < 4 || size > 1<<16 {
			return fmt.Errorf("an error message of %d bytes", size)
		}
		body := make([]byte, size-4)
		if _, err := io.ReadFull(conn, body); err != nil {
			return err
		}
		return parseServerError(body)
	}
	return fmt.Errorf("unexpected answer %q", head[0])
}

// startupMessage asks for a session.
func startupMessage(user, database string) []byte {
	msg := binary.BigEndian.AppendUint32(make([]byte, 4), 3<<16) // protocol 3.0
	for _, s := range []string{"user", user, "database", database, ""} {
		msg = append(append(msg, s...), 0)
	}
	binary.BigEndian.PutUint32(msg, uint32(len(msg)))
	return msg
}

// parseServerError reads the fields of an ErrorResponse.
func parseServerError(body []byte) *serverError {
	e := &serverError{}
	for _, field := range strings.Split(string(body), "\x00") {
		switch {
		case strings.HasPrefix(field, "C"):
			e.code = field[1:]
		case strings.HasPrefix(field, "M"):
			e.message = field[1:]
		}
	}
	return e
}
