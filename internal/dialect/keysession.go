package dialect

import (
	"database/sql"
	"strings"
)

// AskSession asks for the variables of the session that decide how a result may be read
// in pages. SessionOf reads the answer.
const AskSession = "SHOW VARIABLES WHERE Variable_name IN ('transaction_isolation', 'tx_isolation', 'time_zone', 'system_time_zone', 'sql_buffer_result', 'sql_select_limit')"

// Session is what decides how results may be read in pages.
type Session struct {
	Isolation string // the level of the transaction
	Zone      string // the time zone, by a name or as an offset
	Buffers   bool   // sql_buffer_result, with which MariaDB does not sort
	Limit     string // sql_select_limit, which cuts off the answer of AskSession too
}

// SessionOf reads the answer to AskSession: names and values. ok is false if something
// is missing.
func SessionOf(rows [][]string) (s Session, ok bool) {
	values := make(map[string]string)
	for _, row := range rows {
		if len(row) > 1 {
			values[row[0]] = row[1]
		}
	}
	s.Isolation, s.Zone, s.Buffers = values["transaction_isolation"], values["time_zone"], values["sql_buffer_result"] == "ON"
	s.Limit = values["sql_select_limit"]
	if s.Isolation == "" {
		s.Isolation = values["tx_isolation"]
	}
	if s.Isolation == "" || s.Zone == "" {
		return s, false
	}
	if s.Zone == "SYSTEM" {
		s.Zone = values["system_time_zone"]
	}
	return s, true
}

// Limited reports whether a SELECT without LIMIT returns no more than so many rows.
func (s Session) Limited() bool {
	const none = "18446744073709551615"
	return s.Limit != none
}

// Repeats reports whether all statements of the transaction see the same rows, or keep
// others from changing them.
func (s Session) Repeats() bool {
	return s.Isolation == isolationLevels["mysql"][sql.LevelRepeatableRead] || s.Isolation == isolationLevels["mysql"][sql.LevelSerializable]
}

// Folds reports whether hours may come twice in the time zone, as they do where summer
// time ends: then a time does not say which of the two it is. The service's sessions are
// in UTC (F0061), unless a transaction sets another zone.
func (s Session) Folds() bool {
	switch strings.ToUpper(s.Zone) {
	case "UTC", "GMT":
		return false
	}
	return !strings.HasPrefix(s.Zone, "+") && !strings.HasPrefix(s.Zone, "-")
}
