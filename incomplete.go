package auroradataapi

import "fmt"

// IncompleteError is a statement whose rows did not all arrive. errors.As finds
// the cause in it.
type IncompleteError struct {
	// Rows is the number of rows that were delivered.
	Rows int
	// Applied says that the statement was executed and what it changed, or a
	// function that it calls, is in force, or will be when the caller's transaction
	// commits. Running it again would change it twice. It is false for a query that
	// calls no functions but well-known ones of the database; those that it uses
	// without naming them, such as by a policy, are not seen.
	Applied bool

	err error
}

// Error says how many rows were delivered and why not more.
func (e *IncompleteError) Error() string {
	if e.Applied {
		return fmt.Sprintf("auroradataapi: the statement was executed and its changes apply, but its result was not delivered (%d rows were): %v", e.Rows, e.err)
	}
	return fmt.Sprintf("auroradataapi: the result is incomplete, %d rows were delivered: %v", e.Rows, e.err)
}

// Unwrap returns the cause.
func (e *IncompleteError) Unwrap() error { return e.err }

// SafeToRetry returns whether running the statement again cannot do anything
// twice: it is false.
func (e *IncompleteError) SafeToRetry() bool { return false }

// incomplete says how many rows were delivered before an error, if any were.
func incomplete(rows int, err error) error {
	if rows == 0 {
		return err
	}
	return &IncompleteError{Rows: rows, err: err}
}
