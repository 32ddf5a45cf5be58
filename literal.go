package auroradataapi

import (
	"encoding/hex"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// bindLiteral writes the arguments into the statement. PostgreSQL gives a quoted
// literal the type that the place wants, as it does a parameter of pgx. What makes
// the statement longer than the service takes (F0011) is bound: the largest values
// first.
func (c *Conn) bindLiteral(q call) (bound, error) {
	sent, err := encodeAll(c.dialect, q.args)
	if err != nil {
		return bound{}, err
	}
	args := make([]dialect.Arg, len(q.args))
	for i, arg := range q.args {
		args[i].Name = arg.Name
		if args[i].Literal, err = literal(c.dialect, arg.Value); err != nil {
			return bound{}, errorf("%s: %w", argName(arg), err)
		}
	}
	bySize := make([]int, len(args))
	for i := range bySize {
		bySize[i] = i
	}
	slices.SortFunc(bySize, func(a, b int) int { return len(args[b].Literal) - len(args[a].Literal) })
	for i := 0; ; i++ {
		service, err := q.parsed.ToService(args)
		if err != nil {
			return bound{}, errorf("%w", err)
		}
		if i == len(args) || utf8.RuneCountInString(service.SQL) <= wire.MaxSQLChars-maxTag {
			return bound{service: service, parameters: parameters(service, sent)}, nil
		}
		largest := bySize[i]
		args[largest].Literal, args[largest].Cast = "", sent[largest].cast
	}
}

// literal writes a value as it stands in a statement, by its Go type. Numbers of
// MySQL are bare, because LIMIT takes no text; in PostgreSQL everything is quoted,
// so that its type is left open, but for a time.Duration. A minus sign cannot make a comment with one
// before it, as a space stands between.
func literal(d *dialect.Dialect, value any) (string, error) {
	v, err := resolve(d, value)
	if err != nil {
		return "", err
	}
	text, bare := "", false
	switch v := v.(type) {
	case nil:
		return "NULL", nil
	case bool:
		text, bare = strconv.FormatBool(v), true
	case int64:
		text, bare = strconv.FormatInt(v, 10), true
	case uint64:
		text, bare = strconv.FormatUint(v, 10), true
	case time.Duration:
		text, bare = strconv.FormatInt(int64(v), 10), true
	case float64:
		if _, err := encodeFloat(d, v); err != nil {
			return "", err
		}
		text, bare = string(appendDouble(nil, v, false)), !math.IsInf(v, 0) && !math.IsNaN(v)
	case []byte:
		switch {
		case v == nil:
			return "NULL", nil
		case !d.TypedParameters:
			return "X'" + hex.EncodeToString(v) + "'", nil
		}
		text = `\x` + hex.EncodeToString(v)
	case string:
		text = v
	case time.Time:
		if text, err = formatTimestamp(v); d.TypedParameters && err == nil {
			text = timeAs(v, oidText) // with its zone, which a wall clock does without
		}
	default:
		if _, err := encode(d, v); err != nil { // which says what may be sent
			return "", err
		}
		var null bool
		if text, null, err = textAs(d, v, oidText, 0); null {
			return "NULL", err
		}
		if isList(v) {
			text, err = arrayLiteral(d, v)
		}
	}
	if err != nil {
		return "", err
	}
	switch {
	case bare && !d.TypedParameters:
		return text, nil
	case strings.IndexByte(text, 0) >= 0:
		return "", nil // no literal can hold it: it is bound
	}
	quoted, err := d.QuoteString(text)
	if typ := nanoseconds(d, v); typ != "" && err == nil {
		quoted = "CAST(" + quoted + " AS " + typ + ")"
	}
	return quoted, err
}

// nanoseconds returns the type of a time.Duration, or of an array of them, where
// the place would decide: an interval reads a bare number as seconds.
func nanoseconds(d *dialect.Dialect, v any) string {
	if !d.TypedParameters {
		return ""
	}
	typ, leaf := "pg_catalog.int8", reflect.TypeOf(v)
	for leaf != nil && isListType(leaf) {
		typ, leaf = "pg_catalog.int8[]", leaf.Elem()
	}
	if leaf != reflect.TypeFor[time.Duration]() {
		return ""
	}
	return typ
}

// arrayLiteral writes an array by the Go types of its elements.
func arrayLiteral(d *dialect.Dialect, v any) (string, error) {
	a, err := encodeArray(d, v)
	return a.value.Str(), err
}
