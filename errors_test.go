package auroradataapi_test

import (
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/rdsdata/types"
	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
)

func TestErrors(t *testing.T) {
	db := dataapitest.Open(t)
	exec(t, db, "CREATE TABLE e (id int PRIMARY KEY, name text NOT NULL, parent int REFERENCES e, CHECK (id < 100))")
	exec(t, db, "INSERT INTO e VALUES (1, 'a', NULL)")
	tests := []struct {
		statement string
		args      []any
		code      string
		at        string // what the position points to; empty for none
	}{
		{"SELEKT 1", nil, "42601", "SELEKT"},
		{"SELECT nope FROM e", nil, "42703", "nope"},
		{"SELECT 'ü' || $1::text, nope FROM e WHERE id = $2", []any{"x", 1}, "42703", "nope"},
		{"SELECT :parameter_with_a_long_name::text, nope FROM e", []any{sql.Named("parameter_with_a_long_name", "x")}, "42703", "nope"},
		{"SELECT (array[1,2,3])[1:2], $q$:x 'y'$q$, nope", nil, "42703", "nope"},
		{"SELECT * FROM no_such_table", nil, "42P01", "no_such_table"},
		{"SELECT 1 = $1::text", []any{"1"}, "42883", "= $1"},
		{"INSERT INTO e VALUES (1, 'b', NULL)", nil, "23505", ""},
		{"INSERT INTO e VALUES (2, NULL, NULL)", nil, "23502", ""},
		{"INSERT INTO e VALUES (2, 'b', 3)", nil, "23503", ""},
		{"INSERT INTO e VALUES (100, 'b', NULL)", nil, "23514", ""},
		{"SELECT 1/0", nil, "22012", ""},
		{"DO $$ BEGIN RAISE EXCEPTION 'oh; SQLState: 12345' USING ERRCODE = 'ZZ001'; END $$", nil, "ZZ001", ""},
	}
	for _, tt := range tests {
		_, err := db.Exec(tt.statement, tt.args...)
		var e *auroradataapi.Error
		if !errors.As(err, &e) {
			t.Errorf("%s: got %v", tt.statement, err)
			continue
		}
		if e.Code != tt.code || e.SQLState() != tt.code {
			t.Errorf("%s: SQLSTATE %q, want %q (%v)", tt.statement, e.Code, tt.code, err)
		}
		if e.Statement != tt.statement || e.Operation != "ExecuteStatement" || e.Type != "DatabaseErrorException" || e.RequestID == "" || e.Severity != "ERROR" {
			t.Errorf("%s: %+v", tt.statement, e)
		}
		if got := after(tt.statement, e.Position); !strings.HasPrefix(got, tt.at) || tt.at == "" && e.Position != 0 {
			t.Errorf("%s: position %d, before %q, want before %q", tt.statement, e.Position, got, tt.at)
		}
		var sdk *types.DatabaseErrorException
		if !errors.As(err, &sdk) {
			t.Errorf("%s: the SDK's error is not in %v", tt.statement, err)
		}
		if e.SafeToRetry() {
			t.Errorf("%s: said to be safe to retry", tt.statement)
		}
	}
}

// after returns the statement from a position on, which counts characters from
// 1; zero gives nothing.
func after(statement string, position int) string {
	if position == 0 {
		return ""
	}
	return string([]rune(statement)[position-1:])
}

// TestErrorForms looks at an error as text and as JSON.
func TestErrorForms(t *testing.T) {
	db := dataapitest.Open(t)
	exec(t, db, "CREATE TABLE u (id int PRIMARY KEY, name text NOT NULL)")
	_, err := db.Exec("INSERT INTO u VALUES ($1, $2)", 1, nil)
	want := `ERROR: null value in column "name" of relation "u" violates not-null constraint (SQLSTATE 23502)`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	var e *auroradataapi.Error
	text, jsonErr := json.Marshal(err)
	var fields map[string]any
	if !errors.As(err, &e) || jsonErr != nil || json.Unmarshal(text, &fields) != nil {
		t.Fatalf("as JSON: %s, %v", text, jsonErr)
	}
	wanted := map[string]any{
		"Code": "23502", "Severity": "ERROR", "Message": `null value in column "name" of relation "u" violates not-null constraint`,
		"Detail": "", "Hint": "", "Position": 0.0, "Number": 0.0,
		"Schema": "", "Table": "u", "Column": "name", "Constraint": "", "DataType": "",
		"Type": "DatabaseErrorException", "Operation": "ExecuteStatement", "Statement": "INSERT INTO u VALUES ($1, $2)",
		"RequestID": e.RequestID, "Attempts": 1.0, "Waited": 0.0,
	}
	if d := cmp.Diff(wanted, fields); d != "" {
		t.Errorf("as JSON (-want +got):\n%s", d)
	}
	_, err = db.Exec("SELECT interval '1 day'")
	want = "auroradataapi: ExecuteStatement: UnsupportedResultException: The result contains the unsupported data type INTERVAL."
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
