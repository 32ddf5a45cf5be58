package auroradataapi

import (
	"cmp"
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// A result that passes the service's limit of 1 MiB (F0012) is read through a
// cursor, a page at a time. pager is the reading; which statements are read so
// is decided in paging.go.

// pages hands out the pages of a result. It is called by one goroutine at a time.
type pages interface {
	// open runs the statement up to its first row and describes its columns.
	open(context.Context) ([]wire.ColumnMetadata, error)
	// next returns the next page, and whether it is the last.
	next(context.Context) (p content, last bool, err error)
	// end ends what is open on the server.
	end(context.Context, ending) error
	// cancellable says that a page which is under way may be given up.
	cancellable() bool
	// undoes says that what the statement may have changed is lost if the pages are not
	// read to their end.
	undoes() bool
	// applied says that what the statement changed is in force, or will be when
	// the caller's transaction commits.
	applied() bool
}

// content is the rows of a page.
type content interface {
	// read reads the next row into dest, and returns io.EOF where the page ends.
	read(r *rows, dest []driver.Value) error
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

	page     content
	begun    bool // a row of the page was read
	last     bool
	fetching chan page // nil if no page is under way
	closed   bool
	failed   error
}

var _ driver.Rows = (*pager)(nil)

// page is what came of fetching one.
type page struct {
	content
	last    bool
	err     error
	unwound *unwinding
}

// newPager opens the pages of a result. ctx is that of the query.
func newPager(ctx context.Context, d *dialect.Dialect, zone *time.Location, p pages, ahead bool) (_ *pager, err error) {
	r := &pager{pages: p, ahead: ahead}
	r.ctx, r.cancel = context.WithCancel(ctx)
	opened := false
	defer func() {
		if !opened { // for an error, or a panic
			r.failed = cmp.Or(err, errUnread)
			_ = r.Close() // err says more
		}
	}()
	columns, err := p.open(ctx)
	if err != nil {
		return nil, err
	}
	r.rows = newRows(d, zone, &wire.ExecuteResponse{ColumnMetadata: columns})
	if err := r.turn(); err != nil {
		return nil, r.incomplete(0, err)
	}
	opened = true
	return r, nil
}

// errUnread is why rows cannot be read behind a panic.
var errUnread = errorf("a page of the result was not read, for a panic")

// fetch fetches a page, and ends what is open on the server behind the last.
func (r *pager) fetch() page {
	content, last, err := r.pages.next(r.ctx)
	if err == nil && last {
		err = r.pages.end(r.ctx, endComplete)
	}
	return page{content, last, err, nil}
}

// fetchAhead has the next page fetched while this one is read. Nobody touches
// the pages until it was received from the channel.
func (r *pager) fetchAhead() {
	if r.last || r.fetching != nil {
		return
	}
	c := make(chan page, 1)
	r.fetching = c
	go func() {
		var p page
		contain(func() { p = r.fetch() }, func(u *unwinding) {
			p.unwound = u
			c <- p
		})
	}()
}

// turn makes the next page the current one.
func (r *pager) turn() error {
	r.fetchAhead()
	p := <-r.fetching
	r.fetching = nil
	if p.unwound != nil {
		r.failed = errUnread
		p.unwound.resume()
	}
	r.page, r.begun, r.last = p.content, false, p.last
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
	read := r.read
	err := r.readRow(dest)
	if err != nil && err != io.EOF {
		r.failed = r.incomplete(read, err)
		return r.failed
	}
	return err
}

// incomplete says how many rows were delivered before an error, and whether the
// statement's changes stay: a page that is under way may be the one behind which
// they are committed.
func (r *pager) incomplete(read int, err error) error {
	if r.fetching != nil && !r.pages.cancellable() {
		_ = r.turn()
	}
	if r.pages.applied() {
		return &IncompleteError{Rows: read, Applied: true, err: err}
	}
	return incomplete(read, err)
}

// readRow reads the next row, of the next page if this one is at its end.
func (r *pager) readRow(dest []driver.Value) error {
	for {
		if r.begun && r.ahead { // whoever reads a second row reads on
			r.fetchAhead()
		}
		err := r.page.read(r.rows, dest)
		switch {
		case err != io.EOF:
			r.begun = true
			return err
		case r.last:
			return io.EOF
		}
		ahead := r.fetching != nil
		err = r.turn()
		if ahead && errors.Is(err, FailedTransaction) {
			// A statement of the caller's had failed when the page was fetched, which a
			// ROLLBACK TO SAVEPOINT may have taken back since.
			r.failed = nil
			err = r.turn()
		}
		if err != nil {
			return err
		}
	}
}

// atClose has something done when the rows are closed.
func (r *pager) atClose(do func()) {
	end := r.cancel
	r.cancel = func() { end(); do() }
}

// Close stops the reading, wherever it is. It returns what went wrong with a page
// that was under way and not given up: behind it, changes are committed.
func (r *pager) Close() error {
	if r.closed {
		return nil
	}
	r.closed = true
	defer r.cancel()
	var unheard error
	switch cancellable := r.pages.cancellable(); {
	case r.fetching == nil:
	case cancellable:
		r.cancel()
		_ = r.turn()
	default:
		unheard = r.turn()
	}
	if r.last { // and ended with its last page
		return unheard
	}
	e := endEarly
	if r.failed != nil || r.ctx.Err() != nil {
		e = endFailed
	}
	r.page, r.last = nil, true
	undone := error(nil)
	if r.failed == nil && r.ctx.Err() != nil && r.pages.undoes() {
		undone = errorf("the rows were not read to their end when their time was over, and what the statement changed is rolled back: %w", r.ctx.Err())
	}
	return cmp.Or(unheard, r.pages.end(r.ctx, e), undone)
}
