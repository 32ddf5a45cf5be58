package output

import (
	"fmt"
	"strings"
)

// expanded prints a block of lines for each row, a column a line. A value of
// several lines goes on under itself, with + in the margin. Nothing is cut.
type expanded struct {
	printer
	opt   Options
	names []string // printable
	width int      // of the widest name
	rows  int64
}

func (e *expanded) Begin(columns []Column) error {
	e.begin(columns)
	e.names, e.width, e.rows = e.names[:0], 0, 0
	for _, c := range columns {
		name := Printable(c.Name)
		e.names = append(e.names, name)
		e.width = max(e.width, Width(name))
	}
	if e.results > 1 {
		e.line = append(e.line, '\n')
	}
	return e.flushLine()
}

func (e *expanded) Row(values []any) error {
	if err := e.check(values); err != nil {
		return err
	}
	e.rows++
	head := len(e.line)
	e.line = fmt.Appendf(e.line, "-[ RECORD %d ]", e.rows)
	e.line = appendRepeat(e.line, '-', max(e.width+3-(len(e.line)-head), 1))
	e.line = append(e.line, '\n')
	for i, v := range values {
		if v == nil {
			e.put(e.names[i], " | ", nullText(e.opt))
			continue
		}
		text, err := e.appendValue(nil, i, v)
		if err != nil {
			return err
		}
		name, margin := e.names[i], " | "
		for line := range strings.SplitSeq(string(text), "\n") {
			e.put(name, margin, Printable(line))
			name, margin = "", " + "
		}
	}
	return e.flushLine()
}

func (e *expanded) put(name, margin, text string) {
	e.line = append(pad(e.line, name, e.width, false), margin...)
	e.line = append(e.line, text...)
	e.line = append(trimSpaces(e.line), '\n')
}

func (e *expanded) End() error {
	if e.rows == 0 && !e.opt.NoHeader {
		e.line = append(e.line, "(0 rows)\n"...)
	}
	return e.flushLine()
}

// nullText returns what people see for NULL.
func nullText(opt Options) string {
	if opt.Color {
		return dim(Printable(opt.Null))
	}
	return Printable(opt.Null)
}

// trimSpaces drops the spaces at the end of the last line.
func trimSpaces(line []byte) []byte {
	for len(line) > 0 && line[len(line)-1] == ' ' {
		line = line[:len(line)-1]
	}
	return line
}
