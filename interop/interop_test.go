// Package interop runs other people's clients of the RDS Data API, as the npm
// registry has them, against the local one. The suites are the *.test.mjs files;
// README.md says what each of them shows.
package interop_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/auroradataapi/auroradataapi/dataapitest"
)

func TestMain(m *testing.M) { dataapitest.Main(m) }

// targets are the Data APIs that the suites are run against, one for each
// engine.
var targets = []struct {
	engine string
	start  func(t *testing.T) *target
}{
	{"postgresql", startPostgres},
	{"mysql", startMySQL},
}

// suites are the clients, each in a file of its name, and the engines that the
// client speaks.
var suites = []struct {
	name    string
	engines []string
}{
	{"sdk", []string{"postgresql", "mysql"}},
	{"drizzle", []string{"postgresql"}},
	{"kysely", []string{"postgresql", "mysql"}},
	{"data-api-client", []string{"postgresql", "mysql"}},
}

func TestClients(t *testing.T) {
	tools := findTools(t)
	packages := installed(t, tools)
	for _, target := range targets {
		t.Run(target.engine, func(t *testing.T) {
			for _, suite := range suites {
				for _, engine := range suite.engines {
					if engine != target.engine {
						continue
					}
					t.Run(suite.name, func(t *testing.T) {
						t.Parallel()
						runSuite(t, tools, packages, suite.name+".test.mjs", target.start(t))
					})
				}
			}
		})
	}
}

// TestEverySuiteRuns fails for a suite that nobody added to the list above.
func TestEverySuiteRuns(t *testing.T) {
	files, err := filepath.Glob("*.test.mjs")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != len(suites) {
		t.Errorf("there are %d files of suites, %v, and suites lists %d", len(files), files, len(suites))
	}
	for _, suite := range suites {
		if _, err := os.Stat(suite.name + ".test.mjs"); err != nil {
			t.Error(err)
		}
		if len(suite.engines) == 0 {
			t.Errorf("%s runs against no engine", suite.name)
		}
	}
}
