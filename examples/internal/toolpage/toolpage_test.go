package toolpage

import (
	"strings"
	"testing"
)

const want = `# Tools

<!-- a tool: written by the tests -->

| a tool | PostgreSQL | MySQL |
|---|---|---|
| first | yes | – |
| second | – | ` + "`a \\| b`" + ` |

<!-- end of a tool -->

The rest.
`

func TestWrite(t *testing.T) {
	p := New("a tool")
	p.add("first")
	p.add("second")
	p.add("first")
	p.set("second", MySQL, "`a | b`")
	p.set("first", PostgreSQL, "yes")
	head, behind, _ := strings.Cut(want, "\n\n|")
	_, foot, _ := strings.Cut(behind, " |\n\n")
	got, err := p.write(head + "\n" + foot)
	if err != nil || got != want {
		t.Errorf("%v; the page is\n%s", err, got)
	}
	if again, err := p.write(got); err != nil || again != got {
		t.Errorf("%v; once more it is\n%s", err, again)
	}
	for _, page := range []string{"", "<!-- a tool: x -->\n", "<!-- a tool: x"} {
		if got, err := p.write(page); err == nil {
			t.Errorf("%q became %q", page, got)
		}
	}
}

func TestFind(t *testing.T) {
	if path, err := find("go.mod"); err != nil || !strings.HasSuffix(path, "go.mod") {
		t.Errorf("%q, %v", path, err)
	}
	if path, err := find("nowhere.txt"); err == nil {
		t.Errorf("found %s", path)
	}
}
