package auroradataapi

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/awsapi"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// Error is what the Data API or the database behind it answered, or why no
// answer came. Every error of a call to the Data API is one; what the driver
// finds wrong before it sends anything, and a value that it cannot convert, are
// plain errors.
//
// errors.Is finds codes (UniqueViolation), classes of them
// (IntegrityConstraintViolation), what went wrong with the Data API
// (ErrTransactionNotFound) and the errors of contexts in it, errors.As the AWS
// SDK's own error. As JSON it is its fields, in which there is neither a secret
// nor the value of an argument, unless the database's message quotes one.
type Error struct {
	// Code is the SQLSTATE; empty if the database had no part in the error, or
	// if the service did not say (F0051). Without a code nothing is known of
	// what happened in the database: ask SafeToRetry and ErrOutcomeUnknown.
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
	// Schema, Table, Column, Constraint and DataType are what the message names.
	// The service passes on the message alone, so what is not in it, or not
	// beyond doubt, is empty: of a unique constraint PostgreSQL tells the name
	// and not the table. MySQL's schema is what it also calls a database.
	Schema, Table, Column, Constraint, DataType string
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
	// Attempts is how often the call was tried, Waited the time between the
	// attempts.
	Attempts int
	Waited   time.Duration

	err error
}

// Error returns the text. A database's error reads exactly as the drivers of
// that database write it, since there are programs that look into the text:
//
//	ERROR: relation "users" does not exist (SQLSTATE 42P01)
//	Error 1146 (42S02): Table 'shop.users' doesn't exist
func (e *Error) Error() string {
	outcome := e.outcome()
	switch {
	case e.outcomeUnknown():
		return prefix + outcome.Error()
	case e.Number != 0:
		return fmt.Sprintf("Error %d (%s): %s", e.Number, e.Code, e.Message)
	case e.Code != "" && e.Severity != "":
		return fmt.Sprintf("%s: %s (SQLSTATE %s)", e.Severity, e.Message, e.Code)
	case e.Code != "":
		return fmt.Sprintf("%s (SQLSTATE %s)", e.Message, e.Code)
	case outcome != nil:
		return prefix + outcome.Error()
	}
	parts := []string{"auroradataapi", e.Operation}
	for _, part := range []string{e.Type, e.Message} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ": ")
}

// outcome returns the error underneath that knows whether the call was
// executed, nil if there is none.
func (e *Error) outcome() error {
	var unknown *awsapi.OutcomeUnknownError
	var not *awsapi.NotExecutedError
	switch {
	case errors.As(e.own(), &unknown):
		return unknown
	case errors.As(e.own(), &not):
		return not
	default:
		return nil
	}
}

// SQLState returns Code.
func (e *Error) SQLState() string { return e.Code }

// Unwrap returns the error underneath.
func (e *Error) Unwrap() error { return e.err }

// SafeToRetry reports whether the call was certainly not executed, so that
// sending it again cannot do anything twice. It is false if that is not known,
// and for what the service or the database refused, which it would refuse again;
// SerializationFailure, for one, is worth another try of the whole transaction.
func (e *Error) SafeToRetry() bool {
	var s interface{ SafeToRetry() bool }
	return errors.As(e.own(), &s) && s.SafeToRetry()
}

// own returns what the call itself returned: nothing, if it was not made for
// what an earlier one had returned.
func (e *Error) own() error {
	if _, earlier := e.err.(*earlierError); earlier {
		return nil
	}
	return e.err
}

// newError makes an Error of what a call returned. place finds a position of
// the statement that was sent in the one that the caller wrote.
func newError(op wire.Operation, statement string, place func(int) int, err error) *Error {
	e := &Error{Operation: string(op), Statement: statement, Message: err.Error(), err: err}
	var tried interface{ Tried() (int, time.Duration) }
	if errors.As(err, &tried) {
		e.Attempts, e.Waited = tried.Tried()
	}
	answer := e.answer()
	if answer == nil {
		return e
	}
	e.Type, e.RequestID, e.Message = string(answer.Code), answer.RequestID, answer.Message
	if answer.Code == wire.CodeDatabaseError || answer.Code == wire.CodeBadRequest {
		e.setDatabaseError(wire.ParseDatabaseError(answer.Message), place)
	}
	return e
}

func (e *Error) setDatabaseError(db wire.DatabaseError, place func(int) int) {
	e.Code, e.Number = db.SQLState, db.Number
	e.Severity, e.Message, e.Detail, e.Hint = db.Severity, db.Message, db.Detail, db.Hint
	if db.Position > 0 && place != nil {
		e.Position = place(db.Position)
	}
	n := db.Names()
	e.Schema, e.Table, e.Column, e.Constraint, e.DataType = n.Schema, n.Table, n.Column, n.Constraint, n.DataType
}

// answer returns what the service answered to the last attempt, nil if it did
// not.
func (e *Error) answer() *wire.Error {
	var answer *wire.Error
	errors.As(e.own(), &answer)
	return answer
}

// prefix begins the text of every error.
const prefix = "auroradataapi: "

// errorf makes an error that the driver found itself, before anything was sent.
func errorf(format string, args ...any) error {
	return fmt.Errorf(prefix+format, args...)
}
