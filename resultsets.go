package auroradataapi

import (
	"database/sql/driver"
	"errors"
	"io"
)

// typedRows are rows that tell of their columns' types.
type typedRows interface {
	driver.Rows
	driver.RowsColumnTypeDatabaseTypeName
	driver.RowsColumnTypeLength
	driver.RowsColumnTypeNullable
	driver.RowsColumnTypePrecisionScale
	driver.RowsColumnTypeScanType
}

// resultSets are the rows of several statements, one set behind the other.
type resultSets struct {
	typedRows // the current set
	rest      []typedRows
	done      func() // when they are closed
}

var (
	_ driver.RowsNextResultSet = (*resultSets)(nil)
	_ typedRows                = (*rows)(nil)
	_ typedRows                = (*pager)(nil)
)

// add adds a set. One without columns, of a statement that returns no rows, only
// stands in for others.
func (s *resultSets) add(more driver.Rows) error {
	set := more.(typedRows) // rows or pager
	switch {
	case s.typedRows == nil:
		s.typedRows = set
	case len(set.Columns()) == 0:
		return set.Close()
	case len(s.Columns()) == 0:
		old := s.typedRows
		s.typedRows = set
		return old.Close()
	default:
		s.rest = append(s.rest, set)
	}
	return nil
}

// HasNextResultSet reports whether there is another set.
func (s *resultSets) HasNextResultSet() bool { return len(s.rest) > 0 }

// NextResultSet goes on to the next set.
func (s *resultSets) NextResultSet() error {
	if len(s.rest) == 0 {
		return io.EOF
	}
	err := s.typedRows.Close()
	s.typedRows, s.rest = s.rest[0], s.rest[1:]
	return err
}

// Close gives up the rows that were not read.
func (s *resultSets) Close() error {
	var errs []error
	if s.typedRows != nil {
		errs = append(errs, s.typedRows.Close())
	}
	for _, set := range s.rest {
		errs = append(errs, set.Close())
	}
	s.rest = nil
	if s.done != nil {
		s.done()
	}
	return errors.Join(errs...)
}

// atClose has something done when the rows are closed.
func (s *resultSets) atClose(do func()) { s.done = do }
