package wire

// DatabaseError is what a database said, as the service carries it in the
// message of a DatabaseErrorException. Format and ParseDatabaseError are the
// two directions of that text.
type DatabaseError struct {
	Severity string // ERROR, FATAL, … ; empty for MySQL
	Message  string
	Detail   string
	Hint     string
	// Position counts characters of the statement, from 1; zero is absent.
	Position int
	// Number is MySQL's error number; zero is absent.
	Number int
	// SQLState is the five characters of the SQLSTATE; empty when the text had
	// none, as the service's catch-all text does (F0051).
	SQLState string
}
