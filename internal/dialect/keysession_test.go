package dialect

import "testing"

// TestLimitedSession has the settings that a session may have for the rows of a SELECT, of
// which a small one keeps the answer from having it.
func TestLimitedSession(t *testing.T) {
	t.Parallel()
	for limit, limited := range map[string]bool{"18446744073709551615": false, "18446744073709551614": true, "1": true, "0": true} {
		if s, _ := SessionOf([][]string{{"sql_select_limit", limit}}); s.Limited() != limited {
			t.Errorf("%s: %v", limit, s.Limited())
		}
	}
}

// TestSessionOf reads what a server answers about a session.
func TestSessionOf(t *testing.T) {
	t.Parallel()
	level := []string{"transaction_isolation", "REPEATABLE-READ"}
	for _, tt := range []struct {
		rows         [][]string
		ok           bool
		repeats      bool
		zone, system string
		folds        bool
	}{
		{[][]string{level}, false, false, "", "", false},
		{[][]string{{"time_zone", "UTC"}}, false, false, "UTC", "", false},
		{[][]string{level}, true, true, "utc", "CEST", false},
		{[][]string{{"tx_isolation", "SERIALIZABLE"}}, true, true, "+00:00", "", false},
		{[][]string{{"tx_isolation", "READ-COMMITTED"}}, true, false, "-05:00", "EST", false},
		{[][]string{level}, true, true, "Europe/Berlin", "UTC", true},
		{[][]string{level}, true, true, "SYSTEM", "UTC", false},
		{[][]string{level}, true, true, "SYSTEM", "GMT", false},
		{[][]string{level}, true, true, "SYSTEM", "CEST", true},
		{[][]string{level}, true, true, "SYSTEM", "", true},
	} {
		rows := append([][]string{{"system_time_zone", tt.system}}, tt.rows...)
		if tt.zone != "" {
			rows = append(rows, []string{"time_zone", tt.zone})
		}
		s, ok := SessionOf(rows)
		if !s.Limited() {
			t.Errorf("%v: no limit, where none was told", rows)
		}
		if ok != tt.ok || ok && (s.Repeats() != tt.repeats || s.Folds() != tt.folds) {
			t.Errorf("%v: %+v, %v, repeats %v, folds %v", rows, s, ok, s.Repeats(), s.Folds())
		}
	}
}
