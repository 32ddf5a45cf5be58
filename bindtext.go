package auroradataapi

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"slices"
	"sync"
	"unicode/utf8"

	"github.com/auroradataapi/auroradataapi/internal/awsapi"
	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// A []byte travels as a blob, which arrives as it is whatever it holds. MySQL makes
// no JSON of one, and no text of another character set, where go-sql-driver sends a
// text for a []byte. So one that is UTF-8 is sent as a text where MySQL says that it
// is written into such a column, and where a function of JSON has it.

// isText says whether an argument is bytes that can be sent as a text.
func isText(arg driver.NamedValue) bool {
	b, ok := arg.Value.([]byte)
	return ok && b != nil && utf8.Valid(b)
}

// bindTexts binds arguments for MySQL.
func (c *Conn) bindTexts(ctx context.Context, q call) (bound, error) {
	b, err := c.bindPlain(q)
	if err != nil || !slices.ContainsFunc(q.args, isText) {
		return b, err
	}
	args, err := c.withTexts(ctx, q)
	if err != nil || args == nil {
		return b, err
	}
	q.args = args
	return c.bindPlain(q)
}

// setsWithTexts puts texts into the sets of a batch.
func (c *Conn) setsWithTexts(ctx context.Context, q call, sets [][]driver.NamedValue) error {
	if c.params() != ParamsInfer || c.dialect.TypedParameters {
		return nil
	}
	for i, set := range sets {
		if !slices.ContainsFunc(set, isText) {
			continue
		}
		q.args = set
		args, err := c.withTexts(ctx, q)
		if err != nil {
			return err
		}
		if args != nil {
			sets[i] = args
		}
	}
	return nil
}

// withTexts returns arguments with texts for the bytes that are to be some; nil if
// there are none.
func (c *Conn) withTexts(ctx context.Context, q call) ([]driver.NamedValue, error) {
	names := make([]dialect.Arg, len(q.args))
	for i, arg := range q.args {
		names[i].Name = arg.Name
	}
	texts := q.parsed.InJSON(names)
	targets, ok := q.parsed.Targets(names)
	var columns []*dialect.CopyColumn
	if ok && slices.ContainsFunc(targets.Of, func(to dialect.Target) bool { return !to.None() }) {
		all, err := c.columns(ctx, q, targets)
		if err != nil {
			if err = c.undescribed(q, err); err != nil {
				return nil, err
			}
		}
		columns = targets.Columns(all)
	}
	var args []driver.NamedValue
	for i, arg := range q.args {
		if !isText(arg) {
			continue
		}
		text := arg.Value.([]byte)
		if is := texts[i] || columns != nil && columns[i] != nil && columns[i].WantsText(text); !is {
			continue
		}
		if args == nil {
			args = slices.Clone(q.args)
		}
		args[i].Value = string(text)
	}
	return args, nil
}

// columns returns the columns of a table: from memory, or from MySQL. There are none
// where they are not told.
func (c *Conn) columns(ctx context.Context, q call, of dialect.Targets) ([]dialect.CopyColumn, error) {
	memory, key := &c.connector.tables, tableKey{of.Database, of.Table}
	if c.redefines(q) { // what is there is so in the transaction only
		return c.askColumns(ctx, q, of)
	}
	known, generation := memory.get(key)
	if known != nil {
		return known, nil
	}
	columns, err := c.askColumns(ctx, q, of)
	if err == nil {
		memory.put(key, columns, generation)
	}
	return columns, err
}

// askColumns asks for the columns of a table, outside of the transaction, whose first
// query would take its snapshot.
func (c *Conn) askColumns(ctx context.Context, q call, of dialect.Targets) ([]dialect.CopyColumn, error) {
	q.options = options{}
	resp, err := c.run(ctx, CallDescribe, q, nil, nil, wire.ExecuteRequest{SQL: c.dialect.ColumnTypes(), Parameters: []wire.Parameter{
		{Name: "table", Value: wire.String(of.Table)}, {Name: "database", Value: wire.String(of.Database)},
	}})
	switch {
	case errors.Is(err, InsufficientPrivilege):
		return nil, &notDescribedError{text: "the database does not tell the columns of the table", err: err}
	case errors.As(err, new(*awsapi.OutcomeUnknownError)):
		return nil, err
	case err != nil:
		return nil, &notRunError{err}
	}
	defer resp.Records.Close()
	var columns []dialect.CopyColumn
	var row []wire.Field
	for {
		row, err = resp.Records.Next(row)
		if err == io.EOF {
			return columns, nil
		}
		if err != nil {
			return nil, &notRunError{errorf("the answer to the question for the columns of the table %s cannot be read: %w", of.Table, err)}
		}
		column, ok := c.dialect.ReadColumn(row)
		if !ok {
			return nil, &notRunError{errorf("the answer to the question for the columns of the table %s has a row of another form", of.Table)}
		}
		columns = append(columns, column)
	}
}

// forgetTable forgets the columns of a statement's table after an error that says that
// they are others by now.
func (c *Conn) forgetTable(q call, err error) {
	var refused *Error
	if errors.As(err, &refused) && refused.Number == dialect.ErrorBinaryJSON {
		if of, ok := q.parsed.Targets(nil); ok {
			c.connector.tables.forget(tableKey{of.Database, of.Table})
		}
	}
}

// tables remembers the columns of tables. It is safe for concurrent use.
type tables struct {
	mu         sync.Mutex
	of         map[tableKey][]dialect.CopyColumn
	generation int // how often all was forgotten
}

// tableKey is a table as a statement has it: the database may be empty.
type tableKey struct{ database, table string }

// maxTables bounds the tables that are remembered.
const maxTables = 1000

// get returns the columns of a table, nil if they are not known, and the generation.
func (m *tables) get(key tableKey) ([]dialect.CopyColumn, int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.of[key], m.generation
}

// put remembers the columns of a table that were asked for in a generation. None are
// not remembered: the table may be made by somebody else.
func (m *tables) put(key tableKey, columns []dialect.CopyColumn, generation int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if generation != m.generation || len(columns) == 0 {
		return
	}
	if m.of == nil {
		m.of = make(map[tableKey][]dialect.CopyColumn)
	}
	if len(m.of) >= maxTables {
		for any := range m.of {
			delete(m.of, any)
			break
		}
	}
	m.of[key] = columns
}

func (m *tables) forget(key tableKey) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.of, key)
}

// clear forgets all, and what is about to be learnt.
func (m *tables) clear() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.of = nil
	m.generation++
}
