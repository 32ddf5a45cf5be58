package server

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// disturbed is the service with what may come between a call and its answer:
// faults on demand and clusters that are paused.
type disturbed struct {
	*service
	faults *Faults
	pauses *pauses
}

var _ wire.API = (*disturbed)(nil)

func newDisturbed(cfg Config, s *service, faults *Faults) *disturbed {
	return &disturbed{service: s, faults: faults, pauses: newPauses(cfg, s.transactions)}
}

// target is a call as rules see it.
type target struct {
	operation                         wire.Operation
	cluster, secret, transaction, sql string
	named                             string // the database that the call names
	service                           *service
}

// database returns the database that the call uses, empty if it has none.
func (t *target) database() string {
	if t.named != "" {
		return t.named
	}
	if tx := t.service.transactions.find(t.transaction); tx != nil {
		return tx.place.login.database
	}
	at, err := t.service.resolve(t.cluster, t.secret, "", "")
	if err != nil {
		return ""
	}
	return at.login.database
}

func (d *disturbed) ExecuteStatement(ctx context.Context, req *wire.ExecuteRequest) (*wire.ExecuteResponse, error) {
	return disturb(ctx, d, d.service.ExecuteStatement, req, target{operation: wire.ExecuteStatement,
		cluster: req.ResourceARN, secret: req.SecretARN, named: req.Database, transaction: req.TransactionID, sql: req.SQL})
}

func (d *disturbed) BatchExecuteStatement(ctx context.Context, req *wire.BatchRequest) (*wire.BatchResponse, error) {
	return disturb(ctx, d, d.service.BatchExecuteStatement, req, target{operation: wire.BatchExecuteStatement,
		cluster: req.ResourceARN, secret: req.SecretARN, named: req.Database, transaction: req.TransactionID, sql: req.SQL})
}

func (d *disturbed) BeginTransaction(ctx context.Context, req *wire.BeginRequest) (*wire.BeginResponse, error) {
	return disturb(ctx, d, d.service.BeginTransaction, req, target{operation: wire.BeginTransaction,
		cluster: req.ResourceARN, secret: req.SecretARN, named: req.Database})
}

func (d *disturbed) CommitTransaction(ctx context.Context, req *wire.CommitRequest) (*wire.CommitResponse, error) {
	return disturb(ctx, d, d.service.CommitTransaction, req, target{operation: wire.CommitTransaction,
		cluster: req.ResourceARN, secret: req.SecretARN, transaction: req.TransactionID})
}

func (d *disturbed) RollbackTransaction(ctx context.Context, req *wire.RollbackRequest) (*wire.RollbackResponse, error) {
	return disturb(ctx, d, d.service.RollbackTransaction, req, target{operation: wire.RollbackTransaction,
		cluster: req.ResourceARN, secret: req.SecretARN, transaction: req.TransactionID})
}

// disturb has a call answered, or does to it what a rule says.
func disturb[Req, Resp any](ctx context.Context, d *disturbed, do func(context.Context, *Req) (*Resp, error), req *Req, t target) (*Resp, error) {
	if !d.enter() {
		return nil, closing()
	}
	defer d.wg.Done()
	t.service = d.service
	fault := d.faults.next(&t)
	if fault == nil {
		return awake(ctx, d, do, req, &t)
	}
	var resp *Resp
	var err error
	if fault.executes() {
		resp, err = awake(ctx, d, do, req, &t)
	}
	ended := d.wait(ctx, fault.Delay)
	if ended != nil && !fault.executes() {
		return nil, ended
	}
	if ended != nil || fault.Kind != FaultDelay {
		d.lose(resp)
	}
	switch fault.Kind {
	case FaultDelay:
		if !fault.Executed {
			return awake(ctx, d, do, req, &t)
		}
		return resp, err
	case FaultTruncate:
		answerOf(ctx).truncate()
		return resp, err
	default:
		return nil, d.strike(ctx, fault, &t)
	}
}

// lose notes what goes with an answer that does not arrive.
func (d *disturbed) lose(answer any) {
	if begun, ok := answer.(*wire.BeginResponse); ok && begun != nil {
		d.transactions.lose(begun.TransactionID)
	}
}

// awake has a call answered if its cluster is not paused.
func awake[Req, Resp any](ctx context.Context, d *disturbed, do func(context.Context, *Req) (*Resp, error), req *Req, t *target) (*Resp, error) {
	c := d.pauses.of(t.cluster)
	if c == nil {
		return do(ctx, req)
	}
	if wakes(t.operation) {
		if err := c.enter(); err != nil {
			return nil, err
		}
		defer c.leave()
	}
	return do(ctx, req)
}

// executes reports whether the call is executed before it goes wrong.
func (f *Fault) executes() bool { return f.Executed || f.Kind == FaultTruncate }

// strike returns the error that a call is answered with, unless its connection
// is closed.
func (d *disturbed) strike(ctx context.Context, f *Fault, t *target) error {
	switch f.Kind {
	case FaultResuming:
		return resuming(t.cluster)
	case FaultThrottle:
		return wire.NewError(wire.CodeThrottling, "Rate exceeded") // F0094
	case FaultError:
		return &wire.Error{Code: wire.Code(f.Code), Message: f.Message, Status: f.Status}
	case FaultStatus:
		answerOf(ctx).replace(f.Status)
		return errors.New(http.StatusText(f.Status))
	case FaultExpire:
		if tx := d.transactions.doom(t.transaction); tx != nil {
			d.rollbackAndClose(tx)
		}
		return transactionNotFound(t.transaction)
	default: // FaultDrop, as rules are checked
		panic(http.ErrAbortHandler) // how net/http is told to close a connection
	}
}

// wait waits for a time that ends with the caller and with the server. It
// returns the answer if one of those was first.
func (s *service) wait(ctx context.Context, d time.Duration) error {
	if d == 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return contextError(ctx.Err())
	case <-s.ctx.Done():
		return closing()
	}
}
