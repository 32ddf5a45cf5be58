package awsapi

import (
	"errors"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata/types"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// The messages of package wire in the types of the SDK, for callers who know
// those.

// ExecuteRequest returns the request of an input.
func ExecuteRequest(in *rdsdata.ExecuteStatementInput) (*wire.ExecuteRequest, error) {
	params, err := parametersOf(in.Parameters)
	if err != nil {
		return nil, err
	}
	req := &wire.ExecuteRequest{
		ResourceARN:           aws.ToString(in.ResourceArn),
		SecretARN:             aws.ToString(in.SecretArn),
		SQL:                   aws.ToString(in.Sql),
		Database:              aws.ToString(in.Database),
		Schema:                aws.ToString(in.Schema),
		Parameters:            params,
		TransactionID:         aws.ToString(in.TransactionId),
		IncludeResultMetadata: in.IncludeResultMetadata,
		ContinueAfterTimeout:  in.ContinueAfterTimeout,
		FormatRecordsAs:       wire.RecordsFormat(in.FormatRecordsAs),
	}
	if o := in.ResultSetOptions; o != nil {
		req.ResultSetOptions = wire.ResultSetOptions{
			DecimalReturnType: wire.DecimalReturnType(o.DecimalReturnType),
			LongReturnType:    wire.LongReturnType(o.LongReturnType),
		}
	}
	return req, nil
}

// BatchRequest returns the request of an input.
func BatchRequest(in *rdsdata.BatchExecuteStatementInput) (*wire.BatchRequest, error) {
	req := &wire.BatchRequest{
		ResourceARN:   aws.ToString(in.ResourceArn),
		SecretARN:     aws.ToString(in.SecretArn),
		SQL:           aws.ToString(in.Sql),
		Database:      aws.ToString(in.Database),
		Schema:        aws.ToString(in.Schema),
		TransactionID: aws.ToString(in.TransactionId),
	}
	for i, set := range in.ParameterSets {
		params, err := parametersOf(set)
		if err != nil {
			return nil, fmt.Errorf("parameter set %d: %w", i, err)
		}
		if params == nil {
			params = []wire.Parameter{} // a run without parameters
		}
		req.ParameterSets = append(req.ParameterSets, params)
	}
	return req, nil
}

// ExecuteOutput returns an answer as the SDK's output.
func ExecuteOutput(resp *wire.ExecuteResponse) (*rdsdata.ExecuteStatementOutput, error) {
	out := &rdsdata.ExecuteStatementOutput{
		FormattedRecords:       resp.FormattedRecords,
		GeneratedFields:        sdkFields(resp.GeneratedFields),
		NumberOfRecordsUpdated: resp.NumberOfRecordsUpdated,
	}
	if resp.ColumnMetadata != nil {
		out.ColumnMetadata = make([]types.ColumnMetadata, len(resp.ColumnMetadata))
		for i, c := range resp.ColumnMetadata {
			out.ColumnMetadata[i] = sdkColumn(c)
		}
	}
	if resp.Records == nil {
		return out, nil
	}
	out.Records = make([][]types.Field, 0, resp.Records.Len())
	for {
		row, err := resp.Records.Next(nil)
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		out.Records = append(out.Records, sdkFields(row))
	}
}

// BatchOutput returns an answer as the SDK's output.
func BatchOutput(resp *wire.BatchResponse) *rdsdata.BatchExecuteStatementOutput {
	out := new(rdsdata.BatchExecuteStatementOutput)
	if resp.UpdateResults != nil {
		out.UpdateResults = make([]types.UpdateResult, len(resp.UpdateResults))
		for i, u := range resp.UpdateResults {
			out.UpdateResults[i].GeneratedFields = sdkFields(u.GeneratedFields)
		}
	}
	return out
}

func parametersOf(in []types.SqlParameter) ([]wire.Parameter, error) {
	if in == nil {
		return nil, nil
	}
	params := make([]wire.Parameter, len(in))
	for i, p := range in {
		value, err := fieldOf(p.Value)
		if err != nil {
			return nil, fmt.Errorf("parameter %q: %w", aws.ToString(p.Name), err)
		}
		params[i] = wire.Parameter{Name: aws.ToString(p.Name), Value: value, TypeHint: wire.TypeHint(p.TypeHint)}
	}
	return params, nil
}

// fieldOf returns the field of a union of the SDK. No union is an absent field.
func fieldOf(f types.Field) (wire.Field, error) {
	switch f := f.(type) {
	case nil:
		return wire.Field{}, nil
	case *types.FieldMemberIsNull:
		if !f.Value {
			return wire.Field{}, errors.New("isNull is false, which is no value; leave it out or set it to true")
		}
		return wire.Null(), nil
	case *types.FieldMemberBooleanValue:
		return wire.Boolean(f.Value), nil
	case *types.FieldMemberLongValue:
		return wire.Long(f.Value), nil
	case *types.FieldMemberDoubleValue:
		return wire.Double(f.Value), nil
	case *types.FieldMemberStringValue:
		return wire.String(f.Value), nil
	case *types.FieldMemberBlobValue:
		return wire.Blob(f.Value), nil
	case *types.FieldMemberArrayValue:
		return arrayOf(f.Value)
	}
	return wire.Field{}, fmt.Errorf("a value of type %T is none of the Data API", f)
}

func arrayOf(a types.ArrayValue) (wire.Field, error) {
	switch a := a.(type) {
	case *types.ArrayValueMemberBooleanValues:
		return wire.ArrayOf(wire.KindBoolean, elements(a.Value, wire.Boolean)...), nil
	case *types.ArrayValueMemberLongValues:
		return wire.ArrayOf(wire.KindLong, elements(a.Value, wire.Long)...), nil
	case *types.ArrayValueMemberDoubleValues:
		return wire.ArrayOf(wire.KindDouble, elements(a.Value, wire.Double)...), nil
	case *types.ArrayValueMemberStringValues:
		return wire.ArrayOf(wire.KindString, elements(a.Value, wire.String)...), nil
	case *types.ArrayValueMemberArrayValues:
		elems := make([]wire.Field, len(a.Value))
		for i, e := range a.Value {
			var err error
			if elems[i], err = arrayOf(e); err != nil {
				return wire.Field{}, err
			}
		}
		return wire.ArrayOf(wire.KindArray, elems...), nil
	}
	return wire.Field{}, fmt.Errorf("an array of type %T is none of the Data API", a)
}

// elements returns the elements of an array; a nil one is NULL.
func elements[T any](values []*T, field func(T) wire.Field) []wire.Field {
	fields := make([]wire.Field, len(values))
	for i, v := range values {
		if fields[i] = wire.Null(); v != nil {
			fields[i] = field(*v)
		}
	}
	return fields
}

func sdkFields(fields []wire.Field) []types.Field {
	if fields == nil {
		return nil
	}
	out := make([]types.Field, len(fields))
	for i, f := range fields {
		out[i] = sdkField(f)
	}
	return out
}

func sdkField(f wire.Field) types.Field {
	switch f.Kind() {
	case wire.KindNull:
		return &types.FieldMemberIsNull{Value: true}
	case wire.KindBoolean:
		return &types.FieldMemberBooleanValue{Value: f.Boolean()}
	case wire.KindLong:
		return &types.FieldMemberLongValue{Value: f.Long()}
	case wire.KindDouble:
		return &types.FieldMemberDoubleValue{Value: f.Double()}
	case wire.KindString:
		return &types.FieldMemberStringValue{Value: f.Str()}
	case wire.KindBlob:
		return &types.FieldMemberBlobValue{Value: f.Blob()}
	case wire.KindArray:
		return &types.FieldMemberArrayValue{Value: sdkArray(f.Array())}
	}
	return nil
}

func sdkArray(a *wire.Array) types.ArrayValue {
	switch a.Of {
	case wire.KindBoolean:
		return &types.ArrayValueMemberBooleanValues{Value: pointers(a.Elems, wire.Field.Boolean)}
	case wire.KindLong:
		return &types.ArrayValueMemberLongValues{Value: pointers(a.Elems, wire.Field.Long)}
	case wire.KindDouble:
		return &types.ArrayValueMemberDoubleValues{Value: pointers(a.Elems, wire.Field.Double)}
	case wire.KindString:
		return &types.ArrayValueMemberStringValues{Value: pointers(a.Elems, wire.Field.Str)}
	}
	arrays := make([]types.ArrayValue, len(a.Elems))
	for i, e := range a.Elems {
		if e.Kind() == wire.KindArray { // else NULL
			arrays[i] = sdkArray(e.Array())
		}
	}
	return &types.ArrayValueMemberArrayValues{Value: arrays}
}

// pointers returns the elements of an array as the SDK has them, nil for NULL.
func pointers[T any](elems []wire.Field, value func(wire.Field) T) []*T {
	out := make([]*T, len(elems))
	for i, e := range elems {
		if !e.IsNull() {
			v := value(e)
			out[i] = &v
		}
	}
	return out
}

func sdkColumn(c wire.ColumnMetadata) types.ColumnMetadata {
	return types.ColumnMetadata{
		ArrayBaseColumnType: int32(c.ArrayBaseColumnType),
		IsAutoIncrement:     c.IsAutoIncrement,
		IsCaseSensitive:     c.IsCaseSensitive,
		IsCurrency:          c.IsCurrency,
		IsSigned:            c.IsSigned,
		Label:               aws.String(c.Label),
		Name:                aws.String(c.Name),
		Nullable:            int32(c.Nullable),
		Precision:           int32(c.Precision),
		Scale:               int32(c.Scale),
		SchemaName:          aws.String(c.SchemaName),
		TableName:           aws.String(c.TableName),
		Type:                int32(c.Type),
		TypeName:            aws.String(c.TypeName),
	}
}
