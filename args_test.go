package auroradataapi_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	pgxdriver "github.com/jackc/pgx/v5"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
)

type someUUID [16]byte

// TestArgumentsPostgreSQL sends a value of every Go type and has PostgreSQL say
// what it got.
func TestArgumentsPostgreSQL(t *testing.T) {
	db := dataapitest.Open(t)
	id := someUUID{0xa0, 0xee, 15: 1}
	noon := time.Date(2024, 7, 1, 12, 0, 0, 123_456_000, time.FixedZone("", 2*3600))
	for _, tt := range []struct {
		in        any
		typ, text string
	}{
		{uint64(math.MaxUint64), "numeric", "18446744073709551615"},
		{math.NaN(), "double precision", "NaN"},
		{math.Inf(-1), "double precision", "-Infinity"},
		{json.RawMessage(`{"b": 1.50}`), "text", `{"b": 1.50}`}, // as pgx, where nothing tells a type
		{auroradataapi.JSON{V: map[string]any{"a": "é<\n"}}, "jsonb", `{"a": "é<\n"}`},
		{id, "uuid", "a0ee0000-0000-0000-0000-000000000001"},
		{auroradataapi.UUID("A0EE0000000000000000000000000001"), "uuid", "a0ee0000-0000-0000-0000-000000000001"},
		{auroradataapi.Decimal("12345678901234567890.10"), "numeric", "12345678901234567890.10"},
		{auroradataapi.Date(noon), "date", "2024-07-01"},
		{auroradataapi.Time(noon), "time without time zone", "12:00:00.123456"},
		{auroradataapi.Timestamp(noon), "timestamp without time zone", "2024-07-01 12:00:00.123456"},
		{noon, "timestamp without time zone", "2024-07-01 10:00:00.123456"},
		{netip.MustParsePrefix("10.1.2.3/8"), "inet", "10.1.2.3/8"},
		{[]int{1, 2}, "bigint[]", "{1,2}"},
		{[]int32{}, "integer[]", "{}"},
		{[]*string{nil}, "text[]", "{NULL}"},
		{[]float64{0.1, math.Inf(1), 5e-324}, "double precision[]", "{0.1,Infinity,5e-324}"},
		{[]bool{true}, "boolean[]", "{t}"},
		{[][]byte{{1, 0xff}}, "bytea[]", `{"\\x01ff"}`},
		{[]time.Time{noon}, "timestamp with time zone[]", `{"2024-07-01 10:00:00.123456+00"}`},
		{[]someUUID{id}, "uuid[]", "{a0ee0000-0000-0000-0000-000000000001}"},
		{[]json.RawMessage{json.RawMessage(`["x"]`)}, "jsonb[]", `{"[\"x\"]"}`},
		{[][]string{{"a", `"`}, {"NULL", ""}}, "text[]", `{{a,"\""},{"NULL",""}}`},
		{auroradataapi.Array[int16]{7}, "smallint[]", "{7}"},
	} {
		var typ, text string
		if err := db.QueryRow("SELECT pg_typeof(v)::text, v::text FROM (SELECT $1 AS v) AS s", tt.in).Scan(&typ, &text); err != nil {
			t.Errorf("%T: %v", tt.in, err)
		} else if typ != tt.typ || text != tt.text {
			t.Errorf("%T: got %s %s, want %s %s", tt.in, typ, text, tt.typ, tt.text)
		}
	}
}

