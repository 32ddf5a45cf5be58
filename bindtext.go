package auroradataapi

import (
	"context"
	"database/sql/driver"
	"errors"
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
	args, changed, err := c.newTexter(q).texts(ctx, q.args)
	if err != nil || !changed {
		return b, err
	}
	q.args = args
	return c.bindPlain(q)
}

// setsWithTexts puts texts into the sets of a batch.
func (c *Conn) setsWithTexts(ctx context.Context, q call, sets [][]driver.NamedValue) (err error) {
	if c.params() != ParamsInfer || c.dialect.TypedParameters {
		return nil
	}
	t := c.newTexter(q)
	for i, set := range sets {
		if !slices.ContainsFunc(set, isText) {
			continue
		}
		if sets[i], _, err = t.texts(ctx, set); err != nil {
			return err
		}
	}
	return nil
}

// texter makes texts of the bytes of a statement, for one set of arguments after another.
type texter struct {
	conn    *Conn
	call    call
	names   []dialect.Arg // of the arguments that were seen last, and what is known of them
	inJSON  [][]bool
	targets dialect.Targets
	asked   bool
	columns []dialect.CopyColumn // of the table
}

func (c *Conn) newTexter(q call) *texter { return &texter{conn: c, call: q} }

// texts returns arguments with texts for the bytes that are to be some, if there are any.
func (t *texter) texts(ctx context.Context, args []driver.NamedValue) (_ []driver.NamedValue, changed bool, _ error) {
	t.read(args)
	if t.targets.Any() && !t.asked {
		var err error
		if t.columns, err = t.conn.columns(ctx, t.call, t.targets); err != nil {
			if err = t.conn.undescribed(t.call, err); err != nil {
				return args, false, err
			}
		}
		t.asked = true
	}
	for i, arg := range args {
		if !isText(arg) || !t.wantsText(i, arg.Value.([]byte)) {
			continue
		}
		if !changed {
			args, changed = slices.Clone(args), true
		}
		args[i].Value = string(arg.Value.([]byte))
	}
	return args, changed, nil
}

// read reads what the statement does with arguments of these names.
func (t *texter) read(args []driver.NamedValue) {
	same := func(arg driver.NamedValue, name dialect.Arg) bool { return arg.Name == name.Name }
	if t.names != nil && slices.EqualFunc(args, t.names, same) {
		return
	}
	t.names = make([]dialect.Arg, len(args))
	for i, arg := range args {
		t.names[i].Name = arg.Name
	}
	t.inJSON = t.call.parsed.InJSON(t.names)
	t.targets, _ = t.call.parsed.Targets(t.names)
}

// wantsText says whether bytes have to travel as a text in each place of their argument.
func (t *texter) wantsText(arg int, b []byte) bool {
	for i, in := range t.inJSON[arg] {
		if in {
			continue
		}
		var column *dialect.CopyColumn
		if arg < len(t.targets.Of) && i < len(t.targets.Of[arg]) {
			column = t.targets.Column(t.targets.Of[arg][i], t.columns)
		}
		if column == nil || !column.WantsText(b) {
			return false
		}
	}
	return len(t.inJSON[arg]) > 0
}

// columns returns the columns of a table: from memory, or from MySQL. There are none
// where they are not told.
func (c *Conn) columns(ctx context.Context, q call, of dialect.Targets) ([]dialect.CopyColumn, error) {
	if c.redefines(q) { // by a USE, perhaps, so that only the transaction can tell
		return c.askColumns(ctx, q, c.transaction(q), of)
	}
	memory, key := &c.connector.tables, tableKey{of.Database, of.Table}
	known, generation := memory.get(key)
	if known != nil {
		return known, nil
	}
	// Outside of a transaction, whose first query would take its snapshot.
	columns, err := c.askColumns(ctx, q, nil, of)
	if err == nil {
		memory.put(key, columns, generation)
	}
	return columns, err
}

// askColumns asks for the columns of a table, in a transaction perhaps.
func (c *Conn) askColumns(ctx context.Context, q call, t *tx, of dialect.Targets) ([]dialect.CopyColumn, error) {
	q.options = options{}
	resp, err := c.run(ctx, CallDescribe, q, nil, t, wire.ExecuteRequest{SQL: c.dialect.ColumnTypes(), Parameters: []wire.Parameter{
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
	var columns []dialect.CopyColumn
	err = readAnswer(resp, "the columns of the table "+of.Table, func(row []wire.Field) bool {
		column, ok := c.dialect.ReadColumn(row)
		columns = append(columns, column)
		return ok
	})
	if err != nil {
		return nil, &notRunError{errorf("%w", err)}
	}
	return columns, nil
}

// forgetTable forgets the columns of a statement's table after an error that says that
// they are others by now.
func (c *Conn) forgetTable(q call, err error) {
	if err == nil {
		return
	}
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

// put remembers the columns of a table that were asked for in a generation. An answer
// without any is not remembered: somebody else may make the table.
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
