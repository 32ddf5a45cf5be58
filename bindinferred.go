package auroradataapi

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/auroradataapi/auroradataapi/internal/awsapi"
	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// need says how much an argument depends on the type that PostgreSQL infers.
type need uint8

const (
	// needNothing: it is the same whatever the type is.
	needNothing need = iota
	// needIfRefused: the type that it has by itself means the same wherever
	// PostgreSQL takes it. Where it does not, it refuses the statement before it
	// runs.
	needIfRefused
	// needTypes: with the type that it has by itself a statement may fail, or
	// mean something else.
	needTypes
)

// needOf tells it for a value that resolve has returned. cast says that the
// statement casts the argument wherever it stands, which for a text is to read it
// as the type.
//
// An integer is an int8, which has operators with every other number and is cast
// to each when it is assigned. A float64 is not among the modest, as numeric *
// float8 is a float8 and no numeric; nor is a Decimal, as a float4 seldom equals a
// numeric; nor are bytes, which may be a text, and times, which may be a wall
// clock.
func needOf(v any, cast bool) need {
	switch v.(type) {
	case nil:
		return needNothing
	case string:
		if cast {
			return needNothing
		}
		return needTypes
	case bool, int64, uint64, UUID, Date, Time, Timestamp:
		return needIfRefused
	case Decimal, JSON, json.RawMessage, time.Time, []byte, float64, time.Duration:
		return needTypes
	}
	if isUUID(reflect.TypeOf(v)) {
		return needIfRefused
	}
	if !isList(v) {
		if _, ok, _ := textOf(v); ok {
			return needIfRefused // an address
		}
		return needTypes
	}
	leaf := reflect.TypeOf(v)
	for isListType(leaf) {
		leaf = leaf.Elem()
	}
	switch staticElement(leaf) {
	case "bool", "int2", "int4", "int8", "uuid":
		return needIfRefused
	case "text":
		if cast {
			return needNothing
		}
	}
	return needTypes
}

func needOfAll(args []driver.NamedValue, cast []bool) (n need) {
	for i, arg := range args {
		n = max(n, needOf(arg.Value, cast[i]))
	}
	return n
}

// inferring is what a statement was bound with, for the case that PostgreSQL
// refuses its types.
type inferring struct {
	native string // the statement as PostgreSQL reads it; empty if nothing is inferred
	key    inferenceKey
	types  []dialect.ParamType // nil: the arguments have the types of their own
	fresh  bool                // the types were asked for just now
	asText bool                // PostgreSQL has refused other types where it tells text
}

func newInferring(q call, native dialect.Native, n need) inferring {
	return inferring{native: native.SQL, key: newInferenceKey(native.SQL, n, q.bareSession)}
}

// native returns the statement for PostgreSQL itself, and false if its parameters
// are not for PREPARE to tell.
func (q call) native() (dialect.Native, bool, error) {
	args := make([]dialect.Arg, len(q.args))
	for i, arg := range q.args {
		args[i].Name = arg.Name
	}
	native, ok, err := q.parsed.Native(args)
	if err != nil {
		return native, false, errorf("%w", err)
	}
	return native, ok && len(args) > 0, nil
}

// bindInferred binds arguments as the types that PostgreSQL infers.
func (c *Conn) bindInferred(ctx context.Context, q call) (bound, error) {
	var err error
	if q.args, err = resolveAll(c.dialect, q.args); err != nil {
		return bound{}, err
	}
	native, ok, err := q.native()
	if err != nil || !ok || c.connector.inference.disabled() != nil {
		return c.bindPlainOr(q, err)
	}
	n := needOfAll(q.args, native.Cast)
	if n == needNothing {
		return c.bindPlain(q)
	}
	with := newInferring(q, native, n)
	known := c.memory(q).get(with.key)
	switch {
	case known != nil && known.types != nil:
		with.types, with.asText = known.types, known.asText
		return c.bindTyped(q, with)
	case known == nil && (n == needTypes || c.transaction(q) != nil):
		if with.types, with.fresh, err = c.learn(ctx, q, with); err == nil {
			return c.bindTyped(q, with)
		}
		if err = c.undescribed(q, err); err != nil {
			return bound{}, err
		}
	}
	b, err := c.bindPlain(q)
	b.inferring = with
	return b, err
}

