// Package auroradataapi is a database/sql driver for Aurora PostgreSQL and
// Aurora MySQL over the RDS Data API: SQL over signed HTTPS, without a VPC, an
// open port or a connection pool.
//
// # How do I open a database?
//
// By a data source name, which is the URI of the Python and Superset world:
//
//	db, err := sql.Open("auroradataapi",
//		"postgresql+auroradataapi://:@/mydb?aurora_cluster_arn=arn:aws:rds:…&secret_arn=arn:aws:secretsmanager:…")
//
// Use mysql+auroradataapi for MySQL, or auroradataapi with engine=mysql. Where
// a library goes by the driver's name, open DriverNamePostgreSQL or
// DriverNameMySQL. AWS credentials come from the default chain (environment,
// shared files, Lambda, containers, instances), or from the URI's user and
// password, or from its profile; role_arn names a role to assume with them.
// What is left out of the URI comes from AURORA_CLUSTER_ARN, AURORA_SECRET_ARN
// and AURORA_DATABASE. ParseDSN lists the rules, NewConnector takes a Config
// instead of a text, and with it an aws.Config, an HTTP client or a client of
// the AWS SDK of yours. Opening sends nothing.
//
// # How do I query?
//
// As with any driver: Query, QueryRow, Exec, Prepare, in transactions or not. Each
// statement is one signed HTTPS request, about 17 ms within the region (F0095), so
// that few large statements are better than many small ones. Prepare sends nothing: the
// service has no prepared statements. The end of a loop over rows has to look at
// rows.Err, which is where a result that broke off shows.
//
// # How do I write parameters?
//
// As you are used to: $1, $2 for PostgreSQL, ? for either engine, or :name with
// sql.Named arguments. The statement is read by a real lexer, so whatever stands
// in strings, comments, casts, slices and dollar quotes is left alone. Where an
// operator of PostgreSQL is a lone question mark, use $1; among placeholders
// that are question marks, and only there, the operator is written ??.
//
// # What is sent for a Go value?
//
//	Go                        PostgreSQL           MySQL
//	nil, a nil pointer        NULL                 NULL
//	int64, int, uint8, …      int8                 an integer
//	uint64 above int64        numeric              BIGINT UNSIGNED
//	float64, float32          float8               a double, neither NaN nor Inf
//	bool                      bool                 0 or 1
//	string                    text                 text
//	[]byte, [n]byte           bytea                bytes
//	time.Time                 timestamp, the instant in UTC with microseconds
//	[16]byte, as uuid.UUID    uuid                 what Value returns
//	json.RawMessage           jsonb                text
//	*big.Int                  numeric              a decimal
//	netip.Addr, net.IP, …     inet                 text
//	[]T, [n]T                 T[]                  an error
//	JSON                      jsonb                text
//	UUID                      uuid                 text
//	Decimal                   numeric              a decimal
//	Date, Time, Timestamp     the wall clock, without the zone
//	driver.Valuer, pointer,   what is in it
//	sql.Null, named type
//
// A nil slice is NULL. A map or a struct goes by the wrapper JSON or by a Value
// method. A type of 16 bytes is a UUID on PostgreSQL even if it has a Value
// method, because what that returns is mostly a text.
//
// On PostgreSQL that is what counts where nothing else tells the type. The driver
// asks PostgreSQL which types a statement's parameters have, as pgx does, and
// sends the arguments as those: a string for a uuid, an enum or an interval, a map
// for a jsonb column, a time.Time for a date, which is then what its own zone
// shows. The look of a string is never taken for its type. To ask takes a call the
// first time that a statement is seen, in a transaction two; where all arguments
// are integers, booleans or UUIDs, or texts with a cast, as $1::uuid, none. The
// answers are remembered, and forgotten when the schema is seen to change.
// docs/parameters.md shows what differs from pgx.
//
// MySQL converts by itself, but makes neither JSON of bytes nor a text of another
// character set than UTF-8. Bytes that are UTF-8 are sent as a text where a function of
// JSON has them, and where an INSERT, REPLACE or UPDATE of one table writes them, as
// they are, into such a column: MySQL is asked for the columns, by a call the first time
// that bytes are written into a table, and again after the schema was seen to change.
// Elsewhere, as in an expression, a condition or an argument of CALL, bytes stay bytes.
//
// The parameter params chooses: infer, which is this; bind, by which the service
// gives each parameter the type of the table, so that a string for a uuid needs a
// cast; and literal, by which the values are written into the statement, where the
// database's log shows them.
//
// # What do I get for a column?
//
//	smallint, integer, bigint, oid  int64
//	real, double precision          float64
//	numeric                         string, exact
//	boolean                         bool
//	text, varchar, char, enum, uuid string
//	bytea                           []byte
//	json, jsonb                     []byte
//	date, timestamp, timestamptz    time.Time in UTC
//	time, inet, cidr, ranges        string
//	arrays                          string in PostgreSQL's form, {1,NULL,"a b"}
//
// and of MySQL
//
//	all integers, YEAR              int64; above its range uint64
//	BOOLEAN, TINYINT(1), BIT(1)     int64, 0 or 1
//	FLOAT, DOUBLE                   float64
//	DECIMAL                         []byte, exact
//	CHAR, TEXT, ENUM, SET, TIME     []byte
//	BINARY, BLOB, BIT of more bits  []byte
//	JSON                            []byte
//	DATE, DATETIME, TIMESTAMP       time.Time in UTC
//
// These are the values that pgx/stdlib and go-sql-driver/mysql hand out, so that
// they scan into what they did there. docs/types.md has every type and what it
// scans into, docs/parity.md every difference.
//
// A value that cannot be converted is an error that names its row and column.
//
// # How do I pass a time, or read one?
//
// As a time.Time. Where PostgreSQL expects a timestamptz it is the instant; where
// it expects a timestamp, a date or a time, it is what the time.Time shows in its own
// zone, as with pgx. Where nothing tells the type, as with params=bind and on MySQL,
// it is the instant in UTC, as a timestamp. Date, Time and Timestamp are what a
// calendar or a clock on the wall shows, in any case. Microseconds are kept, what is
// finer is cut off. A time.Duration is an interval where PostgreSQL expects one.
//
// What is read is an instant, in UTC or the zone of time_zone, for timestamptz and
// TIMESTAMP; and the same figures in UTC for what belongs to no zone.
//
// # How do I pass a list, or read one?
//
// On PostgreSQL a slice is an array: "SELECT … WHERE id = ANY($1)" with []int64.
// Elements that may be NULL are pointers or sql.Null, slices of slices are arrays
// of two dimensions. Array reads one:
//
//	var tags auroradataapi.Array[string]
//	err := row.Scan(&tags)
//
// pq.Array and its like do as well. MySQL has no arrays: write a placeholder for
// each element.
//
// # Which types does the service not return?
//
// interval, timetz, money, xml, "char", bit strings, macaddr, most ranges, the
// geometric types, composites, arrays of more than one dimension, and times that
// are infinite. Their values arrive as PostgreSQL's text all the same: a query
// that is refused for one is read again with those columns cast, if it cannot
// have written, which takes two or three more calls the first time and from then
// on none, or one where the statement has a *. An UPDATE with RETURNING of such a
// column is an *IncompleteError that says Applied the first time; cast the column
// to text in the statement.
//
// # How large may a result be?
//
// On PostgreSQL as large as you like, in bounded memory. The service's limit of
// 1 MiB stops the plain call; the driver then reads through a cursor in a
// transaction of its own, on one snapshot, the next page while you consume one,
// and rows of any length in pieces. In your own transaction it uses that, and has
// the query executed to its end before its first row, so that what you do in
// between does not change it. From then on it opens the cursor at once for that
// statement.
//
// Nothing that writes is run twice. If an INSERT with RETURNING, or a query that
// calls a function which writes, turns out too large, the error is an
// *IncompleteError that says Applied; the next time that statement is read in
// pages from the start, and executed once. Config.Paging set to PagingAlways has
// it so for the first time too. What it changed is committed with its last page,
// or when the rows are closed before that: look at the error of Close. A result
// that breaks off, such as by a transaction that expired, is an *IncompleteError
// with the number of rows that were delivered, and never just short.
//
// How it is done can be said in the data source name, in Config, and for one call
// by an Option:
//
//	paging=auto|always|off|table  Config.Paging      WithPaging
//	page_size=960000              Config.PageBytes   WithPageBytes   smaller: rows come sooner, by more calls
//	prefetch=on|off               Config.NoPrefetch  WithPrefetch    off: one page in memory, not two
//
// With paging off, a result above the limit, which the service's own text calls
// 1 MB, is ErrResultTooLarge: the statement was executed, and what an INSERT with
// RETURNING inserted is there. A JSONResult is not read in pages.
//
// On MySQL there are no cursors over the Data API. A SELECT from one table is read
// by the table's primary key, or another unique key without NULLs, whether it is
// among the columns or not: each page is a query for the rows behind those before,
// all on the snapshot of one REPEATABLE READ transaction; a row that is larger
// than the limit is read in pieces. Sorted by other columns than the key, each
// page has to sort anew and pass over the rows before it, which grows slow behind
// some dozens of pages: sort by the key if you can. What cannot be read so is an
// ErrCannotPage that says why: joins, groups, DISTINCT and unions, for example,
// and functions such as NOW, which differ from page to page (pass the time as an
// argument). Config.Paging set to PagingTable has such results put into a
// temporary table and read from there, but for those of functions which may write,
// by their declaration, in the query or in its views. What you change in a
// transaction while you read a large result in it ends the result with an
// *IncompleteError.
//
// # How do I load many rows?
//
// With CopyFrom, which has pgx's name and source of rows. Each call carries as
// many rows as fit 4 MiB, and the database takes them apart:
//
//	r, err := auroradataapi.CopyFrom(ctx, db, "orders", []string{"id", "note"},
//		auroradataapi.CopyRows(rows), auroradataapi.CopyOptions{})
//
// All rows are loaded or none, unless CopyOptions.PerCall is set. A row that the
// database refuses, or that cannot be sent, is named in the *CopyError, or given to
// OnBadRow and left out. A row of more than 4 MiB takes several calls, and is in the
// table whole or not at all.
// To find a bad row among n of a call takes about 2·log2(n) calls more, in a
// transaction 5·log2(n): load dirty data into a table of texts first, and clean it
// there by SQL.
//
// To go on after a *CopyError of a load with PerCall, load from a source without
// the rows of its Committed ranges, which are numbered from 1 in the order of the
// source, and with CopyIgnore or CopyUpsert if there are Unknown ones. Rows that
// OnBadRow was called for are not in Committed. A process that died leaves no
// ranges, and what Progress counts says how many rows are in, not which: load into
// a table with a key, and once more by CopyIgnore. docs/large.md has recipes, and
// the example CopyError (Resume) is one to run.
//
// # Is a connection a session?
//
// No. Each call outside of a transaction may meet another session of the
// service's pool; a transaction is a session. What would do nothing but change a
// session that nobody meets again, or ask for what was left in it, is refused there,
// with what to do instead: SET, LISTEN, PREPARE, temporary tables, session locks,
// SELECT lastval() and LAST_INSERT_ID(). A SET that makes no difference passes, as
// one of client_encoding does; what other functions do, set_config for one, is not
// seen. In a transaction of PostgreSQL write SET LOCAL. A SET without LOCAL,
// and any SET of MySQL, may outlast the transaction in a session that others get.
// The parameter session_statements=send sends all of it. Package lease has a lock
// that needs no session; docs/tools.md says what migration tools and others need.
//
// # How do I set search_path, a role, or anything else?
//
// On PostgreSQL, in this order of preference: in the database, by
//
//	ALTER ROLE app IN DATABASE shop SET search_path = app, public
//
// for the user of the secret, which costs nothing and holds from the next session
// of the service's on; in a transaction, by SET LOCAL; in the data source name, by
// search_path=app,public, role=reader or set.NAME=value for any other, which is
// Config.Settings. Each transaction is then given them by one call more, behind its
// isolation level, so that no SET TRANSACTION of yours can follow. Each statement
// outside of one is run in a transaction of its own, which makes four calls of one;
// if the answer to its commit is lost, the error is ErrCommitUnknown. What cannot
// run in a transaction takes the option WithoutSettings. Calls through Conn in the
// terms of the SDK do without the settings. That of the time zone has to stay UTC.
//
// On MySQL there is no such thing: a session keeps what it is given. Set sql_mode
// and its like in the cluster's parameter group, or for a statement by a hint,
// SELECT /*+ SET_VAR(sql_mode = '…') */. The time zone has to stay UTC.
//
// # What about transactions?
//
// BeginTx, Commit and Rollback use the operations of the Data API. SQL that would
// begin or end a transaction behind its back is refused, wherever in a text it
// stands: BEGIN, COMMIT, ROLLBACK, PREPARE TRANSACTION, and on MySQL SET
// autocommit, LOCK TABLES and XA. Savepoints are SQL. A script of several
// statements may have transactions of its own, see below.
//
// On PostgreSQL isolation levels and read-only take effect; SET TRANSACTION
// DEFERRABLE, for which database/sql has no word, can be the first statement
// where there are no settings. On
// MySQL the service begins each transaction read-write and with the default
// level of the database, and neither can be changed. So BeginTx asks whether the
// level is the one that is wanted, and fails if it is not, or for read-only. DDL
// commits a transaction of MySQL, here as with any driver.
//
// Commit returns nil only for what was committed. It rolls back and returns an
// error that is FailedTransaction, ErrTransactionRolledBack and the error of the
// statement that led there
//
//   - on PostgreSQL, after a statement that failed, unless ROLLBACK TO SAVEPOINT
//     has undone it;
//   - on MySQL, after a deadlock, in which the database has rolled all of the
//     transaction back, as innodb_rollback_on_timeout has it do after waiting
//     for a lock;
//   - when the answer to a statement was lost, or not waited for, so that
//     nobody knows whether it is part of the transaction.
//
// In the last two cases no further statement of the transaction is sent. Of a
// Commit whose own answer was lost, ErrCommitUnknown tells.
//
// Goroutines may share a transaction; its calls are made one after another. A
// transaction ends by itself when three minutes pass without a call.
//
// # How do I run a statement many times in few calls?
//
// By ExecBatch, on a sql.DB, Conn or Tx: one BatchExecuteStatement for as many
// sets of arguments as fit into 4 MiB. It returns the keys that MySQL generated,
// and says what of it is all or nothing.
//
// # How do I run a text of several statements, such as a migration?
//
// With multi_statements=true in the data source name, or Config.MultiStatements.
// Without, such a text is refused before it is sent. The text is split where
// psql or mysql would split it, around strings, comments, bodies of functions and
// DELIMITER, and each statement is a call of its own. BEGIN, COMMIT and ROLLBACK
// in it become the operations of the service; multi_statements=transaction makes
// one transaction of the whole text. Arguments go with a single statement only.
//
// Exec returns the result of the last statement. Query returns the rows of all
// that have some, one set behind the other, for NextResultSet. All statements are
// executed before it returns, whether or not you go on to their rows; so only
// those of the last one may pass 1 MiB or be of types that the service refuses.
// The first that fails ends it with a *ScriptError: which one, on which line, and
// how many took effect before.
//
// With continue_after_timeout=true a statement that takes longer than the 45
// seconds of the service goes on, and the driver waits for it. In a transaction of
// PostgreSQL, such as multi_statements=transaction makes, it learns whether the
// statement was successful; elsewhere the text ends there with ErrStatementTimeout.
//
// # How do I change a single call?
//
// By an Option among its arguments: JSONResult, ContinueAfterTimeout, Repeatable,
// Timeout, WithoutSettings; and WithPaging, WithPageBytes and WithPrefetch for how
// a large result is read.
//
// # How do I reach the Data API itself?
//
// The Raw method of a sql.Conn hands out a *Conn. It knows the id of its
// transaction, and makes calls in the terms of the AWS SDK: ExecuteStatement and
// BatchExecuteStatement.
//
// # What happens when a context ends?
//
// The call returns at once. A statement that may still run is stopped by another
// call, which finds it by the comment that statements with such a context begin
// with; it needs no right but that of a user to stop its own statements. The
// comment is the same for all statements of a connection. On MySQL a statement
// is stopped when it has run for a second. The parameter cancel=off does without
// all this.
//
// A transaction that is begun although its caller has gone is rolled back. So is
// one whose context ends; one of which only a statement was given up waits for
// Rollback. The Close of a sql.DB waits for what is left of this, a few seconds
// at most.
//
// # What do errors look like?
//
// A failed call of the Data API returns an *Error: the SQLSTATE, the place in
// the statement, the table, column and constraint as far as the message names
// them, the id of the AWS request, the number of attempts. Ask it by errors.Is.
// Codes and their classes are errors, on either engine:
//
//	if errors.Is(err, auroradataapi.UniqueViolation) { … }
//	if errors.Is(err, auroradataapi.IntegrityConstraintViolation) { … } // any of them
//
// and so is what goes wrong between the program and the database:
//
//	ErrOutcomeUnknown, ErrCommitUnknown
//	ErrTransactionNotFound, ErrTransactionBusy, ErrTransactionRolledBack
//	ErrDatabaseResuming, ErrThrottled, ErrStatementTimeout
//	ErrResultTooLarge, ErrCannotPage, ErrUnsupportedType, ErrAccessDenied
//
// Its text is that of pgx or of go-sql-driver/mysql, and errors.As finds their
// PgError and MySQLError in it, lib/pq's Error and the AWS SDK's own. GORM, ent
// and cockroach-go recognise it by its text, its JSON or its method SQLState.
// GORM's dialector for MySQL wants the very type of go-sql-driver; docs/tools.md
// has the few lines around it that do it.
//
// What is found wrong before anything is sent, such as a missing argument, is a
// plain error.
//
// # What is sent again?
//
// Only what certainly was not executed: a call that a paused cluster, a
// throttled account or an unreachable network turned away is repeated within
// the context's deadline, or Config.RetryBudget. When an answer is lost, the
// outcome of a statement or a commit is unknown; it is not sent again, and the
// error is ErrOutcomeUnknown. So
//
//	no error             executed once
//	SafeToRetry          not executed
//	ErrOutcomeUnknown    executed once or not at all; of a Commit, ErrCommitUnknown
//	*IncompleteError     executed, its rows not all delivered; Applied says whether it stays
//	ErrResultTooLarge,
//	ErrUnsupportedType   executed, its rows not delivered
//	any other            refused
//
// docs/retries.md has the whole contract: how often what is tried, and what to
// do after each error.
//
// # What is there to do in AWS Lambda?
//
// Make one sql.DB outside of the handler, and give the handler's context to every
// call. A process that was frozen opens a new connection when it thaws, before
// anything is lost over an old one; a transaction that was left open has expired
// by then, which is ErrTransactionNotFound. docs/lambda.md has more.
//
// # How do I see what it does?
//
// Config.Tracer is told of every call, with its duration, rows, bytes, attempts
// and waiting, and never with the value of a parameter. NewSlogTracer logs them,
// the module in oteldataapi makes OpenTelemetry spans and metrics of them.
// Connector.Stats counts in any case.
//
// # How do I test without AWS?
//
// Package dataapitest runs a local Data API over a real PostgreSQL or MySQL inside
// of go test:
//
//	db := dataapitest.Open(t)
//
// "auroradataapi serve" is the same for any language. Both lose answers, throttle
// and pause on demand, see docs/faults.md. The examples below that need a
// database run over it.
package auroradataapi
