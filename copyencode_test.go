package auroradataapi_test

import (
	"database/sql"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
)

// stored is a value and the text of what is stored of it, or notStored.
type stored struct {
	value any
	want  string
}

const notStored = "(an error)"

// checkStored checks that CopyFrom stores of a value what it should, and INSERT too
// if it is to be asked. show is the SQL for the text of the column v.
func checkStored(t *testing.T, db *sql.DB, show, placeholder string, inserts bool, cases []stored) {
	t.Helper()
	for _, c := range cases {
		store := func(by string, do func() error) {
			exec(t, db, "DELETE FROM s")
			got := notStored
			if err := do(); err == nil {
				got = query[string](t, db, "SELECT "+show+" FROM s")
			}
			if got != c.want {
				t.Errorf("%s: %T %v is stored as %q, want %q", by, c.value, c.value, got, c.want)
			}
		}
		store("CopyFrom", func() error {
			_, err := auroradataapi.CopyFrom(t.Context(), db, "s", []string{"v"}, auroradataapi.CopyRows([][]any{{c.value}}), auroradataapi.CopyOptions{})
			return err
		})
		if inserts {
			store("INSERT", func() error {
				_, err := db.Exec("INSERT INTO s (v) VALUES ("+placeholder+")", c.value)
				return err
			})
		}
	}
}

// TestCopyFromBytes loads values of other types than bytes into columns of bytes.
func TestCopyFromBytes(t *testing.T) {
	t.Run("postgresql", func(t *testing.T) {
		srv := dataapitest.New(t)
		for _, mode := range []auroradataapi.ParamMode{auroradataapi.ParamsInfer, auroradataapi.ParamsBind} {
			db, _ := openInferring(t, srv, mode)
			for _, typ := range []string{"bytea", "octets"} {
				exec(t, db, "DROP TABLE IF EXISTS s")
				exec(t, db, "DROP DOMAIN IF EXISTS octets")
				exec(t, db, "CREATE DOMAIN octets AS bytea")
				exec(t, db, "CREATE TABLE s (v "+typ+")")
				// INSERT is refused by ParamsBind what CopyFrom casts.
				checkStored(t, db, "encode(v, 'hex')", "$1", mode == auroradataapi.ParamsInfer, []stored{
					{[]byte(`\x00ff`), "5c7830306666"},
					{[16]byte{1, 2}, "01020000000000000000000000000000"},
					{`\x00ff`, "00ff"},
					{`\000\377`, "00ff"},
					{"é", "c3a9"},
					{`a\b`, notStored},
					{"a\x00", notStored},
					{[][]byte{{0, 1}}, notStored},
					{1234, "31323334"},
					{true, "74727565"},
					{1e300, "31652b333030"},
				})
			}
		}
	})
	t.Run("mysql", func(t *testing.T) {
		db := dataapitest.Open(t, dataapitest.MySQL())
		exec(t, db, "CREATE TABLE s (v varbinary(100))")
		checkStored(t, db, "hex(v)", "?", true, []stored{
			{[]byte{0, 255}, "00FF"},
			{`\x00ff`, "5C7830306666"},
			{"a\x00", "6100"},
			{1234, "31323334"},
			{-5, "2D35"},
			{true, "31"},
			{false, "30"},
			{uint64(1 << 63), "39323233333732303336383534373735383038"},
		})
		checkStored(t, db, "hex(v)", "?", false, []stored{{0.5, notStored}})
	})
}

// TestCopyFromBits loads into columns of bits: a number has them, and so have the
// bytes of a text, which are no digits.
func TestCopyFromBits(t *testing.T) {
	db := dataapitest.Open(t, dataapitest.MySQL())
	exec(t, db, "CREATE TABLE s (v bit(64))")
	checkStored(t, db, "hex(v)", "?", true, []stored{
		{1, "1"},
		{-1, "FFFFFFFFFFFFFFFF"},
		{uint64(1<<64 - 1), "FFFFFFFFFFFFFFFF"},
		{true, "1"},
		{false, "0"},
		{2.0, "2"},
		{"1", "31"},
		{"", "0"},
		{"é", "C3A9"},
		{"\x00\x01", "1"},
		{[]byte("12"), "3132"},
		{[]byte{5}, "5"},
		{[]byte{}, "0"},
		{[]byte{0, 0xff, 0}, "FF00"},
		{[]byte{0, 1, 2, 3, 4, 5, 6, 7, 8}, "102030405060708"},
		{[]byte{1, 2, 3, 4, 5, 6, 7, 8, 9}, notStored},
		{"123456789", notStored},
	})
	checkStored(t, db, "hex(v)", "?", false, []stored{
		{0.5, notStored},
		{1e20, notStored},
		{auroradataapi.Decimal("12"), notStored},
		{auroradataapi.Time(time.Date(2024, 1, 1, 10, 11, 12, 0, time.UTC)), notStored},
	})
	exec(t, db, "DROP TABLE s")
	exec(t, db, "CREATE TABLE s (v bit(8))")
	checkStored(t, db, "hex(v)", "?", true, []stored{{-1, notStored}, {256, notStored}, {255, "FF"}, {"12", notStored}, {[]byte{0, 7}, "7"}})
}

