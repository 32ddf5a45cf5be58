package dialect

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRanges(t *testing.T) {
	t.Parallel()
	columns := []TableColumn{{Name: "a", Type: "int(11)"}, {Name: "u", Type: "text", Collation: "utf8mb4_bin"}, {Name: "l", Type: "text", Collation: "latin1_swedish_ci"}}
	parts := []IndexPart{{Index: "PRIMARY", Unique: true, Column: "a"}}
	for _, tt := range []struct {
		sql    string
		labels []string
		want   string // "" for none
	}{
		{
			"SELECT n, u, L FROM t x WHERE n > :n ORDER BY a DESC", []string{"", "u", "L"},
			"SELECT /*+ MAX_EXECUTION_TIME(7) */ COUNT(*) FROM (SELECT FLOOR((SUM(auroradataapi_keysize) OVER (ORDER BY auroradataapi_key0 DESC ROWS UNBOUNDED PRECEDING) - auroradataapi_keysize) / 900) AS part FROM (" +
				"SELECT 38 + COALESCE(OCTET_LENGTH(`x`.`u`), 0) + COALESCE(OCTET_LENGTH(CONVERT(`x`.`l` USING utf8mb4)), 0) + OCTET_LENGTH(`x`.`a`) AS auroradataapi_keysize, `x`.`a` AS auroradataapi_key0\n" +
				"FROM t x\nWHERE (n > :n\n) AND `x`.`a` < CAST(:auroradataapi_key0 AS SIGNED) ORDER BY `x`.`a` DESC LIMIT 50" +
				") AS auroradataapi_row) AS auroradataapi_part GROUP BY part ORDER BY part",
		},
		{"SELECT u || l AS c FROM t", []string{"c"}, ""},
		{"SELECT u FROM t ORDER BY n", []string{"u"}, ""},
	} {
		k, err := MySQL.Parse(tt.sql).Keyed()
		if err != nil {
			t.Fatal(err)
		}
		s, err := k.Choose(columns, parts)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := s.Ranges(true, 0, 50, tt.labels, 900, 7)
		if ok != (tt.want != "") {
			t.Errorf("%s: %v", tt.sql, ok)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.sql, diff)
		}
	}
}
