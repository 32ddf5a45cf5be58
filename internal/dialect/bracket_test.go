package dialect

import "testing"

func TestBracket(t *testing.T) {
	for _, tt := range []struct {
		d    *Dialect
		sql  string
		want Bracket
	}{
		{PostgreSQL, "BEGIN", BracketBegin},
		{PostgreSQL, "/* a */ begin -- b\n transaction;", BracketBegin},
		{MySQL, "start\ttransaction", BracketBegin},
		{PostgreSQL, "END", BracketCommit},
		{MySQL, "END", NoBracket},
		{PostgreSQL, "abort work", BracketRollback},
		{MySQL, "ROLLBACK", BracketRollback},
		{PostgreSQL, "COMMIT", BracketCommit},

		{PostgreSQL, "BEGIN ISOLATION LEVEL SERIALIZABLE", NoBracket},
		{MySQL, "START TRANSACTION READ ONLY", NoBracket},
		{PostgreSQL, "COMMIT PREPARED 'a'", NoBracket},
		{PostgreSQL, "COMMIT AND CHAIN", NoBracket},
		{PostgreSQL, "ROLLBACK TO SAVEPOINT a", NoBracket},
		{PostgreSQL, "ROLLBACK TO a", NoBracket},
		{PostgreSQL, "BEGIN; COMMIT", NoBracket},
		{MySQL, "BEGIN /*! WORK */", NoBracket},
		{PostgreSQL, "SELECT 1", NoBracket},
		{PostgreSQL, "", NoBracket},
	} {
		if got := tt.d.Parse(tt.sql).Bracket(); got != tt.want {
			t.Errorf("%s: %q is %d, want %d", tt.d, tt.sql, got, tt.want)
		}
	}
}
