package dialect

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNative(t *testing.T) {
	tests := []struct {
		name, sql string
		args      []Arg
		want      string // empty if it is not for PREPARE
		cast      []bool
	}{
		{"numbered", "SELECT $2, $1::int", make([]Arg, 2), "SELECT $2, $1::int", []bool{true, false}},
		{"cast in one of two places", "SELECT $1::int, $1", make([]Arg, 1), "SELECT $1::int, $1", []bool{false}},
		{"CAST", "SELECT CAST( $1 AS int), nocast($2)", make([]Arg, 2), "SELECT CAST( $1 AS int), nocast($2)", []bool{true, false}},
		{"a function of the name", "SELECT my.cast($1), x_cast($2)", make([]Arg, 2), "SELECT my.cast($1), x_cast($2)", []bool{false, false}},
		{"question marks", "SELECT ?, a ?? ?", make([]Arg, 2), "SELECT $1, a ? $2", []bool{false, false}},
		{"named", "SELECT :b, :a, :b::text", []Arg{{Name: "a"}, {Name: "b"}}, "SELECT $2, $1, $2::text", []bool{false, false}},
		{"unprotected", "SELECT a[1:2], $q$ $1 :x $q$, E'\\':x', $1", make([]Arg, 1), "SELECT a[1:2], $q$ $1 :x $q$, E'\\':x', $1", []bool{false}},
		{"a change", "UPDATE t SET a = $1;", make([]Arg, 1), "UPDATE t SET a = $1;", []bool{false}},
		{"WITH that changes", "WITH c AS (DELETE FROM t WHERE a = $1 RETURNING a) SELECT * FROM c", make([]Arg, 1),
			"WITH c AS (DELETE FROM t WHERE a = $1 RETURNING a) SELECT * FROM c", []bool{false}},
		{"two statements", "SELECT $1; DELETE FROM t", make([]Arg, 1), "", nil},
		{"two statements that begin alike", "DELETE FROM t WHERE a = $1; ; DELETE FROM t", make([]Arg, 1), "", nil},
		{"schema", "CREATE TABLE t AS SELECT $1", make([]Arg, 1), "", nil},
		{"no end", "SELECT $1, 'x", make([]Arg, 1), "", nil},
		{"own parameters", "PREPARE p AS SELECT $1", nil, "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok, err := PostgreSQL.Parse(tt.sql).Native(tt.args)
			if err != nil || ok != (tt.want != "") || got.SQL != tt.want {
				t.Fatalf("got %q, %v, %v", got.SQL, ok, err)
			}
			if diff := cmp.Diff(tt.cast, got.Cast); diff != "" {
				t.Errorf("casts (-want +got)\n%s", diff)
			}
		})
	}
	if _, _, err := PostgreSQL.Parse("SELECT $1").Native(make([]Arg, 2)); err == nil {
		t.Error("an argument without a placeholder is no error")
	}
	if _, ok, _ := MySQL.Parse("SELECT ?").Native(make([]Arg, 1)); ok {
		t.Error("MySQL infers types")
	}
}

func TestRedefines(t *testing.T) {
	for sql, want := range map[string]bool{
		"CREATE TABLE t ()": true, "alter table t add a int": true, "/* x */ DROP TABLE t": true, "DO 'x'": true,
		"SET search_path = a": true, "SET LOCAL ROLE x": true, "RESET ALL": true, "DISCARD ALL": true, "RENAME TABLE a TO b": true, "USE a": true, "ROLLBACK TO s": true,
		"SELECT * INTO t FROM u": true, "SELECT set_config('search_path', 'a', true)": true, "SELECT set_config($1, $2, true)": true,
		"SELECT 1": false, "INSERT INTO t VALUES (1)": false, "SET LOCAL app.tenant = 'x'": false, "SAVEPOINT s": false,
		"SELECT set_config('app.tenant', $1, true)": false, "SELECT 1 FROM t FOR UPDATE": false, "TRUNCATE t": false, "LOCK TABLE t": false,
		"WITH c AS (DELETE FROM t RETURNING a) SELECT * FROM c": false, "SET TRANSACTION READ ONLY": false, "": false,
	} {
		if got := PostgreSQL.Parse(sql).Redefines(); got != want {
			t.Errorf("%s: %v", sql, got)
		}
	}
}

func TestParseDescription(t *testing.T) {
	h := func(s string) string { return hex.EncodeToString([]byte(s)) }
	got, err := ParseDescription("t23/0/" + h("pg_catalog") + "." + h("int4") + " 1007/23/" + h("pg_catalog") + "." + h("_int4") +
		" 23/0/" + h("public") + "." + h("positive") + " 18/0/" + h("pg_catalog") + "." + h("char") + " 70000/0/" + h("Odd") + "." + h(`a"; b`))
	want := []ParamType{{23, 0, "pg_catalog.int4"}, {1007, 23, "pg_catalog._int4"}, {23, 0, `public."positive"`},
		{18, 0, `pg_catalog."char"`}, {70000, 0, `"Odd"."a""; b"`}}
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	var refused *DescribeError
	if _, err := ParseDescription("e42P01" + h("no such: table; SQLState: 00000")); !errors.As(err, &refused) || refused.SQLState != "42P01" || refused.Message != "no such: table; SQLState: 00000" {
		t.Errorf("got %v", err)
	}
	if got, err := ParseDescription("t"); err != nil || got == nil || len(got) != 0 {
		t.Errorf("no parameters: %v, %v", got, err)
	}
	for _, text := range []string{"", "x", "t1", "t1/2", "t1/2/zz.00", "t1/2/00", "t-1/0/00.00", "t99999999999/0/00.00", "e42P01zz", "e42"} {
		if _, err := ParseDescription(text); err != errDescription {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// FuzzDescription has the block be one quoted string to readers that know of
// backslashes and to those that do not, whatever the statement is: nothing in it is
// a placeholder, and nothing comes after it.
func FuzzDescription(f *testing.F) {
	f.Add("SELECT $1")
	f.Add(`SELECT 'it''s', E'\'', "a:b", $q$ :x $q$, :y -- '`)
	f.Add(`SELECT '\' || ':x \\' /* ' */`)
	f.Fuzz(func(t *testing.T, native string) {
		text, err := Description{Name: "d"}.Ask(native)
		if err != nil {
			return
		}
		for _, backslashes := range []bool{false, true} {
			engine, err := PostgreSQL.fromService(text, scanner{backslashes: backslashes})
			if err != nil || len(engine.Names) > 0 || engine.SQL != text {
				t.Fatalf("backslashes %v: %q became %q with %v, %v", backslashes, text, engine.SQL, engine.Names, err)
			}
		}
		if parts, err := PostgreSQL.Split(text); err != nil || len(parts) != 1 || parts[0].SQL != text {
			t.Fatalf("%q is split into %d, %v", text, len(parts), err)
		}
		if strings.Contains(strings.SplitN(text, native, 2)[0], ":=") && native != "" {
			t.Fatalf("there is := in %q", text)
		}
	})
}
