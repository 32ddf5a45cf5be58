package wire_test

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// anyFields holds fields of every kind, at the edges of their ranges.
func anyFields() []wire.Field {
	return []wire.Field{
		{},
		wire.Null(),
		wire.Boolean(true),
		wire.Boolean(false),
		wire.Long(0),
		wire.Long(math.MaxInt64),
		wire.Long(math.MinInt64),
		wire.Long(1<<53 + 1),
		wire.Double(0),
		wire.Double(math.Copysign(0, -1)),
		wire.Double(0.1),
		wire.Double(math.MaxFloat64),
		wire.Double(math.SmallestNonzeroFloat64),
		wire.Double(1e21),
		wire.Double(1e-7),
		wire.Double(math.NaN()),
		wire.Double(math.Inf(1)),
		wire.Double(math.Inf(-1)),
		wire.String(""),
		wire.String("NULL"),
		wire.String("quote \" slash / backslash \\ tab \t line \n\r bell \a nul \x00 del \x7f"),
		wire.String("é ¡ 日本 🐘 \u2028 \ufffd \ufeff"),
		wire.Blob(nil),
		wire.Blob([]byte{0}),
		wire.Blob([]byte{0xff, 0xfe, 0xfb, 0xff}),
		wire.ArrayOf(wire.KindAbsent),
		wire.ArrayOf(wire.KindBoolean, wire.Boolean(true), wire.Null(), wire.Boolean(false)),
		wire.ArrayOf(wire.KindLong),
		wire.ArrayOf(wire.KindLong, wire.Long(1), wire.Null(), wire.Long(math.MinInt64)),
		wire.ArrayOf(wire.KindDouble, wire.Double(1.5), wire.Double(math.NaN()), wire.Null()),
		wire.ArrayOf(wire.KindString, wire.String("a,\"b\""), wire.Null(), wire.String("")),
		wire.ArrayOf(wire.KindArray,
			wire.ArrayOf(wire.KindLong, wire.Long(1), wire.Null()),
			wire.Null(),
			wire.ArrayOf(wire.KindArray, wire.ArrayOf(wire.KindString))),
	}
}

func anyParameters() []wire.Parameter {
	list := []wire.Parameter{{}, {Name: "only"}}
	for _, f := range anyFields() {
		list = append(list, wire.Parameter{Name: "p", Value: f})
	}
	for _, h := range []wire.TypeHint{wire.HintDate, wire.HintDecimal, wire.HintJSON, wire.HintTime, wire.HintTimestamp, wire.HintUUID} {
		list = append(list, wire.Parameter{Name: "hinted", Value: wire.String("x"), TypeHint: h})
	}
	return list
}

