// Package sqlc has the code that sqlc generates for both engines, and runs it. To
// generate it anew: go generate. To see whether it is current: the same command
// with diff instead of generate. .ci/run does not ask, because sqlc takes several
// minutes to build; that the code compiles and does what its queries say is tested.
package sqlc

//go:generate go run github.com/sqlc-dev/sqlc/cmd/sqlc@v1.31.1 generate
