package dialect

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// scanner is how the service looks for placeholders. It reads strings, quoted
// identifiers, comments and casts; what is false here, it does not know.
type scanner struct {
	backslashes    bool // \' in any quotes
	nestedComments bool // /* /* */ */
	dollarQuotes   bool // $tag$…$tag$
	hashComments   bool // # to the end of the line, in MySQL
	backticks      bool // `name`
}

// serviceScanner is the service as far as it is known: it does not read
// dollar quotes. The rest was not seen either way and is chosen so that what
// it accepts should be accepted by any scanner.
var serviceScanner = scanner{
	backslashes:    false, // choice: unknown
	nestedComments: false, // choice: unknown
	dollarQuotes:   false, // observed
	hashComments:   false, // choice: unknown
	backticks:      false, // choice: unknown
}

// Engine is a statement as the database is sent it.
type Engine struct {
	// SQL has $1, $2 and so on, or ?, one for each occurrence of a placeholder.
	SQL string
	// Names holds the name of each occurrence.
	Names []string

	offsets offsets
}

// SourceOffset maps a position in SQL to one in the service's statement. Both
// are in characters from 1.
func (e Engine) SourceOffset(pos int) int { return e.offsets.sourceOffset(pos) }

// FromService turns the placeholders of a service statement into the
// engine's, blind spots of the service's scanner included: a :word within a
// dollar quote or a slice counts. It fails with a *NameError.
func (d *Dialect) FromService(sql string) (Engine, error) {
	return d.fromService(sql, serviceScanner)
}

func (d *Dialect) fromService(sql string, sc scanner) (Engine, error) {
	w := rewriter{src: sql}
	var names []string
	err := d.placeholders(sql, sc, func(start, end int, name string) {
		names = append(names, name)
		text := "?"
		if d.syntax.numbered {
			text = "$" + strconv.Itoa(len(names))
		}
		w.replace(start, end, text)
	})
	if err != nil {
		return Engine{}, err
	}
	text := w.text()
	return Engine{SQL: text, Names: names, offsets: offsets{sql, text, w.edits}}, nil
}

// placeholders calls yield for each placeholder that the scanner finds.
func (d *Dialect) placeholders(sql string, sc scanner, yield func(start, end int, name string)) error {
	for i := 0; i < len(sql); {
		switch c := sql[i]; {
		case isName(c) || c == ' ':
			i++
			continue
		case c != ':':
			i = sc.skip(sql, i)
			continue
		}
		if i+1 < len(sql) && (sql[i+1] == ':' || sql[i+1] == '=') {
			i += 2
			continue
		}
		end := nameEnd(sql, i+1)
		name := sql[i+1 : end]
		if name != "" {
			if !legalName(name) {
				return &NameError{Name: name}
			}
			yield(i, end, name)
		}
		i = end
	}
	return nil
}

// nameEnd returns where the run of letters, digits, underscores and dollar
// signs from i on ends.
func nameEnd(s string, i int) int {
	for i < len(s) {
		if isWord(s[i]) && s[i] < 0x80 {
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			break
		}
		i += size
	}
	return i
}

func legalName(name string) bool {
	for _, c := range []byte(name) {
		if c >= 0x80 || c == '$' {
			return false
		}
	}
	return true
}

// skip returns the offset behind what starts at i and holds no placeholder.
func (sc scanner) skip(s string, i int) int {
	rest := s[i:]
	switch c := s[i]; {
	case c == '\'' || c == '"' || c == '`' && sc.backticks:
		return i + sc.quoted(rest)
	case strings.HasPrefix(rest, "--") || c == '#' && sc.hashComments:
		return i + through(rest, "\n", 0)
	case strings.HasPrefix(rest, "/*"):
		return i + sc.comment(rest)
	case c == '$' && sc.dollarQuotes && (i == 0 || !isWord(s[i-1])):
		if tag := dollarTag(rest); tag > 0 {
			return i + through(rest, rest[:tag], tag)
		}
	}
	return i + 1
}

// through returns the offset behind the first end at or behind from, or the
// length of s.
func through(s, end string, from int) int {
	if n := strings.Index(s[from:], end); n >= 0 {
		return from + n + len(end)
	}
	return len(s)
}

// quoted returns the length of the quoted text that s starts with. A doubled
// quote is read as one text that ends and another that starts.
func (sc scanner) quoted(s string) int {
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == s[0]:
			return i + 1
		case s[i] == '\\' && sc.backslashes:
			i++
		}
	}
	return len(s)
}

func (sc scanner) comment(s string) int {
	if !sc.nestedComments {
		return through(s, "*/", 2)
	}
	depth := 0
	for i := 0; i+1 < len(s); i++ {
		switch s[i : i+2] {
		case "/*":
			depth++
			i++
		case "*/":
			i++
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(s)
}

// dollarTag returns the length of the $tag$ that s starts with, or 0.
func dollarTag(s string) int {
	i := 1
	for i < len(s) && isName(s[i]) && (i > 1 || !isDigit(s[i])) {
		i++
	}
	if i < len(s) && s[i] == '$' {
		return i + 1
	}
	return 0
}
