package wire_test

import (
	"slices"
	"testing"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// TestConditions reads what the present and the older service were seen to say.
func TestConditions(t *testing.T) {
	const throttled, busy, gone, goneAtEnd, catchAll, large, unsupported, denied = "throttled", "busy", "gone", "gone at the end", "catch-all", "large", "type", "denied"
	conditions := map[string]func(*wire.Error) bool{
		throttled:   (*wire.Error).Throttled,
		busy:        (*wire.Error).TransactionBusy,
		gone:        func(e *wire.Error) bool { return e.TransactionGone(wire.ExecuteStatement) },
		goneAtEnd:   func(e *wire.Error) bool { return e.TransactionGone(wire.CommitTransaction) },
		catchAll:    (*wire.Error).CatchAll,
		large:       (*wire.Error).ResultTooLarge,
		unsupported: (*wire.Error).UnsupportedType,
		denied:      (*wire.Error).AccessDenied,
	}
	for _, tt := range []struct {
		code    wire.Code
		message string
		status  int
		want    []string
	}{
		{wire.CodeThrottling, "Rate exceeded", 0, []string{throttled}},
		{wire.CodeThrottling, "", 503, []string{throttled}},
		{wire.CodeBadRequest, "Rate exceeded", 0, []string{throttled}},
		{"Whatever", "", 429, []string{throttled}},
		{wire.CodeInternalFailure, "Rate exceeded", 0, nil},
		{wire.CodeDatabaseError, "Transaction is still running a query", 0, []string{busy}},
		{wire.CodeBadRequest, "Transaction is still running a query", 0, nil},
		{wire.CodeTransactionNotFound, "Transaction AbCd is not found", 0, []string{gone, goneAtEnd}},
		{wire.CodeTransactionNotFound, "", 0, []string{gone, goneAtEnd}},
		{wire.CodeBadRequest, "Transaction AbCd is not found", 0, []string{gone, goneAtEnd}},
		{wire.CodeBadRequest, "Transaction AbCd Is Not Found. Transaction may be expired.", 0, []string{gone, goneAtEnd}},
		{wire.CodeNotFound, "", 0, []string{goneAtEnd}},
		{wire.CodeDatabaseError, `ERROR: transaction "x" is not found; SQLState: P0001`, 0, nil},
		{wire.CodeDatabaseError, "Database returned SQL Exception", 0, []string{catchAll}},
		{wire.CodeDatabaseError, "Database returned SQL exception.\n", 0, []string{catchAll}},
		{wire.CodeDatabaseError, "ERROR: Database returned SQL Exception; SQLState: P0001", 0, nil},
		{wire.CodeUnsupportedResult, "The result exceeds the size limit 1 MB.", 0, []string{large}},
		{wire.CodeBadRequest, "Database returned more than the allowed response size limit", 0, []string{large}},
		{wire.CodeUnsupportedResult, "The result contains the unsupported data type INTERVAL.", 0, []string{unsupported}},
		{wire.CodeUnsupportedResult, "The result contains a multidimensional array", 0, []string{unsupported}},
		{wire.CodeAccessDenied, "", 0, []string{denied}},
		{wire.CodeForbidden, "", 0, []string{denied}},
		{wire.CodeExpiredToken, "The security token included in the request is expired", 0, []string{denied}},
		{wire.CodeBadRequest, "", 0, nil},
	} {
		e := &wire.Error{Code: tt.code, Message: tt.message, Status: tt.status}
		for name, is := range conditions {
			if is(e) != slices.Contains(tt.want, name) {
				t.Errorf("%v (status %d): %s is %v", e, tt.status, name, is(e))
			}
		}
	}
}
