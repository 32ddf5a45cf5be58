package server

import (
	"context"
	"encoding/binary"
	"io"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// copyGuard watches what a database sends for the start of a COPY from or to
// the client, which the API has no way to carry. pgconn would wait forever
// for the database to go on after the first and lose the data of the second.
//
// It reads where the connection reads, so it needs no lock.
type copyGuard struct {
	r io.Reader
	w io.Writer

	header  [5]byte // of the message that is being read
	have    int     // bytes of it
	body    int     // bytes that are left of its body
	started string  // the message that started a COPY
}

const (
	typeCopyIn  = 'G'
	typeCopyOut = 'H'
)

const guardKey = "auroradataapi.copyGuard"

// guardCopies puts a guard on a connection that is about to be made.
func guardCopies(_ context.Context, cc *pgx.ConnConfig) error {
	guard := &copyGuard{}
	cc.BuildFrontend = func(r io.Reader, w io.Writer) *pgproto3.Frontend {
		*guard = copyGuard{r: r, w: w}
		return pgproto3.NewFrontend(guard, w)
	}
	cc.AfterConnect = func(_ context.Context, pc *pgconn.PgConn) error {
		pc.CustomData()[guardKey] = guard
		return nil
	}
	return nil
}

func guardOf(pc *pgconn.PgConn) *copyGuard {
	guard, _ := pc.CustomData()[guardKey].(*copyGuard)
	if guard == nil {
		guard = &copyGuard{}
	}
	return guard
}

// Read reads from the database.
func (g *copyGuard) Read(p []byte) (int, error) {
	n, err := g.r.Read(p)
	g.watch(p[:n])
	return n, err
}

func (g *copyGuard) watch(p []byte) {
	for len(p) > 0 {
		if g.body > 0 {
			skip := min(g.body, len(p))
			g.body -= skip
			p = p[skip:]
			continue
		}
		n := copy(g.header[g.have:], p)
		g.have += n
		p = p[n:]
		if g.have == len(g.header) {
			g.have = 0
			g.body = max(0, int(binary.BigEndian.Uint32(g.header[1:]))-4)
			g.begin(g.header[0])
		}
	}
}

// begin notes a message. A COPY from the client is ended at once: the database
// has ignored the Sync that it was sent and waits for data, so it is told that
// there is none, and to be in sync again.
func (g *copyGuard) begin(message byte) {
	switch message {
	case typeCopyOut:
		g.started = "CopyOutResponse"
	case typeCopyIn:
		g.started = "CopyInResponse"
		stop, err := (&pgproto3.CopyFail{Message: "COPY from the client is not supported"}).Encode(nil)
		if err == nil {
			stop, err = (&pgproto3.Sync{}).Encode(stop)
		}
		if err == nil {
			_, _ = g.w.Write(stop) // a broken connection shows in the reading
		}
	}
}

// take returns the message that started a COPY since the last call, or "".
func (g *copyGuard) take() string {
	started := g.started
	g.started = ""
	return started
}
