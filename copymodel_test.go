package auroradataapi_test

import (
	"database/sql"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
)

// TestCopyFromModel loads random rows, of which some are refused, some cannot be sent,
// some are there twice and some are too long for a call, and compares what is in the
// table then, and what was told, with what is to be expected.
func TestCopyFromModel(t *testing.T) {
	onBoth(t, func(t *testing.T, srv *dataapitest.Server, db *sql.DB, mysql bool) {
		aheadTable(t, db)
		if mysql {
			exec(t, db, "ALTER TABLE t MODIFY name longtext NOT NULL")
		}
		seeds := uint64(2)
		if underRace {
			seeds = 1
		}
		for seed := range seeds {
			for _, options := range []auroradataapi.CopyOptions{
				{},
				{PerCall: true},
				{Mode: auroradataapi.CopyIgnore, Key: []string{"id"}},
				{Mode: auroradataapi.CopyUpsert, Key: []string{"id"}},
				{Mode: auroradataapi.CopyUpsert, Key: []string{"id"}, PerCall: true},
			} {
				exec(t, db, "DELETE FROM t")
				random := rand.New(rand.NewPCG(seed, 0))
				want, wantBad := make(map[int64]string), []int64(nil)
				total := 20 + random.Int64N(60)
				source := &steppedSource{row: func(n int64) []any {
					if n > total {
						return nil
					}
					id, size := n, random.IntN(500)
					switch random.IntN(30) {
					case 0:
						wantBad = append(wantBad, n)
						return []any{n, nil}
					case 1:
						wantBad = append(wantBad, n)
						return []any{n, "a", "b"}
					case 2, 3, 4:
						id = 1 + random.Int64N(n)
					case 5:
						size = 4<<20 + random.IntN(1<<20)
					case 6, 7, 8, 9, 10, 11:
						size = 300_000 + random.IntN(1_000_000)
					}
					text := fmt.Sprintf("%d:%s", n, strings.Repeat("x", size))
					_, there := want[id]
					switch {
					case there && options.Mode == auroradataapi.CopyInsert:
						wantBad = append(wantBad, n)
					case !there || options.Mode == auroradataapi.CopyUpsert:
						want[id] = fmt.Sprintf("%d:%d", n, len(text))
					}
					return []any{id, text}
				}}
				var bad []int64
				var last auroradataapi.CopyProgress
				options.OnBadRow = func(row auroradataapi.BadRow) error { bad = append(bad, row.Row); return nil }
				options.Progress = func(p auroradataapi.CopyProgress) {
					if p.Rows <= last.Rows || p.Bytes <= last.Bytes || p.Calls <= last.Calls {
						t.Errorf("%+v behind %+v", p, last)
					}
					last = p
				}
				what := fmt.Sprintf("seed %d, mode %d, PerCall %t", seed, options.Mode, options.PerCall)
				r, err := auroradataapi.CopyFrom(t.Context(), db, "t", aheadColumns, source, options)
				slices.Sort(bad)
				if err != nil || r.Rows != total-int64(len(wantBad)) || r.CopyProgress != last || !cmp.Equal(bad, wantBad) {
					t.Errorf("%s: %+v, %v; bad %v, want %v of %d", what, r, err, bad, wantBad, total)
				}
				if got := copiedTexts(t, db); !maps.Equal(got, want) {
					t.Errorf("%s: %s", what, cmp.Diff(want, got))
				}
				if n := srv.Server.OpenTransactions(); n != 0 {
					t.Errorf("%s: %d transactions are open", what, n)
				}
			}
		}
	})
}

// copiedTexts returns the number that each text begins with, and its length.
func copiedTexts(t *testing.T, db *sql.DB) map[int64]string {
	t.Helper()
	rows, err := db.Query("SELECT id, left(name, 10), length(name) FROM t")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	got := make(map[int64]string)
	for rows.Next() {
		var id, size int64
		var begin string
		if err := rows.Scan(&id, &begin, &size); err != nil {
			t.Fatal(err)
		}
		number, _, _ := strings.Cut(begin, ":")
		got[id] = fmt.Sprintf("%s:%d", number, size)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return got
}
