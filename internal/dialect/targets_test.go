package dialect

import (
	"strconv"
	"strings"
	"testing"
)

// write writes targets as database.table, how many columns it has to have, and the
// column of each argument.
func (t Targets) write() string {
	var b strings.Builder
	if t.Database != "" {
		b.WriteString(t.Database + ".")
	}
	b.WriteString(t.Table)
	if t.Whole > 0 {
		b.WriteString(" " + strconv.Itoa(t.Whole))
	}
	b.WriteString(":")
	for _, places := range t.Of {
		for i, to := range places {
			b.WriteString(" +"[min(i, 1):][:1])
			switch {
			case to == Target{}:
				b.WriteString("-")
			case to.Name == "":
				b.WriteString(strconv.Itoa(to.Place))
			default:
				b.WriteString(to.Name)
			}
		}
	}
	return b.String()
}

func TestTargets(t *testing.T) {
	for sql, want := range map[string]string{
		"INSERT INTO t (a, b) VALUES (?, ?)":                                                           "t: a b",
		"insert ignore into `d b`.`t``1` (`a`, B) value (?, ?), (?, 1), (2, ?);":                       "d b.t`1: a B a B",
		"INSERT t VALUES (?, ?, 1)":                                                                    "t 3: 1 2",
		"INSERT INTO t VALUES (?, UPPER(?)), (DEFAULT, ?)":                                             "t 2: 1 - 2",
		"REPLACE LOW_PRIORITY INTO t PARTITION (p0, p1) (a, b) VALUES ((?), ?+1)":                      "",
		"REPLACE INTO t PARTITION (p0) (a, b) VALUES (1 + ?, ?)":                                       "t: - b",
		"INSERT INTO t SET a = ?, t.b = ?, c = CONCAT(?, 'x'), d = ?":                                  "t: a b - d",
		"INSERT INTO t (a, b) VALUES (?, ?) ON DUPLICATE KEY UPDATE b = ?, c = IF(a > 1, ?, ?), d = ?": "t: a b b - - d",
		"INSERT INTO t (a) VALUES (?) AS n (x) ON DUPLICATE KEY UPDATE a = n.x, b = ?":                 "t: a b",
		"INSERT INTO t (a) VALUES (?) AS n ON DUPLICATE KEY UPDATE d.t.b = ? ":                         "t: a b",
		"INSERT INTO t (a, b) VALUES (?, 'a, ?') /* ? */ -- ?":                                         "t: a",
		"INSERT INTO t (a) VALUES (?) RETURNING a, ?":                                                  "t: a -",
		"INSERT DELAYED t SET a = ? RETURNING a":                                                       "t: a",
		"INSERT HIGH_PRIORITY IGNORE INTO t (a) VALUES (?)":                                            "t: a",
		"UPDATE t SET a = ?, b = b + ?, c = ? WHERE a = ? AND b IN (?) ORDER BY ? LIMIT ?":             "t: a - c - - - -",
		"UPDATE LOW_PRIORITY IGNORE d.t AS x SET x.a = ? WHERE a = ?":                                  "d.t: a -",
		"UPDATE t x SET `x`.`a` = ?, b = CASE WHEN ? THEN ? ELSE ? END, c = (SELECT ?)":                "t: a - - - -",
		"UPDATE `set` SET `where` = ?":                                                                 "set: where",

		"INSERT INTO t (a, b) VALUES (:a, :b) ON DUPLICATE KEY UPDATE b = :b, c = :b": "t: a b+b+c",
		"INSERT INTO t (a, b) VALUES (:a, :b) ON DUPLICATE KEY UPDATE b = :b":         "t: a b+b",
		"UPDATE t SET a = :a, b = :b WHERE b <> :b":                                   "t: a b+-",
		"UPDATE t SET a = :a WHERE b = :c":                                            "t: a -",

		"UPDATE t, u SET t.a = ?": "", "UPDATE t JOIN u ON t.a = u.a SET t.a = ?": "", "UPDATE t LEFT JOIN u USING (a) SET t.a = ?": "",
		"INSERT INTO t (a) SELECT ?": "", "INSERT INTO t SELECT ? FROM u": "", "WITH c AS (SELECT 1) UPDATE t SET a = ?": "",
		"DELETE FROM t WHERE a = ?": "", "SELECT ?": "", "CALL p(?)": "", "": "", "INSERT": "", "INSERT INTO": "", "INSERT INTO t": "", "UPDATE": "", "UPDATE t": "",
		"INSERT INTO t (": "", "INSERT INTO t (a": "", "INSERT INTO t (a,": "", "INSERT INTO t (a) VALUES": "", "INSERT INTO t (a) VALUES (": "", "UPDATE t SET": "",
		"UPDATE t SET a": "", "UPDATE t SET a =": "", "INSERT INTO t () VALUES ()": "", "INSERT INTO t (a) VALUES (?, ?)": "t: a -", "INSERT INTO 't' VALUES (?)": "",
		"UPDATE t SET a = ?; UPDATE t SET a = ?": "", "UPDATE t SET a = /*!50000 ? */": "", "UPDATE t SET @a := ?": "", "UPDATE t SET a = 'open": "",
	} {
		args := make([]Arg, strings.Count(sql, "?"))
		if strings.Contains(sql, ":a") {
			args = []Arg{{Name: "a"}, {Name: "b"}}
			if strings.Contains(sql, ":c") {
				args[1].Name = "c"
			}
		}
		if want != "" { // those in strings and comments are none
			args = args[:strings.Count(want[strings.Index(want, ":"):], " ")]
		}
		got, _ := MySQL.Parse(sql).Targets(args)
		ok := got.Any()
		if text := got.write(); ok != (want != "") || ok && text != want {
			t.Errorf("%s: got %v %q, want %q", sql, ok, text, want)
		}
	}
}

