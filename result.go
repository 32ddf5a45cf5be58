package auroradataapi

import (
	"database/sql/driver"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// result is the outcome of a statement that was executed for its effect.
type result struct {
	dialect   *dialect.Dialect
	affected  int64
	generated []wire.Field
}

var _ driver.Result = (*result)(nil)

// notCounted stands for a number of rows that the service does not tell.
const notCounted = -1

// RowsAffected returns the number of rows that the statement changed.
func (r *result) RowsAffected() (int64, error) {
	if r.affected == notCounted {
		return 0, errorf("RowsAffected: the Data API does not tell it of a batch, and of a statement that took longer than the service waits")
	}
	return r.affected, nil
}

// LastInsertId returns the first generated key; MySQL only (F0041).
func (r *result) LastInsertId() (int64, error) {
	switch {
	case !r.dialect.GeneratedKeys:
		return 0, errorf("LastInsertId: %s does not report generated keys; use INSERT … RETURNING with a query", r.dialect)
	case len(r.generated) == 0:
		return 0, nil // what MySQL itself says of a statement that generated none
	case r.generated[0].Kind() != wire.KindLong:
		return 0, errorf("LastInsertId: the generated key is a %s, not an integer", r.generated[0].Kind())
	}
	return r.generated[0].Long(), nil
}
