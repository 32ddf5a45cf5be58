package wire_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/auroradataapi/auroradataapi/internal/wire"
	"github.com/google/go-cmp/cmp"
)

func pgError(message, state string) wire.DatabaseError {
	return wire.DatabaseError{Severity: "ERROR", Message: message, SQLState: state}
}

// databaseErrorTexts holds texts that are read and written without a change.
func databaseErrorTexts() map[string]wire.DatabaseError {
	at := func(e wire.DatabaseError, position int) wire.DatabaseError {
		e.Position = position
		return e
	}
	hinted := pgError("operator does not exist: integer = text", "42883")
	hinted.Hint = "No operator matches the given name and argument types. You might need to add explicit type casts."
	hinted.Position = 36
	everything := hinted
	everything.Detail = "It is\nlong; and: odd."
	return map[string]wire.DatabaseError{
		// As the current service was seen to write for PostgreSQL.
		`ERROR: relation "no_such_table_xyz" does not exist; Position: 15; SQLState: 42P01`:                                                                                                      at(pgError(`relation "no_such_table_xyz" does not exist`, "42P01"), 15),
		`ERROR: relation "leaderboard_agg" does not exist; Position: 13; SQLState: 42P01`:                                                                                                        at(pgError(`relation "leaderboard_agg" does not exist`, "42P01"), 13),
		`ERROR: syntax error at or near "SELEKT"; Position: 1; SQLState: 42601`:                                                                                                                  at(pgError(`syntax error at or near "SELEKT"`, "42601"), 1),
		`ERROR: operator does not exist: integer = text; Hint: No operator matches the given name and argument types. You might need to add explicit type casts.; Position: 36; SQLState: 42883`: hinted,
		`ERROR: null value in column "name" of relation "proxy_test" violates not-null constraint; SQLState: 23502`:                                                                              pgError(`null value in column "name" of relation "proxy_test" violates not-null constraint`, "23502"),
		`ERROR: update or delete on table "song_sheets" violates foreign key constraint "fk" on table "setlist_sheets"; SQLState: 23503`:                                                         pgError(`update or delete on table "song_sheets" violates foreign key constraint "fk" on table "setlist_sheets"`, "23503"),
		`ERROR: duplicate key value violates unique constraint "users_pkey"; SQLState: 23505`:                                                                                                    pgError(`duplicate key value violates unique constraint "users_pkey"`, "23505"),
		`ERROR: could not serialize access due to read/write dependencies among transactions; SQLState: 40001`:                                                                                   pgError("could not serialize access due to read/write dependencies among transactions", "40001"),
		`ERROR: permission denied for schema public; SQLState: 42501`:                                                                                                                            pgError("permission denied for schema public", "42501"),
		`ERROR: current transaction is aborted, commands ignored until end of transaction block; SQLState: 25P02`:                                                                                pgError("current transaction is aborted, commands ignored until end of transaction block", "25P02"),
		`ERROR: database "u" does not exist; SQLState: 3D000`:                                                                                                                                    pgError(`database "u" does not exist`, "3D000"),
		`FATAL: password authentication failed for user "u"; SQLState: 28P01`:                                                                                                                    {Severity: "FATAL", Message: `password authentication failed for user "u"`, SQLState: "28P01"},
		`ERROR: bind message supplies 0 parameters, but prepared statement "" requires 1; SQLState: 08P01`:                                                                                       pgError(`bind message supplies 0 parameters, but prepared statement "" requires 1`, "08P01"),
		"ERROR: operator does not exist: integer = text; Detail: It is\nlong; and: odd.; Hint: " + hinted.Hint + "; Position: 36; SQLState: 42883":                                               everything,
		// The service's own texts and those of the older service without a state.
		"Database returned SQL Exception":                             {Message: "Database returned SQL Exception"},
		"Transaction is still running a query":                        {Message: "Transaction is still running a query"},
		"Duplicate entry 'instance-002' for key 'PRIMARY'":            {Message: "Duplicate entry 'instance-002' for key 'PRIMARY'"},
		"Database error code: 1064. Message: You have an error":       {Message: "Database error code: 1064. Message: You have an error"},
		"Database error code: 0. Message: ERROR: syntax error":        {Message: "Database error code: 0. Message: ERROR: syntax error"},
		"Packet for query is too large":                               {Message: "Packet for query is too large"},
		"Access denied for user 'u'@'10.0.0.1' (using password: YES)": {Message: "Access denied for user 'u'@'10.0.0.1' (using password: YES)"},
		"Communications link failure\n\nThe last packet sent successfully to the server was 0 milliseconds ago. The driver has not received any packets from the server.": {
			Message: "Communications link failure\n\nThe last packet sent successfully to the server was 0 milliseconds ago. The driver has not received any packets from the server."},
		"ERROR: relation \"x\" does not exist\n  Position: 15": {Message: "ERROR: relation \"x\" does not exist\n  Position: 15"},
		"": {},
		// MySQL.
		"Duplicate entry '1' for key 'PRIMARY'; Error code: 1062; SQLState: 23000":                   {Message: "Duplicate entry '1' for key 'PRIMARY'", Number: 1062, SQLState: "23000"},
		"You have an error in your SQL syntax near 'x' at line 1; Error code: 1064; SQLState: 42000": {Message: "You have an error in your SQL syntax near 'x' at line 1", Number: 1064, SQLState: "42000"},
		// Messages that hold what looks like a field.
		`ERROR: invalid input "; SQLState: 00000"; SQLState: 22P02`:          pgError(`invalid input "; SQLState: 00000"`, "22P02"),
		`ERROR: invalid input "; Position: 7"; Position: 9; SQLState: 22P02`: at(pgError(`invalid input "; Position: 7"`, "22P02"), 9),
		`ERROR: x; Position: 7; Position: 9; SQLState: 22P02`:                at(pgError(`x; Position: 7`, "22P02"), 9),
		`ERROR: x; Position: 0; SQLState: 22P02`:                             pgError(`x; Position: 0`, "22P02"),
		`ERROR: x; Position: 1234567890; SQLState: 22P02`:                    pgError(`x; Position: 1234567890`, "22P02"),
		`ERROR: x; SQLState: 00000; SQLState: 22P02`:                         pgError(`x; SQLState: 00000`, "22P02"),
		`ERROR: ERROR: twice; SQLState: P0001`:                               pgError(`ERROR: twice`, "P0001"),
		`ERROR: ; SQLState: P0001`:                                           pgError(``, "P0001"),
		`ERROR: x; Hint: a; Hint: ; SQLState: P0001`:                         {Severity: "ERROR", Message: "x", Hint: "a; Hint: ", SQLState: "P0001"},
		`ERROR: x; Hint: ; SQLState: P0001`:                                  pgError(`x; Hint: `, "P0001"),
		`ERROR: no state; SQLState: 2205`:                                    {Message: `ERROR: no state; SQLState: 2205`},
		`ERROR: a state not at the end; SQLState: 22P02 of old`:              {Message: `ERROR: a state not at the end; SQLState: 22P02 of old`},
		`ERROR: a state in lower case; SQLState: 22p02`:                      {Message: `ERROR: a state in lower case; SQLState: 22p02`},
	}
}