func TestTargetsColumns(t *testing.T) {
	table := []CopyColumn{{Name: "Id", Type: "int"}, {Name: "j", Type: "json"}, {Name: "b", Type: "blob"}, {Name: "t", Type: "text", Charset: "latin1"}}
	for sql, want := range map[string]string{
		"INSERT INTO t (ID, J, b, T) VALUES (?, ?, ?, ?)": "Id j b t",
		"INSERT INTO t VALUES (?, ?, ?, ?)":               "Id j b t",
		"UPDATE t SET t = CONCAT(?), j = ?, x = ?":        "- j -",
		"INSERT INTO t VALUES (?, ?, ?)":                  "- - -", // it has columns that are not meant
		"INSERT INTO t VALUES (?, ?, ?, ?, ?)":            "- - - - -",
	} {
		targets, _ := MySQL.Parse(sql).Targets(make([]Arg, strings.Count(sql, "?")))
		var got []string
		for _, places := range targets.Of {
			if c := targets.Column(places[0], table); c != nil {
				got = append(got, c.Name)
			} else {
				got = append(got, "-")
			}
		}
		if text := strings.Join(got, " "); text != want {
			t.Errorf("%s: got %q, want %q", sql, text, want)
		}
	}
	twice := append(table, CopyColumn{Name: "J", Type: "blob"}) // of tables t and T
	targets, _ := MySQL.Parse("UPDATE t SET j = ?").Targets(make([]Arg, 1))
	if c := targets.Column(targets.Of[0][0], twice); c != nil {
		t.Errorf("a column that is there twice is %v", c)
	}
	for column, want := range map[CopyColumn]bool{
		{Type: "json"}: true, {Type: "blob"}: false, {Type: "int"}: false, {Type: "text", Charset: "utf8mb4"}: false, {Type: "text", Charset: "latin1"}: true,
	} {
		if column.WantsText([]byte("é")) != want {
			t.Errorf("%v: want %v", column, want)
		}
	}
}

// FuzzTargets holds what is found to the statement: the tables, and no more columns
// than arguments.
func FuzzTargets(f *testing.F) {
	f.Add("INSERT INTO d.t (a, b) VALUES (?, ?), (?, UPPER(?)) ON DUPLICATE KEY UPDATE a = ?, b = b + ?", 6)
	f.Add("REPLACE t PARTITION (p) VALUES (?, 1, ?)", 2)
	f.Add("UPDATE IGNORE t AS x SET x.a = ?, b = (SELECT ?) WHERE c = ?", 3)
	f.Fuzz(func(t *testing.T, sql string, n int) {
		if n < 0 || n > 100 {
			return
		}
		statement := MySQL.Parse(sql)
		if in := statement.InJSON(make([]Arg, n)); len(in) != n {
			t.Fatalf("%d answers for %d arguments", len(in), n)
		}
		targets, ok := statement.Targets(make([]Arg, n))
		switch {
		case !ok:
		case len(targets.Of) != n:
			t.Fatalf("%d columns of %d arguments", len(targets.Of), n)
		case targets.Table == "" || !strings.Contains(strings.ReplaceAll(sql, "``", "`"), targets.Table):
			t.Fatalf("the table is %q", targets.Table)
		case !statement.Kind().Counts():
			t.Fatalf("a statement of the kind %b has columns", statement.Kind())
		default:
			for _, places := range targets.Of {
				for _, to := range places {
					targets.Column(to, make([]CopyColumn, targets.Whole))
					targets.Column(to, make([]CopyColumn, 1))
				}
			}
		}
	})
}
