package server

import (
	"slices"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// rawRows is what a statement returned, as the database wrote it.
type rawRows struct {
	columns  []pgconn.FieldDescription // nil if the statement returns no rows
	rows     []rawRow
	count    int  // of all rows, kept or not
	tooLarge bool // whether they passed the limit, and were dropped
}

// rawRow is a row: the texts of its columns, one behind the other, and where
// each ends. A negative end is a NULL.
type rawRow struct {
	text string
	ends []int32
}

// readRows reads rows up to the size that the service returns. Those beyond
// are read and forgotten, so that the session stays usable and the statement
// does all it does.
func readRows(rr *pgconn.ResultReader, most int) rawRows {
	var raw rawRows
	raw.columns = slices.Clone(rr.FieldDescriptions()) // a clone of an empty slice is not nil
	var text []byte
	size := 0
	for rr.NextRow() {
		raw.count++
		if raw.tooLarge {
			continue
		}
		values := rr.Values()
		octets := 0
		for _, v := range values {
			octets += len(v)
		}
		if size += wire.ResultRowBytes(len(values), octets); size > most {
			raw.tooLarge, raw.rows = true, nil
			continue
		}
		var row rawRow
		row, text = newRawRow(values, text[:0])
		raw.rows = append(raw.rows, row)
	}
	return raw
}

// newRawRow copies a row, by way of buf.
func newRawRow(values [][]byte, buf []byte) (rawRow, []byte) {
	ends := make([]int32, len(values))
	for i, v := range values {
		buf = append(buf, v...)
		ends[i] = int32(len(buf))
		if v == nil {
			ends[i] = -1
		}
	}
	return rawRow{text: string(buf), ends: ends}, buf
}

// fields returns the rows as the service does, or its reason not to.
func (raw *rawRows) fields(types []*columnType, options wire.ResultSetOptions) ([][]wire.Field, error) {
	if raw.count > 0 {
		for _, t := range types {
			if name := t.refused(); name != "" {
				return nil, unsupportedType(name)
			}
		}
	}
	if raw.tooLarge {
		return nil, resultTooLarge()
	}
	rows := make([][]wire.Field, len(raw.rows))
	all := make([]wire.Field, len(raw.rows)*len(types))
	for i, row := range raw.rows {
		rows[i] = all[i*len(types) : (i+1)*len(types) : (i+1)*len(types)]
		start := int32(0)
		for c, end := range row.ends {
			if end < 0 {
				rows[i][c] = wire.Null()
				continue
			}
			var err error
			if rows[i][c], err = toField(types[c], row.text[start:end], options); err != nil {
				return nil, err
			}
			start = end
		}
	}
	return rows, nil
}
