package awsapi

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/protocol/restjson"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata/types"
	"github.com/aws/smithy-go"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// Effort is what was done for a call that failed.
type Effort struct {
	Op       wire.Operation
	Attempts int
	// Waited is the time between the attempts.
	Waited time.Duration
}

// Tried returns the number of attempts and the time between them.
func (e Effort) Tried() (attempts int, waited time.Duration) { return e.Attempts, e.Waited }

// OutcomeUnknownError is a call that may or may not have been executed: an
// answer was lost, unreadable or said too little. Err is a *wire.Error if the
// last attempt was answered.
type OutcomeUnknownError struct {
	Effort
	// RequestID is the service's id of the last attempt; empty without answer.
	RequestID string
	Err       error
}

// Error says what is not known and why.
func (e *OutcomeUnknownError) Error() string {
	id := ""
	if e.RequestID != "" {
		id = " (request id " + e.RequestID + ")"
	}
	return fmt.Sprintf("%s may or may not have been executed%s, check before repeating it: %v", e.Op, id, e.Err)
}

// Unwrap returns Err.
func (e *OutcomeUnknownError) Unwrap() error { return e.Err }

// SafeToRetry returns false: to repeat the call may do its work twice.
func (e *OutcomeUnknownError) SafeToRetry() bool { return false }

// NotExecutedError is a call that certainly was not executed: it never reached
// the service completely, or the service turned it away before looking at it.
// Err is a *wire.Error if the service answered.
type NotExecutedError struct {
	Effort
	Err error
}

// Error says how often the call was tried and why it failed in the end.
func (e *NotExecutedError) Error() string {
	if e.Attempts <= 1 {
		return fmt.Sprintf("%s was not executed: %v", e.Op, e.Err)
	}
	return fmt.Sprintf("%s was not executed in %d attempts, %v apart in all: %v", e.Op, e.Attempts, e.Waited.Round(time.Millisecond), e.Err)
}

// Unwrap returns Err.
func (e *NotExecutedError) Unwrap() error { return e.Err }

// SafeToRetry returns true: nothing happened.
func (e *NotExecutedError) SafeToRetry() bool { return true }

// RefusedError is a call to which the service, or the database behind it, said
// no. It would say so again. Err is a *wire.Error.
type RefusedError struct {
	Effort
	Err error
}

// Error returns the text of the answer.
func (e *RefusedError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *RefusedError) Unwrap() error { return e.Err }

// outcome is what is known after an attempt.
type outcome int

const (
	done      outcome = iota // the service did it
	refused                  // the service answered that it did not do it
	failed                   // nothing was sent and trying again is pointless
	skewed                   // refused for a clock that has been corrected since
	resuming                 // the database was paused and is waking up
	throttled                // too many requests
	busy                     // the transaction still runs another statement
	unsent                   // no connection, or it broke before all was sent
	unknown                  // it may have been executed
	overran                  // the service stopped waiting for it, so it may have been too
	outcomes
)

// judge tells what is known after the attempt, and the error that says so.
// ended says that the caller's context is over.
func (x *exchange) judge(ended bool) (outcome, error) {
	switch {
	case x.err == nil:
		return done, nil
	case x.status == 0 && x.sent, x.status/100 == 2:
		return unknown, causeOf(x.err)
	case x.status == 0 && (ended || !x.started || pointless(x.err)):
		return failed, causeOf(x.err)
	case x.status == 0:
		return unsent, causeOf(x.err)
	}
	e := x.serviceError()
	return x.judgeAnswer(e), e
}

// judgeAnswer tells what is known after an answer that is an error.
func (x *exchange) judgeAnswer(e *wire.Error) outcome {
	var skew interface{ RetryableError() bool }
	switch {
	case e.Code == wire.CodeDatabaseResuming:
		return resuming
	case e.Throttled():
		return throttled
	case e.TransactionBusy():
		return busy
	case e.Code == wire.CodeStatementTimeout:
		return overran
	case x.status/100 != 4, x.status == http.StatusRequestTimeout, e.CatchAll():
		return unknown
	case errors.As(x.err, &skew) && skew.RetryableError():
		return skewed
	default:
		return refused
	}
}

// codeUnknown is the code of an answer that does not name one, by the word
// that the SDK uses.
const codeUnknown wire.Code = "UnknownError"

// serviceError returns what the service answered. The SDK's error stays within
// reach of errors.As.
func (x *exchange) serviceError() *wire.Error {
	e := &wire.Error{Code: codeUnknown, Status: x.status, RequestID: x.requestID, Err: x.err}
	var api smithy.APIError
	switch {
	case errors.As(x.err, &api):
		e.Code, e.Message = wire.Code(api.ErrorCode()), api.ErrorMessage()
	case x.errorType != "":
		e.Code = wire.Code(restjson.SanitizeErrorCode(x.errorType))
	}
	if e.Message == string(e.Code) || e.Message == string(codeUnknown) {
		e.Message = "" // the SDK's filler
	}
	if e.Message == "" {
		e.Message = x.text
	}
	if e.Message == "" && e.Code == codeUnknown {
		e.Message = fmt.Sprintf("HTTP status %d without an error that could be read", x.status)
	}
	var timeout *types.StatementTimeoutException
	if errors.As(x.err, &timeout) {
		e.DBConnectionID = timeout.DbConnectionId
	}
	return e
}
