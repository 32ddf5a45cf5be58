package auroradataapi

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// TestSurveyFails has nothing be learnt about a transaction in which the service
// failed over a statement: whether that was executed is as unknown as before.
func TestSurveyFails(t *testing.T) {
	api := &scriptedAPI{execute: func(r *wire.ExecuteRequest) (*wire.ExecuteResponse, error) {
		if strings.HasSuffix(r.SQL, dialect.Survey) {
			return nil, databaseError("ERROR: current transaction is aborted; SQLState: 25P02")
		}
		return nil, unknownOutcome(1, wire.NewError(wire.CodeInternalFailure, ""))
	}}
	c := scriptedConn(t, api)
	tx, err := c.Begin()
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.QueryContext(context.Background(), "SELECT f()", nil)
	var e *IncompleteError
	if errors.As(err, &e) || !errors.Is(err, ErrOutcomeUnknown) || !errors.Is(err, FailedTransaction) {
		t.Errorf("the query returned %v", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Error(err)
	}
}
