package wire

import (
	"net/http"
	"strings"
)

// Texts by which the service says what has no error type of its own.
const (
	// TextStillRunning refuses a second call of a transaction while one runs
	// (F0068).
	TextStillRunning = "Transaction is still running a query"
	// TextCatchAll says that something went wrong and not what. It was seen
	// after statements that had an effect (F0051).
	TextCatchAll = "Database returned SQL Exception"

	// TextMultidimensional is part of what refuses an array of several dimensions
	// (F0026).
	TextMultidimensional = "multidimensional array"

	textRate        = "Rate exceeded"                                         // F0094
	textTooLarge    = "exceeds the size limit"                                // F0026
	textOldTooLarge = "Database returned more than the allowed response size" // F0056
)

// throttlingCodes are the names under which AWS asks to slow down.
var throttlingCodes = map[Code]bool{
	CodeThrottling:              true,
	"Throttling":                true,
	"ThrottledException":        true,
	"RequestThrottled":          true,
	"RequestThrottledException": true,
	"RequestLimitExceeded":      true,
	"TooManyRequestsException":  true,
	"SlowDown":                  true,
}

// Throttled reports whether the call was turned away for there being too many.
func (e *Error) Throttled() bool {
	status := e.status()
	return throttlingCodes[e.Code] || status == http.StatusTooManyRequests ||
		status/100 == 4 && strings.HasPrefix(e.Message, textRate)
}

// TransactionBusy reports whether the transaction still runs another call.
func (e *Error) TransactionBusy() bool {
	return e.Code == CodeDatabaseError && strings.HasPrefix(e.Message, TextStillRunning)
}

// TransactionGone reports whether the service does not know the transaction, be
// it that it ended, expired or never was (F0067). Commit and rollback have a
// second type for that (F0025), the older service had a text.
func (e *Error) TransactionGone(op Operation) bool {
	switch e.Code {
	case CodeTransactionNotFound:
		return true
	case CodeNotFound:
		return op == CommitTransaction || op == RollbackTransaction
	case CodeBadRequest:
		text := strings.ToLower(e.Message)
		return strings.HasPrefix(text, "transaction ") && strings.Contains(text, " is not found")
	default:
		return false
	}
}

// CatchAll reports whether the error only says that something went wrong.
func (e *Error) CatchAll() bool {
	return e.Code == CodeDatabaseError && strings.EqualFold(strings.TrimRight(e.Message, ". \n"), TextCatchAll)
}

// ResultTooLarge reports whether the result is larger than the service returns.
func (e *Error) ResultTooLarge() bool {
	return e.Code == CodeUnsupportedResult && strings.Contains(e.Message, textTooLarge) ||
		e.Code == CodeBadRequest && strings.HasPrefix(e.Message, textOldTooLarge)
}

// UnsupportedType reports whether the result has a column of a type that the
// service does not return.
func (e *Error) UnsupportedType() bool {
	return e.Code == CodeUnsupportedResult && !strings.Contains(e.Message, textTooLarge)
}

// callerCodes are the refusals that are about who calls.
var callerCodes = map[Code]bool{
	CodeAccessDenied:          true,
	CodeForbidden:             true,
	CodeUnrecognizedClient:    true,
	CodeIncompleteSignature:   true,
	CodeInvalidSignature:      true,
	CodeExpiredToken:          true,
	CodeMissingAuthentication: true,
}

// AccessDenied reports whether AWS turned the caller away: for the keys, for
// the signature or for want of a permission.
func (e *Error) AccessDenied() bool { return callerCodes[e.Code] }
