package auroradataapi

import (
	"context"
	"io"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/awsapi"
	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// observer watches the calls of a connector: it counts them and tells them to
// the tracer, if there is one.
type observer struct {
	info     CallInfo // what all calls have in common
	tracer   Tracer   // or nil
	now      func() time.Time
	attempts AttemptTracer
	counters
	addRows func(int) // to the counter, made once
}

func newObserver(cfg *Config, d *dialect.Dialect) *observer {
	o := &observer{
		info:   CallInfo{Engine: d.Name, Database: cfg.Database, ClusterARN: cfg.ClusterARN},
		tracer: cfg.Tracer,
		now:    cfg.Now,
	}
	if o.now == nil {
		o.now = time.Now
	}
	o.attempts, _ = cfg.Tracer.(AttemptTracer)
	o.addRows = func(read int) { o.rows.Add(int64(read)) }
	return o
}

// subject is what a call is about, which its request does not tell: that has
// the statement in the service's form, and may have values in it.
type subject struct {
	kind CallKind
	call
}

type subjectKey struct{}

// about notes for the tracer which statement the calls made with the context
// are about. Whoever calls wire.API for a statement says so first: of a call
// without a subject, which is CallOther, no statement is shown.
func (o *observer) about(ctx context.Context, kind CallKind, q call) context.Context {
	if o.tracer == nil {
		return ctx
	}
	return context.WithValue(ctx, subjectKey{}, subject{kind, q})
}

// span is a call that is being traced.
type span struct {
	CallInfo
	CallResult
	began time.Time
}

type spanKey struct{}

// start begins to trace a call. Without a tracer there is no span.
func (o *observer) start(ctx context.Context, op wire.Operation, transactionID string, sets [][]wire.Parameter) (context.Context, *span) {
	if o.tracer == nil {
		return ctx, nil
	}
	s := &span{CallInfo: o.info, began: o.now()}
	s.Operation, s.TransactionID, s.Sets, s.Kind = string(op), transactionID, len(sets), CallOther
	switch op {
	case wire.BeginTransaction, wire.CommitTransaction, wire.RollbackTransaction:
		s.Kind = CallTransaction
	default:
		if q, ok := ctx.Value(subjectKey{}).(subject); ok {
			s.Kind, s.Statement, s.Parameters = q.kind, q.query, len(q.args)
			if q.parsed != nil {
				s.Verb = q.parsed.Verb()
			}
		}
	}
	if len(sets) > 0 {
		s.Parameters = len(sets[0])
	}
	ctx = startCall(ctx, o.tracer, s.CallInfo)
	return context.WithValue(ctx, spanKey{}, s), s
}

// end ends a call that start began.
func (o *observer) end(ctx context.Context, s *span, err error) {
	if s == nil {
		return
	}
	s.Duration = o.now().Sub(s.began)
	if err != nil {
		s.Err = newError(wire.Operation(s.Operation), s.Statement, nil, err)
	}
	o.tracer.CallEnd(ctx, s.CallInfo, s.CallResult)
}

// attempted hears of each attempt from the client.
func (o *observer) attempted(ctx context.Context, a awsapi.Attempt) {
	o.countAttempt(a)
	if o.tracer == nil {
		return
	}
	s, ok := ctx.Value(spanKey{}).(*span)
	if !ok || s.Operation != string(a.Op) { // what the client does for itself
		return
	}
	s.Attempts = a.Number
	s.BytesSent += a.Sent
	s.BytesReceived += a.Received
	if a.RequestID != "" {
		s.RequestID = a.RequestID
	}
	if o.attempts != nil {
		o.attempts.CallAttempt(ctx, s.CallInfo, CallAttempt{
			Number: a.Number, Duration: a.Duration, Status: a.Status, RequestID: a.RequestID,
			BytesSent: a.Sent, BytesReceived: a.Received,
			Err: a.Err, Reason: string(a.Reason), Again: a.Again, Pause: a.Pause,
		})
	}
}

// paused hears of each pause between two attempts from the client.
func (o *observer) paused(ctx context.Context, d time.Duration) {
	o.waited.Add(int64(d))
	if o.tracer == nil {
		return
	}
	if s, ok := ctx.Value(spanKey{}).(*span); ok {
		s.Waited += d
	}
}

// observed is an API whose calls are watched.
type observed struct {
	api wire.API
	*observer
}

var (
	_ wire.API  = observed{}
	_ io.Closer = observed{}
)

// Close closes the API, if there is something to close.
func (o observed) Close() error {
	if closer, ok := o.api.(io.Closer); ok {
		return closer.Close()
	}
	return nil
}

func (o observed) ExecuteStatement(ctx context.Context, req *wire.ExecuteRequest) (*wire.ExecuteResponse, error) {
	ctx, s := o.start(ctx, wire.ExecuteStatement, req.TransactionID, nil)
	resp, err := o.api.ExecuteStatement(ctx, req)
	told := err
	if isDescription(err) {
		told = nil
	}
	o.execute.count(told)
	if err == nil {
		resp.Records.OnClose(o.addRows)
		if s != nil {
			s.Rows, s.RowsAffected = int64(resp.Records.Len()), resp.NumberOfRecordsUpdated
		}
	}
	o.end(ctx, s, told)
	return resp, err
}

func (o observed) BatchExecuteStatement(ctx context.Context, req *wire.BatchRequest) (*wire.BatchResponse, error) {
	ctx, s := o.start(ctx, wire.BatchExecuteStatement, req.TransactionID, req.ParameterSets)
	resp, err := o.api.BatchExecuteStatement(ctx, req)
	o.batch.count(err)
	o.end(ctx, s, err)
	return resp, err
}

func (o observed) BeginTransaction(ctx context.Context, req *wire.BeginRequest) (*wire.BeginResponse, error) {
	ctx, s := o.start(ctx, wire.BeginTransaction, "", nil)
	resp, err := o.api.BeginTransaction(ctx, req)
	o.begin.count(err)
	if err == nil {
		o.opened(resp.TransactionID)
		if s != nil {
			s.TransactionID = resp.TransactionID
		}
	}
	told := false
	defer func() {
		if !told && err == nil { // the tracer panics, and nobody will know of the transaction
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTimeout)
			defer cancel()
			_, _ = o.rollBack(ctx, &wire.RollbackRequest{ResourceARN: req.ResourceARN, SecretARN: req.SecretARN, TransactionID: resp.TransactionID})
		}
	}()
	o.end(ctx, s, err)
	told = true
	return resp, err
}

