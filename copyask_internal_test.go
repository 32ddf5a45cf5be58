package auroradataapi

import (
	"database/sql"
	"strings"
	"testing"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// TestCopyFromUnreadable has what is asked about a table answered by what cannot be
// read: the error says which question it was.
func TestCopyFromUnreadable(t *testing.T) {
	const (
		columns = `{"records":[[{"stringValue":"id"},{"stringValue":"int"},{"stringValue":""},{"stringValue":""},{"longValue":10}],` +
			`[{"stringValue":"name"},{"stringValue":"int"},{"stringValue":""},{"stringValue":""},{"longValue":10}]]}`
		damaged = `{"records":[[{"longValue":"1"}]]}`
		other   = `{"records":[[{"longValue":1}]]}`
	)
	for _, tt := range []struct {
		engine, sql, answer, want string
	}{
		{"postgresql", "pg_attribute", damaged, "the answer to the question for the columns of the table t cannot be read"},
		{"postgresql", "pg_attribute", other, "the answer to the question for the columns of the table t has a row of another form"},
		{"mysql", "COLUMN_NAME, DATA_TYPE", damaged, "the answer to the question for the columns of the table t cannot be read"},
		{"mysql", "STATISTICS", damaged, "the answer to the question for the unique indexes of the table t cannot be read"},
		{"mysql", "STATISTICS", other, "the answer to the question for the unique indexes of the table t has a row of another form"},
	} {
		c, err := NewConnector(&Config{Engine: tt.engine, ClusterARN: testCluster, SecretARN: testSecret})
		if err != nil {
			t.Fatal(err)
		}
		c.api = &scriptedAPI{execute: func(r *wire.ExecuteRequest) (*wire.ExecuteResponse, error) {
			answer := columns
			if strings.Contains(r.SQL, tt.sql) {
				answer = tt.answer
			}
			resp := new(wire.ExecuteResponse)
			return resp, resp.ParseJSON([]byte(answer))
		}}
		db := sql.OpenDB(c)
		_, err = CopyFrom(t.Context(), db, "t", []string{"id", "name"}, CopyRows([][]any{{1, 2}}), CopyOptions{Mode: CopyUpsert, Key: []string{"id"}})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s, %s: got %v, want %q", tt.engine, tt.sql, err, tt.want)
		}
		db.Close()
	}
}
