package auroradataapi_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
)

// TestKeyedSystemSchemas has subqueries on what tells of the state of the server, which
// changes while the rows are read.
func TestKeyedSystemSchemas(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t, dataapitest.MySQL())
	direct := openDirect(t, srv)
	wide(t, direct, 4000)
	exec(t, direct, "CREATE VIEW known AS SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = '"+srv.Database+"'")
	exec(t, direct, "CREATE VIEW above AS SELECT name FROM known")
	for _, paging := range []auroradataapi.Paging{auroradataapi.PagingAuto, auroradataapi.PagingTable} {
		db := srv.Open(t, func(c *auroradataapi.Config) { c.NoPrefetch, c.Paging = true, paging })
		for i, from := range []string{"(SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = '" + srv.Database + "') z", "known", "above"} {
			rows, err := db.Query("SELECT id, p FROM wide WHERE (SELECT COUNT(*) FROM " + from + " WHERE name LIKE 'extra%') = 0")
			if errors.Is(err, auroradataapi.ErrCannotPage) && strings.Contains(err.Error(), "information_schema") && paging != auroradataapi.PagingTable {
				continue
			}
			if err != nil || !rows.Next() {
				t.Errorf("%s, %s: no row, %v", paging, from, err)
				continue
			}
			extra := fmt.Sprintf("extra%d", i)
			exec(t, direct, "CREATE TABLE "+extra+" (i INT)")
			if n, err := drain(rows, nil); n != 3999 || err != nil {
				t.Errorf("%s, %s: %d rows, %v", paging, from, n+1, err)
			}
			exec(t, direct, "DROP TABLE "+extra)
		}
	}
}

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
