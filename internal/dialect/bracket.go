package dialect

import "strings"

// Bracket says whether a statement of a script begins or ends a transaction, and
// does nothing else.
type Bracket uint8

// The brackets.
const (
	NoBracket Bracket = iota
	BracketBegin
	BracketCommit
	BracketRollback
)

// brackets are the statements without any option, which begin and end a
// transaction just as the operations of the service do.
var brackets = map[string]Bracket{
	"BEGIN": BracketBegin, "BEGIN WORK": BracketBegin, "BEGIN TRANSACTION": BracketBegin, "START TRANSACTION": BracketBegin,
	"COMMIT": BracketCommit, "COMMIT WORK": BracketCommit, "COMMIT TRANSACTION": BracketCommit,
	"END": BracketCommit, "END WORK": BracketCommit, "END TRANSACTION": BracketCommit,
	"ROLLBACK": BracketRollback, "ROLLBACK WORK": BracketRollback, "ROLLBACK TRANSACTION": BracketRollback,
	"ABORT": BracketRollback, "ABORT WORK": BracketRollback, "ABORT TRANSACTION": BracketRollback,
}

// Bracket says which one the statement is. END and ABORT are PostgreSQL's alone.
func (s *Statement) Bracket() Bracket {
	if !s.kind.TransactionControl() {
		return NoBracket
	}
	var words []string
	l := s.dialect.newLexer(s.sql)
	for {
		switch t := l.next(); {
		case t.kind == tokEOF:
			return brackets[strings.Join(words, " ")]
		case t.kind == tokSpace, t.kind == tokComment, t.kind == tokPunct && l.text(t) == ";":
		case t.kind == tokWord && len(words) < 2:
			words = append(words, strings.ToUpper(l.text(t)))
		default:
			return NoBracket
		}
	}
}

// Several says whether there may be more than one statement in the text, which
// Split then tells.
func (s *Statement) Several() bool { return s.many }

// Split cuts the text as Dialect.Split does.
func (s *Statement) Split() ([]Part, error) { return s.dialect.Split(s.sql) }
