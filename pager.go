package auroradataapi

import (
	"context"
	"database/sql/driver"
	"encoding/base64"
	"errors"
	"io"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// A result that passes the service's limit of 1 MiB (F0012) is read through a
// cursor, a page at a time. pager is the reading; which statements are read so
// is decided in paging.go.

// pages hands out the texts of a result, as dialect.Cursor describes them. It is
// called by one goroutine at a time.
type pages interface {
	// open runs the statement up to its first row and describes its columns.
	open(context.Context) ([]wire.ColumnMetadata, error)
	// next returns the next page, and whether it is the last.
	next(context.Context) (texts []string, last bool, err error)
	// end ends what is open on the server.
	end(context.Context, ending) error
	// cancellable says that a page which is under way may be given up.
	cancellable() bool
}

// ending says why a result is not read any further.
type ending uint8

const (
	endComplete ending = iota // all pages were read
	endEarly                  // the caller closed the rows before
	endFailed                 // a call failed, or the context is over
)

// pager is the rows of a result that is read in pages.
type pager struct {
	*rows
	pages  pages
	ahead  bool // a page is fetched while the one before is read
	ctx    context.Context
	cancel context.CancelFunc

	texts    []string
	at       int
	last     bool
	fetching chan page // nil if no page is under way
	closed   bool
	failed   error
	long     []byte // a row's pieces so far
	fields   []dialect.RowField
}

var _ driver.Rows = (*pager)(nil)

// page is what came of fetching one.
type page struct {
	texts []string
	last  bool
	err   error
}

// newPager opens the pages of a result. ctx is that of the query.
func newPager(ctx context.Context, d *dialect.Dialect, zone *time.Location, p pages, ahead bool) (*pager, error) {
	columns, err := p.open(ctx)
	if err != nil {
		_ = p.end(ctx, endFailed) // err says more
		return nil, err
	}
	r := &pager{rows: newRows(d, zone, &wire.ExecuteResponse{ColumnMetadata: columns}), pages: p, ahead: ahead}
	r.ctx, r.cancel = context.WithCancel(ctx)
	if err := r.turn(); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// fetch fetches a page, and ends what is open on the server behind the last.
func (r *pager) fetch() page {
	texts, last, err := r.pages.next(r.ctx)
	if err == nil && last {
		err = r.pages.end(r.ctx, endComplete)
	}
	return page{texts, last, err}
}

// fetchAhead has the next page fetched while this one is read. Nobody touches
// the pages until it was received from the channel.
func (r *pager) fetchAhead() {
	if r.last || r.fetching != nil {
		return
	}
	c := make(chan page, 1)
	r.fetching = c
	go func() { c <- r.fetch() }()
}

// turn makes the next page the current one.
func (r *pager) turn() error {
	r.fetchAhead()
	p := <-r.fetching
	r.fetching = nil
	r.texts, r.at, r.last = p.texts, 0, p.last
	if r.failed == nil {
		r.failed = p.err
	}
	return p.err
}

// Next reads the next row.
func (r *pager) Next(dest []driver.Value) error {
	if r.failed != nil {
		return r.failed
	}
	text, err := r.rowText()
	if err == io.EOF {
		return io.EOF
	}
	if err == nil {
		err = r.decodeText(text, dest)
	}
	if err != nil {
		r.failed = incomplete(r.read, err)
	}
	return r.failed
}

// rowText returns the text of the next row, put together from its pieces.
func (r *pager) rowText() (string, error) {
	for {
		for r.at >= len(r.texts) {
			if r.last {
				return "", r.atEnd()
			}
			if err := r.turn(); err != nil {
				return "", err
			}
		}
		if r.at == 1 && r.ahead { // whoever reads a second row reads on
			r.fetchAhead()
		}
		text := r.texts[r.at]
		r.at++
		if text == "" {
			return "", errors.New("the service sent an empty row")
		}
		switch text[0] {
		case dialect.PieceMore, dialect.PieceLast:
			piece, err := base64.StdEncoding.DecodeString(text[1:])
			if err != nil {
				return "", errors.New("a piece of a row is not base64")
			}
			r.long = append(r.long, piece...)
			if text[0] == dialect.PieceMore {
				continue
			}
			text, r.long = string(r.long), nil
		}
		return text, nil
	}
}

// atEnd returns io.EOF, unless a row's last piece is missing.
func (r *pager) atEnd() error {
	if r.long != nil {
		return errors.New("the result ends within a row")
	}
	return io.EOF
}

// decodeText reads a row's text into dest.
func (r *pager) decodeText(text string, dest []driver.Value) error {
	if len(dest) == 0 && text == "()" {
		r.read++
		return nil
	}
	var err error
	if r.fields, err = dialect.ParseRow(text, r.fields); err != nil {
		return errorf("row %d: %w", r.read+1, err)
	}
	if len(r.fields) != len(dest) {
		return errorf("row %d has %d values for %d columns", r.read+1, len(r.fields), len(dest))
	}
	for i, f := range r.fields {
		if f.Null {
			dest[i] = nil
			continue
		}
		if dest[i], err = r.columns[i].decodePlain(f.Text); err != nil {
			return errorf("row %d, column %q: %w", r.read+1, r.columns[i].meta.Label, err)
		}
	}
	r.read++
	return nil
}

// atClose has something done when the rows are closed.
func (r *pager) atClose(do func()) {
	end := r.cancel
	r.cancel = func() { end(); do() }
}

// Close stops the reading, wherever it is.
func (r *pager) Close() error {
	if r.closed {
		return nil
	}
	r.closed = true
	defer r.cancel()
	if r.fetching != nil {
		if r.pages.cancellable() {
			r.cancel()
		}
		_ = r.turn()
	}
	e := endEarly
	switch {
	case r.failed != nil || r.ctx.Err() != nil:
		e = endFailed
	case r.last: // and ended with its last page
		return nil
	}
	r.texts, r.last = nil, true
	return r.pages.end(r.ctx, e)
}
