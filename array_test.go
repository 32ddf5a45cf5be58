package auroradataapi

import (
	"database/sql"
	"encoding/json"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
)

func TestArrayScan(t *testing.T) {
	utc := time.Date(2024, 1, 15, 3, 34, 56, 789_012_000, time.UTC)
	for _, tt := range []struct {
		text string
		into sql.Scanner
		want any
	}{
		{`{}`, new(Array[int]), Array[int]{}},
		{` { 1 , -2 } `, new(Array[int]), Array[int]{1, -2}},
		{`{1,2}`, new(Array[uint8]), Array[uint8]{1, 2}},
		{`[0:1]={1,2}`, new(Array[int64]), Array[int64]{1, 2}},
		{`{a,"b c","NULL","",null,"\"\\",\N}`, new(Array[*string]), Array[*string]{p("a"), p("b c"), p("NULL"), p(""), nil, p(`"\`), p("N")}},
		{`{NULL,"x"}`, new(Array[sql.NullString]), Array[sql.NullString]{{}, {String: "x", Valid: true}}},
		{`{NULL,2024-01-15 03:34:56.789012+00}`, new(Array[sql.NullTime]), Array[sql.NullTime]{{}, {Time: utc, Valid: true}}},
		{`{t,f,NULL}`, new(Array[sql.Null[bool]]), Array[sql.Null[bool]]{{V: true, Valid: true}, {V: false, Valid: true}, {}}},
		{`{NaN,-Infinity,1e-7}`, new(Array[float64]), nil},
		{`{"2024-01-15 03:34:56.789012+00","2024-01-15 12:34:56.789012+09","2024-01-14 22:04:56.789012-05:30"}`, new(Array[time.Time]), Array[time.Time]{utc, utc, utc}},
		{`{2024-01-15}`, new(Array[Date]), Array[Date]{Date(time.Date(2024, 1, 15, 0, 0, 0, 0, time.UTC))}},
		{`{"\\x00ff"}`, new(Array[[]byte]), Array[[]byte]{{0, 255}}},
		{`{"{\"a\":1}"}`, new(Array[json.RawMessage]), Array[json.RawMessage]{json.RawMessage(`{"a":1}`)}},
		{`{` + sampleID + `}`, new(Array[uuidBytes]), Array[uuidBytes]{{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}}},
		{`{::1,NULL}`, new(Array[*netip.Addr]), Array[*netip.Addr]{p(netip.MustParseAddr("::1")), nil}},
		{`{a,NULL}`, new(Array[any]), Array[any]{"a", nil}},
		{`{1.50}`, new(Array[Decimal]), Array[Decimal]{"1.50"}},
		{`{{a,b},{c,d}}`, new(Array[[]string]), Array[[]string]{{"a", "b"}, {"c", "d"}}},
		{`{{{1}},{{2}}}`, new(Array[Array[[]int]]), Array[Array[[]int]]{{{1}}, {{2}}}},
	} {
		if err := tt.into.Scan([]byte(tt.text)); err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		got := reflect.ValueOf(tt.into).Elem().Interface()
		if diff := cmp.Diff(tt.want, got, cmp.Comparer(func(a, b Date) bool { return a == b }), cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); tt.want != nil && diff != "" {
			t.Errorf("%s: (-want +got)\n%s", tt.text, diff)
		}
	}
	a := Array[int]{1}
	if err := a.Scan(nil); err != nil || a != nil {
		t.Errorf("NULL: %v, %v", a, err)
	}
}

func TestArrayScanErrors(t *testing.T) {
	for _, tt := range []struct {
		src  any
		into sql.Scanner
		want string
	}{
		{``, new(Array[int]), "not an array: no {"},
		{`secret`, new(Array[int]), "not an array: no {"},
		{`{1`, new(Array[int]), "neither , nor }"},
		{`{1 2}`, new(Array[int]), "element 0: it cannot be read as int: invalid syntax"},
		{`{1,}`, new(Array[int]), "no element"},
		{`{,1}`, new(Array[int]), "no element"},
		{`{"a`, new(Array[string]), "a quote that does not end"},
		{`{"a"b}`, new(Array[string]), "neither , nor }"},
		{`{a"b"}`, new(Array[string]), "neither , nor }"},
		{`{1}}`, new(Array[int]), "something behind it"},
		{`[1:1]{1}`, new(Array[int]), "no = behind its bounds"},
		{`{{1},{2,3}}`, new(Array[[]int]), "rows of unequal length"},
		{`{{1},2}`, new(Array[[]int]), "side by side"},
		{`{2,{1}}`, new(Array[[]int]), "side by side"},
		{`{{{{{{{1}}}}}}}`, new(Array[int]), "more than 6 dimensions"},
		{`{{1}}`, new(Array[int]), "has 2 dimensions"},
		{`{1}`, new(Array[[]int]), "it is no array and cannot be read as []int"},
		{`{NULL}`, new(Array[int]), "it is NULL; scan into Array[*int] or Array[sql.Null[int]]"},
		{`{300}`, new(Array[int8]), "it cannot be read as int8: value out of range"},
		{`{secret}`, new(Array[bool]), "it cannot be read as bool: invalid syntax"},
		{`{secret}`, new(Array[[]byte]), "it is no bytea"},
		{`{secret}`, new(Array[uuidBytes]), "not a UUID"},
		{`{1}`, new(Array[point]), "it cannot be read as auroradataapi.point"},
		{int64(1), new(Array[int]), "a int64 cannot be read as an array"},
	} {
		err := tt.into.Scan(tt.src)
		if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%v into a %T: got %v, want an error with %q", tt.src, tt.into, err, tt.want)
		}
	}
}

// FuzzSlices holds the two directions together: what is written of a slice reads
// as that slice, and what reads is written so that it reads the same.
func FuzzSlices(f *testing.F) {
	f.Add("a", "", "NULL", `{"\,`)
	f.Add(" ", "\n", "é", "{}")
	f.Add(`{1,"b",NULL}`, "{{a},{b}}", "[0:1]={a,b}", `{\"\{}`)
	f.Fuzz(func(t *testing.T, a, b, c, d string) {
		in := [][]string{{a, b}, {c, d}}
		sent, err := encode(dialect.PostgreSQL, in)
		if err == nil {
			var out Array[[]string]
			if err := out.Scan(sent.value.Str()); err != nil {
				t.Fatalf("%q was written as %q: %v", in, sent.value.Str(), err)
			}
			if !cmp.Equal(in, [][]string(out)) {
				t.Fatalf("%q was written as %q and read as %q", in, sent.value.Str(), out)
			}
		}
		var read Array[sql.NullString]
		if read.Scan(a) != nil {
			return
		}
		text, err := read.Value()
		if err != nil {
			return // not UTF-8
		}
		var again Array[sql.NullString]
		if err := again.Scan(text); err != nil || !cmp.Equal(read, again) {
			t.Fatalf("%q was read as %v, written as %q and read as %v, %v", a, read, text, again, err)
		}
	})
}
