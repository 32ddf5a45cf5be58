package auroradataapi

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"strings"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// batchRequest is one call of a batch.
type batchRequest struct {
	call    // with the arguments of a set, for their names and number
	service dialect.Service
	first   int // the index of its first set in the batch
	sets    [][]wire.Parameter
}

// requestHeadroom is what of wire.MaxRequestBytes is left for the head of the
// request: some 500 bytes, and the session token of temporary credentials.
const requestHeadroom = 16 << 10

// bindBatch makes the calls of a batch, before the first of them is made.
func (c *Conn) bindBatch(ctx context.Context, q call, sets [][]any) ([]batchRequest, error) {
	var requests []batchRequest
	var alike *alikeSets
	flush := func() error {
		if alike == nil {
			return nil
		}
		more, err := c.divide(alike)
		requests = append(requests, more...)
		return err
	}
	checked := make([][]driver.NamedValue, len(sets))
	for i, set := range sets {
		var err error
		if checked[i], err = c.checkSet(set); err != nil {
			return nil, &setError{i, err}
		}
	}
	if err := c.setsWithTexts(ctx, q, checked); err != nil {
		return nil, err
	}
	types, err := c.batchTypes(ctx, q, checked)
	if err != nil {
		return nil, err
	}
	for i, args := range checked {
		sent, err := c.encodeSet(args, types)
		if err != nil {
			return nil, &setError{i, err}
		}
		q.args = args
		if alike.add(args, sent) {
			continue
		}
		if err := flush(); err != nil {
			return nil, err
		}
		alike = newAlikeSets(q, i, sent)
	}
	return requests, flush()
}

// checkSet checks a set of arguments, by the way that database/sql checks those
// of a single statement.
func (c *Conn) checkSet(set []any) ([]driver.NamedValue, error) {
	args := make([]driver.NamedValue, len(set))
	for i, value := range set {
		nv := &args[i]
		if named, ok := value.(sql.NamedArg); ok {
			nv.Name, value = named.Name, named.Value
		}
		nv.Ordinal, nv.Value = i+1, value
		if err := c.CheckNamedValue(nv); err != nil {
			return nil, fmt.Errorf("%s: %w", argName(*nv), err)
		}
	}
	return args, nil
}

// batchTypes returns the types that PostgreSQL infers for the parameters of a
// batch; nil if its arguments have the types of their own.
func (c *Conn) batchTypes(ctx context.Context, q call, sets [][]driver.NamedValue) ([]dialect.ParamType, error) {
	if c.params() != ParamsInfer || !c.dialect.TypedParameters || len(sets) == 0 || len(sets[0]) == 0 || c.connector.inference.disabled() != nil {
		return nil, nil
	}
	q.args = sets[0]
	native, ok, err := q.native()
	if err != nil || !ok {
		return nil, nil // what is wrong shows when the sets are bound
	}
	n := needNothing
	for _, set := range sets {
		if len(set) == len(native.Cast) {
			n = max(n, needOfAll(set, native.Cast))
		}
	}
	if n != needTypes {
		return nil, nil
	}
	types, _, err := c.learn(ctx, q, newInferring(q, native, n))
	if err != nil {
		return nil, c.undescribed(q, err)
	}
	return types, nil
}

// encodeSet turns a set of arguments into what is sent for it.
func (c *Conn) encodeSet(args []driver.NamedValue, types []dialect.ParamType) ([]argument, error) {
	if types == nil || len(types) != len(args) {
		return encodeAll(c.dialect, args)
	}
	return encodeAllAs(c.dialect, args, inferring{types: types})
}

// alikeSets are sets, one behind the other, that one statement fits.
type alikeSets struct {
	call
	first   int
	sets    [][]argument
	columns []alikeColumn
}

// alikeColumn is what fits the arguments of a parameter in all sets.
type alikeColumn struct {
	cast  string
	exact string // the type that all have without a cast
	open  bool   // all were NULL, so that any cast fits
}

func newAlikeSets(q call, first int, sent []argument) *alikeSets {
	a := &alikeSets{call: q, first: first, columns: make([]alikeColumn, len(sent))}
	for i := range sent {
		a.columns[i].open = true
	}
	a.add(q.args, sent)
	return a
}

// add adds a set if the statement fits it too.
func (a *alikeSets) add(args []driver.NamedValue, sent []argument) bool {
	if a == nil || len(args) != len(a.args) {
		return false
	}
	for i, arg := range sent {
		if _, fits := a.columns[i].with(arg); !fits || args[i].Name != a.args[i].Name {
			return false
		}
	}
	for i, arg := range sent {
		a.columns[i], _ = a.columns[i].with(arg)
	}
	a.sets = append(a.sets, sent)
	return true
}

// with returns what fits one more argument. A value of the very type that the
// others are cast to, such as a NULL is, may be cast to it as well.
func (c alikeColumn) with(arg argument) (alikeColumn, bool) {
	switch {
	case arg.value.IsNull() && arg.cast == "":
		return c, true
	case c.open, arg.cast != "" && arg.cast == c.exact:
		return alikeColumn{cast: arg.cast, exact: arg.exact}, true
	case arg.cast != c.cast:
		return c, arg.cast == "" && arg.exact == c.cast
	case arg.exact != c.exact:
		return alikeColumn{cast: c.cast}, true
	}
	return c, true
}

// casts returns the casts of the parameters.
func (a *alikeSets) casts() []string {
	casts := make([]string, len(a.columns))
	for i, c := range a.columns {
		casts[i] = c.cast
	}
	return casts
}

// divide divides sets into calls that are not larger than the service takes, by
// the size that they have on the wire.
func (c *Conn) divide(a *alikeSets) ([]batchRequest, error) {
	service, err := a.toService(a.casts())
	if err != nil {
		return nil, &setError{a.first, err}
	}
	empty := wire.BatchRequest{
		ResourceARN:   c.cfg.ClusterARN,
		SecretARN:     c.cfg.SecretARN,
		Database:      c.cfg.Database,
		SQL:           service.SQL,
		ParameterSets: [][]wire.Parameter{},
		TransactionID: strings.Repeat("x", wire.MaxTransactionIDChars),
	}
	scratch := empty.AppendJSON(nil)
	room := wire.MaxRequestBytes - requestHeadroom - len(scratch)
	var requests []batchRequest
	left := 0
	for i, sent := range a.sets {
		set := parameters(service, sent)
		if set == nil {
			set = []wire.Parameter{} // a run without parameters (F0039)
		}
		scratch = wire.AppendParameterSet(scratch[:0], set)
		size := len(scratch) + len(",")
		if size > room {
			return nil, &setError{a.first + i, errorf("it has %d bytes as JSON; with the statement and the head of the request it passes the %d that the Data API takes", size, wire.MaxRequestBytes)}
		}
		if size > left {
			requests = append(requests, batchRequest{call: a.call, service: service, first: a.first + i})
			left = room
		}
		left -= size
		last := &requests[len(requests)-1]
		last.sets = append(last.sets, set)
	}
	return requests, nil
}

// setError is what is wrong with a set, found before anything was sent.
type setError struct {
	set int
	err error
}

func (e *setError) Error() string {
	return prefix + fmt.Sprintf("sets[%d]: ", e.set) + strings.ReplaceAll(e.err.Error(), prefix, "")
}

func (e *setError) Unwrap() error { return e.err }
