package dialect_test

import (
	"math/rand/v2"
	"strconv"
	"strings"
)

// generator makes random valid statements out of everything that is hard to
// read. In its texts a placeholder is mark followed by its number, and
// operator is the operator of jsonb.
type generator struct {
	*rand.Rand
	// bare forbids placeholders.
	bare bool
	// types is the type of each placeholder of the statement.
	types []string
}

const (
	mark     = '\x01'
	operator = "\x02"
)

func (g *generator) one(of ...string) string { return of[g.IntN(len(of))] }

// statement makes a SELECT.
func (g *generator) statement() string {
	g.types = nil
	var b strings.Builder
	b.WriteString(g.gap() + g.one("SELECT", "select", "SeLeCt"))
	for i := range 1 + g.IntN(6) {
		if i > 0 {
			b.WriteString(g.gap() + ",")
		}
		b.WriteString(g.space() + g.item() + g.alias())
	}
	return b.String() + g.gap() + g.one("", "-- end ' :x $1\n", "/* ' :x $9 */")
}

// scriptStatement makes a statement for a script.
func (g *generator) scriptStatement() string {
	switch g.IntN(6) {
	case 0:
		return "CREATE OR REPLACE FUNCTION pg_temp.f(int)" + g.space() + "RETURNS int" + g.space() +
			"BEGIN" + g.space() + "ATOMIC" + g.space() + g.one("SELECT 1 AS end;", "SELECT 1 end;", "SELECT CASE WHEN true THEN 1 END;", "") +
			"SELECT CASE $1 WHEN 1 THEN CASE WHEN true THEN 2 END END;" + g.gap() + "END"
	case 1:
		return "DO" + g.one("", " LANGUAGE 'plpgsql'") + g.space() + g.dollar("DECLARE x int := 1; BEGIN x := x + 1; PERFORM '"+g.one(":a", "--", "/*", `"`)+"'; END")
	case 2:
		return "CREATE TEMP TABLE IF NOT EXISTS t (a int, b text); DELETE FROM t; " +
			"CREATE OR REPLACE RULE r AS ON INSERT TO t DO INSTEAD (DELETE FROM t; DELETE FROM t WHERE a = 1)"
	}
	return g.statement()
}

// space returns white space, perhaps with comments.
func (g *generator) space() string { return g.one(" ", "\n", "\t", " \r\n") + g.gap() }

// gap returns what can stand between any two tokens, often nothing.
func (g *generator) gap() string {
	switch g.IntN(8) {
	case 0:
		return " "
	case 1:
		return " --" + g.oneLine() + g.one("\n", "\r", "\r\n")
	case 2:
		return " /*" + g.comment(2) + "*/"
	}
	return ""
}

func (g *generator) oneLine() string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' || r == mark || r == 2 {
			return ' '
		}
		return r
	}, g.nasty(6))
}

// comment returns the inside of a block comment.
func (g *generator) comment(depth int) string {
	text := strings.NewReplacer("*", "x", "/", "y").Replace(g.nasty(5))
	if depth > 0 && g.IntN(2) == 0 {
		text += "/*" + g.one("", "* ", "/ ", "** ") + g.comment(depth-1) + "*/" + g.one("", "* ", "'")
	}
	return text
}

// nasty returns a text of pieces that readers stumble over.
func (g *generator) nasty(pieces int) string {
	var b strings.Builder
	for range g.IntN(pieces + 1) {
		b.WriteString(g.one("'", "''", `"`, `\`, `\\`, `\'`, ":a", ":1", "::", ":", ":=", "$1", "$$", "$a$", "?", "??",
			"--", "/*", "*/", ";", "a", "ä", "€", " ", "\n", "\t", "%", "E'", "x", "#", "`", "[1:2]", "\r"))
	}
	return b.String()
}

// item makes an expression that ends where anything may follow.
func (g *generator) item() string {
	switch g.IntN(12) {
	case 0, 1, 2:
		return g.literal()
	case 3, 4:
		return g.param("text") + g.gap() + "::" + g.gap() + "text"
	case 5:
		return "(" + g.gap() + g.array() + g.gap() + ")" + g.subscript()
	case 6:
		return "(" + g.one(`'{"a":1,"b?":2}'`, `'["a"]'`) + "::jsonb" + g.gap() + operator + g.space() + g.literal() + ")"
	case 7:
		return "CASE WHEN" + g.space() + g.param("int") + "::int=" + g.param("int") + "::int THEN" + g.space() + g.literal() + g.space() + "END"
	case 8:
		return g.one("1.5e3", "1", ".5", "2-1", "2 -+1", "3- -1", "-1", "@ -1", "7%4", "1.", "2*-1", "2^ -1")
	case 9:
		return "(SELECT" + g.space() + g.quotedName() + " FROM (SELECT 1 AS" + g.space() + g.quotedName() + ") x$1)" + "::text"
	case 10:
		return "(SELECT a$1b FROM (SELECT" + g.space() + g.param("int") + "::int+1 AS a$1b) AS \"x:y\" WHERE a$1b<>-" + g.number() + ")"
	}
	return "concat(" + g.gap() + g.item() + g.gap() + "," + g.gap() + g.item() + g.gap() + ")"
}

