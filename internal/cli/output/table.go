package output

import "fmt"

// A table needs its widths before its first line. They come from a sample of
// the result, so that the rest can stream: a later cell that is wider is cut
// on a terminal and sticks out elsewhere.
const (
	sampleRows  = 1000
	sampleBytes = 4 << 20
)

// table prints columns side by side, numbers to the right, with a footer that
// counts the rows.
type table struct {
	printer
	opt    Options
	names  []string // printable
	widths []int    // nil until the sample is complete
	shown  int      // columns that fit
	cut    bool     // a cell was cut
	rows   int64

	sample [][]cell
	size   int // bytes in sample
	cells  []cell
}

// cell is a value as it is shown.
type cell struct {
	text string
	null bool
}

func (t *table) Begin(columns []Column) error {
	t.begin(columns)
	t.names = t.names[:0]
	for _, c := range columns {
		t.names = append(t.names, Printable(c.Name))
	}
	t.widths, t.shown, t.cut, t.rows = nil, len(columns), false, 0
	t.sample, t.size = nil, 0
	if t.results > 1 {
		t.line = append(t.line, '\n')
	}
	return t.flushLine()
}

func (t *table) Row(values []any) error {
	if err := t.check(values); err != nil {
		return err
	}
	t.rows++
	if t.widths != nil {
		var err error
		if t.cells, err = t.appendCells(t.cells[:0], values); err != nil {
			return err
		}
		return t.put(t.cells)
	}
	row, err := t.appendCells(nil, values)
	if err != nil {
		return err
	}
	t.sample = append(t.sample, row)
	for _, c := range row {
		t.size += len(c.text)
	}
	if len(t.sample) < sampleRows && t.size < sampleBytes {
		return nil
	}
	return t.start()
}

func (t *table) End() error {
	if t.widths == nil {
		if err := t.start(); err != nil {
			return err
		}
	}
	if t.opt.NoHeader {
		return nil
	}
	t.line = fmt.Appendf(t.line, "(%s", Rows(t.rows))
	if t.shown < len(t.names) {
		t.line = fmt.Appendf(t.line, "; %d of %d columns", t.shown, len(t.names))
	}
	if t.cut || t.shown < len(t.names) {
		t.line = append(t.line, "; cut to fit, --format expanded shows all"...)
	}
	t.line = append(t.line, ")\n"...)
	return t.flushLine()
}

func (t *table) appendCells(dst []cell, values []any) ([]cell, error) {
	for i, v := range values {
		if v == nil {
			dst = append(dst, cell{Printable(t.opt.Null), true})
			continue
		}
		text, err := t.appendValue(nil, i, v)
		if err != nil {
			return dst, err
		}
		dst = append(dst, cell{text: Printable(string(text))})
	}
	return dst, nil
}

// start fixes the widths and prints the header and the sample.
func (t *table) start() error {
	t.widths = make([]int, len(t.names))
	for i, name := range t.names {
		t.widths[i] = Width(name)
	}
	for _, row := range t.sample {
		for i, c := range row {
			t.widths[i] = max(t.widths[i], Width(c.text))
		}
	}
	t.shown = fit(t.widths, t.classes, t.limit())
	if err := t.header(); err != nil {
		return err
	}
	for _, row := range t.sample {
		if err := t.put(row); err != nil {
			return err
		}
	}
	t.sample = nil
	return nil
}

// limit is the width that the table has to keep to; zero is none.
func (t *table) limit() int {
	if t.opt.Terminal {
		return t.opt.Width
	}
	return 0
}

func (t *table) header() error {
	if t.opt.NoHeader {
		return nil
	}
	names := make([]cell, len(t.names))
	for i, name := range t.names {
		names[i].text = name
	}
	if err := t.put(names); err != nil {
		return err
	}
	for i := range t.shown {
		t.line = appendRepeat(separate(t.line, i, '+'), '-', t.widths[i]+2)
	}
	if t.shown < len(t.names) {
		t.line = append(t.line, "+--"...)
	}
	t.line = append(t.line, '\n')
	return t.flushLine()
}

// put prints one line of the table.
func (t *table) put(row []cell) error {
	for i, c := range row[:t.shown] {
		t.line = append(separate(t.line, i, '|'), ' ')
		t.line = append(t.appendCell(t.line, c, t.widths[i], t.classes[i].numeric()), ' ')
	}
	if t.shown < len(row) {
		t.line = append(t.line, "| "+ellipsis...)
	}
	t.line = append(trimSpaces(t.line), '\n')
	return t.flushLine()
}

func (t *table) appendCell(dst []byte, c cell, width int, right bool) []byte {
	text := c.text
	if t.limit() > 0 && Width(text) > width {
		text, t.cut = Cut(text, width), true
	}
	if !c.null || !t.opt.Color {
		return pad(dst, text, width, right)
	}
	fill := width - Width(text)
	if right {
		dst = appendRepeat(dst, ' ', fill)
	}
	dst = append(dst, dim(text)...)
	if !right {
		dst = appendRepeat(dst, ' ', fill)
	}
	return dst
}