func TestDatabaseErrorTexts(t *testing.T) {
	for text, want := range databaseErrorTexts() {
		got := wire.ParseDatabaseError(text)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", text, d)
		}
		if again := got.Format(); again != text {
			t.Errorf("formatted:\n%s\nwant\n%s", again, text)
		}
	}
}

// TestDatabaseErrorOlderTexts reads texts of several lines, which are written
// on one.
func TestDatabaseErrorOlderTexts(t *testing.T) {
	tests := []struct {
		text, formatted string
		want            wire.DatabaseError
	}{
		{
			"ERROR: relation \"x\" does not exist\n  Position: 15; SQLState: 42P01",
			`ERROR: relation "x" does not exist; Position: 15; SQLState: 42P01`,
			wire.DatabaseError{Severity: "ERROR", Message: `relation "x" does not exist`, Position: 15, SQLState: "42P01"},
		}, {
			"ERROR: function f() does not exist\n  Hint: No function matches.\n  Position: 8; SQLState: 42883",
			`ERROR: function f() does not exist; Hint: No function matches.; Position: 8; SQLState: 42883`,
			wire.DatabaseError{Severity: "ERROR", Message: `function f() does not exist`, Hint: "No function matches.", Position: 8, SQLState: "42883"},
		}, {
			"ERROR: duplicate key\n  Detail: Key (id)=(1) already exists.; SQLState: 23505",
			`ERROR: duplicate key; Detail: Key (id)=(1) already exists.; SQLState: 23505`,
			wire.DatabaseError{Severity: "ERROR", Message: "duplicate key", Detail: "Key (id)=(1) already exists.", SQLState: "23505"},
		}, {
			"ERROR: a\nb\n  Detail: c\nd\n  Hint: e\nf\n  Position: 3\n  SQLState: 42601",
			"ERROR: a\nb; Detail: c\nd; Hint: e\nf; Position: 3; SQLState: 42601",
			wire.DatabaseError{Severity: "ERROR", Message: "a\nb", Detail: "c\nd", Hint: "e\nf", Position: 3, SQLState: "42601"},
		}, {
			"x; Error code: 1; Position: 02; SQLState: 42601", "x; Position: 2; Error code: 1; SQLState: 42601",
			wire.DatabaseError{Message: "x", Position: 2, Number: 1, SQLState: "42601"},
		},
	}
	for _, tt := range tests {
		got := wire.ParseDatabaseError(tt.text)
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.text, d)
		}
		if text := got.Format(); text != tt.formatted {
			t.Errorf("formatted:\n%s\nwant\n%s", text, tt.formatted)
		}
	}
}