func resolveAll(d *dialect.Dialect, args []driver.NamedValue) ([]driver.NamedValue, error) {
	resolved := slices.Clone(args)
	for i, arg := range args {
		v, err := resolve(d, arg.Value)
		if err != nil {
			return nil, errorf("%s: %w", argName(arg), err)
		}
		resolved[i].Value = v
	}
	return resolved, nil
}

// bindPlainOr binds arguments by their Go types if there is no error.
func (c *Conn) bindPlainOr(q call, err error) (bound, error) {
	if err != nil {
		return bound{}, err
	}
	return c.bindPlain(q)
}

// memory returns where the types of statements are remembered: the connector's
// memory, or the transaction's own after it has changed what names mean.
func (c *Conn) memory(q call) *inference {
	if t := c.transaction(q); t != nil {
		if own := t.own.Load(); own != nil {
			return own
		}
	}
	return &c.connector.inference
}

// learn returns the types of a statement's parameters. A transaction waits for
// nobody else's question, which may wait for its locks.
func (c *Conn) learn(ctx context.Context, q call, with inferring) (types []dialect.ParamType, fresh bool, err error) {
	t := c.transaction(q)
	ask := func(ctx context.Context) ([]dialect.ParamType, error) {
		types, err := c.describe(ctx, q, with.native, t)
		if err == nil && len(types) != len(q.args) {
			err = &notDescribedError{text: fmt.Sprintf("the database tells %d types for %d arguments", len(types), len(q.args))}
		}
		return types, err
	}
	memory := c.memory(q)
	if t == nil {
		return memory.learn(ctx, with.key, ask)
	}
	if known := memory.get(with.key); known != nil && known.types != nil {
		return known.types, false, nil
	}
	if err := c.prove(ctx, q); err != nil {
		return nil, false, err
	}
	generation := memory.now()
	if types, err = ask(ctx); err == nil {
		memory.put(&inferred{key: with.key, types: types}, generation)
	}
	return types, true, err
}

// prove asks a question outside of the transaction, if none was answered yet: one
// that the user has no right to ask would abort it.
func (c *Conn) prove(ctx context.Context, q call) error {
	memory := &c.connector.inference
	if memory.isProven() {
		return nil
	}
	const probe = "SELECT $1::pg_catalog.int4"
	_, _, err := memory.learn(ctx, newInferenceKey(probe, needNothing, q.bareSession), func(ctx context.Context) ([]dialect.ParamType, error) {
		return c.describe(ctx, q, probe, nil)
	})
	return err
}

// undescribed returns the error of a statement whose types could not be learnt;
// nil if it is to be sent with the types that its arguments have by themselves.
// That is so where types are not to be had, and where PostgreSQL cannot prepare
// the statement: because it is wrong, and then its own error has a position, or
// because the types of the arguments have to decide, as in unnest($1).
func (c *Conn) undescribed(q call, err error) error {
	var without *notDescribedError
	var refused *dialect.DescribeError
	var unknown *awsapi.OutcomeUnknownError
	switch {
	case errors.As(err, &without):
		if without.lasting {
			c.connector.inference.disable(err)
		}
		return nil
	case errors.As(err, &refused):
		return nil
	case errors.As(err, &unknown): // what is unknown is the question's outcome
		return newError(wire.ExecuteStatement, q.query, nil, &awsapi.NotExecutedError{Effort: unknown.Effort, Err: unknown.Err})
	}
	return err
}

// bindTyped binds arguments as types.
func (c *Conn) bindTyped(q call, with inferring) (bound, error) {
	sent, err := encodeAllAs(c.dialect, q.args, with)
	if err != nil {
		return bound{}, err
	}
	b, err := q.assemble(sent)
	if err == nil && utf8.RuneCountInString(b.service.SQL) > wire.MaxSQLChars {
		if err = c.spareCasts(q, with, sent); err == nil {
			b, err = q.assemble(sent)
		}
	}
	b.inferring = with
	return b, err
}

// spareCasts takes out the casts that a statement does without, as the service
// would find it too long with them: an INSERT of many rows, say.
func (c *Conn) spareCasts(q call, with inferring, sent []argument) (err error) {
	for i, arg := range q.args {
		if !spares(arg.Value, with.types[i]) {
			continue
		}
		if sent[i], err = encode(c.dialect, arg.Value); err != nil {
			return errorf("%s: %w", argName(arg), err)
		}
	}
	return nil
}

