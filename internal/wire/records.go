package wire

import "io"

// Records hands out the rows of an answer one at a time. Rows that came over
// the wire stay undecoded until they are asked for. It is not safe for
// concurrent use.
type Records struct {
	rows [][]Field // rows that a server made
	page []byte    // rows that came over the wire: the rest of the JSON array
}

// NewRecords returns the given rows as records; none is an empty result.
func NewRecords(rows [][]Field) *Records { return &Records{rows: rows} }

// Next returns the next row, in dst's memory where that is large enough, and
// io.EOF after the last one. The row is valid until the next call; its strings
// and blobs may be kept. A nil Records has no rows.
func (r *Records) Next(dst []Field) ([]Field, error) {
	if r == nil || len(r.rows) == 0 {
		return nil, io.EOF
	}
	row := r.rows[0]
	r.rows = r.rows[1:]
	return append(dst[:0], row...), nil
}

// Close gives up the rows that were not read. It may be called repeatedly.
func (r *Records) Close() {}
