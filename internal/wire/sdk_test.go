package wire_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/auroradataapi/auroradataapi/internal/wire"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata/types"
	"github.com/aws/smithy-go/document"
	"github.com/aws/smithy-go/middleware"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// sdk is the official client in front of a handler in front of a recorder.
type sdk struct {
	*rdsdata.Client
	api  *recorder
	body []byte // of the last request, as the client wrote it
}

func newSDK(t *testing.T) *sdk {
	s := &sdk{api: &recorder{}}
	handler := wire.Handler(s.api)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		s.api.mu.Lock()
		s.body = body
		s.api.mu.Unlock()
		r.Body = io.NopCloser(bytes.NewReader(body))
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	s.Client = rdsdata.New(rdsdata.Options{
		Region:       "eu-west-1",
		BaseEndpoint: &srv.URL,
		HTTPClient:   srv.Client(),
		Retryer:      aws.NopRetryer{},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKID", SecretAccessKey: "SECRET"}, nil
		}),
	})
	return s
}

// written returns the request as the client wrote it.
func (s *sdk) written() string {
	s.api.mu.Lock()
	defer s.api.mu.Unlock()
	return string(s.body)
}

// sdkDiff compares what the client reads.
func sdkDiff(want, got any) string {
	return cmp.Diff(want, got, cmpopts.IgnoreTypes(document.NoSerde{}, middleware.Metadata{}), cmpopts.EquateNaNs())
}

// sdkFields pairs every kind of field with the client's.
func sdkFields() []struct {
	wire wire.Field
	sdk  types.Field
} {
	array := func(v types.ArrayValue) types.Field { return &types.FieldMemberArrayValue{Value: v} }
	return []struct {
		wire wire.Field
		sdk  types.Field
	}{
		{wire.Null(), &types.FieldMemberIsNull{Value: true}},
		{wire.Boolean(true), &types.FieldMemberBooleanValue{Value: true}},
		{wire.Boolean(false), &types.FieldMemberBooleanValue{Value: false}},
		{wire.Long(math.MaxInt64), &types.FieldMemberLongValue{Value: math.MaxInt64}},
		{wire.Long(math.MinInt64), &types.FieldMemberLongValue{Value: math.MinInt64}},
		{wire.Double(0.1), &types.FieldMemberDoubleValue{Value: 0.1}},
		{wire.Double(math.Copysign(0, -1)), &types.FieldMemberDoubleValue{Value: math.Copysign(0, -1)}},
		{wire.Double(math.MaxFloat64), &types.FieldMemberDoubleValue{Value: math.MaxFloat64}},
		{wire.Double(math.SmallestNonzeroFloat64), &types.FieldMemberDoubleValue{Value: math.SmallestNonzeroFloat64}},
		{wire.Double(1e-7), &types.FieldMemberDoubleValue{Value: 1e-7}},
		{wire.Double(math.NaN()), &types.FieldMemberDoubleValue{Value: math.NaN()}},
		{wire.Double(math.Inf(1)), &types.FieldMemberDoubleValue{Value: math.Inf(1)}},
		{wire.Double(math.Inf(-1)), &types.FieldMemberDoubleValue{Value: math.Inf(-1)}},
		{wire.String(""), &types.FieldMemberStringValue{Value: ""}},
		{wire.String("a\"\\/\b\f\n\r\t\x00\x1f\x7f<é>&😀"), &types.FieldMemberStringValue{Value: "a\"\\/\b\f\n\r\t\x00\x1f\x7f<é>&😀"}},
		{wire.Blob([]byte{}), &types.FieldMemberBlobValue{Value: []byte{}}},
		{wire.Blob([]byte{0, 0xff, 0xfe, 0xfb}), &types.FieldMemberBlobValue{Value: []byte{0, 0xff, 0xfe, 0xfb}}},
		{wire.ArrayOf(wire.KindLong), array(&types.ArrayValueMemberLongValues{Value: []*int64{}})},
		{wire.ArrayOf(wire.KindBoolean, wire.Boolean(true), wire.Null(), wire.Boolean(false)),
			array(&types.ArrayValueMemberBooleanValues{Value: []*bool{ptr(true), nil, ptr(false)}})},
		{wire.ArrayOf(wire.KindLong, wire.Long(math.MinInt64), wire.Null(), wire.Long(3)),
			array(&types.ArrayValueMemberLongValues{Value: []*int64{ptr[int64](math.MinInt64), nil, ptr[int64](3)}})},
		{wire.ArrayOf(wire.KindDouble, wire.Double(1.5), wire.Null(), wire.Double(math.NaN()), wire.Double(math.Inf(-1))),
			array(&types.ArrayValueMemberDoubleValues{Value: []*float64{ptr(1.5), nil, ptr(math.NaN()), ptr(math.Inf(-1))}})},
		{wire.ArrayOf(wire.KindString, wire.String(""), wire.Null(), wire.String("x,\"")),
			array(&types.ArrayValueMemberStringValues{Value: []*string{ptr(""), nil, ptr("x,\"")}})},
		{wire.ArrayOf(wire.KindArray, wire.ArrayOf(wire.KindLong, wire.Long(1), wire.Null()), wire.ArrayOf(wire.KindString)),
			array(&types.ArrayValueMemberArrayValues{Value: []types.ArrayValue{
				&types.ArrayValueMemberLongValues{Value: []*int64{ptr[int64](1), nil}},
				&types.ArrayValueMemberStringValues{Value: []*string{}},
			}})},
	}
}

