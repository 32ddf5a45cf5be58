package auroradataapi

import (
	"database/sql/driver"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// copyChunk is the rows of one call, as the JSON that carries them.
type copyChunk struct {
	numbers []int64 // of the rows, from 1; those of rows that cannot be sent are not there
	text    []byte
	starts  []int // where each row begins in text
	quoted  int   // bytes that text takes as a string within a request; not of a part
}

func (k *copyChunk) rows() int { return len(k.starts) }

// first and last return the numbers of the first and the last row.
func (k *copyChunk) first() int64 { return k.numbers[0] }

func (k *copyChunk) last() int64 { return k.numbers[len(k.numbers)-1] }

// addTo adds the numbers of the rows to ranges.
func (k *copyChunk) addTo(ranges []RowRange) []RowRange {
	for i, n := range k.numbers {
		if i > 0 && n == k.numbers[i-1]+1 {
			ranges[len(ranges)-1].Last = n
			continue
		}
		ranges = append(ranges, RowRange{n, n})
	}
	return ranges
}

// json returns the rows as the parameter of a call.
func (k *copyChunk) json() string { return "[" + strings.TrimSuffix(string(k.text), ",") + "]" }

// part returns the rows from i to j as a chunk, in the memory of this one.
func (k *copyChunk) part(i, j int) *copyChunk {
	from, to := k.starts[i], len(k.text)
	if j < len(k.starts) {
		to = k.starts[j]
	}
	p := &copyChunk{numbers: k.numbers[i:j], text: k.text[from:to], starts: make([]int, j-i)}
	for n := range p.starts {
		p.starts[n] = k.starts[i+n] - from
	}
	return p
}

// copyEncoder writes rows as JSON.
type copyEncoder struct {
	conn    *Conn
	columns []dialect.CopyColumn
	binary  []bool
	row     []byte
}

func newCopyEncoder(c *Conn, columns []dialect.CopyColumn) *copyEncoder {
	e := &copyEncoder{conn: c, columns: columns, binary: make([]bool, len(columns))}
	for i, col := range columns {
		e.binary[i] = c.dialect.Binary(col)
	}
	return e
}

// encode writes a row and a comma behind it. The bytes are valid until the next
// call.
func (e *copyEncoder) encode(values []any) ([]byte, error) {
	if len(values) != len(e.columns) {
		return nil, fmt.Errorf("it has %d values for %d columns", len(values), len(e.columns))
	}
	e.row = append(e.row[:0], '[')
	for i, v := range values {
		if i > 0 {
			e.row = append(e.row, ',')
		}
		nv := driver.NamedValue{Ordinal: i + 1, Value: v}
		err := e.conn.CheckNamedValue(&nv)
		var arg argument
		if err == nil {
			arg, err = e.argument(e.columns[i], nv.Value)
		}
		if err == nil {
			err = e.field(arg.value, e.binary[i])
		}
		if err != nil {
			return nil, fmt.Errorf("column %q: %w", e.columns[i].Name, err)
		}
	}
	e.row = append(e.row, ']', ',')
	return e.row, nil
}

// argument turns a value into what is sent for it: for the type of the column,
// where that matters and the arguments of a statement are sent so too. Numbers and
// strings are the same for any type, and numbers are shorter as such.
func (e *copyEncoder) argument(column dialect.CopyColumn, value any) (argument, error) {
	d := e.conn.dialect
	if !d.TypedParameters || e.conn.params() == ParamsBind && column.OID != oidInterval && column.Element != oidInterval {
		return encode(d, value)
	}
	v, err := resolve(d, value)
	if err != nil {
		return argument{}, err
	}
	switch v.(type) {
	case bool, uint64, float64, string:
		return encode(d, v)
	case int64:
		if column.OID != oidInterval {
			return encode(d, v)
		}
	}
	return encodeAs(d, v, dialect.ParamType{OID: column.OID, Element: column.Element, Name: column.Type}, false)
}

// field writes a value.
func (e *copyEncoder) field(f wire.Field, binary bool) error {
	switch f.Kind() {
	case wire.KindNull:
		e.row = append(e.row, "null"...)
	case wire.KindBoolean:
		e.boolean(f.Boolean())
	case wire.KindLong:
		e.row = strconv.AppendInt(e.row, f.Long(), 10)
	case wire.KindDouble:
		e.double(f.Double())
	case wire.KindString:
		if binary {
			return e.blob([]byte(f.Str()))
		}
		return e.string(f.Str())
	case wire.KindBlob:
		if binary {
			return e.blob(f.Blob())
		}
		if !utf8.Valid(f.Blob()) {
			return errors.New("the bytes are not valid UTF-8, and the column is not one of bytes")
		}
		return e.string(string(f.Blob()))
	default:
		return fmt.Errorf("a %s cannot be loaded", f.Kind())
	}
	return nil
}

// boolean writes a boolean; MySQL's are numbers.
func (e *copyEncoder) boolean(v bool) {
	switch {
	case !e.conn.dialect.TextAsBytes:
		e.row = strconv.AppendBool(e.row, v)
	case v:
		e.row = append(e.row, '1')
	default:
		e.row = append(e.row, '0')
	}
}

// double writes a number, or the text of one that is lost in JSON.
func (e *copyEncoder) double(v float64) {
	if math.IsNaN(v) || math.IsInf(v, 0) || v == 0 && math.Signbit(v) {
		e.row = append(appendDouble(append(e.row, '"'), v, false), '"')
		return
	}
	e.row = strconv.AppendFloat(e.row, v, 'g', -1, 64)
}

// blob writes bytes in the form of the engine.
func (e *copyEncoder) blob(b []byte) error {
	e.row = append(e.row, '"')
	if e.conn.dialect.TextAsBytes {
		e.row = base64.StdEncoding.AppendEncode(e.row, b)
	} else {
		e.row = hex.AppendEncode(append(e.row, `\\x`...), b)
	}
	e.row = append(e.row, '"')
	return nil
}

// string writes a text. No text of PostgreSQL holds a NUL.
func (e *copyEncoder) string(s string) error {
	if strings.IndexByte(s, 0) >= 0 {
		return errors.New("the text holds a NUL character, which cannot be loaded as text")
	}
	e.row = wire.AppendString(e.row, s)
	return nil
}

// quotedLen returns how many bytes the text takes as a string within JSON.
func quotedLen(text []byte) int {
	n := len(text)
	for _, c := range text {
		if c == '"' || c == '\\' {
			n++
		}
	}
	return n
}

// quotedPiece returns how long the longest piece at the start of the text is that
// takes no more than so many bytes as a string within JSON, and cuts no character.
func quotedPiece(text []byte, most int) int {
	n := 0
	for i, c := range text {
		if n++; c == '"' || c == '\\' {
			n++
		}
		if n > most {
			for i > 0 && !utf8.RuneStart(text[i]) {
				i--
			}
			return i
		}
	}
	return len(text)
}
