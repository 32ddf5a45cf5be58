package dialect

import (
	"errors"
	"fmt"
	"strings"
)

// Steady returns an error if the query would give other rows when it is run
// again: it calls what does not give the same value each time, or what does
// something.
func (s *Statement) Steady() error {
	r := &clauseReader{lexer: s.dialect.newLexer(s.sql)}
	if err := r.read(); err != nil {
		return err
	}
	for i, t := range r.tokens {
		if err := r.does(i); err != nil {
			return err
		}
		switch word := r.upper(i); {
		case word == "@" && r.is(i+1, "@"):
			name := i + 2
			if r.is(name+1, ".") { // behind @@session
				name += 2
			}
			return fmt.Errorf("the variable @@%s may have another value on each page; pass the value as an argument", r.bare(min(name, len(r.tokens)-1)))
		case t.kind != tokWord || r.is(i-1, ".") || r.is(i-1, "@"):
		case word == "PREVIOUS" && r.is(i+1, "VALUE") && r.is(i+2, "FOR"):
			return errors.New("it reads a sequence")
		case word == "MATCH": // whose columns need no parentheses
			return errors.New("its full-text search (MATCH) finds what is committed at the time of each page")
		case unsteadyWords[word], unsteady[word] && r.is(i+1, "("):
			return fmt.Errorf("%s may give another value on each page; pass the value as an argument", word)
		}
	}
	return nil
}

// systemSchemas hold what is as it is at the time, and not on the snapshot of a transaction.
var systemSchemas = wordSet("INFORMATION_SCHEMA MYSQL PERFORMANCE_SCHEMA SYS")

// Unsnapped returns an error if the statement may read one of the system's schemas: it has
// a name of theirs with a dot behind it.
func (s *Statement) Unsnapped() error {
	r := &clauseReader{lexer: s.dialect.newLexer(s.sql)}
	if err := r.read(); err != nil {
		return err
	}
	return r.unsnapped()
}

func (r *clauseReader) unsnapped() error {
	for i := range r.tokens {
		if name := r.bare(i); systemSchemas[strings.ToUpper(name)] && r.is(i+1, ".") {
			return fmt.Errorf("it reads the schema %s, which is as it is at the time of each page", name)
		}
	}
	return nil
}

// Once returns an error if the query does something to its session or a sequence that
// it would do again when it is run again.
func (s *Statement) Once() error {
	r := &clauseReader{lexer: s.dialect.newLexer(s.sql)}
	r.readAll()
	for i := range r.tokens {
		if err := r.does(i); err != nil {
			return err
		}
	}
	return nil
}

// does returns an error if something is done at a token.
func (r *clauseReader) does(i int) error {
	switch t, word := r.tokens[i], r.upper(i); {
	case t.kind == tokAssign:
		return errors.New("it assigns to a variable")
	case t.kind != tokWord || r.is(i-1, ".") || r.is(i-1, "@"):
	case word == "NEXT" && r.is(i+1, "VALUE") && r.is(i+2, "FOR"),
		(word == "NEXTVAL" || word == "SETVAL") && r.is(i+1, "("):
		return errors.New("it takes from a sequence")
	case word == "LAST_INSERT_ID" && r.is(i+1, "(") && !r.is(i+2, ")"):
		return errors.New("it sets LAST_INSERT_ID")
	}
	return nil
}
