package auroradataapi_test

import (
	"database/sql"
	"testing"

	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/server"
)

// TestPagesGrowAgain reads rows among which there are some that fill a page by
// themselves. Those must not leave all others to small pages.
func TestPagesGrowAgain(t *testing.T) {
	srv := dataapitest.New(t)
	db := srv.Open(t)
	exec(t, db, `CREATE TABLE mixed AS SELECT i AS id, repeat('x', CASE WHEN i % 4000 = 0 THEN 1200000 ELSE 20 END) AS t FROM generate_series(1, 40000) i`)
	if err := srv.Server.Faults().Add(server.Fault{Kind: server.FaultThrottle, SQL: "FETCH", After: 1 << 30}); err != nil {
		t.Fatal(err)
	}
	tx, err := db.BeginTx(t.Context(), &sql.TxOptions{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	rows, err := tx.Query("SELECT id, t FROM mixed ORDER BY id")
	if n, _ := sums(t, rows, err); n != 40000 {
		t.Errorf("read %d rows", n)
	}
	if calls := srv.Server.Faults().List()[0].Matched; calls > 500 {
		t.Errorf("the rows were read by %d calls", calls)
	}
}
