package auroradataapi

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"reflect"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// CheckNamedValue reduces an argument to what it stands for, by what its Go type
// is and never by what its text looks like. It does not name the argument in an
// error: database/sql does.
func (c *Conn) CheckNamedValue(nv *driver.NamedValue) error {
	switch nv.Value.(type) {
	case Option, *batch, *load: // taken out again before the arguments are bound
		return nil
	case sql.Out:
		return errorf("the Data API has no output parameters, so that an sql.Out cannot be an argument")
	}
	switch {
	case isPgxOption(nv.Value):
		return driver.ErrRemoveArgument
	case isPgxRewriter(nv.Value):
		return errorf("a %T is for pgx itself; pass sql.Named arguments for placeholders of the form :name", nv.Value)
	}
	value, err := resolve(c.dialect, nv.Value)
	if err != nil {
		return errorf("%w", err)
	}
	nv.Value = value
	return nil
}

// pgxOptions are the types that say to pgx how a query is made; GORM's migrator
// puts one before the arguments.
var pgxOptions = map[string]bool{
	"QueryExecMode": true, "QueryResultFormats": true, "QueryResultFormatsByOID": true,
	"QuerySimpleProtocol": true, // of pgx 4
}

func isPgxOption(v any) bool {
	t := reflect.TypeOf(v)
	return ofPgx(t) && pgxOptions[t.Name()]
}

func isPgxRewriter(v any) bool {
	t := reflect.TypeOf(v)
	return ofPgx(t) && (t.Name() == "NamedArgs" || t.Name() == "StrictNamedArgs")
}

func ofPgx(t reflect.Type) bool {
	return t != nil && (t.PkgPath() == "github.com/jackc/pgx/v5" || t.PkgPath() == "github.com/jackc/pgx/v4")
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
	inferring
}

// bind makes the statement that is sent and its parameters.
func (c *Conn) bind(ctx context.Context, q call) (bound, error) {
	switch {
	case len(q.args) == 0:
	case c.params() == ParamsInfer && c.dialect.TypedParameters:
		return c.bindInferred(ctx, q)
	case c.params() == ParamsInfer:
		return c.bindTexts(ctx, q)
	case c.params() == ParamsLiteral:
		return c.bindLiteral(q)
	}
	return c.bindPlain(q)
}

// bindPlain binds arguments by their Go types alone.
func (c *Conn) bindPlain(q call) (bound, error) {
	sent, err := encodeAll(c.dialect, q.args)
	if err != nil {
		return bound{}, err
	}
	return q.assemble(sent)
}

// assemble puts a statement and what is sent for its arguments together.
func (q call) assemble(sent []argument) (bound, error) {
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
func encodeAll(d *dialect.Dialect, args []driver.NamedValue) ([]argument, error) {
	sent := make([]argument, len(args))
	for i, arg := range args {
		var err error
		if sent[i], err = encode(d, arg.Value); err != nil {
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
