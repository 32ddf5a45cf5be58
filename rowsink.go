package auroradataapi

import (
	"database/sql/driver"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// rowSink is rows that take the values of a row as the answer is read. Values
// that no column is there for are counted by whoever reads the row.
type rowSink rows

var _ wire.Sink = (*rowSink)(nil)

func (s *rowSink) Null(i int) {
	if i < len(s.dest) {
		s.dest[i] = nil
	}
}

func (s *rowSink) Boolean(i int, v bool) {
	if i < len(s.dest) {
		s.dest[i] = s.columns[i].decodeBoolean(v)
	}
}

func (s *rowSink) Long(i int, v int64) {
	if i < len(s.dest) {
		s.dest[i] = v
	}
}

func (s *rowSink) Double(i int, v float64) {
	if i < len(s.dest) {
		s.dest[i] = s.columns[i].decodeDouble(v)
	}
}

func (s *rowSink) Blob(i int, v []byte) {
	if i < len(s.dest) {
		s.dest[i] = v
	}
}

// Text makes a value of a text without a copy of it where that is possible.
func (s *rowSink) Text(i int, v wire.Text) {
	if i >= len(s.dest) {
		return
	}
	c := &s.columns[i]
	if c.plain {
		value, err := c.decodePlain(v.String())
		s.put(i, value, err)
		return
	}
	switch c.texts {
	case stringTexts:
		s.dest[i] = v.String()
		return
	case bytesTexts:
		s.dest[i] = v.Clone()
		return
	case instantTexts:
		if t, ok := commonTimestamp(v.Bytes()); ok {
			s.dest[i] = c.instant(t)
			return
		}
	}
	value, err := c.decodeText(v.String())
	s.put(i, value, err)
}

func (s *rowSink) Field(i int, v wire.Field) {
	if i < len(s.dest) {
		value, err := s.columns[i].value(&v)
		s.put(i, value, err)
	}
}

// put takes a value, or what is wrong with it if nothing was before.
func (s *rowSink) put(i int, v driver.Value, err error) {
	if err != nil && s.err == nil {
		s.err = errorf("row %d, column %q: %w", s.read+1, s.columns[i].meta.Label, err)
	}
	s.dest[i] = v
}
