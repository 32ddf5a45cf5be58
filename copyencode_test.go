package auroradataapi_test

import (
	"database/sql"
	"fmt"
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
