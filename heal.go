package auroradataapi

import (
	"context"
	"database/sql/driver"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// A result that the service refuses for the type of a column, or for a value
// that it cannot write, is read again with those columns cast to text by
// PostgreSQL (F0045). Their values are then what decodePlain makes of the text.

// healing is how a statement is read whose result was refused.
type healing struct {
	columns    []wire.ColumnMetadata // as the statement itself has them
	cast       []bool                // by column
	causes     causes
	sql        string // the statement as it was sent, with the types of its arguments
	generation int    // of what names meant
	asked      time.Time
}

// healedFor is how long the columns of a statement are taken for what they were.
// Somebody else may have given one another type, and the cast hides that from the
// database.
const healedFor = time.Minute

// causes are the reasons for which columns are cast.
type causes uint8

const (
	causeType   causes = 1 << iota // a type that the service does not return
	causeArrays                    // arrays of several dimensions (F0026)
	causeTimes                     // a time that is infinite (F0047)
	causeAny                       // whatever it may be
)

// causeOf returns why a result was refused; 0 if it was not, for its columns.
func causeOf(err error) causes {
	var e *Error
	switch {
	case !errors.As(err, &e):
		return 0
	case errors.Is(err, ErrUnsupportedType) && strings.Contains(e.Message, wire.TextMultidimensional):
		return causeArrays
	case errors.Is(err, ErrUnsupportedType):
		return causeType
	case e.Type == string(wire.CodeInternalFailure):
		return causeTimes
	}
	return 0
}

// concerns reports whether a column is cast for one of the causes.
func (c causes) concerns(d *dialect.Dialect, meta *wire.ColumnMetadata) bool {
	typ := d.TypeByName(meta.TypeName)
	switch {
	case typ == nil: // composites, and enums, which are no worse for it
		return true
	case typ.Refused != "" || c&causeAny != 0:
		return true
	case typ.Kind == wire.KindArray:
		element := d.TypeByName(typ.Element)
		return c&causeArrays != 0 || element == nil || element.Refused != "" || c&causeTimes != 0 && element.Form.Instant()
	}
	return c&causeTimes != 0 && typ.Form.Instant()
}

// newHealing asks for the columns of a query, of which some are cast for the causes
// given. Nothing of the query is executed.
func (c *Conn) newHealing(ctx context.Context, q call, b bound, why causes) (*healing, error) {
	generation := c.connector.habits.now()
	shape, err := c.run(ctx, CallDescribe, q, nil, c.tx.Load(), wire.ExecuteRequest{
		SQL: dialect.Shape(b.service.SQL), Parameters: b.parameters, IncludeResultMetadata: true,
	})
	if err != nil {
		return nil, err
	}
	h := &healing{columns: shape.ColumnMetadata, sql: b.service.SQL, generation: generation, asked: c.connector.observe.now()}
	h.castFor(c.dialect, why)
	return h, nil
}

// castFor has columns cast for some causes.
func (h *healing) castFor(d *dialect.Dialect, why causes) {
	h.causes, h.cast = why, make([]bool, len(h.columns))
	for i := range h.columns {
		h.cast[i] = why.concerns(d, &h.columns[i])
	}
}

// healAgain reads a result that was refused. The statement, which was executed,
// cannot have changed anything by what is known of it. A view or an operator may
// call what does all the same, and is not let.
func (c *Conn) healAgain(ctx context.Context, q call, b bound, refused error) (driver.Rows, error) {
	h, err := c.newHealing(ctx, q, b, causeOf(refused))
	if err != nil {
		return nil, err
	}
	for {
		rows, err := c.queryHealed(ctx, q, b, h, c.tx.Load() == nil)
		switch cause := causeOf(err); {
		case err == nil:
			c.rememberHealing(q, h)
			return rows, nil
		case c.tooLarge(q, err):
			return c.queryAgain(ctx, q, b, err)
		case c.tx.Load() == nil && errors.Is(err, ReadOnlyTransaction):
			return c.undelivered(ctx, q, b, refused, nil)
		case cause == 0 || h.causes&causeAny != 0:
			return nil, err
		case h.causes&cause != 0:
			h.castFor(c.dialect, h.causes|causeAny)
		default:
			h.castFor(c.dialect, h.causes|cause)
		}
	}
}

// rememberHealing has the next run of a query be read with the columns cast.
func (c *Conn) rememberHealing(q call, h *healing) {
	if !c.redefines(q) {
		c.connector.habits.set(q.habitKey(), habit{how: readHealed, healing: h})
	}
}

// queryHealed runs a statement with columns cast to text. guarded does not let it
// write.
func (c *Conn) queryHealed(ctx context.Context, q call, b bound, h *healing, guarded bool) (driver.Rows, error) {
	resp, err := c.run(ctx, CallStatement, q, nil, c.tx.Load(), wire.ExecuteRequest{
		SQL: dialect.CastColumns(b.service.SQL, h.cast, guarded), Parameters: b.parameters, IncludeResultMetadata: true,
	})
	if err != nil {
		return nil, err
	}
	if len(resp.ColumnMetadata) != len(h.columns) {
		return nil, errorf("the service sent %d columns where %d were asked for", len(resp.ColumnMetadata), len(h.columns))
	}
	for i, cast := range h.cast {
		meta := &resp.ColumnMetadata[i]
		if cast {
			*meta = h.columns[i]
		}
		meta.Label, meta.Name = h.columns[i].Label, h.columns[i].Name
	}
	rows := c.rowsOf(q, resp)
	for i, cast := range h.cast {
		rows.columns[i].plain = cast
	}
	return rows, nil
}

// queryAsHealed runs a statement as it was read before. If the database refuses
// that, because its tables have changed, the statement is run as it is. A * may
// stand for other columns than before without that the database notices, and
// arguments of other types may make them others, so they are asked for again, as
// they are after a while.
func (c *Conn) queryAsHealed(ctx context.Context, q call, b bound, h *healing) (driver.Rows, error) {
	asked := q.parsed.Star() || h.sql != b.service.SQL || c.connector.observe.now().Sub(h.asked) > healedFor
	if asked {
		var err error
		if h, err = c.newHealing(ctx, q, b, h.causes); err != nil {
			return nil, err
		}
	}
	guarded := asked && c.tx.Load() == nil
	rows, err := c.queryHealed(ctx, q, b, h, guarded)
	var e *Error
	switch {
	case err == nil:
		if asked {
			c.rememberHealing(q, h)
		}
		return rows, nil
	case guarded && errors.Is(err, ReadOnlyTransaction): // nothing was changed by it
		return c.openPages(ctx, q, b, readPortal, surveyed{})
	case c.tooLarge(q, err), causeOf(err) != 0:
		return c.queryAgain(ctx, q, b, err)
	case errors.As(err, &e) && slices.Contains(staleCodes, Code(e.Code)):
		c.connector.habits.set(q.habitKey(), habit{})
		if c.tx.Load() == nil { // and nothing was aborted by it
			return c.queryRowsOf(ctx, q, b)
		}
	}
	return nil, err
}

// staleCodes are the errors of a statement that does not fit its tables.
var staleCodes = []Code{InvalidColumnReference, UndefinedColumn, UndefinedTable, UndefinedFunction, DatatypeMismatch}
