// Package ent is generated from the package schema, by go generate. Its tests run
// what ent does against both engines. go mod tidy takes out what only the generator
// needs.
package ent

//go:generate go run -mod=mod entgo.io/ent/cmd/ent generate --feature sql/upsert,sql/lock,sql/modifier ./schema
