package localdb

import (
	"context"
	"errors"
	"net"
	"time"
)

// visit talks to a server over a connection that ends with the context, and
// after five seconds at the latest.
func visit(ctx context.Context, socket string, talk func(net.Conn) error) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "unix", socket)
	if err != nil {
		return err
	}
	defer conn.Close()
	// A server that is not ready accepts and stays silent.
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	return talk(conn)
}

// finalError is an answer of a server that may or may not be its last word.
type finalError interface {
	error
	final() bool
}

// waitReady knocks until the server answers, or says why it never will.
func waitReady(ctx context.Context, c *child, knock func(context.Context) error) error {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		err := knock(ctx)
		if err == nil {
			return nil
		}
		var answer finalError
		if errors.As(err, &answer) && answer.final() {
			return answer
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
