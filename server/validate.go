package server

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// invalid returns a ValidationException.
func invalid(format string, args ...any) error {
	return wire.NewError(wire.CodeValidation, fmt.Sprintf(format, args...))
}

// checkLength refuses a member whose length is out of the model's bounds, in
// the words of other AWS services (F0203).
func checkLength(member, value string, least, most int) error {
	n := utf8.RuneCountInString(value)
	switch {
	case n < least:
		return invalid("1 validation error detected: Value at '%s' failed to satisfy constraint: "+
			"Member must have length greater than or equal to %d", member, least)
	case n > most:
		return invalid("1 validation error detected: Value at '%s' failed to satisfy constraint: "+
			"Member must have length less than or equal to %d", member, most)
	}
	return nil
}

// checkMembers checks the members that say where a call goes.
func checkMembers(resourceARN, secretARN, database, schema string) error {
	err := errors.Join(
		checkLength("resourceArn", resourceARN, wire.MinARNChars, wire.MaxARNChars),
		checkLength("secretArn", secretARN, wire.MinARNChars, wire.MaxARNChars),
		checkLength("database", database, 0, wire.MaxNameChars),
		checkLength("schema", schema, 0, wire.MaxNameChars),
	)
	if err != nil {
		return first(err)
	}
	switch {
	case schema != "":
		return invalid("The schema parameter isn't supported")
	case !wellFormedARN(resourceARN): // (F0204)
		return invalid("The resourceArn %s is not an ARN", resourceARN)
	case !wellFormedARN(secretARN):
		return invalid("The secretArn %s is not an ARN", secretARN)
	case strings.ContainsRune(database, 0):
		return invalid("The database parameter contains a NUL character")
	}
	return nil
}

// first returns the first of joined errors.
func first(err error) error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()[0]
	}
	return err
}

// readSQL reads a statement as the service does. That one without content and
// one with a NUL character are refused is a choice (F0206).
func readSQL(d *dialect.Dialect, sql string, most int) (dialect.Engine, error) {
	if err := checkLength("sql", sql, 0, most); err != nil {
		return dialect.Engine{}, err
	}
	if strings.ContainsRune(sql, 0) {
		return dialect.Engine{}, invalid("The sql parameter contains a NUL character")
	}
	// A statement that cannot be split is left to the database (F0208).
	if parts, err := d.Split(sql); err == nil {
		switch {
		case len(parts) == 0:
			return dialect.Engine{}, invalid("The sql parameter contains no statement")
		case len(parts) > 1:
			return dialect.Engine{}, invalid("Multistatements aren't supported.")
		}
	}
	engine, err := d.FromService(sql)
	if err != nil {
		return dialect.Engine{}, &wire.Error{Code: wire.CodeValidation, Message: err.Error(), Err: err}
	}
	return engine, nil
}
