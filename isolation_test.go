package auroradataapi_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	"github.com/auroradataapi/auroradataapi/dataapitest"
)

func TestIsolationOnPostgreSQL(t *testing.T) {
	t.Parallel()
	db := dataapitest.Open(t)
	tests := []struct {
		level sql.IsolationLevel
		want  string
	}{
		{sql.LevelDefault, "read committed"},
		{sql.LevelReadUncommitted, "read uncommitted"},
		{sql.LevelReadCommitted, "read committed"},
		{sql.LevelRepeatableRead, "repeatable read"},
		{sql.LevelSnapshot, "repeatable read"},
		{sql.LevelSerializable, "serializable"},
	}
	for _, tt := range tests {
		for _, readOnly := range []bool{false, true} {
			tx := begin(t, db, &sql.TxOptions{Isolation: tt.level, ReadOnly: readOnly})
			if got := query[string](t, tx, "SELECT current_setting('transaction_isolation')"); got != tt.want {
				t.Errorf("%v: got %q, want %q", tt.level, got, tt.want)
			}
			want := map[bool]string{false: "off", true: "on"}[readOnly]
			if got := query[string](t, tx, "SELECT current_setting('transaction_read_only')"); got != want {
				t.Errorf("read-only %v: got %q", readOnly, got)
			}
			if err := tx.Commit(); err != nil {
				t.Error(err)
			}
		}
	}
	tx := begin(t, db, &sql.TxOptions{Isolation: sql.LevelSerializable, ReadOnly: true})
	defer tx.Rollback()
	exec(t, tx, "SET TRANSACTION DEFERRABLE") // for which database/sql has no word
	if got := query[string](t, tx, "SELECT current_setting('transaction_deferrable')"); got != "on" {
		t.Errorf("deferrable is %q", got)
	}
}

// TestIsolationIsRefused holds that a characteristic that cannot be had is an
// error, which says why, and that nothing stays open for it.
func TestIsolationIsRefused(t *testing.T) {
	t.Parallel()
	tests := []struct {
		engine string
		opts   sql.TxOptions
		want   string
	}{
		{"postgresql", sql.TxOptions{Isolation: sql.LevelLinearizable}, "postgresql has no isolation level Linearizable"},
		{"postgresql", sql.TxOptions{Isolation: sql.LevelWriteCommitted}, "postgresql has no isolation level Write Committed"},
		{"mysql", sql.TxOptions{Isolation: sql.LevelSnapshot}, "mysql has no isolation level Snapshot"},
		{"mysql", sql.TxOptions{ReadOnly: true}, "cannot be read-only: the Data API begins each one read-write"},
		{"mysql", sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}, "cannot be read-only"},
		{"mysql", sql.TxOptions{Isolation: sql.LevelSerializable}, `has isolation level "REPEATABLE-READ" in place of SERIALIZABLE`},
		{"mysql", sql.TxOptions{Isolation: sql.LevelReadCommitted}, `has isolation level "REPEATABLE-READ" in place of READ-COMMITTED`},
	}
	eachEngine(t, func(t *testing.T, srv *dataapitest.Server) {
		db := srv.Open(t)
		for _, tt := range tests {
			if tt.engine != srv.Engine {
				continue
			}
			if _, err := db.BeginTx(context.Background(), &tt.opts); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%+v: got %v, want an error with %q", tt.opts, err, tt.want)
			}
			if n := srv.Server.OpenTransactions(); n != 0 {
				t.Errorf("%+v: %d transactions are open", tt.opts, n)
			}
		}
	})
}

// TestRepeatableRead looks at what the level is for: a transaction does not see
// what others commit in the meantime.
func TestRepeatableRead(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, srv *dataapitest.Server) {
		db := srv.Open(t)
		exec(t, db, "CREATE TABLE r (n int)")
		tx := begin(t, db, &sql.TxOptions{Isolation: sql.LevelRepeatableRead})
		defer tx.Rollback()
		for range 2 {
			if n := query[int](t, tx, "SELECT count(*) FROM r"); n != 0 {
				t.Errorf("the transaction sees %d rows that were committed since it began", n)
			}
			exec(t, db, "INSERT INTO r VALUES (1)")
		}
		if err := tx.Commit(); err != nil {
			t.Error(err)
		}
		if n := query[int](t, db, "SELECT count(*) FROM r"); n != 2 {
			t.Errorf("%d rows", n)
		}
	})
}
