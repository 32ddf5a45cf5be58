package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
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

// source is a text of one or more statements.
type source struct{ name, text string }

// readSources returns the texts of the files, in which - is standard input,
// and then the arguments.
func readSources(in io.Reader, files, args []string) ([]source, error) {
	var sources []source
	var stdin bool
	for _, name := range files {
		if name != "-" {
			text, err := os.ReadFile(name)
			if err != nil {
				return nil, usagef("--file: %v", err)
			}
			sources = append(sources, source{name, string(text)})
			continue
		}
		if stdin {
			return nil, usagef("--file - is given twice, and standard input can be read only once")
		}
		stdin = true
		text, err := io.ReadAll(in)
		if err != nil {
			return nil, fmt.Errorf("standard input: %w", err)
		}
		sources = append(sources, source{"standard input", string(text)})
	}
	for i, text := range args {
		name := "argument"
		if len(args) > 1 {
			name = fmt.Sprintf("argument %d", i+1)
		}
		sources = append(sources, source{name, text})
	}
	return sources, nil
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
