package dialect

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// lines joins the lines of a script.
func lines(l ...string) string { return strings.Join(l, "\n") }

func TestSplit(t *testing.T) {
	for _, tt := range []struct {
		name string
		d    *Dialect
		sql  string
		want []string
	}{
		{"empty", PostgreSQL, " ;; -- nothing\n ; /* ; */ ", nil},
		{"one", PostgreSQL, "SELECT 1", []string{"SELECT 1"}},
		{"terminated", PostgreSQL, "SELECT 1;", []string{"SELECT 1"}},
		{"two", PostgreSQL, "SELECT 1; SELECT 2", []string{"SELECT 1", "SELECT 2"}},
		{"quotes", PostgreSQL, `SELECT ';', ";", $$;$$, $a$;$$;$a$, E'\';'; SELECT /* ; /* ; */ ; */ 1 -- ;`,
			[]string{`SELECT ';', ";", $$;$$, $a$;$$;$a$, E'\';'`, "SELECT /* ; /* ; */ ; */ 1 -- ;"}},
		{"comments stay", PostgreSQL, "-- a\nSELECT 1 /* b */; -- c\nSELECT 2", []string{"-- a\nSELECT 1 /* b */", "-- c\nSELECT 2"}},
		{"rule", PostgreSQL, "CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2); SELECT 3",
			[]string{"CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2)", "SELECT 3"}},
		{"function", PostgreSQL, "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$BEGIN RETURN 1; END$$; SELECT 1",
			[]string{"CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$BEGIN RETURN 1; END$$", "SELECT 1"}},
		{"atomic", PostgreSQL, "create or replace function f() returns int begin atomic select case when true then 1 end; select 1 as end; select 2 end; end; SELECT 1",
			[]string{"create or replace function f() returns int begin atomic select case when true then 1 end; select 1 as end; select 2 end; end", "SELECT 1"}},
		{"atomic procedure", PostgreSQL, "CREATE PROCEDURE p() BEGIN ATOMIC END; SELECT 1", []string{"CREATE PROCEDURE p() BEGIN ATOMIC END", "SELECT 1"}},
		{"transaction", PostgreSQL, "BEGIN; SELECT CASE WHEN a THEN b END; END;", []string{"BEGIN", "SELECT CASE WHEN a THEN b END", "END"}},
		{"table named function", PostgreSQL, "CREATE TABLE function(begin int, atomic int); SELECT begin atomic FROM function; SELECT 2",
			[]string{"CREATE TABLE function(begin int, atomic int)", "SELECT begin atomic FROM function", "SELECT 2"}},

		{"mysql", MySQL, "SELECT ';', \"\\\";\", `;` # ;\n; -- ;\nSELECT 2", []string{"SELECT ';', \"\\\";\", `;` # ;", "-- ;\nSELECT 2"}},
		{"mysql procedure", MySQL, lines(
			"CREATE PROCEDURE p(IN a INT, b SET('x'))",
			"BEGIN",
			"  DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; END;",
			"  IF a > IF(b, 1, 2) THEN SELECT 1; ELSEIF a THEN SELECT CASE a WHEN 1 THEN IF(a, 2, 3) ELSE 4 END; ELSE IF (a) THEN SELECT 2; END IF; END IF;",
			"  CASE a WHEN 1 THEN SELECT 1; ELSE BEGIN END; END CASE;",
			"  x: LOOP LEAVE x; END LOOP x;",
			"  y:WHILE a DO SET a = a - 1; END WHILE y;",
			"  REPEAT SET a = REPEAT('x', 3); UNTIL a END REPEAT;",
			"  DROP TABLE IF EXISTS t; SELECT NEW.end;",
			"END;",
			"SELECT 1"), nil},
		{"mysql simple procedure", MySQL, "CREATE PROCEDURE p() SELECT IF(a, 1, 2), REPEAT('x', 3); SELECT 1", nil},
		{"mysql simple function", MySQL, "CREATE FUNCTION f(a INT) RETURNS SET('a') DETERMINISTIC RETURN CASE a WHEN 1 THEN 2 END; SELECT 1", nil},
		{"mysql if in head", MySQL, "CREATE PROCEDURE IF NOT EXISTS p(a INT) IF a THEN SELECT 1; END IF; SELECT 1", nil},
		{"mysql trigger", MySQL, "CREATE DEFINER=user@localhost TRIGGER t BEFORE UPDATE ON x FOR EACH ROW IF NEW.a THEN SET NEW.b = 1; END IF; SELECT 1", nil},
		{"mysql trigger simple", MySQL, "CREATE TRIGGER t AFTER INSERT ON x FOR EACH ROW SET @a = IF(1, 2, 3); SELECT 1", nil},
		{"mysql event", MySQL, "ALTER EVENT e ON SCHEDULE EVERY 1 DAY DO BEGIN DELETE FROM t; END; SELECT 1", nil},
		{"mysql view", MySQL, "CREATE DEFINER=a@b VIEW event AS SELECT begin FROM t; SELECT 1", nil},
		{"mysql label", MySQL, "CREATE PROCEDURE p() x:BEGIN SELECT 1; END; SELECT 1", nil},
		{"mysql table", MySQL, "CREATE TABLE event (begin INT); SELECT 1", nil},

		{"delimiter", MySQL, "SELECT 0;\nDELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 1; END//\nSELECT 1; SELECT 2//\n delimiter ;\nSELECT 3;",
			[]string{"SELECT 0", "CREATE PROCEDURE p() BEGIN SELECT 1; END", "SELECT 1", "SELECT 2", "SELECT 3"}},
		{"delimiter dollars", MySQL, "DELIMITER $$\nCREATE PROCEDURE p() BEGIN SELECT '$$'; END;$$ -- a\nSELECT a$$\nDELIMITER ;\nSELECT 2",
			[]string{"CREATE PROCEDURE p() BEGIN SELECT '$$'; END", "-- a\nSELECT a", "SELECT 2"}},
		{"delimiter semicolons", MySQL, "DELIMITER ;;\n/*!50003 CREATE*/ /*!50003 TRIGGER t BEFORE INSERT ON x FOR EACH ROW BEGIN SET @a = 1; END */;;\nDELIMITER ;\nSELECT 1;",
			[]string{"/*!50003 CREATE*/ /*!50003 TRIGGER t BEFORE INSERT ON x FOR EACH ROW BEGIN SET @a = 1; END */", "SELECT 1"}},
		{"delimiter is a name elsewhere", MySQL, "SELECT a\nDELIMITER FROM t; SELECT 1", []string{"SELECT a\nDELIMITER FROM t", "SELECT 1"}},
		{"delimiter is no command", PostgreSQL, "DELIMITER //\n;SELECT 1", []string{"DELIMITER //", "SELECT 1"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			parts, err := tt.d.Split(tt.sql)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range parts {
				got = append(got, p.SQL)
			}
			want := tt.want
			if want == nil && tt.d == MySQL { // a routine and SELECT 1
				at := strings.LastIndex(tt.sql, ";")
				want = []string{tt.sql[:at], "SELECT 1"}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error("(-want +got):", diff)
			}
		})
	}
}

