package auroradataapi

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzQuotedPiece cuts texts into pieces: each fits and is a text by itself, no
// other character would fit, and together they are what was cut.
func FuzzQuotedPiece(f *testing.F) {
	for _, text := range []string{"", "a", `"\"`, "é漢字😀", `[1,"\"é\\u0001😀"]`, "\"\"\"\"\"\"😀😀😀"} {
		f.Add(text, 4)
		f.Add(text, 5)
		f.Add(text, 9)
	}
	f.Fuzz(func(t *testing.T, text string, most int) {
		text, most = strings.ToValidUTF8(text, "é"), max(most, utf8.UTFMax)
		together := ""
		for rest := []byte(text); len(rest) > 0; {
			n := quotedPiece(rest, most)
			piece := rest[:n]
			rest = rest[n:]
			if n == 0 || !utf8.Valid(piece) || quotedLen(piece) > most {
				t.Fatalf("%q of %q takes %d bytes of %d", piece, text, quotedLen(piece), most)
			}
			if _, size := utf8.DecodeRune(rest); size > 0 && quotedLen(piece)+quotedLen(rest[:size]) <= most {
				t.Fatalf("%q of %q leaves out what fits %d", piece, text, most)
			}
			together += string(piece)
		}
		if together != text {
			t.Fatalf("%q became %q", text, together)
		}
	})
}
