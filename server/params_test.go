package server_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata/types"
)

// TestParameterTypes shows which type each kind of parameter is given.
func TestParameterTypes(t *testing.T) {
	s := serve(t)
	for _, test := range []struct {
		param types.SqlParameter
		typ   string
		want  any
	}{
		{p("v", "x"), "text", "x"},
		{p("v", ""), "text", ""},
		{p("v", 7), "bigint", int64(7)},
		{p("v", math.MinInt64), "bigint", int64(math.MinInt64)},
		{p("v", 1.5), "double precision", 1.5},
		{p("v", math.Inf(1)), "double precision", math.Inf(1)},
		{p("v", math.Inf(-1)), "double precision", math.Inf(-1)},
		{p("v", math.MaxFloat64), "double precision", math.MaxFloat64},
		{p("v", true), "boolean", true},
		{p("v", false), "boolean", false},
		{p("v", []byte{0, 1, 255}), "bytea", []byte{0, 1, 255}},
		{p("v", []byte{}), "bytea", []byte{}},
		{p("v", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", types.TypeHintUuid), "uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
		{p("v", `{"a": 1}`, types.TypeHintJson), "jsonb", `{"a":1}`},
		{p("v", "2024-02-29", types.TypeHintDate), "date", "2024-02-29"},
		{p("v", "12:00:00.5", types.TypeHintTime), "time without time zone", "12:00:00.500"},
		{p("v", "2020-09-17 13:49:32.780180", types.TypeHintTimestamp), "timestamp without time zone", "2020-09-17 13:49:32.780180"},
		{p("v", "100.10", types.TypeHintDecimal), "numeric", "100.10"},
		{p("v", 7, types.TypeHintDecimal), "bigint", int64(7)},
		{p("v", nil), "text", nil},
		{p("v", nil, types.TypeHintUuid), "uuid", nil},
		{p("v", nil, types.TypeHintDecimal), "numeric", nil},
	} {
		row := s.must("", "SELECT pg_typeof(x)::text, x FROM (SELECT :v AS x) AS s", test.param).Records[0]
		same(t, []any{plain(row[0]), plain(row[1])}, []any{test.typ, test.want})
	}
}

// TestStrings holds what a database that infers types would let pass.
func TestStrings(t *testing.T) {
	s := serve(t)
	s.must("", "CREATE TABLE t (i int, u uuid, j jsonb, d timestamptz, a int[])")
	_, err := s.execute("", "SELECT i FROM t WHERE i = :s", p("s", "1"))
	refused(t, err, "DatabaseErrorException", "ERROR: operator does not exist: integer = text; "+
		"Hint: No operator matches the given name and argument types. You might need to add explicit type casts.; "+
		"Position: 25; SQLState: 42883")
	_, err = s.execute("", "INSERT INTO t (u) VALUES (:u)", p("u", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"))
	refusedLike(t, err, "DatabaseErrorException", `column "u" is of type uuid but expression is of type text`)
	for _, param := range []types.SqlParameter{
		p("v", "x", types.TypeHintUuid), p("v", "{", types.TypeHintJson), p("v", "x", types.TypeHintDecimal),
	} {
		_, err = s.execute("", "SELECT :v", param)
		refusedLike(t, err, "DatabaseErrorException", "SQLState: 22P02")
	}
	_, err = s.execute("", "SELECT :v", p("v", "yesterdayish", types.TypeHintDate))
	refusedLike(t, err, "DatabaseErrorException", "SQLState: 22007")
	_, err = s.execute("", "SELECT :v", p("v", "nul \x00"))
	refusedLike(t, err, "DatabaseErrorException", "SQLState: 22021")

	s.must("", "INSERT INTO t VALUES (:i, :u, :j, :d, :a::int[])", p("i", 1), p("u", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", types.TypeHintUuid),
		p("j", `{}`, types.TypeHintJson), p("d", "2024-01-01 00:00:00", types.TypeHintTimestamp), p("a", "{1,2}"))
	for _, column := range []string{"i", "u", "j", "d", "a"} {
		s.must("", "INSERT INTO t ("+column+") VALUES (:v)", p("v", nil))
	}
	same(t, s.value("", "SELECT count(*) FROM t WHERE d = '2024-01-01 00:00:00+00'"), any(int64(1)))
}

func TestPlaceholders(t *testing.T) {
	s := serve(t)
	same(t, s.value("", "SELECT :a || :b || :a || ':a' || :1", p("a", "x"), p("b", "y"), p("1", "z"), p("unused", "w")), any("xyx:az"))
	same(t, s.value("", "SELECT :v::int + 1;", p("v", "41")), any(int64(42)))
	for _, test := range []struct {
		sql    string
		params []types.SqlParameter
		text   string
	}{
		{"SELECT :a", nil, "Cannot find parameter: a"},
		{"SELECT :A", []types.SqlParameter{p("a", 1)}, "Cannot find parameter: A"},
		{"SELECT :a", []types.SqlParameter{p("a", 1), p("a", 2)}, "Parameter a is given more than once"},
		{"SELECT 1", []types.SqlParameter{p("", 1)}, "A parameter has no name"},
		{"SELECT :mäil", []types.SqlParameter{p("mäil", 1)}, "Named parameter syntax is invalid, input: mäil"},
		{"SELECT :q?marks", []types.SqlParameter{p("q?marks", 1)}, "Named parameter syntax is invalid, input: q?marks"},
		{"SELECT :more/slashes", []types.SqlParameter{p("more/slashes", 1)}, "Named parameter syntax is invalid, input: more/slashes"},
		{"SELECT $1", []types.SqlParameter{p("$1", 1)}, "Named parameter syntax is invalid, input: $1"},
		{"SELECT 1", []types.SqlParameter{p("a b", 1)}, "Named parameter syntax is invalid, input: a b"},
		{"SELECT :a", []types.SqlParameter{p("a", &types.FieldMemberArrayValue{Value: &types.ArrayValueMemberLongValues{Value: []*int64{aws.Int64(1)}}})},
			"Array parameters are not supported"},
		{"SELECT :a", []types.SqlParameter{{Name: aws.String("a")}}, "Parameter a has no value"},
		{"SELECT 1; SELECT 2", nil, "Multistatements aren't supported."},
		{"", nil, "The sql parameter contains no statement"},
		{" -- nothing\n;", nil, "The sql parameter contains no statement"},
		{"SELECT '\x00'", nil, "The sql parameter contains a NUL character"},
		{strings.Repeat("é", 65537), nil, "1 validation error detected: Value at 'sql' failed to satisfy constraint: " +
			"Member must have length less than or equal to 65536"},
	} {
		_, err := s.execute("", test.sql, test.params...)
		refused(t, err, "ValidationException", test.text)
	}
	// What the service takes for a placeholder, and the database does not.
	same(t, s.value("", "SELECT $$a :b c$$"), any("a $1 c"))
	_, err := s.execute("", "SELECT (array[1,2,3])[1:2]")
	refusedLike(t, err, "DatabaseErrorException", `ERROR: syntax error at or near "$1"`)
	_, err = s.execute("", "SELECT :a, :b, :c", p("b", 1))
	refused(t, err, "ValidationException", "Cannot find parameter: a")
	_, err = s.execute("", "SELECT nope, :a")
	refusedLike(t, err, "DatabaseErrorException", "SQLState: 42703")
	_, err = s.execute("", "SELECT $1")
	refusedLike(t, err, "DatabaseErrorException", "SQLState: 08P01")
	s.must("", "SELECT '"+strings.Repeat("é", 65536-9)+"'")
}

func TestMembers(t *testing.T) {
	s := serve(t)
	for _, test := range []struct {
		change func(*rdsdata.ExecuteStatementInput)
		code   string
		text   string
	}{
		{func(in *rdsdata.ExecuteStatementInput) { in.Schema = aws.String("public") },
			"ValidationException", "The schema parameter isn't supported"},
		{func(in *rdsdata.ExecuteStatementInput) { in.ResourceArn = aws.String(clusterARN + "x") },
			"HttpEndpointNotEnabledException", "HttpEndpoint is not enabled for resource " + clusterARN + "x"},
		{func(in *rdsdata.ExecuteStatementInput) { in.ResourceArn = aws.String(strings.ToUpper(clusterARN)) },
			"ValidationException", "The resourceArn " + strings.ToUpper(clusterARN) + " is not an ARN"},
		{func(in *rdsdata.ExecuteStatementInput) { in.ResourceArn = aws.String("not an arn at all") },
			"ValidationException", "The resourceArn not an arn at all is not an ARN"},
		{func(in *rdsdata.ExecuteStatementInput) { in.SecretArn = aws.String("short") },
			"ValidationException", "1 validation error detected: Value at 'secretArn' failed to satisfy constraint: Member must have length greater than or equal to 11"},
		{func(in *rdsdata.ExecuteStatementInput) { in.SecretArn = aws.String("not an arn at all") },
			"ValidationException", "The secretArn not an arn at all is not an ARN"},
		{func(in *rdsdata.ExecuteStatementInput) { in.SecretArn = aws.String(secretARN + "x") },
			"SecretsErrorException", "Secrets Manager can't find the specified secret: " + secretARN + "x"},
		{func(in *rdsdata.ExecuteStatementInput) { in.Database = aws.String(strings.Repeat("d", 65)) },
			"ValidationException", "1 validation error detected: Value at 'database' failed to satisfy constraint: Member must have length less than or equal to 64"},
		{func(in *rdsdata.ExecuteStatementInput) { in.TransactionId = aws.String(strings.Repeat("t", 193)) },
			"ValidationException", "1 validation error detected: Value at 'transactionId' failed to satisfy constraint: Member must have length less than or equal to 192"},
		{func(in *rdsdata.ExecuteStatementInput) { in.TransactionId = aws.String("AR/+=") },
			"TransactionNotFoundException", "Transaction AR/+= is not found"},
		{func(in *rdsdata.ExecuteStatementInput) { in.Database = aws.String("no_such_database") },
			"DatabaseErrorException", `ERROR: database "no_such_database" does not exist; SQLState: 3D000`},
		{func(in *rdsdata.ExecuteStatementInput) { in.Database, in.SecretArn = nil, aws.String(readerARN) },
			"DatabaseErrorException", `FATAL: role "reader" does not exist; SQLState: 28000`},
	} {
		in := s.input("", "SELECT 1")
		test.change(in)
		_, err := s.ExecuteStatement(context.Background(), in)
		refused(t, err, test.code, test.text)
	}
}

// TestDatabase shows which database a call without one gets.
func TestDatabase(t *testing.T) {
	s := serve(t)
	in := s.input("", "SELECT current_database()::text || current_user::text")
	in.Database = nil
	out, err := s.ExecuteStatement(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	same(t, plain(out.Records[0][0]), any("postgrespostgres"))
	same(t, s.value("", "SELECT current_database()::text"), any(s.database))
}