// spares says whether the type that a value has by itself does as well as the
// one that PostgreSQL tells: text for varchar, which has all that it does from
// text, and an integer for any number. A domain is none of them.
func spares(v any, as dialect.ParamType) bool {
	name, builtin := strings.CutPrefix(as.Name, "pg_catalog.")
	if !builtin || v == nil {
		return false
	}
	switch v.(type) {
	case string:
		return name == "varchar"
	case int64:
		return slices.Contains([]string{"int2", "int4", "numeric", "float4", "float8"}, name)
	}
	_, is := v.(UUID)
	return name == "uuid" && (is || isUUID(reflect.TypeOf(v)))
}

func encodeAllAs(d *dialect.Dialect, args []driver.NamedValue, with inferring) ([]argument, error) {
	sent := make([]argument, len(args))
	for i, arg := range args {
		var err error
		if sent[i], err = encodeAs(d, arg.Value, with.types[i], with.asText); err != nil {
			return nil, errorf("%s: %w", argName(arg), err)
		}
	}
	return sent, nil
}

// rebind binds a statement anew that PostgreSQL has refused for its types, and
// returns false if that would change nothing. Outside of a transaction nothing is
// left of a statement that fails, and most such errors come before it runs. A
// transaction is aborted by it.
func (c *Conn) rebind(ctx context.Context, q call, b bound, err error) (bound, bool) {
	if b.native == "" || b.fresh && !b.ownTypes(q) || !wrongTypes(err, b.types != nil) {
		return b, false
	}
	c.memory(q).forget(b.key)
	if c.transaction(q) != nil {
		return b, false
	}
	with := b.inferring
	var failed error
	if with.types, with.fresh, failed = c.learn(ctx, q, with); failed != nil {
		return b, false
	}
	with.asText = b.types == nil || b.ownTypes(q)
	if with.asText == b.asText && slices.Equal(with.types, b.types) {
		return b, false
	}
	again, failed := c.bindTyped(q, with)
	return again, failed == nil
}

// ownTypes says whether arguments were sent as the types that they have by
// themselves where PostgreSQL tells text.
func (b bound) ownTypes(q call) bool {
	for i, t := range b.types {
		if !b.asText && t.OID == oidText && ownType(q.args[i].Value) {
			return true
		}
	}
	return false
}

// wrongTypes says whether an error may mean that the types of parameters do not
// suit the statement, or, if they were told, not any more: then a value may have
// been refused that suits the column as it is now.
func wrongTypes(err error, told bool) bool {
	var e *Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code {
	case string(UndefinedFunction), string(DatatypeMismatch), indeterminateDatatype, ambiguousParameter, ambiguousFunction,
		cannotCoerce, undefinedObject, featureNotSupported:
		return true
	case string(NumericValueOutOfRange), invalidText, invalidDatetime, datetimeOverflow:
		return told
	}
	return false
}

// The SQLSTATEs of statements that do not fit the types of their parameters,
// besides those that are exported.
const (
	indeterminateDatatype = "42P18"
	ambiguousParameter    = "42P08"
	ambiguousFunction     = "42725"
	cannotCoerce          = "42846"
	undefinedObject       = "42704"
	featureNotSupported   = "0A000" // cached plan must not change result type
	invalidText           = "22P02" // a value of a type that the column had
	invalidDatetime       = "22007"
	datetimeOverflow      = "22008"
)

// settled remembers that a statement runs with the types that its arguments have
// by themselves, or with texts for them.
func (c *Conn) settled(q call, b bound) {
	if b.native != "" && (b.types == nil || b.asText) {
		memory := c.memory(q)
		memory.put(&inferred{key: b.key, types: b.types, asText: b.asText}, memory.now())
	}
}

// redefined forgets what is known of statements after one that may have changed
// what their names mean. Until a transaction is committed, that is so within it
// only.
func (c *Conn) redefined(q call, t *tx) {
	switch {
	case !q.parsed.Redefines():
	case t != nil:
		t.own.Store(new(inference))
	default:
		c.connector.redefined()
	}
}

// redefines says whether the statement runs in a transaction that has changed what
// names mean, so that what is learnt of it is true in there only.
func (c *Conn) redefines(q call) bool {
	t := c.transaction(q)
	return t != nil && t.own.Load() != nil
}

// redefined forgets what is known of statements by what their names mean.
func (c *Connector) redefined() {
	c.inference.clear()
	c.tables.clear()
	c.habits.redefined()
}
