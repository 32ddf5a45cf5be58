package server

import (
	"context"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// engine is a database server as the service uses it.
type engine interface {
	// open returns a session in its initial state.
	open(context.Context, login) (session, error)
	// close closes every connection, after every session was closed.
	close()
}

// login is who opens a session on which database.
type login struct{ user, password, database string }

// session is a connection for one user at a time. When the context of a method
// ends, what is running is cancelled in the database, and the session is either
// usable again or broken. The errors are those of the service.
type session interface {
	// run executes a statement.
	run(context.Context, statement) (*result, error)
	// runAll executes a statement once for each set of parameters and returns
	// the keys each generated. It stops at the first that fails.
	runAll(ctx context.Context, sql dialect.Engine, sets [][]wire.Parameter) ([][]wire.Field, error)
	// begin starts a transaction.
	begin(context.Context) error
	// commit ends a transaction. It reports false if the database rolled it back
	// instead.
	commit(context.Context) (bool, error)
	// rollback ends a transaction.
	rollback(context.Context) error
	// id is the database's number of the connection.
	id() int64
	// broken reports whether the connection is lost.
	broken() bool
	// close gives the session up. An open transaction is rolled back.
	close()
}

// statement is a statement to execute.
type statement struct {
	sql      dialect.Engine
	params   []wire.Parameter // one for each placeholder
	metadata bool             // whether the columns are to be described
	options  wire.ResultSetOptions
	most     int // bytes of the result, see Sizes.ResultBytes
}

// result is what a statement returned.
type result struct {
	returnsRows bool
	labels      []string // of the columns
	columns     []wire.ColumnMetadata
	rows        [][]wire.Field
	updated     int64
	generated   []wire.Field // nil if the statement returned rows
}
