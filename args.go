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
	switch nv.Value.(type) {
	case Option, *batch: // taken out again before the arguments are bound
		return nil
	case sql.Out:
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
	sent, err := encodeAll(q.args)
	if err != nil {
		return bound{}, err
	}
	casts := make([]string, len(sent))
	for i, arg := range sent {
		casts[i] = arg.cast
	}
	service, err := q.toService(casts)
	if err != nil {
		return bound{}, err
	}
	return bound{service: service, parameters: parameters(service, sent)}, nil
}

// encodeAll turns arguments into what is sent for them.
func encodeAll(args []driver.NamedValue) ([]argument, error) {
	sent := make([]argument, len(args))
	for i, arg := range args {
		var err error
		if sent[i], err = encode(arg.Value); err != nil {
			return nil, errorf("%s: %w", argName(arg), err)
		}
	}
	return sent, nil
}

// toService makes the statement that is sent. casts holds, for each argument,
// the type that its placeholder is cast to.
func (q call) toService(casts []string) (dialect.Service, error) {
	args := make([]dialect.Arg, len(q.args))
	for i, arg := range q.args {
		args[i] = dialect.Arg{Name: arg.Name, Cast: casts[i]}
	}
	service, err := q.parsed.ToService(args)
	if err != nil {
		return dialect.Service{}, errorf("%w", err)
	}
	return service, nil
}

// parameters returns the parameters of a statement.
func parameters(service dialect.Service, sent []argument) []wire.Parameter {
	if len(service.Params) == 0 {
		return nil
	}
	params := make([]wire.Parameter, len(service.Params))
	for i, p := range service.Params {
		params[i] = wire.Parameter{Name: p.Name, Value: sent[p.Arg].value, TypeHint: sent[p.Arg].hint}
	}
	return params
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