func TestMessagesSurviveTheWire(t *testing.T) {
	fields := anyFields()
	tests := map[string]message{
		"execute, every member": &wire.ExecuteRequest{
			ResourceARN: "arn:r", SecretARN: "arn:s", SQL: "select 1", Database: "d", Schema: "s", Parameters: anyParameters(),
			TransactionID: "tx", IncludeResultMetadata: true, ContinueAfterTimeout: true, FormatRecordsAs: wire.RecordsJSON,
			ResultSetOptions: wire.ResultSetOptions{DecimalReturnType: wire.DecimalDoubleOrLong, LongReturnType: wire.LongString},
		},
		"execute, the other enumeration values": &wire.ExecuteRequest{
			FormatRecordsAs:  wire.RecordsNone,
			ResultSetOptions: wire.ResultSetOptions{DecimalReturnType: wire.DecimalString, LongReturnType: wire.LongLong},
		},
		"execute, one option":               &wire.ExecuteRequest{ResultSetOptions: wire.ResultSetOptions{LongReturnType: wire.LongString}},
		"execute, no member":                &wire.ExecuteRequest{},
		"execute, no parameters":            &wire.ExecuteRequest{Parameters: []wire.Parameter{}},
		"batch, every member":               &wire.BatchRequest{ResourceARN: "r", SecretARN: "s", SQL: "x", Database: "d", Schema: "s", TransactionID: "t", ParameterSets: [][]wire.Parameter{anyParameters(), {}, {{}}}},
		"batch, no member":                  &wire.BatchRequest{},
		"batch, no sets":                    &wire.BatchRequest{ParameterSets: [][]wire.Parameter{}},
		"begin, every member":               &wire.BeginRequest{ResourceARN: "r", SecretARN: "s", Database: "d", Schema: "s"},
		"begin, no member":                  &wire.BeginRequest{},
		"commit, every member":              &wire.CommitRequest{ResourceARN: "r", SecretARN: "s", TransactionID: "t"},
		"rollback, every member":            &wire.RollbackRequest{ResourceARN: "r", SecretARN: "s", TransactionID: "t"},
		"begin answer":                      &wire.BeginResponse{TransactionID: "AQC5…+/="},
		"commit answer":                     &wire.CommitResponse{TransactionStatus: wire.StatusCommitted},
		"rollback answer":                   &wire.RollbackResponse{TransactionStatus: wire.StatusRolledBack},
		"batch answer":                      &wire.BatchResponse{UpdateResults: []wire.UpdateResult{{}, {GeneratedFields: []wire.Field{}}, {GeneratedFields: fields}}},
		"batch answer, no member":           &wire.BatchResponse{},
		"batch answer, no results":          &wire.BatchResponse{UpdateResults: []wire.UpdateResult{}},
		"execute answer, no member":         &wire.ExecuteResponse{},
		"execute answer, empty lists":       &wire.ExecuteResponse{Records: wire.NewRecords(nil), ColumnMetadata: []wire.ColumnMetadata{}, GeneratedFields: []wire.Field{}},
		"execute answer, formatted":         &wire.ExecuteResponse{FormattedRecords: ptr(`[{"a":"\"é"}]`)},
		"execute answer, formatted nothing": &wire.ExecuteResponse{FormattedRecords: ptr("")},
		"execute answer, every member": &wire.ExecuteResponse{
			Records: wire.NewRecords([][]wire.Field{fields, {}, {wire.Null()}, fields}),
			ColumnMetadata: []wire.ColumnMetadata{{}, {
				Label: "l", Name: "n", TypeName: "_int8", Type: -5, Precision: 19, Scale: -1, Nullable: wire.NullableUnknown,
				SchemaName: "s", TableName: "t", ArrayBaseColumnType: 4, IsAutoIncrement: true, IsCaseSensitive: true, IsCurrency: true, IsSigned: true,
			}},
			NumberOfRecordsUpdated: math.MinInt64,
			GeneratedFields:        fields,
		},
	}
	for name, want := range tests {
		t.Run(name, func(t *testing.T) { checkRoundTrip(t, want) })
	}
}

// checkRoundTrip encodes and decodes a message and expects it back, also when
// what it is decoded into was used before.
func checkRoundTrip(t *testing.T, want message) {
	t.Helper()
	const before = "before"
	text := want.AppendJSON([]byte(before))[len(before):]
	if !json.Valid(text) {
		t.Fatalf("not JSON: %s", text)
	}
	got := newLike(t, want)
	for range 2 {
		if err := got.ParseJSON(text); err != nil {
			t.Fatalf("parse: %v\n%s", err, text)
		}
		if d := diff(want, got); d != "" {
			t.Fatalf("not what was sent (-sent +received):\n%s\n%s", d, text)
		}
	}
	if again := got.AppendJSON(nil); string(again) != string(text) {
		t.Errorf("encoded again:\n%s\nwant\n%s", again, text)
	}
}

// newLike returns an empty message of m's type.
func newLike(t *testing.T, m message) message {
	t.Helper()
	for _, fresh := range messageTypes() {
		if n := fresh(); reflect.TypeOf(m) == reflect.TypeOf(n) {
			return n
		}
	}
	t.Fatalf("messageTypes lacks %T", m)
	return nil
}
