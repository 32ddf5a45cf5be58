package auroradataapi_test

import (
	"encoding/json"
	"errors"
	"io"
	osexec "os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
)

const module = "github.com/auroradataapi/auroradataapi"

// What rules name besides packages of this module.
const (
	anything  = "*"
	awsSDK    = "github.com/aws/aws-sdk-go-v2"
	awsSigner = "github.com/aws/aws-sdk-go-v2/aws/signer"
	awsCore   = "github.com/aws/aws-sdk-go-v2/aws"
	smithy    = "github.com/aws/smithy-go"
	pgx       = "github.com/jackc/pgx"
	mysql     = "github.com/go-sql-driver/mysql"
	libpq     = "github.com/lib/pq"
	cobra     = "github.com/spf13/cobra"
)

// importRule says what a package may import. The standard library always is
// allowed. A path stands for itself and for what is below it; one of this
// module is written from its top, which is ".".
type importRule struct {
	pkg string
	// may lists what the package itself may import.
	may []string
	// never lists what must not be reached from it, over any number of steps.
	never []string
}

// importRules is the direction of dependencies. Each package has a row; the
// row of the longest path counts.
var importRules = []importRule{
	{pkg: "internal/wire", never: []string{anything}},
	{pkg: "internal/dialect", may: []string{"internal/wire"}, never: []string{awsSDK, pgx, mysql, libpq}},
	{pkg: "internal/awsapi", may: []string{"internal/wire", awsSDK, smithy}, never: []string{pgx, mysql, libpq, cobra}},
	{
		pkg:   ".",
		may:   []string{"internal/awsapi", "internal/dialect", "internal/wire", awsSDK, smithy},
		never: []string{"server", "dataapitest", "internal/localdb", "internal/cli", pgx, mysql, libpq, cobra},
	},
	{
		pkg:   "server",
		may:   []string{"internal/dialect", "internal/wire", pgx, mysql, awsCore, awsSigner},
		never: []string{".", "internal/awsapi", "internal/localdb", "internal/cli", awsSDK + "/service", awsSDK + "/config", cobra},
	},
	{pkg: "internal/localdb", may: []string{"golang.org/x/sys"}, never: []string{".", "server", "internal/cli", awsSDK, cobra}},
	{pkg: "itest/facts", never: []string{anything}},     // tests only
	{pkg: "itest/lambda", never: []string{anything}},    // tests only
	{pkg: "itest/infer", never: []string{anything}},     // tests only
	{pkg: "itest/parity", never: []string{anything}},    // tests only
	{pkg: "itest/integrity", never: []string{anything}}, // tests only
	{pkg: "itest/soak", never: []string{anything}},      // tests only
	{pkg: "interop", never: []string{anything}},         // tests only
	{pkg: "lease", never: []string{anything}},
	{pkg: "dataapitest", may: []string{".", "server", "internal/localdb", awsSDK}, never: []string{"internal/cli", cobra}},
	{
		pkg: "internal/cli",
		may: []string{".", "server", "internal/localdb", "internal/dialect", "internal/wire",
			pgx, cobra, "github.com/spf13/pflag", "golang.org/x/term"},
	},
	{
		pkg:   "internal/cli/output",
		may:   []string{"github.com/mattn/go-runewidth"},
		never: []string{".", "server", awsSDK, pgx, mysql, cobra},
	},
	{pkg: "cmd/auroradataapi", may: []string{"internal/cli"}},
}

// onlyBy lists who may import a thing at all.
var onlyBy = []struct {
	what string
	by   []string
}{
	{"internal/cli", []string{"cmd", "internal/cli"}},
	{awsSDK + "/service", []string{".", "internal/awsapi", "dataapitest"}},
	{awsSDK + "/config", []string{".", "internal/awsapi"}},
	{awsSDK + "/credentials", []string{".", "internal/awsapi", "dataapitest"}},
	{smithy, []string{".", "internal/awsapi"}},
	{pgx, []string{"server"}},
	{mysql, []string{"server"}},
	{cobra, []string{"internal/cli"}},
}

// listed is a package as go list describes it.
type listed struct {
	ImportPath string
	Standard   bool
	Imports    []string
}

var listDeps = sync.OnceValues(func() (map[string]listed, error) {
	out, err := osexec.Command("go", "list", "-deps", "-json=ImportPath,Standard,Imports", "./...").Output()
	if err != nil {
		if exit := new(osexec.ExitError); errors.As(err, &exit) {
			err = errors.New(string(exit.Stderr))
		}
		return nil, err
	}
	graph := make(map[string]listed)
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := dec.Decode(&p); err == io.EOF {
			return graph, nil
		} else if err != nil {
			return nil, err
		}
		graph[p.ImportPath] = p
	}
})