// TestDatabaseErrorOfAHugeText reads texts of 1 MiB that are made to have the
// reader look again and again. It takes milliseconds as long as that takes time
// in proportion to the length, else minutes.
func TestDatabaseErrorOfAHugeText(t *testing.T) {
	for _, unit := range []string{"; Hint: ; Detail: x", "\n", "\n ", " ", "; ", "; Position: 1", "\nHint: ", "Hint: ", "1", "SQLState: 42601"} {
		text := strings.Repeat(unit, 1<<20/len(unit)) + "; SQLState: 42601"
		got := wire.ParseDatabaseError(text)
		if d := cmp.Diff(got, wire.ParseDatabaseError(got.Format())); got.SQLState != "42601" || d != "" {
			t.Errorf("%q: state %q, read again (-before +after):\n%.1000s", unit, got.SQLState, d)
		}
	}
}

// FuzzDatabaseErrorText expects the parts of any text to be read again as they
// were, once they are written.
func FuzzDatabaseErrorText(f *testing.F) {
	for text := range databaseErrorTexts() {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e := wire.ParseDatabaseError(text)
		if d := cmp.Diff(e, wire.ParseDatabaseError(e.Format())); d != "" {
			t.Errorf("%q, formatted as %q (-before +after):\n%s", text, e.Format(), d)
		}
		if e.SQLState == "" && e.Message != text {
			t.Errorf("%q has no state and became %q", text, e.Message)
		}
	})
}

// lookalike finds what nobody can tell from a field or a severity.
var lookalike = regexp.MustCompile(`(; |\n\s*)(Detail|Hint|Position|Error code|SQLState): |^[A-Z]+: `)

// FuzzDatabaseErrorParts expects the parts of an error to survive its text.
func FuzzDatabaseErrorParts(f *testing.F) {
	f.Add("ERROR", "message", "detail", "hint", 15, 0)
	f.Add("", "Duplicate entry", "", "", 0, 1062)
	f.Add("FATAL", "a;", " \nHint:", ";", 999_999_999, 1)
	f.Fuzz(func(t *testing.T, severity, message, detail, hint string, position, number int) {
		switch severity {
		case "", "ERROR", "FATAL", "PANIC", "WARNING", "NOTICE", "DEBUG", "INFO", "LOG":
		default:
			severity = "ERROR"
		}
		for _, part := range []string{message, detail, hint} {
			if lookalike.MatchString(part) {
				return
			}
		}
		const most = 1_000_000_000
		want := wire.DatabaseError{Severity: severity, Message: message, Detail: detail, Hint: hint,
			Position: max(position, -position) % most, Number: max(number, -number) % most, SQLState: "42P01"}
		if want.Position < 0 || want.Number < 0 {
			return // the smallest int, which has no absolute value
		}
		if d := cmp.Diff(want, wire.ParseDatabaseError(want.Format())); d != "" {
			t.Errorf("%q (-want +got):\n%s", want.Format(), d)
		}
	})
}
