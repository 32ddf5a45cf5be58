package server

import (
	"context"
	"log/slog"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// service implements the Data API over the configured clusters.
type service struct {
	*life
	clusters     map[string]*cluster
	transactions *transactions
	timeout      time.Duration // of a statement
	sizes        Sizes
	log          *slog.Logger
}

var _ wire.API = (*service)(nil)

func newService(cfg Config, clusters map[string]*cluster) *service {
	s := &service{life: newLife(), clusters: clusters, transactions: newTransactions(cfg),
		timeout: cfg.StatementTimeout, sizes: cfg.Sizes, log: cfg.Logger}
	s.enter()
	go s.sweep(min(sweepEvery, cfg.TransactionIdleTimeout, cfg.TransactionMaxAge))
	return s
}

// ExecuteStatement runs one statement.
func (s *service) ExecuteStatement(ctx context.Context, req *wire.ExecuteRequest) (*wire.ExecuteResponse, error) {
	if !s.enter() {
		return nil, closing()
	}
	defer s.wg.Done()
	at, err := s.resolve(req.ResourceARN, req.SecretARN, req.Database, req.Schema)
	if err != nil {
		return nil, err
	}
	st, err := s.newStatement(at, req)
	if err != nil {
		return nil, err
	}
	l, err := s.lease(ctx, at, req.TransactionID, req.Database)
	if err != nil {
		return nil, err
	}
	if req.ContinueAfterTimeout {
		return s.runOn(ctx, l, st, req)
	}
	defer l.done()
	res, err := timed(ctx, s, l, func(ctx context.Context) (*result, error) { return l.session.run(ctx, st) })
	if err != nil {
		return nil, err
	}
	return s.newExecuteResponse(res, req)
}

func (s *service) newStatement(at place, req *wire.ExecuteRequest) (statement, error) {
	sql, err := readSQL(at.dialect, req.SQL, s.sizes.SQLChars)
	if err != nil {
		return statement{}, err
	}
	params, err := arrange(sql.Names, req.Parameters)
	if err != nil {
		return statement{}, err
	}
	return statement{sql: sql, params: params, options: req.ResultSetOptions, most: s.sizes.ResultBytes,
		metadata: req.IncludeResultMetadata && req.FormatRecordsAs != wire.RecordsJSON}, nil
}

func (s *service) newExecuteResponse(res *result, req *wire.ExecuteRequest) (*wire.ExecuteResponse, error) {
	resp := &wire.ExecuteResponse{NumberOfRecordsUpdated: res.updated, GeneratedFields: res.generated}
	switch {
	case !res.returnsRows:
	case req.FormatRecordsAs == wire.RecordsJSON:
		text, err := formatJSON(res.labels, res.rows, s.sizes.FormattedBytes)
		if err != nil {
			return nil, err
		}
		resp.FormattedRecords = &text
	default:
		resp.Records, resp.ColumnMetadata = wire.NewRecords(res.rows), res.columns
	}
	return resp, nil
}

// BatchExecuteStatement runs one statement for each set of parameters. That
// outside of a transaction all of them or none takes effect is a choice (F0224).
func (s *service) BatchExecuteStatement(ctx context.Context, req *wire.BatchRequest) (*wire.BatchResponse, error) {
	if !s.enter() {
		return nil, closing()
	}
	defer s.wg.Done()
	at, err := s.resolve(req.ResourceARN, req.SecretARN, req.Database, req.Schema)
	if err != nil {
		return nil, err
	}
	if len(req.ParameterSets) == 0 {
		return &wire.BatchResponse{}, nil // nothing runs, not even invalid SQL fails (F0039)
	}
	sql, err := readSQL(at.dialect, req.SQL, s.sizes.SQLChars)
	if err != nil {
		return nil, err
	}
	sets := make([][]wire.Parameter, len(req.ParameterSets))
	for i, params := range req.ParameterSets {
		if sets[i], err = arrange(sql.Names, params); err != nil {
			return nil, err
		}
		if err := checkComplete(sets[i]); err != nil {
			return nil, err
		}
	}
	l, err := s.lease(ctx, at, req.TransactionID, req.Database)
	if err != nil {
		return nil, err
	}
	defer l.done()
	generated, err := timed(ctx, s, l, func(ctx context.Context) ([][]wire.Field, error) {
		if l.tx != nil || len(sets) == 1 {
			return l.session.runAll(ctx, sql, sets)
		}
		if err := l.session.begin(ctx); err != nil {
			return nil, err
		}
		generated, err := l.session.runAll(ctx, sql, sets)
		if err != nil {
			s.rollback(l.session)
			return nil, err
		}
		_, err = l.session.commit(ctx)
		return generated, err
	})
	if err != nil {
		return nil, err
	}
	resp := &wire.BatchResponse{UpdateResults: make([]wire.UpdateResult, len(generated))}
	for i, g := range generated {
		resp.UpdateResults[i].GeneratedFields = append([]wire.Field{}, g...)
	}
	return resp, nil
}

// BeginTransaction opens a transaction.
func (s *service) BeginTransaction(ctx context.Context, req *wire.BeginRequest) (*wire.BeginResponse, error) {
	if !s.enter() {
		return nil, closing()
	}
	defer s.wg.Done()
	at, err := s.resolve(req.ResourceARN, req.SecretARN, req.Database, req.Schema)
	if err != nil {
		return nil, err
	}
	l, err := s.lease(ctx, at, "", "")
	if err != nil {
		return nil, err
	}
	_, err = timed(ctx, s, l, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, l.session.begin(ctx)
	})
	if err != nil {
		l.done()
		return nil, err
	}
	if err := contextError(ctx.Err()); err != nil {
		l.done() // nobody would ever learn the id
		return nil, err
	}
	return &wire.BeginResponse{TransactionID: s.transactions.add(at, l.session)}, nil
}

