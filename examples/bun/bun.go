// Package bunexample opens bun over the driver. Its tests run what bun does
// against both engines.
package bunexample

import (
	"database/sql"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/mysqldialect"
	"github.com/uptrace/bun/dialect/pgdialect"
)

// OpenPostgreSQL returns bun over a database that was opened with the driver.
func OpenPostgreSQL(db *sql.DB) *bun.DB {
	return bun.NewDB(db, pgdialect.New())
}

// OpenMySQL is the same for MySQL. bun writes times into statements as the clock of
// their zone shows them, and the driver reads them as UTC.
func OpenMySQL(db *sql.DB) *bun.DB {
	return bun.NewDB(db, mysqldialect.New(mysqldialect.WithTimeLocation("UTC")))
}
