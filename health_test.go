package auroradataapi

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi/internal/awsapi"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// databaseError is what the client returns for an error of the database.
func databaseError(text string) error {
	return &awsapi.RefusedError{Err: wire.NewError(wire.CodeDatabaseError, text)}
}

func unknownOutcome(attempts int, err error) error {
	return &awsapi.OutcomeUnknownError{Effort: awsapi.Effort{Attempts: attempts}, Err: err}
}

// TestHealth lets a statement of a transaction fail, others succeed behind it,
// and commits.
func TestHealth(t *testing.T) {
	const (
		commits = "commits"
		failed  = whyFailed
		ended   = whyEnded
		unknown = whyUnknown
	)
	var (
		syntax    = databaseError("ERROR: syntax error; Position: 1; SQLState: 42601")
		old       = &awsapi.RefusedError{Err: wire.NewError(wire.CodeBadRequest, "ERROR: syntax error; Position: 1; SQLState: 42601")}
		duplicate = databaseError("Duplicate entry; Error code: 1062; SQLState: 23000")
		deadlock  = databaseError("Deadlock found; Error code: 1213; SQLState: 40001")
		lockTable = databaseError("The total number of locks exceeds the lock table size; Error code: 1206; SQLState: HY000")
		refused   = &awsapi.RefusedError{Err: wire.NewError(wire.CodeValidation, "no")}
		tooLarge  = &awsapi.RefusedError{Err: wire.NewError(wire.CodeUnsupportedResult, "The result exceeds the size limit 1 MB.")}
		noDB      = &awsapi.RefusedError{Err: wire.NewError(wire.CodeBadRequest, "Database a is not the database of the transaction")}
		unsent    = &awsapi.NotExecutedError{Err: io.ErrUnexpectedEOF}
		busy      = &awsapi.NotExecutedError{Err: wire.NewError(wire.CodeDatabaseError, wire.TextStillRunning)}
		lostReply = unknownOutcome(1, io.ErrUnexpectedEOF)
		internal  = unknownOutcome(1, wire.NewError(wire.CodeInternalFailure, ""))
		catchAll  = unknownOutcome(1, wire.NewError(wire.CodeDatabaseError, wire.TextCatchAll))
		timeout   = unknownOutcome(1, wire.NewError(wire.CodeStatementTimeout, "too long"))
		repeated  = unknownOutcome(2, wire.NewError(wire.CodeDatabaseError, "ERROR: duplicate; SQLState: 23505"))
	)
	tests := []struct {
		name   string
		engine string
		err    error
		after  string // what Commit says
		later  string // what it says when another statement has succeeded first
	}{
		{"success", "postgresql", nil, commits, commits},
		{"an error", "postgresql", syntax, failed, commits},
		{"an error of the older service", "postgresql", old, failed, commits},
		{"no reason", "postgresql", catchAll, unknown, unknown},
		{"the time limit", "postgresql", timeout, failed, commits},
		{"refused", "postgresql", refused, commits, commits},
		{"another database", "postgresql", noDB, commits, commits},
		{"a large result", "postgresql", tooLarge, commits, commits},
		{"not sent", "postgresql", unsent, commits, commits},
		{"busy", "postgresql", busy, commits, commits},
		{"a lost answer", "postgresql", lostReply, unknown, unknown},
		{"a failure of the service", "postgresql", internal, unknown, unknown},
		{"a lost answer, then an error", "postgresql", repeated, unknown, unknown},

		{"success", "mysql", nil, commits, commits},
		{"an error", "mysql", duplicate, commits, commits},
		{"a deadlock", "mysql", deadlock, ended, ended},
		{"too many locks", "mysql", lockTable, ended, ended},
		{"no reason", "mysql", catchAll, unknown, unknown},
		{"the time limit", "mysql", timeout, unknown, unknown},
		{"refused", "mysql", refused, commits, commits},
		{"a lost answer", "mysql", lostReply, unknown, unknown},
	}
	for _, tt := range tests {
		for _, another := range []bool{false, true} {
			api := &scriptedAPI{execute: func(r *wire.ExecuteRequest) (*wire.ExecuteResponse, error) {
				if r.SQL == "fail" && tt.err != nil {
					return nil, tt.err
				}
				return &wire.ExecuteResponse{}, nil
			}}
			c := scriptedConnOf(t, api, tt.engine)
			tx, err := c.Begin()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.ExecContext(context.Background(), "fail", nil); !errors.Is(err, tt.err) {
				t.Errorf("%s, %s: the statement returned %v", tt.engine, tt.name, err)
			}
			want, sent := tt.after, 1
			if another {
				want = tt.later
				_, err := c.ExecContext(context.Background(), "ROLLBACK TO SAVEPOINT a", nil)
				if want == commits {
					sent++
				} else if !errors.Is(err, FailedTransaction) || !errors.Is(err, tt.err) {
					t.Errorf("%s, %s: a statement in a transaction that is over: %v", tt.engine, tt.name, err)
				}
			}
			err = tx.Commit()
			end := wire.CommitTransaction
			if want != commits {
				end = wire.RollbackTransaction
				if !errors.Is(err, FailedTransaction) || !errors.Is(err, tt.err) || !strings.Contains(err.Error(), want) {
					t.Errorf("%s, %s: Commit returned %v, want an error with %q", tt.engine, tt.name, err, want)
				}
				if !errors.Is(err, ErrTransactionRolledBack) || errors.Is(err, ErrOutcomeUnknown) || errors.Is(err, ErrCommitUnknown) {
					t.Errorf("%s, %s: the outcome of Commit is not in its error: %v", tt.engine, tt.name, err)
				}
			} else if err != nil {
				t.Errorf("%s, %s: Commit returned %v", tt.engine, tt.name, err)
			}
			calls := []wire.Operation{wire.BeginTransaction}
			for range sent {
				calls = append(calls, wire.ExecuteStatement)
			}
			if diff := cmp.Diff(append(calls, end), api.calls); diff != "" {
				t.Errorf("%s, %s: calls (-want +got)\n%s", tt.engine, tt.name, diff)
			}
		}
	}
}

