package wire

import (
	"fmt"
	"io"
)

// Records hands out the rows of an answer one at a time. Rows that came over
// the wire stay undecoded until they are asked for. It is not safe for
// concurrent use.
type Records struct {
	rows  [][]Field // rows that a server made, not yet handed out
	page  scanner   // rows that came over the wire: in front of a row or the end
	read  int       // rows of the page that were handed out
	total int       // rows of the page
}

// NewRecords returns the given rows as records; none is an empty result.
func NewRecords(rows [][]Field) *Records { return &Records{rows: rows} }

// Len returns the number of rows that were not handed out yet.
func (r *Records) Len() int {
	if r == nil {
		return 0
	}
	return len(r.rows) + r.total - r.read
}

// Next returns the next row, in dst's memory where that is large enough, and
// io.EOF after the last one. The row is valid until the next call; its strings
// and blobs may be kept. It returns a *JSONError for a row that is not one. A
// nil Records has no rows.
func (r *Records) Next(dst []Field) ([]Field, error) {
	switch {
	case r == nil:
		return nil, io.EOF
	case r.page.data != nil:
		return r.decode(dst[:0])
	case len(r.rows) == 0:
		return nil, io.EOF
	}
	row := r.rows[0]
	r.rows = r.rows[1:]
	return append(dst[:0], row...), nil
}

// decode reads the next row of the page, whose list was checked to be one.
func (r *Records) decode(dst []Field) ([]Field, error) {
	if r.page.peek() == ']' {
		r.Close()
		return nil, io.EOF
	}
	row, err := r.page.fields(dst)
	if err != nil {
		n := r.read
		r.Close()
		return nil, in(fmt.Sprintf("records[%d]", n), err)
	}
	r.read++
	if r.page.peek() == ',' {
		r.page.pos++
	}
	return row, nil
}

// Close gives up the rows that were not read. It may be called repeatedly.
func (r *Records) Close() {
	if r != nil {
		*r = Records{}
	}
}

// appendJSON appends the rows that are left.
func (r *Records) appendJSON(dst []byte) []byte {
	if r.page.data != nil {
		return append(append(dst, '['), r.page.data[r.page.pos:]...)
	}
	return appendList(dst, r.rows, appendFields)
}

// records reads a list of rows without decoding them.
func (s *scanner) records() (*Records, error) {
	if s.peek() != '[' {
		return nil, s.fail("%s where a list has to be", s.what())
	}
	start, total := s.pos, 0
	err := s.array(func() error {
		total++
		return s.skip()
	})
	if err != nil {
		return nil, err
	}
	page := scanner{data: s.data[:s.pos], pos: start + 1, depth: s.depth}
	return &Records{page: page, total: total}, nil
}
