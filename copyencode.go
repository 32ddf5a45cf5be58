package auroradataapi

import (
	"database/sql/driver"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// copyEncoder writes rows as JSON.
type copyEncoder struct {
	conn    *Conn
	columns []dialect.CopyColumn
	forms   []dialect.CopyForm
	row     []byte
}

func newCopyEncoder(c *Conn, s dialect.Copy) *copyEncoder {
	e := &copyEncoder{conn: c, columns: s.Columns, forms: make([]dialect.CopyForm, len(s.Columns))}
	for i, col := range s.Columns {
		e.forms[i] = c.dialect.Form(col)
		// 2.5 is stored as a whole number, and is the key of none.
		if e.forms[i] == dialect.CopyWhole && s.Mode == dialect.CopyUpdate && slices.Contains(s.Key, col.Name) {
			e.forms[i] = dialect.CopyPlain
		}
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
			err = e.field(arg, i)
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
	if !d.TypedParameters {
		return encode(d, value)
	}
	v, err := resolve(d, value)
	if err != nil {
		return argument{}, err
	}
	as := dialect.ParamType{OID: column.OID, Element: column.Element, Name: column.Type}
	interval := column.OID == oidInterval || column.Element == oidInterval
	switch v.(type) {
	case bool, uint64, string:
		return encode(d, v)
	case int64:
		if column.OID != oidInterval {
			return encode(d, v)
		}
	case float64:
		if isNumber(column.OID) {
			return encode(d, v)
		}
		return encodeAs(d, v, as, true) // as a number of jsonb, 1e300 would be a text of 301 digits
	}
	if e.conn.params() == ParamsBind && !interval && column.OID != oidBytea {
		return encode(d, v)
	}
	return encodeAs(d, v, as, false)
}

// isNumber reports whether a type of PostgreSQL is one of numbers.
func isNumber(oid uint32) bool {
	switch oid {
	case oidInt2, oidInt4, oidInt8, oidOID, oidFloat4, oidFloat8, oidNumeric, oidMoney:
		return true
	}
	return false
}

// field writes a value of a column.
func (e *copyEncoder) field(arg argument, column int) error {
	form := e.forms[column]
	switch {
	case form == dialect.CopyPlain || arg.value.Kind() == wire.KindNull:
	case e.conn.dialect.TextAsBytes:
		return e.mysql(arg, column)
	case form == dialect.CopyBytes && arg.value.Kind() == wire.KindBlob:
		return e.blob(arg.value.Blob())
	}
	return e.plain(arg.value)
}

// plain writes a value as JSON has it.
func (e *copyEncoder) plain(f wire.Field) error {
	switch f.Kind() {
	case wire.KindNull:
		e.row = append(e.row, "null"...)
	case wire.KindBoolean:
		e.boolean(f.Boolean())
	case wire.KindLong:
		e.row = strconv.AppendInt(e.row, f.Long(), 10)
	case wire.KindDouble:
		e.double(f.Double())
	case wire.KindString: // PostgreSQL reads bytes from it, such as \x00ff
		return e.string(f.Str())
	case wire.KindBlob:
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

// double writes a number, or the text of one that is lost in JSON. MySQL reads the
// text of any as exactly as it can, and is not known to do so of a number of JSON.
func (e *copyEncoder) double(v float64) {
	text := e.conn.dialect.TextAsBytes
	if text || math.IsNaN(v) || math.IsInf(v, 0) || v == 0 && math.Signbit(v) {
		e.row = append(e.row, '"')
		if text {
			e.row = appendMySQLDouble(e.row, v)
		} else {
			e.row = appendDouble(e.row, v, false)
		}
		e.row = append(e.row, '"')
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
