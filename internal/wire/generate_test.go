package wire_test

import (
	"encoding/binary"
	"math"
	"strings"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// source makes messages out of a fuzzer's bytes. When they run out it goes on
// with zeros, which end every list.
type source struct{ data []byte }

func (s *source) byte() byte {
	if len(s.data) == 0 {
		return 0
	}
	b := s.data[0]
	s.data = s.data[1:]
	return b
}

func (s *source) bool() bool { return s.byte()&1 != 0 }

func (s *source) bytes(n int) []byte {
	b := s.data[:min(n, len(s.data))]
	s.data = s.data[len(b):]
	return b
}

func (s *source) string() string {
	return strings.ToValidUTF8(string(s.bytes(int(s.byte()%24))), "\ufffd")
}

func (s *source) uint64() uint64 {
	var b [8]byte
	copy(b[:], s.bytes(8))
	return binary.LittleEndian.Uint64(b[:])
}

func (s *source) int() int { return int(int64(s.uint64())) }

// list makes nothing, an empty list or one of a few elements.
func list[T any](s *source, one func() T) []T {
	n := int(s.byte() % 6)
	if n == 0 {
		return nil
	}
	l := []T{}
	for range n - 1 {
		l = append(l, one())
	}
	return l
}

func oneOf[T any](s *source, values ...T) T { return values[int(s.byte())%len(values)] }

func (s *source) field(depth int) wire.Field {
	switch kind := wire.Kind(s.byte() % 8); kind {
	case wire.KindNull:
		return wire.Null()
	case wire.KindBlob:
		return wire.Blob(s.bytes(int(s.byte() % 24)))
	case wire.KindArray:
		return s.array(depth)
	default:
		return s.scalar(kind)
	}
}

func (s *source) scalar(kind wire.Kind) wire.Field {
	switch kind {
	case wire.KindBoolean:
		return wire.Boolean(s.bool())
	case wire.KindLong:
		return wire.Long(int64(s.uint64()))
	case wire.KindDouble:
		return wire.Double(math.Float64frombits(s.uint64()))
	case wire.KindString:
		return wire.String(s.string())
	default:
		return wire.Field{}
	}
}

func (s *source) array(depth int) wire.Field {
	of := oneOf(s, wire.KindAbsent, wire.KindBoolean, wire.KindLong, wire.KindDouble, wire.KindString, wire.KindArray)
	if of == wire.KindAbsent || depth > 20 {
		return wire.ArrayOf(wire.KindAbsent)
	}
	return wire.ArrayOf(of, list(s, func() wire.Field {
		switch {
		case s.bool():
			return wire.Null()
		case of == wire.KindArray:
			return s.array(depth + 1)
		default:
			return s.scalar(of)
		}
	})...)
}

func (s *source) fields() []wire.Field {
	return list(s, func() wire.Field { return s.field(0) })
}

func (s *source) parameters() []wire.Parameter {
	return list(s, func() wire.Parameter {
		return wire.Parameter{Name: s.string(), Value: s.field(0), TypeHint: oneOf(s, "",
			wire.HintDate, wire.HintDecimal, wire.HintJSON, wire.HintTime, wire.HintTimestamp, wire.HintUUID)}
	})
}

func (s *source) column() wire.ColumnMetadata {
	return wire.ColumnMetadata{
		Label: s.string(), Name: s.string(), TypeName: s.string(), Type: s.int(), Precision: s.int(), Scale: s.int(),
		Nullable: s.int(), SchemaName: s.string(), TableName: s.string(), ArrayBaseColumnType: s.int(),
		IsAutoIncrement: s.bool(), IsCaseSensitive: s.bool(), IsCurrency: s.bool(), IsSigned: s.bool(),
	}
}

func (s *source) executeRequest() message {
	return &wire.ExecuteRequest{
		ResourceARN: s.string(), SecretARN: s.string(), SQL: s.string(), Database: s.string(), Schema: s.string(),
		Parameters: s.parameters(), TransactionID: s.string(), IncludeResultMetadata: s.bool(), ContinueAfterTimeout: s.bool(),
		ResultSetOptions: wire.ResultSetOptions{
			DecimalReturnType: oneOf(s, "", wire.DecimalString, wire.DecimalDoubleOrLong),
			LongReturnType:    oneOf(s, "", wire.LongLong, wire.LongString),
		},
		FormatRecordsAs: oneOf(s, "", wire.RecordsNone, wire.RecordsJSON),
	}
}

func (s *source) executeResponse() message {
	r := &wire.ExecuteResponse{
		ColumnMetadata:         list(s, s.column),
		NumberOfRecordsUpdated: int64(s.uint64()),
		GeneratedFields:        s.fields(),
	}
	if s.bool() {
		r.FormattedRecords = ptr(s.string())
	}
	if s.bool() {
		rows := list(s, s.fields)
		for i, row := range rows {
			rows[i] = append([]wire.Field(nil), row...) // a row is never absent
		}
		r.Records = wire.NewRecords(rows)
	}
	return r
}

func (s *source) message() message {
	switch s.byte() % 10 {
	case 0:
		return s.executeRequest()
	case 1:
		return s.executeResponse()
	case 2:
		set := func() []wire.Parameter { return append([]wire.Parameter{}, s.parameters()...) }
		return &wire.BatchRequest{ResourceARN: s.string(), SecretARN: s.string(), SQL: s.string(), Database: s.string(),
			Schema: s.string(), ParameterSets: list(s, set), TransactionID: s.string()}
	case 3:
		return &wire.BatchResponse{UpdateResults: list(s, func() wire.UpdateResult { return wire.UpdateResult{GeneratedFields: s.fields()} })}
	case 4:
		return &wire.BeginRequest{ResourceARN: s.string(), SecretARN: s.string(), Database: s.string(), Schema: s.string()}
	case 5:
		return &wire.CommitRequest{ResourceARN: s.string(), SecretARN: s.string(), TransactionID: s.string()}
	case 6:
		return &wire.RollbackRequest{ResourceARN: s.string(), SecretARN: s.string(), TransactionID: s.string()}
	case 7:
		return &wire.BeginResponse{TransactionID: s.string()}
	case 8:
		return &wire.CommitResponse{TransactionStatus: s.string()}
	default:
		return &wire.RollbackResponse{TransactionStatus: s.string()}
	}
}
