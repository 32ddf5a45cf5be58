package dialect

import (
	"slices"
	"strings"
	"testing"
)

// corpus seeds the fuzz targets with every statement of the tables.
func corpus(f *testing.F) {
	for _, tt := range serviceTests {
		f.Add(tt.sql, tt.d == MySQL, uint8(len(tt.args)))
	}
	for _, sql := range []string{
		"CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN $1 THEN 1 END; END; SELECT 2",
		"CREATE PROCEDURE p() BEGIN IF a THEN SELECT 1; END IF; END; SELECT 2",
		"CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2); SELECT 3",
		"/*!50000 SELECT '*/' */ 1; x:LOOP",
	} {
		f.Add(sql, false, uint8(1))
		f.Add(sql, true, uint8(0))
	}
}

func pick(mysql bool) *Dialect {
	if mysql {
		return MySQL
	}
	return PostgreSQL
}

func FuzzLexer(f *testing.F) {
	corpus(f)
	f.Fuzz(func(t *testing.T, sql string, mysql bool, _ uint8) {
		l := pick(mysql).newLexer(sql)
		end := 0
		for tok := l.next(); tok.kind != tokEOF; tok = l.next() {
			if tok.start != end || tok.end <= tok.start || tok.end > len(sql) {
				t.Fatalf("%q: token %d:%d behind %d", sql, tok.start, tok.end, end)
			}
			if tok.flags&flagUnfinished != 0 && tok.end != len(sql) {
				t.Fatalf("%q: token %d:%d is unfinished", sql, tok.start, tok.end)
			}
			end = tok.end
		}
		if end != len(sql) {
			t.Fatalf("%q: tokens end at %d", sql, end)
		}
	})
}

// scanners are the ways in which the service may read a statement.
func scanners(mysql bool) []scanner {
	var all []scanner
	for i := range 8 {
		all = append(all, scanner{
			backslashes:    i&1 != 0,
			nestedComments: i&2 != 0,
			dollarQuotes:   i&4 != 0 && !mysql,
			hashComments:   i&4 != 0 && mysql,
		})
	}
	return all
}

// FuzzToService checks that every scanner finds exactly the placeholders that
// were put into the statement, that the engine is given an equal statement,
// and that places map back.
func FuzzToService(f *testing.F) {
	corpus(f)
	f.Fuzz(func(t *testing.T, sql string, mysql bool, n uint8) {
		d := pick(mysql)
		s := d.Parse(sql)
		args, ok := fuzzArguments(d, sql, int(n%8))
		if !ok {
			return
		}
		service, err := s.ToService(named(args))
		if err != nil || s.open.kind != tokEOF || undecidable(d, sql) {
			return
		}
		if len(args) == 0 && !contains(sql, ":", "\\", "$", "#", "\r", "/*", "--") && service.SQL != sql {
			t.Fatalf("%q\nbecame %q", sql, service.SQL)
		}
		want := wantedNames(s, args, service)
		for _, sc := range scanners(mysql) {
			engine, err := d.fromService(service.SQL, sc)
			if err != nil {
				t.Fatalf("%q\nbecame %q\n%+v: %v", sql, service.SQL, sc, err)
			}
			if got := strings.Join(engine.Names, " "); got != want {
				t.Fatalf("%q\nbecame %q\n%+v found %q, want %q", sql, service.SQL, sc, got, want)
			}
			if got, want := meaning(d, engine.SQL, nil), meaning(d, sql, s.roles(args)); got != want {
				t.Fatalf("%q\nbecame %q\nwhich means\n%s\nwant\n%s", sql, engine.SQL, got, want)
			}
		}
		if again := d.Parse(service.SQL); len(args) == 0 {
			twice, err := again.ToService(nil)
			if err != nil || twice.SQL != service.SQL {
				t.Fatalf("%q\nbecame %q\nand then %q, %v", sql, service.SQL, twice.SQL, err)
			}
		}
		last := 0
		for i := range len(service.SQL) + 2 {
			at := service.SourceOffset(i)
			if at < last || at > len(sql)+1 {
				t.Fatalf("%q\nbecame %q\nposition %d maps to %d behind %d", sql, service.SQL, i, at, last)
			}
			last = at
		}
	})
}

