package auroradataapi

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// copyKey looks for a unique index on the key, where the database would go by any
// other, or by none. An index that allows NULL will do, as on PostgreSQL: a row
// with NULL in its key is like no other.
func (c *Conn) copyKey(ctx context.Context, t *tx, s dialect.Copy, params []wire.Parameter) error {
	sql := c.dialect.UniqueIndexes()
	if sql == "" || s.Mode != dialect.CopyIgnore && s.Mode != dialect.CopyUpsert {
		return nil
	}
	var indexes []dialect.UniqueIndex
	err := c.copyAsk(ctx, t, "the unique indexes of the table "+s.Table, sql, params, func(row []wire.Field) (ok bool) {
		indexes, ok = dialect.ReadIndex(indexes, row)
		return ok
	})
	if err != nil {
		return err
	}
	has := "it has none (if it is a view, name the table below it)"
	for i, index := range indexes {
		if index.On(s.Key) {
			return nil
		}
		if i == 0 {
			has = "it has " + index.String()
			continue
		}
		has += ", " + index.String()
	}
	return errorf("CopyFrom: the table %s has no unique index on just the Key (%s); %s. Choose the columns of one, or create it (%w)",
		s.Table, strings.Join(s.Key, ", "), has, InvalidColumnReference)
}

// metOtherKey says of an error what MySQL does not: that a row met another by a
// unique index that is not on the key.
func metOtherKey(err error) error {
	var e *Error
	if !errors.As(err, &e) || !dialect.MetOtherKey(e.Number, e.Message) {
		return err
	}
	return fmt.Errorf("a row with another Key has the same values in another unique index (%w): %w", UniqueViolation, err)
}