func TestSplitPlaces(t *testing.T) {
	got, err := PostgreSQL.Split("\n SELECT 'ä\n';\n\n/* c */ SELECT 2\n")
	if err != nil {
		t.Fatal(err)
	}
	want := []Part{
		{SQL: "SELECT 'ä\n'", Offset: 2, Line: 2, Terminated: true},
		{SQL: "/* c */ SELECT 2", Offset: 17, Line: 5},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error("(-want +got):", diff)
	}
}

func TestSplitErrors(t *testing.T) {
	for _, tt := range []struct {
		d          *Dialect
		sql        string
		want       string
		unfinished bool
	}{
		{PostgreSQL, "SELECT 1;\nSELECT 'a;", "the string that starts here does not end: close it (line 2, column 8)", true},
		{PostgreSQL, "SELECT $a$;$b$", "the dollar-quoted string that starts here does not end: close it (line 1, column 8)", true},
		{PostgreSQL, "/* /* */", "the comment that starts here does not end: close it (line 1, column 1)", true},
		{MySQL, "SELECT /*! 1;", "the comment that starts here does not end: close it (line 1, column 8)", true},
		{MySQL, "DELIMITER \nSELECT 1", "DELIMITER needs the text that will end statements, such as // or ; (line 1, column 1)", false},
	} {
		_, err := tt.d.Split(tt.sql)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("%s: got %v, want a *SyntaxError", tt.sql, err)
			continue
		}
		if err.Error() != tt.want || syntax.Unfinished != tt.unfinished {
			t.Errorf("%s: got %v (unfinished %t), want %s", tt.sql, err, syntax.Unfinished, tt.want)
		}
	}
}
