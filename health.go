package auroradataapi

import (
	"errors"
	"strings"

	"github.com/auroradataapi/auroradataapi/internal/awsapi"
	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// health is whether a transaction can be committed. PostgreSQL rolls one back
// without a word when it is asked to commit it after a statement has failed, and
// what the service then answers is not known (F0065, F0223); MySQL ends one in a
// deadlock and runs what follows on its own (F0243); and of a statement whose
// answer is lost nobody knows whether the transaction holds its work. So the
// driver keeps book itself, and never takes such a commit for a success.
type health struct {
	// cause is the error for which the transaction cannot be committed; nil if
	// it can. why says it in a few words.
	cause error
	why   string
	// over says that nothing mends that: the transaction can only be rolled
	// back. If it is false, a statement that succeeds proves that the
	// transaction is alive again, as ROLLBACK TO SAVEPOINT does.
	over bool
}

const (
	whyFailed     = "a statement in it failed"
	whyEnded      = "the database has ended it"
	whyUnknown    = "it is not known whether a statement in it was executed"
	whyRolledBack = "the database rolled it back"
)

// note takes the outcome of a statement into account. The first error is kept:
// those that follow come from it.
func (h *health) note(d *dialect.Dialect, s sending, err error) {
	if h.over {
		return
	}
	why, over := judge(d, s, err)
	switch {
	case err == nil && s.proves():
		*h = health{}
	case err == nil, why == "":
	case over || h.cause == nil:
		*h = health{cause: err, why: why, over: over}
	}
}

// proves says whether a success means that the database has run something, which
// it does not in a transaction that is aborted. An empty statement and a batch
// without sets (F0039) are a success there too.
func (s sending) proves() bool { return s.op == wire.ExecuteStatement && !s.parsed.Empty() }

// reads reports whether the statement can only read, as far as its text tells.
func (s sending) reads() bool { return s.parsed.Kind().Query() && !s.parsed.Kind().Writes() }

// noteAnswer takes into account what was answered to the question of
// dialect.AskAfter, which was asked for an error.
func (h *health) noteAnswer(err error, resp *wire.ExecuteResponse, failed error) {
	why := whyUnknown
	if failed == nil {
		defer resp.Records.Close()
		row, none := resp.Records.Next(nil)
		switch {
		case none != nil || len(row) != 1 || row[0].Kind() != wire.KindLong:
		case row[0].Long() == 0:
			return
		default:
			why = whyEnded
		}
	}
	*h = health{cause: err, why: why, over: true}
}

// judge tells what an error means for the transaction that the statement was
// in, why being empty for nothing.
func judge(d *dialect.Dialect, s sending, err error) (why string, over bool) {
	var answer *wire.Error
	answered := errors.As(err, &answer)
	var sure interface{ SafeToRetry() bool }
	switch {
	case err == nil, errors.As(err, &sure) && sure.SafeToRetry():
		return "", false // it did not reach the database
	case s.reads() && answered && answer.Code == wire.CodeInternalFailure && d.AbortsTransaction():
		// Its result could not be written (F0047), or PostgreSQL tells next.
		return whyFailed, false
	case lost(err):
		return whyUnknown, true
	case answered && answer.Code == wire.CodeStatementTimeout:
		// PostgreSQL tells by its next answer whether the statement has failed.
		// MySQL's next answer says nothing, so what the caller did not ask for
		// ends it.
		switch {
		case d.AbortsTransaction():
			return whyFailed, false
		case s.runsOn:
			return "", false
		}
		return whyUnknown, true
	case !answered || answer.Code != wire.CodeDatabaseError && answer.Code != wire.CodeBadRequest:
		return "", false // the service refused it
	}
	db := wire.ParseDatabaseError(answer.Message)
	switch {
	case db.SQLState == "" && db.Number == 0 && answer.Code == wire.CodeBadRequest:
		return "", false // likewise
	case d.AbortsTransaction():
		return whyFailed, false
	case d.EndsTransaction(db.SQLState, db.Number):
		return whyEnded, true
	}
	return "", false
}

// lost reports whether a statement may have been executed, or still be, without
// an answer that says how it ended. That its time was up is such an answer, the
// text without a reason (F0051) is not.
func lost(err error) bool {
	var unknown *awsapi.OutcomeUnknownError
	var answer *wire.Error
	if !errors.As(err, &unknown) {
		return false
	}
	return unknown.Attempts > 1 || !errors.As(err, &answer) || answer.Code != wire.CodeStatementTimeout
}

// newFailedTransaction makes the error of a statement that is not sent because
// of the state of its transaction, or of a commit that was none.
func newFailedTransaction(op wire.Operation, statement string, h health) *Error {
	message := "the statement was not sent, the transaction can only be rolled back, because "
	earlier := &earlierError{cause: h.cause}
	if op == wire.CommitTransaction {
		message = "the transaction was rolled back and not committed, because "
		earlier.rolledBack = true
	}
	message += h.why
	if h.cause != nil {
		message += ": " + strings.TrimPrefix(h.cause.Error(), "auroradataapi: ")
	}
	return &Error{Code: string(FailedTransaction), Operation: string(op), Statement: statement, Message: message, err: earlier}
}

// earlierError is the error of an earlier call, for which the one that returns
// it did nothing. What it is, the later error is too, but for its outcome: that
// of the later call is known.
type earlierError struct {
	cause      error // nil if it is not known
	rolledBack bool  // the later call was Commit
}

func (e *earlierError) Error() string {
	if e.cause == nil {
		return "unknown"
	}
	return e.cause.Error()
}

func (e *earlierError) Is(target error) bool {
	switch target {
	case ErrTransactionRolledBack:
		return e.rolledBack
	case ErrOutcomeUnknown:
		return false
	}
	return errors.Is(e.cause, target)
}

func (e *earlierError) As(target any) bool { return errors.As(e.cause, target) }
