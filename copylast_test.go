package auroradataapi_test

import (
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
)

// keyed is a type of a key: two texts of the same key, and a third of another.
type keyed struct {
	column          string
	one, same, next any
}

// keysOf returns types of keys whose equality the database decides.
func keysOf(mysql bool) []keyed {
	at := time.Date(2024, 1, 1, 12, 0, 0, 0, time.UTC)
	if mysql {
		return []keyed{
			{"bigint", int64(math.MaxInt64), fmt.Sprint(math.MaxInt64), int64(math.MaxInt64 - 1)},
			{"bigint unsigned", uint64(math.MaxUint64), "18446744073709551615.0", uint64(math.MaxUint64 - 1)},
			{"decimal(40,20)", "1", "1.0", "1.00000000000000000001"},
			{"decimal(65,0)", strings.Repeat("9", 65), strings.Repeat("9", 65) + ".0", strings.Repeat("9", 64) + "8"},
			{"decimal(60,20)", strings.Repeat("9", 40) + ".5", strings.Repeat("9", 40) + ".50", strings.Repeat("9", 40) + ".50000000000000000001"},
			{"double", 1.5, "15e-1", 1.5000000000000002},
			{"float", 0.1, "1e-1", 0.2},
			{"float(10,2)", float32(0.1), "0.1", 0.2},
			{"varchar(20) COLLATE utf8mb4_general_ci", "é", "E", "b"},
			{"varchar(20) COLLATE utf8mb4_bin", "a", "a", "A"},
			{"varchar(20) CHARACTER SET latin1 COLLATE latin1_swedish_ci", "É", "e", "b"},
			{"varchar(20) CHARACTER SET latin1 COLLATE latin1_bin", "é", "é", "É"},
			{"varchar(20) CHARACTER SET utf8mb3 COLLATE utf8mb3_bin", "漢", "漢", "字"},
			{"varbinary(20)", []byte("a\x00\xff"), []byte("a\x00\xff"), []byte("A\x00\xff")},
			{"enum('a','b')", "a", "A", "b"},
			{"date", "2024-01-01", "2024-01-01 00:00:00", "2024-01-02"},
			{"datetime(6)", at, "2024-01-01 12:00:00", at.Add(time.Microsecond)},
			{"time", "12:00:00", "12:00:00.0", "12:00:01"},
			{"bit(8)", 1, []byte{1}, "\x02"},
			{"bit(16)", []byte("12"), "12", 12},
		}
	}
	return []keyed{
		{"int8", int64(math.MaxInt64), fmt.Sprint(math.MaxInt64), int64(math.MaxInt64 - 1)},
		{"numeric", "1", "1.0", "1.00000000000000000001"},
		{"float8", 1.5, "15e-1", 1.5000000000000002},
		{"text", "a", "a", "A"},
		{"text COLLATE ci", "straße", "STRAßE", "b"},
		{"char(5)", "a", "a  ", "A"},
		{"bytea", []byte("a\x00\xff"), []byte("a\x00\xff"), []byte("A\x00\xff")},
		{"timestamptz", at, at.In(time.FixedZone("", 3600)), at.Add(time.Microsecond)},
		{"uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12"},
		{"int[]", "{1,2}", "{1, 2}", "{2,1}"},
	}
}

// namesOf returns what is in the column name of t, sorted.
func namesOf(t *testing.T, db *sql.DB) []string {
	t.Helper()
	rows, err := db.Query("SELECT name FROM t ORDER BY name")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return names
}

