package localdb

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// serverError is an ErrorResponse.
type serverError struct{ code, message string }

func (e *serverError) Error() string { return e.message + " (SQLSTATE " + e.code + ")" }

// cannotConnectNow is the SQLSTATE of a server that accepts connections and
// does not serve them yet.
const cannotConnectNow = "57P03"

// knock asks the server for a session and reports whether it serves it. A
// socket that accepts is not enough: a server that starts accepts and refuses.
func knock(ctx context.Context, socket string) error {
	d := net.Dialer{Timeout: 5 * time.Second}
	conn, err := d.DialContext(ctx, "unix", socket)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return err
	}
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

// waitReady returns nil once the server serves, or why it never will.
func waitReady(ctx context.Context, c *child, socket string) error {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		err := knock(ctx, socket)
		if err == nil {
			return nil
		}
		var refused *serverError
		if errors.As(err, &refused) && refused.code != cannotConnectNow {
			return refused
		}
		select {
		case <-c.done:
			return errEnded
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// errEnded says that the server is gone.
var errEnded = errors.New("ended while starting")
