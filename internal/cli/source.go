package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"unicode/utf8"

	"github.com/auroradataapi/auroradataapi/internal/cli/output"
)

// maxSource bounds the text of one file or of standard input, lest a device or
// the wrong file fill the memory. A single statement is bounded by the service.
const maxSource = 64 << 20

// source is a text of one or more statements.
type source struct{ name, text string }

// readSources returns the texts of the files, in which - is standard input,
// and then the arguments.
func readSources(in io.Reader, files, args []string) ([]source, error) {
	var sources []source
	var stdin bool
	for _, name := range files {
		if name == "-" && stdin {
			return nil, usagef("--file - is given twice, and standard input can be read only once")
		}
		stdin = stdin || name == "-"
		s, err := readSource(in, name)
		if err != nil {
			return nil, err
		}
		sources = append(sources, s)
	}
	for i, text := range args {
		name := "argument"
		if len(args) > 1 {
			name = fmt.Sprintf("argument %d", i+1)
		}
		s, err := newSource(name, []byte(text))
		if err != nil {
			return nil, err
		}
		sources = append(sources, s)
	}
	return sources, nil
}

// readSource reads a file, or standard input.
func readSource(in io.Reader, file string) (source, error) {
	name := file
	if file == "-" {
		name = "standard input"
	} else {
		f, err := os.Open(file)
		if err != nil {
			return source{}, usagef("--file: %v", err)
		}
		defer f.Close()
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, maxSource+1))
	switch {
	case err != nil && file == "-":
		return source{}, fmt.Errorf("%s: %w", name, err)
	case err != nil:
		return source{}, usagef("--file: %v", err)
	case len(text) > maxSource:
		return source{}, usagef("--file: %s is larger than %d MiB: is it a script of SQL? Split it, if it is", output.Printable(name), maxSource>>20)
	}
	return newSource(name, text)
}

// newSource makes a source of a text that is UTF-8, with or without a mark at
// its beginning that says so. Any other text would fail later, or worse, be
// stored as something else than what was meant.
func newSource(name string, text []byte) (source, error) {
	text = bytes.TrimPrefix(text, []byte("\uFEFF"))
	if wide(text) {
		return source{}, usagef("%s looks like UTF-16: save it as UTF-8, or convert it: iconv -f UTF-16 -t UTF-8", output.Printable(name))
	}
	if at := bytes.IndexByte(text, 0); at >= 0 {
		return source{}, usagef("%s, line %d: a NUL byte, which no SQL can have: is it a text?", output.Printable(name), lineOf(text, at))
	}
	if at := invalidUTF8(text); at >= 0 {
		return source{}, usagef("%s, line %d: byte 0x%02x is not UTF-8: save it as UTF-8, or convert it, as in iconv -f LATIN1 -t UTF-8",
			output.Printable(name), lineOf(text, at), text[at])
	}
	return source{name, string(text)}, nil
}

// wide reports whether a text seems to be of two bytes a character: it begins
// with the mark of such a text, or like one in a language with ASCII letters.
func wide(text []byte) bool {
	if len(text) < 4 {
		return false
	}
	mark := string(text[:2])
	return mark == "\xff\xfe" || mark == "\xfe\xff" ||
		(text[0] == 0) != (text[1] == 0) && (text[0] == 0) == (text[2] == 0) && (text[1] == 0) == (text[3] == 0)
}

// invalidUTF8 returns the offset of the first byte that is not UTF-8, or -1.
func invalidUTF8(text []byte) int {
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

func lineOf(text []byte, offset int) int {
	return 1 + bytes.Count(text[:offset], []byte("\n"))
}
