// Package oteldataapi makes OpenTelemetry spans and metrics of the calls that
// the driver auroradataapi makes. It is a module of its own, so that programs
// without OpenTelemetry do not depend on it.
//
//	tracer, err := oteldataapi.New()
//	…
//	cfg.Tracer = tracer // of an auroradataapi.Config
//
// Names follow the semantic conventions for SQL databases.
//
// # Spans
//
// Each call of the Data API is a client span below the one in the context that
// the program gives to database/sql. It is named like SELECT mydb, or BEGIN mydb.
//
//	db.system.name             postgresql or mysql
//	db.namespace               the database of the Config
//	db.operation.name          the first word of the statement; BEGIN, COMMIT, ROLLBACK; BATCH INSERT
//	db.operation.batch.size    of a batch of two and more
//	db.query.text              see WithStatements
//	db.response.returned_rows  the rows in the answer
//	db.response.status_code    the SQLSTATE, or MySQL's error number
//	error.type                 the same, else see below
//	aws.request_id             the id that AWS gave to the last answer
//
// and, outside of the conventions
//
//	auroradataapi.operation       the operation, such as ExecuteStatement
//	auroradataapi.kind            what the call is for, unless it is a statement of the program
//	auroradataapi.attempts        attempts, if there were several
//	auroradataapi.waited          seconds between attempts
//	auroradataapi.sent.size       bytes of the requests' bodies
//	auroradataapi.received.size   bytes of the answers' bodies
//
// Where the database gave no code, error.type is rolled_back for a commit that
// found a failed transaction, timeout or canceled if the context ended, the
// service's name of the error, such as ThrottlingException, outcome_unknown if
// the answer was lost, not_executed if the call did not arrive, else _OTHER.
//
// An attempt that is followed by another one is an event, auroradataapi.retry,
// with the reason, its number and the pause behind it in seconds.
//
// # Metrics
//
//	db.client.operation.duration       seconds
//	db.client.response.returned_rows   rows, of calls that run a statement
//
// with db.system.name, db.namespace, db.operation.name, and of calls that failed
// db.response.status_code and error.type.
package oteldataapi
