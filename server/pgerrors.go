package server

import (
	"errors"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// positionOfSource says that Position counts in the statement as it was
// received, not in the one that the database is sent. A choice (F0231).
const positionOfSource = true

// SQLSTATEs that matter to the choice of an answer.
const (
	stateInvalidCatalog    = "3D000" // the database does not exist
	stateProtocolViolation = "08P01"
	stateTooManyClients    = "53300"
	stateCancelled         = "57014"
	stateCannotConnect     = "57P03" // starting up, shutting down
)

// connectError returns the service's answer to a connection that could not be
// made.
func connectError(err error) error {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		if ctxErr := contextError(err); ctxErr != nil {
			return ctxErr
		}
		return unavailable("the database cannot be reached: %v", err)
	}
	if pg.Code == stateCannotConnect {
		return unavailable("%s", pg.Message)
	}
	e := databaseError(pg)
	if pg.Code == stateInvalidCatalog {
		e.Severity = "ERROR" // the service says so, where the database says FATAL
	}
	return asServiceError(e, pg)
}

// executeError returns the service's answer to a statement that failed.
func executeError(err error, sql dialect.Engine) error {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		if ctxErr := contextError(err); ctxErr != nil {
			return ctxErr
		}
		return unavailable("the connection to the database was lost: %v", err)
	}
	e := databaseError(pg)
	if e.Position > 0 && positionOfSource {
		e.Position = sql.SourceOffset(e.Position)
	}
	return asServiceError(e, pg)
}

// databaseError takes over what the service passes on: no detail and no
// context.
func databaseError(pg *pgconn.PgError) *wire.DatabaseError {
	return &wire.DatabaseError{
		Severity: pg.SeverityUnlocalized,
		Message:  pg.Message,
		Hint:     pg.Hint,
		Position: int(pg.Position),
		SQLState: pg.Code,
	}
}

// pgCancelled reports whether PostgreSQL's reason for an error is a cancellation;
// ok is false for an error that is not PostgreSQL's.
func pgCancelled(err error) (cancelled, ok bool) {
	var pg *pgconn.PgError
	ok = errors.As(err, &pg)
	return ok && pg.Code == stateCancelled, ok
}
