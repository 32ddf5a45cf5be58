package cli

import (
	"strings"
	"testing"

	"github.com/auroradataapi/auroradataapi/server"
)

// TestRunningDatabaseShowsNoPassword describes servers by connection strings of
// every form.
func TestRunningDatabaseShowsNoPassword(t *testing.T) {
	for url, name := range map[string]string{
		"postgres://app:hush@db:5432/orders":                   "orders",
		"host=127.0.0.1 port=5432 password=hush dbname=orders": "app",
		"app:hush@tcp(db:3306)/orders":                         "app",
	} {
		d := runningDatabase(clusterOptions{engine: "postgresql", url: url, secrets: []server.Secret{{Username: "app"}}})
		if d.name != name || strings.Contains(d.name+d.description, "hush") {
			t.Errorf("%s: database %q, %s", url, d.name, d.description)
		}
	}
}
