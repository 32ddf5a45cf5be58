package auroradataapi

import (
	"context"
	"database/sql/driver"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/awsapi"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// Option changes one call. It is passed among the arguments of the statement,
// in any place, and takes none of theirs:
//
//	rows, err := db.QueryContext(ctx, "SELECT * FROM orders WHERE id = $1", 42, auroradataapi.JSONResult())
//
// It works wherever a statement is given arguments: on an sql.DB, Conn, Tx and
// Stmt, and through wrappers of drivers that hand arguments on as they are. Of
// two that contradict each other the later one holds.
type Option struct {
	name string
	set  func(*options) error
}

// String returns the option's name.
func (o Option) String() string { return o.name }

// options are those of one call.
type options struct {
	json       bool
	runsOn     bool
	repeatable bool
	timeout    time.Duration // zero is none
	// bareSession leaves the settings of the session out.
	bareSession bool
	// How a large result is read, where it is not as configured.
	paging    Paging
	pageBytes int
	prefetch  *bool
}

// JSONResult asks for the result as one JSON text: an array with an object for
// each row, its keys in the order of the columns. The query then returns one row
// with one column, named json. The service makes the text, for SELECT only, and
// decides how values look in it: decimals are strings, blobs base64. Two columns
// of the same name are an error, and so is a text above 10 MiB: such a result is
// not read in pages.
func JSONResult() Option {
	return Option{"JSONResult", func(o *options) error { o.json = true; return nil }}
}

// ContinueAfterTimeout lets the statement go on in the database when it has run
// for the 45 seconds after which the service stops waiting for it and would cancel
// it. It is for changes to the schema, which should not be stopped halfway.
//
// The call then waits for the end of the statement, as long as its context allows.
// In a transaction of PostgreSQL, whether it was successful is known by what the
// transaction says next, and the call returns accordingly, without a number of rows.
// In all other cases the service does not tell: the call returns ErrStatementTimeout
// when the statement has ended, and it is for the caller to see what it did.
func ContinueAfterTimeout() Option {
	return Option{"ContinueAfterTimeout", func(o *options) error { o.runsOn = true; return nil }}
}

// Repeatable says that the statement does the same however often it runs, as a
// SELECT does, or an UPDATE that sets a value and does not add to one. It is then
// sent again when its answer is lost, where otherwise the outcome would be
// unknown.
func Repeatable() Option {
	return Option{"Repeatable", func(o *options) error { o.repeatable = true; return nil }}
}

// WithoutSettings runs the statement without Config.Settings, if it is outside of a
// transaction, and so in no transaction of its own: for CREATE DATABASE, VACUUM,
// CREATE INDEX CONCURRENTLY and procedures that commit.
func WithoutSettings() Option {
	return Option{"WithoutSettings", func(o *options) error { o.bareSession = true; return nil }}
}

// Timeout bounds the call: its attempts, the pauses between them, and the reading
// of rows. It does what a deadline of the context does, whichever is earlier. The
// service ends a statement after 45 seconds all the same; a longer time only lets
// the call wait longer for a cluster that resumes.
func Timeout(d time.Duration) Option {
	return Option{"Timeout", func(o *options) error {
		if d <= 0 {
			return errorf("Timeout: %v is no time to wait; it has to be positive", d)
		}
		o.timeout = d
		return nil
	}}
}

// WithPaging reads the result in another way than Config.Paging says.
func WithPaging(p Paging) Option {
	return Option{"WithPaging", func(o *options) error {
		if err := p.check(); err != nil {
			return errorf("WithPaging: %w", err)
		}
		o.paging = p
		return nil
	}}
}

// WithPageBytes ends the pages of a large result at another size than
// Config.PageBytes, from 10,000 to 960,000 bytes: at a smaller one for rows that
// take long to come or to work on.
func WithPageBytes(n int) Option {
	return Option{"WithPageBytes", func(o *options) error {
		if err := checkPageBytes(n); err != nil {
			return errorf("WithPageBytes: %w", err)
		}
		o.pageBytes = n
		return nil
	}}
}

// WithPrefetch says whether the next page of a large result is fetched while one
// is read, in place of Config.NoPrefetch.
func WithPrefetch(on bool) Option {
	return Option{"WithPrefetch", func(o *options) error { o.prefetch = &on; return nil }}
}

// takeOptions takes the options out of the arguments. That they travel among
// them, and not on the connection behind a driver.ErrRemoveArgument, is so that
// they cannot end up with another call: database/sql does not tell a driver when
// it gives a call up between the check of an argument and the statement.
func takeOptions(args []driver.NamedValue) (options, []driver.NamedValue, error) {
	var opts options
	var rest []driver.NamedValue // nil until there is an option
	for i, arg := range args {
		opt, ok := arg.Value.(Option)
		switch {
		case !ok && rest == nil:
			continue
		case !ok:
			arg.Ordinal = len(rest) + 1
			rest = append(rest, arg)
			continue
		case arg.Name != "":
			return opts, nil, errorf("the option %s is passed with the name %q; pass it without", opt, arg.Name)
		case opt.set == nil:
			return opts, nil, errorf("argument %d is an empty Option; use one of the functions that return an Option", arg.Ordinal)
		case rest == nil:
			rest = append(make([]driver.NamedValue, 0, len(args)), args[:i]...)
		}
		if err := opt.set(&opts); err != nil {
			return opts, nil, err
		}
	}
	if rest == nil {
		rest = args
	}
	return opts, rest, nil
}

// context returns the context of the call, and what ends it.
func (o options) context(ctx context.Context) (context.Context, context.CancelFunc) {
	if o.repeatable {
		ctx = awsapi.Repeatable(ctx)
	}
	if o.timeout > 0 {
		return context.WithTimeout(ctx, o.timeout)
	}
	return ctx, func() {}
}

// format returns how the rows are asked for.
func (o options) format() wire.RecordsFormat {
	if o.json {
		return wire.RecordsJSON
	}
	return ""
}
