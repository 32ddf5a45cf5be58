package dialect

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// positional returns n arguments without names.
func positional(n int) []string { return make([]string, n) }

// named returns arguments of these names, empty for one without.
func named(names []string) []Arg {
	args := make([]Arg, len(names))
	for i, name := range names {
		args[i].Name = name
	}
	return args
}

var serviceTests = []struct {
	name string
	d    *Dialect
	sql  string
	args []string
	want string
	// params are the names of the service's parameters, in order.
	params string
}{
	{"numbered", PostgreSQL, `SELECT $1, $2`, positional(2), `SELECT :1, :2`, "1 2"},
	{"numbered out of order", PostgreSQL, `SELECT $2, $1, $2`, positional(2), `SELECT :2, :1, :2`, "2 1"},
	{"numbered past nine", PostgreSQL, `SELECT $1$2$3$4$5$6$7$8$9$10`, positional(10), `SELECT :1 :2 :3 :4 :5 :6 :7 :8 :9 :10`, "1 2 3 4 5 6 7 8 9 10"},
	{"cast", PostgreSQL, `SELECT $1::int, $2::text[]`, positional(2), `SELECT :1::int, :2::text[]`, "1 2"},
	{"glued", PostgreSQL, `SELECT'a'where(1)=$1and$1=1and 1=$2and true`, positional(2), `SELECT'a'where(1)=:1 and$1=1and 1=:2 and true`, "1 2"},
	{"in strings", PostgreSQL, `SELECT '$1', "$1", $$ $1 $$, E'\'$1', $1 -- $2
 /* $3 /* */ $4 */`, positional(1), `SELECT '$1', "$1", $$ $1 $$, E'''$1', :1 -- $2
 /* $3 / * * / $4 */`, "1"},
	{"identifier with dollar", PostgreSQL, `SELECT a$1, b$$c FROM t$2 WHERE x=$1`, positional(1), `SELECT a$1, b$$c FROM t$2 WHERE x=:1`, "1"},
	{"json operators stay", PostgreSQL, `SELECT a ? 'x', a ?| $1, a ?& $2`, positional(2), `SELECT a ? 'x', a ?| :1, a ?& :2`, "1 2"},
	{"question", PostgreSQL, `SELECT ?, ?::int WHERE a=? AND b>=?`, positional(4), `SELECT :1, :2::int WHERE a=:3 AND b>=:4`, "1 2 3 4"},
	{"question escaped", PostgreSQL, `SELECT a ?? ?, a ??| ?, a ?& ?`, positional(3), `SELECT a ? :1, a ?| :2, a ?& :3`, "1 2 3"},
	{"question glued", PostgreSQL, `SELECT?FROM t WHERE a IN(?,?)AND b=?-1 LIMIT?`, positional(5), `SELECT :1 FROM t WHERE a IN(:2,:3)AND b=:4-1 LIMIT :5`, "1 2 3 4 5"},
	{"question concatenated", PostgreSQL, `SELECT '%'||?||'%'`, positional(1), `SELECT '%'||:1||'%'`, "1"},
	{"question without arguments", PostgreSQL, `SELECT a ? 'b', a ?? 'c'`, nil, `SELECT a ? 'b', a ?? 'c'`, ""},
	{"named", PostgreSQL, `SELECT :a, :b::int, :a`, []string{"b", "a"}, `SELECT :a, :b::int, :a`, "a b"},
	{"named glued", PostgreSQL, `SELECT:a`, []string{"a"}, `SELECT :a`, "a"},
	{"named in strings", PostgreSQL, `SELECT ':b', ":b", :a /* :b */ -- :b`, []string{"a"}, `SELECT ':b', ":b", :a /* :b */ -- :b`, "a"},
	{"named foreign letters", PostgreSQL, `SELECT :mäil, :b, :1`, []string{"b", "mäil", "1"}, `SELECT :2, :b, :1`, "2 b 1"},
	{"named that differ in case", PostgreSQL, `SELECT :a, :A`, []string{"a", "A"}, `SELECT :a, :1`, "a 1"},
	{"named no arguments", PostgreSQL, `SELECT :a`, nil, `SELECT :a`, ""},
	{"named next to operator", PostgreSQL, `SELECT a ? :k`, []string{"k"}, `SELECT a ? :k`, "k"},

	{"slice", PostgreSQL, `SELECT a[1:2], a[:2], a[1:], a[:], a[x:y], a[x :y]`, nil, `SELECT a[1: 2], a[: 2], a[1:], a[:], a[x: y], a[x : y]`, ""},
	{"slice of placeholders", PostgreSQL, `SELECT a[$1:$2], a[:$2], a[$1:]`, positional(2), `SELECT a[:1: :2], a[: :2], a[:1:]`, "1 2"},
	{"slice of questions", PostgreSQL, `SELECT a[?:2], a[?:?], a[:?]`, positional(4), `SELECT a[:1: 2], a[:2: :3], a[: :4]`, "1 2 3 4"},
	{"slice of named", PostgreSQL, `SELECT a[:lo: :hi], a[:hi], a[1:n]`, []string{"lo", "hi"}, `SELECT a[:lo: :hi], a[:hi], a[1: n]`, "lo hi"},
	{"slice nested", PostgreSQL, `SELECT a[b[1:2]:c[(3):x$y]]['x':E'2']`, nil, `SELECT a[b[1: 2]: c[(3): x$y]]['x': E'2']`, ""},
	{"slice cast", PostgreSQL, `SELECT a[$1::int:b::int]`, positional(1), `SELECT a[:1::int: b::int]`, "1"},
	{"array constructor", PostgreSQL, `SELECT ARRAY[:a, x[1: :b]], ARRAY[[:b],[:a]]`, []string{"a", "b"}, `SELECT ARRAY[:a, x[1: :b]], ARRAY[[:b],[:a]]`, "a b"},
	{"json constructor", PostgreSQL, `SELECT json_object('a':b, 'c':$1)`, positional(1), `SELECT json_object('a': b, 'c': :1)`, "1"},
	{"json constructor keywords", PostgreSQL, `SELECT json_object(KEY :k VALUE :v)`, []string{"k", "v"}, `SELECT json_object(KEY :k VALUE :v)`, "k v"},
	{"json constructor named", PostgreSQL, `SELECT json_object('a':b, :k : :v)`, []string{"k", "v"}, `SELECT json_object('a': b, :k : :v)`, "k v"},

	{"dollar quote harmless", PostgreSQL, `SELECT $$a::text$$, $x$ $1 ; $x$`, nil, `SELECT $$a::text$$, $x$ $1 ; $x$`, ""},
	{"dollar quote", PostgreSQL, `SELECT $$a :b c$$`, nil, `SELECT 'a :b c'`, ""},
	{"dollar quote with quotes", PostgreSQL, `DO $do$BEGIN x := 'a' || E'\n'; END$do$`, nil, `DO E'BEGIN x := ''a'' || E''\\n''; END'`, ""},
	{"dollar quote glued", PostgreSQL, `SELECT 'a'$$ :b $$c`, nil, `SELECT 'a' E' :b ' c`, ""},
	{"dollar quote behind string", PostgreSQL, "DO LANGUAGE 'plpgsql' -- it\n$$x := 1$$", nil, "DO LANGUAGE 'plpgsql' -- it\nE'x := 1'", ""},
	{"dollar quote before string", PostgreSQL, "DO $$:x$$\n'y'", nil, "DO ':x' /**/\n'y'", ""},
	{"dollar quote after u&", PostgreSQL, "SELECT u&$$:x$$", nil, "SELECT u& ':x'", ""},
	{"dollar quote after colon", PostgreSQL, "SELECT a[1:$$2$$]", nil, "SELECT a[1: $$2$$]", ""},
	{"backslash quote", PostgreSQL, `SELECT E'it\'s\\' || e'\''`, nil, `SELECT E'it''s\\' || e''''`, ""},
	{"plain backslash", PostgreSQL, `SELECT 'C:\', '\a\\', 'x\''y'`, nil, `SELECT E'C:\\', '\a\\', E'x\\''y'`, ""},
	{"continued string", PostgreSQL, "SELECT 'a' -- it's\n 'b\\' , E'c'\n'\\'d'", nil, "SELECT E'a' -- it's\n 'b\\\\' , E'c'\n'''d'", ""},
	{"nested comment", PostgreSQL, `SELECT /* a /* ' */ :b */ $1`, positional(1), `SELECT /* a / * ' * / :b */ :1`, "1"},
	{"nested comment tight", PostgreSQL, `SELECT /*/*/**/*/*/ 1`, nil, `SELECT /* / * / ** / * / */ 1`, ""},
	{"carriage return", PostgreSQL, "SELECT 1 -- a\r, $1", positional(1), "SELECT 1 -- a\n\r, :1", "1"},
	{"own parameters", PostgreSQL, `PREPARE p AS SELECT $1`, nil, `PREPARE p AS SELECT $1`, ""},
	{"own parameters of a function", PostgreSQL, `CREATE FUNCTION f(int) RETURNS int RETURN $1`, nil, `CREATE FUNCTION f(int) RETURNS int RETURN $1`, ""},
	{"unfinished", PostgreSQL, `SELECT E'\' a[1:2] $$:x$$`, nil, `SELECT E'\' a[1:2] $$:x$$`, ""},
	{"pl assignment", PostgreSQL, `x := 1`, nil, `x := 1`, ""},

	{"mysql question", MySQL, "SELECT ?, '?', \"?\", `?`, a=? # ?\n-- ?\n/* ? */", positional(2), "SELECT :1, '?', \"?\", `?`, a=:2 # ?\n-- ?\n/* ? */", "1 2"},
	{"mysql question glued", MySQL, "SELECT?,a?b", positional(2), "SELECT :1,a :2 b", "1 2"},
	{"mysql strings", MySQL, `SELECT 'it\'s :a', "a\"b", '\\', '\"', ?`, positional(1), `SELECT 'it''s :a', "a""b", '\\', '\"', :1`, "1"},
	{"mysql variables", MySQL, `SET @a := ?, @@b = 1`, positional(1), `SET @a := :1, @@b = 1`, "1"},
	{"mysql dashes", MySQL, "SELECT 5--1, ? -- :x", positional(1), "SELECT 5- -1, :1 -- :x", "1"},
	{"mysql hash", MySQL, "SELECT 1 # it's :x\n, ?-# '\n1", positional(1), "SELECT 1 --  it's :x\n, :1- --  '\n1", "1"},
	{"mysql named", MySQL, "SELECT :a, a:=:b", []string{"a", "b"}, "SELECT :a, a:=:b", "a b"},
	{"mysql label", MySQL, "CREATE PROCEDURE p() x:LOOP LEAVE x; END LOOP", nil, "CREATE PROCEDURE p() x: LOOP LEAVE x; END LOOP", ""},
	{"mysql named begin", MySQL, "SELECT a BETWEEN :begin AND :end", []string{"begin", "end"}, "SELECT a BETWEEN :begin AND :end", "begin end"},
	{"mysql version comment", MySQL, "SELECT /*!50000 'a\\'' /* x */ */ 1, ?", positional(1), "SELECT /*!50000 'a'''   */ 1, :1", "1"},
	{"mysql comment in comment", MySQL, "SELECT /* /* */ ?", positional(1), "SELECT /* / * */ :1", "1"},
	{"mysql dollar", MySQL, "SELECT a$1, $$b FROM t WHERE c=?", positional(1), "SELECT a$1, $$b FROM t WHERE c=:1", "1"},
}

