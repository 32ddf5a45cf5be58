package auroradataapi

import (
	"database/sql/driver"
	"io"
	"strconv"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// fieldPage is a page of rows as the service answers them.
type fieldPage struct {
	fields []wire.Field // of the rows that were not read yet
	width  int
	rows   int
	size   int // as the service counts it
	taken  int
}

// add adds a row.
func (p *fieldPage) add(row []wire.Field) {
	octets := 0
	for _, f := range row {
		octets += octetsOf(f)
	}
	p.size += wire.ResultRowBytes(len(row), octets)
	p.rows++
	p.fields = append(p.fields, row...)
}

// octetsOf returns about what a value counts (F0012).
func octetsOf(f wire.Field) int {
	switch f.Kind() {
	case wire.KindString:
		return len(f.Str())
	case wire.KindBlob:
		return len(f.Blob())
	case wire.KindLong:
		return len(strconv.FormatInt(f.Long(), 10))
	case wire.KindDouble:
		return len(strconv.FormatFloat(f.Double(), 'g', -1, 64))
	case wire.KindBoolean:
		return 1
	}
	return 0
}

// read reads the next row.
func (p *fieldPage) read(r *rows, dest []driver.Value) error {
	if p.taken == p.rows {
		return io.EOF
	}
	row := p.fields[:p.width]
	p.fields = p.fields[p.width:]
	p.taken++
	return r.decodeRow(row, dest)
}
