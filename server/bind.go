package server

import (
	"math"
	"strconv"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// arrange checks a set of parameters and puts one at each placeholder, in the
// order of names. Each occurrence of a name is a placeholder of its own (F0084).
//
// A placeholder without a parameter gets one without a value: the service was
// seen to pass such a statement on, for the database to refuse (F0081, F0082).
// That a repeated or a nameless parameter is refused (F0210), and one that no
// placeholder uses accepted (F0211), are choices.
func arrange(names []string, params []wire.Parameter) ([]wire.Parameter, error) {
	byName := make(map[string]int, len(params))
	for i, p := range params {
		if err := checkParameter(p); err != nil {
			return nil, err
		}
		if _, ok := byName[p.Name]; ok {
			return nil, invalid("Parameter %s is given more than once", p.Name)
		}
		byName[p.Name] = i
	}
	arranged := make([]wire.Parameter, len(names))
	for i, name := range names {
		arranged[i] = wire.Parameter{Name: name}
		if at, ok := byName[name]; ok {
			arranged[i] = params[at]
		}
	}
	return arranged, nil
}

// checkComplete refuses a placeholder without a value (F0210).
func checkComplete(arranged []wire.Parameter) error {
	for _, p := range arranged {
		if p.Value.Kind() == wire.KindAbsent {
			return invalid("Cannot find parameter: %s", p.Name)
		}
	}
	return nil
}

func checkParameter(p wire.Parameter) error {
	switch {
	case p.Name == "":
		return invalid("A parameter has no name")
	case !isName(p.Name):
		return &wire.Error{Code: wire.CodeValidation, Message: (&dialect.NameError{Name: p.Name}).Error()}
	case p.Value.Kind() == wire.KindArray:
		return invalid("Array parameters are not supported")
	case p.Value.Kind() == wire.KindAbsent:
		return invalid("Parameter %s has no value", p.Name)
	}
	return nil
}

// isName reports whether the service takes a text for the name of a parameter
// (F0031).
func isName(text string) bool {
	for _, c := range []byte(text) {
		if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') && c != '_' {
			return false
		}
	}
	return text != ""
}

// The numbers of the types that the service gives its parameters (F0033).
const (
	oidBool      = 16
	oidBytea     = 17
	oidInt8      = 20
	oidText      = 25
	oidFloat8    = 701
	oidDate      = 1082
	oidTime      = 1083
	oidTimestamp = 1114
	oidNumeric   = 1700
	oidUUID      = 2950
	oidJSONB     = 3802

	// oidNull is the type of a NULL without a hint: left to the database, so
	// that it fits every column (F0037). A choice (F0212).
	oidNull = 0
)

var hintOIDs = map[wire.TypeHint]uint32{
	wire.HintDate:      oidDate,
	wire.HintDecimal:   oidNumeric,
	wire.HintJSON:      oidJSONB,
	wire.HintTime:      oidTime,
	wire.HintTimestamp: oidTimestamp,
	wire.HintUUID:      oidUUID,
}

const (
	formatText   = 0
	formatBinary = 1
)

// binds is a set of parameters as the database's protocol takes them.
type binds struct {
	values  [][]byte
	oids    []uint32
	formats []int16
	bytes   int // of the values
}

// bind types parameters as the service does: by their member and hint, never
// by what the statement makes of them. Values end at the first placeholder that
// has none.
func bind(params []wire.Parameter) binds {
	var b binds
	complete := true
	for i, p := range params {
		if p.Value.Kind() == wire.KindAbsent {
			complete = false
			continue
		}
		value, oid, format := bindOne(p)
		for len(b.oids) < i {
			b.oids = append(b.oids, oidNull)
		}
		b.oids = append(b.oids, oid)
		if complete {
			b.values, b.formats = append(b.values, value), append(b.formats, format)
			b.bytes += len(value)
		}
	}
	return b
}

// bindOne types one parameter. That a hint matters to nothing but a string and
// a NULL is a choice (F0213).
func bindOne(p wire.Parameter) (value []byte, oid uint32, format int16) {
	switch p.Value.Kind() {
	case wire.KindBoolean:
		return strconv.AppendBool(nil, p.Value.Boolean()), oidBool, formatText
	case wire.KindLong:
		return strconv.AppendInt(nil, p.Value.Long(), 10), oidInt8, formatText
	case wire.KindDouble:
		return appendFloat(nil, p.Value.Double()), oidFloat8, formatText
	case wire.KindBlob:
		return append(make([]byte, 0, len(p.Value.Blob())), p.Value.Blob()...), oidBytea, formatBinary
	case wire.KindString:
		oid, ok := hintOIDs[p.TypeHint]
		if !ok {
			oid = oidText
		}
		return append(make([]byte, 0, len(p.Value.Str())), p.Value.Str()...), oid, formatText
	default:
		oid, ok := hintOIDs[p.TypeHint]
		if !ok {
			oid = oidNull
		}
		return nil, oid, formatText
	}
}

func appendFloat(dst []byte, v float64) []byte {
	switch {
	case math.IsInf(v, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(v, -1):
		return append(dst, "-Infinity"...)
	default:
		return strconv.AppendFloat(dst, v, 'g', -1, 64)
	}
}