// TestCopyFromSameKey loads rows of which some have the same key by the rules of the
// database, which is the only one to know them.
func TestCopyFromSameKey(t *testing.T) {
	onBoth(t, func(t *testing.T, srv *dataapitest.Server, db *sql.DB, mysql bool) {
		if !mysql {
			exec(t, db, "CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false)")
		}
		none := func(row auroradataapi.BadRow) error { return row.Err }
		for _, k := range keysOf(mysql) {
			t.Run(k.column, func(t *testing.T) {
				exec(t, db, "CREATE TABLE t (k "+k.column+", name varchar(20) NOT NULL)")
				defer exec(t, db, "DROP TABLE t")
				load := func(mode auroradataapi.CopyMode, options auroradataapi.CopyOptions, rows ...[]any) {
					t.Helper()
					if options.Mode = mode; mode != auroradataapi.CopyInsert {
						options.Key = []string{"k"}
					}
					r, err := auroradataapi.CopyFrom(t.Context(), db, "t", []string{"k", "name"}, auroradataapi.CopyRows(rows), options)
					if err != nil || r.Rows != int64(len(rows)) || r.Calls != 1 {
						t.Fatalf("mode %d: got %+v, %v", mode, r, err)
					}
				}
				for _, index := range []bool{false, true} {
					if index {
						exec(t, db, "CREATE UNIQUE INDEX u ON t (k)")
					}
					for _, options := range []auroradataapi.CopyOptions{{}, {OnBadRow: none}, {PerCall: true}} {
						check := func(what string, want ...string) {
							t.Helper()
							if diff := cmp.Diff(want, namesOf(t, db)); diff != "" {
								t.Errorf("%s, index %t, per call %t (-want +got)\n%s", what, index, options.PerCall, diff)
							}
						}
						exec(t, db, "DELETE FROM t")
						load(auroradataapi.CopyInsert, options, []any{k.one, "old"}, []any{nil, "null"})
						update := [][]any{{k.same, "1"}, {nil, "x"}, {k.one, "2"}, {k.next, "3"}, {k.same, "4"}, {k.next, "5"}, {nil, "y"}}
						load(auroradataapi.CopyUpdate, options, update...)
						check("update", "4", "null")
						load(auroradataapi.CopyUpdate, options, []any{k.same, "5"}, []any{k.one, "6"})
						check("update", "6", "null")
						if !index {
							continue
						}
						exec(t, db, "DELETE FROM t")
						load(auroradataapi.CopyIgnore, options, []any{k.same, "1"}, []any{k.next, "2"}, []any{k.one, "3"}, []any{nil, "4"}, []any{nil, "5"}, []any{k.next, "6"})
						check("ignore", "1", "2", "4", "5")
						load(auroradataapi.CopyUpsert, options, []any{k.same, "7"}, []any{k.one, "8"}, []any{k.next, "9"}, []any{nil, "a"}, []any{nil, "b"}, []any{k.same, "c"})
						check("upsert", "4", "5", "9", "a", "b", "c")
					}
				}
			})
		}
	})
}

// TestCopyFromSameKeys loads rows of a key of two columns by several calls.
func TestCopyFromSameKeys(t *testing.T) {
	onBoth(t, func(t *testing.T, _ *dataapitest.Server, db *sql.DB, _ bool) {
		exec(t, db, "CREATE TABLE t (a int, b int, name text, pad text, UNIQUE (b, a))")
		const calls, each = 3, 70
		pad := strings.Repeat("x", 50_000)
		var rows [][]any
		last := make(map[[2]int]string)
		for i := range calls * each {
			key := [2]int{i * 7 % 10, i * 3 % 4}
			last[key] = fmt.Sprintf("%d %d %03d", key[0], key[1], i)
			rows = append(rows, []any{key[0], key[1], last[key], pad})
		}
		var want []string
		for _, name := range last {
			want = append(want, name)
		}
		slices.Sort(want)
		for _, options := range []auroradataapi.CopyOptions{{}, {PerCall: true}} {
			exec(t, db, "DELETE FROM t")
			for _, mode := range []auroradataapi.CopyMode{auroradataapi.CopyUpsert, auroradataapi.CopyUpdate} {
				options.Mode, options.Key = mode, []string{"a", "b"}
				r, err := auroradataapi.CopyFrom(t.Context(), db, "t", []string{"a", "b", "name", "pad"}, auroradataapi.CopyRows(rows), options)
				if err != nil || r.Calls < calls {
					t.Fatalf("mode %d: got %+v, %v", mode, r, err)
				}
				if diff := cmp.Diff(want, namesOf(t, db)); diff != "" {
					t.Errorf("mode %d, per call %t (-want +got)\n%s", mode, options.PerCall, diff)
				}
				exec(t, db, "UPDATE t SET name = 'old'")
			}
		}
	})
}