// TestArgumentsMySQL sends the same to columns of MySQL.
func TestArgumentsMySQL(t *testing.T) {
	db := dataapitest.Open(t, dataapitest.MySQL())
	noon := time.Date(2024, 7, 1, 12, 0, 0, 123_456_000, time.FixedZone("", 2*3600))
	object := `{"a":"b"}`
	if !isMariaDB(t, db) { // MySQL writes its JSON itself
		object = `{"a": "b"}`
	}
	for _, tt := range []struct {
		in        any
		typ, text string
	}{
		{uint64(math.MaxUint64), "BIGINT UNSIGNED", "18446744073709551615"},
		{auroradataapi.Decimal("12345678901234567890.10"), "DECIMAL(30,2)", "12345678901234567890.10"},
		{auroradataapi.Date(noon), "DATE", "2024-07-01"},
		{auroradataapi.Time(noon), "TIME(6)", "12:00:00.123456"},
		{auroradataapi.Timestamp(noon), "DATETIME(6)", "2024-07-01 12:00:00.123456"},
		{noon, "DATETIME(6)", "2024-07-01 10:00:00.123456"},
		{auroradataapi.JSON{V: []int{1}}, "JSON", "[1]"},
		{json.RawMessage(`{"a":"b"}`), "JSON", object},
		{auroradataapi.UUID("A0EE0000000000000000000000000001"), "CHAR(36)", "a0ee0000-0000-0000-0000-000000000001"},
		{netip.MustParseAddr("::1"), "VARCHAR(50)", "::1"},
		{[3]byte{1, 0, 255}, "BINARY(3)", "\x01\x00\xff"},
		{[]byte("\x01é"), "BINARY(3)", "\x01é"},
		{[]byte(`{"a":"b"}`), "JSON", object},
		{[]byte("é"), "VARCHAR(1) CHARACTER SET latin1", "é"},
		{[]byte("é😀"), "TEXT", "é😀"},
	} {
		exec(t, db, "CREATE TABLE v (v "+tt.typ+")")
		exec(t, db, "INSERT INTO v VALUES (?)", tt.in)
		var text string
		if err := db.QueryRow("SELECT v FROM v WHERE ? IS NOT NULL", tt.in).Scan(new(any)); err != nil {
			t.Errorf("%T: %v", tt.in, err)
		}
		if err := db.QueryRow("SELECT CAST(v AS CHAR) FROM v").Scan(&text); tt.typ == "BINARY(3)" {
			text = string(query[[]byte](t, db, "SELECT v FROM v"))
		} else if err != nil {
			t.Errorf("%T: %v", tt.in, err)
		}
		if text != tt.text {
			t.Errorf("%T in a %s: got %q, want %q", tt.in, tt.typ, text, tt.text)
		}
		exec(t, db, "DROP TABLE v")
	}
	// Compared as numbers of that size are, and not as doubles.
	if query[bool](t, db, "SELECT 18446744073709551614 = ?", uint64(math.MaxUint64)) {
		t.Error("two large numbers that differ are equal")
	}
}

// TestArrayColumns has arrays go to columns and come back.
func TestArrayColumns(t *testing.T) {
	db := dataapitest.Open(t)
	exec(t, db, "CREATE TABLE a (i int8[], s text[], b bytea[], ts timestamptz[], u uuid[], n numeric[], f float8[], m int4[])")
	at := time.Date(2024, 7, 1, 10, 0, 0, 123_456_000, time.UTC)
	i, s := auroradataapi.Array[int64]{1, math.MaxInt64}, auroradataapi.Array[*string]{nil, new(string)}
	b, ts := auroradataapi.Array[[]byte]{{0, 1}, {}}, auroradataapi.Array[time.Time]{at}
	u, n := auroradataapi.Array[someUUID]{{1, 2, 3}}, auroradataapi.Array[auroradataapi.Decimal]{"1.10"}
	f := auroradataapi.Array[float64]{0.1, math.Inf(1)}
	exec(t, db, "INSERT INTO a VALUES ($1, $2, $3, $4, $5, $6, $7, $8)", i, s, b, ts, u, n, f, []int(nil))
	var i2 auroradataapi.Array[int64]
	var s2 auroradataapi.Array[*string]
	var b2 auroradataapi.Array[[]byte]
	var ts2 auroradataapi.Array[time.Time]
	var u2 auroradataapi.Array[someUUID]
	var n2 auroradataapi.Array[auroradataapi.Decimal]
	var f2 auroradataapi.Array[float64]
	m2 := auroradataapi.Array[sql.NullInt32]{{}}
	if err := db.QueryRow("SELECT * FROM a WHERE i = $1 AND $2 = ANY (n)", i, n[0]).Scan(&i2, &s2, &b2, &ts2, &u2, &n2, &f2, &m2); err != nil {
		t.Fatal(err)
	}
	for _, pair := range [][2]any{{i, i2}, {s, s2}, {b, b2}, {ts, ts2}, {u, u2}, {n, n2}, {f, f2}, {auroradataapi.Array[sql.NullInt32](nil), m2}} {
		if diff := cmp.Diff(pair[0], pair[1]); diff != "" {
			t.Errorf("%T (-want +got)\n%s", pair[0], diff)
		}
	}
	if n := query[int](t, db, "SELECT count(*) FROM unnest($1) AS e WHERE e = ANY ($2)", []string{"a", "b", "c"}, []string{"b", "c", "d"}); n != 2 {
		t.Errorf("%d elements are in both, want 2", n)
	}
	if got := query[int](t, db, "SELECT $1[2]", []int{4, 5}); got != 5 {
		t.Errorf("the second element is %d", got)
	}
}

