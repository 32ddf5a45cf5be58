package auroradataapi

import (
	"context"
	"database/sql/driver"
	"fmt"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// CopySource hands out the rows for CopyFrom, as the source of pgx's CopyFrom
// does: Next, then Values, and in the end Err. Values are what an argument of a
// statement may be, one for each column.
type CopySource interface {
	// Next says whether there is another row.
	Next() bool
	// Values returns the row. It is not kept.
	Values() ([]any, error)
	// Err returns why there is no other row; nil if there are no more.
	Err() error
}

// CopyRows returns the rows of a slice.
func CopyRows(rows [][]any) CopySource { return &sliceSource{rows: rows} }

type sliceSource struct {
	rows [][]any
	next int
}

func (s *sliceSource) Next() bool {
	s.next++
	return s.next <= len(s.rows)
}
func (s *sliceSource) Values() ([]any, error) { return s.rows[s.next-1], nil }
func (s *sliceSource) Err() error             { return nil }

// CopySeq calls yield with a source that hands out the rows of a sequence, which
// ends with the first error.
func CopySeq(rows iter.Seq2[[]any, error], yield func(CopySource) error) error {
	next, stop := iter.Pull2(rows)
	defer stop()
	return yield(&seqSource{next: next})
}

type seqSource struct {
	next func() ([]any, error, bool)
	row  []any
	err  error
}

func (s *seqSource) Next() (ok bool) {
	if s.err == nil {
		s.row, s.err, ok = s.next()
	}
	return ok && s.err == nil
}
func (s *seqSource) Values() ([]any, error) { return s.row, nil }
func (s *seqSource) Err() error             { return s.err }

// CopyMode says what CopyFrom does with rows. Which keys are the same is the
// database's to say: 1.0 is 1, and A is a by some collations. Where the last of
// several wins, the ones before it may go unchecked, and rows are not inserted in the
// order of the source.
type CopyMode uint8

// The ways of loading rows.
const (
	// CopyInsert inserts all rows.
	CopyInsert CopyMode = iota
	// CopyIgnore inserts the rows whose key is not there yet: of several with the same
	// key, the first. MySQL passes over a row by an update that sets its key to what it
	// is, for which triggers on UPDATE run.
	CopyIgnore
	// CopyUpsert inserts the rows whose key is not there yet, and updates the others.
	// Of several rows with the same key, the last wins.
	CopyUpsert
	// CopyUpdate updates the rows whose key is there. Of several rows with the same
	// key, the last wins.
	CopyUpdate
)

// CopyOptions says how CopyFrom loads rows. The zero value inserts them in one
// transaction.
type CopyOptions struct {
	// Mode says what becomes of the rows, by their Key.
	Mode CopyMode
	// Key names the columns that tell rows apart, for every mode but CopyInsert.
	// For CopyIgnore and CopyUpsert there has to be a unique index on just these,
	// or the error is InvalidColumnReference. A row with NULL in its key is like no
	// other, unless its index has NULLS NOT DISTINCT. One that meets a row of another
	// key by another unique index is a UniqueViolation.
	Key []string
	// PerCall commits each call by itself, or all that a row of several calls takes.
	// That loads what can be loaded: a *CopyError says which rows are in the table.
	// Rows that were read but not sent when the source failed are not. Without it all
	// rows are loaded or none, by a transaction that is the caller's if there is one.
	PerCall bool
	// InFlight is how many calls are made at once; it needs PerCall. Zero is 1. Above
	// that, it is not defined which of several rows with the same key wins that are
	// in different calls.
	InFlight int
	// OnBadRow is called for each row that the database refuses for its values,
	// such as one that breaks a constraint or is too large, or that cannot be sent,
	// such as one of too few values; CopyFrom goes on without it, unless an error is
	// returned. A row that cannot be sent is reported before those of its call.
	// Finding a row among n of a call takes about 2·log2(n) calls more, in a
	// transaction 5·log2(n) for its savepoints, of which each call has one. If
	// OnBadRow is nil, the first such row is named in the error; in the caller's
	// transaction, the rows of its call are, unless that had but one. A constraint that
	// is deferred until the commit of a transaction is no row's: its error is an *Error.
	//
	// The source, OnBadRow and Progress are called by the goroutine that called CopyFrom;
	// with PerCall, OnBadRow and Progress may be by others, one at a time. If one
	// panics, so does CopyFrom when no call is under way any longer.
	OnBadRow func(BadRow) error
	// Progress, if not nil, is called after each call that loaded rows, which may be
	// thousands. Without PerCall they are not committed yet.
	Progress func(CopyProgress)
}

// BadRow is a row that the database refused, or that could not be sent.
type BadRow struct {
	// Row is its number, from 1, in the order of the source.
	Row int64
	// Err is what the database said, an *Error in it; or why the row was not sent.
	Err error
}

// CopyProgress tells how far CopyFrom has got.
type CopyProgress struct {
	Rows  int64 // rows that the database took so far; 0 after a load of all or none that failed
	Bytes int64 // bytes of them that were sent
	Calls int   // calls that carried rows, or pieces of one
}

// CopyResult is what CopyFrom did.
type CopyResult struct {
	CopyProgress
	// Affected is the number of rows that the database reports as inserted or
	// updated, without those that CopyIgnore passed over or that another one with
	// the same key won over in their call; on MySQL, CopyUpsert counts these, and
	// twice each row that it updates.
	Affected int64
	// Bad is the number of rows that OnBadRow was called for.
	Bad int64
}

// CopyFrom loads rows into a table with as few calls as possible: each is filled
// to the 4 MiB that a request may have, and the database takes its rows apart.
// On MySQL that needs JSON_TABLE, which Aurora MySQL has from version 3 on. db is
// an sql.DB, Conn or Tx, or what wraps one:
//
//	result, err := auroradataapi.CopyFrom(ctx, db, "orders", []string{"id", "note"},
//		auroradataapi.CopyRows(rows), auroradataapi.CopyOptions{})
//
// The table is written as SQL writes it, in quotes where it needs them; the
// columns are plain names. On PostgreSQL a value is written for the type of its
// column, as an argument is with ParamsInfer; on MySQL it becomes what INSERT makes of
// it, or is refused, as a number is by an ENUM. Bytes are a []byte: PostgreSQL reads a
// text for a bytea, such as \x00ff for two bytes, as of any statement. If it fails, the
// error tells the row, where one is to blame: a *CopyError. CopyRows is a source of rows
// in a slice, CopySeq one of a sequence.
//
// While a call is on its way, the rows of the next are read, so that the source is up to
// two calls ahead of what Progress tells of. What came of a call is told between two
// rows: a source must not wait for OnBadRow or Progress.
//
// The source, OnBadRow and Progress must not use the Tx or Conn that is loaded by, nor
// read an sql.Rows of it: database/sql has them wait for CopyFrom, which waits for
// them, for ever and past any deadline. Have them use another connection, or read the
// rows into a slice first.
//
// A row that is too large for a call travels in pieces, a call for each and some
// more, in the same transaction or one of its own; what a lost answer leaves in doubt
// is as of other rows. Bytes count double on PostgreSQL, and by a third more on MySQL.
// What the database cannot hold is a row to blame: on MySQL one of more than its
// max_allowed_packet, on PostgreSQL one of 256 MB as JSON.
func CopyFrom(ctx context.Context, db Execer, table string, columns []string, rows CopySource, options CopyOptions) (CopyResult, error) {
	if rows == nil {
		return CopyResult{}, errorf("CopyFrom: there is no source of rows; CopyRows makes one of a slice")
	}
	l := &load{table: table, columns: columns, rows: rows, options: options}
	_, err := db.ExecContext(ctx, l.String(), l)
	if err == nil && !l.ran {
		err = errorf("CopyFrom did not reach the driver: what wraps it leaves an argument out")
	}
	return l.result, err
}

// CopyFrom is the function CopyFrom for whoever has a Conn, from the Raw method of
// an sql.Conn.
func (c *Conn) CopyFrom(ctx context.Context, table string, columns []string, rows CopySource, options CopyOptions) (CopyResult, error) {
	return CopyFrom(ctx, rawExecer{c}, table, columns, rows, options)
}

// load is a CopyFrom on its way through database/sql, as an argument, and its
// result on the way back.
type load struct {
	table   string
	columns []string
	rows    CopySource
	options CopyOptions
	ran     bool
	result  CopyResult
}

// String stands for the statement, and where arguments are logged for the rows.
func (l *load) String() string {
	return fmt.Sprintf("COPY %s (%s) FROM STDIN", l.table, strings.Join(l.columns, ", "))
}

// loadOf returns the load among the arguments, or nil.
func loadOf(args []driver.NamedValue) *load {
	if len(args) == 1 {
		l, _ := args[0].Value.(*load)
		return l
	}
	return nil
}

// run loads the rows.
func (l *load) run(ctx context.Context, c *Conn) error {
	l.ran = true
	if err := c.usable(ctx); err != nil {
		return err
	}
	if err := l.options.check(l.columns); err != nil {
		return errorf("CopyFrom: %w", err)
	}
	if l.options.PerCall && c.tx.Load() != nil {
		return errorf("CopyFrom: PerCall commits each call by itself, and this connection is in a transaction")
	}
	if c.tx.Load() != nil || l.options.PerCall || !c.enclosed(call{}) {
		p, err := l.prepare(ctx, c, c.tx.Load())
		if err != nil {
			return err
		}
		l.result, err = p.run(ctx)
		return err
	}
	// To learn the columns takes a transaction, and the rows share it.
	own, err := c.begin(ctx, call{query: l.String()}, newLane())
	if err != nil {
		return err
	}
	prepared := false
	defer own.releaseUnless(ctx, &prepared)
	p, err := l.prepare(ctx, c, own)
	if err != nil {
		return err
	}
	prepared, p.tx = true, own
	l.result, err = p.run(ctx)
	return err
}

// prepare learns of the table what it takes to load rows into it, in a transaction
// perhaps. No row is read for a load that cannot be.
func (l *load) prepare(ctx context.Context, c *Conn, t *tx) (*copier, error) {
	s, err := c.copyStatement(ctx, t, l.table, l.columns, l.options)
	if err != nil {
		return nil, err
	}
	if n := utf8.RuneCountInString(s.LongStatement(c.dialect)); n > wire.MaxSQLChars { // the longer one of the two
		return nil, errorf("CopyFrom: the statement for %d columns has %d characters, and the Data API takes %d: load fewer columns, and the others by CopyUpdate behind them", len(l.columns), n, wire.MaxSQLChars)
	}
	return newCopier(c, s, l.rows, l.options), nil
}

func (o CopyOptions) check(columns []string) error {
	switch {
	case len(columns) == 0:
		return fmt.Errorf("there are no columns")
	case o.Mode > CopyUpdate:
		return fmt.Errorf("there is no mode %d", o.Mode)
	case o.Mode == CopyInsert && len(o.Key) > 0:
		return fmt.Errorf("a key is of no use to CopyInsert; choose CopyIgnore, CopyUpsert or CopyUpdate")
	case o.Mode != CopyInsert && len(o.Key) == 0:
		return fmt.Errorf("the mode needs a Key: the columns that tell rows apart")
	case o.InFlight < 0, o.InFlight > 1 && !o.PerCall:
		return fmt.Errorf("%d calls at once cannot share a transaction; set PerCall", o.InFlight)
	}
	if name, ok := repeated(columns); ok {
		return fmt.Errorf("the column %q is there twice", name)
	}
	if name, ok := repeated(o.Key); ok {
		return fmt.Errorf("the column %q is there twice in the Key", name)
	}
	for _, name := range o.Key {
		if !slices.Contains(columns, name) {
			return fmt.Errorf("the column %q of the Key is not among the columns", name)
		}
	}
	if (o.Mode == CopyUpsert || o.Mode == CopyUpdate) && len(o.Key) == len(columns) {
		return fmt.Errorf("there is no column outside of the Key that could be updated")
	}
	return nil
}

// repeated returns a name that is there more than once.
func repeated(names []string) (name string, ok bool) {
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			return name, true
		}
	}
	return "", false
}

