// Package postgresql is what sqlc generates for PostgreSQL.
package postgresql
