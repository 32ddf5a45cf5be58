package wire

import (
	"bytes"
	"fmt"
	"io"
)

// Records hands out the rows of an answer one at a time. Rows that came over
// the wire stay undecoded until they are asked for. It is not safe for
// concurrent use and not to be copied.
type Records struct {
	rows    [][]Field // rows that a server made, not yet handed out
	page    page      // rows that came over the wire: behind the last one read
	read    int       // rows that were handed out
	fields  []Field   // what Next reads
	closing func(int) // what OnClose asked for, or nil
}

// NewRecords returns the given rows as records; none is an empty result.
func NewRecords(rows [][]Field) *Records { return &Records{rows: rows} }

// Row hands the values of the next row to a sink and returns how many there
// were, or io.EOF after the last row. It returns a *JSONError for a row that is
// not one, of which the sink may have got some values, and for rows that do not
// end as they should. A nil Records has no rows.
func (r *Records) Row(to Sink) (columns int, err error) {
	switch {
	case r == nil:
		return 0, io.EOF
	case r.page.data != nil:
		return r.decode(to)
	case len(r.rows) == 0:
		r.Close()
		return 0, io.EOF
	}
	row := r.rows[0]
	r.rows = r.rows[1:]
	r.read++
	for i, f := range row {
		to.Field(i, f)
	}
	return len(row), nil
}

// Next returns the next row as Row does, in dst's memory where that is large
// enough. The row is valid until the next call; its strings and blobs may be
// kept.
func (r *Records) Next(dst []Field) ([]Field, error) {
	if r == nil {
		return nil, io.EOF
	}
	r.fields = dst[:0]
	_, err := r.Row((*fieldSink)(&r.fields))
	row := r.fields
	if r.fields = nil; err != nil {
		return nil, err
	}
	return row, nil
}

// Len returns the number of rows that were not handed out yet. To count rows
// that came over the wire takes some time, as all of them are looked through.
func (r *Records) Len() int {
	switch {
	case r == nil:
		return 0
	case r.page.data != nil:
		return r.page.count()
	}
	return len(r.rows)
}

// decode reads the next row of the page. Nobody has looked at it before, so
// that an error may come after rows that were good.
func (r *Records) decode(to Sink) (columns int, err error) {
	p := &r.page
	switch c := p.peek(); {
	case c == ']':
		if p.pos++; p.pos < len(p.data) {
			err = in("records", p.fail("%s behind the last row", p.what()))
		} else {
			err = io.EOF
		}
	case c != ',' && r.read > 0:
		err = in("records", p.fail("%s where a comma or the end of the list has to be", p.what()))
	default:
		if r.read > 0 {
			p.pos++
		}
		if columns, err = p.row(to); err != nil {
			err = in(fmt.Sprintf("records[%d]", r.read), err)
		}
	}
	if err != nil {
		r.Close()
		return 0, err
	}
	r.read++
	return columns, nil
}

// OnClose has f called when no row needs the message any more: after the last
// row, after an error, or when the records are closed. f is told how many rows
// were handed out until then. It may be called repeatedly, for one f more each
// time. A nil Records never closes.
func (r *Records) OnClose(f func(read int)) {
	if r == nil {
		return
	}
	if before := r.closing; before != nil {
		f, after := before, f
		r.closing = func(read int) { f(read); after(read) }
		return
	}
	r.closing = f
}

// Close gives up the rows that were not read. It may be called repeatedly.
func (r *Records) Close() {
	if r == nil {
		return
	}
	closing, read := r.closing, r.read
	*r = Records{}
	if closing != nil {
		closing(read)
	}
}

// appendJSON appends the rows that are left.
func (r *Records) appendJSON(dst []byte) []byte {
	p := &r.page
	if p.data == nil {
		return appendList(dst, r.rows, func(dst []byte, row *[]Field) []byte { return appendFields(dst, *row) })
	}
	left := p.pos
	if r.read > 0 && p.peek() == ',' {
		left = p.pos + 1
	}
	return append(append(dst, '['), p.data[left:]...)
}

// tailBytes bounds what is searched for the end of the rows. The columns of a
// wide result fit in, should they come behind it.
const tailBytes = 64 << 10

// records reads a list of rows without decoding them. To check the rows now and
// decode them later would take twice the time, so the scanner goes on behind
// what looks like the end of the list, and Next finds out whether it was: the
// last row has to end exactly there.
func (s *scanner) records() (*Records, error) {
	if s.peek() != '[' {
		return nil, s.fail("%s where a list has to be", s.what())
	}
	r := &Records{page: page{scanner: scanner{data: s.data, pos: s.pos + 1, depth: s.depth + 1}}}
	if end := s.endOfRows(); end > 0 {
		s.pos = end
	} else if err := s.skip(); err != nil {
		return nil, err
	}
	r.page.data = s.data[:s.pos]
	return r, nil
}

// endOfRows returns the place behind what looks like the end of the last row and
// of the list, if all that follows there is well-formed; 0 if there is no such
// place. It is the end as long as no other member is a list of lists of objects.
func (s *scanner) endOfRows() int {
	const ends = "}]]"
	from := max(s.pos, len(s.data)-tailBytes)
	end := bytes.LastIndex(s.data[from:], []byte(ends))
	if end < 0 {
		return 0
	}
	end += from + len(ends)
	tail := scanner{data: s.data, pos: end, depth: s.depth}
	if tail.members(func(string) error { return tail.skip() }) != nil || tail.end() != nil {
		return 0
	}
	return end
}
