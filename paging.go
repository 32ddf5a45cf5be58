package auroradataapi

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// Paging says how results are read that are larger than the 1 MiB of the service.
type Paging string

// The ways of reading large results.
const (
	// PagingAuto sends a statement as it is. If its result is too large, it is
	// read in pages; if the statement may have changed something, that it did so
	// is an *IncompleteError. From then on the statement is read in pages at
	// once. This is the default.
	PagingAuto Paging = "auto"
	// PagingAlways reads every query and every statement with RETURNING in pages,
	// so that none is executed without its rows. That costs some more calls each.
	PagingAlways Paging = "always"
	// PagingOff makes a result that is too large an error.
	PagingOff Paging = "off"
)

func (p Paging) check() error {
	switch p {
	case "", PagingAuto, PagingAlways, PagingOff:
		return nil
	}
	return fmt.Errorf("%q is no way of paging; there are auto, always and off", p)
}

// reading says how the rows of a statement are read.
type reading uint8

const (
	readPlain  reading = iota // as the answer to the statement
	readCursor                // through a cursor, by a transaction that cannot write
	readPortal                // through a cursor, by a transaction that is committed
)

// habits remembers how statements are read whose results were too large. It is
// safe for concurrent use.
type habits struct {
	mu sync.Mutex
	of map[string]reading // by the statement's text
}

// maxHabits bounds the statements that are remembered.
const maxHabits = 1000

func (h *habits) get(query string) reading {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.of[query]
}

func (h *habits) set(query string, how reading) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.of == nil {
		h.of = make(map[string]reading)
	}
	if len(h.of) >= maxHabits {
		for any := range h.of {
			delete(h.of, any)
			break
		}
	}
	h.of[query] = how
}

// reading returns how to read a statement.
func (c *Conn) reading(q call) reading {
	if !c.dialect.Cursors || c.cfg.Paging == PagingOff || q.json {
		return readPlain
	}
	how := c.connector.habits.get(q.query)
	if how == readPlain && c.cfg.Paging == PagingAlways {
		switch kind := q.parsed.Kind(); {
		case kind.Query() && !kind.Writes():
			how = readCursor
		case kind.Query(), kind.ReturnsRows() && kind.Counts():
			how = readPortal
		}
	}
	return how
}

// queryRows runs a statement for its rows, however many there are.
func (c *Conn) queryRows(ctx context.Context, q call) (driver.Rows, error) {
	b, err := c.prepare(ctx, q)
	if err != nil {
		return nil, err
	}
	how := c.reading(q)
	if how != readPlain {
		return c.queryPages(ctx, q, b, how)
	}
	resp, err := c.send(ctx, q, b)
	switch {
	case err == nil && resp.FormattedRecords != nil:
		return c.newJSONRows(*resp.FormattedRecords), nil
	case err == nil:
		return newRows(c.dialect, c.cfg.zone(), resp), nil
	case !errors.Is(err, ErrResultTooLarge) || !c.dialect.Cursors || c.cfg.Paging == PagingOff || q.json:
		return nil, err
	}
	return c.queryAgain(ctx, q, b, err)
}

// queryAgain reads a result in pages that was too large for an answer. The
// statement was executed, so it is run again only if it cannot have changed
// anything: as one that a read-only transaction allows.
func (c *Conn) queryAgain(ctx context.Context, q call, b bound, tooLarge error) (driver.Rows, error) {
	kind := q.parsed.Kind()
	var seen surveyed
	applied := &IncompleteError{Applied: true, err: tooLarge}
	switch {
	case kind.Writes():
		c.connector.habits.set(q.query, readPortal)
		return nil, applied
	case !kind.Query(): // EXPLAIN, SHOW
		c.connector.habits.set(q.query, readPortal)
		return c.openPages(ctx, q, b, readPortal, seen)
	case c.tx.Load() != nil:
		var err error
		if seen, err = c.survey(ctx, q); err != nil || seen.writes && !seen.readOnly {
			c.connector.habits.set(q.query, readPortal)
			return nil, errors.Join(applied, err)
		}
	}
	rows, err := c.openPages(ctx, q, b, readCursor, seen)
	switch {
	case errors.Is(err, ReadOnlyTransaction): // a function in it writes
		c.connector.habits.set(q.query, readPortal)
		return nil, applied
	case err != nil:
		return nil, err
	}
	c.connector.habits.set(q.query, readCursor)
	return rows, nil
}

