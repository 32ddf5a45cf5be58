package server

import (
	"context"
	"database/sql"
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
	disguised   bool // whether the role may have been changed
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

// foresee notes that a statement may change the default database or the role,
// which no reset brings back. To be wrong costs a question at the end, or the
// connection.
func (s *mysqlSession) foresee(text string) {
	text = strings.ToLower(text)
	for _, word := range [...]string{"use", "execute", "call", "drop"} {
		s.wandering = s.wandering || strings.Contains(text, word)
	}
	for _, word := range [...]string{"role", "resource", "execute", "call"} {
		s.disguised = s.disguised || strings.Contains(text, word)
	}
}

func (s *mysqlSession) run(ctx context.Context, st statement) (*result, error) {
	if err := checkComplete(st.params); err != nil {
		return nil, err
	}
	args, typed, err := mysqlBind(st.params)
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
		res, err = q.run(args, typed, st)
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
			args, typed, err := mysqlBind(set)
			if err != nil {
				return err
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			res, err := q.run(args, typed, statement{})
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
