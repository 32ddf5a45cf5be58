package auroradataapi

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net"
	"net/netip"
	"reflect"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// argument is an argument as the service is sent it.
type argument struct {
	value wire.Field
	hint  wire.TypeHint
	// cast is the type that its placeholder is cast to; empty for none.
	cast string
	// exact is the type that the value has without a cast, so that one to it
	// changes nothing; empty if that is not known.
	exact string
}

// encode turns an argument into what is sent for it, by its Go type alone.
func encode(d *dialect.Dialect, value any) (argument, error) {
	v, err := resolve(d, value)
	if err != nil {
		return argument{}, err
	}
	switch v := v.(type) {
	case nil:
		return argument{value: wire.Null()}, nil
	case int64:
		return argument{value: wire.Long(v)}, nil
	case time.Duration: // its nanoseconds, as database/sql has it
		return argument{value: wire.Long(int64(v))}, nil
	case uint64:
		text := wire.String(strconv.FormatUint(v, 10))
		if d.UnsignedCast != "" {
			return argument{value: text, cast: d.UnsignedCast}, nil
		}
		return argument{value: text, hint: wire.HintDecimal}, nil
	case float64:
		return encodeFloat(d, v)
	case bool:
		return argument{value: wire.Boolean(v)}, nil
	case string:
		return argument{value: wire.String(v)}, checkText(v)
	case []byte:
		if v == nil {
			return argument{value: wire.Null()}, nil
		}
		return argument{value: wire.Blob(v)}, nil
	case time.Time:
		text, err := formatTimestamp(v)
		return argument{value: wire.String(text), hint: wire.HintTimestamp}, err
	}
	if !d.TypedParameters && isUUID(reflect.TypeOf(v)) {
		return argument{}, fmt.Errorf("a %T is a UUID, for which the database has no type; pass its bytes as []byte for a binary column, or its text", v)
	}
	if t, ok, err := textOf(v); ok {
		return t.argument(d), err
	}
	if isList(v) {
		return encodeArray(d, v)
	}
	return argument{}, cannotSend(v)
}

// encodeFloat sends what JSON has no number for as text (F0275).
func encodeFloat(d *dialect.Dialect, f float64) (argument, error) {
	switch {
	case !math.IsNaN(f) && !math.IsInf(f, 0):
		return argument{value: wire.Double(f)}, nil
	case !d.TypedParameters:
		return argument{}, fmt.Errorf("the number %v cannot be sent: the database has neither NaN nor infinity; pass nil for NULL", f)
	}
	return argument{value: wire.String(string(appendDouble(nil, f, false))), cast: "float8"}, nil
}

// checkText refuses what would arrive as other characters.
func checkText(s string) error {
	if !utf8.ValidString(s) {
		return errors.New("the string is not valid UTF-8; pass bytes as []byte")
	}
	return nil
}

// typedText is a value that travels as text and whose Go type says its type.
type typedText struct {
	text string
	null bool
	hint wire.TypeHint
	typ  string // what the hint makes of it, or the cast where there is no hint
}

// argument returns what is sent. A database that converts by itself is told no
// type that it has not, or may not have (F0038, F0276).
func (t typedText) argument(d *dialect.Dialect) argument {
	a := argument{value: wire.String(t.text), hint: t.hint}
	if t.null {
		a.value = wire.Null()
	}
	switch {
	case d.TypedParameters && t.hint == "":
		a.cast = t.typ
	case !d.TypedParameters && (t.hint == wire.HintUUID || t.hint == wire.HintJSON):
		a.hint = ""
	}
	return a
}

// textOf returns the text of a value whose Go type says its type, and false for
// any other.
func textOf(v any) (t typedText, ok bool, err error) {
	switch v := v.(type) {
	case JSON:
		t = typedText{hint: wire.HintJSON, typ: "jsonb"}
		t.text, err = v.text()
	case json.RawMessage:
		t = typedText{text: string(v), null: v == nil, hint: wire.HintJSON, typ: "jsonb"}
		err = checkText(t.text)
	case UUID:
		t = typedText{hint: wire.HintUUID, typ: "uuid"}
		t.text, err = v.canonical()
	case Decimal:
		t = typedText{text: string(v), hint: wire.HintDecimal, typ: "numeric"}
		err = v.check()
	case Date:
		t = typedText{hint: wire.HintDate, typ: "date"}
		t.text, err = v.text()
	case Time:
		t = typedText{text: v.String(), hint: wire.HintTime, typ: "time"}
	case Timestamp:
		t = typedText{hint: wire.HintTimestamp, typ: "timestamp"}
		t.text, err = v.text()
	case netip.Addr:
		t = typedText{text: v.String(), null: !v.IsValid(), typ: "inet"}
	case netip.Prefix:
		t = typedText{text: v.String(), null: !v.IsValid(), typ: "inet"}
	case net.IP:
		t = typedText{text: v.String(), null: v == nil, typ: "inet"}
	case net.IPNet:
		t = typedText{text: v.String(), null: v.IP == nil, typ: "inet"}
	case net.HardwareAddr:
		t = typedText{text: v.String(), null: v == nil, typ: "macaddr"}
		if len(v) == 8 {
			t.typ = "macaddr8"
		}
	default:
		if !isUUID(reflect.TypeOf(v)) {
			return typedText{}, false, nil
		}
		b := make([]byte, 16)
		reflect.Copy(reflect.ValueOf(b), reflect.ValueOf(v))
		t = typedText{text: uuidText(b), hint: wire.HintUUID, typ: "uuid"}
	}
	return t, true, err
}

// uuidText writes 16 bytes as a UUID.
func uuidText(b []byte) string {
	h := hex.EncodeToString(b)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
