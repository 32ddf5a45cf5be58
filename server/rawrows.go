package server

import (
	"encoding/binary"
	"slices"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// rawRows is what a statement returned, as the database wrote it.
type rawRows struct {
	columns  []pgconn.FieldDescription // nil if the statement returns no rows
	values   *[]byte                   // one for each column of each row, unless tooLarge: its length, in 4 bytes, and its text
	count    int                       // of all rows, kept or not
	tooLarge bool                      // whether they passed the limit
}

// nullLength is the length of a NULL.
const nullLength = 1<<32 - 1

// rawMemory is memory for values.
var rawMemory wire.Buffers

// readRows reads rows up to the size that the service returns. Those beyond
// are read and forgotten, so that the session stays usable and the statement
// does all it does. The rows have to be released.
func readRows(rr *pgconn.ResultReader, most int) rawRows {
	raw := rawRows{values: rawMemory.Get()}
	raw.columns = slices.Clone(rr.FieldDescriptions()) // a clone of an empty slice is not nil
	all := (*raw.values)[:0]
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
			raw.tooLarge = true
			continue
		}
		for _, v := range values {
			if v == nil {
				all = binary.LittleEndian.AppendUint32(all, nullLength)
				continue
			}
			all = append(binary.LittleEndian.AppendUint32(all, uint32(len(v))), v...)
		}
	}
	*raw.values = all
	return raw
}

// release gives the memory of the values back.
func (raw *rawRows) release() { rawMemory.Put(raw.values) }

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
	rows := make([][]wire.Field, raw.count)
	all := make([]wire.Field, raw.count*len(types))
	for i := range rows {
		rows[i] = all[i*len(types) : (i+1)*len(types) : (i+1)*len(types)]
	}
	left, text := *raw.values, string(*raw.values)
	for i := range all {
		n := binary.LittleEndian.Uint32(left)
		left, text = left[4:], text[4:]
		if n == nullLength {
			all[i] = wire.Null()
			continue
		}
		var err error
		if all[i], err = toField(types[i%len(types)], text[:n], options); err != nil {
			return nil, err
		}
		left, text = left[n:], text[n:]
	}
	return rows, nil
}
