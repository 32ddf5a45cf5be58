package dialect

import "strings"

// Kind is what a statement does, as far as its text tells.
type Kind uint8

const (
	kindRows Kind = 1 << iota
	kindWrites
	kindTransaction
	kindSavepoint
	kindQuery
	kindCounts
)

// ReturnsRows says whether the statement may answer with rows.
func (k Kind) ReturnsRows() bool { return k&kindRows != 0 }

// Writes is false only for a statement that certainly reads, and for SET of
// PostgreSQL, which can be repeated. What a function called by a SELECT does
// is not known, except for well-known ones such as nextval.
func (k Kind) Writes() bool { return k&kindWrites != 0 }

// TransactionControl says whether the statement begins or ends a transaction.
// Statement.Check refuses more than that.
func (k Kind) TransactionControl() bool { return k&kindTransaction != 0 }

// Savepoint says whether the statement is SAVEPOINT, RELEASE or ROLLBACK TO.
func (k Kind) Savepoint() bool { return k&kindSavepoint != 0 }

// Query says whether the statement is a SELECT, VALUES, TABLE or a reading
// WITH: what a cursor can be declared for.
func (k Kind) Query() bool { return k&kindQuery != 0 }

// Counts says whether the statement is an INSERT, UPDATE, DELETE, MERGE or
// REPLACE: one for which the number of rows that it changed means something.
func (k Kind) Counts() bool { return k&kindCounts != 0 }

// classifier finds the kind of a text's first statement, token by token.
type classifier struct {
	postgres bool
	done     bool
	words    int // words seen
	depth    int // open parentheses
	base     int // of these, those before the first word

	first, second keyword
	main          keyword // the verb behind WITH
	last          keyword // the word before, if it directly precedes
	lastPunct     byte    // the punctuation before, if it directly precedes

	into, returning, modifies, locks, analyzes, effects, back, routine bool

	value      bool // a SET is behind an equals sign
	ats        int  // the signs @ that directly precede
	autocommit bool // a SET assigns to it
	more       bool // something follows the first semicolon

	session sessionUse // what a function that is named does to it
}

// feed takes the next token. Words come with their keyword.
func (c *classifier) feed(t token, text string, kw keyword) {
	switch t.kind {
	case tokSpace, tokComment, tokOpenHint, tokCloseHint:
		return
	case tokWord:
		c.target(text)
		if c.lastPunct != '.' {
			c.word(kw)
		}
		c.last, c.lastPunct = kw, 0
		if kw == kwNone && c.words > 1 && sideEffect(text) {
			c.effects = true
		}
		if kw == kwNone && c.words > 1 && c.session == usesNothing {
			c.session = sessionFunction(c.postgres, text)
		}
		return
	case tokPunct:
		c.punct(text[0])
		c.last, c.lastPunct, c.ats = kwNone, text[0], 0
		return
	case tokIdent:
		c.target(strings.Trim(text, "`"))
		if c.words > 0 && sideEffect(strings.Trim(text, `"`)) {
			c.effects = true
		}
		c.analyzes = c.analyzes || c.first == kwExplain && text == `"analyze"`
	}
	if c.words == 0 {
		c.words = 1 // no statement starts like this
	}
	c.last, c.lastPunct = kwNone, 0
	c.assignment(text)
}

// target notes that a SET of MySQL assigns to autocommit. @autocommit is a
// variable of the user's, @@autocommit is not.
func (c *classifier) target(name string) {
	if c.first == kwSet && !c.postgres && !c.value && c.ats != 1 && strings.EqualFold(name, "autocommit") {
		c.autocommit = true
	}
	c.ats = 0
}

// assignment follows the operators of a SET.
func (c *classifier) assignment(text string) {
	switch text {
	case "=", ":=":
		c.value = true
	case "@":
		c.ats++
		return
	}
	c.ats = 0
}

func (c *classifier) punct(p byte) {
	switch p {
	case '(':
		c.depth++
		if c.words == 0 {
			c.base++
		}
	case ')':
		c.depth--
	case ',':
		c.value = c.value && c.depth > c.base
	case ';':
		c.done = c.words > 0
	}
}

func (c *classifier) word(kw keyword) {
	c.words++
	switch c.words {
	case 1:
		c.first = kw
		return
	case 2:
		c.second = kw
	}
	top := c.depth <= c.base
	switch kw {
	case kwInto:
		c.into = c.into || top
	case kwReturning:
		c.returning = c.returning || top
	case kwAnalyze:
		c.analyzes = true
	case kwInsert, kwUpdate, kwDelete, kwMerge:
		if c.lastPunct == '(' || c.lastPunct == ')' {
			c.modifies = true
		}
		c.verb(kw, top)
		c.lock(kw)
	case kwSelect, kwValues, kwTable:
		c.verb(kw, top)
	case kwShare, kwNo, kwKey, kwIn:
		c.lock(kw)
	case kwTo:
		c.back = c.back || c.words <= 3
	case kwFunction, kwProcedure:
		c.routine = c.routine || c.words == 2 || c.words == 4 && c.second == kwOr
	}
}