// copyStatement learns the columns' types, in a transaction perhaps, and makes the
// statement.
func (c *Conn) copyStatement(ctx context.Context, t *tx, table string, columns []string, options CopyOptions) (dialect.Copy, error) {
	none := dialect.Copy{}
	parts, err := c.dialect.ParseTable(table)
	if err != nil {
		return none, errorf("CopyFrom: %w", err)
	}
	for _, name := range slices.Concat(parts, columns) {
		if p := c.dialect.NamesPlaceholder(name); p != "" {
			return none, errorf("CopyFrom: the service takes %s in the name `%s` for a parameter; load into a view that names it otherwise, or rename it", p, name)
		}
	}
	params := []wire.Parameter{{Name: "table", Value: wire.String(table)}}
	if c.dialect.GeneratedKeys { // the information schema, which knows names without quotes
		database := ""
		if len(parts) > 1 {
			database = parts[0]
		}
		params = []wire.Parameter{
			{Name: "table", Value: wire.String(parts[len(parts)-1])},
			{Name: "database", Value: wire.String(database)},
		}
	}
	types, err := c.copyTypes(ctx, t, table, params)
	if err != nil {
		return none, err
	}
	if len(types) == 0 {
		return none, c.copyNoTable(ctx, t, table)
	}
	s := dialect.Copy{Table: table, Mode: dialect.CopyMode(options.Mode), Key: options.Key}
	for _, name := range columns {
		column, ok := types[name]
		if !ok {
			return none, errorf("CopyFrom: the table %s has no column %q; it has %s", table, name, strings.Join(sortedKeys(types), ", "))
		}
		s.Columns = append(s.Columns, column)
	}
	return s, c.copyKey(ctx, t, s, params)
}

// copyTypes asks for the columns of a table, and returns them by their names.
func (c *Conn) copyTypes(ctx context.Context, t *tx, table string, params []wire.Parameter) (map[string]dialect.CopyColumn, error) {
	types := make(map[string]dialect.CopyColumn)
	err := c.copyAsk(ctx, t, "the columns of the table "+table, c.dialect.ColumnTypes(), params, func(row []wire.Field) bool {
		column, ok := c.dialect.ReadColumn(row)
		types[column.Name] = column
		return ok
	})
	return types, err
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
