package wire

import (
	"io"
)

// Clone returns records that are read apart from r.
func (r *Records) Clone() *Records {
	return &Records{rows: r.rows, page: page{scanner: r.page.scanner}, read: r.read}
}

// NewPage returns the rows of a list, of which nothing was looked at.
func NewPage(list []byte) *Records {
	return &Records{page: page{scanner: scanner{data: list, pos: 1, depth: 2}}}
}

// ReadSlowly reads a list of rows by nothing but the scanner.
func ReadSlowly(list []byte) (rows [][]Field, err error) {
	s := scanner{data: list, depth: 1}
	err = in("records", s.array(func() error {
		row, err := s.fields([]Field{})
		if err == nil {
			rows = append(rows, row)
		}
		return err
	}))
	if err == nil {
		err = io.EOF
	}
	if err == io.EOF && s.pos < len(s.data) {
		err = in("records", s.fail("%s behind the last row", s.what()))
	}
	return rows, err
}
