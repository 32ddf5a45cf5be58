package auroradataapi_test

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
)

// unsendable are rows that the driver refuses, by their numbers among others.
var unsendable = map[int64][]any{
	1:  {1, "a\x00b"},
	3:  {3, "a\xffb"},
	4:  {4},
	5:  {5, "too", "many"},
	8:  {8, make(chan int)},
	20: {20, []byte{0xff}},
}

// withUnsendable returns 20 rows, of which those are unsendable and row 7 is one
// that the database refuses.
func withUnsendable() auroradataapi.CopySource {
	var rows [][]any
	for i := int64(1); i <= 20; i++ {
		row, bad := unsendable[i]
		switch {
		case bad:
		case i == 7:
			row = []any{i, nil}
		default:
			row = []any{i, fmt.Sprint(i)}
		}
		rows = append(rows, row)
	}
	return auroradataapi.CopyRows(rows)
}

// TestCopyFromUnsendable goes on behind rows that the driver refuses, and numbers
// the others as the source does.
func TestCopyFromUnsendable(t *testing.T) {
	want := []int64{1, 3, 4, 5, 7, 8, 20}
	onBoth(t, func(t *testing.T, _ *dataapitest.Server, db *sql.DB, _ bool) {
		exec(t, db, "CREATE TABLE t (id int PRIMARY KEY, name varchar(10) NOT NULL)")
		columns := []string{"id", "name"}
		for _, options := range []auroradataapi.CopyOptions{{}, {PerCall: true}, {PerCall: true, InFlight: 3}} {
			exec(t, db, "DELETE FROM t")
			var bad []int64
			options.OnBadRow = func(row auroradataapi.BadRow) error {
				var e *auroradataapi.Error
				if _, ours := unsendable[row.Row]; row.Err == nil || errors.As(row.Err, &e) == ours {
					t.Errorf("row %d: %v", row.Row, row.Err)
				}
				bad = append(bad, row.Row)
				return nil
			}
			r, err := auroradataapi.CopyFrom(t.Context(), db, "t", columns, withUnsendable(), options)
			slices.Sort(bad)
			if err != nil || r.Rows != 13 || r.Bad != 7 || !cmp.Equal(bad, want) {
				t.Errorf("%+v, bad %v, %v", r, bad, err)
			}
			if n := query[int](t, db, "SELECT count(*) FROM t WHERE id NOT IN (1, 3, 4, 5, 7, 8, 20)"); n != 13 {
				t.Errorf("%d rows were loaded", n)
			}

			stop := errors.New("stop")
			exec(t, db, "DELETE FROM t")
			options.OnBadRow = func(row auroradataapi.BadRow) error {
				if row.Row == 7 {
					return stop
				}
				return nil
			}
			_, err = auroradataapi.CopyFrom(t.Context(), db, "t", columns, withUnsendable(), options)
			var e *auroradataapi.CopyError
			if !errors.Is(err, stop) || !errors.As(err, &e) || e.Row != 7 {
				t.Fatalf("stopped at row 7: %v", err)
			}
			if got := []auroradataapi.RowRange{{First: 2, Last: 2}, {First: 6, Last: 6}}; options.PerCall && !cmp.Equal(e.Committed, got) {
				t.Errorf("committed are %v, want %v", e.Committed, got)
			}
			committed := 0
			for _, r := range e.Committed {
				committed += int(r.Last - r.First + 1)
			}
			if n := query[int](t, db, "SELECT count(*) FROM t"); n != committed {
				t.Errorf("%d rows are there, and %d were said to be", n, committed)
			}
		}
		var e *auroradataapi.CopyError
		_, err := auroradataapi.CopyFrom(t.Context(), db, "t", columns, withUnsendable(), auroradataapi.CopyOptions{})
		if !errors.As(err, &e) || e.Row != 1 {
			t.Errorf("without OnBadRow: %v", err)
		}
	})
}