func TestSDKFields(t *testing.T) {
	s := newSDK(t)
	for _, tt := range sdkFields() {
		t.Run(string(tt.wire.AppendJSON(nil)), func(t *testing.T) {
			s.api.set(&wire.ExecuteResponse{Records: wire.NewRecords([][]wire.Field{{tt.wire, wire.Null()}, {tt.wire}}), GeneratedFields: []wire.Field{tt.wire}})
			out, err := s.ExecuteStatement(t.Context(), &rdsdata.ExecuteStatementInput{
				ResourceArn: aws.String("r"), SecretArn: aws.String("s"), Sql: aws.String("x"),
				Parameters: []types.SqlParameter{{Name: aws.String("p"), Value: tt.sdk}, {Value: tt.sdk}},
			})
			if err != nil {
				t.Fatal(err)
			}
			want := &rdsdata.ExecuteStatementOutput{
				Records:         [][]types.Field{{tt.sdk, &types.FieldMemberIsNull{Value: true}}, {tt.sdk}},
				GeneratedFields: []types.Field{tt.sdk},
			}
			if d := sdkDiff(want, out); d != "" {
				t.Errorf("answer (-want +got):\n%s", d)
			}
			s.checkRequest(t, &wire.ExecuteRequest{ResourceARN: "r", SecretARN: "s", SQL: "x",
				Parameters: []wire.Parameter{{Name: "p", Value: tt.wire}, {Value: tt.wire}}})
		})
	}
}

// checkRequest expects a request to arrive, and the client to have written it
// byte for byte as this package does.
func (s *sdk) checkRequest(t *testing.T, want message) {
	t.Helper()
	if d := diff(want, s.api.request()); d != "" {
		t.Errorf("request (-want +got):\n%s", d)
	}
	if d := cmp.Diff(s.written(), string(want.AppendJSON(nil))); d != "" {
		t.Errorf("request (-written by the client +written by us):\n%s", d)
	}
}

func TestSDKExecuteStatement(t *testing.T) {
	s := newSDK(t)
	s.api.set(&wire.ExecuteResponse{
		Records: wire.NewRecords([][]wire.Field{}),
		ColumnMetadata: []wire.ColumnMetadata{{}, {
			Label: "l", Name: "n", TypeName: "int8", Type: -5, Precision: 19, Scale: -1, Nullable: wire.NullableUnknown,
			SchemaName: "s", TableName: "t", ArrayBaseColumnType: 4, IsAutoIncrement: true, IsCaseSensitive: true, IsCurrency: true, IsSigned: true,
		}},
		NumberOfRecordsUpdated: math.MaxInt64,
		FormattedRecords:       ptr(`[{"a":"b"}]`),
	})
	out, err := s.ExecuteStatement(t.Context(), &rdsdata.ExecuteStatementInput{
		ResourceArn: aws.String("arn:r"), SecretArn: aws.String("arn:s"), Sql: aws.String("select 'é'\n"),
		ContinueAfterTimeout: true, Database: aws.String("d"), FormatRecordsAs: types.RecordsFormatTypeJson, IncludeResultMetadata: true,
		Parameters: sdkHints(), Schema: aws.String("public"), TransactionId: aws.String("tx"),
		ResultSetOptions: &types.ResultSetOptions{DecimalReturnType: types.DecimalReturnTypeDoubleOrLong, LongReturnType: types.LongReturnTypeString},
	})
	if err != nil {
		t.Fatal(err)
	}
	empty := aws.String("")
	want := &rdsdata.ExecuteStatementOutput{
		Records: [][]types.Field{},
		ColumnMetadata: []types.ColumnMetadata{
			{Label: empty, Name: empty, TypeName: empty, SchemaName: empty, TableName: empty},
			{
				Label: aws.String("l"), Name: aws.String("n"), TypeName: aws.String("int8"), Type: -5, Precision: 19, Scale: -1, Nullable: 2,
				SchemaName: aws.String("s"), TableName: aws.String("t"), ArrayBaseColumnType: 4, IsAutoIncrement: true, IsCaseSensitive: true, IsCurrency: true, IsSigned: true,
			},
		},
		NumberOfRecordsUpdated: math.MaxInt64,
		FormattedRecords:       aws.String(`[{"a":"b"}]`),
	}
	if d := sdkDiff(want, out); d != "" {
		t.Errorf("answer (-want +got):\n%s", d)
	}
	s.checkRequest(t, &wire.ExecuteRequest{
		ResourceARN: "arn:r", SecretARN: "arn:s", SQL: "select 'é'\n", ContinueAfterTimeout: true, Database: "d",
		FormatRecordsAs: wire.RecordsJSON, IncludeResultMetadata: true, Parameters: wireHints(), Schema: "public", TransactionID: "tx",
		ResultSetOptions: wire.ResultSetOptions{DecimalReturnType: wire.DecimalDoubleOrLong, LongReturnType: wire.LongString},
	})
}

