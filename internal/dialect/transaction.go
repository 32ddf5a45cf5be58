package dialect

import (
	"database/sql"
	"fmt"
)

// SetTransaction returns the statement that gives an open transaction its
// characteristics, to be run before any other; empty if the engine's defaults
// are asked for. It fails for what would have no effect.
//
// PostgreSQL takes them inside of the transaction. MySQL refuses to change a
// transaction that is open (error 1568), and a session setting made before it
// lands on some other connection of the service's pool (F0064).
func (d *Dialect) SetTransaction(level sql.IsolationLevel, readOnly bool) (string, error) {
	if level == sql.LevelDefault && !readOnly {
		return "", nil
	}
	if d != PostgreSQL {
		return "", fmt.Errorf("transactions with isolation level %s and read-only %t cannot be had: the Data API begins every %s transaction with the engine's defaults, REPEATABLE READ and read-write, and they cannot be changed afterwards", level, readOnly, d)
	}
	statement := "SET TRANSACTION"
	if level != sql.LevelDefault {
		name, ok := postgresLevels[level]
		if !ok {
			return "", fmt.Errorf("PostgreSQL has no isolation level %s", level)
		}
		statement += " ISOLATION LEVEL " + name
	}
	if readOnly {
		statement += " READ ONLY"
	}
	return statement, nil
}

// postgresLevels holds PostgreSQL's names. Its REPEATABLE READ is snapshot
// isolation.
var postgresLevels = map[sql.IsolationLevel]string{
	sql.LevelReadUncommitted: "READ UNCOMMITTED",
	sql.LevelReadCommitted:   "READ COMMITTED",
	sql.LevelRepeatableRead:  "REPEATABLE READ",
	sql.LevelSnapshot:        "REPEATABLE READ",
	sql.LevelSerializable:    "SERIALIZABLE",
}
