package main

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/service/rdsdata/types"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// decoding compares how answers of 1 MiB become values for database/sql, from
// the body of the answer on.
func decoding() (list []topic) {
	for _, s := range shapes {
		list = append(list, topic{"decode " + s.name, func(e effort) (subject, error) { return decodingOf(s, e) }})
	}
	return list
}

func decodingOf(s shape, e effort) (subject, error) {
	rows := s.rows(e.pageBytes)
	body := s.answer(rows)
	n, columns, least := len(rows), len(rows[0]), leastAllocs(rows) // what was made into the body is garbage from here on
	decode, err := decodeOurs(body, n, columns)
	if err != nil {
		return subject{}, err
	}
	made := subject{
		unit: "row", units: n,
		variants: []variant{
			{name: sdk, op: decodeSDK(body, n, columns)},
			{name: "encoding/json, only validated", op: validate(body)},
			{name: ours, op: decode},
		},
		goals: []goal{
			{text: "times less CPU than the SDK", variant: ours, base: sdk, inverse: true, of: cpu, least: s.least},
			{text: "allocations a row", variant: ours, of: allocs, most: least + 0.05},
		},
	}
	if s.name == shapes[0].name {
		made.plot = cpu
	}
	return made, nil
}

const (
	callAllocs = 450     // what the call for the page allocates whatever is in it
	ownBytes   = 1024    // from here on a value has memory of its own
	chunkBytes = 3 << 10 // of others, what is used of a chunk of 4 KiB at least
)

// leastAllocs returns how many allocations a row cannot do without: one for each
// value that does not fit into an interface, and memory for texts and blobs.
func leastAllocs(rows [][]wire.Field) float64 {
	allocs, small := callAllocs, 0
	for _, row := range rows {
		for _, f := range row {
			size := len(f.Str()) + len(f.Blob())
			switch {
			case f.IsNull(), f.Kind() == wire.KindBoolean, f.Kind() == wire.KindLong && uint64(f.Long()) <= 255:
				continue
			case size > ownBytes:
				allocs++
			default:
				small += size
			}
			allocs++
		}
	}
	return float64(allocs+small/chunkBytes) / float64(len(rows))
}

func validate(body []byte) func() error {
	return func() error {
		if !json.Valid(body) {
			return errors.New("invalid")
		}
		return nil
	}
}

func decodeSDK(body []byte, rows, columns int) func() error {
	client, in, dest := newSDK(canned(body), nil), sdkStatement(), make([]driver.Value, columns)
	return func() error {
		out, err := client.ExecuteStatement(context.Background(), in)
		if err != nil {
			return err
		}
		if len(out.Records) != rows {
			return fmt.Errorf("%d rows, want %d", len(out.Records), rows)
		}
		for _, row := range out.Records {
			for i, f := range row {
				if dest[i], err = sdkValue(f); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

func sdkValue(f types.Field) (driver.Value, error) {
	switch f := f.(type) {
	case *types.FieldMemberIsNull:
		return nil, nil
	case *types.FieldMemberBooleanValue:
		return f.Value, nil
	case *types.FieldMemberLongValue:
		return f.Value, nil
	case *types.FieldMemberDoubleValue:
		return f.Value, nil
	case *types.FieldMemberStringValue:
		return f.Value, nil
	case *types.FieldMemberBlobValue:
		return f.Value, nil
	default:
		return nil, fmt.Errorf("unexpected %T", f)
	}
}

func decodeOurs(body []byte, rows, columns int) (func() error, error) {
	client, err := newOurs(canned(body))
	if err != nil {
		return nil, err
	}
	req := &wire.ExecuteRequest{ResourceARN: clusterARN, SecretARN: secretARN, SQL: "SELECT * FROM t", IncludeResultMetadata: true}
	dest := make(values, columns)
	return func() error {
		resp, err := client.ExecuteStatement(context.Background(), req)
		if err != nil {
			return err
		}
		for n := 0; ; n++ {
			read, err := resp.Records.Row(&dest)
			switch {
			case err == io.EOF && n != rows:
				return fmt.Errorf("%d rows, want %d", n, rows)
			case err == io.EOF:
				return nil
			case err != nil:
				return err
			case read != columns:
				return fmt.Errorf("%d values, want %d", read, columns)
			}
		}
	}, nil
}

// values are what database/sql is given for a row.
type values []driver.Value

func (v *values) Null(i int)                  { (*v)[i] = nil }
func (v *values) Boolean(i int, value bool)   { (*v)[i] = value }
func (v *values) Long(i int, value int64)     { (*v)[i] = value }
func (v *values) Double(i int, value float64) { (*v)[i] = value }
func (v *values) Text(i int, value wire.Text) { (*v)[i] = value.String() }
func (v *values) Blob(i int, value []byte)    { (*v)[i] = value }

// Field takes what is so near the end of an answer that it is read with care.
func (v *values) Field(i int, value wire.Field) {
	switch value.Kind() {
	case wire.KindString:
		(*v)[i] = value.Str()
	case wire.KindBlob:
		(*v)[i] = value.Blob()
	default:
		panic(fmt.Sprintf("unexpected %v", value.Kind()))
	}
}
