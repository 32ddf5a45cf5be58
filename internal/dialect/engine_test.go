package dialect

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFromService(t *testing.T) {
	for _, tt := range []struct {
		name  string
		d     *Dialect
		sql   string
		want  string
		names string
	}{
		{"one per occurrence", PostgreSQL, "SELECT :a, :b, :a", "SELECT $1, $2, $3", "a b a"},
		{"digits", PostgreSQL, "SELECT :1,:_x9", "SELECT $1,$2", "1 _x9"},
		{"casts", PostgreSQL, "SELECT :a::int, 1::int, x:=1", "SELECT $1::int, 1::int, x:=1", "a"},
		{"quotes", PostgreSQL, `SELECT ':a', ':a'':b', ":c", "a"":b", :d`, `SELECT ':a', ':a'':b', ":c", "a"":b", $1`, "d"},
		{"comments", PostgreSQL, "SELECT -- :a\n :b /* :c -- */ :d", "SELECT -- :a\n $1 /* :c -- */ $2", "b d"},
		{"dollar quote is not known", PostgreSQL, "SELECT $$a :b c$$", "SELECT $$a $1 c$$", "b"},
		{"slice is not known", PostgreSQL, "SELECT a[1:2]", "SELECT a[1$1]", "2"},
		{"spaced slice", PostgreSQL, "SELECT a[1: 2], a[:]", "SELECT a[1: 2], a[:]", ""},
		{"backslash is not known", PostgreSQL, `SELECT E'\':a`, `SELECT E'\'$1`, "a"},
		{"nesting is not known", PostgreSQL, "/* /* */ :a */", "/* /* */ $1 */", "a"},
		{"punctuation", PostgreSQL, "SELECT (:a),:b;", "SELECT ($1),$2;", "a b"},
		{"unfinished", PostgreSQL, "SELECT 'a :b", "SELECT 'a :b", ""},
		{"mysql", MySQL, "SELECT :a, ':b', @x := :c", "SELECT ?, ':b', @x := ?", "a c"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.d.FromService(tt.sql)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got.SQL); diff != "" {
				t.Error("SQL (-want +got):", diff)
			}
			if diff := cmp.Diff(tt.names, strings.Join(got.Names, " ")); diff != "" {
				t.Error("names (-want +got):", diff)
			}
		})
	}
}

func TestFromServiceNames(t *testing.T) {
	for sql, name := range map[string]string{
		"SELECT :mäil":   "mäil",
		"SELECT :$1":     "$1",
		"SELECT :a$b, 1": "a$b",
		"SELECT :ä":      "ä",
	} {
		_, err := PostgreSQL.FromService(sql)
		var bad *NameError
		if !errors.As(err, &bad) || bad.Name != name {
			t.Errorf("%s: got %v", sql, err)
			continue
		}
		if want := "Named parameter syntax is invalid, input: " + name; err.Error() != want {
			t.Errorf("got %q, want %q", err, want)
		}
	}
}

func TestEngineSourceOffset(t *testing.T) {
	src := "SELECT 'ä', :long_name, :b FROM nowhere"
	got, err := PostgreSQL.FromService(src)
	if err != nil {
		t.Fatal(err)
	}
	at := len([]rune(got.SQL[:strings.Index(got.SQL, "nowhere")])) + 1
	want := len([]rune(src[:strings.Index(src, "nowhere")])) + 1
	if from := got.SourceOffset(at); from != want {
		t.Errorf("got %d, want %d", from, want)
	}
}
