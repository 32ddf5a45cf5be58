package auroradataapi

// Code is an SQLSTATE that is an error, so that errors.Is finds it:
//
//	if errors.Is(err, auroradataapi.UniqueViolation) { … }
//
// MySQL has one SQLSTATE, IntegrityViolation, for all broken constraints; its
// errors also match the code that says which.
type Code string

// The SQLSTATEs that programs look for. Any other is Code("…").
const (
	IntegrityViolation    Code = "23000"
	NotNullViolation      Code = "23502"
	ForeignKeyViolation   Code = "23503"
	UniqueViolation       Code = "23505"
	CheckViolation        Code = "23514"
	ExclusionViolation    Code = "23P01"
	InvalidPassword       Code = "28P01"
	UndefinedDatabase     Code = "3D000"
	SerializationFailure  Code = "40001"
	DeadlockDetected      Code = "40P01"
	FailedTransaction     Code = "25P02"
	ReadOnlyTransaction   Code = "25006"
	SyntaxError           Code = "42601"
	InsufficientPrivilege Code = "42501"
	UndefinedColumn       Code = "42703"
	UndefinedFunction     Code = "42883"
	UndefinedTable        Code = "42P01"
	DatatypeMismatch      Code = "42804"
	LockNotAvailable      Code = "55P03"
	QueryCanceled         Code = "57014"
)

// Error returns the code.
func (c Code) Error() string { return "SQLSTATE " + string(c) }

// mysqlCodes says what MySQL's numbers mean in PostgreSQL's finer codes.
var mysqlCodes = map[int]Code{
	1022: UniqueViolation,
	1044: InsufficientPrivilege,
	1045: InvalidPassword,
	1048: NotNullViolation,
	1049: UndefinedDatabase,
	1054: UndefinedColumn,
	1062: UniqueViolation,
	1064: SyntaxError,
	1142: InsufficientPrivilege,
	1146: UndefinedTable,
	1205: LockNotAvailable,
	1213: DeadlockDetected,
	1216: ForeignKeyViolation,
	1217: ForeignKeyViolation,
	1305: UndefinedFunction,
	1317: QueryCanceled,
	1451: ForeignKeyViolation,
	1452: ForeignKeyViolation,
	1557: ForeignKeyViolation,
	1586: UniqueViolation,
	1792: ReadOnlyTransaction,
	3572: LockNotAvailable,
	3819: CheckViolation,
	4025: CheckViolation, // MariaDB's
}

// Is reports whether the error has the SQLSTATE that target is.
func (e *Error) Is(target error) bool {
	code, ok := target.(Code)
	if !ok || code == "" {
		return false
	}
	return e.Code == string(code) || mysqlCodes[e.Number] == code
}
