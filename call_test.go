package auroradataapi

import (
	"strings"
	"testing"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// TestTooLong sends statements of the largest size and one past it.
func TestTooLong(t *testing.T) {
	api := &scriptedAPI{}
	db := openScripted(t, api, "postgresql")
	statement := "SELECT 'é" + strings.Repeat("x", wire.MaxSQLChars-len("SELECT '.'")) + "'"
	if _, err := db.Exec(statement); err != nil || len(api.calls) != 1 {
		t.Errorf("the longest statement: %v, calls %v", err, api.calls)
	}
	_, err := db.Exec(statement + " ")
	if err == nil || !strings.Contains(err.Error(), "has 65537 characters") || len(api.calls) != 1 {
		t.Errorf("a longer one: %v, calls %v", err, api.calls)
	}
}