// TestNothingProvesNothing has what does nothing succeed in a transaction that
// is aborted.
func TestNothingProvesNothing(t *testing.T) {
	api := &scriptedAPI{execute: func(r *wire.ExecuteRequest) (*wire.ExecuteResponse, error) {
		if r.SQL == "fail" {
			return nil, databaseError("ERROR: no; SQLState: 42601")
		}
		return &wire.ExecuteResponse{}, nil
	}}
	c := scriptedConn(t, api)
	tx, err := c.Begin()
	if err != nil {
		t.Fatal(err)
	}
	_, _ = c.ExecContext(context.Background(), "fail", nil)
	if _, err := c.ExecContext(context.Background(), "-- nothing", nil); err != nil {
		t.Error(err)
	}
	if err := tx.Commit(); !errors.Is(err, SyntaxError) || !errors.Is(err, ErrTransactionRolledBack) {
		t.Errorf("Commit returned %v", err)
	}
}

// TestLockWait has MySQL give up waiting for a lock, after which it has to be
// asked what has become of the transaction.
func TestLockWait(t *testing.T) {
	wait := databaseError("Lock wait timeout exceeded; Error code: 1205; SQLState: HY000")
	tests := []struct {
		name string
		rows [][]wire.Field
		err  error  // of the question
		want string // in Commit's error; empty if it commits
	}{
		{"the statement", [][]wire.Field{{wire.Long(0)}}, nil, ""},
		{"all of it", [][]wire.Field{{wire.Long(1)}}, nil, whyEnded},
		{"no answer", nil, unknownOutcome(1, io.ErrUnexpectedEOF), whyUnknown},
		{"no value", nil, nil, whyUnknown},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			api := &scriptedAPI{execute: func(r *wire.ExecuteRequest) (*wire.ExecuteResponse, error) {
				switch {
				case r.SQL == "UPDATE t SET n = 1":
					return nil, wait
				case strings.Contains(r.SQL, "innodb_rollback_on_timeout") && r.TransactionID == "tx1":
					return &wire.ExecuteResponse{Records: wire.NewRecords(tt.rows)}, tt.err
				}
				t.Errorf("sent %+v", r)
				return nil, io.EOF
			}}
			c := scriptedConnOf(t, api, "mysql")
			tx, err := c.Begin()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.ExecContext(context.Background(), "UPDATE t SET n = 1", nil); !errors.Is(err, LockNotAvailable) {
				t.Errorf("the statement returned %v", err)
			}
			err = tx.Commit()
			if (err == nil) != (tt.want == "") || err != nil && (!errors.Is(err, LockNotAvailable) || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("Commit returned %v, want %q", err, tt.want)
			}
		})
	}
}

