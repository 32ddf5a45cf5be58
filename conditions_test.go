package auroradataapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/auroradataapi/auroradataapi/internal/awsapi"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// TestConditions asks errors of calls what they are. What is not wanted must
// not be found.
func TestConditions(t *testing.T) {
	answer := func(code wire.Code, text string) *wire.Error {
		return &wire.Error{Code: code, Message: text, Status: code.Status()}
	}
	refused := func(code wire.Code, text string) error { return &awsapi.RefusedError{Err: answer(code, text)} }
	turnedAway := func(code wire.Code, text string) error { return &awsapi.NotExecutedError{Err: answer(code, text)} }
	unknown := func(err error) error { return &awsapi.OutcomeUnknownError{Err: err} }
	for _, tt := range []struct {
		name string
		op   wire.Operation
		err  error
		want []error
		safe bool
	}{
		{"lost", wire.ExecuteStatement, unknown(context.DeadlineExceeded), []error{ErrOutcomeUnknown, context.DeadlineExceeded}, false},
		{"lost commit", wire.CommitTransaction, unknown(http.ErrServerClosed), []error{ErrOutcomeUnknown, ErrCommitUnknown, http.ErrServerClosed}, false},
		{"lost rollback", wire.RollbackTransaction, unknown(context.Canceled), []error{ErrOutcomeUnknown, context.Canceled}, false},
		{"catch-all", wire.ExecuteStatement, unknown(answer(wire.CodeDatabaseError, "Database returned SQL Exception")), []error{ErrOutcomeUnknown}, false},
		{"catch-all commit", wire.CommitTransaction, unknown(answer(wire.CodeDatabaseError, "Database returned SQL Exception")), []error{ErrOutcomeUnknown, ErrCommitUnknown}, false},
		{"server error", wire.BatchExecuteStatement, unknown(answer(wire.CodeInternalServerError, "")), []error{ErrOutcomeUnknown}, false},
		{"lost, then there", wire.ExecuteStatement, unknown(answer(wire.CodeDatabaseError, `ERROR: duplicate key value violates unique constraint "u"; SQLState: 23505`)),
			[]error{ErrOutcomeUnknown, UniqueViolation, IntegrityConstraintViolation}, false},
		{"time limit", wire.ExecuteStatement, unknown(answer(wire.CodeStatementTimeout, "")), []error{ErrOutcomeUnknown, ErrStatementTimeout}, false},
		{"database's limit", wire.ExecuteStatement, refused(wire.CodeDatabaseError, "ERROR: canceling statement due to statement timeout; SQLState: 57014"), []error{ErrStatementTimeout, QueryCanceled}, false},
		{"cancelled by others", wire.ExecuteStatement, refused(wire.CodeDatabaseError, "ERROR: canceling statement due to user request; SQLState: 57014"), []error{QueryCanceled}, false},
		{"MySQL's limit", wire.ExecuteStatement, refused(wire.CodeDatabaseError, "Query execution was interrupted, maximum statement execution time exceeded; Error code: 3024; SQLState: HY000"), []error{ErrStatementTimeout, Code("HY000"), Class("HY")}, false},
		{"no transaction", wire.ExecuteStatement, refused(wire.CodeTransactionNotFound, "Transaction x is not found"), []error{ErrTransactionNotFound}, false},
		{"no transaction, older", wire.ExecuteStatement, refused(wire.CodeBadRequest, "Transaction x is not found"), []error{ErrTransactionNotFound}, false},
		{"nothing to commit", wire.CommitTransaction, refused(wire.CodeNotFound, ""), []error{ErrTransactionNotFound}, false},
		{"no cluster", wire.ExecuteStatement, refused(wire.CodeNotFound, ""), nil, false},
		{"busy", wire.ExecuteStatement, turnedAway(wire.CodeDatabaseError, "Transaction is still running a query"), []error{ErrTransactionBusy}, true},
		{"rolled back", wire.CommitTransaction, ErrTransactionRolledBack, []error{ErrTransactionRolledBack}, false},
		{"resuming", wire.BeginTransaction, turnedAway(wire.CodeDatabaseResuming, ""), []error{ErrDatabaseResuming}, true},
		{"resuming, out of time", wire.BeginTransaction, fmt.Errorf("%w: %w", context.DeadlineExceeded, turnedAway(wire.CodeDatabaseResuming, "")), []error{ErrDatabaseResuming, context.DeadlineExceeded}, true},
		{"throttled", wire.ExecuteStatement, turnedAway(wire.CodeThrottling, "Rate exceeded"), []error{ErrThrottled}, true},
		{"large", wire.ExecuteStatement, refused(wire.CodeUnsupportedResult, "The result exceeds the size limit 1 MB."), []error{ErrResultTooLarge}, false},
		{"large, older", wire.ExecuteStatement, refused(wire.CodeBadRequest, "Database returned more than the allowed response size limit"), []error{ErrResultTooLarge}, false},
		{"interval", wire.ExecuteStatement, refused(wire.CodeUnsupportedResult, "The result contains the unsupported data type INTERVAL."), []error{ErrUnsupportedType}, false},
		{"denied", wire.ExecuteStatement, refused(wire.CodeAccessDenied, ""), []error{ErrAccessDenied}, false},
		{"not allowed in the database", wire.ExecuteStatement, refused(wire.CodeDatabaseError, "ERROR: permission denied for table t; SQLState: 42501"), []error{InsufficientPrivilege}, false},
		{"check of MySQL", wire.ExecuteStatement, refused(wire.CodeDatabaseError, "Check constraint 'c' is violated.; Error code: 3819; SQLState: HY000"), []error{CheckViolation, IntegrityConstraintViolation, Code("HY000"), Class("HY")}, false},
		{"deadlock of MySQL", wire.ExecuteStatement, refused(wire.CodeDatabaseError, "Deadlock found; Error code: 1213; SQLState: 40001"), []error{DeadlockDetected, SerializationFailure, TransactionRollback}, false},
		{"something else", wire.ExecuteStatement, errors.New("no"), nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newError(tt.op, "", nil, tt.err)
			all := []error{context.DeadlineExceeded, context.Canceled, http.ErrServerClosed, ErrTransactionRolledBack,
				UniqueViolation, CheckViolation, QueryCanceled, InsufficientPrivilege, DeadlockDetected, SerializationFailure,
				IntegrityConstraintViolation, TransactionRollback, DataException, Code("HY000"), Class("HY"), Code(""), Class("")}
			for condition := range conditions {
				all = append(all, condition)
			}
			for _, target := range all {
				if got := errors.Is(fmt.Errorf("wrapped: %w", e), target); got != slices.Contains(tt.want, target) {
					t.Errorf("%v is %q: %v", e, target, got)
				}
			}
			if e.SafeToRetry() != tt.safe {
				t.Errorf("SafeToRetry is %v for %v", e.SafeToRetry(), e)
			}
		})
	}
	if e := newError(wire.ExecuteStatement, "", nil, errors.New("no")); errors.Is(e, unhashable{}) {
		t.Error("is anything")
	}
}

// TestDocsNameConditions keeps the lists of errors in the documents whole.
func TestDocsNameConditions(t *testing.T) {
	source, err := os.ReadFile("conditions.go")
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(`(?m)^\t(Err\w+) = `).FindAllSubmatch(source, -1)
	if len(names) != len(conditions)+2 { // ErrTransactionRolledBack and ErrCannotPage are none
		t.Fatalf("%d names for %d conditions", len(names), len(conditions))
	}
	for _, document := range []string{"doc.go", "docs/retries.md"} {
		text, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if !regexp.MustCompile(`\b` + string(name[1]) + `\b`).Match(text) {
				t.Errorf("%s does not name %s", document, name[1])
			}
		}
	}
}

// unhashable is an error that cannot be a key.
type unhashable []string

func (unhashable) Error() string { return "" }
