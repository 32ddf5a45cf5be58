package cli

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi/internal/cli/output"
)

func TestSnippet(t *testing.T) {
	long := strings.Repeat("a", 60) + "HERE" + strings.Repeat("b", 60)
	tests := []struct {
		name     string
		sql      string
		line     int
		position int
		width    int
		want     string
	}{
		{"no position", "select x", 1, 0, 0, ""},
		{"after the text", "select x", 1, 10, 0, ""},
		{"first", "select x", 1, 1, 0, "LINE 1: select x\n        ^\n"},
		{"at the end", "select", 1, 7, 0, "LINE 1: select\n              ^\n"},
		{"second line of a script", "select\r\n  x\r\nfrom y", 10, 11, 0, "LINE 11:   x\n           ^\n"},
		{"wide", "日本 x", 1, 4, 0, "LINE 1: 日本 x\n             ^\n"},
		{"combining", "e\u0301 x", 1, 4, 0, "LINE 1: e\u0301 x\n          ^\n"},
		{"tab", "\tx", 1, 2, 0, "LINE 1:     x\n            ^\n"},
		{"control", "\x1b[31m x", 1, 7, 0, "LINE 1: \\x1b[31m x\n                 ^\n"},
		{"cut at both sides", long, 1, 61, 49, "LINE 1: …aaaaaaaaaaaaaaaaaaaaaaaaaHEREbbbbbbbbb…\n" +
			"                                  ^\n"},
		{"cut at the end", "x" + long, 1, 1, 49, "LINE 1: x" + strings.Repeat("a", 38) + "…\n        ^\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := snippet(&statementError{statement: statement{sql: tt.sql, line: tt.line}, position: tt.position}, tt.width)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("snippet (-want +got):\n%s", diff)
			}
		})
	}
}

// FuzzSnippet: wherever the place is, there are two lines that fit, the caret
// stands under the text or right behind it, and nothing acts on a terminal.
func FuzzSnippet(f *testing.F) {
	f.Add("select\n\tx", 9, 80)
	f.Add("日本\x1b\xff", 3, 20)
	f.Fuzz(func(t *testing.T, sql string, position, width int) {
		got := snippet(&statementError{statement: statement{sql: sql, line: 1}, position: position}, width)
		if position < 1 || position > utf8.RuneCountInString(sql)+1 {
			if got != "" {
				t.Errorf("%q for a place outside of the text", got)
			}
			return
		}
		lines := strings.Split(got, "\n")
		if len(lines) != 3 || lines[2] != "" || strings.TrimLeft(lines[1], " ") != "^" {
			t.Fatalf("%q is not a line and a caret", got)
		}
		if output.Printable(lines[0]) != lines[0] && utf8.ValidString(sql) && !strings.ContainsRune(sql, utf8.RuneError) {
			t.Errorf("%q has characters that act on a terminal", lines[0])
		}
		if len(lines[1]) > output.Width(lines[0])+1 {
			t.Errorf("the caret is outside of the line:\n%s", got)
		}
		if width >= 40 && width < 1000 && output.Width(lines[0]) >= width {
			t.Errorf("%q is %d cells wide, the terminal %d", lines[0], output.Width(lines[0]), width)
		}
	})
}
