package auroradataapi

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// The rows of a page are as many as those before let expect. Where that fails, as the
// sizes of rows vary, one pass over the rows to come says how many make a page, for
// many pages. What it says is no more than a better guess: whether the rows are there
// and fit, the pages themselves show.

const (
	// rangedPages is over how many times the rows of a page one pass goes. It is not
	// worth while if so many were guessed between two that were too large.
	rangedPages = 16
	// rangingTime bounds a pass, in milliseconds.
	rangingTime = 1000
)

// endings are the numbers of errors with which more than a statement ends.
var endings = []int{
	1053, // the server is shut down
	1152, // the connection is aborted
	1317, // somebody stopped the statement
	1927, // or the connection, as MariaDB says
	3169, // and MySQL
	4031, // the connection was idle for too long
}

// passed reports whether an error of a pass is the database's about that alone, behind
// which pages are guessed as before: a MySQL before 8 has no window functions, it takes
// too long, or columns are compared that the user may not read.
func (p *keyPages) passed(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Number != 0 && !slices.Contains(endings, e.Number) &&
		!p.conn.dialect.EndsTransaction(e.Code, e.Number) && p.conn.dialect.AskAfter(e.Number) == ""
}

// rangeAfter prepares for the next page behind one of n rows that was too large.
func (p *keyPages) rangeAfter(ctx context.Context, n int) error {
	p.count, p.most = max(n/4, 1), max(n/2, 1)
	if len(p.ranges) > 0 { // which were wrong, and would be again
		p.ranges, p.misled = nil, true
		p.wrong++
		return nil
	}
	seldom := p.fitted >= rangedPages
	p.fitted = 0
	if seldom || p.misled || p.wrong > 2 || !p.rangeable {
		return nil
	}
	if err := p.describe(ctx); err != nil {
		return err
	}
	sql, parameters, ok := p.rangeQuery(rangedPages * n)
	if !ok || checkLength(sql) != nil {
		p.rangeable = false
		return nil
	}
	answer, err := p.ask(ctx, sql, parameters, 1)
	if p.passed(err) {
		p.rangeable = false
		return nil
	}
	if err != nil {
		return err
	}
	for _, row := range answer {
		rows, err := strconv.Atoi(row[0])
		if err != nil || rows < 1 {
			return errorf("the service sent %q as the number of rows of a page", row[0])
		}
		p.ranges = append(p.ranges, rows)
	}
	return nil
}

// rangeQuery returns the query for the ranges of the next n rows.
func (p *keyPages) rangeQuery(n int) (sql string, parameters []wire.Parameter, ok bool) {
	if p.left >= 0 {
		n = min(n, p.left)
	}
	labels := make([]string, len(p.columns))
	for i, c := range p.columns {
		switch typ := p.conn.dialect.TypeByName(c.TypeName); {
		case typ == nil, typ.Kind == wire.KindString, typ.Kind == wire.KindBlob:
			labels[i] = c.Label
		}
	}
	behind, offset, parameters := p.place()
	sql, ok = p.scan.Ranges(behind, offset, n, labels, p.conn.pageBytes(p.call)/8*7, rangingTime)
	return sql, parameters, ok
}
