package dialect

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var kindNames = map[tokenKind]string{
	tokSpace: "space", tokComment: "comment", tokWord: "word", tokIdent: "ident",
	tokNumber: "number", tokString: "string", tokDollar: "dollar",
	tokParam: "param", tokQuestion: "question", tokName: "name",
	tokColon: "colon", tokCast: "cast", tokAssign: "assign",
	tokOperator: "op", tokPunct: "punct", tokOpenHint: "open",
	tokCloseHint: "close", tokDelimiter: "delimiter", tokOther: "other",
}

// tokens writes the significant tokens and comments of a text, one a line.
func tokens(d *Dialect, sql string) string {
	var b strings.Builder
	l := d.newLexer(sql)
	for t := l.next(); t.kind != tokEOF; t = l.next() {
		if t.kind == tokSpace {
			continue
		}
		open := ""
		if t.flags&flagUnfinished != 0 {
			open = "!"
		}
		fmt.Fprintf(&b, "%s%s %q\n", open, kindNames[t.kind], l.text(t))
	}
	return b.String()
}

func TestLexer(t *testing.T) {
	for _, tt := range []struct {
		d    *Dialect
		sql  string
		want []string // "kind text"
	}{
		{PostgreSQL, `a$1 Ä_9 "q""x" U&"d\0061"`, []string{"word a$1", "word Ä_9", `ident "q""x"`, `ident U&"d\0061"`}},
		{PostgreSQL, `'a''b' E'\'' b'1' X'f' n'x' U&'\'`, []string{`string 'a''b'`, `string E'\''`, "string b'1'", "string X'f'", "string n'x'", `string U&'\'`}},
		{PostgreSQL, "'a'\n'b' 'c' 'd' -- x\n\t'e'", []string{"string 'a'\n'b'", "string 'c'", "string 'd' -- x\n\t'e'"}},
		{PostgreSQL, "'a' /* x */\n'b'", []string{"string 'a'", "comment /* x */", "string 'b'"}},
		{PostgreSQL, "E'a'\n'\\''", []string{"string E'a'\n'\\''"}},
		{PostgreSQL, "be'x'", []string{"word be", "string 'x'"}},
		{PostgreSQL, "$$a$b$$ $x$ $$ $X$ $x$ $1$ $ $a-b$", []string{"dollar $$a$b$$", "dollar $x$ $$ $X$ $x$", "param $1", "other $", "other $", "other $", "word a", "op -", "word b$"}},
		{PostgreSQL, "a$$b$$ 1$$b$$", []string{"word a$$b$$", "number 1", "dollar $$b$$"}},
		{PostgreSQL, "$1 $12abc", []string{"param $1", "param $12", "word abc"}},
		{PostgreSQL, "a::b :c :1d x:=y : :ä", []string{"word a", "cast ::", "word b", "name :c", "name :1d", "word x", "assign :=", "word y", "colon :", "name :ä"}},
		{PostgreSQL, "a[1:b:::c]", []string{"word a", "punct [", "number 1", "name :b", "cast ::", "name :c", "punct ]"}},
		{PostgreSQL, "1 1.5e3 1_000 0x1F 1..2 .5 1e 1e+5 1.", []string{"number 1", "number 1.5e3", "number 1_000", "number 0x1F", "number 1", "punct .", "number .2", "number .5", "number 1", "word e", "number 1e+5", "number 1."}},
		{PostgreSQL, "a=-1 a@-1 a+--x", []string{"word a", "op =", "op -", "number 1", "word a", "op @-", "number 1", "word a", "op +", "comment --x"}},
		{PostgreSQL, "a*/*x*/b ?| @? ?", []string{"word a", "op *", "comment /*x*/", "word b", "op ?|", "op @?", "op ?"}},
		{PostgreSQL, "/* /* */ */a/**/", []string{"comment /* /* */ */", "word a", "comment /**/"}},
		{PostgreSQL, "--a\r--b\nc", []string{"comment --a", "comment --b", "word c"}},
		{PostgreSQL, "\x00\xff{a}", []string{"other \x00", "word \xff", "other {", "word a", "other }"}},
		{PostgreSQL, "/* /* */", []string{"!comment /* /* */"}},
		{PostgreSQL, "'a", []string{"!string 'a"}},
		{PostgreSQL, "E'a\\", []string{"!string E'a\\"}},
		{PostgreSQL, "'a'\n'b", []string{"!string 'a'\n'b"}},

		{MySQL, `'a\'b' "c\"d" 'e''f' '\\'`, []string{`string 'a\'b'`, `string "c\"d"`, `string 'e''f'`, `string '\\'`}},
		{MySQL, "`a``b` a$b $c _utf8mb4'x' N'y'", []string{"ident `a``b`", "word a$b", "word $c", "word _utf8mb4", "string 'x'", "word N", "string 'y'"}},
		{MySQL, "5--1 -- x\n--\ty\n--", []string{"number 5", "op -", "op -", "number 1", "comment -- x", "comment --\ty", "comment --"}},
		{MySQL, "# a\nb#c", []string{"comment # a", "word b", "comment #c"}},
		{MySQL, "@a:=? @@b.c ??", []string{"op @", "word a", "assign :=", "question ?", "op @", "op @", "word b", "punct .", "word c", "question ?", "question ?"}},
		{MySQL, "/*!50000 a /* b */ */ /*+ c */ /* /* */ */", []string{"open /*!50000", "word a", "comment /* b */", "close */", "comment /*+ c */", "comment /* /* */", "op *", "op /"}},
		{MySQL, "x:begin a :b", []string{"word x", "name :begin", "word a", "name :b"}},
	} {
		var want strings.Builder
		for _, w := range tt.want {
			kind, text, _ := strings.Cut(w, " ")
			fmt.Fprintf(&want, "%s %q\n", kind, text)
		}
		if diff := cmp.Diff(want.String(), tokens(tt.d, tt.sql)); diff != "" {
			t.Errorf("%s: %q: (-want +got): %s", tt.d, tt.sql, diff)
		}
	}
}

func TestLexerWithoutBackslashes(t *testing.T) {
	d := *MySQL
	d.NoBackslashEscapes = true
	want := "string \"'a\\\\'\"\nword \"b\"\nstring \"'c'\"\n"
	if diff := cmp.Diff(want, tokens(&d, `'a\' b 'c'`)); diff != "" {
		t.Error("(-want +got):", diff)
	}
}
