package server

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"io"
	"math"
	"strings"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// mysqlSession is a connection to MySQL.
type mysqlSession struct {
	engine *mysqlEngine
	pool   *mysqlPool
	to     login
	conn   *sql.Conn
	tap    *mysqlTap

	interrupted bool // whether the last statement was killed
	wandering   bool // whether the default database may have been changed
	deadlocked  bool // whether the database rolled the transaction back
	lost        bool // whether the database said that it ends the connection
}

// use lends the connection.
func (s *mysqlSession) use(f func(*mysqlConn) error) error {
	return s.conn.Raw(func(conn any) error { return f(conn.(*mysqlConn)) })
}

func (s *mysqlSession) id() int64 { return s.tap.id }

func (s *mysqlSession) broken() bool {
	alive := false
	_ = s.use(func(c *mysqlConn) error { alive = c.IsValid(); return nil }) // not if it fails
	return !alive || s.lost
}

func (s *mysqlSession) close() { s.engine.release(s) }

func (s *mysqlSession) begin(ctx context.Context) error {
	s.deadlocked = false
	return s.command(ctx, "START TRANSACTION")
}

// commit reports false after a deadlock, for which the database has rolled the
// transaction back. What ran since then has been committed by itself (F0243).
func (s *mysqlSession) commit(ctx context.Context) (bool, error) {
	err := s.command(ctx, "COMMIT")
	return !s.deadlocked, err
}

func (s *mysqlSession) rollback(ctx context.Context) error { return s.command(ctx, "ROLLBACK") }

// command runs a statement of the server itself.
func (s *mysqlSession) command(ctx context.Context, text string) error {
	err := s.guarded(ctx, func(c *mysqlConn) error {
		_, err := c.exec(context.Background(), text)
		return err
	})
	return s.failed(err)
}

// failed notes what an error says of the session and returns the service's.
func (s *mysqlSession) failed(err error) error {
	if err == nil {
		return nil
	}
	s.deadlocked = s.deadlocked || mysqlNumber(err) == numDeadlock
	s.lost = s.lost || mysqlEnded(err)
	return mysqlExecuteError(err)
}

// foresee notes that a statement may change the default database, which no
// reset brings back. To be wrong costs a question at the end.
func (s *mysqlSession) foresee(text string) {
	text = strings.ToLower(text)
	for _, word := range [...]string{"use", "execute", "call", "drop"} {
		s.wandering = s.wandering || strings.Contains(text, word)
	}
}

func (s *mysqlSession) run(ctx context.Context, st statement) (*result, error) {
	if err := checkComplete(st.params); err != nil {
		return nil, err
	}
	args, blobs, err := mysqlBind(st.params)
	if err != nil {
		return nil, err
	}
	s.foresee(st.sql.SQL)
	var res *result
	err = s.guarded(ctx, func(c *mysqlConn) error {
		q, err := prepareMySQL(c, st.sql.SQL, len(args))
		if err != nil {
			return err
		}
		defer q.close()
		res, err = q.run(args, blobs, st)
		return err
	})
	return res, s.outcome(ctx, err)
}

// outcome is how a guarded statement ended. One that was killed need not fail:
// SLEEP returns, and the statement with it. It counts as cancelled (F0242).
func (s *mysqlSession) outcome(ctx context.Context, err error) error {
	if err == nil && s.interrupted {
		err = ctx.Err()
	}
	return s.failed(err)
}

