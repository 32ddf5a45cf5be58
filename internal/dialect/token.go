package dialect

// token is a piece of a statement. The tokens of a text cover it exactly.
type token struct {
	kind       tokenKind
	flags      tokenFlags
	start, end int // bytes
}

// tokenKind says what a token is.
type tokenKind uint8

const (
	tokEOF       tokenKind = iota
	tokSpace               // white space
	tokComment             // -- # /* */
	tokWord                // an unquoted identifier or keyword
	tokIdent               // a quoted identifier
	tokNumber              // a number without a sign
	tokString              // a quoted string, its prefix and continuations
	tokDollar              // a dollar-quoted string
	tokParam               // $1
	tokQuestion            // ? where it can be nothing but a placeholder
	tokName                // :name
	tokColon               // a colon on its own
	tokCast                // ::
	tokAssign              // :=
	tokOperator            // an operator
	tokPunct               // one of ( ) [ ] , ; .
	tokOpenHint            // the /*!50000 of a version comment
	tokCloseHint           // its */
	tokDelimiter           // what DELIMITER chose
	tokOther               // a character that no token starts with
)

// tokenFlags is what the lexer noticed on its way.
type tokenFlags uint16

const (
	// flagUnfinished: the text ends inside the token.
	flagUnfinished tokenFlags = 1 << iota
	// flagNested: a comment that readers with and without nesting take to
	// end in different places.
	flagNested
	// flagEscapedQuote: a string that holds its own quote after a backslash.
	flagEscapedQuote
	// flagOddBackslash: a string without escapes in which a reader with
	// escapes would miss a quote.
	flagOddBackslash
	// flagSeparator: a :name whose colon may be one of the language, as in
	// a[1:n] or done:LOOP.
	flagSeparator
	// flagOperand: such a :name, behind an expression. It cannot be a
	// placeholder as it stands.
	flagOperand
	// flagInHint: the token is inside a version comment.
	flagInHint
	// flagAfterString and flagBeforeString: a string comes before the token,
	// or behind it, with only white space and comments between.
	flagAfterString
	flagBeforeString
)

// significant says whether the token is more than white space or a comment.
func (t token) significant() bool { return t.kind != tokSpace && t.kind != tokComment }

// Classes of bytes. A byte of a multi-byte character is a letter, as it is to
// both engines.
const (
	classSpace uint8 = 1 << iota
	classLetter
	classDigit
	classOperator
)

var classes = func() (c [256]uint8) {
	for b := 'a'; b <= 'z'; b++ {
		c[b] |= classLetter
		c[b-'a'+'A'] |= classLetter
	}
	c['_'] |= classLetter
	for b := 0x80; b < 0x100; b++ {
		c[b] |= classLetter
	}
	for b := '0'; b <= '9'; b++ {
		c[b] |= classDigit
	}
	for _, b := range " \t\n\r\f\v" {
		c[b] |= classSpace
	}
	for _, b := range "~!@#^&|`?+-*/%<>=" {
		c[b] |= classOperator
	}
	return c
}()

func isSpace(b byte) bool    { return classes[b]&classSpace != 0 }
func isLetter(b byte) bool   { return classes[b]&classLetter != 0 }
func isDigit(b byte) bool    { return classes[b]&classDigit != 0 }
func isName(b byte) bool     { return classes[b]&(classLetter|classDigit) != 0 }
func isOperator(b byte) bool { return classes[b]&classOperator != 0 }

// isWord says whether the byte can continue an unquoted identifier.
func isWord(b byte) bool { return isName(b) || b == '$' }
