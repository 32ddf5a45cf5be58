package auroradataapi

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
)

// MultiStatements says what is done with a text of several statements, which the
// Data API does not take.
type MultiStatements string

// The ways to treat a text of several statements.
const (
	// MultiStatementsOff refuses it before anything is sent. This is the default.
	MultiStatementsOff MultiStatements = ""
	// MultiStatementsOn runs the statements one after the other, each by a call of
	// its own. BEGIN, COMMIT and ROLLBACK among them make a transaction of what
	// they enclose.
	MultiStatementsOn MultiStatements = "true"
	// MultiStatementsInTransaction runs them in one transaction, all or nothing;
	// but DDL of MySQL commits. Inside a transaction of the caller's they run in
	// that one.
	MultiStatementsInTransaction MultiStatements = "transaction"
)

func (m MultiStatements) check() error {
	switch m {
	case MultiStatementsOff, MultiStatementsOn, MultiStatementsInTransaction:
		return nil
	}
	return fmt.Errorf("%q is nothing to do with several statements; there are true, transaction and false", string(m))
}

// ScriptError is a statement of a text of several that failed. The statements
// behind it were not executed.
type ScriptError struct {
	// Number is the statement's, from 1, of Of in all. Line is the line of the text,
	// from 1, on which the error is, or else the statement begins.
	Number, Of, Line int
	// Applied is the number of statements in front of it that were executed and
	// not rolled back since. In a transaction of the caller's they are part of it.
	// Those of a transaction whose commit is ErrCommitUnknown are not counted.
	Applied int
	// Err is the error of the statement.
	Err error
}

// Error says why and which statement failed, the database's words first, for the
// programs that look into them.
func (e *ScriptError) Error() string {
	before := "nothing in front of it is in force"
	switch {
	case errors.Is(e.Err, ErrCommitUnknown):
		before = "its transaction may be in force"
	case e.Applied > 0:
		before = fmt.Sprintf("%d in front of it were executed", e.Applied)
	}
	return fmt.Sprintf("%v (statement %d of %d, line %d; %s)", e.Err, e.Number, e.Of, e.Line, before)
}

// Unwrap returns Err.
func (e *ScriptError) Unwrap() error { return e.Err }

// step is where a statement stands in a script.
type step struct {
	number, of, line int
	bracket          dialect.Bracket
	inside           bool // others follow, or a transaction of the script's is open
	within           *tx  // that transaction, or nil
}

// checkSingle refuses a text of several statements.
func (q call) checkSingle() error {
	if !q.parsed.Several() {
		return nil
	}
	parts, err := q.parsed.Split()
	if err != nil || len(parts) < 2 {
		return nil // a broken text the database refuses
	}
	return errorf("the text has %d statements, the second on line %d, and the Data API takes one at a time; set multi_statements=true in the data source name to have them run one after the other", len(parts), parts[1].Line)
}

// scripted returns the statements of a text of several, if that is what the call
// is and they may be run. Of a single one behind a DELIMITER command it leaves the
// statement in the call.
func (c *Conn) scripted(q *call) ([]call, error) {
	if c.cfg.MultiStatements == MultiStatementsOff {
		return nil, nil
	}
	parts, err := q.parsed.Split()
	if err != nil {
		return nil, errorf("%w", err)
	}
	switch {
	case len(parts) == 0:
		return nil, nil // the database knows what to say
	case len(parts) == 1:
		if p := parts[0]; p.Delimited {
			q.query, q.parsed = p.SQL, c.dialect.Parse(p.SQL)
		}
		return nil, nil
	case len(q.args) > 0:
		return nil, errorf("the text has %d statements, and arguments go with a single one; run them one by one, or write the values into the text", len(parts))
	}
	steps := make([]call, len(parts))
	for i, p := range parts {
		steps[i] = call{query: p.SQL, parsed: c.dialect.Parse(p.SQL), options: q.options, rows: q.rows}
		steps[i].step = step{number: i + 1, of: len(parts), line: p.Line}
	}
	return steps, c.checkScript(steps)
}

// checkScript finds what is wrong with a script before any of it is sent, and
// marks where its transactions begin and end.
func (c *Conn) checkScript(steps []call) error {
	atomic := c.cfg.MultiStatements == MultiStatementsInTransaction && c.tx.Load() == nil
	whole := atomic || c.tx.Load() != nil
	open := false
	for i := range steps {
		q := &steps[i]
		q.inside = open || i < len(steps)-1 || atomic
		err := q.check()
		if err == nil && !whole && !open {
			err = c.checkSession(*q)
		}
		if b := q.parsed.Bracket(); b != dialect.NoBracket && !whole {
			if (b == dialect.BracketBegin) == open {
				err = errorf("the statement %.40q does not fit: the text has %s a transaction there", q.query, map[bool]string{true: "begun", false: "not begun"}[open])
			} else {
				err, q.bracket, open = nil, b, !open
			}
		}
		if err != nil {
			return q.failed(0, err)
		}
	}
	if open {
		last := &steps[len(steps)-1]
		return last.failed(0, errorf("the text begins a transaction and does not end it; write COMMIT or ROLLBACK"))
	}
	return nil
}

// failed makes the error of a step.
func (q call) failed(applied int, err error) error {
	e := &ScriptError{Number: q.number, Of: q.of, Line: q.line, Applied: applied, Err: err}
	var answer *Error
	if errors.As(err, &answer) && answer.Position > 0 && answer.Statement == q.query {
		at := []rune(q.query)
		e.Line += strings.Count(string(at[:min(answer.Position-1, len(at))]), "\n")
	}
	return e
}

// execScript runs a script for its effect. Its result is that of the last
// statement, as with other drivers.
func (c *Conn) execScript(ctx context.Context, steps []call) (driver.Result, error) {
	var last driver.Result = driver.ResultNoRows
	err := (&script{conn: c}).run(ctx, steps, func(q call) (err error) {
		last, err = c.execOne(ctx, q)
		return err
	})
	if err != nil {
		return nil, err
	}
	return last, nil
}

// queryScript runs a script for its rows. All of it is executed, whether or not
// the caller goes on to the last result.
func (c *Conn) queryScript(ctx context.Context, steps []call) (driver.Rows, error) {
	sets := &resultSets{}
	err := (&script{conn: c}).run(ctx, steps, func(q call) error {
		rows, err := c.queryRows(ctx, q)
		if err != nil {
			return err
		}
		return sets.add(rows)
	})
	if err != nil {
		_ = sets.Close() // err says more
		return nil, err
	}
	return sets, nil
}
