package auroradataapi

import (
	"context"
	"errors"
	"slices"
)

// load loads a chunk, and looks for the rows to blame if the database refuses it
// for its values.
func (p *copier) load(ctx context.Context, k *copyChunk) error {
	return p.loadFrom(ctx, k, false)
}

// loadFrom is load where the savepoint may stand already.
func (p *copier) loadFrom(ctx context.Context, k *copyChunk, saved bool) error {
	s, err := p.try(ctx, k, saved)
	return p.settle(ctx, k, s, err)
}

// try sends a chunk, between a savepoint and its release where rows are left out. It
// is released whatever comes of the rows, so that a transaction has one at a time: a
// failure that no row is to blame for is the exception, for behind it the savepoint is
// the way back. try makes calls and nothing else.
func (p *copier) try(ctx context.Context, k *copyChunk, saved bool) (sent, error) {
	skip := p.options.OnBadRow != nil
	if skip && !saved {
		if err := p.savepoint(ctx, "SAVEPOINT "); err != nil {
			return sent{beside: true}, err
		}
	}
	s, err := p.send(ctx, k)
	if err == nil && skip {
		err = p.savepoint(ctx, "RELEASE SAVEPOINT ")
		s.beside = err != nil
	}
	return s, err
}

// settle does what there is to do about what came of a chunk.
func (p *copier) settle(ctx context.Context, k *copyChunk, s sent, err error) error {
	p.count(k, s, err)
	skip := p.options.OnBadRow != nil
	var named *CopyError
	switch {
	case err == nil:
		return nil
	case s.beside, errors.As(err, &named):
		return err
	case p.tx != nil && !skip && k.rows() == 1 && blamesRow(err):
		return &CopyError{Row: k.first(), err: err}
	case !blamesRow(err), p.tx != nil && !skip:
		return &CopyError{First: k.first(), Last: k.last(), err: err, chunk: k}
	}
	if err := p.savepoint(ctx, "ROLLBACK TO SAVEPOINT "); err != nil {
		return err
	}
	if k.rows() > 1 {
		half := k.rows() / 2
		if err := p.loadFrom(ctx, k.part(0, half), true); err != nil {
			return err
		}
		return p.load(ctx, k.part(half, k.rows()))
	}
	if !skip {
		return &CopyError{Row: k.first(), err: err}
	}
	if err := p.savepoint(ctx, "RELEASE SAVEPOINT "); err != nil {
		return err
	}
	return p.bad(BadRow{Row: k.first(), Err: err})
}

func (p *copier) bad(row BadRow) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done.Bad++
	if err := p.options.OnBadRow(row); err != nil {
		return &CopyError{Row: row.Row, err: err}
	}
	return nil
}

// nameRow looks in another transaction, which is rolled back too, for the row
// that the database refuses. Where it is one only for the company of earlier
// calls, such as a key that is there twice, the rows of the call have to do.
func (p *copier) nameRow(ctx context.Context, err error) error {
	var e *CopyError
	if !errors.As(err, &e) || e.chunk == nil || !blamesRow(err) || ctx.Err() != nil {
		return err
	}
	t, berr := p.conn.begin(ctx, p.call, newLane())
	if berr != nil {
		return err
	}
	defer t.release(ctx)
	var found *BadRow
	stop := errors.New("found")
	again := copier{conn: p.conn, copy: p.copy, call: p.call, most: p.most, tx: t, options: CopyOptions{
		OnBadRow: func(row BadRow) error { found = &row; return stop },
	}}
	if again.load(ctx, e.chunk); found != nil {
		return &CopyError{Row: found.Row, err: found.Err}
	}
	return err
}

// blamesRow reports whether an error is about the values of a row.
func blamesRow(err error) bool {
	var large *tooLarge
	if errors.As(err, &large) {
		return true
	}
	var e *Error
	if !errors.As(err, &e) || len(e.Code) != 5 {
		return false
	}
	class := e.Code[:2]
	switch {
	case slices.Contains(blamedClasses, class), slices.Contains(blamedCodes, e.Code), slices.Contains(blamedNumbers, e.Number):
		return true
	}
	return e.Number != 0 && signalled(class)
}

// signalled reports whether a class of SQLSTATEs is one that MySQL leaves to SIGNAL,
// which a trigger calls with or without a number of its own: 45, of no data, or of those
// that the standard leaves free, but for the ones that MySQL has taken. A trigger of
// MySQL is always one of a row.
func signalled(class string) bool {
	switch class {
	case "02", "45":
		return true
	case "70", "XA": // a statement that was ended, and distributed transactions
		return false
	}
	return '5' <= class[0] && class[0] <= '9' || 'I' <= class[0] && class[0] <= 'Z'
}

var (
	// blamedClasses are those of SQLSTATEs: a wrong number of rows, such as two with
	// the same key, data that cannot be, constraints, and the CHECK OPTION of a view.
	blamedClasses = []string{"21", "22", "23", "44"}
	// blamedCodes are of a value that is too large, for jsonb or an index, or nested
	// too deep, of whose class the rest is about the statement; and what a trigger
	// raises, if only by a CASE that has nothing for the row.
	blamedCodes = []string{"54000", "54001", "P0001", "20000"}
	// blamedNumbers are those of MySQL whose code says too little.
	blamedNumbers = []int{
		1172,             // a trigger that selects several rows into a variable
		1265,             // a value that would be cut, such as one that an ENUM lacks
		1366, 1977, 3854, // a text with letters that the charset of a column lacks
		1369, // the CHECK OPTION of a view, whose code is MariaDB's only
		1526, // no partition for the row
		1644, // what a trigger signals
		3819, // CHECK
	}
)