func TestToService(t *testing.T) {
	for _, tt := range serviceTests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.d.Parse(tt.sql).ToService(named(tt.args))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got.SQL); diff != "" {
				t.Error("SQL (-want +got):", diff)
			}
			var names []string
			for _, p := range got.Params {
				names = append(names, p.Name)
			}
			if diff := cmp.Diff(tt.params, strings.Join(names, " ")); diff != "" {
				t.Error("parameters (-want +got):", diff)
			}
		})
	}
}

func TestToServiceCasts(t *testing.T) {
	for _, test := range [][2]string{
		{"SELECT $1,$2::text,$1", "SELECT CAST(:1 AS int8[]),:2::text,CAST(:1 AS int8[])"},
		{"SELECT $1 [2], $2", "SELECT (CAST(:1 AS int8[])) [2], :2"}, // a cast has no subscripts
		{"SELECT $1/**/[2],$2", "SELECT (CAST(:1 AS int8[]))/**/[2],:2"},
	} {
		got, err := PostgreSQL.Parse(test[0]).ToService([]Arg{{Cast: "int8[]"}, {}})
		if err != nil {
			t.Fatal(err)
		}
		if got.SQL != test[1] {
			t.Errorf("got %s, want %s", got.SQL, test[1])
		}
	}
}