func sdkHints() (list []types.SqlParameter) {
	for _, h := range types.TypeHint("").Values() {
		list = append(list, types.SqlParameter{Name: aws.String("p" + string(h)), TypeHint: h, Value: &types.FieldMemberStringValue{Value: "x"}})
	}
	return list
}

func wireHints() (list []wire.Parameter) {
	for _, h := range []wire.TypeHint{wire.HintJSON, wire.HintUUID, wire.HintTimestamp, wire.HintDate, wire.HintTime, wire.HintDecimal} {
		list = append(list, wire.Parameter{Name: "p" + string(h), TypeHint: h, Value: wire.String("x")})
	}
	return list
}

func TestSDKEnumerations(t *testing.T) {
	s := newSDK(t)
	s.api.set(&wire.ExecuteResponse{})
	for _, decimal := range types.DecimalReturnType("").Values() {
		for _, long := range types.LongReturnType("").Values() {
			for _, format := range types.RecordsFormatType("").Values() {
				_, err := s.ExecuteStatement(t.Context(), &rdsdata.ExecuteStatementInput{
					ResourceArn: aws.String(""), SecretArn: aws.String(""), Sql: aws.String(""), FormatRecordsAs: format,
					ResultSetOptions: &types.ResultSetOptions{DecimalReturnType: decimal, LongReturnType: long},
				})
				if err != nil {
					t.Fatal(err)
				}
				s.checkRequest(t, &wire.ExecuteRequest{FormatRecordsAs: wire.RecordsFormat(format), ResultSetOptions: wire.ResultSetOptions{
					DecimalReturnType: wire.DecimalReturnType(decimal), LongReturnType: wire.LongReturnType(long)}})
			}
		}
	}
}

func TestSDKAbsentAndEmpty(t *testing.T) {
	s := newSDK(t)
	arn := aws.String("r")
	s.api.set(&wire.ExecuteResponse{})
	out, err := s.ExecuteStatement(t.Context(), &rdsdata.ExecuteStatementInput{ResourceArn: arn, SecretArn: arn, Sql: arn})
	if err != nil {
		t.Fatal(err)
	}
	if d := sdkDiff(&rdsdata.ExecuteStatementOutput{}, out); d != "" {
		t.Errorf("absent members (-want +got):\n%s", d)
	}
	s.checkRequest(t, &wire.ExecuteRequest{ResourceARN: "r", SecretARN: "r", SQL: "r"})

	s.api.set(&wire.ExecuteResponse{Records: wire.NewRecords(nil), ColumnMetadata: []wire.ColumnMetadata{}, GeneratedFields: []wire.Field{}, FormattedRecords: ptr("")})
	out, err = s.ExecuteStatement(t.Context(), &rdsdata.ExecuteStatementInput{ResourceArn: arn, SecretArn: arn, Sql: arn, Parameters: []types.SqlParameter{}})
	if err != nil {
		t.Fatal(err)
	}
	want := &rdsdata.ExecuteStatementOutput{Records: [][]types.Field{}, ColumnMetadata: []types.ColumnMetadata{}, GeneratedFields: []types.Field{}, FormattedRecords: aws.String("")}
	if d := sdkDiff(want, out); d != "" {
		t.Errorf("empty members (-want +got):\n%s", d)
	}
	s.checkRequest(t, &wire.ExecuteRequest{ResourceARN: "r", SecretARN: "r", SQL: "r", Parameters: []wire.Parameter{}})
}

