package wire

import "time"

// The service's limits. The server refuses what passes them; the driver stays
// below them.
const (
	// MaxRequestBytes is the size of a whole request, headers and JSON
	// punctuation included (F0010).
	MaxRequestBytes = 4 << 20
	// MaxSQLChars is the length of a statement in characters (F0011).
	MaxSQLChars = 65_536
	// MaxResultBytes is the size of a result as ResultRowBytes counts it (F0012).
	MaxResultBytes = 1 << 20
	// MaxFormattedBytes is the size of a result formatted as JSON (F0013).
	MaxFormattedBytes = 10 << 20
	// MinARNChars and MaxARNChars bound resourceArn and secretArn (F0014).
	MinARNChars, MaxARNChars = 11, 100
	// MaxNameChars bounds database and schema (F0014).
	MaxNameChars = 64
	// MaxTransactionIDChars bounds transactionId (F0014).
	MaxTransactionIDChars = 192

	// StatementTimeout is how long a statement may run (F0015).
	StatementTimeout = 45 * time.Second
	// TransactionIdleTimeout is how long a transaction lives without a call (F0016).
	TransactionIdleTimeout = 3 * time.Minute
	// TransactionMaxAge is how long a transaction lives at most (F0017).
	TransactionMaxAge = 24 * time.Hour
)

// ResultRowBytes returns what a row counts towards MaxResultBytes, given its
// number of columns and the octets of their values in the database's text form
// (F0012).
func ResultRowBytes(columns, octets int) int { return 2 + 4*columns + octets }
