// Package sqlxexample opens sqlx over the driver. Its tests run what sqlx does
// against both engines.
package sqlxexample

import (
	"github.com/jmoiron/sqlx"

	"github.com/auroradataapi/auroradataapi"
)

// sqlx goes by the driver's name to know how placeholders are written. It knows
// those of other drivers, and is told of these once for the program.
func init() {
	sqlx.BindDriver(auroradataapi.DriverNamePostgreSQL, sqlx.DOLLAR)
	sqlx.BindDriver(auroradataapi.DriverNameMySQL, sqlx.QUESTION)
}

// Open returns sqlx over the engine "postgresql" or "mysql".
func Open(engine, dsn string) (*sqlx.DB, error) {
	name := auroradataapi.DriverNamePostgreSQL
	if engine == "mysql" {
		name = auroradataapi.DriverNameMySQL
	}
	return sqlx.Open(name, dsn)
}
