package auroradataapi

import (
	"errors"
	"fmt"
	"strings"

	"github.com/auroradataapi/auroradataapi/internal/awsapi"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// Error is what the Data API or the database behind it answered, or why no
// answer came. Every error of a call to the Data API is one; what the driver
// finds wrong before it sends anything, and a value that it cannot convert, are
// plain errors. errors.As also finds the AWS SDK's own error in it, and context
// errors stay visible to errors.Is.
type Error struct {
	// Code is the SQLSTATE; empty if the database had no part in the error, or
	// if the service did not say (F0051).
	Code string
	// Severity is ERROR, FATAL, …; PostgreSQL only.
	Severity string
	// Message is the text, without the fields that are broken out here.
	Message string
	// Detail and Hint are PostgreSQL's; the service drops most details.
	Detail, Hint string
	// Position is where in Statement the error is, in characters from 1; zero
	// if that is not known.
	Position int
	// Number is MySQL's error number; zero if there is none.
	Number int
	// Type is the service's name of the error, such as DatabaseErrorException;
	// empty if no answer came.
	Type string
	// Operation is the operation that failed, such as ExecuteStatement.
	Operation string
	// Statement is the SQL as the caller wrote it; empty for an operation
	// without any. No value of a parameter is in it.
	Statement string
	// RequestID is the id that AWS gave to the request; empty if no answer came.
	RequestID string

	err error
}

// Error returns the text. A database's error reads as the drivers of that
// database write it.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("auroradataapi: ")
	switch {
	case e.Number != 0:
		fmt.Fprintf(&b, "Error %d (%s): %s", e.Number, e.Code, e.Message)
	case e.Code != "":
		if e.Severity != "" {
			b.WriteString(e.Severity + ": ")
		}
		fmt.Fprintf(&b, "%s (SQLSTATE %s)", e.Message, e.Code)
	case e.outcome() != nil:
		b.WriteString(e.outcome().Error())
	default:
		b.WriteString(e.Operation + ": ")
		if e.Type != "" {
			b.WriteString(e.Type + ": ")
		}
		b.WriteString(e.Message)
	}
	return b.String()
}

// outcome returns the error underneath that knows whether the call was
// executed, nil if there is none.
func (e *Error) outcome() error {
	var unknown *awsapi.OutcomeUnknownError
	var not *awsapi.NotExecutedError
	switch {
	case errors.As(e.err, &unknown):
		return unknown
	case errors.As(e.err, &not):
		return not
	default:
		return nil
	}
}

// SQLState returns Code.
func (e *Error) SQLState() string { return e.Code }

// Unwrap returns the error underneath.
func (e *Error) Unwrap() error { return e.err }

// SafeToRetry reports whether the statement was certainly not executed, so that
// sending it again cannot do anything twice. It is false if that is not known,
// and for what the service or the database refused, which it would refuse again;
// Code says what may be worth another try, such as 40001.
func (e *Error) SafeToRetry() bool {
	var s interface{ SafeToRetry() bool }
	return errors.As(e.err, &s) && s.SafeToRetry()
}

// newError makes an Error of what a call returned. place finds a position of
// the statement that was sent in the one that the caller wrote.
func newError(op wire.Operation, statement string, place func(int) int, err error) *Error {
	e := &Error{Operation: string(op), Statement: statement, Message: err.Error(), err: err}
	var answer *wire.Error
	if !errors.As(err, &answer) {
		return e
	}
	e.Type, e.RequestID, e.Message = string(answer.Code), answer.RequestID, answer.Message
	if answer.Code == wire.CodeDatabaseError || answer.Code == wire.CodeBadRequest {
		db := wire.ParseDatabaseError(answer.Message)
		e.Code, e.Number = db.SQLState, db.Number
		e.Severity, e.Message, e.Detail, e.Hint = db.Severity, db.Message, db.Detail, db.Hint
		if db.Position > 0 && place != nil {
			e.Position = place(db.Position)
		}
	}
	return e
}

// errorf makes an error that the driver found itself, before anything was sent.
func errorf(format string, args ...any) error {
	return fmt.Errorf("auroradataapi: "+format, args...)
}
