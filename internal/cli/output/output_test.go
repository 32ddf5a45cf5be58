package output

import (
	"bytes"
	"flag"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// result is a result to print.
type result struct {
	columns []Column
	rows    [][]any
}

// everything has a value of each kind and every text that a format has to
// escape.
var everything = result{
	columns: []Column{
		{"id", "INT8"}, {"name", "TEXT"}, {"price", "NUMERIC"}, {"real", "FLOAT4"}, {"ok", "BOOL"},
		{"doc", "JSONB"}, {"raw", "BYTEA"}, {"day", "DATE"}, {"at", "TIMESTAMPTZ"}, {"wall", "TIMESTAMP"},
		{"clock", "TIME"}, {"name", "TEXT"},
	},
	rows: [][]any{
		{int64(1), "Ada", "10.50", 0.1, true, `{"b": 1, "a": [1.50]}`, []byte{0, 255}, date, instant, instant, instant, ""},
		{int64(-9223372036854775808), "a,b \"q\"\tt\r\nnext|\\n *x* _y_ snake_case <b> &", "12345678901234567890.12345678901234567890", 1e20, false, "null", []byte{}, nil, nil, nil, nil, nil},
		{nil, "\x1b[31mred\x1b[0m \u009b31m \u202egnp.exe", "NaN", nil, nil, "[\n \"\u009b\"\n]", nil, nil, nil, nil, nil, `\N`},
		{int64(3), "日本語 👩‍👩‍👧 é", "-0", -1.5, true, []byte(`"text"`), []byte("x"), date, instant, instant, instant, " \\."},
	},
}

var (
	date    = time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)
	instant = time.Date(2024, 2, 29, 13, 4, 5, 123456000, time.UTC)
)

var (
	empty   = result{columns: []Column{{"id", "INT8"}, {"a name", "TEXT"}}}
	noCols  = result{rows: [][]any{{}, {}}}
	oneNull = result{columns: []Column{{"v", "TEXT"}}, rows: [][]any{{nil}, {""}, {"\\."}}}
)

