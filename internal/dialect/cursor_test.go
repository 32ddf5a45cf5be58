package dialect

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

func TestOpen(t *testing.T) {
	parameters := []wire.Parameter{{Name: "a", Value: wire.Long(-7)}, {Name: "b"}}
	for _, c := range []struct {
		cursor        Cursor
		prepare, open Command
	}{
		{
			Cursor{Name: "c"},
			Command{SQL: `CREATE OR REPLACE FUNCTION pg_temp.auroradataapi_open(refcursor, int8, int8) RETURNS void LANGUAGE plpgsql AS ` +
				`E'BEGIN OPEN $1 FOR EXECUTE E''INSERT INTO t VALUES ($1, NULL, $2, ''''it''''''''s :x \\\\'''') RETURNING *; '' USING $2, $3; END'`},
			Command{SQL: "SELECT pg_temp.auroradataapi_open('c', :a, :a)", Parameters: parameters[:1]},
		},
		{
			Cursor{Name: "c", Confined: true},
			Command{
				SQL:        "SELECT octet_length(set_config('auroradataapi.p', :p, true))",
				Parameters: []wire.Parameter{{Name: "p", Value: wire.String(`["-7","-7"]`)}},
			},
			Command{SQL: `DO E'DECLARE c refcursor := ''c''; p text[] := ARRAY(SELECT json_array_elements_text(current_setting(''auroradataapi.p'')::json)); BEGIN OPEN c FOR EXECUTE E''INSERT INTO t VALUES ($1, NULL, $2, ''''it''''''''s :x \\\\'''') RETURNING *; '' ` +
				`USING p[1]::int8, p[2]::int8; END'`},
		},
	} {
		prepare, open, err := c.cursor.Open(`INSERT INTO t VALUES (:a, :b, :a, 'it''s :x \') RETURNING *; `, parameters)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]Command{c.prepare, c.open}, []Command{prepare, open}, cmp.Comparer(func(a, b wire.Parameter) bool { return a.Name == b.Name && a.Value.Str() == b.Value.Str() })); diff != "" {
			t.Errorf("confined %v (-want +got)\n%s", c.cursor.Confined, diff)
		}
	}
}
