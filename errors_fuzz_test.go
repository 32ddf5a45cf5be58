package auroradataapi

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/auroradataapi/auroradataapi/internal/awsapi"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// FuzzError makes errors of arbitrary answers. What is broken out stands in the
// answer, the text tells the message, JSON keeps the code, and only what awsapi
// says was not executed is safe to retry.
func FuzzError(f *testing.F) {
	for _, text := range []string{
		"", "Database returned SQL Exception", "Transaction x is not found", "The result exceeds the size limit 1 MB.",
		`ERROR: duplicate key value violates unique constraint "u"; SQLState: 23505`,
		`ERROR: operator does not exist: integer = text; Hint: No operator matches.; Position: 36; SQLState: 42883`,
		"Duplicate entry '1' for key 'users.PRIMARY'; Error code: 1062; SQLState: 23000",
		"Transaction is still running a query", "\xff; SQLState: 00000", "; Error code: 999999999; SQLState: HY000",
	} {
		for how := range 4 {
			f.Add("DatabaseErrorException", text, 400, uint8(how))
			f.Add("BadRequestException", text, 0, uint8(how))
		}
	}
	f.Fuzz(func(t *testing.T, code, message string, status int, how uint8) {
		answer := &wire.Error{Code: wire.Code(code), Message: message, Status: status}
		effort := awsapi.Effort{Op: wire.CommitTransaction, Attempts: 2}
		err := []error{
			answer,
			&awsapi.RefusedError{Effort: effort, Err: answer},
			&awsapi.NotExecutedError{Effort: effort, Err: answer},
			&awsapi.OutcomeUnknownError{Effort: effort, Err: answer},
		}[how%4]
		e := newError(wire.CommitTransaction, "", func(at int) int { return at }, err)
		if e.SafeToRetry() != (how%4 == 2) || errors.Is(e, ErrCommitUnknown) != (how%4 == 3) {
			t.Errorf("%v: safe %v, unknown %v", e, e.SafeToRetry(), errors.Is(e, ErrCommitUnknown))
		}
		for _, part := range []string{e.Code, e.Severity, e.Message, e.Detail, e.Hint, e.Schema, e.Table, e.Column, e.Constraint, e.DataType} {
			if !strings.Contains(message, part) {
				t.Errorf("%q does not stand in %q", part, message)
			}
		}
		if !strings.Contains(e.Error(), e.Message) {
			t.Errorf("%q does not tell %q", e, e.Message)
		}
		text, err := json.Marshal(e)
		var back Error
		if err != nil || json.Unmarshal(text, &back) != nil || back.Code != e.Code || back.Number != e.Number {
			t.Errorf("%s, %v: as JSON %q", text, err, back.Code)
		}
		for condition, holds := range conditions {
			if errors.Is(e, condition) != holds(e) {
				t.Errorf("%v is %q by one way only", e, condition)
			}
		}
		if e.Code != "" && !(errors.Is(e, Code(e.Code)) && errors.Is(e, Code(e.Code).Class())) {
			t.Errorf("%v is not %q", e, e.Code)
		}
	})
}
