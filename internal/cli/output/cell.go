package output

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

// cells measures text as terminals do, and alike on every machine: it does not
// ask the locale whether ambiguous characters are wide.
var cells = &runewidth.Condition{StrictEmojiNeutral: true}

const ellipsis = "…"

// Width returns how many cells of a terminal the text takes.
func Width(s string) int { return cells.StringWidth(s) }

// Printable returns the text with everything that could act on a terminal made
// visible: control characters, including newline and escape, bidirectional
// overrides, line separators and bytes that are not UTF-8.
func Printable(s string) string {
	if !strings.ContainsFunc(s, unsafeRune) {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], string(utf8.RuneError)):
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case !unsafeRune(r):
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < utf8.RuneSelf:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// unsafeRune reports whether Printable has to look at a rune. RuneError is
// among them because a bad byte reads as one.
func unsafeRune(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) ||
		r == '\u2028' || r == '\u2029' || r == '\ufeff' || r == utf8.RuneError
}

// Cut shortens text that is wider than width at its end, marking the place.
func Cut(s string, width int) string { return cells.Truncate(s, width, ellipsis) }

// CutLeft shortens text that is wider than width at its beginning, marking the
// place.
func CutLeft(s string, width int) string {
	if excess := Width(s) - width; excess > 0 {
		return cells.TruncateLeft(s, excess+1, ellipsis)
	}
	return s
}

// pad appends s to dst and fills it up to width, on the left if right is set.
func pad(dst []byte, s string, width int, right bool) []byte {
	fill := width - Width(s)
	if !right {
		dst = append(dst, s...)
	}
	dst = appendRepeat(dst, ' ', fill)
	if right {
		dst = append(dst, s...)
	}
	return dst
}

// dim returns the text in a terminal's faint style.
func dim(s string) string { return "\x1b[2m" + s + "\x1b[0m" }

func appendRepeat(dst []byte, c byte, n int) []byte {
	for range n {
		dst = append(dst, c)
	}
	return dst
}

// Rows returns "1 row" or "n rows".
func Rows(n int64) string {
	if n == 1 {
		return "1 row"
	}
	return fmt.Sprintf("%d rows", n)
}
