package dialect

import (
	"slices"
	"strings"
)

// Targets are the columns that the arguments of an INSERT, REPLACE or UPDATE of MySQL
// are written into as they are.
type Targets struct {
	Database string // empty for the one in use
	Table    string
	// Of has, for each argument, the column of each place where it stands.
	Of [][]Target
	// Whole is how many columns the table has if they are told by their places, as
	// an INSERT without a list of them does; else 0.
	Whole int
}

// Target is a column by its name or, if that is empty, by its place, from 1. The zero
// one is none: what an argument stands in is more than itself.
type Target struct {
	Name  string
	Place int
}

// Any says whether an argument is written into a column.
func (t Targets) Any() bool {
	return slices.ContainsFunc(t.Of, func(places []Target) bool {
		return slices.ContainsFunc(places, func(to Target) bool { return to != Target{} })
	})
}

// Targets returns the columns that arguments of these names are written into, and
// false if it is no such statement, or not certain to be one.
func (s *Statement) Targets(args []Arg) (Targets, bool) {
	r := &targetReader{clauseReader: clauseReader{lexer: s.dialect.newLexer(s.sql)}, args: args}
	if r.read() != nil {
		return Targets{}, false
	}
	r.targets.Of = make([][]Target, len(args))
	switch r.upper(0) {
	case "INSERT", "REPLACE":
		r.insert()
	case "UPDATE":
		r.update()
	}
	return r.targets, r.targets.Table != ""
}

// targetReader reads a statement from the left to the right.
type targetReader struct {
	clauseReader
	args    []Arg
	at      int // the token to be read
	next    int // the argument of the next question mark
	targets Targets
}

// skip passes over one of some words, if it is there.
func (r *targetReader) skip(words ...string) bool {
	if slices.Contains(words, r.upper(r.at)) {
		r.pass()
		return true
	}
	return false
}

// pass passes over a token. A placeholder in it is one that no column takes as it is.
func (r *targetReader) pass() {
	if arg := r.argument(); arg >= 0 {
		r.note(arg, Target{})
	}
	r.at++
}

// passGroup passes over a parenthesis and what is in it.
func (r *targetReader) passGroup() {
	for depth := 0; r.at < len(r.tokens); {
		switch {
		case r.is(r.at, "("):
			depth++
		case r.is(r.at, ")"):
			depth--
		}
		r.pass()
		if depth == 0 {
			return
		}
	}
}

// argument returns the argument of the placeholder that is to be read; -1 if it is
// none.
func (r *targetReader) argument() int {
	switch t := r.tokens[r.at]; t.kind {
	case tokQuestion:
		if r.next++; r.next <= len(r.args) {
			return r.next - 1
		}
	case tokName:
		name := r.text(t)[1:]
		return slices.IndexFunc(r.args, func(a Arg) bool { return a.Name == name })
	}
	return -1
}

// note notes what an argument is written into at a place.
func (r *targetReader) note(arg int, to Target) {
	r.targets.Of[arg] = append(r.targets.Of[arg], to)
}

// name returns a name without its quotes, and false if there is none.
func (r *targetReader) name() (string, bool) {
	if r.at >= len(r.tokens) || r.lexer.name(r.tokens[r.at]) == "" {
		return "", false
	}
	t := r.tokens[r.at]
	name := r.text(t)
	if t.kind == tokIdent {
		name = r.lexer.name(t)
	}
	r.at++
	return name, true
}

// table reads the name of a table.
func (r *targetReader) table() bool {
	name, ok := r.name()
	if ok && r.is(r.at, ".") {
		r.at++
		r.targets.Database = name
		name, ok = r.name()
	}
	r.targets.Table = name
	return ok
}

