package auroradataapi_test

import (
	"database/sql"
	"errors"
	"testing"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
)

// panicking is a source that gives up in the middle of a load.
type panicking struct{ auroradataapi.CopySource }

func (panicking) Values() ([]any, error) { panic("no row") }

// TestCopyFromPanic has a source panic, which must not leave the transaction open
// or a call behind.
func TestCopyFromPanic(t *testing.T) {
	onBoth(t, func(t *testing.T, srv *dataapitest.Server, db *sql.DB, _ bool) {
		exec(t, db, "CREATE TABLE t (id int, name text)")
		for _, options := range []auroradataapi.CopyOptions{{}, {PerCall: true, InFlight: 2}} {
			func() {
				defer func() {
					if r := recover(); r != "no row" {
						t.Errorf("recovered %v", r)
					}
				}()
				_, err := auroradataapi.CopyFrom(t.Context(), db, "t", []string{"id", "name"}, panicking{numbered(1, 5)}, options)
				t.Errorf("CopyFrom returned %v", err)
			}()
			if n := srv.Server.OpenTransactions(); n != 0 {
				t.Errorf("%d transactions are open", n)
			}
		}
		if n := query[int](t, db, "SELECT count(*) FROM t"); n != 0 { // by the same pool
			t.Errorf("there are %d rows", n)
		}
	})
}

// TestCopyFromCommitFails has the commit fail of rows that the database took.
func TestCopyFromCommitFails(t *testing.T) {
	db := dataapitest.Open(t)
	exec(t, db, "CREATE TABLE parent (id int PRIMARY KEY)")
	exec(t, db, "CREATE TABLE child (id int REFERENCES parent DEFERRABLE INITIALLY DEFERRED, name text)")
	r, err := auroradataapi.CopyFrom(t.Context(), db, "child", []string{"id", "name"}, numbered(1, 5), auroradataapi.CopyOptions{})
	if !errors.Is(err, auroradataapi.ForeignKeyViolation) || r != (auroradataapi.CopyResult{}) {
		t.Errorf("got %+v, %v", r, err)
	}
}
