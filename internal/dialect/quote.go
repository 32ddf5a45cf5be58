package dialect

import (
	"encoding/hex"
	"errors"
	"strings"
	"unicode/utf8"
)

// QuoteIdent returns the name as a quoted identifier.
func (d *Dialect) QuoteIdent(name string) string {
	quote := `"`
	if d.syntax.backticks {
		quote = "`"
	}
	return quote + strings.ReplaceAll(name, quote, quote+quote) + quote
}

// QuoteString returns the text as a literal that means the same under every
// setting of the engine. Put a space on both sides of it. It refuses what no
// text of the engine can hold, or JSON could not carry.
func (d *Dialect) QuoteString(s string) (string, error) {
	switch {
	case strings.IndexByte(s, 0) >= 0:
		return "", errors.New("the text holds a NUL character, which no literal can: send it as a parameter or remove it")
	case !utf8.ValidString(s):
		return "", errors.New("the text is not valid UTF-8: send it as []byte or convert it")
	}
	escapes := strings.Contains(s, `\`)
	switch {
	case escapes && d.syntax.backslashes:
		return "_utf8mb4 X'" + hex.EncodeToString([]byte(s)) + "'", nil
	case escapes:
		return quoteEscapes(s), nil
	}
	return quotePlain(s), nil
}

// quotePlain returns a literal for a text without backslashes.
func quotePlain(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// quoteEscapes returns a literal of PostgreSQL for a text with backslashes.
func quoteEscapes(s string) string {
	return "E'" + strings.NewReplacer(`\`, `\\`, "'", "''").Replace(s) + "'"
}
