package auroradataapi

import (
	"database/sql/driver"
	"io"
	"testing"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// TestRowAllocations is the gate: a row costs an allocation for each value that
// database/sql cannot have without one, and nothing else but a chunk of memory
// now and then.
func TestRowAllocations(t *testing.T) {
	const rows, most = 2000, 0.05
	tests := []struct {
		typ   string
		field wire.Field
		boxes int
	}{
		{"int8", wire.Long(1_000_000), 1},
		{"int2", wire.Long(7), 0}, // the runtime has boxes for small numbers
		{"text", wire.String("some name or other"), 1},
		{"text", wire.String("with \"quotes\" and\nlines"), 1},
		{"numeric", wire.String("1234567.89"), 1},
		{"float8", wire.Double(1.0 / 3), 1},
		{"bool", wire.Boolean(true), 0},
		{"timestamptz", wire.String("2026-01-15 03:34:56.123456"), 1},
		{"date", wire.String("2026-01-15 03:34:56"), 1},
		{"text", wire.Null(), 0},
		{"bytea", wire.Blob([]byte("sixteen bytes of")), 1},
	}
	var columns []wire.ColumnMetadata
	var row []wire.Field
	boxes := 0
	for _, tt := range tests {
		columns = append(columns, wire.ColumnMetadata{Label: "c", TypeName: tt.typ})
		row = append(row, tt.field)
		boxes += tt.boxes
	}
	list := make([][]wire.Field, rows)
	for i := range list {
		list[i] = row
	}
	body := (&wire.ExecuteResponse{ColumnMetadata: columns, Records: wire.NewRecords(list)}).AppendJSON(nil)
	dest := make([]driver.Value, len(columns))
	read := func() {
		resp := new(wire.ExecuteResponse)
		if err := resp.ParseJSON(body); err != nil {
			t.Fatal(err)
		}
		n, r := 0, newRows(dialect.PostgreSQL, time.UTC, resp)
		for {
			err := r.Next(dest)
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		if n != rows {
			t.Fatalf("%d rows", n)
		}
	}
	if perRow := testing.AllocsPerRun(3, read) / rows; perRow > float64(boxes)+most {
		t.Errorf("%.3f allocations a row, want at most %d and %v", perRow, boxes, most)
	}
}