// TestCopyFromBitsAgain loads what a query returned.
func TestCopyFromBitsAgain(t *testing.T) {
	db := dataapitest.Open(t, dataapitest.MySQL())
	exec(t, db, "CREATE TABLE t (k bit(16) PRIMARY KEY, name varchar(20))")
	exec(t, db, "INSERT INTO t VALUES (12, 'twelve'), (0x3132, 'old')")
	var key any
	if err := db.QueryRow("SELECT k FROM t WHERE name = 'old'").Scan(&key); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []auroradataapi.CopyMode{auroradataapi.CopyUpdate, auroradataapi.CopyUpsert} {
		name := fmt.Sprintf("new %d", mode)
		_, err := auroradataapi.CopyFrom(t.Context(), db, "t", []string{"k", "name"}, auroradataapi.CopyRows([][]any{{key, name}}),
			auroradataapi.CopyOptions{Mode: mode, Key: []string{"k"}})
		if err != nil {
			t.Errorf("mode %d: %v", mode, err)
		}
		if diff := cmp.Diff([]string{name, "twelve"}, namesOf(t, db)); diff != "" {
			t.Errorf("mode %d (-want +got)\n%s", mode, diff)
		}
	}
}

// TestCopyFromNumbers loads numbers into columns of MySQL, to which the text of a number
// may be another one.
func TestCopyFromNumbers(t *testing.T) {
	db := dataapitest.Open(t, dataapitest.MySQL())
	maria, zero := isMariaDB(t, db), "0"
	if !maria {
		zero = "-0" // as it is everywhere else
	}
	for _, c := range []struct {
		column  string
		same    []stored // INSERT stores the same
		refused []any    // INSERT may store them
	}{
		{"bigint", []stored{
			{0.5, "0"}, {1.5, "2"}, {2.5, "2"}, {-2.5, "-2"}, {3.5, "4"}, {math.Copysign(0, -1), "0"}, {1e-7, "0"}, {1e15, "1000000000000000"},
			{-0x1p63, "-9223372036854775808"}, {1e20, notStored}, {"2.5", "3"}, {auroradataapi.Decimal("2.5"), "3"},
		}, nil},
		{"bigint unsigned", []stored{{1.8e19, "18000000000000000000"}, {2.5, "2"}, {-1.0, notStored}, {0x1p64, notStored}}, nil},
		{"tinyint(1)", []stored{{0.5, "0"}, {true, "1"}}, nil},
		{"double", []stored{{0.30000000000000004, "0.30000000000000004"}, {1e300, "1e300"}, {math.Copysign(0, -1), zero}}, nil},
		{"decimal(30,10)", []stored{{2.675, "2.6750000000"}, {1e-7, "0.0000001000"}, {1e19, "10000000000000000000.0000000000"}}, nil},
		{"year", []stored{
			{0, "0000"}, {false, "0000"}, {0.0, "0000"}, {"0000", "0000"}, {uint64(0), "0000"}, {1, "2001"}, {true, "2001"}, {69, "2069"}, {70, "1970"}, {24.0, "2024"},
			{2024, "2024"}, {"0", "2000"}, {"00", "2000"}, {"24", "2024"}, {[]byte("0"), "2000"}, {"2024", "2024"}, {100, notStored}, {-1, notStored}, {uint64(1 << 63), notStored},
		}, []any{0.1, 2.5, 2024.5, 1e300}},
		{"enum('b','a','1','0')", []stored{{"1", "1"}, {"0", "0"}, {[]byte("a"), "a"}, {nil, "NULL"}}, []any{0, 1, 1.0, true, false, uint64(1), uint64(1 << 63), auroradataapi.Decimal("1")}},
		{"set('b','a','1','0')", []stored{{"1", "1"}, {"b,0", "b,0"}, {"", ""}}, []any{0, 1, 2.5, true}},
		{"date", []stored{{20240301, "2024-03-01"}, {240301, "2024-03-01"}, {20240301101112.0, "2024-03-01"}}, []any{101, 10103, true, 0.5, 2024030}},
		{"datetime(6)", []stored{{20240301101112, "2024-03-01 10:11:12.000000"}, {20240301101112.0, "2024-03-01 10:11:12.000000"}, {240301101112, "2024-03-01 10:11:12.000000"}},
			[]any{101, 10103, 90 * time.Second, 20240301101112.5, uint64(1<<64 - 1)}},
		{"time(6)", []stored{{101112, "10:11:12.000000"}, {-101112.0, "-10:11:12.000000"}, {0, "00:00:00.000000"}, {true, "00:00:01.000000"}, {8385959, "838:59:59.000000"}},
			[]any{2.675, 90 * time.Second, 20240301, 1e300}},
		{"varchar(40)", []stored{
			{1e20, "1e20"}, {1.25e300, "1.25e300"}, {1e-7, "0.0000001"}, {-1.5e-14, "-0.000000000000015"}, {1e-15, "0.000000000000001"}, {1e-16, "1e-16"},
			{1e14, "100000000000000"}, {1e15, "1e15"}, {1234567890123456.7, "1234567890123456.8"}, {0.5, "0.5"}, {float32(0.1), "0.10000000149011612"}, {12, "12"}, {true, "1"},
		}, nil},
		{"char(5)", []stored{{0.5, "0.5"}, {1e20, "1e20"}}, []any{0.1234567}},
		{"json", []stored{{1e20, "1e20"}, {1e-7, "0.0000001"}}, nil},
	} {
		t.Run(c.column, func(t *testing.T) {
			exec(t, db, "CREATE TABLE s (v "+c.column+")")
			defer exec(t, db, "DROP TABLE s")
			const show = "coalesce(cast(v AS char), 'NULL')"
			checkStored(t, db, show, "?", maria || c.column != "json", c.same) // MySQL takes no number for JSON
			if c.column == "varchar(40)" {                                     // which INSERT stores as -0 on MySQL
				checkStored(t, db, show, "?", maria, []stored{{math.Copysign(0, -1), "0"}})
			}
			for _, v := range c.refused {
				checkStored(t, db, show, "?", false, []stored{{v, notStored}})
			}
		})
	}
}

