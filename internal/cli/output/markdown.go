package output

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// markdown prints a table of GitHub Flavored Markdown. What would be markup in
// a value is escaped and a newline becomes <br>, so that it renders as text.
type markdown struct {
	printer
	null string
}

func (m *markdown) Begin(columns []Column) error {
	m.begin(columns)
	if m.results > 1 {
		m.line = append(m.line, '\n')
	}
	rule := []byte{'|'}
	m.line = append(m.line, '|')
	for i, col := range columns {
		m.cell(escapeMarkdown(col.Name))
		if m.classes[i].numeric() {
			rule = append(rule, " ---: |"...)
		} else {
			rule = append(rule, " --- |"...)
		}
	}
	m.line = append(m.line, '\n')
	m.line = append(append(m.line, rule...), '\n')
	return m.flushLine()
}

func (m *markdown) Row(values []any) error {
	if err := m.check(values); err != nil {
		return err
	}
	m.line = append(m.line, '|')
	for i, v := range values {
		if v == nil {
			m.cell(escapeMarkdown(m.null))
			continue
		}
		text, err := m.appendValue(nil, i, v)
		if err != nil {
			return err
		}
		m.cell(escapeMarkdown(string(text)))
	}
	m.line = append(m.line, '\n')
	return m.flushLine()
}

func (m *markdown) End() error { return nil }

func (m *markdown) cell(text string) {
	m.line = append(append(append(m.line, ' '), text...), " |"...)
}

func escapeMarkdown(s string) string {
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i, line := range lines {
		lines[i] = escapeMarkup(line)
	}
	return strings.Join(lines, "<br>")
}

func escapeMarkup(s string) string {
	var b strings.Builder
	prev := ' '
	for i, r := range s {
		size := utf8.RuneLen(r)
		if r == utf8.RuneError || unsafeRune(r) {
			_, size = utf8.DecodeRuneInString(s[i:])
			b.WriteString(`\` + Printable(s[i:i+size]))
			prev = r
			continue
		}
		next, _ := utf8.DecodeRuneInString(s[i+size:])
		switch {
		case r == '<':
			b.WriteString("&lt;")
		case r == '&':
			b.WriteString("&amp;")
		case r == '_' && isWord(prev) && isWord(next): // snake_case is no markup
			b.WriteByte('_')
		case strings.ContainsRune("\\`*_[]~|", r):
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
		prev = r
	}
	return b.String()
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
