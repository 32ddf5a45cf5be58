package output

// tsvWriter prints the text format of PostgreSQL's COPY: fields separated by a
// tab, NULL as \N, and backslash, tab and line ends escaped by a backslash.
type tsvWriter struct {
	printer
	noHeader bool
	value    []byte
}

func (t *tsvWriter) Begin(columns []Column) error {
	t.begin(columns)
	if t.noHeader {
		return nil
	}
	for i, col := range columns {
		t.line = escapeTSV(separate(t.line, i, '\t'), []byte(col.Name))
	}
	t.line = append(t.line, '\n')
	return t.flushLine()
}

func (t *tsvWriter) Row(values []any) (err error) {
	if err := t.check(values); err != nil {
		return err
	}
	for i, v := range values {
		t.line = separate(t.line, i, '\t')
		if v == nil {
			t.line = append(t.line, `\N`...)
			continue
		}
		if t.value, err = t.appendValue(t.value[:0], i, v); err != nil {
			return err
		}
		t.line = escapeTSV(t.line, t.value)
	}
	t.line = append(t.line, '\n')
	return t.flushLine()
}

func (t *tsvWriter) End() error { return nil }

func escapeTSV(dst, text []byte) []byte {
	for _, b := range text {
		switch b {
		case '\\':
			dst = append(dst, `\\`...)
		case '\b':
			dst = append(dst, `\b`...)
		case '\t':
			dst = append(dst, `\t`...)
		case '\n':
			dst = append(dst, `\n`...)
		case '\v':
			dst = append(dst, `\v`...)
		case '\f':
			dst = append(dst, `\f`...)
		case '\r':
			dst = append(dst, `\r`...)
		default:
			dst = append(dst, b)
		}
	}
	return dst
}
