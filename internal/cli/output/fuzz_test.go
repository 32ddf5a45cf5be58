package output

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

var texts = []string{"", "a", `"`, ",", "\n", "\r\n", `\N`, `\.`, "a\tb\\", "\x1b[2J", "日本", "é", "\xff", "👩‍👩‍👧", "\u009b", " ", "_a_", "🇩🇪🇩", "a\u0301\u0301"}

func addPairs(f *testing.F) {
	for i, s := range texts {
		f.Add(s, texts[(i+1)%len(texts)])
	}
}

var twoTexts = []Column{{"a", "TEXT"}, {"b", "TEXT"}}

// FuzzCSV: a CSV reader finds the values again, and NULL is not the empty
// string.
func FuzzCSV(f *testing.F) {
	addPairs(f)
	f.Fuzz(func(t *testing.T, a, b string) {
		got := print(t, Options{Format: CSV, NoHeader: true}, result{twoTexts, [][]any{{a, b}}})
		r := csv.NewReader(strings.NewReader(got))
		record, err := r.Read()
		if err != nil {
			t.Fatalf("%q does not read back: %v", got, err)
		}
		// The reader turns \r\n into \n, in quotes too.
		want := []string{strings.ReplaceAll(a, "\r\n", "\n"), strings.ReplaceAll(b, "\r\n", "\n")}
		if !slices.Equal(record, want) {
			t.Errorf("%q reads back as %q, want %q", got, record, want)
		}
		if null := print(t, Options{Format: CSV, NoHeader: true}, result{twoTexts, [][]any{{a, nil}}}); null == got {
			t.Errorf("%q is printed for %q and for NULL", got, b)
		}
	})
}

// FuzzTSV: undoing the escapes gives the value again.
func FuzzTSV(f *testing.F) {
	addPairs(f)
	undo := strings.NewReplacer(`\\`, `\`, `\b`, "\b", `\t`, "\t", `\n`, "\n", `\v`, "\v", `\f`, "\f", `\r`, "\r")
	f.Fuzz(func(t *testing.T, a, b string) {
		got := print(t, Options{Format: TSV, NoHeader: true}, result{twoTexts, [][]any{{a, b}}})
		line, ok := strings.CutSuffix(got, "\n")
		fields := strings.Split(line, "\t")
		if !ok || strings.Contains(line, "\n") || len(fields) != 2 {
			t.Fatalf("%q is not one line of two fields", got)
		}
		for i, want := range []string{a, b} {
			if fields[i] == `\N` {
				t.Errorf("%q is printed as NULL", want)
			}
			if back := undo.Replace(fields[i]); back != want {
				t.Errorf("%q reads back as %q, want %q", fields[i], back, want)
			}
		}
	})
}

// FuzzJSON: names and values decode to what they were, on one line without
// control characters. What JSON cannot carry is refused.
func FuzzJSON(f *testing.F) {
	addPairs(f)
	f.Fuzz(func(t *testing.T, name, value string) {
		var b bytes.Buffer
		w, err := New(&b, Options{Format: JSONL})
		if err != nil {
			t.Fatal(err)
		}
		err = w.Begin([]Column{{name, "TEXT"}, {name, "JSON"}})
		doc, _ := json.Marshal(value)
		if err == nil {
			err = w.Row([]any{value, string(doc)})
		}
		if !utf8.ValidString(name) || !utf8.ValidString(value) {
			if err == nil {
				t.Errorf("printed %q, which is not UTF-8", b.String())
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		line := strings.TrimSuffix(b.String(), "\n")
		if strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || 0x7f <= r && r < 0xa0 }) {
			t.Errorf("%q has control characters", line)
		}
		var got map[string]string
		if err := json.Unmarshal([]byte(line), &got); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if got[name] != value || got[name+"_2"] != value || len(got) != 2 {
			t.Errorf("%q decodes to %q, want %q under %q and %q", line, got, value, name, name+"_2")
		}
	})
}

// FuzzForPeople: no value can put a control character on a terminal, and no
// line of a table is wider than the terminal.
func FuzzForPeople(f *testing.F) {
	for i, s := range texts {
		f.Add(s, texts[(i+1)%len(texts)], uint8(i*5))
	}
	f.Fuzz(func(t *testing.T, name, value string, width uint8) {
		limit := max(int(width), 6)
		r := result{
			[]Column{{name, "TEXT"}, {value, "INT8"}, {"c", ""}},
			[][]any{{value, nil, name}, {nil, value, value + name}},
		}
		for _, format := range []Format{Table, Expanded, Markdown} {
			got := print(t, Options{Format: format, Null: value, Terminal: true, Width: limit}, r)
			for line := range strings.Lines(got) {
				line = strings.TrimSuffix(line, "\n")
				if strings.ContainsFunc(line, unsafeRune) && !strings.ContainsRune(name+value, utf8.RuneError) {
					t.Errorf("%s: %q has characters that act on a terminal", format, line)
				}
				if format == Table && !strings.HasPrefix(line, "(2 rows") && Width(line) > limit {
					t.Errorf("line %q is %d cells wide, the terminal %d", line, Width(line), limit)
				}
			}
		}
	})
}

// FuzzMarkdown: a row stays one line with one bar for each cell border.
func FuzzMarkdown(f *testing.F) {
	addPairs(f)
	f.Fuzz(func(t *testing.T, a, b string) {
		got := print(t, Options{Format: Markdown, Null: a}, result{twoTexts, [][]any{{a, b}}})
		row := strings.SplitAfter(got, "\n")[2]
		row = strings.ReplaceAll(strings.ReplaceAll(row, `\\`, ""), `\|`, "")
		if strings.Count(got, "\n") != 3 || strings.Count(row, "|") != 3 {
			t.Errorf("%q is not a header, a rule and a row of two cells", got)
		}
	})
}
