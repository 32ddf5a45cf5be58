package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata/types"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

var batchNames = []string{"1", "2", "3", "4", "5", "6", "7", "8"}

// serialising compares how sets of 8 parameters become the body of a
// BatchExecuteStatement, from Go values on.
func serialising(e effort) []topic {
	return []topic{{fmt.Sprintf("serialise a batch of %d×8", e.sets), writing}}
}

func writing(e effort) (subject, error) {
	rows := make([][]wire.Field, e.sets)
	r := rand.New(rand.NewPCG(3, 4))
	for i := range rows {
		rows[i] = mixedRow(r, i)
	}
	own := &ownBatch{rows: rows, sets: make([][]wire.Parameter, e.sets)}
	if err := own.write(); err != nil {
		return subject{}, err
	}
	want := len(own.buf)
	body := append([]byte(nil), own.buf...)
	sum := sha256.Sum256(body)
	return subject{
		unit: "set", units: e.sets,
		variants: []variant{
			{name: sdk, op: func() error { return writeSDK(rows, want) }},
			{name: "SHA-256 of the body", op: func() error { return checkSum(body, sum) }},
			{name: ours, op: own.write},
		},
		goals: []goal{
			{text: "times less CPU than the SDK", variant: ours, base: sdk, inverse: true, of: cpu, least: 5},
			{text: "allocations a set", variant: ours, of: allocs, most: 0.01},
		},
	}, nil
}

func checkSum(body []byte, want [sha256.Size]byte) error {
	if sha256.Sum256(body) != want {
		return errors.New("another sum")
	}
	return nil
}

// ownBatch writes into the memory of the last time.
type ownBatch struct {
	rows   [][]wire.Field
	params []wire.Parameter
	sets   [][]wire.Parameter
	buf    []byte
}

func (b *ownBatch) write() error {
	b.params = b.params[:0]
	for i, row := range b.rows {
		start := len(b.params)
		for j, f := range row {
			p := wire.Parameter{Name: batchNames[j], Value: f}
			switch j {
			case 2:
				p.TypeHint = wire.HintDecimal
			case 5:
				p.TypeHint = wire.HintTimestamp
			}
			b.params = append(b.params, p)
		}
		b.sets[i] = b.params[start:]
	}
	req := wire.BatchRequest{ResourceARN: clusterARN, SecretARN: secretARN, SQL: batchSQL, ParameterSets: b.sets}
	b.buf = req.AppendJSON(b.buf[:0])
	return nil
}

const batchSQL = "INSERT INTO t VALUES (:1, :2, :3, :4, :5, :6, :7, :8)"

// writeSDK builds the SDK's types and has its serialiser run, and nothing else
// of the stack.
func writeSDK(rows [][]wire.Field, want int) error {
	in := &rdsdata.BatchExecuteStatementInput{ResourceArn: aws.String(clusterARN), SecretArn: aws.String(secretARN), Sql: aws.String(batchSQL)}
	in.ParameterSets = make([][]types.SqlParameter, len(rows))
	for i, row := range rows {
		set := make([]types.SqlParameter, len(row))
		for j, f := range row {
			set[j] = types.SqlParameter{Name: &batchNames[j], Value: sdkField(f)}
			switch j {
			case 2:
				set[j].TypeHint = types.TypeHintDecimal
			case 5:
				set[j].TypeHint = types.TypeHintTimestamp
			}
		}
		in.ParameterSets[i] = set
	}
	written := int64(-1)
	stop := middleware.SerializeMiddlewareFunc("stop", func(_ context.Context, in middleware.SerializeInput, _ middleware.SerializeHandler) (
		out middleware.SerializeOutput, metadata middleware.Metadata, err error,
	) {
		if req, ok := in.Request.(*smithyhttp.Request); ok {
			written, _, err = req.StreamLength()
		}
		out.Result = new(rdsdata.BatchExecuteStatementOutput)
		return out, metadata, err
	})
	client := newSDK(canned(nil), nil)
	_, err := client.BatchExecuteStatement(context.Background(), in, func(o *rdsdata.Options) {
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			return stack.Serialize.Insert(stop, "OperationSerializer", middleware.After)
		})
	})
	if err == nil && written != int64(want) {
		err = fmt.Errorf("the SDK wrote %d bytes, we %d", written, want)
	}
	return err
}

func sdkField(f wire.Field) types.Field {
	switch f.Kind() {
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
	default:
		return &types.FieldMemberIsNull{Value: true}
	}
}
