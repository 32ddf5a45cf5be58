package dialect

import (
	"strconv"
	"strings"
)

// Service is a statement as the service is sent it.
type Service struct {
	// SQL has placeholders of the form :name only.
	SQL string
	// Params holds each distinct placeholder, in order of first appearance.
	Params []Param

	offsets offsets
}

// Arg is what ToService has to know of an argument.
type Arg struct {
	// Name is empty for a positional argument.
	Name string
	// Cast is the type, as SQL writes it, that the placeholder is cast to;
	// empty for none.
	Cast string
	// Literal is written in place of the placeholder, a space on either side; the
	// argument is then no parameter. Empty for none.
	Literal string
}

// Param is a parameter of the service.
type Param struct {
	Name string // without the colon
	Arg  int    // which argument
}

// SourceOffset maps a position in SQL to one in the caller's statement. Both
// are in characters from 1, as PostgreSQL reports the place of an error.
func (s Service) SourceOffset(pos int) int { return s.offsets.sourceOffset(pos) }

// ToService writes the statement for the service. args describes the arguments
// in order. It fails with a *SyntaxError if they do not fit the statement.
func (s *Statement) ToService(args []Arg) (Service, error) {
	if s.open.kind != tokEOF {
		if len(args) > 0 {
			return Service{}, unfinished(s.sql, s.open)
		}
		return Service{SQL: s.sql, offsets: offsets{src: s.sql, dst: s.sql}}, nil
	}
	b, err := s.bind(args)
	if err != nil {
		return Service{}, err
	}
	for _, m := range s.marks {
		if err := b.mark(m); err != nil {
			return Service{}, err
		}
	}
	if err := b.unused(); err != nil {
		return Service{}, err
	}
	sql := b.text()
	return Service{SQL: sql, Params: b.params, offsets: offsets{s.sql, sql, b.edits}}, nil
}

// style is how a statement writes its placeholders.
type style uint8

const (
	styleNone     style = iota // there are no arguments
	styleNumbered              // $1
	styleQuestion              // ?
	styleNamed                 // :name
)

// binding is one use of a statement: a rewriter that knows the arguments.
type binding struct {
	rewriter
	*Statement
	style  style
	args   []Arg
	names  []string // what the service is told instead of the arguments' own; styleNamed
	used   []bool
	params []Param
	next   int    // the argument of the next question mark
	native []bool // of Native, whose Cast it becomes; nil for the service
}

// bind decides on the style.
func (s *Statement) bind(args []Arg) (*binding, error) {
	b := &binding{rewriter: rewriter{src: s.sql}, Statement: s, args: args}
	named := 0
	for _, arg := range args {
		if arg.Name != "" {
			named++
		}
	}
	if len(args) > 0 {
		b.used = make([]bool, len(args))
		b.params = make([]Param, 0, len(args))
	}
	numbered := s.has(markNumbered) && !s.own
	switch {
	case named > 0 && named < len(args):
		return nil, argumentError("%d of %d arguments are named: name all of them or none", named, len(args))
	case named > 0:
		b.style = styleNamed
		return b, b.rename()
	case numbered:
		b.style = styleNumbered
	case len(args) > 0:
		b.style = styleQuestion
		return b, b.countQuestions()
	}
	return b, nil
}

func (s *Statement) has(kind markKind) bool {
	for _, m := range s.marks {
		if m.kind == kind {
			return true
		}
	}
	return false
}

// mark writes one mark.
func (b *binding) mark(m mark) error {
	switch m.kind {
	case markNumbered:
		return b.numbered(m)
	case markQuestion:
		return b.question(m)
	case markName:
		return b.name(m)
	}
	if b.native == nil {
		b.protect(&b.rewriter, m)
	}
	return nil
}

// place writes the placeholder of an argument over src[start:end].
func (b *binding) place(start, end, arg int, name string) {
	if b.native != nil {
		b.placeNative(start, end, arg)
		return
	}
	if !b.used[arg] {
		b.used[arg] = true
		if b.args[arg].Literal == "" {
			b.params = append(b.params, Param{Name: name, Arg: arg})
		}
	}
	if literal := b.args[arg].Literal; literal != "" {
		b.replace(start, end, " "+literal+" ")
		return
	}
	text := ":" + name
	if cast := b.args[arg].Cast; cast != "" {
		text = castTo(text, cast)
		if subscripted(b.sql[end:]) {
			text = "(" + text + ")"
		}
	}
	b.placeholder(start, end, text)
}

// subscripted says whether a subscript or a field may follow, which a
// placeholder may have and a cast only in parentheses. What it cannot tell, as
// it reads no comments, it affirms.
func subscripted(rest string) bool {
	for i := 0; i < len(rest); i++ {
		if !isSpace(rest[i]) {
			return strings.IndexByte("[./-", rest[i]) >= 0
		}
	}
	return false
}

// fail makes an error about a mark.
func (b *binding) fail(m mark, format string, args ...any) error {
	return syntaxErrorAt(b.sql, m.start, format, args...)
}

// numbered writes $n.
func (b *binding) numbered(m mark) error {
	text := b.sql[m.start:m.end]
	switch b.style {
	case styleNone:
		return nil // the statement's own
	case styleNamed:
		return b.fail(m, "the arguments are named but the statement has the numbered placeholder %s: write :name instead, or pass the arguments without names", text)
	case styleQuestion: // own parameters, and arguments for something else
		return b.fail(m, "%s is a parameter of what the statement defines: it takes no argument", text)
	}
	n, ok := b.number(m)
	switch {
	case !ok:
		return b.fail(m, "the placeholder %s does not exist: they are counted from $1", text)
	case n > len(b.args):
		return b.fail(m, "the placeholder %s has no argument: the statement was given %s", text, count(len(b.args), "argument"))
	}
	b.place(m.start, m.end, n-1, strconv.Itoa(n))
	return nil
}

// unused complains about an argument that has no placeholder.
func (b *binding) unused() error {
	for i, used := range b.used {
		switch {
		case used:
		case b.style == styleNamed:
			return argumentError("the argument %q is not used: write :%[1]s in the statement or leave the argument out", b.args[i].Name)
		default:
			return argumentError("argument %d is not used: write $%[1]d in the statement or leave the argument out", i+1)
		}
	}
	return nil
}

// count returns "1 thing" or "n things".
func count(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return strconv.Itoa(n) + " " + thing
}

// unsignedType is MySQL's name of an integer of 64 bits without a sign.
const unsignedType = "UNSIGNED"

// castTo returns the cast of a parameter to a type. MySQL 8 takes the parameter of
// CAST(? AS UNSIGNED) for an integer with a sign once it prepares it, and cuts a larger
// one to 9223372036854775807.
func castTo(parameter, typ string) string {
	if typ == unsignedType {
		parameter = castTo(parameter, "DECIMAL(20)")
	}
	return "CAST(" + parameter + " AS " + typ + ")"
}
