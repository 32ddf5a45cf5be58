package dialect

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseTable(t *testing.T) {
	for _, tt := range []struct {
		d     *Dialect
		table string
		want  []string // nil is an error
	}{
		{PostgreSQL, "orders", []string{"orders"}},
		{PostgreSQL, "Public.ORDERS", []string{"public", "orders"}},
		{PostgreSQL, `"My Schema"."a""b.c"`, []string{"My Schema", `a"b.c`}},
		{MySQL, "db.`My``Table`", []string{"db", "My`Table"}},
		{MySQL, "Orders", []string{"Orders"}},
		{PostgreSQL, "", nil}, {PostgreSQL, "a.", nil}, {PostgreSQL, ".a", nil}, {PostgreSQL, "a b", nil},
		{PostgreSQL, "a; DROP TABLE b", nil}, {PostgreSQL, "a -- b", nil}, {PostgreSQL, `"a`, nil}, {PostgreSQL, "'a'", nil},
		{PostgreSQL, "(SELECT 1)", nil}, {PostgreSQL, "a.b.c.d", nil}, {MySQL, "a.b.c", nil}, {MySQL, `"a"`, nil},
	} {
		got, err := tt.d.ParseTable(tt.table)
		if (err != nil) != (tt.want == nil) || !cmp.Equal(got, tt.want) {
			t.Errorf("%s %q: got %q, %v, want %q", tt.d, tt.table, got, err, tt.want)
		}
	}
}