// TestFirstErrorIsTheCause holds that the error of Commit leads to the error
// that came first, and not to those that came of it.
func TestFirstErrorIsTheCause(t *testing.T) {
	answers := []error{
		databaseError("ERROR: could not serialize access; SQLState: 40001"),
		databaseError("ERROR: current transaction is aborted; SQLState: 25P02"),
	}
	api := &scriptedAPI{execute: func(*wire.ExecuteRequest) (*wire.ExecuteResponse, error) {
		err := answers[0]
		answers = answers[1:]
		return nil, err
	}}
	c := scriptedConn(t, api)
	tx, err := c.Begin()
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		_, _ = c.ExecContext(context.Background(), "UPDATE t SET n = 1", nil)
	}
	err = tx.Commit()
	const want = "the transaction was rolled back and not committed, because a statement in it failed: " +
		"ERROR: could not serialize access (SQLSTATE 40001) (SQLSTATE 25P02)"
	if err == nil || err.Error() != want {
		t.Errorf("Commit returned %v, want %s", err, want)
	}
	if !errors.Is(err, SerializationFailure) || !errors.Is(err, FailedTransaction) {
		t.Errorf("the codes of %v are not found", err)
	}
	var e *Error
	if !errors.As(err, &e) || e.Operation != "CommitTransaction" || e.SafeToRetry() {
		t.Errorf("got %+v", e)
	}
}

// TestCommitThatRolledBack is for a service that says that it rolled back where
// the driver has not seen why.
func TestCommitThatRolledBack(t *testing.T) {
	api := &scriptedAPI{commit: func() (*wire.CommitResponse, error) {
		return &wire.CommitResponse{TransactionStatus: wire.StatusRolledBack}, nil
	}}
	tx, err := scriptedConn(t, api).Begin()
	if err != nil {
		t.Fatal(err)
	}
	if err := tx.Commit(); !errors.Is(err, FailedTransaction) || !strings.Contains(err.Error(), whyRolledBack) {
		t.Errorf("Commit returned %v", err)
	}
}

// TestLevelOfTheDatabase asks a MySQL database for the level that its cluster
// was configured to have, and for another one.
func TestLevelOfTheDatabase(t *testing.T) {
	answer := [][]wire.Field{{wire.String("transaction_isolation"), wire.String("READ-COMMITTED")}}
	tests := []struct {
		level sql.IsolationLevel
		rows  [][]wire.Field
		want  string
	}{
		{sql.LevelReadCommitted, answer, ""},
		{sql.LevelRepeatableRead, answer, `has isolation level "READ-COMMITTED" in place of REPEATABLE-READ`},
		{sql.LevelRepeatableRead, nil, "cannot be learnt"},
	}
	for _, tt := range tests {
		api := &scriptedAPI{execute: func(r *wire.ExecuteRequest) (*wire.ExecuteResponse, error) {
			if r.TransactionID != "tx1" {
				t.Errorf("asked outside of the transaction: %+v", r)
			}
			return &wire.ExecuteResponse{Records: wire.NewRecords(tt.rows)}, nil
		}}
		c := scriptedConnOf(t, api, "mysql")
		_, err := c.BeginTx(context.Background(), driver.TxOptions{Isolation: driver.IsolationLevel(tt.level)})
		calls := []wire.Operation{wire.BeginTransaction, wire.ExecuteStatement}
		if tt.want != "" {
			calls = append(calls, wire.RollbackTransaction)
		}
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v: got %v, want %q", tt.level, err, tt.want)
		}
		if diff := cmp.Diff(calls, api.calls); diff != "" {
			t.Errorf("%v: calls (-want +got)\n%s", tt.level, diff)
		}
	}
}
