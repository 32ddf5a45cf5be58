// Package toolpage keeps docs/tools.md true. The tests of a tool say what they
// prove, and the table of the tool in that page has to be what they said:
//
//	var page = toolpage.New("goose")
//
//	func TestMain(m *testing.M) { page.Main(m) }
//
//	func TestUp(t *testing.T) {
//		page.Works(t, "`Up` and `Down`", func(t *testing.T, srv *dataapitest.Server) { … })
//	}
//
// The table stands between two comments, of which the first begins with the name
// of the tool and a colon. After a change go test -update in the folder of the
// tool writes it.
package toolpage

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/auroradataapi/auroradataapi/dataapitest"
)

var update = flag.Bool("update", false, "rewrite the tool's table in docs/tools.md")

// Engine is a column of the table.
type Engine int

// The engines.
const (
	PostgreSQL Engine = iota
	MySQL
)

func (e Engine) String() string { return [...]string{"PostgreSQL", "MySQL"}[e] }

func (e Engine) options() []dataapitest.Option {
	return [...][]dataapitest.Option{nil, {dataapitest.MySQL()}}[e]
}

// nothing is what stands in the table where no test is.
const nothing = "–"

// Page is the table of one tool.
type Page struct {
	tool string

	mu       sync.Mutex
	features []string // in the order of the tests
	cells    map[string]*[2]string
}

// New returns the table of a tool.
func New(tool string) *Page { return &Page{tool: tool, cells: make(map[string]*[2]string)} }

// Works proves that something works, by a test that is run for each engine, or
// for those that are named. The test runs in parallel with others.
func (p *Page) Works(t *testing.T, feature string, test func(t *testing.T, srv *dataapitest.Server), engines ...Engine) {
	t.Helper()
	p.each(t, feature, "yes", engines, test)
}

// Limit proves that something does not work, by a test that returns the error.
// The page quotes the text, which has to be in the error.
func (p *Page) Limit(t *testing.T, feature, text string, test func(t *testing.T, srv *dataapitest.Server) error, engines ...Engine) {
	t.Helper()
	p.each(t, feature, "`"+text+"`", engines, func(t *testing.T, srv *dataapitest.Server) {
		if err := test(t, srv); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("the error is %v, want one with %q", err, text)
		}
	})
}

func (p *Page) each(t *testing.T, feature, cell string, engines []Engine, test func(t *testing.T, srv *dataapitest.Server)) {
	t.Helper()
	p.add(feature)
	t.Parallel()
	if len(engines) == 0 {
		engines = []Engine{PostgreSQL, MySQL}
	}
	for _, e := range engines {
		t.Run(e.String(), func(t *testing.T) {
			t.Parallel()
			t.Cleanup(func() {
				if !t.Failed() && !t.Skipped() {
					p.set(feature, e, cell)
				}
			})
			test(t, dataapitest.New(t, e.options()...))
		})
	}
}

// add adds a row, before the tests begin to run beside each other.
func (p *Page) add(feature string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cells[feature] == nil {
		p.features = append(p.features, feature)
		p.cells[feature] = &[2]string{nothing, nothing}
	}
}

func (p *Page) set(feature string, e Engine, cell string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cells[feature][e] = cell
}

// Main is for TestMain. It runs the tests, ends the private databases, and fails
// if the table is not that of the page.
func (p *Page) Main(m interface{ Run() int }) { dataapitest.Main(checked{p, m}) }

// checked are tests with a look at the page behind them.
type checked struct {
	page *Page
	m    interface{ Run() int }
}

// Run runs the tests, and looks at the page if all of them have run.
func (c checked) Run() int {
	code := c.m.Run()
	for _, name := range []string{"test.run", "test.skip", "test.list"} {
		if flag.Lookup(name).Value.String() != "" {
			return code
		}
	}
	if code != 0 {
		return code
	}
	if err := c.page.check(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// check compares the page with the table, or rewrites it.
func (p *Page) check() error {
	path, err := find(filepath.Join("docs", "tools.md"))
	if err != nil {
		return err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	page, err := p.write(string(text))
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", path, err)
	case page == string(text):
		return nil
	case *update:
		return os.WriteFile(path, []byte(page), 0o644)
	}
	return fmt.Errorf("the table of %s in docs/tools.md is not what the tests proved; if they are right, run go test -update. They proved\n%s", p.tool, p.table())
}

// write returns a page with the table in it.
func (p *Page) write(page string) (string, error) {
	begin, end := "<!-- "+p.tool+":", "<!-- end of "+p.tool+" -->"
	at := strings.Index(page, begin)
	if at < 0 {
		return "", fmt.Errorf("no comment begins with %q", begin)
	}
	front := at + strings.IndexByte(page[at:], '\n') + 1
	length := strings.Index(page[front:], end)
	if length < 0 {
		return "", fmt.Errorf("the comment %q is missing", end)
	}
	return page[:front] + "\n" + p.table() + "\n" + page[front+length:], nil
}

func (p *Page) table() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var b strings.Builder
	fmt.Fprintf(&b, "| %s | %v | %v |\n|---|---|---|\n", p.tool, PostgreSQL, MySQL)
	for _, feature := range p.features {
		cells := slices.Clone(p.cells[feature][:])
		for i, c := range cells {
			cells[i] = strings.ReplaceAll(c, "|", `\|`)
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", feature, cells[0], cells[1])
	}
	return b.String()
}

// find looks for a file in the folders above.
func find(name string) (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
		above := filepath.Dir(dir)
		if above == dir {
			break
		}
		dir = above
	}
	return "", errors.Join(fmt.Errorf("no folder above has %s", name), err)
}
