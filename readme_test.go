package auroradataapi

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the generated part of the README")

// TestReadmeParameters keeps the README's list of parameters equal to the table
// they are parsed by.
func TestReadmeParameters(t *testing.T) {
	const begin, end = "by TestReadmeParameters -->\n", "<!-- end of parameters -->"
	var table strings.Builder
	last := ""
	for _, p := range params {
		if p.group != last {
			fmt.Fprintf(&table, "\n| %s | also | variable | |\n| --- | --- | --- | --- |\n", strings.ToLower(p.group))
			last = p.group
		}
		fmt.Fprintf(&table, "| `%s` | %s | %s | %s |\n", p.name, code(p.aliases...), code(p.env), p.doc)
	}
	table.WriteByte('\n')
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	old, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("the README has lost the place of its list of parameters")
	}
	if old == table.String() {
		return
	}
	if !*update {
		t.Fatal("the README's list of parameters is not that of params.go; run go test -run TestReadmeParameters -update .")
	}
	if err := os.WriteFile("README.md", []byte(before+begin+table.String()+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// code puts names in backquotes.
func code(names ...string) string {
	var quoted []string
	for _, n := range names {
		if n != "" {
			quoted = append(quoted, "`"+n+"`")
		}
	}
	return strings.Join(quoted, ", ")
}
