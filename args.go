package auroradataapi

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// CheckNamedValue turns an argument into one of the types that driver.Value
// allows, by what its Go type is and never by what its text looks like. It does
// not name the argument in an error: database/sql does.
func (c *conn) CheckNamedValue(nv *driver.NamedValue) error {
	if _, ok := nv.Value.(sql.Out); ok {
		return errorf("the Data API has no output parameters, so that an sql.Out cannot be an argument")
	}
	value, err := driver.DefaultParameterConverter.ConvertValue(nv.Value)
	if err != nil {
		return errorf("%w", err)
	}
	nv.Value = value
	return nil
}

// argName names an argument in messages.
func argName(nv driver.NamedValue) string {
	if nv.Name != "" {
		return fmt.Sprintf("argument %q", nv.Name)
	}
	return fmt.Sprintf("argument %d", nv.Ordinal)
}

// bind makes the statement that is sent and its parameters.
func bind(parsed *dialect.Statement, args []driver.NamedValue) (dialect.Service, []wire.Parameter, error) {
	names := make([]string, len(args))
	for i, arg := range args {
		names[i] = arg.Name
	}
	service, err := parsed.ToService(names)
	if err != nil {
		return service, nil, errorf("%w", err)
	}
	var parameters []wire.Parameter
	for _, p := range service.Params {
		value, hint, err := encode(args[p.Arg].Value)
		if err != nil {
			return service, nil, errorf("%s: %w", argName(args[p.Arg]), err)
		}
		parameters = append(parameters, wire.Parameter{Name: p.Name, Value: value, TypeHint: hint})
	}
	return service, parameters, nil
}

// encode turns a driver.Value into the Field that carries it.
func encode(value driver.Value) (wire.Field, wire.TypeHint, error) {
	switch v := value.(type) {
	case nil:
		return wire.Null(), "", nil
	case int64:
		return wire.Long(v), "", nil
	case float64:
		return wire.Double(v), "", nil
	case bool:
		return wire.Boolean(v), "", nil
	case string:
		if !utf8.ValidString(v) {
			return wire.Field{}, "", errors.New("the string is not valid UTF-8; pass bytes as []byte")
		}
		return wire.String(v), "", nil
	case []byte:
		if v == nil {
			return wire.Null(), "", nil
		}
		return wire.Blob(v), "", nil
	case time.Time:
		text, err := formatTimestamp(v)
		return wire.String(text), wire.HintTimestamp, err
	default:
		return wire.Field{}, "", fmt.Errorf("the type %T cannot be sent", value)
	}
}
