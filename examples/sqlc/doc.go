// Package sqlc has the code that sqlc generates for both engines, and runs it. To
// generate it anew:
//
//	go run github.com/sqlc-dev/sqlc/cmd/sqlc@v1.31.1 generate
package sqlc