func TestSDKBatchExecuteStatement(t *testing.T) {
	s := newSDK(t)
	var wireFields []wire.Field
	var sdkValues []types.Field
	for _, f := range sdkFields() {
		wireFields, sdkValues = append(wireFields, f.wire), append(sdkValues, f.sdk)
	}
	s.api.set(&wire.BatchResponse{UpdateResults: []wire.UpdateResult{{GeneratedFields: wireFields}, {GeneratedFields: []wire.Field{}}, {}}})
	out, err := s.BatchExecuteStatement(t.Context(), &rdsdata.BatchExecuteStatementInput{
		ResourceArn: aws.String("r"), SecretArn: aws.String("s"), Sql: aws.String("x"), Database: aws.String("d"), Schema: aws.String("c"),
		TransactionId: aws.String("t"), ParameterSets: [][]types.SqlParameter{sdkHints(), {}},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := &rdsdata.BatchExecuteStatementOutput{UpdateResults: []types.UpdateResult{{GeneratedFields: sdkValues}, {GeneratedFields: []types.Field{}}, {}}}
	if d := sdkDiff(want, out); d != "" {
		t.Errorf("answer (-want +got):\n%s", d)
	}
	s.checkRequest(t, &wire.BatchRequest{ResourceARN: "r", SecretARN: "s", SQL: "x", Database: "d", Schema: "c", TransactionID: "t",
		ParameterSets: [][]wire.Parameter{wireHints(), {}}})
}

func TestSDKTransactions(t *testing.T) {
	s := newSDK(t)
	r, sec, tx := aws.String("r"), aws.String("s"), aws.String("t")

	s.api.set(&wire.BeginResponse{TransactionID: "AQ+/="})
	begin, err := s.BeginTransaction(t.Context(), &rdsdata.BeginTransactionInput{ResourceArn: r, SecretArn: sec, Database: aws.String("d"), Schema: aws.String("c")})
	if err != nil || *begin.TransactionId != "AQ+/=" {
		t.Errorf("begin: %v, %v", begin, err)
	}
	s.checkRequest(t, &wire.BeginRequest{ResourceARN: "r", SecretARN: "s", Database: "d", Schema: "c"})

	s.api.set(&wire.CommitResponse{TransactionStatus: wire.StatusCommitted})
	commit, err := s.CommitTransaction(t.Context(), &rdsdata.CommitTransactionInput{ResourceArn: r, SecretArn: sec, TransactionId: tx})
	if err != nil || *commit.TransactionStatus != "Transaction Committed" {
		t.Errorf("commit: %v, %v", commit, err)
	}
	s.checkRequest(t, &wire.CommitRequest{ResourceARN: "r", SecretARN: "s", TransactionID: "t"})

	s.api.set(&wire.RollbackResponse{TransactionStatus: wire.StatusRolledBack})
	rollback, err := s.RollbackTransaction(t.Context(), &rdsdata.RollbackTransactionInput{ResourceArn: r, SecretArn: sec, TransactionId: tx})
	if err != nil || *rollback.TransactionStatus != "Rollback Complete" {
		t.Errorf("rollback: %v, %v", rollback, err)
	}
	s.checkRequest(t, &wire.RollbackRequest{ResourceARN: "r", SecretARN: "s", TransactionID: "t"})
}

// TestSDKTooLarge sends more than the service takes, in one parameter.
func TestSDKTooLarge(t *testing.T) {
	s := newSDK(t)
	s.api.set(&wire.ExecuteResponse{})
	for size, refused := range map[int]bool{wire.MaxRequestBytes / 2: false, wire.MaxRequestBytes: true} {
		arn := aws.String("r")
		_, err := s.ExecuteStatement(t.Context(), &rdsdata.ExecuteStatementInput{ResourceArn: arn, SecretArn: arn, Sql: arn,
			Parameters: []types.SqlParameter{{Value: &types.FieldMemberStringValue{Value: string(bytes.Repeat([]byte("x"), size))}}}})
		if got := fmt.Sprint(err); (err != nil) != refused || refused && !bytes.Contains([]byte(got), []byte("RequestEntityTooLargeException")) {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}