func (s *mysqlSession) runAll(ctx context.Context, sql dialect.Engine, sets [][]wire.Parameter) ([][]wire.Field, error) {
	s.foresee(sql.SQL)
	generated := make([][]wire.Field, 0, len(sets))
	err := s.guarded(ctx, func(c *mysqlConn) error {
		q, err := prepareMySQL(c, sql.SQL, len(sql.Names))
		if err != nil {
			return err
		}
		defer q.close()
		for _, set := range sets {
			args, blobs, err := mysqlBind(set)
			if err != nil {
				return err
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			res, err := q.run(args, blobs, statement{})
			if err != nil && !isResultError(err) {
				return err
			}
			var keys []wire.Field
			if res != nil {
				keys = res.generated
			}
			generated = append(generated, keys)
		}
		return nil
	})
	return generated, s.outcome(ctx, err)
}

// isResultError reports whether an error is about rows, which a batch has no use
// for.
func isResultError(err error) bool {
	_, ok := err.(*wire.Error)
	return ok
}

// mysqlQuery is a statement that is ready to run.
type mysqlQuery struct {
	conn *mysqlConn
	stmt driver.Stmt // nil for one that cannot be prepared
	text string
}

// prepareMySQL prepares a statement, so that its parameters are bound by the
// database and values come as they are. What the database cannot prepare, and
// what has no parameters, runs as text.
func prepareMySQL(c *mysqlConn, text string, params int) (*mysqlQuery, error) {
	stmt, err := c.Conn.Prepare(text)
	if err != nil && (mysqlNumber(err) != numUnpreparable || params > 0) {
		return nil, err
	}
	if err != nil {
		return &mysqlQuery{conn: c, text: text}, nil
	}
	if stmt.NumInput() != params {
		_ = stmt.Close() // says nothing new
		return nil, errWrongArguments()
	}
	return &mysqlQuery{conn: c, stmt: stmt, text: text}, nil
}

func (q *mysqlQuery) close() {
	if q.stmt != nil {
		_ = q.stmt.Close() // a broken connection shows in its next use
	}
}

// run executes the statement and reads the first of its results.
func (q *mysqlQuery) run(args []driver.NamedValue, blobs []int, st statement) (*result, error) {
	rows, err := q.query(args, blobs)
	if err != nil {
		return nil, err
	}
	// The rest is read and dropped: further results, and rows beyond the limit.
	res, err := q.read(rows, st)
	if closing := drain(rows); closing != nil {
		return nil, closing
	}
	return res, err
}

func (q *mysqlQuery) query(args []driver.NamedValue, blobs []int) (driver.Rows, error) {
	q.conn.tap.blobs = blobs
	defer func() { q.conn.tap.blobs = nil }()
	if q.stmt == nil {
		return q.conn.Conn.(driver.QueryerContext).QueryContext(context.Background(), q.text, nil)
	}
	return q.stmt.(driver.StmtQueryContext).QueryContext(context.Background(), args)
}

// drain reads what is left of the results. A result that fails is the
// statement's failure.
func drain(rows driver.Rows) error {
	defer rows.Close()
	further, ok := rows.(driver.RowsNextResultSet)
	for ok {
		if err := further.NextResultSet(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
	return nil
}

// read makes what the service returns of the first result.
func (q *mysqlQuery) read(rows driver.Rows, st statement) (*result, error) {
	reply := q.conn.tap.reply
	names := rows.Columns()
	if len(names) == 0 {
		return &result{updated: reply.affected, generated: generatedKeys(reply.insertID)}, nil
	}
	if reply.broken || len(reply.columns) != len(names) {
		return nil, wire.NewError(wire.CodeInternalServerError, "the database described the columns in a form that is not known")
	}
	res := &result{returnsRows: true, labels: append([]string(nil), names...)}
	if st.metadata {
		for i := range reply.columns {
			res.columns = append(res.columns, reply.columns[i].describe())
		}
	}
	var err error
	res.rows, err = readMySQLRows(rows, reply.columns, st.options)
	return res, err
}

// readMySQLRows reads rows up to the size that the service returns.
func readMySQLRows(rows driver.Rows, columns []mysqlColumn, options wire.ResultSetOptions) ([][]wire.Field, error) {
	types := make([]*dialect.Type, len(columns))
	for i := range columns {
		if types[i] = dialect.MySQL.TypeByName(columns[i].typeName()); types[i] == nil {
			return nil, mysqlUnreadable(&columns[i])
		}
	}
	read := [][]wire.Field{}
	values := make([]driver.Value, len(columns))
	size := 0
	var unreadable error
	for {
		if err := rows.Next(values); err == io.EOF {
			return read, unreadable
		} else if err != nil {
			return nil, err
		}
		row, octets := make([]wire.Field, len(columns)), 0
		for i, v := range values {
			f, n, err := mysqlValue(&columns[i], types[i], v, options)
			if unreadable == nil {
				unreadable = err
			}
			row[i] = f
			octets += n
		}
		if size += wire.ResultRowBytes(len(columns), octets); size > wire.MaxResultBytes {
			return nil, resultTooLarge()
		}
		read = append(read, row)
	}
}

// generatedKeys returns what a statement generated: one key, the first of
// several rows. A choice (F0241).
func generatedKeys(id uint64) []wire.Field {
	switch {
	case id == 0:
		return []wire.Field{}
	case id > math.MaxInt64:
		f, _, _ := mysqlUnsigned(id, wire.ResultSetOptions{}) // never fails
		return []wire.Field{f}
	default:
		return []wire.Field{wire.Long(int64(id))}
	}
}

// mysqlBind turns parameters into what the driver takes, and says which are
// blobs. The database converts texts by itself (F0038).
func mysqlBind(params []wire.Parameter) (args []driver.NamedValue, blobs []int, err error) {
	args = make([]driver.NamedValue, len(params))
	for i, p := range params {
		if p.TypeHint == wire.HintUUID { // (F0251)
			return nil, nil, invalid("The typeHint UUID of parameter %s is not supported by MySQL", p.Name)
		}
		args[i].Ordinal = i + 1
		switch p.Value.Kind() {
		case wire.KindBoolean:
			args[i].Value = p.Value.Boolean()
		case wire.KindLong:
			args[i].Value = p.Value.Long()
		case wire.KindDouble:
			args[i].Value = p.Value.Double()
		case wire.KindString:
			args[i].Value = p.Value.Str()
		case wire.KindBlob:
			args[i].Value = append([]byte{}, p.Value.Blob()...) // not nil, which is NULL
			blobs = append(blobs, i)
		}
	}
	return args, blobs, nil
}
