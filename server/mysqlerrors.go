package server

import (
	"errors"
	"slices"

	"github.com/go-sql-driver/mysql"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// Error numbers that matter to the choice of an answer.
const (
	numTooManyConnections = 1040
	numShutdown           = 1053
	numTooManyOfUser      = 1203
	numWrongArguments     = 1210
	numDeadlock           = 1213
	numUserLimit          = 1226
	numUnpreparable       = 1295
	numInterrupted        = 1317
	numKilled             = 1927 // MariaDB; the connection ends
	numSessionKilled      = 3169
	numDisconnected       = 4031
)

// errWrongArguments is what MySQL says of an execution with too few values: a
// question mark of the caller's is a placeholder to MySQL and has none (F0259).
func errWrongArguments() error {
	return &mysql.MySQLError{Number: numWrongArguments, SQLState: [5]byte([]byte("HY000")),
		Message: "Incorrect arguments to mysqld_stmt_execute"}
}

// mysqlNumber returns MySQL's number of an error, or zero.
func mysqlNumber(err error) int {
	var my *mysql.MySQLError
	if !errors.As(err, &my) {
		return 0
	}
	return int(my.Number)
}

// mysqlCrowded reports whether a connection failed for want of room.
func mysqlCrowded(err error) bool {
	return slices.Contains([]int{numTooManyConnections, numTooManyOfUser, numUserLimit}, mysqlNumber(err))
}

// mysqlEnded reports whether an error is the last that a connection says.
func mysqlEnded(err error) bool {
	return slices.Contains([]int{numShutdown, numKilled, numSessionKilled, numDisconnected}, mysqlNumber(err))
}

// mysqlCancelled reports whether MySQL's reason for an error is a cancellation;
// ok is false for an error that is not MySQL's.
func mysqlCancelled(err error) (cancelled, ok bool) {
	n := mysqlNumber(err)
	return n == numInterrupted, n != 0
}

// mysqlConnectError returns the service's answer to a connection that could not
// be made.
func mysqlConnectError(err error) error {
	if n := mysqlNumber(err); n == 0 || n == numShutdown {
		if ctxErr := contextError(err); ctxErr != nil {
			return ctxErr
		}
		return unavailable("the database cannot be reached: %v", err)
	}
	return mysqlError(err)
}

// mysqlExecuteError returns the service's answer to a statement that failed.
func mysqlExecuteError(err error) error {
	var known *wire.Error
	if errors.As(err, &known) {
		return err
	}
	if mysqlNumber(err) == 0 {
		if ctxErr := contextError(err); ctxErr != nil {
			return ctxErr
		}
		return unavailable("the connection to the database was lost: %v", err)
	}
	return mysqlError(err)
}

// mysqlError takes over what MySQL says (F0054, F0240).
func mysqlError(err error) error {
	var my *mysql.MySQLError
	errors.As(err, &my)
	e := &wire.DatabaseError{Message: my.Message, Number: int(my.Number), SQLState: "HY000"}
	if my.SQLState != [5]byte{} {
		e.SQLState = string(my.SQLState[:])
	}
	return asServiceError(e, err)
}
