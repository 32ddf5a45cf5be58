package auroradataapi

import (
	"cmp"
	"fmt"
)

// ParamMode says which type an argument has in the database.
type ParamMode string

// The modes.
const (
	// ParamsInfer has PostgreSQL tell which types the parameters of a statement
	// have, as pgx and lib/pq do, and sends each argument as that type: a string
	// for a uuid, a map for a jsonb column, a time.Time for a date. The first time
	// a statement is seen that costs a call, in a transaction two; statements
	// whose arguments have their types by themselves cost none. Where the user or the
	// service does not let it ask, which a Tracer sees as a failed call of the kind
	// CallDescribe, the driver asks no more and does what ParamsBind says.
	//
	// MySQL converts by itself, but for one thing: a []byte travels as a blob, of which
	// it makes no JSON, and no text of another character set than UTF-8. Bytes that are
	// UTF-8 are sent as a text, as go-sql-driver sends all, where they are written into
	// such a column by an INSERT, REPLACE or UPDATE of one table, whose columns are asked
	// for by a call the first time, and where a function of JSON has them.
	//
	// It is the default.
	ParamsInfer ParamMode = "infer"
	// ParamsBind gives each argument the type of its Go type, as a hand-written
	// call of the Data API does.
	ParamsBind ParamMode = "bind"
	// ParamsLiteral writes the arguments into the statement as quoted literals,
	// which PostgreSQL gives the type that fits. It costs no calls, and the values
	// show in the database's logs and statistics. Values for which the statement
	// has no room are bound.
	ParamsLiteral ParamMode = "literal"
)

func (m ParamMode) check() error {
	switch m {
	case "", ParamsInfer, ParamsBind, ParamsLiteral:
		return nil
	}
	return fmt.Errorf("%q is no way of sending parameters; there are infer, bind and literal", m)
}

// params returns the mode of the connection.
func (c *Conn) params() ParamMode {
	return cmp.Or(c.cfg.Params, ParamsInfer)
}