// fuzzArguments invents arguments that fit the statement: n positional ones,
// those of its numbers, or all its names.
func fuzzArguments(d *Dialect, sql string, n int) ([]string, bool) {
	var names []string
	numbers, questions, bare := 0, 0, false
	s := d.Parse(sql)
	for _, m := range s.marks {
		switch m.kind {
		case markNumbered:
			k, ok := s.number(m)
			if !ok || k > 100 {
				return nil, false
			}
			numbers = max(numbers, k)
		case markQuestion:
			s.questions(m, func(_ int, placeholder bool) {
				if placeholder {
					questions++
				}
			})
		case markName:
			bare = bare || m.flags&flagSeparator == 0
			if name := sql[m.start+1 : m.end]; m.flags&flagOperand == 0 && slices.Index(names, name) < 0 {
				names = append(names, name)
			}
		}
	}
	switch {
	case s.own:
		return nil, !bare
	case numbers > 0:
		return positional(numbers), true
	case n%3 == 0 && len(names) > 0:
		return names, true
	case n%3 == 1 && questions > 0:
		return positional(questions), true
	}
	return nil, !bare // a bare :name would be sent as it is
}

// undecidable says whether the statement holds what has no form that all
// scanners read alike.
func undecidable(d *Dialect, sql string) bool {
	l := d.newLexer(sql)
	for t := l.next(); t.kind != tokEOF; t = l.next() {
		text := l.text(t)
		switch {
		case l.hint >= 0, t.kind == tokIdent && contains(text, `\`, "`"):
			return true
		case t.kind == tokString && strings.Contains(text, `\`) && d == PostgreSQL && text[0] != '\'' && text[0]|0x20 != 'e':
			return true
		case t.kind == tokOther && text[0] > ' ':
			return true // such as a lone $, which no statement has
		}
	}
	return false
}

// FuzzSplit checks that the parts and what separates them make up the script,
// and that a part is a single statement.
func FuzzSplit(f *testing.F) {
	corpus(f)
	f.Fuzz(func(t *testing.T, sql string, mysql bool, _ uint8) {
		d := pick(mysql)
		parts, err := d.Split(sql)
		if err != nil || mysql && strings.Contains(strings.ToLower(sql), "delimiter") {
			return
		}
		end := 0
		for _, p := range parts {
			if p.Offset < end || !strings.HasPrefix(sql[p.Offset:], p.SQL) {
				t.Fatalf("%q: part %q at %d behind %d", sql, p.SQL, p.Offset, end)
			}
			separator(t, d, sql[end:p.Offset])
			if want := 1 + strings.Count(sql[:p.Offset], "\n"); p.Line != want {
				t.Fatalf("%q: part at %d is in line %d, not %d", sql, p.Offset, want, p.Line)
			}
			end = p.Offset + len(p.SQL)
			if mysql && strings.HasSuffix(p.SQL, "--") {
				continue // MySQL takes a pair of dashes for a comment at the very end, and for operators before a semicolon
			}
			again, err := d.Split(p.SQL)
			if err != nil || len(again) != 1 || again[0].SQL != p.SQL {
				t.Fatalf("%q: part %q splits to %v, %v", sql, p.SQL, again, err)
			}
		}
		separator(t, d, sql[end:])
	})
}

// separator checks that the text holds no statement.
func separator(t *testing.T, d *Dialect, text string) {
	t.Helper()
	l := d.newLexer(text)
	for tok := l.next(); tok.kind != tokEOF; tok = l.next() {
		if tok.significant() && l.text(tok) != ";" {
			t.Fatalf("%q was dropped", text)
		}
	}
}

func FuzzQuoteString(f *testing.F) {
	for _, s := range []string{"", "it's", `a\'b`, `\`, "'; -- :x", "$1 ? /* \r\n"} {
		f.Add(s, false)
		f.Add(s, true)
	}
	f.Fuzz(func(t *testing.T, s string, mysql bool) {
		d := pick(mysql)
		literal, err := d.QuoteString(s)
		if err != nil {
			return
		}
		service, err := d.Parse("SELECT " + literal + " , :x").ToService(named([]string{"x"}))
		if err != nil {
			t.Fatalf("%q: %s: %v", s, literal, err)
		}
		for _, sc := range scanners(mysql) {
			engine, err := d.fromService(service.SQL, sc)
			if err != nil || len(engine.Names) != 1 {
				t.Fatalf("%q: %s: %+v found %q, %v", s, literal, sc, engine.Names, err)
			}
		}
		if mysql && strings.Contains(s, `\`) {
			return // in hexadecimal
		}
		if got := decode(d, tokString, literal); got != s {
			t.Fatalf("%q: %s means %q", s, literal, got)
		}
	})
}
