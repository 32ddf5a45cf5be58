// Package cockroach has the loop of cockroach-go repeat transactions of the
// driver.
package cockroach

import (
	"database/sql"
	"testing"

	"github.com/cockroachdb/cockroach-go/v2/crdb"

	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/examples/internal/toolpage"
)

var page = toolpage.New("cockroach-go")

func TestMain(m *testing.M) { page.Main(m) }

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestExecuteTx has the loop recognise a conflict. It repeats after a savepoint,
// in the same transaction, which on PostgreSQL cures a conflict of another one
// only.
func TestExecuteTx(t *testing.T) {
	page.Works(t, "`crdb.ExecuteTx` recognises what to repeat", func(t *testing.T, srv *dataapitest.Server) {
		db := srv.Open(t)
		for _, s := range []string{"CREATE TABLE items (id int PRIMARY KEY, size int)", "INSERT INTO items VALUES (1, 0)"} {
			_, err := db.Exec(s)
			ok(t, err)
		}
		conflict, tries := serializationFailure(t, db), 0
		ok(t, crdb.ExecuteTx(t.Context(), db, nil, func(tx *sql.Tx) error {
			if tries++; tries == 1 {
				return conflict
			}
			_, err := tx.Exec("UPDATE items SET size = 5")
			return err
		}))
		var size int
		ok(t, db.QueryRow("SELECT size FROM items").Scan(&size))
		if tries != 2 || size != 5 {
			t.Errorf("%d tries, and the size is %d", tries, size)
		}
	}, toolpage.PostgreSQL)
}

// serializationFailure returns the error of one of two transactions that cannot
// both be.
func serializationFailure(t *testing.T, db *sql.DB) error {
	t.Helper()
	tx, err := db.BeginTx(t.Context(), &sql.TxOptions{Isolation: sql.LevelRepeatableRead})
	ok(t, err)
	defer tx.Rollback()
	var size int
	ok(t, tx.QueryRow("SELECT size FROM items WHERE id = 1").Scan(&size))
	_, err = db.Exec("UPDATE items SET size = 1")
	ok(t, err)
	if _, err = tx.Exec("UPDATE items SET size = 2"); err == nil {
		t.Fatal("two transactions changed the same row")
	}
	return err
}
