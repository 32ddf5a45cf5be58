package facts

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi/dataapitest"
)

var update = flag.Bool("update", false, "rewrite docs/compatibility.md")

// page is the document that holds what the local Data API answers.
var page = filepath.Join("..", "..", "docs", "compatibility.md")

// fact is a row of docs/facts.md.
type fact struct{ number, rule, confidence, source string }

// readFacts reads docs/facts.md: its sections, each with its facts.
func readFacts(t *testing.T) (titles []string, sections [][]fact) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "facts.md"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if title, ok := strings.CutPrefix(line, "## "); ok {
			titles, sections = append(titles, title), append(sections, nil)
			continue
		}
		cells := strings.Split(strings.Trim(line, "| "), " | ")
		if len(cells) == 4 && strings.HasPrefix(cells[0], "F0") && len(sections) > 0 {
			last := len(sections) - 1
			sections[last] = append(sections[last], fact{cells[0], cells[1], cells[2], cells[3]})
		}
	}
	return titles, sections
}

const preface = `# What the local Data API answers

Every fact of [facts.md](facts.md) with the conversation that shows it: a line
with ` + "`>`" + ` is what was asked, the line below is the answer, as it came over HTTP
through the AWS SDK. The page is written by ` + "`go test ./itest/facts -update`" + `, and the
tests fail when an answer changes. The same questions can be put to AWS: set the
variables that the skipped TestAWS names. What is in brackets is explained in the
facts' list of sources.

Where nothing else is said, PostgreSQL answers; for MySQL it is MariaDB, which
stands in for it. Statements time out after 2 seconds here instead of 45, and the clock is moved by
hand. The names in capitals stand for what differs from run to run: CLUSTER, SECRET,
DATABASE, TX1.
`

// TestPage asks the local Data API everything, and holds the answers against
// the page.
func TestPage(t *testing.T) {
	answers := make(map[string][]string)
	ask := func(to *target, probes []probe, introduction string) {
		for i, p := range probes {
			t.Run(fmt.Sprintf("%s/%d", p.fact, i), func(t *testing.T) {
				answers[p.fact] = append(answers[p.fact], introduction+strings.Join(converse(t, to, p), "\n"))
			})
		}
	}
	ask(local(t), probes, "")
	ask(local(t, dataapitest.MySQL()), mysqlProbes, "(MySQL)\n")
	if t.Failed() {
		return
	}
	var b strings.Builder
	b.WriteString(preface)
	titles, sections := readFacts(t)
	for i, facts := range sections {
		if len(facts) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n", titles[i])
		for _, f := range facts {
			fmt.Fprintf(&b, "\n### %s\n\n%s\n\n*%s. Source: %s*\n", f.number, f.rule, f.confidence, f.source)
			for _, talk := range answers[f.number] {
				fmt.Fprintf(&b, "\n```text\n%s\n```\n", talk)
			}
			if why := unasked[f.number]; why != "" {
				fmt.Fprintf(&b, "\nNot asked: %s.\n", why)
			}
		}
	}
	comparePage(t, b.String())
}

func comparePage(t *testing.T, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(page, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("an answer is not that of docs/compatibility.md; if it is right, run go test ./itest/facts -update (-page +answer)\n%s", diff)
	}
}

// converse has a probe talk to a target.
func converse(t *testing.T, to *target, p probe) []string {
	t.Helper()
	c := &conversation{T: t, target: to}
	c.later = func(d time.Duration) bool {
		if to.clock == nil {
			return false
		}
		c.note("> (%v later)", d)
		to.clock.Advance(d)
		return true
	}
	p.ask(c)
	return c.lines
}

// TestEveryFact holds that a fact is asked for, or says why not.
func TestEveryFact(t *testing.T) {
	asked := make(map[string]bool)
	for _, p := range slices.Concat(probes, mysqlProbes) {
		asked[p.fact] = true
	}
	known := make(map[string]bool)
	_, sections := readFacts(t)
	for _, facts := range sections {
		for _, f := range facts {
			known[f.number] = true
			if why := unasked[f.number]; asked[f.number] == (why != "") {
				t.Errorf("%s has to have either a probe or a reason for having none", f.number)
			}
		}
	}
	if len(known) < 100 {
		t.Errorf("only %d facts were found", len(known))
	}
	for number := range unasked {
		if !known[number] {
			t.Errorf("%s is not in docs/facts.md", number)
		}
	}
	for number := range asked {
		if !known[number] {
			t.Errorf("%s is asked for and not in docs/facts.md", number)
		}
	}
}

// volatile is what differs between the local Data API and AWS for no reason.
var volatile = regexp.MustCompile(`"dbConnectionId":\d+`)

// TestAWS asks AWS what the page holds, and tells the differences. Where the
// page is a choice, a difference is news and no failure.
func TestAWS(t *testing.T) {
	to := awsPostgres(t)
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range probes {
		t.Run(fmt.Sprintf("%s/%d", p.fact, i), func(t *testing.T) {
			got := volatile.ReplaceAllString(strings.Join(converse(t, to, p), "\n"), "")
			if strings.Contains(volatile.ReplaceAllString(string(text), ""), "```text\n"+got+"\n```") {
				return
			}
			if p.fact >= "F0200" {
				t.Logf("%s was a choice; AWS answers:\n%s", p.fact, got)
				return
			}
			t.Errorf("%s: AWS answers otherwise than the page:\n%s", p.fact, got)
		})
	}
}
