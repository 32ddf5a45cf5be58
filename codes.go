package auroradataapi

// Code is an SQLSTATE that is an error, so that errors.Is finds it:
//
//	if errors.Is(err, auroradataapi.UniqueViolation) { … }
//
// MySQL has fewer SQLSTATEs than error numbers, one for all broken constraints,
// for one. Its errors match both their own SQLSTATE and the finer one of
// PostgreSQL that means the same as the number.
type Code string

// The SQLSTATEs that programs look for. Any other is Code("…").
const (
	StringDataRightTruncation Code = "22001"
	NumericValueOutOfRange    Code = "22003"
	NotNullViolation          Code = "23502"
	ForeignKeyViolation       Code = "23503"
	UniqueViolation           Code = "23505"
	CheckViolation            Code = "23514"
	ExclusionViolation        Code = "23P01"
	InvalidPassword           Code = "28P01"
	UndefinedDatabase         Code = "3D000"
	SerializationFailure      Code = "40001"
	DeadlockDetected          Code = "40P01"
	FailedTransaction         Code = "25P02"
	ReadOnlyTransaction       Code = "25006"
	SyntaxError               Code = "42601"
	InsufficientPrivilege     Code = "42501"
	UndefinedColumn           Code = "42703"
	UndefinedFunction         Code = "42883"
	UndefinedTable            Code = "42P01"
	DuplicateTable            Code = "42P07"
	InvalidColumnReference    Code = "42P10"
	DatatypeMismatch          Code = "42804"
	TooManyConnections        Code = "53300"
	LockNotAvailable          Code = "55P03"
	QueryCanceled             Code = "57014"
)

// Error returns the code.
func (c Code) Error() string { return "SQLSTATE " + string(c) }

// Class returns the class that the code belongs to.
func (c Code) Class() Class { return Class(c[:min(2, len(c))]) }

// Class is the first two characters of SQLSTATEs of one kind. It is an error
// like Code:
//
//	if errors.Is(err, auroradataapi.TransactionRollback) { … } // once more, from Begin
type Class string

// The classes that programs look for. Any other is Class("…").
const (
	DataException                Class = "22"
	IntegrityConstraintViolation Class = "23"
	TransactionRollback          Class = "40" // serialization failures and deadlocks
)

// Error returns the class.
func (c Class) Error() string { return "SQLSTATE class " + string(c) }

// mysqlCodes says what MySQL's numbers mean in PostgreSQL's finer codes.
var mysqlCodes = map[int]Code{
	1022: UniqueViolation,
	1040: TooManyConnections,
	1044: InsufficientPrivilege,
	1045: InvalidPassword,
	1048: NotNullViolation,
	1049: UndefinedDatabase,
	1050: DuplicateTable,
	1054: UndefinedColumn,
	1062: UniqueViolation,
	1064: SyntaxError,
	1142: InsufficientPrivilege,
	1146: UndefinedTable,
	1203: TooManyConnections,
	1205: LockNotAvailable,
	1213: DeadlockDetected,
	1216: ForeignKeyViolation,
	1217: ForeignKeyViolation,
	1305: UndefinedFunction,
	1226: TooManyConnections,
	1317: QueryCanceled,
	1364: NotNullViolation, // no value and no default
	1451: ForeignKeyViolation,
	1452: ForeignKeyViolation,
	1557: ForeignKeyViolation,
	1586: UniqueViolation,
	1792: ReadOnlyTransaction,
	3572: LockNotAvailable,
	3819: CheckViolation,
	4025: CheckViolation, // MariaDB's
}

// is reports whether one of the error's codes is what is looked for.
func (e *Error) is(wanted func(Code) bool) bool {
	return wanted(Code(e.Code)) || wanted(mysqlCodes[e.Number])
}
