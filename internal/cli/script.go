package cli

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/auroradataapi/auroradataapi/internal/cli/output"
	"github.com/auroradataapi/auroradataapi/internal/dialect"
)

// statement is one statement of those to run.
type statement struct {
	sql string
	// source is where it came from, line the line on which it begins there.
	source string
	line   int
	number int // from 1, over all sources
}

// split returns the statements of all sources in order.
func split(d *dialect.Dialect, sources []source) ([]statement, error) {
	var all []statement
	for _, s := range sources {
		parts, err := d.Split(s.text)
		if err != nil {
			return nil, splitError(s, err)
		}
		for _, p := range parts {
			all = append(all, statement{sql: p.SQL, source: s.name, line: p.Line, number: len(all) + 1})
		}
	}
	if len(all) == 0 {
		return nil, usagef("there is no statement in the SQL")
	}
	for _, st := range all {
		if d.Parse(st.sql).Kind().TransactionControl() {
			failed := &statementError{statement: st, err: usagef("exec has no session that a transaction could be in, every statement is a call of its own: leave BEGIN, COMMIT and ROLLBACK out")}
			failed.where = failed.place(len(all))
			return nil, failed
		}
	}
	return all, nil
}

// splitError shows where a text cannot be split.
func splitError(s source, err error) error {
	var e *dialect.SyntaxError
	if !errors.As(err, &e) || e.Line == 0 {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	return &statementError{
		statement: statement{sql: s.text, line: 1},
		where:     output.Printable(s.name) + ": ",
		position:  utf8.RuneCountInString(s.text[:e.Offset]) + 1,
		err:       errors.New(e.Msg),
	}
}