// TestCopyUpdateForeignKey updates by a key that the charset of the column has no
// letters for, which MySQL would write as question marks: it is not in the table.
func TestCopyUpdateForeignKey(t *testing.T) {
	db := dataapitest.Open(t, dataapitest.MySQL())
	exec(t, db, "CREATE TABLE t (k varchar(20) CHARACTER SET latin1 PRIMARY KEY, name varchar(20))")
	exec(t, db, "INSERT INTO t VALUES ('?', 'question mark'), ('é', 'old')")
	for _, mode := range []string{"STRICT_ALL_TABLES", ""} {
		tx, err := db.Begin()
		if err != nil {
			t.Fatal(err)
		}
		exec(t, tx, "SET SESSION sql_mode = '"+mode+"'")
		r, err := auroradataapi.CopyFrom(t.Context(), tx, "t", []string{"k", "name"}, auroradataapi.CopyRows([][]any{{"é", "new"}, {"漢", "lost"}}),
			auroradataapi.CopyOptions{Mode: auroradataapi.CopyUpdate, Key: []string{"k"}, OnBadRow: func(row auroradataapi.BadRow) error {
				if mode == "" || row.Row != 2 { // MariaDB is strict of it
					t.Errorf("row %d: %v", row.Row, row.Err)
				}
				return nil
			}})
		if err != nil || r.Affected != 1 {
			t.Errorf("mode %q: %+v, %v", mode, r, err)
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"new", "question mark"}, namesOf(t, db)); diff != "" {
			t.Errorf("mode %q (-want +got)\n%s", mode, diff)
		}
		exec(t, db, "UPDATE t SET name = 'old' WHERE k = 'é'")
	}
}

// TestCopyFromSameKeyBad has the last row of a key be one that the database
// refuses: it goes on with the one before.
func TestCopyFromSameKeyBad(t *testing.T) {
	onBoth(t, func(t *testing.T, _ *dataapitest.Server, db *sql.DB, _ bool) {
		exec(t, db, "CREATE TABLE t (k int PRIMARY KEY, name varchar(5) NOT NULL)")
		exec(t, db, "INSERT INTO t VALUES (1, 'old')")
		for _, mode := range []auroradataapi.CopyMode{auroradataapi.CopyUpsert, auroradataapi.CopyUpdate} {
			var bad []int64
			_, err := auroradataapi.CopyFrom(t.Context(), db, "t", []string{"k", "name"}, auroradataapi.CopyRows([][]any{{1, "a"}, {1, "b"}, {1, "too long"}}),
				auroradataapi.CopyOptions{Mode: mode, Key: []string{"k"}, OnBadRow: func(row auroradataapi.BadRow) error {
					bad = append(bad, row.Row)
					return nil
				}})
			if err != nil || !cmp.Equal(bad, []int64{3}) {
				t.Errorf("mode %d: bad rows %v, %v", mode, bad, err)
			}
			if diff := cmp.Diff([]string{"b"}, namesOf(t, db)); diff != "" {
				t.Errorf("mode %d (-want +got)\n%s", mode, diff)
			}
		}
	})
}

// TestCopyFromStoredKey loads keys that become the same when they are stored.
func TestCopyFromStoredKey(t *testing.T) {
	onBoth(t, func(t *testing.T, _ *dataapitest.Server, db *sql.DB, mysql bool) {
		exec(t, db, "CREATE TABLE t (k numeric(10,2) PRIMARY KEY, name text)")
		load := func(options auroradataapi.CopyOptions) error {
			exec(t, db, "DELETE FROM t")
			options.Mode, options.Key = auroradataapi.CopyUpsert, []string{"k"}
			_, err := auroradataapi.CopyFrom(t.Context(), db, "t", []string{"k", "name"}, auroradataapi.CopyRows([][]any{{"1.001", "a"}, {"2", "b"}, {"1.002", "c"}}), options)
			return err
		}
		if err := load(auroradataapi.CopyOptions{}); mysql == errors.Is(err, auroradataapi.Code("21000")) {
			t.Errorf("got %v", err)
		}
		for _, options := range []auroradataapi.CopyOptions{
			{PerCall: true},
			{OnBadRow: func(row auroradataapi.BadRow) error { return row.Err }},
		} {
			if err := load(options); err != nil {
				t.Errorf("per call %t: %v", options.PerCall, err)
			}
			if diff := cmp.Diff([]string{"b", "c"}, namesOf(t, db)); diff != "" {
				t.Errorf("per call %t (-want +got)\n%s", options.PerCall, diff)
			}
		}
	})
}

