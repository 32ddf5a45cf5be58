package output

import "bytes"

// csvWriter prints RFC 4180 with lines that end in \n. NULL is an empty field
// and the empty string is "", as PostgreSQL's COPY reads and writes them;
// encoding/csv cannot tell the two apart, hence the quoting of our own.
type csvWriter struct {
	printer
	noHeader bool
}

func (c *csvWriter) Begin(columns []Column) error {
	c.begin(columns)
	if c.noHeader {
		return nil
	}
	for i, col := range columns {
		c.line = separate(c.line, i, ',')
		c.line = quoteCSV(append(c.line, col.Name...), len(c.line))
	}
	c.line = append(c.line, '\n')
	return c.flushLine()
}

func (c *csvWriter) Row(values []any) (err error) {
	if err := c.check(values); err != nil {
		return err
	}
	for i, v := range values {
		c.line = separate(c.line, i, ',')
		if v == nil {
			continue
		}
		start := len(c.line)
		if c.line, err = c.appendValue(c.line, i, v); err != nil {
			return err
		}
		c.line = quoteCSV(c.line, start)
	}
	c.line = append(c.line, '\n')
	return c.flushLine()
}

func (c *csvWriter) End() error { return nil }

// separate appends sep before every field but the first.
func separate(line []byte, i int, sep byte) []byte {
	if i > 0 {
		line = append(line, sep)
	}
	return line
}

// quoteCSV quotes the field that begins at start where that is needed: if it
// is empty, contains a separator, quote or line end, begins or ends with a
// space, or is the \. by which COPY marks the end of its data.
func quoteCSV(line []byte, start int) []byte {
	field := line[start:]
	if len(field) > 0 && !bytes.ContainsAny(field, ",\"\r\n") &&
		field[0] != ' ' && field[len(field)-1] != ' ' && string(field) != `\.` {
		return line
	}
	quoted := bytes.ReplaceAll(field, []byte(`"`), []byte(`""`))
	line = append(line[:start], '"')
	line = append(line, quoted...)
	return append(line, '"')
}
