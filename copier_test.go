package auroradataapi_test

import (
	"database/sql"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/server"
)

// panicking is a source that gives up in the middle of a load.
type panicking struct{ auroradataapi.CopySource }

func (panicking) Values() ([]any, error) { panic("no row") }

// TestCopyFromPanic has a source panic, which must not leave the transaction open
// or a call behind.
func TestCopyFromPanic(t *testing.T) {
	onBoth(t, func(t *testing.T, srv *dataapitest.Server, db *sql.DB, _ bool) {
		exec(t, db, "CREATE TABLE t (id int, name text)")
		for _, options := range []auroradataapi.CopyOptions{{}, {PerCall: true, InFlight: 2}} {
			func() {
				defer func() {
					if r := recover(); r != "no row" {
						t.Errorf("recovered %v", r)
					}
				}()
				_, err := auroradataapi.CopyFrom(t.Context(), db, "t", []string{"id", "name"}, panicking{numbered(1, 5)}, options)
				t.Errorf("CopyFrom returned %v", err)
			}()
			if n := srv.Server.OpenTransactions(); n != 0 {
				t.Errorf("%d transactions are open", n)
			}
		}
		if n := query[int](t, db, "SELECT count(*) FROM t"); n != 0 { // by the same pool
			t.Errorf("there are %d rows", n)
		}
	})
}

// TestCopyFromCommitFails has the commit fail of rows that the database took.
func TestCopyFromCommitFails(t *testing.T) {
	db := dataapitest.Open(t)
	exec(t, db, "CREATE TABLE parent (id int PRIMARY KEY)")
	exec(t, db, "CREATE TABLE child (id int REFERENCES parent DEFERRABLE INITIALLY DEFERRED, name text)")
	r, err := auroradataapi.CopyFrom(t.Context(), db, "child", []string{"id", "name"}, numbered(1, 5), auroradataapi.CopyOptions{})
	if !errors.Is(err, auroradataapi.ForeignKeyViolation) || r != (auroradataapi.CopyResult{}) {
		t.Errorf("got %+v, %v", r, err)
	}
}

// TestCopyFromSavepoints leaves no savepoint behind in the caller's transaction:
// on PostgreSQL one would lie within the other, for each call a level.
func TestCopyFromSavepoints(t *testing.T) {
	refuse := errors.New("refused")
	onBoth(t, func(t *testing.T, srv *dataapitest.Server, db *sql.DB, _ bool) {
		exec(t, db, "CREATE TABLE t (id int PRIMARY KEY, name varchar(10) NOT NULL)")
		for name, tt := range map[string]struct {
			bad  int64 // the row that is bad, of 9
			want error // what OnBadRow says to it
		}{
			"none":          {},
			"in the middle": {bad: 4},
			"the last":      {bad: 9},
			"refused":       {bad: 6, want: refuse},
		} {
			t.Run(name, func(t *testing.T) {
				tx, err := db.Begin()
				if err != nil {
					t.Fatal(err)
				}
				defer tx.Rollback()
				var rows [][]any
				for i := int64(1); i <= 9; i++ {
					rows = append(rows, []any{i, "ok"})
				}
				if tt.bad > 0 {
					rows[tt.bad-1][1] = "this is too long"
				}
				r, err := auroradataapi.CopyFrom(t.Context(), tx, "t", []string{"id", "name"}, auroradataapi.CopyRows(rows), auroradataapi.CopyOptions{
					OnBadRow: func(row auroradataapi.BadRow) error {
						if row.Row != tt.bad {
							t.Errorf("row %d is bad", row.Row)
						}
						return tt.want
					},
				})
				if !errors.Is(err, tt.want) {
					t.Fatalf("got %v", err)
				}
				if n := query[int64](t, tx, "SELECT count(*) FROM t"); n != r.Rows {
					t.Errorf("there are %d rows, and %d were counted", n, r.Rows)
				}
				if _, err := tx.Exec("RELEASE SAVEPOINT auroradataapi_copy"); err == nil {
					t.Error("a savepoint was left behind")
				}
			})
		}
	})
}

// TestCopyFromSeveralFail has calls fail that are made at once, and the source
// besides: the error has all of their causes.
func TestCopyFromSeveralFail(t *testing.T) {
	onBoth(t, func(t *testing.T, srv *dataapitest.Server, db *sql.DB, mysql bool) {
		text := "text"
		if mysql {
			text = "longtext"
		}
		exec(t, db, "CREATE TABLE t (id int PRIMARY KEY, name varchar(10) NOT NULL, pad "+text+")")
		exec(t, db, "INSERT INTO t VALUES (2, 'there', '')")
		// Each call has one row, and waits until all of them are under way.
		if err := srv.Server.Faults().Add(server.Fault{Kind: server.FaultDelay, Delay: time.Second, SQL: "INSERT INTO t "}); err != nil {
			t.Fatal(err)
		}
		pad := strings.Repeat("x", 2_200_000)
		broken := errors.New("the source is broken")
		err := auroradataapi.CopySeq(func(yield func([]any, error) bool) {
			_ = yield([]any{1, nil, pad}, nil) && yield([]any{2, "twice", pad}, nil) && yield([]any{3, "this is too long", pad}, nil) &&
				yield([]any{4, "well", pad}, nil) && yield(nil, broken)
		}, func(rows auroradataapi.CopySource) error {
			_, err := auroradataapi.CopyFrom(t.Context(), db, "t", []string{"id", "name", "pad"}, rows, auroradataapi.CopyOptions{PerCall: true, InFlight: 5})
			return err
		})
		var e *auroradataapi.CopyError
		var cause *auroradataapi.Error
		if !errors.As(err, &e) || !errors.As(err, &cause) {
			t.Fatalf("got %v", err)
		}
		for _, want := range []error{auroradataapi.NotNullViolation, auroradataapi.UniqueViolation, auroradataapi.StringDataRightTruncation, broken} {
			if !errors.Is(err, want) {
				t.Errorf("%v is not in %v", want, err)
			}
		}
		for _, want := range []string{"row 1: ", "row 2: ", "row 3: ", "row 5: the source: "} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%q is not in %v", want, err)
			}
		}
		first := map[int64]error{1: auroradataapi.NotNullViolation, 2: auroradataapi.UniqueViolation, 3: auroradataapi.StringDataRightTruncation}
		if !errors.Is(cause, first[e.Row]) {
			t.Errorf("row %d is to blame, for %v", e.Row, cause)
		}
		// The fourth was not sent: the source failed before its call was full.
		if n := query[int](t, db, "SELECT count(*) FROM t"); n != 1 || len(e.Committed)+len(e.Unknown) > 0 {
			t.Errorf("%d rows are there: %v", n, err)
		}
	})
}
