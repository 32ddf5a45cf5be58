package auroradataapi

import (
	"context"
	"database/sql/driver"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
)

// stmt is a prepared statement: its text and what the lexer found in it.
type stmt struct {
	conn   *Conn
	query  string
	parsed *dialect.Statement
}

var (
	_ driver.Stmt             = (*stmt)(nil)
	_ driver.StmtExecContext  = (*stmt)(nil)
	_ driver.StmtQueryContext = (*stmt)(nil)
)

// NumInput returns -1, which leaves the counting of arguments to the driver: an
// Option among them is none.
func (s *stmt) NumInput() int { return -1 }

func (s *stmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	return s.conn.exec(ctx, call{query: s.query, parsed: s.parsed, args: args})
}

func (s *stmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return s.conn.query(ctx, call{query: s.query, parsed: s.parsed, args: args})
}

// Close does nothing: there is nothing on the server.
func (s *stmt) Close() error { return nil }

// Exec and Query are for callers that wrap drivers: database/sql itself prefers
// their successors.

func (s *stmt) Exec(args []driver.Value) (driver.Result, error) {
	return s.ExecContext(context.Background(), positional(args))
}

func (s *stmt) Query(args []driver.Value) (driver.Rows, error) {
	return s.QueryContext(context.Background(), positional(args))
}

func positional(args []driver.Value) []driver.NamedValue {
	named := make([]driver.NamedValue, len(args))
	for i, arg := range args {
		named[i] = driver.NamedValue{Ordinal: i + 1, Value: arg}
	}
	return named
}
