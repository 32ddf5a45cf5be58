package ent

import (
	"database/sql"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
)

// OpenDB returns a client over a database that was opened with the driver. engine
// is "postgresql" or "mysql".
func OpenDB(engine string, db *sql.DB) *Client {
	name := dialect.Postgres
	if engine == "mysql" {
		name = dialect.MySQL
	}
	return NewClient(Driver(entsql.OpenDB(name, db)))
}
