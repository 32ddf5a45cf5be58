package awsapi

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata/types"
	"github.com/aws/smithy-go/document"
	"github.com/aws/smithy-go/middleware"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// TestSDKFields takes every kind of value to the SDK's types and back.
func TestSDKFields(t *testing.T) {
	for _, f := range fields() {
		got, err := fieldOf(sdkField(f))
		if err != nil || !got.Equal(f) {
			t.Errorf("%s came back as %s, %v", f.AppendJSON(nil), got.AppendJSON(nil), err)
		}
	}
	if f, err := fieldOf(sdkField(wire.Field{})); err != nil || f.Kind() != wire.KindAbsent {
		t.Errorf("no value came back as %s, %v", f.Kind(), err)
	}
}

// TestSDKMessages takes all that a message may hold to the types of the SDK, or
// from them.
func TestSDKMessages(t *testing.T) {
	req, err := ExecuteRequest(&rdsdata.ExecuteStatementInput{
		ResourceArn: aws.String("r"), SecretArn: aws.String("s"), Sql: aws.String("q"), Database: aws.String("d"), Schema: aws.String("c"),
		TransactionId: aws.String("t"), IncludeResultMetadata: true, ContinueAfterTimeout: true, FormatRecordsAs: types.RecordsFormatTypeJson,
		Parameters:       []types.SqlParameter{{Name: aws.String("p"), TypeHint: types.TypeHintUuid, Value: &types.FieldMemberStringValue{Value: "u"}}},
		ResultSetOptions: &types.ResultSetOptions{DecimalReturnType: types.DecimalReturnTypeDoubleOrLong, LongReturnType: types.LongReturnTypeString},
	})
	check(t, req, &wire.ExecuteRequest{
		ResourceARN: "r", SecretARN: "s", SQL: "q", Database: "d", Schema: "c", TransactionID: "t",
		IncludeResultMetadata: true, ContinueAfterTimeout: true, FormatRecordsAs: wire.RecordsJSON,
		Parameters:       []wire.Parameter{{Name: "p", TypeHint: wire.HintUUID, Value: wire.String("u")}},
		ResultSetOptions: wire.ResultSetOptions{DecimalReturnType: wire.DecimalDoubleOrLong, LongReturnType: wire.LongString},
	}, err)

	batch, err := BatchRequest(&rdsdata.BatchExecuteStatementInput{
		ResourceArn: aws.String("r"), SecretArn: aws.String("s"), Sql: aws.String("q"), Database: aws.String("d"), Schema: aws.String("c"),
		TransactionId: aws.String("t"), ParameterSets: [][]types.SqlParameter{nil, {{Name: aws.String("p")}}},
	})
	check(t, batch, &wire.BatchRequest{ResourceARN: "r", SecretARN: "s", SQL: "q", Database: "d", Schema: "c", TransactionID: "t",
		ParameterSets: [][]wire.Parameter{{}, {{Name: "p"}}}}, err)

	text := "[]"
	column := wire.ColumnMetadata{Label: "l", Name: "n", TypeName: "t", Type: 1, Precision: 2, Scale: 3, Nullable: 2, SchemaName: "s", TableName: "tt",
		ArrayBaseColumnType: 4, IsAutoIncrement: true, IsCaseSensitive: true, IsCurrency: true, IsSigned: true}
	out, err := ExecuteOutput(&wire.ExecuteResponse{
		Records: wire.NewRecords([][]wire.Field{{wire.Long(1), wire.Null()}, {wire.Long(2), wire.Null()}}), NumberOfRecordsUpdated: 5,
		ColumnMetadata: []wire.ColumnMetadata{column}, GeneratedFields: []wire.Field{wire.Long(7)}, FormattedRecords: &text,
	})
	null := &types.FieldMemberIsNull{Value: true}
	want := &rdsdata.ExecuteStatementOutput{
		Records:                [][]types.Field{{&types.FieldMemberLongValue{Value: 1}, null}, {&types.FieldMemberLongValue{Value: 2}, null}},
		NumberOfRecordsUpdated: 5, GeneratedFields: []types.Field{&types.FieldMemberLongValue{Value: 7}}, FormattedRecords: &text,
		ColumnMetadata: []types.ColumnMetadata{{Label: aws.String("l"), Name: aws.String("n"), TypeName: aws.String("t"), Type: 1, Precision: 2, Scale: 3,
			Nullable: 2, SchemaName: aws.String("s"), TableName: aws.String("tt"), ArrayBaseColumnType: 4,
			IsAutoIncrement: true, IsCaseSensitive: true, IsCurrency: true, IsSigned: true}},
	}
	if diff := cmp.Diff(want, out, cmpopts.IgnoreTypes(document.NoSerde{}, middleware.Metadata{})); diff != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	none, err := ExecuteOutput(&wire.ExecuteResponse{Records: wire.NewRecords(nil)})
	if err != nil || none.Records == nil || len(none.Records) != 0 {
		t.Errorf("an empty result is %#v, %v", none, err)
	}
}
