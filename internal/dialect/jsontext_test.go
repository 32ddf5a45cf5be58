package dialect

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestInJSON has ! for placeholders that stand where MySQL works on JSON, and ? for
// others.
func TestInJSON(t *testing.T) {
	for _, sql := range []string{
		"SELECT JSON_EXTRACT(!, '$.a'), ?", "UPDATE t SET j = json_set (j, '$', !), b = ? WHERE c = ?", "SELECT cast(! /* as text */ as json), CAST(? AS CHAR)",
		"SELECT CAST(! AS JSON ARRAY)", "SELECT CONVERT(!, JSON), CONVERT(? USING utf8mb4), CONVERT(?, CHAR)", "SELECT `JSON_array`(!, 1, !)", "SELECT ST_GeomFromGeoJSON(!)",
		"SELECT id FROM t WHERE j->'$.a' = ! AND j ->> '$.a' = ? AND j->'$.b' >= ! AND b = ?", "SELECT ! MEMBER OF (!), ? IN (?) FROM t",
		"SELECT * FROM t, JSON_TABLE(!, '$[*]' COLUMNS (a INT PATH '$')) x WHERE ? = a",
		"SELECT JSON_ARRAY(COALESCE(!, IF(1, !, 'a')), (!), INET6_NTOA(?), ((!))), COALESCE(?, 1)", "INSERT INTO t (json, json_doc) VALUES (?, ?), (?, JSON_OBJECT(!, !))",
		"INSERT INTO json_log (h, d) VALUES (LEFT(?, 4), ?)", "UPDATE t SET json_doc = ?", "SELECT 'json_set(', \"->\", ?", "SELECT a /* json_set( */ - ? > 1, a - 1 > ?, 'a' > ?",
		"SELECT member, of, ? FROM t", "SELECT a AS json FROM t WHERE b = ?", "SELECT \"json_set\" (?)", "SELECT json_set(a), (?)", ")?", "(((?", "SELECT CAST(! AS JSON", "SELECT CAST(?", "?",
	} {
		text, want := strings.ReplaceAll(sql, "!", "?"), ""
		for _, r := range sql {
			if r == '!' || r == '?' {
				want += string(r)
			}
		}
		args := make([]Arg, strings.Count(text, "?"))
		got := ""
		for _, in := range MySQL.Parse(text).InJSON(args) {
			if len(in) == 1 && in[0] {
				got += "!"
			} else {
				got += "?"
			}
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
	got := MySQL.Parse("UPDATE t SET b = :a, j = JSON_ARRAY(:a, :b), c = :c").InJSON([]Arg{{Name: "a"}, {Name: "b"}})
	if diff := cmp.Diff([][]bool{{false, true}, {true}}, got); diff != "" {
		t.Error(diff)
	}
}