// TestCopyFromNames loads columns that have the names which the statements use.
func TestCopyFromNames(t *testing.T) {
	onBoth(t, func(t *testing.T, _ *dataapitest.Server, db *sql.DB, _ bool) {
		names := []string{"c1", "c0", "auroradataapi_row", "auroradataapi_rows", "auroradataapi_number", "auroradataapi_turn", "auroradataapi_new", "auroradataapi_table", "auroradataapi_0", "auroradataapi_1"}
		exec(t, db, "CREATE TABLE t ("+strings.Join(names, " int, ")+" int, UNIQUE (c0, auroradataapi_number))")
		for mode := auroradataapi.CopyInsert; mode <= auroradataapi.CopyUpdate; mode++ {
			exec(t, db, "DELETE FROM t")
			options := auroradataapi.CopyOptions{Mode: mode}
			rows := [][]any{{1, 7, 1, 1, 9, 1, 1, 1, 1, 1}}
			if mode != auroradataapi.CopyInsert {
				exec(t, db, "INSERT INTO t (c0, auroradataapi_number) VALUES (7, 9)")
				options.Key = []string{"auroradataapi_number", "c0"}
				rows = append(rows, []any{3, 7, 3, 3, 9, 3, 3, 3, 3, 3}, []any{2, 7, 2, 2, 9, 2, 2, 2, 2, 2})
			}
			if _, err := auroradataapi.CopyFrom(t.Context(), db, "t", names, auroradataapi.CopyRows(rows), options); err != nil {
				t.Errorf("mode %d: %v", mode, err)
				continue
			}
			want := map[auroradataapi.CopyMode]string{auroradataapi.CopyInsert: "1", auroradataapi.CopyIgnore: "-1"}[mode]
			if want == "" {
				want = "2"
			}
			for _, name := range names {
				w := map[string]string{"c0": "7", "auroradataapi_number": "9"}[name]
				if w == "" {
					w = want
				}
				if got := query[string](t, db, "SELECT coalesce(min("+name+"), -1) FROM t"); got != w {
					t.Errorf("mode %d: %s is %s, want %s", mode, name, got, w)
				}
			}
		}
	})
}

// TestCopyUpdateFractions updates by keys with more digits than the column has: they are
// of no row.
func TestCopyUpdateFractions(t *testing.T) {
	db := dataapitest.Open(t, dataapitest.MySQL())
	for column, keys := range map[string][]any{
		"decimal(65,0)": {"1.5", "2.4", 2.25},
		"decimal(10,0)": {"1.5", "2.4", 2.25},
		"float":         {2.1, "2.0000005"},
	} {
		exec(t, db, "DROP TABLE IF EXISTS t")
		exec(t, db, "CREATE TABLE t (k "+column+" PRIMARY KEY, v int)")
		exec(t, db, "INSERT INTO t VALUES (2, 0)")
		for _, key := range keys {
			r, err := auroradataapi.CopyFrom(t.Context(), db, "t", []string{"k", "v"}, auroradataapi.CopyRows([][]any{{key, 1}}),
				auroradataapi.CopyOptions{Mode: auroradataapi.CopyUpdate, Key: []string{"k"}})
			if err != nil || r.Affected != 0 {
				t.Errorf("%s: key %v: %+v, %v", column, key, r, err)
			}
		}
	}
}
