package auroradataapi

import (
	"context"
	"crypto/rand"
	"encoding/hex"

	"github.com/auroradataapi/auroradataapi/internal/awsapi"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// pageCalls makes the calls that read a result in pages: in the transaction that
// is open, else in one of their own.
type pageCalls struct {
	conn *Conn
	call call // the statement whose result it is
	tx   *tx
	own  bool // it is begun for the result
}

func (c *Conn) newPageCalls(q call) pageCalls {
	t := c.tx.Load()
	return pageCalls{conn: c, call: q, tx: t, own: t == nil}
}

// pageName returns a name for what the database is to keep for a result.
func pageName() string {
	var id [6]byte
	_, _ = rand.Read(id[:]) // never fails: crypto/rand
	return "auroradataapi_" + hex.EncodeToString(id[:])
}

// begin begins the transaction, if it is the result's own. In the caller's, a
// function that the statement calls may change what other results show.
func (p *pageCalls) begin(ctx context.Context) error {
	if !p.own {
		p.tx.watches.note(sending{kind: CallStatement, call: p.call})
		return nil
	}
	var err error
	p.tx, err = p.conn.begin(ctx, p.call, newLane())
	return err
}

// applied is for statements that change nothing.
func (p *pageCalls) applied() bool { return false }

// undoes is for statements that change nothing.
func (p *pageCalls) undoes() bool { return false }

// run sends a statement of the driver's own.
func (p *pageCalls) run(ctx context.Context, sql string) (*wire.ExecuteResponse, error) {
	return p.send(ctx, sql, nil, nil)
}

// send sends a statement in the transaction. place finds a position of it in
// the caller's. That the caller's may be repeated does not hold for what takes the
// next page or makes something.
func (p *pageCalls) send(ctx context.Context, sql string, parameters []wire.Parameter, place func(int) int) (*wire.ExecuteResponse, error) {
	return p.sendAs(awsapi.Once(ctx), sql, parameters, place)
}

// reread sends a statement that only reads, again if its answer is lost.
func (p *pageCalls) reread(ctx context.Context, sql string, parameters []wire.Parameter) (*wire.ExecuteResponse, error) {
	return p.sendAs(awsapi.Repeatable(ctx), sql, parameters, nil)
}

func (p *pageCalls) sendAs(ctx context.Context, sql string, parameters []wire.Parameter, place func(int) int) (*wire.ExecuteResponse, error) {
	return p.conn.run(ctx, CallPage, p.call, place, p.tx, wire.ExecuteRequest{
		SQL:                   sql,
		Parameters:            parameters,
		IncludeResultMetadata: true,
	})
}