func (o observed) CommitTransaction(ctx context.Context, req *wire.CommitRequest) (*wire.CommitResponse, error) {
	ctx, s := o.start(ctx, wire.CommitTransaction, req.TransactionID, nil)
	resp, err := o.api.CommitTransaction(ctx, req)
	told := err
	if err == nil && resp.TransactionStatus == wire.StatusRolledBack {
		told = ErrTransactionRolledBack // which is what the program is told
	}
	o.commit.count(told)
	switch {
	case told == nil:
		o.ended(req.TransactionID, &o.committed)
	case err == nil:
		o.ended(req.TransactionID, &o.rolledBack)
	default:
		o.ended(req.TransactionID, nil)
	}
	o.end(ctx, s, told)
	return resp, err
}

func (o observed) RollbackTransaction(ctx context.Context, req *wire.RollbackRequest) (*wire.RollbackResponse, error) {
	started := false
	defer func() {
		if !started { // the tracer panics, and the transaction is to end all the same
			_, _ = o.rollBack(ctx, req)
		}
	}()
	ctx, s := o.start(ctx, wire.RollbackTransaction, req.TransactionID, nil)
	started = true
	resp, err := o.rollBack(ctx, req)
	o.end(ctx, s, err)
	return resp, err
}

// rollBack rolls back and counts it.
func (o observed) rollBack(ctx context.Context, req *wire.RollbackRequest) (*wire.RollbackResponse, error) {
	resp, err := o.api.RollbackTransaction(ctx, req)
	o.rollback.count(err)
	if err == nil {
		o.ended(req.TransactionID, &o.rolledBack)
	} else {
		o.ended(req.TransactionID, nil)
	}
	return resp, err
}
