package server

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// returningCounts says whether a statement that returns rows also counts those
// it changed. For RETURNING that is a choice (F0230).
const returningCounts = false

// pgSession is a connection to PostgreSQL.
type pgSession struct {
	conn    *pgxpool.Conn
	pc      *pgconn.PgConn
	guard   *guard
	shared  *catalog // what the pool knows
	catalog *catalog // what this session knows: more, after DDL that is not committed
	leave   func()
}

func (s *pgSession) id() int64 { return int64(s.pc.PID()) }

func (s *pgSession) broken() bool { return s.pc.IsClosed() }

func (s *pgSession) close() {
	s.publish()
	s.conn.Release() // closes what is not idle
	s.leave()
}

func (s *pgSession) begin(ctx context.Context) error {
	_, err := s.command(ctx, "BEGIN")
	return err
}

func (s *pgSession) commit(ctx context.Context) (bool, error) {
	defer s.publish()
	tag, err := s.command(ctx, "COMMIT")
	return tag == "COMMIT", err
}

func (s *pgSession) rollback(ctx context.Context) error {
	defer s.publish()
	_, err := s.command(ctx, "ROLLBACK")
	return err
}

// command runs a statement of the server itself and returns its tag.
func (s *pgSession) command(ctx context.Context, sql string) (string, error) {
	results, err := s.pc.Exec(ctx, sql).ReadAll()
	if err != nil {
		return "", executeError(err, dialect.Engine{SQL: sql})
	}
	tag := ""
	for _, r := range results {
		tag = r.CommandTag.String()
	}
	return tag, nil
}

// noteDDL drops what is known of tables and types after a statement that may
// have changed some. Until its transaction ends, the change is this session's.
func (s *pgSession) noteDDL(tag pgconn.CommandTag) {
	switch verb, _, _ := strings.Cut(tag.String(), " "); verb {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "FETCH", "MOVE", "SHOW", "EXPLAIN",
		"SET", "RESET", "SAVEPOINT", "RELEASE", "DECLARE", "CLOSE", "DEALLOCATE":
	default:
		if s.pc.TxStatus() == 'I' {
			s.shared.forget()
			s.catalog = s.shared
		} else {
			s.catalog = newCatalog()
		}
	}
}

// publish makes the pool forget what a transaction may have changed.
func (s *pgSession) publish() {
	if s.catalog != s.shared {
		s.shared.forget()
		s.catalog = s.shared
	}
}

// settle undoes what would make a result unreadable: a statement of the
// transaction may have changed how dates and texts are written.
func (s *pgSession) settle(ctx context.Context) error {
	if s.pc.TxStatus() == 'E' {
		return nil // nothing is written there but errors
	}
	if !strings.HasPrefix(s.pc.ParameterStatus("DateStyle"), "ISO") {
		if _, err := s.command(ctx, "SET DateStyle TO ISO"); err != nil {
			return err
		}
	}
	if s.pc.ParameterStatus("client_encoding") != "UTF8" {
		if _, err := s.command(ctx, "SET client_encoding TO UTF8"); err != nil {
			return err
		}
	}
	return nil
}

func (s *pgSession) run(ctx context.Context, st statement) (*result, error) {
	if err := s.settle(ctx); err != nil {
		return nil, err
	}
	b := bind(st.params)
	rr := s.pc.ExecParams(ctx, st.sql.SQL, b.values, b.oids, b.formats, nil)
	raw := readRows(rr, st.most)
	defer raw.release()
	tag, err := rr.Close()
	started, dropped := s.guard.take()
	if started != "" {
		return nil, copyStarted(started)
	}
	if dropped {
		raw.tooLarge = true
	}
	if err != nil {
		return nil, runError(err, st)
	}
	s.noteDDL(tag)
	return s.result(raw, tag, st)
}

// runError returns the service's answer to a statement that failed. The
// database's word for a placeholder without a value is about its protocol.
func runError(err error, st statement) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == stateProtocolViolation {
		if incomplete := checkComplete(st.params); incomplete != nil {
			return incomplete
		}
	}
	return executeError(err, st.sql)
}

// copyStarted is the service's answer to COPY from or to the client (F0059).
// The code is a choice (F0232).
func copyStarted(message string) error {
	return wire.NewError(wire.CodeDatabaseError, "execute: unexpected message: "+message)
}

// result makes what the service returns of what the database did. It may look
// into the catalog, for which the caller's context no longer counts: were the
// look cancelled, the caller's transaction would be aborted.
func (s *pgSession) result(raw rawRows, tag pgconn.CommandTag, st statement) (*result, error) {
	res := &result{returnsRows: raw.columns != nil}
	if !res.returnsRows || returningCounts {
		res.updated = updated(tag)
	}
	if !res.returnsRows {
		res.generated = []wire.Field{}
		return res, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), upkeepTimeout)
	defer cancel()
	look := lookup{catalog: s.catalog, pc: s.pc}
	for _, c := range raw.columns {
		res.labels = append(res.labels, c.Name)
	}
	if raw.count > 0 || st.metadata {
		types, err := look.types(ctx, raw.columns)
		if err != nil {
			return nil, err
		}
		if res.rows, err = raw.fields(types, st.options); err != nil {
			return nil, err
		}
		if st.metadata {
			if res.columns, err = describe(ctx, look, raw.columns, types); err != nil {
				return nil, err
			}
		}
	}
	return res, nil
}

// updated returns the number of rows that a statement changed.
func updated(tag pgconn.CommandTag) int64 {
	if tag.Insert() || tag.Update() || tag.Delete() || strings.HasPrefix(tag.String(), "MERGE ") {
		return tag.RowsAffected()
	}
	return 0
}

// Executions of a batch are sent together, up to this many and this size.
const (
	batchSets  = 256
	batchBytes = 1 << 20
)

func (s *pgSession) runAll(ctx context.Context, sql dialect.Engine, sets [][]wire.Parameter) ([][]wire.Field, error) {
	if err := s.settle(ctx); err != nil {
		return nil, err
	}
	generated := make([][]wire.Field, len(sets)) // none: only RETURNING would tell
	for len(sets) > 0 {
		batch, n, size := &pgconn.Batch{}, 0, 0
		for n < len(sets) && n < batchSets && (n == 0 || size < batchBytes) {
			b := bind(sets[n])
			batch.ExecParams(sql.SQL, b.values, b.oids, b.formats, nil)
			size += len(sql.SQL) + b.bytes
			n++
		}
		if err := s.runBatch(ctx, sql, batch, n); err != nil {
			return nil, err
		}
		sets = sets[n:]
	}
	return generated, nil
}

func (s *pgSession) runBatch(ctx context.Context, sql dialect.Engine, batch *pgconn.Batch, n int) error {
	results := s.pc.ExecBatch(ctx, batch)
	var tag pgconn.CommandTag
	for results.NextResult() {
		tag, _ = results.ResultReader().Close() // Close below has the error
	}
	err := results.Close()
	if started, _ := s.guard.take(); started != "" {
		if n > 1 { // what was sent behind the COPY has been taken for its data
			_ = s.pc.Close(ctx)
		}
		return copyStarted(started)
	}
	if err != nil {
		return executeError(err, sql)
	}
	s.noteDDL(tag)
	return nil
}
