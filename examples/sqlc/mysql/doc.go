// Package mysql is what sqlc generates for MySQL.
package mysql