func (g *generator) number() string { return strconv.Itoa(g.IntN(100) + 5) }

// quotedName is always the same name.
func (g *generator) quotedName() string {
	return g.one(`"it's :a ""?"" $1 --"`, `U&"it's :a ""?"" \00241 --"`)
}

func (g *generator) alias() string {
	return g.one("", "", "", " AS a$1", ` AS ":b"`, " AS"+g.space()+`"x'"`, ` "$$"`, " ä")
}

// literal makes a string in one of its many forms.
func (g *generator) literal() string {
	text := g.nasty(6)
	quoted := strings.ReplaceAll(text, "'", "''")
	escaped := strings.NewReplacer(`\`, `\\`, "'", g.one("''", `\'`)).Replace(text)
	switch g.IntN(9) {
	case 0, 1:
		return "'" + quoted + "'"
	case 2, 3:
		return g.one("E", "e") + "'" + escaped + "'"
	case 4:
		return "'" + quoted + "'" + g.one(" \n ", "\n", " --x'\n\t", "\r") + "'" + quoted + "'"
	case 5:
		return "E'" + escaped + "'\n'" + escaped + "'"
	case 6:
		return g.one("n'", "N'") + strings.ReplaceAll(quoted, `\`, "") + "'::text"
	case 7:
		return "U&'" + strings.ReplaceAll(quoted, `\`, `\\`) + `\0041'`
	}
	return g.dollar(text)
}

// dollar quotes the text with a tag that is not in it.
func (g *generator) dollar(text string) string {
	for _, tag := range []string{"$$", "$a$", "$Ä_1$", "$longer_tag$"} {
		// A dollar at the end of the text could begin the tag too early.
		if !strings.Contains(text+tag[:len(tag)-1], tag) && g.IntN(3) > 0 {
			return tag + text + tag
		}
	}
	return "$zz9$" + text + "$zz9$"
}

func (g *generator) array() string {
	return "ARRAY[" + g.gap() + g.literal() + g.gap() + "," + g.param("text") + "::text," + g.gap() + "'b']"
}

// subscript makes an index or a slice, of constants and placeholders.
func (g *generator) subscript() string {
	bound := func() string {
		switch g.IntN(4) {
		case 0:
			return ""
		case 1:
			return g.param("int") + g.one("", "::int")
		case 2:
			return "(" + g.gap() + "2)"
		}
		return g.one("1", "2", "'1'", "E'2'", "+1", "$$1$$")
	}
	if g.IntN(4) == 0 {
		return "[" + g.param("int") + "]"
	}
	return "[" + bound() + g.gap() + ":" + g.gap() + bound() + "]"
}

// param makes a placeholder, or a constant if there may be none.
func (g *generator) param(typ string) string {
	if g.bare {
		if typ == "int" {
			return "1"
		}
		return "'x:y'"
	}
	if g.IntN(3) == 0 {
		for i, other := range g.types {
			if other == typ {
				return string([]rune{mark, rune('0' + i + 1)})
			}
		}
	}
	g.types = append(g.types, typ)
	return string([]rune{mark, rune('0' + len(g.types))})
}

// style is how placeholders are written.
type style uint8

const (
	styleNumbered style = iota
	styleQuestion
	styleNamed
)

// name returns the name of the n-th argument.
func name(n int) string { return []string{"p", "Q_", "ü", "p1x"}[n%4] + strconv.Itoa(n) }

// render writes the text in a style, with a value for each argument.
func render(text string, types []string, st style) (sql string, values []string) {
	value := func(n int) string {
		if types[n-1] == "int" {
			return strconv.Itoa(1 + n%2)
		}
		return "it's :a value " + strconv.Itoa(n)
	}
	if st != styleQuestion {
		for n := range types {
			values = append(values, value(n+1))
		}
	}
	var b strings.Builder
	runes := []rune(text)
	for i := 0; i < len(runes); i++ {
		switch {
		case string(runes[i]) == operator && st == styleQuestion && len(types) > 0:
			b.WriteString("??")
		case string(runes[i]) == operator:
			b.WriteString("?")
		case runes[i] != mark:
			b.WriteRune(runes[i])
		default:
			i++
			n := int(runes[i] - '0')
			switch st {
			case styleNumbered:
				b.WriteString("$" + strconv.Itoa(n))
			case styleQuestion:
				b.WriteString("?")
				values = append(values, value(n))
			default:
				if i > 1 && runes[i-2] == ':' {
					b.WriteByte(' ')
				}
				b.WriteString(":" + name(n))
			}
		}
	}
	return b.String(), values
}
