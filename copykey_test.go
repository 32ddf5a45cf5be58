package auroradataapi_test

import (
	"database/sql"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
)

var copyByKey = []auroradataapi.CopyMode{auroradataapi.CopyIgnore, auroradataapi.CopyUpsert}

// TestCopyFromKeyIndex loads by keys that no unique index is on, which would load
// rows twice.
func TestCopyFromKeyIndex(t *testing.T) {
	onBoth(t, func(t *testing.T, _ *dataapitest.Server, db *sql.DB, mysql bool) {
		exec(t, db, "CREATE TABLE plain (a int, b int, c varchar(20))")
		exec(t, db, "CREATE TABLE t (a int PRIMARY KEY, b int, c varchar(20), CONSTRAINT two UNIQUE (b, c))")
		type keyed struct {
			table string
			key   []string
			has   string // of the message, on MySQL; empty if there is an index
		}
		tables := []keyed{
			{"plain", []string{"a"}, "it has none"},
			{"t", []string{"b"}, "it has PRIMARY (a), two (b, c)"},
			{"t", []string{"a", "b"}, "it has PRIMARY (a), two (b, c)"},
			{"t", []string{"a"}, ""},
			{"t", []string{"c", "b"}, ""},
		}
		if mysql {
			exec(t, db, "CREATE TABLE prefixed (a int, b int, c varchar(20), UNIQUE start (c(3)))")
			tables = append(tables, keyed{"prefixed", []string{"c"}, "it has start (the start of c)"})
		}
		for _, tt := range tables {
			for _, mode := range copyByKey {
				options := auroradataapi.CopyOptions{Mode: mode, Key: tt.key}
				for range 2 {
					_, err := auroradataapi.CopyFrom(t.Context(), db, tt.table, []string{"a", "b", "c"}, auroradataapi.CopyRows([][]any{{1, 2, "c"}}), options)
					switch {
					case tt.has == "" && err != nil:
						t.Errorf("%s by %v, mode %d: %v", tt.table, tt.key, mode, err)
					case tt.has != "" && !errors.Is(err, auroradataapi.InvalidColumnReference), mysql && tt.has != "" && !strings.Contains(err.Error(), tt.has):
						t.Errorf("%s by %v, mode %d: got %v, want 42P10 and %q", tt.table, tt.key, mode, err, tt.has)
					}
				}
			}
		}
		if n := query[int](t, db, "SELECT count(*) FROM plain"); n != 0 {
			t.Errorf("%d rows were loaded all the same", n)
		}
		if n := query[int](t, db, "SELECT count(*) FROM t"); n != 1 {
			t.Errorf("%d rows are there, of one", n)
		}
	})
}

// TestCopyFromOtherIndex loads rows that meet others by another unique index than
// that on the key, and by both: none may be lost or overwrite a row of another key.
func TestCopyFromOtherIndex(t *testing.T) {
	onBoth(t, func(t *testing.T, _ *dataapitest.Server, db *sql.DB, mysql bool) {
		exec(t, db, "CREATE TABLE t (id int PRIMARY KEY, email varchar(20) UNIQUE, k int UNIQUE, name varchar(20))")
		rows := func() string {
			if mysql {
				return query[string](t, db, "SELECT group_concat(concat_ws(':', id, email, k, name) ORDER BY id SEPARATOR ' ') FROM t")
			}
			return query[string](t, db, "SELECT string_agg(concat_ws(':', id, email, k, name), ' ' ORDER BY id) FROM t")
		}
		for _, key := range []string{"id", "k"} {
			for _, mode := range copyByKey {
				exec(t, db, "DELETE FROM t")
				exec(t, db, "INSERT INTO t VALUES (1, 'one', 1, 'a'), (7, 'seven', NULL, 'b')")
				source := func() auroradataapi.CopySource {
					return auroradataapi.CopyRows([][]any{{1, "one", 1, "A"}, {5, "one", 5, "lost"}, {6, "six", nil, "c"}})
				}
				columns := []string{"id", "email", "k", "name"}
				options := auroradataapi.CopyOptions{Mode: mode, Key: []string{key}}
				_, err := auroradataapi.CopyFrom(t.Context(), db, "t", columns, source(), options)
				var e *auroradataapi.CopyError
				if !errors.Is(err, auroradataapi.UniqueViolation) || !errors.As(err, &e) || e.Row != 2 {
					t.Errorf("by %s, mode %d: got %v, want a unique violation of row 2", key, mode, err)
				}
				want := "1:one:1:a 7:seven:b"
				if got := rows(); got != want {
					t.Errorf("by %s, mode %d: got %s, want %s", key, mode, got, want)
				}
				var bad []int64
				options.OnBadRow = func(row auroradataapi.BadRow) error {
					if !errors.Is(row.Err, auroradataapi.UniqueViolation) {
						t.Errorf("row %d: %v", row.Row, row.Err)
					}
					bad = append(bad, row.Row)
					return nil
				}
				if _, err := auroradataapi.CopyFrom(t.Context(), db, "t", columns, source(), options); err != nil || !cmp.Equal(bad, []int64{2}) {
					t.Errorf("by %s, mode %d: bad rows %v, %v", key, mode, bad, err)
				}
				if want = "1:one:1:a 6:six:c 7:seven:b"; mode == auroradataapi.CopyUpsert {
					want = "1:one:1:A 6:six:c 7:seven:b"
				}
				if got := rows(); got != want {
					t.Errorf("by %s, mode %d: got %s, want %s", key, mode, got, want)
				}
			}
		}
		// A row without a key is like no other.
		options := auroradataapi.CopyOptions{Mode: auroradataapi.CopyUpsert, Key: []string{"k"}}
		_, err := auroradataapi.CopyFrom(t.Context(), db, "t", []string{"id", "email", "k", "name"}, auroradataapi.CopyRows([][]any{{7, "7", nil, "lost"}}), options)
		if !errors.Is(err, auroradataapi.UniqueViolation) {
			t.Errorf("NULL in the key: %v", err)
		}
	})
}

// TestCopyFromOtherIndexLoose is the same without the strict SQL mode, and with a
// table and a column whose names need quotes.
func TestCopyFromOtherIndexLoose(t *testing.T) {
	db := dataapitest.Open(t, dataapitest.MySQL())
	exec(t, db, "CREATE TABLE `My Table` (`a b` varchar(20) PRIMARY KEY, email varchar(20) UNIQUE)")
	exec(t, db, "INSERT INTO `My Table` VALUES ('One', 'one')")
	table := "`" + query[string](t, db, "SELECT DATABASE()") + "`.`My Table`"
	for _, mode := range copyByKey {
		tx, err := db.Begin()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec("SET SESSION sql_mode = ''"); err != nil {
			t.Fatal(err)
		}
		load := func(rows ...[]any) error {
			options := auroradataapi.CopyOptions{Mode: mode, Key: []string{"a b"}}
			_, err := auroradataapi.CopyFrom(t.Context(), tx, table, []string{"a b", "email"}, auroradataapi.CopyRows(rows), options)
			return err
		}
		if err := load([]any{"ONE", "one"}); err != nil { // the same by its collation
			t.Errorf("mode %d: %v", mode, err)
		}
		if err := load([]any{"two", "one"}); !errors.Is(err, auroradataapi.UniqueViolation) {
			t.Errorf("mode %d: %v", mode, err)
		}
		if got := query[string](t, tx, "SELECT group_concat(concat_ws(':', `a b`, email)) FROM "+table); got != "One:one" {
			t.Errorf("mode %d: got %s", mode, got)
		}
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
	}
}