// TestArrayTextIsPostgreSQLs has PostgreSQL read what is written of slices of
// awkward texts, and Array read what PostgreSQL writes.
func TestArrayTextIsPostgreSQLs(t *testing.T) {
	db := dataapitest.Open(t)
	const awkward = "ab{},\"\\ \t\n\r\v\f'NULLnull;:$é☕\u00a0[]="
	runes := []rune(awkward)
	r := rand.New(rand.NewPCG(1, 2))
	var all [][]string
	for range 400 {
		row := make([]string, 3)
		for i := range row {
			for range r.IntN(6) {
				row[i] += string(runes[r.IntN(len(runes))])
			}
		}
		all = append(all, row)
	}
	want, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	var got, text string
	if err := db.QueryRow("SELECT to_json($1)::text, $1::text", all).Scan(&got, &text); err != nil {
		t.Fatal(err)
	}
	var read, back [][]string
	if err := json.Unmarshal(want, &back); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(got), &read); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(back, read); diff != "" {
		t.Errorf("PostgreSQL read (-want +got)\n%s", diff)
	}
	var scanned auroradataapi.Array[[]string]
	if err := scanned.Scan(text); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(all, [][]string(scanned)); diff != "" {
		t.Errorf("Array read (-want +got)\n%s", diff)
	}
}

// TestPgxArguments has what GORM's migrator passes to pgx arrive as arguments
// without it.
func TestPgxArguments(t *testing.T) {
	db := dataapitest.Open(t)
	got := query[string](t, db, "SELECT $1 || $2", pgxdriver.QueryExecModeSimpleProtocol, "a", "b")
	if got != "ab" {
		t.Errorf("got %q", got)
	}
	stmt, err := db.Prepare("SELECT $1 || $2")
	if err != nil {
		t.Fatal(err)
	}
	defer stmt.Close()
	if err := stmt.QueryRow(pgxdriver.QueryExecModeDescribeExec, "a", "b").Scan(&got); err != nil || got != "ab" {
		t.Errorf("prepared: %q, %v", got, err)
	}
}

func ExampleArray() {
	var tags auroradataapi.Array[string]
	if err := tags.Scan(`{go,"data api"}`); err != nil { // as row.Scan(&tags) does
		fmt.Println(err)
		return
	}
	fmt.Printf("%q\n", tags)
	// Output: ["go" "data api"]
}

func ExampleJSON() {
	var order struct{ Items []string }
	if err := (&auroradataapi.JSON{V: &order}).Scan([]byte(`{"items": ["pen"]}`)); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(order.Items)
	// Output: [pen]
}

// TestBytesForColumnsMySQL writes bytes into columns that need a text and into others,
// by all ways that a statement has for it.
func TestBytesForColumnsMySQL(t *testing.T) {
	db := dataapitest.Open(t, dataapitest.MySQL())
	const schema = "CREATE TABLE v (id INT PRIMARY KEY, l TEXT CHARACTER SET latin1, u TEXT CHARACTER SET utf16, b BLOB, j JSON)"
	exec(t, db, schema)
	text, doc, id := []byte("é"), []byte(`["é"]`), 0
	row := func() []any {
		id++
		return []any{sql.Named("id", id), sql.Named("l", text), sql.Named("u", text), sql.Named("b", text), sql.Named("j", doc)}
	}
	const insert = "INSERT INTO v (id, l, u, b, j) VALUES (:id, :l, :u, :b, :j)"
	exec(t, db, insert, row()...)
	turned := row()
	slices.Reverse(turned)
	exec(t, db, insert, turned...)
	also := row()
	slices.Reverse(also)
	if _, err := auroradataapi.ExecBatch(t.Context(), db, insert, [][]any{row(), also}); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("INSERT INTO v VALUES (?, ?, ?, ?, ?)", 5, text); err == nil {
		t.Fatal("5 columns take 2 arguments")
	}
	exec(t, db, "INSERT INTO v VALUES (?, ?, ?, ?, ?), (?, ?, ?, ?, ?)", 5, nil, nil, nil, nil, 6, text, text, text, doc)
	exec(t, db, "REPLACE v SET id = ?, l = ?, u = ?, b = ?, j = ?", 5, text, text, text, doc)
	exec(t, db, "INSERT INTO v (id) VALUES (?) ON DUPLICATE KEY UPDATE l = ?, u = ?", 6, text, text)
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	exec(t, tx, "INSERT INTO v VALUES (?, ?, ?, ?, JSON_ARRAY(?))", 7, text, text, text, text)
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	for i := range 7 {
		got := query[string](t, db, "SELECT CONCAT_WS(' ', HEX(l), HEX(u), HEX(b), JSON_EXTRACT(j, '$[0]')) FROM v WHERE id = ?", i+1)
		if want := `E9 00E9 C3A9 "é"`; got != want {
			t.Errorf("row %d: got %s, want %s", i+1, got, want)
		}
	}
	exec(t, db, "RENAME TABLE v TO w")
	exec(t, db, "CREATE TABLE v (id INT, l TEXT CHARACTER SET latin1, u BLOB, b TEXT CHARACTER SET utf16, j JSON)")
	exec(t, db, insert, row()...)
	if got, want := query[string](t, db, "SELECT CONCAT_WS(' ', HEX(l), HEX(u), HEX(b)) FROM v"), "E9 C3A9 00E9"; got != want {
		t.Errorf("in another table: got %s, want %s", got, want)
	}
}