// CommitTransaction ends a transaction and keeps its changes. Of one that a
// failed statement has aborted the database keeps nothing (F0065); that the
// status then says so is a choice (F0223).
func (s *service) CommitTransaction(ctx context.Context, req *wire.CommitRequest) (*wire.CommitResponse, error) {
	committed := false
	err := s.finish(ctx, req.ResourceARN, req.SecretARN, req.TransactionID, func(ctx context.Context, open session) (err error) {
		committed, err = open.commit(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	status := wire.StatusCommitted
	if !committed {
		status = wire.StatusRolledBack
	}
	return &wire.CommitResponse{TransactionStatus: status}, nil
}

// RollbackTransaction ends a transaction and drops its changes.
func (s *service) RollbackTransaction(ctx context.Context, req *wire.RollbackRequest) (*wire.RollbackResponse, error) {
	err := s.finish(ctx, req.ResourceARN, req.SecretARN, req.TransactionID, func(ctx context.Context, open session) error {
		return open.rollback(ctx)
	})
	if err != nil {
		return nil, err
	}
	return &wire.RollbackResponse{TransactionStatus: wire.StatusRolledBack}, nil
}

// finish ends a transaction. A caller that goes away does not keep it from
// ending: half an end would leave the caller in doubt.
func (s *service) finish(ctx context.Context, resourceARN, secretARN, id string, end func(context.Context, session) error) error {
	if !s.enter() {
		return closing()
	}
	defer s.wg.Done()
	at, err := s.resolve(resourceARN, secretARN, "", "")
	if err != nil {
		return err
	}
	if err := checkLength("transactionId", id, 1, wire.MaxTransactionIDChars); err != nil {
		return err
	}
	l, err := s.lease(ctx, at, id, "")
	if err != nil {
		return err
	}
	defer l.session.close()
	defer s.transactions.remove(l.tx)
	_, err = timed(context.WithoutCancel(ctx), s, l, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, end(ctx, l.session)
	})
	return err
}
