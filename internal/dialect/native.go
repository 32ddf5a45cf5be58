package dialect

import (
	"strconv"
	"strings"
)

// Native is a statement as PostgreSQL itself reads it, without the service
// between.
type Native struct {
	// SQL has the placeholders $1, $2 and so on, in the order of the arguments.
	SQL string
	// Cast says, for each argument, that all its placeholders are cast to a type
	// where they stand.
	Cast []bool
}

// Native writes the statement with numbered placeholders only. It returns false
// if the text holds more than one statement, or one that PREPARE does not take,
// or ends within a token.
func (s *Statement) Native(args []Arg) (Native, bool, error) {
	if s.open.kind != tokEOF || !s.dialect.syntax.numbered || !s.preparable() || !s.alone() {
		return Native{}, false, nil
	}
	b, err := s.bind(args)
	if err != nil {
		return Native{}, false, err
	}
	b.native = make([]bool, len(args))
	for i := range b.native {
		b.native[i] = true
	}
	for _, m := range s.marks {
		if err := b.mark(m); err != nil {
			return Native{}, false, err
		}
	}
	if err := b.unused(); err != nil {
		return Native{}, false, err
	}
	return Native{SQL: b.text(), Cast: b.native}, true, nil
}

// preparable says whether PREPARE takes the statement: a query, a change, or WITH,
// whose parts may be either.
func (s *Statement) preparable() bool {
	return s.kind.Query() || s.kind.Counts() || s.kind.ReturnsRows() && s.Verb() == "WITH"
}

// alone says that the text holds no other statement.
func (s *Statement) alone() bool {
	if !s.many {
		return true
	}
	parts, err := s.dialect.Split(s.sql)
	return err == nil && len(parts) == 1
}

// placeNative writes the placeholder of an argument over src[start:end].
func (b *binding) placeNative(start, end, arg int) {
	b.used[arg] = true
	b.native[arg] = b.native[arg] && b.castAt(start, end)
	b.placeholder(start, end, "$"+strconv.Itoa(arg+1))
}

// castAt says whether what stands at src[start:end] is cast to a type, by :: or
// by CAST. It may miss one, where a comment is between.
func (b *binding) castAt(start, end int) bool {
	if strings.HasPrefix(strings.TrimLeft(b.sql[end:], spaces), "::") {
		return true
	}
	before, ok := strings.CutSuffix(strings.TrimRight(b.sql[:start], spaces), "(")
	before = strings.TrimRight(before, spaces)
	return ok && len(before) >= len("CAST") && strings.EqualFold(before[len(before)-len("CAST"):], "CAST") &&
		(len(before) == len("CAST") || !isWord(before[len(before)-len("CAST")-1]) && before[len(before)-len("CAST")-1] != '.')
}

const spaces = " \t\n\r\f\v"