// TestCopyFromBytesOfText loads bytes into columns of texts. INSERT stores them as they
// are, in the character set of the column.
func TestCopyFromBytesOfText(t *testing.T) {
	db := dataapitest.Open(t, dataapitest.MySQL())
	for charset, same := range map[string][]stored{
		"utf8mb4": {{[]byte("é😀"), "C3A9F09F9880"}, {[]byte("a"), "61"}},
		"utf8mb3": {{[]byte("é"), "C3A9"}},
		"latin1":  {{"é", "E9"}, {[]byte("a"), "61"}},
		"ucs2":    {{"a", "0061"}},
		"sjis":    {{"a", "61"}},
	} {
		exec(t, db, "DROP TABLE IF EXISTS s")
		exec(t, db, "CREATE TABLE s (v varchar(10) CHARACTER SET "+charset+")")
		checkStored(t, db, "hex(v)", "?", true, same)
		switch charset {
		case "latin1":
			checkStored(t, db, "hex(v)", "?", false, []stored{{[]byte("é"), notStored}})
		case "ucs2", "sjis":
			checkStored(t, db, "hex(v)", "?", false, []stored{{[]byte("a"), notStored}})
		}
	}
}

// TestCopyUpdateNumbers updates by keys that would become others if they were stored.
func TestCopyUpdateNumbers(t *testing.T) {
	db := dataapitest.Open(t, dataapitest.MySQL())
	for _, c := range []struct {
		column string
		in     any // the table
		same   []any
		other  []any
	}{
		{"int", 2, []any{2, 2.0, "2"}, []any{2.5, 1.5, "2.5"}},
		{"year", 2024, []any{2024, 24, "24", 24.0}, []any{0, "0"}},
		{"year", 0, []any{0, false, "0000"}, []any{"0", "00", 2000}},
		{"year", 2000, []any{"0", "00", 2000}, []any{0, false, "0000"}},
	} {
		exec(t, db, "DROP TABLE IF EXISTS s")
		exec(t, db, "CREATE TABLE s (k "+c.column+" PRIMARY KEY, v int)")
		exec(t, db, "INSERT INTO s VALUES (?, 0)", c.in)
		for i, key := range slices.Concat(c.same, c.other) {
			exec(t, db, "UPDATE s SET v = 0")
			_, err := auroradataapi.CopyFrom(t.Context(), db, "s", []string{"k", "v"}, auroradataapi.CopyRows([][]any{{key, 1}}),
				auroradataapi.CopyOptions{Mode: auroradataapi.CopyUpdate, Key: []string{"k"}})
			updated := query[int](t, db, "SELECT v FROM s") == 1
			if err != nil || updated != (i < len(c.same)) {
				t.Errorf("%s %v by %T %v: updated %t, %v", c.column, c.in, key, key, updated, err)
			}
		}
	}
}

// TestCopyFromFloats loads floats into columns that are none of numbers.
func TestCopyFromFloats(t *testing.T) {
	srv := dataapitest.New(t)
	for _, mode := range []auroradataapi.ParamMode{auroradataapi.ParamsInfer, auroradataapi.ParamsBind} {
		db, _ := openInferring(t, srv, mode)
		for _, typ := range []string{"text", "varchar(400)"} {
			exec(t, db, "DROP TABLE IF EXISTS s")
			exec(t, db, "CREATE TABLE s (v "+typ+")")
			checkStored(t, db, "v", "$1", true, []stored{{1e300, "1e+300"}, {1e-7, "1e-07"}, {1e6, "1000000"}, {0.5, "0.5"}})
		}
		for _, typ := range []string{"int", "numeric", "float8"} {
			exec(t, db, "DROP TABLE IF EXISTS s")
			exec(t, db, "CREATE TABLE s (v "+typ+")")
			checkStored(t, db, "v::text", "$1", true, []stored{{1e6, "1000000"}, {-2.0, "-2"}})
		}
	}
}
