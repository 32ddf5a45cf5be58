package parity

import (
	"database/sql"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite docs/parity.md and docs/types.md")

// writtenOn is what stands in for MySQL where the pages were written.
const writtenOn = "MariaDB"

// comparePages holds the two pages against what was found.
func comparePages(t *testing.T, reports []report) {
	t.Helper()
	for _, r := range reports {
		if r.name == mariadb.name && !strings.Contains(r.version, writtenOn) {
			t.Skipf("docs/parity.md and docs/types.md are of %s, and this is %s: nothing differs without a reason, but the pages were not compared", writtenOn, r.version)
		}
	}
	comparePage(t, "parity.md", parityPage(reports))
	comparePage(t, "types.md", typesPage(reports))
}

func comparePage(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("..", "..", "docs", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("docs/%s is not what was found; if that is right, run go test ./itest/parity -update (-page +found)\n%s", name, diff)
	}
}

// code writes text as code in a cell of a table.
func code(s string) string {
	if s == "" || s == untold {
		return untold
	}
	s = strings.NewReplacer("\n", `\n`, "|", `\|`).Replace(s)
	if strings.Contains(s, "`") {
		return "`` " + s + " ``"
	}
	return "`" + s + "`"
}

// oneLine writes a value short enough for a cell.
func oneLine(s string) string {
	const most = 60
	s = strings.ReplaceAll(s, "[]uint8", "[]byte")
	if runes := []rune(s); len(runes) > most {
		s = string(runes[:most]) + "…"
	}
	return s
}

// row writes a row of a table.
func row(b *strings.Builder, cells ...string) {
	b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
}

// head writes the head of a table.
func head(b *strings.Builder, cells ...string) {
	b.WriteString("\n")
	row(b, cells...)
	b.WriteString(strings.Repeat("|---", len(cells)) + "|\n")
}

const parityPreface = `# Where this driver differs from others

The same statements go to the same database twice: through the driver that
everybody uses for it, and through this driver and the local Data API. What comes
back is scanned into everything that programs scan into: each value and NULL, in
the first column, in the last and between them. Then the columns' types, the errors
of what fails and the results of what changes something are compared. What is not
on this page is the same.

The page is written by ` + "`go test ./itest/parity -update`" + `. The tests fail when there
is a difference without a reason, and when one is gone. Numbers such as F0105 are
those of [facts.md](facts.md). For MySQL it is ` + writtenOn + `, which stands in for it.
`

func parityPage(reports []report) string {
	var b strings.Builder
	b.WriteString(parityPreface)
	for _, r := range reports {
		fmt.Fprintf(&b, "\n## %s, against %s\n\n%s\n", r.name, r.engine.peer, r.told)
		r.writeLedger(&b, "Values and types of columns", r.types)
		r.writeRefused(&b)
		r.writeLedger(&b, "Errors", r.errors)
		r.writeFailures(&b)
		r.writeLedger(&b, "Results of statements", r.changes)
		r.writeEffects(&b)
	}
	return b.String()
}

func (r report) writeLedger(b *strings.Builder, title string, l *ledger) {
	fmt.Fprintf(b, "\n### %s: %s\n\n%d comparisons, of which %d differ.\n", r.name, title, l.compared, l.differed)
	for i, d := range l.known {
		if len(l.found[i]) == 0 {
			continue
		}
		fmt.Fprintf(b, "\n%d. %s\n", i+1, d.reason)
		head(b, "of", "in", r.engine.peer, "here")
		for _, f := range samplesOf(l.found[i], len(d.of) == 0) {
			row(b, code(f.of), code(f.in), code(oneLine(volatile(f.peer))), code(oneLine(f.ours)))
		}
	}
}

// samplesOf picks what stands for the rest: one finding of each type, and a few
// of what concerns them all.
func samplesOf(found []finding, few bool) []finding {
	var picked []finding
	for _, f := range found {
		if !slices.ContainsFunc(picked, func(p finding) bool { return p.of == f.of && p.in == f.in }) &&
			(few || !slices.ContainsFunc(picked, func(p finding) bool { return p.of == f.of && isScan(p.in) && isScan(f.in) })) {
			picked = append(picked, f)
		}
	}
	if few {
		picked = picked[:min(len(picked), 3)]
	}
	return picked
}

func isScan(in string) bool { return slices.Contains(scans, in) }

var digits = regexp.MustCompile(`^\d{4,}$`)

// volatile hides what differs from one database to the next.
func volatile(s string) string {
	if digits.MatchString(s) {
		return "its number"
	}
	return s
}

func (r report) writeRefused(b *strings.Builder) {
	if !slices.ContainsFunc(r.results, func(res result) bool { return res.refused != "" }) {
		return
	}
	fmt.Fprintf(b, "\n### %s: types that the service refuses\n\nCast them to text in the statement.\n", r.name)
	head(b, "type", r.engine.peer, "here")
	for _, res := range r.results {
		if res.refused != "" {
			row(b, code(res.sample.typ), code(oneLine(res.peer[key{res.sample.values[0], "any"}])), res.refused)
		}
	}
}

func (r report) writeFailures(b *strings.Builder) {
	fmt.Fprintf(b, "\n### %s: what was made to fail\n", r.name)
	names := []string{"code", "number", "position", "table", "column", "constraint"}
	head(b, append([]string{"what", "statement"}, names...)...)
	for i, f := range r.failures {
		cells := []string{r.engine.failures[i].name, code(r.engine.failures[i].statement)}
		for _, name := range names {
			cells = append(cells, code(f[name]))
		}
		row(b, cells...)
	}
}

func (r report) writeEffects(b *strings.Builder) {
	fmt.Fprintf(b, "\n### %s: what `sql.Result` tells\n", r.name)
	head(b, append([]string{"what", "statement"}, resultMethods...)...)
	for i, told := range r.effects {
		cells := []string{r.engine.effects[i].name, code(r.engine.effects[i].statement)}
		for _, method := range resultMethods {
			cells = append(cells, code(told[method]))
		}
		row(b, cells...)
	}
}

const typesPreface = `# What you get for a column

Every type of both engines, as this driver hands it to ` + "`database/sql`" + `: the value
in a variable of type ` + "`any`" + `, and the variables that it scans into. Any of them may be
a pointer, or an ` + "`sql.Null…`" + `, for NULL, which among the elements of an array only
some take. The names without a package are of this driver. A type that is not here, such as an enum, is
a text. Where that differs from other drivers is in [parity.md](parity.md), which is
written by the same test: ` + "`go test ./itest/parity -update`" + `.

Instants come in UTC; other dates and times have no zone, and are given in UTC too.
`

// listed are the destinations that the table of types lists.
var listed = []string{"string", "[]byte", "bool", "int64", "uint64", "float64", "time.Time", "json.RawMessage",
	"Date", "Time", "Timestamp", "Decimal", "UUID", "JSON",
	"Array[bool]", "Array[int64]", "Array[float64]", "Array[string]", "Array[time.Time]", "Array[[]byte]", "Array[[]int64]",
	"pq.BoolArray", "pq.Int64Array", "pq.Float64Array", "pq.StringArray", "pq.ByteaArray"}

func typesPage(reports []report) string {
	var b strings.Builder
	b.WriteString(typesPreface)
	for _, r := range reports {
		fmt.Fprintf(&b, "\n## %s\n", r.name)
		head(&b, "type", "for example", "is, in `any`", "scans into")
		var refused, again []string
		for _, res := range r.results {
			if res.refused != "" {
				refused = append(refused, code(res.sample.typ))
				continue
			}
			if r.healed(res) {
				again = append(again, code(res.sample.typ))
			}
			example := res.sample.values[0]
			row(&b, code(res.sample.typ), code(example), code(oneLine(res.ours[key{example, "any"}])), strings.Join(res.scansInto(), ", "))
		}
		if refused != nil {
			fmt.Fprintf(&b, "\nThe service does not return %s. Cast them to text in the statement.\n", strings.Join(refused, ", "))
		}
		if again != nil {
			fmt.Fprintf(&b, "\nOf these the service does not return %s. A query that cannot write is therefore run again, with such columns as text; in any other statement cast them to text.\n", strings.Join(again, ", "))
		}
		fmt.Fprintf(&b, "\nWhat `sql.ColumnType` tells of a column, in brackets for one that is NOT NULL:\n")
		head(&b, "type", "DatabaseTypeName", "ScanType", "Length", "DecimalSize")
		for _, res := range r.results {
			if res.refused == "" {
				row(&b, code(res.sample.typ), code(res.types["DatabaseTypeName"]), res.scanType(), code(res.types["Length"]), code(res.types["DecimalSize"]))
			}
		}
	}
	return b.String()
}

// healed reports whether the service refuses the type of a result that came.
func (r report) healed(res result) bool {
	for typ := range r.dialect.Types() {
		if typ.Refused != "" && typ.DatabaseTypeName == res.types["DatabaseTypeName"] {
			return true
		}
	}
	return false
}

// scansInto returns the destinations that take all of the sample's values; NULL
// among the elements of an array is another matter.
func (res result) scansInto() []string {
	var names []string
	for _, name := range listed {
		takes := !slices.ContainsFunc(res.sample.values, func(v string) bool {
			got, ok := res.ours[key{v, name}]
			return !ok || v == null || got == failed && !(res.sample.array() && strings.Contains(v, null))
		})
		if takes {
			names = append(names, code(name))
		}
	}
	if names == nil {
		return []string{untold}
	}
	return names
}

func (res result) scanType() string {
	name := func(told columnTypes) string { return code(strings.ReplaceAll(told["ScanType"], "[]uint8", "[]byte")) }
	if res.notNull == nil || name(res.notNull) == name(res.types) {
		return name(res.types)
	}
	return name(res.types) + " (" + name(res.notNull) + ")"
}

// version returns what the database says it is.
func version(t *testing.T, db *sql.DB) (v string) {
	t.Helper()
	if err := db.QueryRow("SELECT version()").Scan(&v); err != nil {
		t.Fatal(err)
	}
	return v
}