// insert reads an INSERT or REPLACE of values.
func (r *targetReader) insert() {
	r.at = 1
	for r.skip("LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "IGNORE", "INTO") {
	}
	if !r.table() {
		return
	}
	if r.skip("PARTITION") {
		r.passGroup()
	}
	var columns []Target
	if r.is(r.at, "(") {
		for r.at++; ; r.at++ {
			name, ok := r.name()
			if !ok || !r.is(r.at, ",") && !r.is(r.at, ")") {
				return
			}
			columns = append(columns, Target{Name: name})
			if r.is(r.at, ")") {
				r.at++
				break
			}
		}
	}
	switch {
	case r.skip("VALUES", "VALUE"):
		r.rows(columns)
	case columns == nil && r.skip("SET"):
		r.assignments()
	}
	if r.skip("AS") { // a name for the row, and for its columns
		if _, ok := r.name(); ok && r.is(r.at, "(") {
			r.passGroup()
		}
	}
	if r.skip("ON") && r.skip("DUPLICATE") && r.skip("KEY") && r.skip("UPDATE") {
		r.assignments()
	}
	r.rest()
}

// rows reads what stands behind VALUES.
func (r *targetReader) rows(columns []Target) {
	for r.is(r.at, "(") {
		r.at++
		for place := 1; ; place++ {
			var to Target
			switch {
			case columns == nil:
				to.Place = place
				r.targets.Whole = max(r.targets.Whole, place)
			case place <= len(columns):
				to = columns[place-1]
			}
			r.value(to, ",", ")")
			if !r.is(r.at, ",") {
				break
			}
			r.at++
		}
		if !r.is(r.at, ")") {
			return
		}
		if r.at++; !r.is(r.at, ",") {
			return
		}
		r.at++
	}
}

// value reads an expression up to a comma, a word or the parenthesis that ends it.
func (r *targetReader) value(to Target, ends ...string) {
	ended := func() bool {
		return r.at >= len(r.tokens) || slices.Contains(ends, r.upper(r.at))
	}
	if r.at < len(r.tokens) {
		if arg := r.argument(); arg >= 0 {
			if r.at++; ended() {
				r.note(arg, to)
				return
			}
			r.note(arg, Target{})
		}
	}
	for !ended() {
		r.step()
	}
}

// step passes over a token or a parenthesis with all that is in it.
func (r *targetReader) step() {
	if r.is(r.at, "(") {
		r.passGroup()
	} else {
		r.pass()
	}
}

// assignments reads what stands behind SET, or behind ON DUPLICATE KEY UPDATE.
func (r *targetReader) assignments() {
	ends := []string{",", "WHERE", "ORDER", "LIMIT", "ON", "AS", "RETURNING"}
	for {
		name, ok := r.name()
		for ok && r.is(r.at, ".") { // behind the table's
			r.at++
			name, ok = r.name()
		}
		if !ok || !r.is(r.at, "=") {
			return
		}
		r.at++
		r.value(Target{Name: name}, ends...)
		if !r.is(r.at, ",") {
			return
		}
		r.at++
	}
}

// update reads an UPDATE of one table.
func (r *targetReader) update() {
	r.at = 1
	for r.skip("LOW_PRIORITY", "IGNORE") {
	}
	if !r.table() {
		return
	}
	if !r.is(r.at, "SET") {
		r.skip("AS")
		if _, ok := r.name(); !ok {
			return
		}
	}
	if !r.skip("SET") {
		return
	}
	r.assignments()
	r.rest()
}

// rest passes over what is left.
func (r *targetReader) rest() {
	for r.at < len(r.tokens) {
		r.pass()
	}
}

// Column returns a column of the table, whose columns are of; nil if that is not
// certain, as where the table has columns that are not listed.
func (t Targets) Column(to Target, of []CopyColumn) *CopyColumn {
	at := to.Place - 1
	if to.Name != "" {
		same := func(c CopyColumn) bool { return strings.EqualFold(c.Name, to.Name) }
		if at = slices.IndexFunc(of, same); at < 0 || slices.ContainsFunc(of[at+1:], same) {
			return nil // or of two tables, whose names differ in case
		}
	}
	if at < 0 || t.Whole > 0 && t.Whole != len(of) {
		return nil
	}
	return &of[at]
}

// WantsText says whether bytes that are UTF-8 have to travel as a text for the column,
// on MySQL: no JSON is made of others, and no text of another character set.
func (c *CopyColumn) WantsText(b []byte) bool { return c.Type == "json" || !c.TakesBytes(b) }
