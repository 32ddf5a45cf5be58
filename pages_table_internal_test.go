package auroradataapi

import (
	"database/sql"
	"errors"
	"strings"
	"testing"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// TestTableOfHiddenFunction reads a view that calls a function which the user may
// not see: MySQL has the view's owner call it.
func TestTableOfHiddenFunction(t *testing.T) {
	db := openScriptedTables(t, func(r *wire.ExecuteRequest) (*wire.ExecuteResponse, error) {
		switch {
		case strings.HasSuffix(r.SQL, dialect.AskSession):
			return &wire.ExecuteResponse{Records: wire.NewRecords([][]wire.Field{
				{wire.String("transaction_isolation"), wire.String("REPEATABLE-READ")}, {wire.String("time_zone"), wire.String("UTC")},
				{wire.String("sql_select_limit"), wire.String("18446744073709551615")},
			})}, nil
		case strings.HasSuffix(r.SQL, dialect.Views):
			return &wire.ExecuteResponse{Records: wire.NewRecords([][]wire.Field{
				{wire.String("v"), wire.String("select `d`.`hidden`(`d`.`t`.`a`) AS `a`,max(`d`.`t`.`b`) AS `b` from `d`.`t`")},
			})}, nil
		case strings.HasSuffix(r.SQL, dialect.Functions):
			return &wire.ExecuteResponse{Records: wire.NewRecords(nil)}, nil
		}
		return nil, wire.NewError(wire.CodeBadRequest, "Database returned more than the allowed response size limit")
	})
	if _, err := db.Query("SELECT a FROM v GROUP BY a"); !errors.Is(err, ErrCannotPage) || !strings.Contains(err.Error(), "hidden of a view") {
		t.Errorf("got %v", err)
	}
}

// openScriptedTables returns a database of MySQL that answers by a function, and whose
// large results may be read through temporary tables.
func openScriptedTables(t *testing.T, answer func(*wire.ExecuteRequest) (*wire.ExecuteResponse, error)) *sql.DB {
	t.Helper()
	c, err := NewConnector(&Config{Engine: "mysql", ClusterARN: testCluster, SecretARN: testSecret, Paging: PagingTable})
	if err != nil {
		t.Fatal(err)
	}
	c.api = &scriptedAPI{execute: answer}
	db := sql.OpenDB(c)
	t.Cleanup(func() { db.Close() })
	return db
}
