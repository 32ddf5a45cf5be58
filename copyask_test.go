package auroradataapi_test

import (
	"database/sql"
	"errors"
	"testing"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
)

// TestCopyFromNoTable asks the database why there are no columns.
func TestCopyFromNoTable(t *testing.T) {
	onBoth(t, func(t *testing.T, srv *dataapitest.Server, db *sql.DB, _ bool) {
		for _, perCall := range []bool{false, true} {
			_, err := auroradataapi.CopyFrom(t.Context(), db, "nowhere", []string{"id", "name"}, numbered(1, 1), auroradataapi.CopyOptions{PerCall: perCall})
			var e *auroradataapi.Error
			if !errors.Is(err, auroradataapi.UndefinedTable) || !errors.As(err, &e) {
				t.Errorf("PerCall %t: got %v", perCall, err)
			}
		}
		if n := srv.Server.OpenTransactions(); n != 0 {
			t.Errorf("%d transactions are open", n)
		}
	})
}