// importGraph returns every package of the module and all that they import,
// tests left out.
func importGraph(t *testing.T) map[string]listed {
	t.Helper()
	graph, err := listDeps()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	if len(ownPackages(graph)) == 0 {
		t.Fatalf("go list shows no package of %s", module)
	}
	return graph
}

// ownPackages returns the module's packages in order.
func ownPackages(graph map[string]listed) []string {
	var own []string
	for path := range graph {
		if below(path, module) {
			own = append(own, path)
		}
	}
	slices.Sort(own)
	return own
}

// below reports whether a path is top or lies under it.
func below(path, top string) bool {
	return path == top || strings.HasPrefix(path, top+"/")
}

// matches reports whether an import path is what a rule names.
func matches(importPath, named string) bool {
	switch {
	case named == anything:
		return true
	case named == ".":
		return importPath == module
	case named == awsCore: // and none of what is below it
		return importPath == awsCore
	case strings.Contains(strings.Split(named, "/")[0], "."): // a host
		return below(importPath, named)
	default:
		return below(importPath, module+"/"+named)
	}
}

func matchesAny(importPath string, named []string) bool {
	return slices.ContainsFunc(named, func(n string) bool { return matches(importPath, n) })
}

// ruleOf returns the row of the longest path that a package matches.
func ruleOf(importPath string) (rule importRule, ok bool) {
	for _, r := range importRules {
		if matches(importPath, r.pkg) && (!ok || len(r.pkg) > len(rule.pkg)) {
			rule, ok = r, true
		}
	}
	return rule, ok
}

// chain returns how a package reaches, over imports outside of the standard
// library, one that must not be reached; nil if it does not.
func chain(graph map[string]listed, from string, never []string) []string {
	seen := map[string]bool{from: true}
	queue := [][]string{{from}}
	for len(queue) > 0 {
		steps := queue[0]
		queue = queue[1:]
		for _, next := range graph[steps[len(steps)-1]].Imports {
			if seen[next] || graph[next].Standard || graph[next].ImportPath == "" {
				continue
			}
			seen[next] = true
			path := append(slices.Clone(steps), next)
			if matchesAny(next, never) {
				return path
			}
			queue = append(queue, path)
		}
	}
	return nil
}

func TestDependencyDirection(t *testing.T) {
	graph := importGraph(t)
	for _, path := range ownPackages(graph) {
		rule, ok := ruleOf(path)
		if !ok {
			t.Errorf("%s has no row in importRules: add one that says what it may import", path)
			continue
		}
		for _, imported := range graph[path].Imports {
			// A package is no stranger to what is below it and beside it.
			if graph[imported].Standard || matchesAny(imported, rule.may) || rule.pkg != "." && matches(imported, rule.pkg) {
				continue
			}
			t.Errorf("%s imports %s; besides the standard library it may import %q", path, imported, rule.may)
		}
		if steps := chain(graph, path, rule.never); steps != nil {
			t.Errorf("%s must not reach %s, but does: %s", path, steps[len(steps)-1], strings.Join(steps, " → "))
		}
	}
}

func TestOnlyImporters(t *testing.T) {
	graph := importGraph(t)
	for _, path := range ownPackages(graph) {
		for _, imported := range graph[path].Imports {
			for _, only := range onlyBy {
				if matches(imported, only.what) && !matchesAny(path, only.by) {
					t.Errorf("%s imports %s, which only %q may", path, imported, only.by)
				}
			}
		}
	}
}

// A rule about a package that is not there would hold for ever.
func TestImportRulesAreNotVacuous(t *testing.T) {
	graph := importGraph(t)
	own := ownPackages(graph)
	for _, rule := range importRules {
		if !slices.ContainsFunc(own, func(p string) bool { return matches(p, rule.pkg) }) {
			t.Errorf("importRules names %s, which is no package of the module", rule.pkg)
		}
	}
	// And the walk has to find what is there: the driver does reach the SDK,
	// the server does reach its database driver.
	for from, to := range map[string]string{module: awsSDK + "/service/rdsdata", module + "/server": pgx} {
		if chain(graph, from, []string{to}) == nil {
			t.Errorf("%s does not reach %s: importRules forbids what the walk cannot see", from, to)
		}
	}
}

// A program that only uses the driver links no database driver and nothing of
// the server or the command. go list -deps shows what is linked, and the root
// package is all that such a program imports of this module.
func TestDriverLinksNoDatabase(t *testing.T) {
	out, err := osexec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	linked := strings.Fields(string(out))
	if !slices.Contains(linked, "database/sql") {
		t.Fatalf("go list shows %d packages and not database/sql", len(linked))
	}
	unwanted := []string{
		pgx, mysql, libpq, cobra, "github.com/spf13", "golang.org/x/term", "modernc.org", "testing",
		"server", "dataapitest", "internal/localdb", "internal/cli",
	}
	for _, path := range linked {
		if path == "testing" || matchesAny(path, unwanted) {
			t.Errorf("a program with the driver alone links %s", path)
		}
	}
}
