package auroradataapi_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
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
