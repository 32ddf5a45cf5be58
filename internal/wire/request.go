package wire

// ExecuteRequest is the request of ExecuteStatement. Zero values are absent
// members, except that a non-nil empty Parameters is an empty list.
type ExecuteRequest struct {
	ResourceARN           string
	SecretARN             string
	SQL                   string
	Database              string
	Schema                string
	Parameters            []Parameter
	TransactionID         string
	IncludeResultMetadata bool
	ContinueAfterTimeout  bool
	ResultSetOptions      ResultSetOptions
	FormatRecordsAs       RecordsFormat
}

// BatchRequest is the request of BatchExecuteStatement.
type BatchRequest struct {
	ResourceARN   string
	SecretARN     string
	SQL           string
	Database      string
	Schema        string
	ParameterSets [][]Parameter
	TransactionID string
}

// BeginRequest is the request of BeginTransaction.
type BeginRequest struct {
	ResourceARN string
	SecretARN   string
	Database    string
	Schema      string
}

// CommitRequest is the request of CommitTransaction.
type CommitRequest struct {
	ResourceARN   string
	SecretARN     string
	TransactionID string
}

// RollbackRequest is the request of RollbackTransaction.
type RollbackRequest struct {
	ResourceARN   string
	SecretARN     string
	TransactionID string
}

// Parameter is one SqlParameter: a value for the placeholder :Name.
type Parameter struct {
	// Name is the placeholder's name without its colon.
	Name string
	// Value is the value; the zero Field is an absent one.
	Value Field
	// TypeHint makes a string value something more special than text.
	TypeHint TypeHint
}

// TypeHint tells the service which type a string parameter has.
type TypeHint string

// The type hints and the formats they ask for (F0034).
const (
	HintDate      TypeHint = "DATE"      // YYYY-MM-DD
	HintDecimal   TypeHint = "DECIMAL"   // a decimal literal
	HintJSON      TypeHint = "JSON"      // JSON text
	HintTime      TypeHint = "TIME"      // HH:MM:SS[.FFF]
	HintTimestamp TypeHint = "TIMESTAMP" // YYYY-MM-DD HH:MM:SS[.FFF]
	HintUUID      TypeHint = "UUID"      // canonical UUID text
)

// ResultSetOptions changes how numbers are returned. The empty string is the
// service's default, DecimalString and LongLong.
type ResultSetOptions struct {
	DecimalReturnType DecimalReturnType
	LongReturnType    LongReturnType
}

// DecimalReturnType says how DECIMAL values are returned.
type DecimalReturnType string

// LongReturnType says how integers are returned.
type LongReturnType string

// RecordsFormat says how the rows of a result are returned.
type RecordsFormat string

// The values of the request's enumerations.
const (
	DecimalString       DecimalReturnType = "STRING"
	DecimalDoubleOrLong DecimalReturnType = "DOUBLE_OR_LONG"

	LongLong   LongReturnType = "LONG"
	LongString LongReturnType = "STRING"

	RecordsNone RecordsFormat = "NONE"
	RecordsJSON RecordsFormat = "JSON"
)
