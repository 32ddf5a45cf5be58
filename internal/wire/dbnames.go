package wire

import "strings"

// Names are the objects that a database's message names. A name that the
// message does not tell, or not beyond doubt, is empty.
type Names struct {
	// Schema is also what MySQL calls a database.
	Schema string
	// Table is a table, or what else PostgreSQL calls a relation.
	Table      string
	Column     string
	Constraint string
	DataType   string
}

// Names reads the names out of the message, which is all that the service
// passes on (F0050, F0054), where the protocols of the databases have fields.
// Messages in another language than English name nothing.
func (e *DatabaseError) Names() Names {
	for _, t := range messageTexts {
		if t.number != e.Number || t.number == 0 && t.state != e.SQLState {
			continue
		}
		var n Names
		if t.match(e.Message, &n) {
			return n
		}
	}
	return Names{}
}

// messageText is how a database words an error: a beginning, and then names,
// each with the text that follows it.
type messageText struct {
	state  string // PostgreSQL's errors go by SQLSTATE,
	number int    // MySQL's by number
	begin  string
	parts  []messagePart
	open   bool // whether more may follow
}

type messagePart struct {
	word string // of slots
	then string
}

// match takes a message apart, if it is worded so.
func (t *messageText) match(message string, n *Names) bool {
	rest, ok := strings.CutPrefix(message, t.begin)
	for i, part := range t.parts {
		if !ok {
			return false
		}
		name := rest
		switch last := i == len(t.parts)-1; {
		case last && !t.open:
			name, ok = strings.CutSuffix(rest, part.then)
		default:
			name, rest, ok = strings.Cut(rest, part.then)
		}
		ok = ok && slots[part.word].fill(n, name, part.then, rest)
	}
	return ok
}

// slot says what stands at a place of a message.
type slot struct {
	// set takes the name and reports whether it can be what it stands for. A nil
	// set is for what is no name, such as a value.
	set func(n *Names, name string) bool
	// bare names stand in no quotes.
	bare bool
}

// fill takes what was found at a place. A name is not escaped in most messages,
// so one that holds the quote that ends it may end elsewhere; so may a value
// behind which the text that ends it is found twice.
func (s slot) fill(n *Names, name, then, rest string) bool {
	switch {
	case s.set == nil:
		return !strings.Contains(rest, then)
	case name == "", !s.bare && strings.Contains(name, then[:1]):
		return false
	default:
		return s.set(n, name)
	}
}

// slots are the places of the templates below, by the word in braces.
var slots = map[string]slot{
	"":           {},
	"schema":     {set: func(n *Names, s string) bool { n.Schema = s; return true }},
	"table":      {set: setTable},
	"bare table": {set: setTable, bare: true},
	"bare schema": {set: func(n *Names, s string) bool { n.Schema = s; return true },
		bare: true},
	"column":     {set: func(n *Names, s string) bool { n.Column = s; return true }},
	"constraint": {set: func(n *Names, s string) bool { n.Constraint = s; return true }},
	"type":       {set: setType, bare: true},

	// What has a dot may or may not be qualified.
	"table or s.t":  {set: func(n *Names, s string) bool { return !strings.Contains(s, ".") && setTable(n, s) }},
	"column or t.c": {set: func(n *Names, s string) bool { n.Column = s; return !strings.Contains(s, ".") }},
	"type or s.t":   {set: func(n *Names, s string) bool { n.DataType = s; return !strings.Contains(s, ".") }},
	// MariaDB names the check of a column by table and column.
	"check": {set: func(n *Names, s string) bool {
		if !strings.Contains(s, ".") {
			n.Constraint = s
		}
		return true
	}},
	// What always is qualified has one dot, or a name has one of its own.
	"s.t": {set: func(n *Names, s string) bool {
		schema, table, ok := cutDot(s)
		n.Schema = schema
		return ok && setTable(n, table)
	}},
	"t.c": {set: func(n *Names, s string) (ok bool) {
		_, n.Column, ok = cutDot(s)
		return ok && !strings.Contains(s, `"`)
	}},
	// MySQL names a key by its table since 8.0.19; MariaDB does not.
	"key": {set: func(n *Names, s string) bool {
		table, key, ok := cutDot(s)
		if !ok {
			n.Constraint = s
			return !strings.Contains(s, ".")
		}
		n.Constraint = key
		return setTable(n, table)
	}},
}

// setTable takes a table, but for those that MySQL makes for the length of an
// ALTER TABLE.
func setTable(n *Names, s string) bool {
	n.Table = s
	return !strings.HasPrefix(s, "#sql")
}

// setType takes a type as PostgreSQL writes it: several words for some of its
// own, else in double quotes where it has to be, behind its schema if that is
// not in the search path.
func setType(n *Names, s string) bool {
	if !strings.ContainsAny(s, `".`) {
		n.DataType = s
		return true
	}
	first, rest, ok := cutIdentifier(s)
	if ok && rest == "" {
		n.DataType = first
		return true
	}
	second, ok2 := strings.CutPrefix(rest, ".")
	second, rest, ok3 := cutIdentifier(second)
	n.Schema, n.DataType = first, second
	return ok && ok2 && ok3 && rest == ""
}

// cutIdentifier takes an identifier, quoted or not, off the beginning.
func cutIdentifier(s string) (name, rest string, ok bool) {
	if quoted, found := strings.CutPrefix(s, `"`); found {
		name, rest, ok = strings.Cut(quoted, `"`)
		return name, rest, ok && name != "" && !strings.HasPrefix(rest, `"`)
	}
	end := strings.IndexAny(s, `".`)
	if end < 0 {
		end = len(s)
	}
	return s[:end], s[end:], end > 0
}

// cutDot splits a text at its only dot.
func cutDot(s string) (before, after string, ok bool) {
	before, after, ok = strings.Cut(s, ".")
	return before, after, ok && before != "" && after != "" && !strings.Contains(after, ".")
}
