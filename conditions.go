package auroradataapi

import (
	"errors"
	"strings"

	"github.com/auroradataapi/auroradataapi/internal/awsapi"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// What can go wrong with the Data API itself, for errors.Is. What goes wrong in
// the database has a Code.
var (
	// ErrOutcomeUnknown: the call may or may not have been executed, because an
	// answer was lost, says too little or is that the time was up. Look before
	// you repeat it.
	ErrOutcomeUnknown = errors.New("outcome unknown")
	// ErrCommitUnknown: the transaction may or may not have been committed. It is
	// the ErrOutcomeUnknown of a Commit.
	ErrCommitUnknown = errors.New("commit unknown")
	// ErrTransactionNotFound: the transaction was committed or rolled back
	// already, it expired, or it never was. Nothing of it was kept, unless it was
	// committed. Begin anew.
	ErrTransactionNotFound = errors.New("transaction not found")
	// ErrTransactionBusy: another call of the transaction is still running.
	ErrTransactionBusy = errors.New("transaction busy")
	// ErrTransactionRolledBack: Commit found a transaction in which a statement
	// had failed, or may have, and rolled it back instead, as PostgreSQL does
	// (F0065). Nothing was kept. It has the code FailedTransaction, and the error
	// of that statement is found in it.
	ErrTransactionRolledBack = errors.New("the transaction was rolled back, because a statement in it had failed")
	// ErrStatementTimeout: the statement took longer than the service waits for
	// one, or than the database was told to. In the first case it is an
	// ErrOutcomeUnknown too.
	ErrStatementTimeout = errors.New("statement timeout")
	// ErrDatabaseResuming: the cluster was paused and did not wake up in the time
	// that the context, or Config.RetryBudget, left for it.
	ErrDatabaseResuming = errors.New("database resuming")
	// ErrThrottled: there were too many calls for as long as it was tried.
	ErrThrottled = errors.New("throttled")
	// ErrResultTooLarge: the result is larger than the service returns. The
	// statement was executed; outside of a transaction its changes are kept.
	ErrResultTooLarge = errors.New("result too large")
	// ErrCannotPage: the result is larger than the service returns, an
	// ErrResultTooLarge, and on MySQL cannot be read in pages; the error says why
	// not, and what would help.
	ErrCannotPage = errors.New("result cannot be read in pages")
	// ErrUnsupportedType: the result has a column that the service does not
	// return; cast it to text. The statement was executed; outside of a
	// transaction its changes are kept.
	ErrUnsupportedType = errors.New("unsupported type")
	// ErrAccessDenied: AWS turned the caller away, for the keys, the signature or
	// want of a permission. What a database user may not do has a Code,
	// InsufficientPrivilege.
	ErrAccessDenied = errors.New("access denied")
)

// conditions says when an error is which of the above. ErrTransactionRolledBack
// and ErrCannotPage are found by unwrapping.
var conditions = map[error]func(*Error) bool{
	ErrOutcomeUnknown: (*Error).outcomeUnknown,
	ErrCommitUnknown: func(e *Error) bool {
		return e.outcomeUnknown() && e.Operation == string(wire.CommitTransaction)
	},
	ErrTransactionNotFound: answered(func(e *Error, a *wire.Error) bool { return a.TransactionGone(wire.Operation(e.Operation)) }),
	ErrTransactionBusy:     answered(func(_ *Error, a *wire.Error) bool { return a.TransactionBusy() }),
	ErrStatementTimeout:    answered((*Error).timedOut),
	ErrDatabaseResuming:    answered(func(_ *Error, a *wire.Error) bool { return a.Code == wire.CodeDatabaseResuming }),
	ErrThrottled:           answered(func(_ *Error, a *wire.Error) bool { return a.Throttled() }),
	ErrResultTooLarge:      answered(func(_ *Error, a *wire.Error) bool { return a.ResultTooLarge() }),
	ErrUnsupportedType:     answered(func(_ *Error, a *wire.Error) bool { return a.UnsupportedType() }),
	ErrAccessDenied:        answered(func(_ *Error, a *wire.Error) bool { return a.AccessDenied() }),
}

// answered makes a condition of one that looks at the answer.
func answered(holds func(*Error, *wire.Error) bool) func(*Error) bool {
	return func(e *Error) bool {
		answer := e.answer()
		return answer != nil && holds(e, answer)
	}
}

func (e *Error) outcomeUnknown() bool {
	var unknown *awsapi.OutcomeUnknownError
	return errors.As(e.own(), &unknown)
}

// timedOut reports whether the service or the database gave a statement up.
func (e *Error) timedOut(answer *wire.Error) bool {
	const mysqlTimeout, mariadbTimeout = 3024, 1969
	return answer.Code == wire.CodeStatementTimeout ||
		e.Code == string(QueryCanceled) && strings.Contains(e.Message, "statement timeout") ||
		e.Number == mysqlTimeout || e.Number == mariadbTimeout
}

// Is reports whether the error has the Code or is of the Class that target is,
// or is what one of the variables Err… says.
func (e *Error) Is(target error) bool {
	switch target := target.(type) {
	case Code:
		return target != "" && e.is(func(c Code) bool { return c == target })
	case Class:
		return target != "" && e.is(func(c Code) bool { return c.Class() == target })
	}
	for condition, holds := range conditions {
		if condition == target { // no look-up: target may be of a type that has no hash
			return holds(e)
		}
	}
	return false
}