func print(t *testing.T, opt Options, results ...result) string {
	t.Helper()
	var b bytes.Buffer
	w, err := New(&b, opt)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if err := w.Begin(r.columns); err != nil {
			t.Fatal(err)
		}
		for _, row := range r.rows {
			if err := w.Row(row); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.End(); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; write it with -update", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func TestGolden(t *testing.T) {
	for _, format := range formats {
		for _, mode := range []struct {
			name string
			opt  Options
		}{
			{"pipe", Options{Null: "NULL"}},
			{"terminal", Options{Null: "∅", Terminal: true, Width: 100, Color: true}},
			{"bare", Options{NoHeader: true}},
		} {
			name := string(format) + "-" + mode.name
			t.Run(name, func(t *testing.T) {
				opt := mode.opt
				opt.Format = format
				golden(t, name, print(t, opt, everything, empty, noCols, oneNull))
			})
		}
	}
}

func TestParseFormat(t *testing.T) {
	for _, name := range Names() {
		if f, err := ParseFormat(name); err != nil || string(f) != name {
			t.Errorf("ParseFormat(%q) = %q, %v", name, f, err)
		}
	}
	if _, err := ParseFormat("xml"); err == nil {
		t.Error("ParseFormat(xml) succeeded")
	}
}

func TestRefusals(t *testing.T) {
	for _, format := range formats {
		for name, row := range map[string][]any{
			"too few values":  {},
			"too many values": {int64(1), int64(2)},
			"unknown Go type": {struct{}{}},
		} {
			w, err := New(new(bytes.Buffer), Options{Format: format})
			if err != nil {
				t.Fatal(err)
			}
			if err := w.Begin([]Column{{"id", "INT8"}}); err != nil {
				t.Fatal(err)
			}
			if err := w.Row(row); err == nil {
				t.Errorf("%s: %s: no error", format, name)
			}
		}
	}
	if _, err := New(new(bytes.Buffer), Options{Format: "xml"}); err == nil {
		t.Error("New accepts a format that is not known")
	}
}

func TestUniqueNames(t *testing.T) {
	columns := []Column{{"a", ""}, {"a", ""}, {"a_2", ""}, {"a", ""}, {"b", ""}, {"a_2", ""}}
	want := []string{"a", "a_3", "a_2", "a_4", "b", "a_2_2"}
	if diff := cmp.Diff(want, uniqueNames(columns)); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}

func TestText(t *testing.T) {
	tests := []struct {
		in   any
		typ  string
		want string
	}{
		{math.NaN(), "FLOAT8", "NaN"},
		{math.Inf(1), "FLOAT8", "Infinity"},
		{math.Inf(-1), "FLOAT8", "-Infinity"},
		{math.Copysign(0, -1), "FLOAT8", "-0"},
		{1e14, "FLOAT8", "100000000000000"},
		{1e15, "FLOAT8", "1e+15"},
		{1e-4, "FLOAT8", "0.0001"},
		{1.5e-5, "FLOAT8", "1.5e-05"},
		{float64(float32(0.1)), "FLOAT4", "0.1"},
		{float64(float32(0.1)), "FLOAT8", "0.10000000149011612"},
		{time.Date(-43, 3, 15, 0, 0, 0, 0, time.UTC), "DATE", "0044-03-15 BC"},
		{time.Date(0, 3, 15, 1, 2, 3, 0, time.UTC), "TIMESTAMP", "0001-03-15 01:02:03 BC"},
		{time.Date(12024, 3, 15, 0, 0, 0, 0, time.UTC), "DATE", "12024-03-15"},
		{time.Date(2024, 3, 15, 1, 2, 3, 4000, time.FixedZone("", 5400)), "TIMESTAMPTZ", "2024-03-15 01:02:03.000004+01:30"},
		{uint64(math.MaxUint64), "UNSIGNED BIGINT", "18446744073709551615"},
		{[]byte("{}"), "JSON", "{}"},
		{[]byte("{}"), "", `\x7b7d`},
	}
	for _, tt := range tests {
		got, err := appendText(nil, tt.in, classOf(tt.typ))
		if err != nil || string(got) != tt.want {
			t.Errorf("text of %v as %s = %q, %v, want %q", tt.in, tt.typ, got, err, tt.want)
		}
	}
}

func TestInvalidJSON(t *testing.T) {
	w, err := New(new(bytes.Buffer), Options{Format: JSON})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Begin([]Column{{"doc", "JSON"}}); err != nil {
		t.Fatal(err)
	}
	if err := w.Row([]any{"{"}); err == nil {
		t.Error("a broken JSON document was embedded")
	}
}

// TestStreams prints a million rows and looks at the memory they take.
func TestStreams(t *testing.T) {
	const rows, bound = 1_000_000, 32 << 20
	for _, format := range formats[1:] {
		t.Run(string(format), func(t *testing.T) {
			w, err := New(io.Discard, Options{Format: format})
			if err != nil {
				t.Fatal(err)
			}
			if err := w.Begin([]Column{{"id", "INT8"}, {"name", "TEXT"}}); err != nil {
				t.Fatal(err)
			}
			row := []any{int64(0), "some text of a usual length"}
			for i := range rows {
				row[0] = int64(i)
				if err := w.Row(row); err != nil {
					t.Fatal(err)
				}
				if i%(rows/4) == rows/4-1 {
					var m runtime.MemStats
					runtime.GC()
					runtime.ReadMemStats(&m)
					if m.HeapAlloc > bound {
						t.Fatalf("after %d rows %d bytes are in use, want at most %d", i+1, m.HeapAlloc, bound)
					}
				}
			}
			if err := w.End(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// TestSampleIsBounded holds rows of a megabyte against the table's sample.
func TestSampleIsBounded(t *testing.T) {
	tb := &table{printer: printer{w: io.Discard}}
	if err := tb.Begin([]Column{{"v", "TEXT"}}); err != nil {
		t.Fatal(err)
	}
	big := strings.Repeat("x", 1<<20)
	for range 5 {
		if err := tb.Row([]any{big}); err != nil {
			t.Fatal(err)
		}
	}
	if tb.sample != nil || tb.widths == nil || tb.widths[0] != maxWidth {
		t.Errorf("sample of %d rows, widths %v, want none and %d", len(tb.sample), tb.widths, maxWidth)
	}
}
