package dialect

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseRow(t *testing.T) {
	for _, tt := range []struct {
		text string
		want []RowField
	}{
		{"()", []RowField{{"", true}}},
		{"(1)", []RowField{{"1", false}}},
		{"(,)", []RowField{{"", true}, {"", true}}},
		{`("",a b)`, []RowField{{"", false}, {"a b", false}}},
		{`("a,b","c ""d""","\\e",f)`, []RowField{{"a,b", false}, {`c "d"`, false}, {`\e`, false}, {"f", false}}},
		{`(a"b,c"d\,)`, []RowField{{"ab,cd,", false}}},
		{`("(1,""x y"")",2)`, []RowField{{`(1,"x y")`, false}, {"2", false}}},
		{`(a\)b,"c)(d")`, []RowField{{"a)b", false}, {"c)(d", false}}},
	} {
		for _, behind := range []string{"", "()", `(1,"a")(`, "x"} {
			got, rest, err := ParseRow(tt.text+behind, nil)
			if diff := cmp.Diff(tt.want, got); err != nil || rest != behind || diff != "" {
				t.Errorf("%s%s: %v, rest %q (-want +got)\n%s", tt.text, behind, err, rest, diff)
			}
		}
	}
	for _, text := range []string{"", "(", ")", "1", `("a)`, `(\)`, "(1,2", `("a"b`, `("a",`, "(a(", "(1x(2)", `("a"(2)`, `(\a(2)`} {
		if got, _, err := ParseRow(text, nil); err == nil {
			t.Errorf("%q was read as %v", text, got)
		}
	}
}

// writeRow writes a record as PostgreSQL does.
func writeRow(fields []RowField) string {
	texts := make([]string, len(fields))
	for i, f := range fields {
		switch {
		case f.Null:
		case f.Text == "" || strings.ContainsAny(f.Text, "\"\\(), \t\n\v\f\r"):
			texts[i] = `"` + strings.NewReplacer(`"`, `""`, `\`, `\\`).Replace(f.Text) + `"`
		default:
			texts[i] = f.Text
		}
	}
	return "(" + strings.Join(texts, ",") + ")"
}

// FuzzParseRow has any text read, and what was read written and read again.
func FuzzParseRow(f *testing.F) {
	for _, text := range []string{"()", `("",a b)`, `("a,b","c ""d""","\\e",f)`, `(a"b,c"d\,)`, `("a)`, `(\)`, `(1,"a)(b")(2,)`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		fields, behind, err := ParseRow(text, nil)
		if err != nil {
			return
		}
		if !strings.HasSuffix(text, ")"+behind) {
			t.Errorf("%q is not behind a record in %q", behind, text)
		}
		again, rest, err := ParseRow(writeRow(fields)+behind, nil)
		if diff := cmp.Diff(fields, again); err != nil || rest != behind || diff != "" {
			t.Errorf("%q: %v, rest %q (-first +again)\n%s", text, err, rest, diff)
		}
	})
}

func TestCalls(t *testing.T) {
	long := strings.Repeat("ÄB_", 20)
	for sql, want := range map[string][]string{
		`SELECT f(1), s.G (2), "H""x"(3), 'i'(4), j /* c */ (5), (6), k.l FROM m(f(1)) -- n(1)`: {"f", "g", `H"x`, "j", "m"},
		`WITH a (x) AS (SELECT f(1)) SELECT * FROM g(x) AS b (y), s.h(1)`:                       {"f", "g", "h"},
		`SELECT ` + long + `(1), "` + long + `"(1)`:                                             {strings.Repeat("Äb_", 15) + "Äb", strings.Repeat("ÄB_", 15) + "ÄB"},
	} {
		if diff := cmp.Diff(want, PostgreSQL.Parse(sql).Calls()); diff != "" {
			t.Errorf("%s (-want +got)\n%s", sql, diff)
		}
	}
}

func TestColumns(t *testing.T) {
	got := PostgreSQL.Parse(`SELECT a, b.C, (r). /* c */ "D", 1.5, s.t.e FROM s.t`).Columns()
	if diff := cmp.Diff([]string{"c", "D", "t", "e"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestOperators(t *testing.T) {
	got := PostgreSQL.Parse(`SELECT a != b, a ### b FROM t WHERE a IN (1) AND b LIKE 'x' AND "case" > 'BETWEEN'`).Operators()
	if diff := cmp.Diff([]string{"!=", "!~~", "###", "<>", "=", ">", "~~"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
