package facts

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/server"
)

// What lies between the next two lines stands in docs/faults.md too.

// example
func TestLostAnswer(t *testing.T) {
	api := dataapitest.New(t)
	db := api.Open(t)
	if _, err := db.Exec("CREATE TABLE orders (id int PRIMARY KEY)"); err != nil {
		t.Fatal(err)
	}

	// The next INSERT is executed, and its answer is lost.
	err := api.Server.Faults().Add(server.Fault{
		SQL: "INSERT", Times: 1, Kind: server.FaultDrop, Executed: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("INSERT INTO orders VALUES (1)"); err == nil {
		t.Error("the order was reported as placed, and nobody knows that")
	}

	var placed int
	if err := db.QueryRow("SELECT count(*) FROM orders").Scan(&placed); err != nil || placed != 1 {
		t.Errorf("%d orders were placed, and the error is %v", placed, err)
	}
}

// end of example

// TestFaultsDocument holds the example of docs/faults.md against the test
// above, and its rules against the server.
func TestFaultsDocument(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "faults.md"))
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("faults_doc_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(source), "\n// example\n")
	example, _, found := strings.Cut(example, "\n// end of example\n")
	if !found || !strings.Contains(string(text), "```go\n"+example+"```\n") {
		t.Error("docs/faults.md does not have TestLostAnswer as it is here")
	}
	rules := regexp.MustCompile("(?s)```json\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(rules) < 3 {
		t.Errorf("docs/faults.md has %d examples of rules", len(rules))
	}
	for _, r := range rules {
		if _, err := server.ParseFaults([]byte(r[1])); err != nil {
			t.Errorf("docs/faults.md: %v:\n%s", err, r[1])
		}
	}
	for _, kind := range []server.FaultKind{server.FaultDelay, server.FaultResuming, server.FaultThrottle, server.FaultError,
		server.FaultStatus, server.FaultDrop, server.FaultTruncate, server.FaultExpire} {
		if !strings.Contains(string(text), "| `"+string(kind)+"` |") {
			t.Errorf("docs/faults.md has no row for %s", kind)
		}
	}
}
