package auroradataapi_test

import (
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata/types"
	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
)

// raw runs a function with the driver's connection.
func raw(t *testing.T, conn *sql.Conn, do func(*auroradataapi.Conn) error) {
	t.Helper()
	if err := conn.Raw(func(c any) error { return do(c.(*auroradataapi.Conn)) }); err != nil {
		t.Fatal(err)
	}
}

func openConn(t *testing.T, db *sql.DB) *sql.Conn {
	t.Helper()
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// TestRawCalls compares raw calls with those of the SDK's client.
func TestRawCalls(t *testing.T) {
	engines(t, func(t *testing.T, srv *dataapitest.Server) {
		conn := openConn(t, srv.Open(t))
		client := srv.Client()
		statements := map[string]string{
			"postgresql": "SELECT :a AS a, :b AS b, :c AS c, :d AS d, ARRAY[1,NULL,3] AS e, ARRAY['x','y'] AS f, 1.5::float8 AS g, :h AS h",
			"mysql":      "SELECT :a AS a, :b AS b, :c AS c, :d AS d, :h AS h, 1.5e0 AS g",
		}
		for name, change := range map[string]func(*rdsdata.ExecuteStatementInput){
			"records":  func(*rdsdata.ExecuteStatementInput) {},
			"metadata": func(in *rdsdata.ExecuteStatementInput) { in.IncludeResultMetadata = true },
			"options": func(in *rdsdata.ExecuteStatementInput) {
				in.ResultSetOptions = &types.ResultSetOptions{LongReturnType: types.LongReturnTypeString}
			},
			"json": func(in *rdsdata.ExecuteStatementInput) {
				in.FormatRecordsAs = types.RecordsFormatTypeJson
				in.Sql, in.Parameters = aws.String("SELECT 1 AS a"), nil
			},
		} {
			in := &rdsdata.ExecuteStatementInput{
				Sql: aws.String(statements[srv.Engine]),
				Parameters: []types.SqlParameter{
					{Name: aws.String("a"), Value: &types.FieldMemberLongValue{Value: 1 << 60}},
					{Name: aws.String("b"), Value: &types.FieldMemberStringValue{Value: "2.50"}, TypeHint: types.TypeHintDecimal},
					{Name: aws.String("c"), Value: &types.FieldMemberBlobValue{Value: []byte{0, 255}}},
					{Name: aws.String("d"), Value: &types.FieldMemberIsNull{Value: true}},
					{Name: aws.String("h"), Value: &types.FieldMemberBooleanValue{Value: true}},
				},
			}
			change(in)
			full := *in
			full.ResourceArn, full.SecretArn, full.Database = aws.String(dataapitest.ClusterARN), aws.String(dataapitest.SecretARN), aws.String(srv.Database)
			want, err := client.ExecuteStatement(t.Context(), &full)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			raw(t, conn, func(c *auroradataapi.Conn) error {
				got, err := c.ExecuteStatement(t.Context(), in)
				if err != nil {
					return err
				}
				want.ResultMetadata = got.ResultMetadata // the client has some
				if diff := cmp.Diff(asJSON(t, want), asJSON(t, got)); diff != "" {
					t.Errorf("%s (-want +got)\n%s", name, diff)
				}
				return nil
			})
		}
	})
}

// asJSON writes out what an output points to.
func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestRawTransaction(t *testing.T) {
	engines(t, func(t *testing.T, srv *dataapitest.Server) {
		db := srv.Open(t)
		exec(t, db, "CREATE TABLE r (n int)")
		conn := openConn(t, db)
		tx, err := conn.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		raw(t, conn, func(c *auroradataapi.Conn) error {
			out, err := c.BatchExecuteStatement(t.Context(), &rdsdata.BatchExecuteStatementInput{
				Sql: aws.String("INSERT INTO r VALUES (:n)"),
				ParameterSets: [][]types.SqlParameter{
					{{Name: aws.String("n"), Value: &types.FieldMemberLongValue{Value: 1}}},
					{{Name: aws.String("n"), Value: &types.FieldMemberLongValue{Value: 2}}},
				},
			})
			if err == nil && len(out.UpdateResults) != 2 {
				t.Errorf("%d results, want 2", len(out.UpdateResults))
			}
			return err
		})
		if n := query[int](t, db, "SELECT count(*) FROM r"); n != 0 {
			t.Errorf("%d rows outside of the transaction", n)
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		if n := query[int](t, db, "SELECT count(*) FROM r"); n != 2 {
			t.Errorf("%d rows, want 2", n)
		}
		raw(t, conn, func(c *auroradataapi.Conn) error {
			if id := c.TransactionID(); id != "" {
				t.Errorf("the transaction %q is over", id)
			}
			return nil
		})
	})
}

func TestRawErrors(t *testing.T) {
	conn := openConn(t, dataapitest.Open(t))
	value := func(f types.Field) *rdsdata.ExecuteStatementInput {
		return &rdsdata.ExecuteStatementInput{Sql: aws.String("SELECT :p"), Parameters: []types.SqlParameter{{Name: aws.String("p"), Value: f}}}
	}
	tests := map[string]struct {
		in   *rdsdata.ExecuteStatementInput
		want string
	}{
		"no input":      {nil, "there is no input"},
		"unknown union": {value(&types.UnknownUnionMember{}), `parameter "p": a value of type *types.UnknownUnionMember`},
		"false NULL":    {value(&types.FieldMemberIsNull{}), `parameter "p": isNull is false`},
		"empty array":   {value(&types.FieldMemberArrayValue{}), `parameter "p": an array of type <nil>`},
		"COMMIT":        {&rdsdata.ExecuteStatementInput{Sql: aws.String("COMMIT")}, "Commit"},
		"array":         {value(&types.FieldMemberArrayValue{Value: &types.ArrayValueMemberLongValues{Value: []*int64{nil}}}), "Array parameters are not supported"},
		"no such transaction": {&rdsdata.ExecuteStatementInput{Sql: aws.String("SELECT 1"), TransactionId: aws.String("nope")},
			"Transaction nope is not found"},
	}
	for name, tt := range tests {
		raw(t, conn, func(c *auroradataapi.Conn) error {
			_, err := c.ExecuteStatement(t.Context(), tt.in)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%s: got %v, want %q", name, err, tt.want)
			}
			return nil
		})
	}
	raw(t, conn, func(c *auroradataapi.Conn) error {
		_, err := c.ExecuteStatement(t.Context(), &rdsdata.ExecuteStatementInput{Sql: aws.String("SELECT nope")})
		var e *auroradataapi.Error
		if !errors.As(err, &e) || e.Code != "42703" || e.Position != 8 {
			t.Errorf("an unknown column: %#v", err)
		}
		if _, err := c.BatchExecuteStatement(t.Context(), nil); err == nil {
			t.Error("a batch without input")
		}
		_, err = c.BatchExecuteStatement(t.Context(), &rdsdata.BatchExecuteStatementInput{
			Sql: aws.String("SELECT 1"), ParameterSets: [][]types.SqlParameter{{}, {{Value: &types.FieldMemberIsNull{}}}}})
		if err == nil || !strings.Contains(err.Error(), "parameter set 1") {
			t.Errorf("a bad set: %v", err)
		}
		return nil
	})
}

func TestJSONResult(t *testing.T) {
	engines(t, func(t *testing.T, srv *dataapitest.Server) {
		db := srv.Open(t)
		rows, err := db.Query("SELECT 1 AS a, 'x\"y' AS b UNION ALL SELECT 2, NULL", auroradataapi.JSONResult())
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		types, err := rows.ColumnTypes()
		if err != nil || len(types) != 1 || types[0].Name() != "json" || types[0].DatabaseTypeName() != "JSON" {
			t.Fatalf("columns %v, %v", types, err)
		}
		var got json.RawMessage
		if !rows.Next() {
			t.Fatal(rows.Err())
		}
		if err := rows.Scan(&got); err != nil {
			t.Fatal(err)
		}
		if want := `[{"a":1,"b":"x\"y"},{"a":2,"b":null}]`; string(got) != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if rows.Next() || rows.Err() != nil {
			t.Errorf("a second row, or %v", rows.Err())
		}
		if text := query[string](t, db, "SELECT 1 AS a WHERE 1 = 0", auroradataapi.JSONResult()); text != "[]" {
			t.Errorf("no rows are %s", text)
		}
		if err := db.QueryRow("SELECT 1 AS a, 2 AS a", auroradataapi.JSONResult()).Scan(new(string)); err == nil {
			t.Error("two columns of one name passed")
		}
		if err := db.QueryRow("CREATE TABLE j (n int)", auroradataapi.JSONResult()).Scan(new(string)); !errors.Is(err, sql.ErrNoRows) {
			t.Errorf("a statement without rows: %v", err)
		}
	})
}

// TestTimeoutOption has a large result read under a time-out, which must outlast
// the query itself, and a slow statement.
func TestTimeoutOption(t *testing.T) {
	db := dataapitest.Open(t)
	rows, err := db.Query("SELECT n, repeat('x', 1000) FROM generate_series(1, 3000) n", auroradataapi.Timeout(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for rows.Next() {
		n++
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil || n != 3000 {
		t.Errorf("%d rows, %v", n, err)
	}
	_, err = db.Exec("SELECT pg_sleep(20)", auroradataapi.Timeout(100*time.Millisecond))
	if err == nil || !strings.Contains(err.Error(), "deadline exceeded") {
		t.Errorf("a slow statement: %v", err)
	}
}
