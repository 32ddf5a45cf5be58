// Package wire is the Data API itself: its five operations, the values and
// errors they carry, their limits and their JSON, in both directions.
//
// The AWS client (internal/awsapi) implements API by sending requests, the
// local server (server) by running them against a database. Handler turns any
// API into the HTTP service. Nothing here knows AWS credentials, PostgreSQL or
// MySQL, and nothing outside the standard library is imported.
//
// Facts about the service are cited by number (F0001 …); docs/facts.md lists
// each with its source and confidence.
package wire

import "context"

// API is the RDS Data API. Member and operation names are those of the service
// model (rds-data 2018-08-01).
//
// An implementation MUST be safe for concurrent use, MUST honour the context,
// and MUST return a *Error, possibly wrapped, for whatever the service refused
// or failed. Any other error means that no answer of the service was received.
// A request MUST NOT be changed or kept after the call returns.
type API interface {
	// ExecuteStatement runs one SQL statement.
	ExecuteStatement(context.Context, *ExecuteRequest) (*ExecuteResponse, error)
	// BatchExecuteStatement runs one SQL statement once for each parameter set.
	BatchExecuteStatement(context.Context, *BatchRequest) (*BatchResponse, error)
	// BeginTransaction opens a transaction and returns its id.
	BeginTransaction(context.Context, *BeginRequest) (*BeginResponse, error)
	// CommitTransaction ends a transaction and keeps its changes.
	CommitTransaction(context.Context, *CommitRequest) (*CommitResponse, error)
	// RollbackTransaction ends a transaction and drops its changes.
	RollbackTransaction(context.Context, *RollbackRequest) (*RollbackResponse, error)
}

// Operation names one of the five operations.
type Operation string

// The operations, by the names the service model gives them.
const (
	ExecuteStatement      Operation = "ExecuteStatement"
	BatchExecuteStatement Operation = "BatchExecuteStatement"
	BeginTransaction      Operation = "BeginTransaction"
	CommitTransaction     Operation = "CommitTransaction"
	RollbackTransaction   Operation = "RollbackTransaction"
)

// Path returns the URL path that the operation is posted to (F0001).
func (op Operation) Path() string {
	switch op {
	case ExecuteStatement:
		return "/Execute"
	case BatchExecuteStatement:
		return "/BatchExecute"
	default:
		return "/" + string(op)
	}
}
