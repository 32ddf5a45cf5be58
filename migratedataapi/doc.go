// Package migratedataapi lets golang-migrate migrate Aurora over the RDS Data API.
// Import it for its effect, and give migrate the data source name of the driver:
//
//	import _ "github.com/auroradataapi/auroradataapi/migratedataapi"
//
//	m, err := migrate.New("file://migrations",
//		"postgresql+auroradataapi://:@/mydb?aurora_cluster_arn=arn:aws:rds:…&secret_arn=arn:aws:secretsmanager:…")
//
// or New an [auroradataapi.Config].
//
// # What a file may hold
//
// Any number of statements, split where psql or mysql would split them, bodies of
// functions and DELIMITER included. On PostgreSQL a file of several is one
// transaction, as it is with migrate's own drivers for PostgreSQL, unless it has
// BEGIN and COMMIT of its own. A statement that cannot be in a transaction, such as
// CREATE INDEX CONCURRENTLY, goes into a file by itself. MySQL commits each change
// of the schema by itself. The parameter multi_statements changes that for all
// files.
//
// A statement that takes longer than the 45 seconds of the service goes on, and is
// waited for, unless the data source name says continue_after_timeout=false.
//
// # What is locked
//
// The lease "migrate/" and the name of the table of versions, in the table
// auroradataapi_lease (package lease), since a lock of a session would not last. A
// migration whose lease is lost is stopped, and cannot write its version.
//
// # What it leaves when a call fails
//
// The table of versions is that of migrate's own drivers, schema_migrations with
// version and dirty, and can be taken over from them. The version is written again
// until it is known to be there. When a statement fails, or its answer is lost and
// nobody knows whether it was executed, the version stays dirty: look, and Force
// the one that is true.
//
// # Parameters
//
//	x-migrations-table    the table of versions, schema_migrations
//	x-lock-timeout        how long to wait for the lease of others, 10s
//	x-lease-table         the table of leases, auroradataapi_lease
//	x-lease-ttl           how long a lease outlives a program that died, 30s
//
// All others are those of the data source name.
package migratedataapi