// queryPages reads a result in pages from the start.
func (c *Conn) queryPages(ctx context.Context, q call, b bound, how reading) (driver.Rows, error) {
	var seen surveyed
	if c.tx.Load() != nil && q.parsed.Kind().Query() {
		var err error
		if seen, err = c.survey(ctx, q); err != nil {
			return nil, err
		}
	}
	rows, err := c.openPages(ctx, q, b, how, seen)
	if how == readCursor && c.tx.Load() == nil && errors.Is(err, ReadOnlyTransaction) {
		// A function in it writes. Nothing of that is left.
		c.connector.habits.set(q.query, readPortal)
		return c.openPages(ctx, q, b, readPortal, seen)
	}
	return rows, err
}

// openPages begins to read a result in pages. Where PostgreSQL would refuse to be
// given a function, it is read without: in the caller's transaction by what was
// seen of it, which a refused statement would take down, else after trying.
func (c *Conn) openPages(ctx context.Context, q call, b bound, how reading, seen surveyed) (driver.Rows, error) {
	p := c.newCursorPages(q, b, how)
	fetch := &fetchPages{cursorPages: p}
	if seen.readOnly || seen.confined {
		return c.readPages(ctx, fetch)
	}
	rows, err := c.readPages(ctx, p)
	if c.tx.Load() == nil && how == readCursor && errors.Is(err, InsufficientPrivilege) && !p.installed {
		return c.readPages(ctx, fetch)
	}
	return rows, err
}

func (c *Conn) readPages(ctx context.Context, p pages) (driver.Rows, error) {
	rows, err := newPager(ctx, c.dialect, c.cfg.zone(), p, !c.cfg.NoPrefetch)
	if err != nil {
		return nil, err
	}
	return rows, nil
}

// surveyed is what is to know of the caller's transaction before a statement is
// run in it for a second time, or in pages.
type surveyed struct {
	readOnly bool
	confined bool // it may not make temporary objects
	writes   bool // a function that the statement calls may write
}

func (c *Conn) survey(ctx context.Context, q call) (s surveyed, err error) {
	resp, err := c.run(ctx, CallDescribe, q, nil, c.tx.Load(), wire.ExecuteRequest{
		SQL:        dialect.Survey,
		Parameters: []wire.Parameter{{Name: "names", Value: wire.String(strings.Join(q.parsed.Calls(), "\n"))}},
	})
	if err != nil {
		return s, err
	}
	defer resp.Records.Close()
	row, err := resp.Records.Next(nil)
	if err != nil || len(row) != 3 {
		return s, errorf("the service sent no answer to a question about the transaction")
	}
	return surveyed{readOnly: row[0].Boolean(), confined: !row[1].Boolean(), writes: row[2].Boolean()}, nil
}

// The bounds of Config.PageBytes. What is above the largest is kept for the row
// that ends a page.
const (
	minPageBytes = 10_000
	maxPageBytes = 960_000
)

func checkPageBytes(n int) error {
	if n < minPageBytes || n > maxPageBytes {
		return fmt.Errorf("a page of %d bytes cannot be had: the least are %d, the most %d", n, minPageBytes, maxPageBytes)
	}
	return nil
}

func (cfg *Config) pageBytes() int {
	if cfg.PageBytes == 0 {
		return maxPageBytes
	}
	return cfg.PageBytes
}
