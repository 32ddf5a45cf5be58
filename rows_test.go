package auroradataapi

import (
	"database/sql/driver"
	"testing"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// mixedRows is a result of a column of each common kind, and how many
// allocations a row of it cannot do without: a value that database/sql is given
// as an interface, unless it is a boolean, a small number or NULL.
type mixedRows struct {
	name     string
	dialect  *dialect.Dialect
	types    []string
	row      []wire.Field
	unboxing float64
}

var mixed = []mixedRows{
	{
		name: "PostgreSQL", dialect: dialect.PostgreSQL,
		types: []string{"int8", "float8", "float4", "bool", "text", "numeric", "timestamptz", "date", "time", "bytea", "oid", "uuid", "int4"},
		row: []wire.Field{wire.Long(1 << 40), wire.Double(3.14), wire.Double(3.14), wire.Boolean(true), wire.String("text"), wire.String("1.10"),
			wire.String("2024-01-15 03:34:56.123456"), wire.String("2024-01-15"), wire.String("03:04:05.120"), wire.Blob([]byte{1}),
			wire.String("4294967295"), wire.String("6e0a6b5c-0000-4000-8000-000000000001"), wire.Null()},
		unboxing: 11,
	},
	{
		name: "MySQL", dialect: dialect.MySQL,
		types: []string{"BIGINT", "DOUBLE", "BIT", "TIMESTAMP", "YEAR", "BLOB", "INT"},
		row: []wire.Field{wire.Long(1 << 40), wire.Double(3.14), wire.Boolean(true), wire.String("2024-01-15 03:34:56"), wire.String("2024-01-01"),
			wire.Blob([]byte{1}), wire.Null()},
		unboxing: 5,
	},
	{
		// A text is copied besides, as its bytes are the caller's to keep.
		name: "MySQL's texts", dialect: dialect.MySQL,
		types:    []string{"VARCHAR", "DECIMAL"},
		row:      []wire.Field{wire.String("text"), wire.String("1.10")},
		unboxing: 4,
	},
}

// open returns n rows.
func (m mixedRows) open(n int) *rows {
	resp := &wire.ExecuteResponse{}
	for _, typ := range m.types {
		resp.ColumnMetadata = append(resp.ColumnMetadata, wire.ColumnMetadata{Label: typ, TypeName: typ})
	}
	records := make([][]wire.Field, n)
	for i := range records {
		records[i] = m.row
	}
	resp.Records = wire.NewRecords(records)
	return newRows(m.dialect, time.UTC, resp)
}

// Next is where a program that reads spends its time.
func TestRowsNextAllocations(t *testing.T) {
	for _, m := range mixed {
		t.Run(m.name, func(t *testing.T) {
			const n = 1000
			r := m.open(n + 1)
			dest := make([]driver.Value, len(m.types))
			got := testing.AllocsPerRun(n-1, func() {
				if err := r.Next(dest); err != nil {
					t.Fatal(err)
				}
			})
			if got > m.unboxing {
				t.Errorf("a row takes %v allocations, and %v would do", got, m.unboxing)
			}
		})
	}
}

func BenchmarkRowsNext(b *testing.B) {
	for _, m := range mixed {
		b.Run(m.name, func(b *testing.B) {
			b.ReportAllocs()
			r := m.open(1000)
			dest := make([]driver.Value, len(m.types))
			for b.Loop() {
				if r.Next(dest) != nil {
					r = m.open(1000)
				}
			}
		})
	}
}
