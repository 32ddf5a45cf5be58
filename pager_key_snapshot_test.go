package auroradataapi_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
)

// TestKeyedFullText has full-text searches, which are not on the snapshot of a transaction:
// they do not find what others have deleted since, and so cannot be run for each page.
func TestKeyedFullText(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t, dataapitest.MySQL())
	direct := openDirect(t, srv)
	digits(t, direct)
	exec(t, direct, "CREATE TABLE ft (id INT PRIMARY KEY, p VARCHAR(600), FULLTEXT KEY (p))")
	exec(t, direct, "INSERT INTO ft SELECT a.i + 10 * b.i + 100 * c.i + 1000 * d.i, CONCAT('apple ', REPEAT('x', 480)) FROM digits a, digits b, digits c, digits d WHERE d.i < 4")
	exec(t, direct, "CREATE VIEW apples AS SELECT id FROM ft WHERE MATCH (p) AGAINST ('apple')")
	for _, tt := range []struct {
		sql    string
		paging auroradataapi.Paging
	}{
		{"SELECT id, p FROM ft WHERE MATCH (p) AGAINST ('apple')", auroradataapi.PagingAuto},
		{"SELECT id, p FROM ft WHERE MATCH p AGAINST ('apple')", auroradataapi.PagingAuto},
		{"SELECT id, p, MATCH (p) AGAINST ('apple') AS m FROM ft", auroradataapi.PagingAuto},
		{"SELECT id, p FROM ft WHERE id IN (SELECT id FROM ft WHERE MATCH (p) AGAINST ('apple'))", auroradataapi.PagingAuto},
		{"SELECT id, p FROM ft WHERE id IN (SELECT id FROM apples)", auroradataapi.PagingAuto},
		{"SELECT id, p FROM ft WHERE MATCH (p) AGAINST ('apple')", auroradataapi.PagingTable},
	} {
		db := srv.Open(t, func(c *auroradataapi.Config) { c.Paging = tt.paging })
		rows, err := db.Query(tt.sql)
		if tt.paging == auroradataapi.PagingAuto {
			if !errors.Is(err, auroradataapi.ErrCannotPage) || !strings.Contains(err.Error(), "MATCH") || !strings.Contains(err.Error(), "paging=table") {
				t.Errorf("%s: %v", tt.sql, err)
			}
			if err == nil {
				rows.Close()
			}
			continue
		}
		if n, err := drain(rows, err); n != 4000 || err != nil {
			t.Errorf("%s through a table: %d rows, %v", tt.sql, n, err)
		}
	}
}
