package dialect

import (
	"database/sql"
	"fmt"
)

// Setup is how an open transaction gets its characteristics, before it runs
// any other statement.
type Setup struct {
	// Set is the statement that gives them; empty for none.
	Set string
	// Ask is the query whose last column says which isolation level the
	// transaction has, where it cannot be given one; empty for none. Want is
	// what it has to say.
	Ask, Want string
}

// Transaction returns the setup of a transaction with the given
// characteristics. It fails for what the engine cannot do.
//
// PostgreSQL takes them inside of the transaction. MySQL refuses to change a
// transaction that is open (error 1568), and a session setting made before it
// lands on some other connection of the service's pool (F0064); what can be done
// is to ask whether the level is the one that is wanted.
func (d *Dialect) Transaction(level sql.IsolationLevel, readOnly bool) (Setup, error) {
	if level == sql.LevelDefault && !readOnly {
		return Setup{}, nil
	}
	name, known := "", level == sql.LevelDefault
	if !known {
		name, known = isolationLevels[d.Name][level]
	}
	switch {
	case !known:
		return Setup{}, fmt.Errorf("%s has no isolation level %s", d, level)
	case d != PostgreSQL && readOnly:
		return Setup{}, fmt.Errorf("a %s transaction cannot be read-only: the Data API begins each one read-write, and that cannot be changed afterwards; leave ReadOnly out, or use a secret whose user may only read", d)
	case d != PostgreSQL:
		return Setup{Ask: AskIsolation, Want: name}, nil
	}
	set := "SET TRANSACTION"
	if name != "" {
		set += " ISOLATION LEVEL " + name
	}
	if readOnly {
		set += " READ ONLY"
	}
	return Setup{Set: set}, nil
}

// Verify returns an error if what was answered to Ask is not what was wanted.
func (s Setup) Verify(answer string) error {
	if answer == s.Want {
		return nil
	}
	return fmt.Errorf("the transaction has isolation level %q in place of %s: the Data API begins each one with the default of the database, which cannot be changed afterwards; leave Isolation out, or set transaction_isolation in the cluster's parameter group", answer, s.Want)
}

// isolationLevels holds the engines' names. PostgreSQL's REPEATABLE READ is
// snapshot isolation, MySQL's is not: its writes see more than its reads.
var isolationLevels = map[string]map[sql.IsolationLevel]string{
	"postgresql": {
		sql.LevelReadUncommitted: "READ UNCOMMITTED",
		sql.LevelReadCommitted:   "READ COMMITTED",
		sql.LevelRepeatableRead:  "REPEATABLE READ",
		sql.LevelSnapshot:        "REPEATABLE READ",
		sql.LevelSerializable:    "SERIALIZABLE",
	},
	"mysql": {
		sql.LevelReadUncommitted: "READ-UNCOMMITTED",
		sql.LevelReadCommitted:   "READ-COMMITTED",
		sql.LevelRepeatableRead:  "REPEATABLE-READ",
		sql.LevelSerializable:    "SERIALIZABLE",
	},
}

// EndsTransaction says whether an error of this SQLSTATE and number means that
// the database has rolled the whole transaction back. That is class 40 of the
// SQLSTATEs, such as a deadlock, and MySQL's full table of locks. PostgreSQL
// keeps a transaction that can do nothing any more, after these as after any
// other error.
func (d *Dialect) EndsTransaction(sqlState string, number int) bool {
	const lockTableFull = 1206
	return d != PostgreSQL && (len(sqlState) == 5 && sqlState[:2] == "40" || number == lockTableFull)
}

// AskAfter returns the query that says, by a value that is not zero, that the
// database has rolled the whole transaction back for an error of that number;
// empty if that goes without asking. After waiting too long for a lock, MySQL
// does so where innodb_rollback_on_timeout is on.
func (d *Dialect) AskAfter(number int) string {
	const lockWaitTimeout = 1205
	if d == PostgreSQL || number != lockWaitTimeout {
		return ""
	}
	return "SELECT 0 + @@innodb_rollback_on_timeout"
}

// AbortsTransaction says whether each statement that fails leaves its
// transaction unable to do anything but go back to a savepoint.
func (d *Dialect) AbortsTransaction() bool { return d == PostgreSQL }

// AskIsolation is a query whose last column says which isolation level the
// transaction has.
const AskIsolation = "SHOW VARIABLES WHERE Variable_name IN ('transaction_isolation', 'tx_isolation')"