func TestToServiceArguments(t *testing.T) {
	got, err := PostgreSQL.Parse(`SELECT :b, :ä, :a, :b`).ToService(named([]string{"a", "b", "ä"}))
	if err != nil {
		t.Fatal(err)
	}
	want := []Param{{"b", 1}, {"1", 2}, {"a", 0}}
	if diff := cmp.Diff(want, got.Params); diff != "" {
		t.Error("(-want +got):", diff)
	}
}

func TestToServiceErrors(t *testing.T) {
	for _, tt := range []struct {
		name string
		d    *Dialect
		sql  string
		args []string
		want string
	}{
		{"missing", PostgreSQL, "SELECT $1,\n  $3", positional(2), "the placeholder $3 has no argument: the statement was given 2 arguments (line 2, column 3)"},
		{"missing all", PostgreSQL, "SELECT $1", nil, "the placeholder $1 has no argument: the statement was given 0 arguments (line 1, column 8)"},
		{"zero", PostgreSQL, "SELECT 'ä', $0", positional(1), "the placeholder $0 does not exist: they are counted from $1 (line 1, column 13)"},
		{"huge", PostgreSQL, "SELECT $99999999999999999999", positional(1), "the placeholder $99999999999999999999 does not exist: they are counted from $1 (line 1, column 8)"},
		{"unused", PostgreSQL, "SELECT $1, $3", positional(3), "argument 2 is not used: write $2 in the statement or leave the argument out"},
		{"unused named", PostgreSQL, "SELECT :a", []string{"a", "b"}, `the argument "b" is not used: write :b in the statement or leave the argument out`},
		{"missing named", PostgreSQL, "SELECT :a, :B", []string{"a"}, `no argument is named "B", as the placeholder :B needs it: pass sql.Named("B", value) (line 1, column 12)`},
		{"mixed arguments", PostgreSQL, "SELECT :a", []string{"a", ""}, "1 of 2 arguments are named: name all of them or none"},
		{"twice", PostgreSQL, "SELECT :a", []string{"a", "a"}, `two arguments are named "a": give each a name of its own`},
		{"numbered and named", PostgreSQL, "SELECT $1, :a", []string{"a"}, "the arguments are named but the statement has the numbered placeholder $1: write :name instead, or pass the arguments without names (line 1, column 8)"},
		{"named and numbered", PostgreSQL, "SELECT $1, :a", positional(1), `the placeholder :a needs an argument with that name: pass sql.Named("a", value), and name all arguments (line 1, column 12)`},
		{"named without names", PostgreSQL, "SELECT :a, :b", positional(2), `the placeholder :a needs an argument with that name: pass sql.Named("a", value), and name all arguments (line 1, column 8)`},
		{"question and named", PostgreSQL, "SELECT ?, :b", positional(1), `the placeholder :b needs an argument with that name: pass sql.Named("b", value), and name all arguments (line 1, column 11)`},
		{"operator", PostgreSQL, "SELECT a ? ?", positional(1), "the statement has 2 placeholders but was given 1 argument: write $1, $2 for placeholders, or ?? for the operator ?"},
		{"no placeholder", PostgreSQL, "SELECT 1", positional(1), "the statement has 0 placeholders but was given 1 argument: write $1, $2 for placeholders, or ?? for the operator ?"},
		{"own parameter", PostgreSQL, "PREPARE p AS SELECT $1 ?", positional(1), "$1 is a parameter of what the statement defines: it takes no argument (line 1, column 21)"},
		{"unfinished string", PostgreSQL, "SELECT $1, 'a", positional(1), "the string that starts here does not end: close it (line 1, column 12)"},
		{"unfinished name", PostgreSQL, `SELECT $1, "a`, positional(1), "the quoted identifier that starts here does not end: close it (line 1, column 12)"},
		{"unfinished dollar", PostgreSQL, "SELECT $1, $a$ $b$", positional(1), "the dollar-quoted string that starts here does not end: close it (line 1, column 12)"},
		{"unfinished comment", PostgreSQL, "SELECT $1, /* /* */", positional(1), "the comment that starts here does not end: close it (line 1, column 12)"},
		{"range", PostgreSQL, "SELECT a[1:n]", []string{"n"}, `":n" stands behind an expression: write ": :n" for a range that ends with the placeholder, ": n" for one that ends with a column (line 1, column 11)`},
		{"mysql count", MySQL, "SELECT ?", positional(2), "the statement has 1 placeholder but was given 2 arguments: pass one for each ?"},
		{"mysql none", MySQL, "SELECT :a", positional(1), `the placeholder :a needs an argument with that name: pass sql.Named("a", value), and name all arguments (line 1, column 8)`},
		{"mysql mixed", MySQL, "SELECT ?, :a", []string{"a"}, "the arguments are named but the statement has the placeholder ?: write :name instead, or pass the arguments without names (line 1, column 8)"},
		{"mysql hidden", MySQL, "SELECT /*! ? */", positional(1), "the service does not see the placeholder ? in a /*! comment: write it outside (line 1, column 12)"},
		{"mysql hidden name", MySQL, "SELECT /*! :a */", []string{"a"}, "the service does not see the placeholder :a in a /*! comment: write it outside (line 1, column 12)"},
		{"mysql unfinished", MySQL, "SELECT ? /*! 1", positional(1), "the comment that starts here does not end: close it (line 1, column 10)"},
		{"mysql unfinished backslash", MySQL, `SELECT ?, '\'`, positional(1), "the string that starts here does not end: close it (line 1, column 11)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := tt.d.Parse(tt.sql).ToService(named(tt.args))
			var syntax *SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("got %v, want a *SyntaxError", err)
			}
			if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
				t.Error("(-want +got):", diff)
			}
			if want := strings.HasPrefix(tt.name, "unfinished") || strings.HasPrefix(tt.name, "mysql unfinished"); syntax.Unfinished != want {
				t.Errorf("Unfinished = %t", syntax.Unfinished)
			}
		})
	}
}

