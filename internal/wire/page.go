package wire

import "strconv"

// page reads the rows of an answer, each in one pass. The spellings that
// encoders produce are matched as a whole; a value that is spelled in any other
// way is read by the embedded scanner, which can do everything and says what is
// wrong with what it cannot read.
type page struct {
	scanner        // its data ends with the list of rows
	arena   arena  // what the values are copied to
	scratch []byte // the text that is being unescaped
}

// row reads a row, hands its values to a sink, and returns how many they were.
func (p *page) row(to Sink) (n int, err error) {
	if p.peek() != '[' {
		return 0, p.fail("%s where a list has to be", p.what())
	}
	if err := p.enter(); err != nil {
		return 0, err
	}
	defer p.leave()
	if p.peek() == ']' {
		p.pos++
		return 0, nil
	}
	p.arena.left = len(p.data) - p.pos
	for ; ; n++ {
		if next := p.canonical(to, n, p.pos); next > 0 {
			p.pos = next
		} else if err := p.any(to, n); err != nil {
			return 0, in("["+strconv.Itoa(n)+"]", err)
		}
		switch p.peek() {
		case ',':
			p.pos++
		case ']':
			p.pos++
			return n + 1, nil
		default:
			return 0, p.fail("%s where a comma or the end of the list has to be", p.what())
		}
	}
}

// count returns the number of rows that are left, as far as they are rows.
func (p *page) count() (n int) {
	d, depth := p.data, 0
	for i := p.pos; i < len(d) && depth >= 0; i++ {
		switch d[i] {
		case '"':
			i, _ = plain(d, i+1)
			for i < len(d) && d[i] != '"' { // an escape, or what is none
				i, _ = plain(d, i+2)
			}
		case '[', '{':
			if depth == 0 {
				n++
			}
			depth++
		case ']', '}':
			depth--
		}
	}
	return n
}

// any reads a field in any spelling.
func (p *page) any(to Sink, column int) error {
	var f Field // a union that is null has no member
	if !p.null() {
		var err error
		if f, err = p.field(); err != nil {
			return err
		}
	}
	to.Field(column, f)
	return nil
}

// The spellings that are matched as a whole, up to where the value begins.
const (
	nullField    = `{"isNull":true}`
	longStart    = `{"longValue":`
	stringStart  = `{"stringValue":"`
	doubleStart  = `{"doubleValue":`
	booleanStart = `{"booleanValue":`
	blobStart    = `{"blobValue":"`
)

// canonical reads the field at i if it is spelled as encoders do, and returns
// the place behind it; 0 if it is not, and then nothing was handed out.
func (p *page) canonical(to Sink, column, i int) (next int) {
	d := p.data
	if len(d)-i < len(stringStart) { // no field is shorter, with the ends of row and list
		return 0
	}
	switch d[i+2] {
	case 's':
		if string(d[i:i+len(stringStart)]) == stringStart {
			v, next := p.text(i + len(stringStart))
			if next = closed(d, next); next > 0 {
				to.Text(column, Text{v, &p.arena})
			}
			return next
		}
	case 'l':
		if string(d[i:i+len(longStart)]) == longStart {
			v, next := canonicalLong(d, i+len(longStart))
			if next = closed(d, next); next > 0 {
				to.Long(column, v)
			}
			return next
		}
	case 'i':
		if string(d[i:i+len(nullField)]) == nullField {
			to.Null(column)
			return i + len(nullField)
		}
	case 'd':
		if string(d[i:i+len(doubleStart)]) == doubleStart {
			v, next := canonicalDouble(d, i+len(doubleStart))
			if next = closed(d, next); next > 0 {
				to.Double(column, v)
			}
			return next
		}
	case 'b':
		switch {
		case string(d[i:i+len(booleanStart)]) == booleanStart:
			v, next := canonicalBoolean(d, i+len(booleanStart))
			if next = closed(d, next); next > 0 {
				to.Boolean(column, v)
			}
			return next
		case string(d[i:i+len(blobStart)]) == blobStart:
			v, next := p.base64(i + len(blobStart))
			if next = closed(d, next); next > 0 {
				to.Blob(column, v)
			}
			return next
		}
	}
	return 0
}

// closed returns the place behind the brace at i; 0 if there is none, or if
// nothing was read before it.
func closed(d []byte, i int) int {
	if i == 0 || i >= len(d) || d[i] != '}' {
		return 0
	}
	return i + 1
}

func canonicalBoolean(d []byte, i int) (v bool, next int) {
	switch rest := d[i:]; {
	case len(rest) > 4 && string(rest[:4]) == "true":
		return true, i + 4
	case len(rest) > 5 && string(rest[:5]) == "false":
		return false, i + 5
	default:
		return false, 0
	}
}
