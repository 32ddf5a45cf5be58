package auroradataapi_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
)

// hostile are the pieces that values which want out of their quotes are made of.
var hostile = []string{"'", "''", `\`, `\\`, `\'`, `"`, "`", "--", "-- ", "/*", "*/", "#", ";", "$$", "$a$", ":p", "::", "?", "%", "_",
	"\n", "\r", "\t", "\x1a", "E'", "x'", "é", "表", "ソ", "\u00bf'", "縗'", "\u2028", "' OR '1'='1", "'); DROP TABLE l; --", `\'; DROP TABLE l; #`}

// values returns random values of those pieces.
func hostileValues(n int) []string {
	r := rand.New(rand.NewPCG(7, 7))
	values := append([]string{""}, hostile...)
	for len(values) < n {
		var b strings.Builder
		for range 1 + r.IntN(8) {
			b.WriteString(hostile[r.IntN(len(hostile))])
		}
		values = append(values, b.String())
	}
	return values
}

// TestLiterals has values come back as they are, under every setting that changes
// how a quoted string is read.
func TestLiterals(t *testing.T) {
	for _, tt := range []struct {
		name     string
		options  []dataapitest.Option
		settings []string
		sum      string // a query that tells a value's bytes
	}{
		{"postgresql", nil, []string{"SET LOCAL standard_conforming_strings = on", "SET LOCAL standard_conforming_strings = off",
			"SET LOCAL backslash_quote = off", "SET LOCAL escape_string_warning = on"}, "SELECT encode(convert_to($1, 'UTF8'), 'hex'), ' $1 :p ? '"},
		{"mysql", []dataapitest.Option{dataapitest.MySQL()}, []string{"SET sql_mode = ''", "SET sql_mode = 'NO_BACKSLASH_ESCAPES'",
			"SET sql_mode = 'ANSI_QUOTES'", "SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT'",
			"SET NAMES gbk", "SET NAMES sjis", "SET NAMES big5", "SET NAMES latin1"}, "SELECT lower(hex(convert(? USING utf8mb4))), ' $1 :p x '"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			srv := dataapitest.New(t, tt.options...)
			db, _ := openInferring(t, srv, auroradataapi.ParamsLiteral)
			for _, setting := range append([]string{""}, tt.settings...) {
				tx, err := db.Begin()
				if err != nil {
					t.Fatal(err)
				}
				if setting != "" {
					exec(t, tx, setting)
				}
				utf8 := !strings.HasPrefix(setting, "SET NAMES")
				for _, value := range hostileValues(150) {
					if !utf8 && strings.Trim(value, "\x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n\v\f\r\x1a !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~") != "" {
						continue // other characters than ASCII are read as the charset has it, in a text of any kind
					}
					var got, rest string
					if err := tx.QueryRow(tt.sum, value).Scan(&got, &rest); err != nil {
						t.Errorf("%s: %q: %v", setting, value, err)
						tx.Rollback()
						return
					}
					if want := fmt.Sprintf("%x", value); got != want {
						t.Errorf("%s: %q came as %s", setting, value, got)
					}
				}
				if tt.name == "mysql" && setting != "" {
					exec(t, tx, "SET sql_mode = DEFAULT, NAMES utf8mb4")
				}
				if err := tx.Rollback(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// TestLiteralValues sends values of every kind, and looks that none of them is a
// parameter.
func TestLiteralValues(t *testing.T) {
	srv := dataapitest.New(t)
	db, counter := openInferring(t, srv, auroradataapi.ParamsLiteral)
	exec(t, db, inferSchema)
	counter.take()
	at := time.Date(2024, 7, 1, 1, 30, 0, 0, time.FixedZone("", 2*3600))
	exec(t, db, `INSERT INTO o VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, NULL)`,
		"a0ee0000-0000-0000-0000-000000000001", `{"a": 1}`, auroradataapi.JSON{V: "x'y"}, at, at, at, nil,
		[]string{"x", `"'\`}, 0.1, -42, "10.0.0.1", true, "xyz")
	got := query[string](t, db, "SELECT o::text FROM o WHERE day = $1 AND i = 0 - $2", "2024-07-01", 42)
	want := `(a0ee0000-0000-0000-0000-000000000001,"{""a"": 1}","""x'y""","2024-06-30 23:30:00+00","2024-07-01 01:30:00",2024-07-01,,` +
		`"{x,""\\""'\\\\""}",0.1,-42,10.0.0.1,true,"xyz  ",)`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := query[int](t, db, "SELECT 3 -$1", -5); got != 8 { // and no comment
		t.Errorf("3 - -5 is %d", got)
	}
	if described, statements := counter.take(); described != 0 || statements != 3 {
		t.Errorf("%d descriptions and %d statements", described, statements)
	}
	for _, d := range []any{90 * time.Second, auroradataapi.Array[time.Duration]{90 * time.Second}} { // no 90,000,000,000 seconds
		if _, err := db.Exec("SELECT coalesce($1, NULL::interval)", d); !errors.Is(err, auroradataapi.DatatypeMismatch) && !errors.Is(err, auroradataapi.Code("42846")) {
			t.Errorf("a %T as an interval: %v", d, err)
		}
	}
	if got := query[time.Duration](t, db, "SELECT $1", 90*time.Second); got != 90*time.Second {
		t.Errorf("a time.Duration comes back as %v", got)
	}
	my, _ := openInferring(t, dataapitest.New(t, dataapitest.MySQL()), auroradataapi.ParamsLiteral)
	exec(t, my, "CREATE TABLE l (i bigint unsigned, s text, b blob, d datetime(6))")
	exec(t, my, "INSERT INTO l VALUES (?, ?, ?, ?)", uint64(math.MaxUint64), `it's \ "`, []byte{0, '\'', '\\', 255}, at)
	var i uint64
	var s string
	var b []byte
	var d time.Time
	if err := my.QueryRow("SELECT * FROM l WHERE i > ? LIMIT ?", 5, 1).Scan(&i, &s, &b, &d); err != nil || i != math.MaxUint64 || s != `it's \ "` ||
		string(b) != "\x00'\\\xff" || !d.Equal(at) {
		t.Errorf("%d %q %q %v %v", i, s, b, d, err)
	}
}

// TestLiteralsTooLong binds what the statement has no room for.
func TestLiteralsTooLong(t *testing.T) {
	for _, options := range [][]dataapitest.Option{nil, {dataapitest.MySQL()}} {
		srv := dataapitest.New(t, options...)
		db, _ := openInferring(t, srv, auroradataapi.ParamsLiteral)
		for _, n := range []int{100, 65_300, 65_536, 200_000} {
			long := strings.Repeat("é'", n/2)
			var got, short string
			if err := db.QueryRow("SELECT concat(?, ''), concat(?, '')", "s", long).Scan(&short, &got); err != nil || got != long || short != "s" {
				t.Errorf("%d characters: %d came, %q, %v", n, len(got), short, err)
			}
		}
		var nul string
		err := db.QueryRow("SELECT concat(?, '')", "a\x00b").Scan(&nul)
		if len(options) == 0 && err == nil || len(options) > 0 && (err != nil || nul != "a\x00b") {
			t.Errorf("NUL: %q, %v", nul, err) // PostgreSQL has none, MySQL has
		}
	}
}
