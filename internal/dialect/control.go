package dialect

import "fmt"

// control is what a statement does to a transaction or to a session that the
// service, which does not look at statements, would not notice (F0071).
type control uint8

const (
	controlNone        control = iota
	controlTransaction         // BEGIN, COMMIT, PREPARE TRANSACTION, …
	controlAutocommit          // SET autocommit, MySQL
	controlTables              // LOCK TABLES, MySQL
)

var controlReasons = [...]string{
	controlTransaction: "the Data API begins and ends transactions by operations and would not notice it; use BeginTx, and Commit or Rollback of the transaction",
	controlAutocommit:  "it would end the transaction behind the Data API's back, or outlast the call in a session that others get; use BeginTx, and Commit or Rollback of the transaction",
	controlTables:      "it would commit the transaction behind the Data API's back, or leave its locks in a session that others get; lock rows by SELECT … FOR UPDATE in a transaction",
}

// control tells what the statement does.
func (c *classifier) control(k Kind) control {
	switch {
	case k.TransactionControl():
		return controlTransaction
	case c.autocommit:
		return controlAutocommit
	case !c.postgres && (c.first == kwLock || c.first == kwUnlock):
		return controlTables
	}
	return controlNone
}

// Check returns an error if the statement, or one of several, must not be sent
// because it would begin or end a transaction, or keep tables locked, without
// the service noticing. What a routine or a prepared text does is not seen.
func (s *Statement) Check() error {
	if err := s.check(); err != nil || !s.many {
		return err
	}
	parts, err := s.dialect.Split(s.sql)
	if err != nil {
		return nil // the database will not read it either
	}
	for _, p := range parts {
		if err := s.dialect.Parse(p.SQL).check(); err != nil {
			return err
		}
	}
	return nil
}

func (s *Statement) check() error {
	if s.control == controlNone {
		return nil
	}
	return fmt.Errorf("the statement %.40q is not sent: %s", s.sql, controlReasons[s.control])
}
