package auroradataapi

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"unicode/utf8"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// describe asks PostgreSQL for the types of a statement's parameters. It takes one
// call, whose answer comes as an error (F0278); two in a transaction, which an error would
// abort. Nothing is executed. What cannot be asked is a *notDescribedError, and
// what PostgreSQL does not prepare a *dialect.DescribeError.
func (c *Conn) describe(ctx context.Context, q call, native string, t *tx) ([]dialect.ParamType, error) {
	var id [6]byte
	_, _ = rand.Read(id[:]) // never fails: crypto/rand
	d := dialect.Description{Name: "auroradataapi_" + hex.EncodeToString(id[:])}
	write := d.Ask
	if t != nil {
		write = d.Note
	}
	text, err := write(native)
	if err != nil || utf8.RuneCountInString(text) > wire.MaxSQLChars-maxTag {
		return nil, &notDescribedError{text: "the statement is too long", err: err}
	}
	q.options = options{bareSession: q.bareSession}
	resp, err := c.run(ctx, CallDescribe, q, nil, t, wire.ExecuteRequest{SQL: text})
	if t != nil && err == nil {
		resp, err = c.run(ctx, CallDescribe, q, nil, t, wire.ExecuteRequest{SQL: d.Read()})
	}
	answer, err := described(resp, err, t != nil)
	if err != nil {
		return nil, err
	}
	types, err := dialect.ParseDescription(answer)
	if refused := new(dialect.DescribeError); err != nil && !errors.As(err, &refused) {
		return nil, &notDescribedError{text: err.Error(), lasting: true}
	}
	c.connector.inference.prove()
	return types, err
}

// isDescription says whether an error of the API is the answer to a description,
// which is no failure.
func isDescription(err error) bool {
	if err == nil {
		return false
	}
	var answer *wire.Error
	return errors.As(err, &answer) && answer.Code == wire.CodeDatabaseError &&
		wire.ParseDatabaseError(answer.Message).SQLState == dialect.DescribedState
}

// maxTag is more than the comment has that is written before a statement.
const maxTag = 200

// described returns the text of the answer to a description.
func described(resp *wire.ExecuteResponse, err error, noted bool) (string, error) {
	var e *Error
	switch {
	case err == nil && noted:
		defer resp.Records.Close()
		row, err := resp.Records.Next(nil)
		if err != nil || len(row) != 1 || row[0].Kind() != wire.KindString {
			return "", &notDescribedError{text: "the service sent no answer about the types of parameters", err: err, lasting: true}
		}
		return row[0].Str(), nil
	case err == nil:
		return "", &notDescribedError{text: "the service sent no answer about the types of parameters", lasting: true}
	case !errors.As(err, &e):
		return "", err
	case e.Code == dialect.DescribedState:
		return e.Message, nil
	case !notPermitted(e):
		return "", &notRunError{err}
	}
	return "", &notDescribedError{text: "the database does not tell the types of parameters", err: err, lasting: !noted}
}

// notPermitted says whether the error means that a description is not to be had
// here at all, by this user or from this service, rather than not now. A class 42
// error is about the block, as what is wrong with the statement is caught in it:
// no right to use plpgsql, or no plpgsql.
func notPermitted(e *Error) bool {
	if e.Type != string(wire.CodeDatabaseError) && e.Type != string(wire.CodeBadRequest) && e.Type != string(wire.CodeValidation) {
		return false
	}
	if len(e.Code) < 2 {
		return true // its text was withheld
	}
	switch e.Code[:2] {
	case "42", "0A", "0L", "3F":
		return true
	}
	return false
}

// notDescribedError is why the types of a statement's parameters are not known.
// The statement then runs as it would with ParamsBind.
type notDescribedError struct {
	text    string
	err     error
	lasting bool // it is so for every statement
}

func (e *notDescribedError) Error() string {
	if e.err != nil {
		return prefix + e.text + ": " + e.err.Error()
	}
	return prefix + e.text
}

func (e *notDescribedError) Unwrap() error { return e.err }

// notRunError is an error of a call that was made before the statement was. The
// statement itself was certainly not executed.
type notRunError struct{ error }

func (e *notRunError) SafeToRetry() bool { return true }

func (e *notRunError) Unwrap() error { return e.error }
