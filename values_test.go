package auroradataapi

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// columnOf returns a column of a type.
func columnOf(d *dialect.Dialect, typeName string) *column {
	c := newColumn(d, time.UTC, &wire.ColumnMetadata{TypeName: typeName})
	return &c
}

func TestDecode(t *testing.T) {
	day := time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)
	tests := []struct {
		d    *dialect.Dialect
		typ  string
		f    wire.Field
		want any
	}{
		{dialect.PostgreSQL, "int8", wire.Null(), nil},
		{dialect.PostgreSQL, "int8", wire.Long(math.MinInt64), int64(math.MinInt64)},
		{dialect.PostgreSQL, "float8", wire.Double(math.Inf(-1)), math.Inf(-1)},
		{dialect.PostgreSQL, "float8", wire.Double(3.14), 3.14},
		{dialect.PostgreSQL, "float4", wire.Double(3.14), float64(float32(3.14))},
		{dialect.PostgreSQL, "float4", wire.Double(math.MaxFloat64), math.MaxFloat64}, // which none can be
		{dialect.PostgreSQL, "float4", wire.Double(math.Inf(1)), math.Inf(1)},
		{dialect.PostgreSQL, "bool", wire.Boolean(true), true},
		{dialect.PostgreSQL, "text", wire.String("2024-01-01"), "2024-01-01"},
		{dialect.PostgreSQL, "numeric", wire.String("1.10"), "1.10"},
		{dialect.PostgreSQL, "bytea", wire.Blob([]byte{0, 1}), []byte{0, 1}},
		{dialect.PostgreSQL, "jsonb", wire.String(`{"a":1}`), []byte(`{"a":1}`)},
		{dialect.PostgreSQL, "uuid", wire.String("6e0a6b5c-0000-4000-8000-000000000000"), "6e0a6b5c-0000-4000-8000-000000000000"},
		{dialect.PostgreSQL, "date", wire.String("2024-02-29"), day},
		{dialect.PostgreSQL, "timestamptz", wire.String("2024-01-15 03:34:56"), time.Date(2024, 1, 15, 3, 34, 56, 0, time.UTC)},
		{dialect.PostgreSQL, "time", wire.String("03:04:05.120"), "03:04:05.12"},
		{dialect.PostgreSQL, "oid", wire.String("4294967295"), int64(4294967295)},
		{dialect.PostgreSQL, "some_enum", wire.String("happy"), "happy"},

		{dialect.MySQL, "BIT", wire.Boolean(true), int64(1)},
		{dialect.MySQL, "BIT", wire.Boolean(false), int64(0)},
		{dialect.MySQL, "BIT", wire.Blob([]byte{1, 1}), []byte{1, 1}},
		{dialect.MySQL, "BIGINT UNSIGNED", wire.Long(1), int64(1)},
		{dialect.MySQL, "BIGINT UNSIGNED", wire.String("18446744073709551615"), uint64(math.MaxUint64)},
		{dialect.MySQL, "FLOAT", wire.Double(3.14), 3.14},
		{dialect.MySQL, "DECIMAL", wire.String("1.10"), []byte("1.10")},
		{dialect.MySQL, "VARCHAR", wire.String("text"), []byte("text")},
		{dialect.MySQL, "NEW TYPE", wire.String("text"), []byte("text")},
		{dialect.MySQL, "DATE", wire.String("2024-02-29"), day},
		{dialect.MySQL, "YEAR", wire.String("2024-01-01"), int64(2024)},
		{dialect.MySQL, "YEAR", wire.String("0000"), int64(0)},
		{dialect.MySQL, "YEAR", wire.Long(2024), int64(2024)},
	}
	for _, tt := range tests {
		got, err := columnOf(tt.d, tt.typ).decode(&tt.f)
		if err != nil {
			t.Errorf("%s: %v", tt.typ, err)
			continue
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.typ, diff)
		}
	}
	for typ, f := range map[string]wire.Field{
		"date":            wire.String("yesterday"),
		"timestamp":       wire.String("2023-02-29 00:00:00"),
		"oid":             wire.String("0x1"),
		"int4":            {},
		"_int4":           wire.ArrayOf(wire.KindLong, wire.Field{}),
		"BIGINT UNSIGNED": wire.String("18446744073709551616"),
		"YEAR":            wire.String("2024-02-01"),
	} {
		d := dialect.PostgreSQL
		if d.TypeByName(typ) == nil {
			d = dialect.MySQL
		}
		if got, err := columnOf(d, typ).decode(&f); err == nil {
			t.Errorf("%s: got %v, want an error", typ, got)
		}
	}
}

// An instant is given in the zone that was asked for, a wall clock as it is.
func TestDecodeZone(t *testing.T) {
	zone := time.FixedZone("", 2*60*60)
	for typ, want := range map[string]string{
		"timestamptz": "2024-01-15T05:34:56+02:00",
		"timestamp":   "2024-01-15T03:34:56Z",
	} {
		c := newColumn(dialect.PostgreSQL, zone, &wire.ColumnMetadata{TypeName: typ})
		v, err := c.decode(ptr(wire.String("2024-01-15 03:34:56")))
		if got, ok := v.(time.Time); err != nil || !ok || got.Format(time.RFC3339) != want {
			t.Errorf("%s: got %v, %v, want %s", typ, v, err, want)
		}
	}
}

func ptr[T any](v T) *T { return &v }
