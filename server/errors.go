package server

import (
	"context"
	"errors"
	"fmt"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// errStatementTimeout is the cause of a context that ended because a statement
// ran too long.
var errStatementTimeout = errors.New("statement timeout")

// statementTimeout is the answer to a statement that ran too long (F0078). Its
// text and number are choices (F0226).
func statementTimeout(connection int64) error {
	return &wire.Error{Code: wire.CodeStatementTimeout, DBConnectionID: connection,
		Message: "canceling statement due to statement timeout"}
}

func unsupportedType(name string) error {
	return wire.NewError(wire.CodeUnsupportedResult, "The result contains the unsupported data type "+name+".")
}

// Answers to results that the service does not return (F0026). They are
// functions, as an error may be given a request id on its way.
func multidimensional() error {
	return wire.NewError(wire.CodeUnsupportedResult, "The result contains a multidimensional array")
}

func resultTooLarge() error {
	return wire.NewError(wire.CodeUnsupportedResult, "The result exceeds the size limit 1 MB.")
}

// internalFailure is the service's answer to a value that it cannot write,
// such as a date of infinity (F0047).
func internalFailure() error { return wire.NewError(wire.CodeInternalFailure, "") }

func transactionNotFound(id string) error {
	return wire.NewError(wire.CodeTransactionNotFound, "Transaction "+id+" is not found")
}

func stillRunning() error {
	return wire.NewError(wire.CodeDatabaseError, wire.TextStillRunning)
}

func unavailable(format string, args ...any) error {
	return wire.NewError(wire.CodeDatabaseUnavailable, fmt.Sprintf(format, args...))
}

func closing() error { return wire.NewError(wire.CodeServiceUnavailable, "the server is closed") }

func asServiceError(e *wire.DatabaseError, cause error) error {
	return &wire.Error{Code: wire.CodeDatabaseError, Message: e.Format(), Err: cause}
}

// wasCancelled reports whether an error may come of a cancellation: it does not
// if the database had another reason.
func wasCancelled(err error) bool {
	if cancelled, ok := pgCancelled(err); ok {
		return cancelled
	}
	if cancelled, ok := mysqlCancelled(err); ok {
		return cancelled
	}
	return true
}

// contextError returns the answer for an error that came of a context's end:
// nobody is there to read it, except when the server closes.
func contextError(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return &wire.Error{Code: wire.CodeServiceUnavailable, Message: "the call was cancelled", Err: err}
	}
	return nil
}