// verb notes the verb of the statement behind the WITH list.
func (c *classifier) verb(kw keyword, top bool) {
	reserved := kw == kwSelect || kw == kwTable
	switch {
	case c.main != kwNone || !top:
	case reserved || c.lastPunct == ')':
		c.main = kw
	case c.first == kwWith && kw != kwValues:
		c.modifies = true // behind a SEARCH or CYCLE clause, perhaps
	}
}

// lock notes FOR UPDATE, FOR SHARE and LOCK IN SHARE MODE.
func (c *classifier) lock(kw keyword) {
	if c.last == kwFor && kw != kwIn || c.last == kwLock && kw == kwIn {
		c.locks = true
	}
}

// kind returns the verdict.
func (c *classifier) kind() Kind {
	if c.words == 0 {
		return 0
	}
	switch c.first {
	case kwSelect, kwValues, kwTable:
		return c.query(c.into)
	case kwWith:
		return c.with()
	case kwInsert, kwUpdate, kwDelete, kwMerge, kwReplace:
		return c.change()
	case kwExplain, kwDesc, kwDescribe, kwShow, kwHelp:
		if c.analyzes {
			return kindRows | kindWrites
		}
		return kindRows
	case kwCall, kwExecute, kwFetch, kwCheck, kwChecksum, kwAnalyze, kwOptimize, kwRepair, kwHandler:
		return kindRows | kindWrites
	case kwSet, kwReset:
		if c.postgres {
			return 0
		}
	case kwSavepoint, kwRelease:
		return kindWrites | kindSavepoint
	}
	return kindWrites | c.transaction()
}

// transaction tells statements that control the transaction.
func (c *classifier) transaction() Kind {
	switch c.first {
	case kwRollback:
		if c.back {
			return kindSavepoint
		}
		return kindTransaction
	case kwBegin, kwCommit:
		return kindTransaction
	case kwEnd, kwAbort:
		if c.postgres {
			return kindTransaction
		}
	case kwXA:
		if !c.postgres {
			return kindTransaction
		}
	case kwStart, kwPrepare:
		if c.second == kwTransaction {
			return kindTransaction
		}
	}
	return 0
}

func (c *classifier) query(into bool) Kind {
	switch {
	case into:
		return kindWrites
	case c.modifies:
		return kindRows | kindWrites
	case c.locks, c.effects:
		return kindRows | kindWrites | kindQuery
	}
	return kindRows | kindQuery
}

func (c *classifier) change() Kind {
	if c.returning {
		return kindRows | kindWrites | kindCounts
	}
	return kindWrites | kindCounts
}

func (c *classifier) with() Kind {
	switch c.main {
	case kwInsert, kwUpdate, kwDelete, kwMerge:
		return c.change()
	}
	return c.query(c.into)
}

// ownParameters says whether $1 in the statement is a parameter of what it
// defines.
func (c *classifier) ownParameters() bool {
	return c.first == kwPrepare || c.first == kwCreate && c.routine
}

// sideEffect says whether the word is a function known to change something, to hand out
// what it then has no more of, or to run a text that may do so; or a schema of such.
func sideEffect(word string) bool {
	if len(word) < 6 {
		return false
	}
	switch word[0] | 0x20 {
	case 'a', 'c', 'd', 'g', 'l', 'n', 'p', 'q', 'r', 's', 't':
	default:
		return false
	}
	for _, name := range [...]string{
		"nextval", "setval", "set_config", "pg_notify", "get_lock", "release_lock", "release_all_locks",
		"loread", "lowrite", "lo_creat", "lo_create", "lo_export", "lo_from_bytea", "lo_import", "lo_open", "lo_put",
		"lo_truncate", "lo_truncate64", "lo_unlink", "cursor_to_xml", "pg_switch_wal", "aws_lambda", "aws_s3",
		"ts_rewrite", "ts_stat",
	} {
		if strings.EqualFold(word, name) {
			return true
		}
	}
	for _, prefix := range [...]string{
		"pg_advisory_", "pg_try_advisory_", "pg_terminate_", "pg_cancel_", "dblink",
		"pg_logical_slot_get_", "pg_logical_emit_", "pg_replication_", "pg_create_", "pg_drop_", "pg_stat_reset",
		"query_to_xml", "crosstab",
	} {
		if len(word) >= len(prefix) && strings.EqualFold(word[:len(prefix)], prefix) {
			return true
		}
	}
	return false
}
