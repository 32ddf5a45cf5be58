package auroradataapi

import (
	"context"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
)

// script is a run of the statements of a text.
type script struct {
	conn *Conn
	// own is the transaction of the script that is open, or nil.
	own *tx
	// applied counts the statements that were executed, and kept those of them
	// that a rollback of own does not undo.
	applied, kept int
}

// run runs the statements until one fails. do runs one that is neither the begin
// nor the end of a transaction.
func (s *script) run(ctx context.Context, steps []call, do func(call) error) error {
	defer func() {
		if s.own != nil { // a statement has failed, or a tracer panics
			s.own.release(ctx)
		}
	}()
	if s.conn.cfg.MultiStatements == MultiStatementsInTransaction && s.conn.tx.Load() == nil {
		if err := s.begin(ctx, steps[0]); err != nil {
			return err
		}
	}
	for _, q := range steps {
		if err := s.step(ctx, q, do); err != nil {
			return s.fail(q, err)
		}
		s.applied++
	}
	if s.own != nil {
		q := steps[len(steps)-1]
		if err := s.commit(ctx, q); err != nil {
			return s.fail(q, err)
		}
	}
	return nil
}

func (s *script) step(ctx context.Context, q call, do func(call) error) error {
	switch q.bracket {
	case dialect.BracketBegin:
		return s.begin(ctx, q)
	case dialect.BracketCommit:
		return s.commit(ctx, q)
	case dialect.BracketRollback:
		t := s.own
		s.own, s.applied = nil, s.kept
		return t.Rollback()
	}
	q.within = s.own
	return do(q)
}

// begin begins a transaction for the statements from q on.
func (s *script) begin(ctx context.Context, q call) (err error) {
	s.own, err = s.conn.begin(ctx, call{options: q.options}, newLane())
	s.kept = s.applied
	return err
}

func (s *script) commit(ctx context.Context, q call) error {
	t := s.own
	s.own = nil
	err := t.commit(ctx, q.query)
	if err != nil {
		s.applied = s.kept
	}
	return err
}

// fail makes the error of a statement. What is open is rolled back.
func (s *script) fail(q call, err error) error {
	if s.own != nil {
		s.applied = s.kept
	}
	return q.failed(s.applied, err)
}
