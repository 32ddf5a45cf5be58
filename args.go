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
func (c *Conn) CheckNamedValue(nv *driver.NamedValue) error {
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

// bound is a statement with its arguments, as the service is sent it.
type bound struct {
	service    dialect.Service
	parameters []wire.Parameter
}

// bind makes the statement that is sent and its parameters.
func (c *Conn) bind(q call) (bound, error) {
	args := make([]dialect.Arg, len(q.args))
	sent := make([]argument, len(q.args))
	for i, arg := range q.args {
		var err error
		if sent[i], err = encode(arg.Value); err != nil {
			return bound{}, errorf("%s: %w", argName(arg), err)
		}
		args[i] = dialect.Arg{Name: arg.Name, Cast: sent[i].cast}
	}
	service, err := q.parsed.ToService(args)
	if err != nil {
		return bound{}, errorf("%w", err)
	}
	b := bound{service: service}
	if len(service.Params) > 0 {
		b.parameters = make([]wire.Parameter, len(service.Params))
	}
	for i, p := range service.Params {
		b.parameters[i] = wire.Parameter{Name: p.Name, Value: sent[p.Arg].value, TypeHint: sent[p.Arg].hint}
	}
	return b, nil
}

// argument is an argument as the service is sent it.
type argument struct {
	value wire.Field
	hint  wire.TypeHint
	// cast is the type that its placeholder is cast to; empty for none.
	cast string
}

// encode turns a value that CheckNamedValue let pass into what is sent for it.
func encode(value driver.Value) (argument, error) {
	switch v := value.(type) {
	case nil:
		return argument{value: wire.Null()}, nil
	case int64:
		return argument{value: wire.Long(v)}, nil
	case float64:
		return argument{value: wire.Double(v)}, nil
	case bool:
		return argument{value: wire.Boolean(v)}, nil
	case string:
		if !utf8.ValidString(v) {
			return argument{}, errors.New("the string is not valid UTF-8; pass bytes as []byte")
		}
		return argument{value: wire.String(v)}, nil
	case []byte:
		if v == nil {
			return argument{value: wire.Null()}, nil
		}
		return argument{value: wire.Blob(v)}, nil
	case time.Time:
		text, err := formatTimestamp(v)
		return argument{value: wire.String(text), hint: wire.HintTimestamp}, err
	default:
		return argument{}, fmt.Errorf("the type %T cannot be sent", value)
	}
}
