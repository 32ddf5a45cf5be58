package server

import (
	"bufio"
	"context"
	"encoding/binary"
	"io"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// guard stands between a database and pgconn and keeps away what the API has no
// way to carry, however large it is:
//
//   - A COPY from or to the client. pgconn would wait forever for the database
//     to go on after the first and lose the data of the second.
//   - A row that alone is larger than a result may be. An empty one takes its
//     place: pgconn keeps a message in memory as a whole.
//   - Notices and notifications, which nobody receives.
//   - The end of an error that fills megabytes.
//
// It works where the connection reads, so it needs no lock.
type guard struct {
	in *bufio.Reader
	w  io.Writer

	header [headerBytes]byte // of the message that is being read
	have   int               // bytes of it
	ready  []byte            // bytes to hand out before any others
	pass   int               // bytes of the body to hand out then
	tail   []byte            // bytes to hand out behind them
	skip   int               // bytes of the body to pass over then

	started string // the message that started a COPY
	dropped bool   // whether a row was too large
}

// The messages that the guard looks at.
const (
	typeCopyIn       = 'G'
	typeCopyOut      = 'H'
	typeCopyData     = 'd'
	typeDataRow      = 'D'
	typeError        = 'E'
	typeNotice       = 'N'
	typeNotification = 'A'
)

const (
	headerBytes = 5 // a type, and a length that counts itself but not the type
	lengthBytes = 4

	// maxErrorBytes is how much of an error is read. Its text comes early.
	maxErrorBytes = 1 << 20
)

const guardKey = "auroradataapi.guard"

// guardConnection puts a guard on a connection that is about to be made.
func guardConnection(_ context.Context, cc *pgx.ConnConfig) error {
	g := &guard{}
	cc.BuildFrontend = func(r io.Reader, w io.Writer) *pgproto3.Frontend {
		*g = *newGuard(r, w)
		return pgproto3.NewFrontend(g, w)
	}
	cc.AfterConnect = func(_ context.Context, pc *pgconn.PgConn) error {
		pc.CustomData()[guardKey] = g
		return nil
	}
	return nil
}

func newGuard(r io.Reader, w io.Writer) *guard {
	return &guard{in: bufio.NewReaderSize(r, 8<<10), w: w} // the database sends as much at once
}

func guardOf(pc *pgconn.PgConn) *guard {
	g, _ := pc.CustomData()[guardKey].(*guard)
	if g == nil {
		g = &guard{}
	}
	return g
}

// Read reads from the database.
func (g *guard) Read(p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		if len(g.ready) > 0 {
			c := copy(p[n:], g.ready)
			g.ready = g.ready[c:]
			n += c
			continue
		}
		if g.pass == 0 && g.tail != nil {
			g.ready, g.tail = g.tail, nil
			continue
		}
		if n > 0 && g.in.Buffered() == 0 {
			break // rather than wait
		}
		var c int
		switch {
		case g.pass > 0:
			c, err = g.in.Read(p[n:min(len(p), n+g.pass)])
			n += c
			g.pass -= c
		case g.skip > 0:
			c, err = g.in.Discard(min(g.skip, max(g.in.Buffered(), 1)))
			g.skip -= c
		default:
			c, err = g.in.Read(g.header[g.have:])
			if g.have += c; g.have == headerBytes {
				g.have = 0
				g.begin(g.header[0], max(0, int(binary.BigEndian.Uint32(g.header[1:]))-lengthBytes))
			}
		}
	}
	return n, err
}

// begin decides what becomes of a message, by its type and the size of its body.
func (g *guard) begin(message byte, size int) {
	switch {
	case message == typeCopyData, message == typeNotice, message == typeNotification:
		g.skip = size
		return
	case message == typeDataRow && size > wire.MaxResultBytes:
		g.dropped = true
		g.cut(0, size)
	case message == typeError && size > maxErrorBytes:
		g.cut(maxErrorBytes, size)
	default:
		g.pass = size
	}
	switch message {
	case typeCopyOut:
		g.started = "CopyOutResponse"
	case typeCopyIn:
		g.started = "CopyInResponse"
		g.refuseCopy()
	}
	g.ready = g.header[:]
}

// cut hands out the beginning of a message and two zeros behind it. They are a
// row without columns, and the end of an error's last string and of its strings.
func (g *guard) cut(pass, size int) {
	binary.BigEndian.PutUint32(g.header[1:], uint32(lengthBytes+pass+2))
	g.pass, g.tail, g.skip = pass, []byte{0, 0}, size-pass
}

// refuseCopy ends a COPY from the client at once: the database has ignored the
// Sync that it was sent and waits for data, so it is told that there is none,
// and to be in sync again.
func (g *guard) refuseCopy() {
	stop, err := (&pgproto3.CopyFail{Message: "COPY from the client is not supported"}).Encode(nil)
	if err == nil {
		stop, err = (&pgproto3.Sync{}).Encode(stop)
	}
	if err == nil {
		_, _ = g.w.Write(stop) // a broken connection shows in the reading
	}
}

// take returns what was kept away since the last call: the message that started
// a COPY, or "", and whether there was a row that is too large.
func (g *guard) take() (started string, dropped bool) {
	started, dropped = g.started, g.dropped
	g.started, g.dropped = "", false
	return started, dropped
}
