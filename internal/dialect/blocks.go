package dialect

// blocks follows the blocks of a routine whose body holds semicolons.
type blocks struct {
	postgres bool
	// decided says that it is known whether the statement defines a routine,
	// which routine then tells.
	decided, routine bool
	// simple says that the routine's body is a single statement.
	simple bool
	// handler says that the statement of DECLARE … HANDLER FOR is to come.
	handler bool
	words   int
	stack   []block

	last      keyword // the word before, if it directly precedes
	lastPunct byte    // the punctuation before, if it directly precedes
	ended     bool    // the word before was the END of a block
	groups    int
}

// block is what an END is expected for.
type block uint8

const (
	blockStatements block = iota // BEGIN, IF, LOOP, WHILE, REPEAT, CASE
	blockExpression              // CASE within an expression
)

// inside says whether a semicolon here is one of the body.
func (b *blocks) inside() bool { return len(b.stack) > 0 }

// feed takes the next token that is no comment, with its keyword.
func (b *blocks) feed(t token, src string, kw keyword) {
	switch t.kind {
	case tokOpenHint, tokCloseHint:
		return
	case tokName:
		if t.flags&flagSeparator != 0 { // done:LOOP
			b.feed(token{kind: tokColon, start: t.start}, src, kwNone)
			b.feed(token{kind: tokWord}, src, keywordOf(src[t.start+1:t.end]))
			return
		}
	case tokWord:
		b.words++
		switch {
		case b.lastPunct == '.':
			kw = kwNone // a column's name
		case !b.decided:
			b.decide(kw)
		case !b.routine:
		case b.postgres:
			b.atomic(kw)
		default:
			b.compound(kw)
		}
		b.last, b.lastPunct = kw, 0
		return
	}
	if b.words == 0 {
		b.decided = true
	}
	b.last, b.lastPunct, b.ended = kwNone, 0, false
	if t.kind == tokPunct || t.kind == tokOperator || t.kind == tokColon {
		b.lastPunct = src[t.start]
	}
	switch b.lastPunct {
	case '(':
		b.groups++
	case ')':
		b.groups--
	}
}

// decide reads the head of the statement up to the kind of object it makes.
func (b *blocks) decide(kw keyword) {
	switch {
	case b.lastPunct == '=', b.lastPunct == '@': // DEFINER = user@host
	case b.words == 1:
		b.decided = kw != kwCreate && (kw != kwAlter || b.postgres)
	case kw == kwProcedure || kw == kwFunction:
		b.decided, b.routine = true, true
	case kw == kwTrigger || kw == kwEvent:
		b.decided, b.routine = true, !b.postgres
	case kw == kwTable || kw == kwView || kw == kwIndex || kw == kwAs:
		b.decided = true
	}
}

func (b *blocks) push(k block) { b.stack = append(b.stack, k) }

func (b *blocks) pop() {
	if n := len(b.stack); n > 0 {
		b.stack = b.stack[:n-1]
	}
}

// atomic follows BEGIN ATOMIC … END of PostgreSQL. Its END stands where a
// statement could; the END of a CASE and a column named end do not.
func (b *blocks) atomic(kw keyword) {
	switch {
	case kw == kwAtomic && b.last == kwBegin && !b.inside():
		b.push(blockStatements)
	case kw == kwEnd && (b.lastPunct == ';' || b.last == kwAtomic):
		b.pop()
	}
}

// compound follows the compound statements of MySQL.
func (b *blocks) compound(kw keyword) {
	ended := b.ended
	b.ended = false
	switch kw {
	case kwEnd:
		b.pop()
		b.ended = true
	case kwCase:
		switch {
		case ended:
		case b.statement(kw):
			b.push(blockStatements)
		default:
			b.push(blockExpression)
		}
	case kwHandler:
		b.handler = true
	case kwBegin, kwIf, kwLoop, kwWhile, kwRepeat:
		if !ended && b.statement(kw) {
			b.push(blockStatements)
		}
	case kwSelect, kwInsert, kwUpdate, kwDelete, kwReplace, kwCall, kwWith, kwReturn, kwSet, kwCreate, kwAlter:
		b.verb(kw)
	}
}

// statement says whether a statement can start here.
func (b *blocks) statement(kw keyword) bool {
	if !b.inside() {
		// Behind the routine's characteristics, or IF NOT EXISTS in its head.
		head := kw == kwIf && (b.last == kwProcedure || b.last == kwFunction || b.last == kwTrigger || b.last == kwEvent)
		return !b.simple && !head && b.groups == 0
	}
	if b.stack[len(b.stack)-1] == blockExpression {
		return false
	}
	if b.handler {
		b.handler = false
		return true
	}
	switch b.last {
	case kwThen, kwElse, kwDo, kwBegin, kwLoop, kwRepeat:
		return true
	case kwNone:
		return b.lastPunct == ';' || b.lastPunct == ':'
	}
	return false
}

// verb notes a body that is a single statement. A trigger's head names verbs
// as well, and a type may be SET.
func (b *blocks) verb(kw keyword) {
	b.handler = false
	switch {
	case b.inside(), b.groups > 0, b.last == kwBefore, b.last == kwAfter:
	case kw == kwSet && (b.last == kwReturns || b.last == kwCharacter):
	default:
		b.simple = true
	}
}
