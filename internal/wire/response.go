package wire

// ExecuteResponse is the answer to ExecuteStatement.
type ExecuteResponse struct {
	// Records holds the rows; nil when the statement returned none at all,
	// which is not the same as an empty result.
	Records *Records
	// ColumnMetadata describes the columns if the request asked for it. It is
	// nil for a statement that does not return rows (F0040).
	ColumnMetadata []ColumnMetadata
	// NumberOfRecordsUpdated counts the rows changed by the statement.
	NumberOfRecordsUpdated int64
	// GeneratedFields holds generated keys; only MySQL has any (F0041).
	GeneratedFields []Field
	// FormattedRecords is the result as one JSON array, in place of Records,
	// if the request asked for RecordsJSON. Nil is absent.
	FormattedRecords *string
}

// BatchResponse is the answer to BatchExecuteStatement.
type BatchResponse struct {
	// UpdateResults has one element for each parameter set.
	UpdateResults []UpdateResult
}

// UpdateResult is the outcome of one parameter set of a batch.
type UpdateResult struct {
	GeneratedFields []Field
}

// BeginResponse is the answer to BeginTransaction.
type BeginResponse struct {
	TransactionID string
}

// CommitResponse is the answer to CommitTransaction.
type CommitResponse struct {
	TransactionStatus string
}

// RollbackResponse is the answer to RollbackTransaction.
type RollbackResponse struct {
	TransactionStatus string
}

// The transaction states that the service reports (F0042).
const (
	StatusCommitted  = "Transaction Committed"
	StatusRolledBack = "Rollback Complete"
)

// ColumnMetadata describes one column of a result, by the service's names.
type ColumnMetadata struct {
	Label               string
	Name                string
	TypeName            string
	Type                int // a java.sql.Types code (F0043)
	Precision           int
	Scale               int
	Nullable            int // one of NullableNo, NullableYes, NullableUnknown
	SchemaName          string
	TableName           string
	ArrayBaseColumnType int
	IsAutoIncrement     bool
	IsCaseSensitive     bool
	IsCurrency          bool
	IsSigned            bool
}

// The values of ColumnMetadata.Nullable (F0044).
const (
	NullableNo      = 0
	NullableYes     = 1
	NullableUnknown = 2
)