func TestNumInput(t *testing.T) {
	for _, tt := range []struct {
		d    *Dialect
		sql  string
		want int
	}{
		{PostgreSQL, "SELECT 1", 0},
		{PostgreSQL, "SELECT $2, $2, a ? 'b', c[1:x]", 2},
		{PostgreSQL, "SELECT ?", -1},
		{PostgreSQL, "SELECT a ?| b, a ?? b", 0},
		{PostgreSQL, "SELECT ?, a ?| b", -1},
		{PostgreSQL, "SELECT :a", -1},
		{PostgreSQL, "SELECT a[1:b]", -1},
		{PostgreSQL, "SELECT '$1 ? :a'", 0},
		{PostgreSQL, "PREPARE p AS SELECT $1", 0},
		{PostgreSQL, "create or replace function f(int) returns int return $1", 0},
		{PostgreSQL, "CREATE TABLE function AS SELECT $1::int", 1},
		{MySQL, "SELECT ?, ?, '?'", 2},
		{MySQL, "SELECT :a", -1},
		{MySQL, "SELECT 1", 0},
	} {
		if got := tt.d.Parse(tt.sql).NumInput(); got != tt.want {
			t.Errorf("%s: %s: got %d, want %d", tt.d, tt.sql, got, tt.want)
		}
	}
}

func TestServiceSourceOffset(t *testing.T) {
	src := `SELECT 'ä', $$:x$$, a[1:2], $1 FROM nowhere`
	got, err := PostgreSQL.Parse(src).ToService(named(positional(1)))
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"SELECT", "'ä'", ":x", "a[", "2]", "FROM", "nowhere"} {
		at := strings.Index(got.SQL, word)
		pos := len([]rune(got.SQL[:at])) + 1
		want := len([]rune(src[:strings.Index(src, word)])) + 1
		if from := got.SourceOffset(pos); from != want {
			t.Errorf("%s: got %d, want %d", word, from, want)
		}
	}
	runes := len([]rune(src))
	for pos, want := range map[int]int{-1: 1, 0: 1, 1000: runes + 1} {
		if from := got.SourceOffset(pos); from != want {
			t.Errorf("position %d: got %d, want %d", pos, from, want)
		}
	}
}
