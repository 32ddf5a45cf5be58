package auroradataapi_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/server"
)

// refusals counts the calls, and those whose answer was too large.
type refusals struct{ calls, tooLarge atomic.Int64 }

func (r *refusals) CallStart(ctx context.Context, _ auroradataapi.CallInfo) context.Context {
	return ctx
}

func (r *refusals) CallEnd(_ context.Context, _ auroradataapi.CallInfo, result auroradataapi.CallResult) {
	r.calls.Add(1)
	if errors.Is(result.Err, auroradataapi.ErrResultTooLarge) {
		r.tooLarge.Add(1)
	}
}

// TestRanges reads rows by a key whose sizes vary such that no page tells how many
// make the next: what is read is what there is, and hardly a page is too large.
func TestRanges(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t, dataapitest.MySQL())
	direct := openDirect(t, srv)
	digits(t, direct)
	// Blocks of small rows and of large ones, which have up to 200 KB once in a while.
	exec(t, direct, "CREATE TABLE v (a INT, b VARCHAR(9) CHARACTER SET latin1, n INT, t MEDIUMTEXT CHARACTER SET latin1, PRIMARY KEY (a, b))")
	exec(t, direct, `INSERT INTO v SELECT n DIV 1000, CONCAT('é', n MOD 1000), n,
		REPEAT('é', CASE WHEN n MOD 1777 = 0 THEN 100000 WHEN (n DIV 1500) MOD 3 = 0 THEN 2000 ELSE 30 END)
		FROM (SELECT a.i + 10 * b.i + 100 * c.i + 1000 * d.i + 10000 * e.i AS n
			FROM digits a, digits b, digits c, digits d, digits e) z WHERE n < 20000`)
	for _, st := range []struct {
		name, sql string
		args      []any
		most      int64 // answers that are too large
		table     bool
	}{
		{name: "everything", sql: "SELECT * FROM v", most: 4},
		{name: "downwards", sql: "SELECT t, b, a FROM v AS w WHERE n >= ? ORDER BY a DESC, w.b DESC", args: []any{5}, most: 4},
		{name: "a limit", sql: "SELECT t, t FROM v ORDER BY a LIMIT ? OFFSET 9", args: []any{15_000}, most: 10},
		// What is not a column cannot be asked of the table.
		{name: "an expression", sql: "SELECT n, CONCAT(t, '') c FROM v", most: 40},
		{name: "a name of another column", sql: "SELECT t AS n FROM v", most: 40},
		{name: "a table", sql: "SELECT v.n, v.t, d.i FROM v JOIN digits d ON d.i = 1 ORDER BY n", table: true, most: 4},
	} {
		t.Run(st.name, func(t *testing.T) {
			rows, err := direct.Query(st.sql, st.args...)
			wantN, _, wantSet := sumsOf(t, rows, err)
			seen := &refusals{}
			db := srv.Open(t, func(c *auroradataapi.Config) {
				c.Tracer, c.Paging = seen, auroradataapi.PagingAlways
				if st.table {
					c.Paging = auroradataapi.PagingTable
				}
			})
			rows, err = db.Query(st.sql, st.args...)
			if n, _, set := sumsOf(t, rows, err); n != wantN || set != wantSet {
				t.Errorf("%d rows with the checksum %s, want %d with %s", n, set, wantN, wantSet)
			}
			t.Logf("%d of %d answers were too large", seen.tooLarge.Load(), seen.calls.Load())
			if n := seen.tooLarge.Load(); n > st.most {
				t.Errorf("%d answers were too large, want at most %d", n, st.most)
			}
		})
	}
}

// TestRangesFail has the pass over the rows to come fail, as it does for a user who may not
// read the column by whose size it goes. The pages are read all the same, but for what
// ends their transaction.
func TestRangesFail(t *testing.T) {
	t.Parallel()
	const peon = "arn:aws:secretsmanager:us-east-1:123456789012:secret:peon"
	user := "peon_" + strings.ToLower(rand.Text()[:8])
	srv := dataapitest.New(t, dataapitest.MySQL(), dataapitest.Config(func(c *server.Config) {
		c.Clusters[0].Secrets = append(c.Clusters[0].Secrets, server.Secret{ARN: peon, Username: user})
	}))
	direct := openDirect(t, srv)
	digits(t, direct)
	exec(t, direct, "CREATE TABLE v (id INT PRIMARY KEY, t MEDIUMTEXT, secret TEXT)")
	exec(t, direct, `INSERT INTO v SELECT n, REPEAT('e', IF((n DIV 1500) MOD 3 = 1, 3000, 30)), ''
		FROM (SELECT a.i + 10 * b.i + 100 * c.i + 1000 * d.i AS n FROM digits a, digits b, digits c, digits d) z`)
	exec(t, direct, "CREATE USER "+user)
	t.Cleanup(func() { exec(t, direct, "DROP USER "+user) })
	exec(t, direct, "GRANT SELECT (id, t), UPDATE (secret) ON "+srv.Database+".v TO "+user)
	read := func(sql string, change func(*auroradataapi.Config)) (int, error) {
		t.Helper()
		rows, err := srv.Open(t, change).Query(sql)
		return drain(rows, err)
	}
	if n, err := read("SELECT id, t AS secret FROM v", func(c *auroradataapi.Config) { c.SecretARN = peon }); n != 10_000 || err != nil {
		t.Errorf("without the right to a column: %d rows, %v", n, err)
	}
	all := "SELECT id, t FROM v"
	if n, err := read(all+" WHERE t <> '"+strings.Repeat("x", 65_300)+"'", func(*auroradataapi.Config) {}); n != 10_000 || err != nil {
		t.Errorf("by a long statement: %d rows, %.300v", n, err)
	}
	for _, tt := range []struct {
		number int
		state  string
		goesOn bool
	}{
		{1064, "42000", true}, {3024, "HY000", true}, {1969, "70100", true}, {1104, "42000", true},
		{1213, "40001", false}, {1206, "HY000", false}, {1205, "HY000", false}, {1927, "70100", false}, {1317, "70100", false}, {3169, "HY000", false},
	} {
		srv.Server.Faults().Clear()
		if err := srv.Server.Faults().Add(server.Fault{
			SQL: "auroradataapi_part", Kind: server.FaultError, Code: "DatabaseErrorException",
			Message: fmt.Sprintf("No; Error code: %d; SQLState: %s", tt.number, tt.state),
		}); err != nil {
			t.Fatal(err)
		}
		n, err := read(all, func(*auroradataapi.Config) {})
		var e *auroradataapi.Error
		switch {
		case tt.goesOn && (n != 10_000 || err != nil):
			t.Errorf("error %d: %d rows, %v", tt.number, n, err)
		case !tt.goesOn && (n == 10_000 || !errors.As(err, &e) || e.Number != tt.number):
			t.Errorf("error %d: %d rows, %v", tt.number, n, err)
		}
		if len(srv.Server.Faults().List()) != 1 || srv.Server.Faults().List()[0].Hit == 0 {
			t.Errorf("error %d was not met", tt.number)
		}
	}
	srv.Server.Faults().Clear()
}