// TestCopyFromBlamed finds the row to blame where the database's code does not say
// that a value or a constraint is the reason.
func TestCopyFromBlamed(t *testing.T) {
	type blamed struct {
		name      string
		sql       []string // makes the table r, with the columns id and v
		into      string
		good, bad any
		want      auroradataapi.Code
	}
	check := func(t *testing.T, db *sql.DB, c blamed) {
		for _, s := range c.sql {
			exec(t, db, s)
		}
		rows := make([][]any, 9)
		for i := range rows {
			rows[i] = []any{i + 1, c.good}
		}
		rows[5][1] = c.bad
		for _, perCall := range []bool{false, true} {
			var e *auroradataapi.CopyError
			options := auroradataapi.CopyOptions{PerCall: perCall}
			_, err := auroradataapi.CopyFrom(t.Context(), db, c.into, []string{"id", "v"}, auroradataapi.CopyRows(rows), options)
			if !errors.As(err, &e) || e.Row != 6 || !errors.Is(err, c.want) {
				t.Errorf("the row is not named: %v", err)
			}
			exec(t, db, "DELETE FROM r")
			var bad []int64
			options.OnBadRow = func(row auroradataapi.BadRow) error {
				bad = append(bad, row.Row)
				return nil
			}
			_, err = auroradataapi.CopyFrom(t.Context(), db, c.into, []string{"id", "v"}, auroradataapi.CopyRows(rows), options)
			if n := query[int](t, db, "SELECT count(*) FROM r WHERE id <> 6"); err != nil || n != 8 || !slices.Equal(bad, []int64{6}) {
				t.Errorf("%d rows are there, and rows %v were bad: %v", n, bad, err)
			}
			exec(t, db, "DELETE FROM r")
		}
	}
	checkOption := auroradataapi.Code("HY000")
	if isMariaDB(t, dataapitest.Open(t, dataapitest.MySQL())) {
		checkOption = "44000"
	}
	trigger := func(body string) []string {
		return []string{"CREATE TABLE r (id int, v int)", "CREATE TRIGGER refuse BEFORE INSERT ON r FOR EACH ROW BEGIN " + body + "; END"}
	}
	for _, c := range []blamed{
		{"enum", []string{"CREATE TABLE r (id int, v enum('a'))"}, "r", "a", "b", "01000"},
		{"cut", []string{"CREATE TABLE r (id int, v int)"}, "r", 1, "1a", "01000"},
		{"partition", []string{"CREATE TABLE r (id int, v int) PARTITION BY RANGE (v) (PARTITION p VALUES LESS THAN (5))"}, "r", 1, 5, "HY000"},
		{"view", []string{"CREATE TABLE r (id int, v int)", "CREATE VIEW w AS SELECT * FROM r WHERE v < 5 WITH CHECK OPTION"}, "w", 1, 5, checkOption},
		{"trigger", []string{"CREATE TABLE r (id int, v int)", "CREATE TRIGGER refuse BEFORE INSERT ON r FOR EACH ROW BEGIN IF NEW.v = 5 THEN SIGNAL SQLSTATE '45000'; END IF; END"}, "r", 1, 5, "45000"},
		{"trigger with a number", trigger("IF NEW.v = 5 THEN SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 1001; END IF"), "r", 1, 5, "45000"},
		{"trigger with a code", trigger("IF NEW.v = 5 THEN SIGNAL SQLSTATE '45678' SET MYSQL_ERRNO = 31001; END IF"), "r", 1, 5, "45678"},
		{"trigger with a class", trigger("IF NEW.v = 5 THEN SIGNAL SQLSTATE 'U0001' SET MYSQL_ERRNO = 31001; END IF"), "r", 1, 5, "U0001"},
		{"trigger of no data", trigger("IF NEW.v = 5 THEN SIGNAL SQLSTATE '02001'; END IF"), "r", 1, 5, "02001"},
		{"trigger without a case", trigger("CASE NEW.v WHEN 1 THEN SET NEW.v = 2; END CASE"), "r", 1, 5, "20000"},
		{"trigger with many rows", trigger("DECLARE n int; SELECT 1 UNION SELECT NEW.v INTO n"), "r", 1, 5, "42000"},
	} {
		t.Run("mysql/"+c.name, func(t *testing.T) { check(t, dataapitest.Open(t, dataapitest.MySQL()), c) })
	}
	for _, c := range []blamed{
		{"view", []string{"CREATE TABLE r (id int, v int)", "CREATE VIEW w AS SELECT * FROM r WHERE v < 5 WITH CHECK OPTION"}, "w", 1, 5, "44000"},
		{"trigger", []string{"CREATE TABLE r (id int, v int)",
			"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF NEW.v = 5 THEN RAISE EXCEPTION ''five''; END IF; RETURN NEW; END'",
			"CREATE TRIGGER refuse BEFORE INSERT ON r FOR EACH ROW EXECUTE FUNCTION refuse()"}, "r", 1, 5, "P0001"},
		{"trigger without a case", []string{"CREATE TABLE r (id int, v int)",
			"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN CASE NEW.v WHEN 1 THEN RETURN NEW; END CASE; END'",
			"CREATE TRIGGER refuse BEFORE INSERT ON r FOR EACH ROW EXECUTE FUNCTION refuse()"}, "r", 1, 5, "20000"},
	} {
		t.Run("postgresql/"+c.name, func(t *testing.T) { check(t, dataapitest.Open(t), c) })
	}
}
