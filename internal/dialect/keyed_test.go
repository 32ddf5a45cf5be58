package dialect

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestKeyedPages(t *testing.T) {
	t.Parallel()
	columns := []TableColumn{{Name: "a", Type: "int(11)"}, {Name: "b", Type: "enum('z','a')"}, {Name: "u", Type: "decimal(9,2)"}, {Name: "f", Type: "float"}, {Name: "long_text", Type: "varchar(2000)"}}
	parts := []IndexPart{
		{Index: "f", Unique: true, Column: "f"}, {Index: "n", Unique: true, Column: "u", Nullable: true},
		{Index: "PRIMARY", Unique: true, Column: "a"}, {Index: "PRIMARY", Unique: true, Column: "b"},
		{Index: "u", Unique: true, Column: "u"}, {Index: "l", Unique: true, Column: "long_text", Partial: true},
	}
	const keys = ", `t`.`a` AS auroradataapi_key0, CAST(`t`.`b` AS UNSIGNED) AS auroradataapi_key1\nFROM t"
	const behind = "`t`.`a` >= CAST(:auroradataapi_key0 AS SIGNED) AND (`t`.`a` > CAST(:auroradataapi_key0 AS SIGNED) OR `t`.`a` = CAST(:auroradataapi_key0 AS SIGNED)" +
		" AND (CAST(`t`.`b` AS UNSIGNED) > CAST(CAST(:auroradataapi_key1 AS DECIMAL(20)) AS UNSIGNED)))"
	for _, tt := range []struct{ name, sql, want string }{
		{"plain", "SELECT * FROM t", "SELECT *" + keys + "\nWHERE " + behind + " ORDER BY `t`.`a`, `t`.`b` LIMIT 9"},
		{"condition", "SELECT x -- all\nFROM t WHERE x = 1 OR y -- why\n; -- end", "SELECT x" + keys + "\nWHERE (x = 1 OR y\n) AND " + behind + " ORDER BY `t`.`a`, `t`.`b` LIMIT 9"},
		{"downwards", "SELECT x FROM t ORDER BY a DESC, t.b DESC", "SELECT x" + keys + "\nWHERE " + strings.ReplaceAll(behind, ">", "<") + " ORDER BY `t`.`a` DESC, `t`.`b` DESC LIMIT 9"},
		{"another key", "SELECT x FROM s.t AS `q` ORDER BY u", "SELECT x, `q`.`u` AS auroradataapi_key0\nFROM s.t AS `q`\nWHERE `q`.`u` > CAST(:auroradataapi_key0 AS DECIMAL(9,2)) ORDER BY `q`.`u` LIMIT 9"},
		{"another order", "SELECT x FROM t WHERE c ORDER BY f(x) DESC -- so", "SELECT x" + keys + "\nWHERE c\n ORDER BY f(x) DESC\n, `t`.`a`, `t`.`b` LIMIT 9 OFFSET 5"},
		{"mixed directions", "SELECT x FROM t ORDER BY a, b DESC", "SELECT x" + keys + " ORDER BY a, b DESC\n, `t`.`a`, `t`.`b` LIMIT 9 OFFSET 5"},
		{"a name of the result", "SELECT x a FROM t ORDER BY a", "SELECT x a" + keys + " ORDER BY a\n, `t`.`a`, `t`.`b` LIMIT 9 OFFSET 5"},
		{"a number", "SELECT x FROM t ORDER BY 1", "SELECT x" + keys + " ORDER BY 1\n, `t`.`a`, `t`.`b` LIMIT 9 OFFSET 5"},
		{"names that are taken", "SELECT auroradataapi_key FROM t ORDER BY u", "SELECT auroradataapi_key, `t`.`u` AS auroradataapi_key_0\nFROM t\nWHERE `t`.`u` > CAST(:auroradataapi_key_0 AS DECIMAL(9,2)) ORDER BY `t`.`u` LIMIT 9"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k, err := MySQL.Parse(tt.sql).Keyed()
			if err != nil {
				t.Fatal(err)
			}
			s, err := k.Choose(columns, parts)
			if err != nil {
				t.Fatal(err)
			}
			got := s.Page(true, 0, 9)
			if !s.Seeks {
				got = s.Page(false, 5, 9)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestUnkeyed(t *testing.T) {
	t.Parallel()
	for sql, want := range map[string]string{
		"SELECT DISTINCT a FROM t":                                                 "DISTINCT",
		"SELECT a FROM t GROUP BY a":                                               "GROUP BY",
		"SELECT a FROM t HAVING a":                                                 "HAVING",
		"SELECT a FROM t UNION SELECT a FROM t":                                    "UNION",
		"(SELECT a FROM t) UNION (SELECT a FROM t)":                                "does not begin with SELECT",
		"WITH t AS (SELECT 1) SELECT * FROM t":                                     "does not begin with SELECT",
		"TABLE t":                                                                  "does not begin with SELECT",
		"SELECT 1":                                                                 "no table",
		"SELECT 1 FROM Dual":                                                       "no table",
		"SELECT 1 FROM DUAL WHERE 1 LIMIT 1":                                       "no table",
		"SELECT a FROM t, u":                                                       "more than one table",
		"SELECT a FROM t JOIN u USING (a)":                                         "more than one table",
		"SELECT a FROM t x JOIN u USING (a)":                                       "more than one table",
		"SELECT a FROM (SELECT 1 a) t":                                             "more than one table",
		"SELECT a FROM t PARTITION (p)":                                            "more than one table",
		"SELECT a FROM t FORCE INDEX (i)":                                          "more than one table",
		"SELECT a FROM t FOR SYSTEM_TIME ALL":                                      "FOR",
		"SELECT a FROM t LOCK IN SHARE MODE":                                       "locks",
		"SELECT COALESCE(MAX(a), 0) FROM t":                                        "MAX",
		"SELECT COUNT(*) FROM t":                                                   "COUNT",
		"SELECT group_concat(a) FROM t":                                            "GROUP_CONCAT",
		"SELECT ROW_NUMBER() OVER (ORDER BY a) FROM t":                             "window",
		"SELECT SUM(a) OVER w FROM t WINDOW w AS (ORDER BY a)":                     "window",
		"SELECT SQL_CALC_FOUND_ROWS a FROM t":                                      "counts",
		"SELECT SQL_BUFFER_RESULT a FROM t":                                        "SQL_BUFFER_RESULT",
		"SELECT a FROM t LIMIT 1 + 1":                                              "LIMIT",
		"SELECT a FROM t LIMIT 1, 2, 3":                                            "LIMIT",
		"SELECT a FROM t /*! WHERE a */":                                           "comment",
		"SELECT a FROM t; SELECT 1":                                                "more than one statement",
		"SELECT a FROM t WHERE a > NOW()":                                          "NOW",
		"SELECT a, current_timestamp FROM t":                                       "CURRENT_TIMESTAMP",
		"SELECT a FROM t ORDER BY rand()":                                          "RAND",
		"SELECT @n := @n + 1 FROM t":                                               "assigns",
		"SELECT a FROM t WHERE b < @@timestamp":                                    "@@timestamp",
		"SELECT a FROM t ORDER BY @@ `Rand_Seed1`":                                 "@@rand_seed1",
		"SELECT a, @@session.timestamp FROM t":                                     "@@timestamp",
		"SELECT a FROM t ORDER BY @@":                                              "@@",
		"SELECT a FROM t ORDER BY @@a.":                                            "@@",
		"SELECT NEXT VALUE FOR s FROM t":                                           "FOR",
		"SELECT a FROM t WHERE (SELECT COUNT(*) FROM Information_Schema . TABLES)": "schema information_schema",
		"SELECT a, (SELECT 1 FROM `mysql`.`user`) FROM t":                          "schema mysql",
		"SELECT a FROM t WHERE b IN (TABLE sys.x)":                                 "schema sys",
		"SELECT a FROM performance_schema.threads":                                 "schema performance_schema",
		"SELECT a FROM t WHERE MATCH (a, b) AGAINST ('x')":                         "MATCH",
		"SELECT match `t`.`a` against ('x') FROM t":                                "MATCH",
	} {
		s := MySQL.Parse(sql)
		_, err := s.Keyed()
		if err == nil {
			err = s.Steady()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want something with %q", sql, err, want)
		}
	}
	for _, sql := range []string{
		"SELECT a.now, t.`rand`, max FROM t a WHERE a.limit > 1 AND next IN (SELECT MAX(x) FROM u GROUP BY y LIMIT 1)",
		"SELECT dual.a FROM `dual`",
		"SELECT sys.a FROM t AS sys",
		"SELECT a FROM t WHERE b = @c AND d <> '@@timestamp' -- @@timestamp",
		"SELECT sys, mysql FROM t WHERE b IN (SELECT sys FROM information_schema)",
		"SELECT t.match, `match`, against FROM t WHERE @match = 'MATCH (a)'",
		"SELECT a FROM t dual",
		"SELECT /*+ MAX_EXECUTION_TIME(1) */ SQL_NO_CACHE *, (SELECT COUNT(*) FROM u) FROM `my db`.`my table` AS `x y` LIMIT :1, :2;",
		"SELECT CASE WHEN a THEN 'FROM t, u' ELSE \"UNION\" END FROM t # UNION",
	} {
		s := MySQL.Parse(sql)
		k, err := s.Keyed()
		if err == nil {
			err = s.Steady()
		}
		if err != nil {
			t.Errorf("%s: %v", sql, err)
		} else if strings.Contains(sql, ":1") && (k.Offset != ":1" || k.Limit != ":2") {
			t.Errorf("%s: limit %s, offset %s", sql, k.Limit, k.Offset)
		}
	}
}

// TestInner puts queries into parentheses, in which some words may not be.
func TestInner(t *testing.T) {
	t.Parallel()
	for sql, want := range map[string]string{
		"SELECT HIGH_PRIORITY a FROM t":                                                   "SELECT  a FROM t",
		"select sql_no_cache straight_join Sql_Cache distinct a":                          "select  straight_join  distinct a",
		"SELECT /*+ x */ SQL_BUFFER_RESULT -- c\n a UNION (SELECT SQL_CALC_FOUND_ROWS b)": "SELECT /*+ x */  -- c\n a UNION (SELECT  b)",
		"SELECT ALL a, sql_cache, t.high_priority, `SQL_NO_CACHE`":                        "SELECT ALL a, sql_cache, t.high_priority, `SQL_NO_CACHE`",
		"SELECT 'SELECT HIGH_PRIORITY'":                                                   "SELECT 'SELECT HIGH_PRIORITY'",
	} {
		if got := inner(sql); got != want {
			t.Errorf("%q became %q, want %q", sql, got, want)
		}
	}
}

// FuzzKeyed takes apart what is arbitrary. What comes out is again a query that
// can be taken apart, over the same table.
func FuzzKeyed(f *testing.F) {
	f.Add("SELECT a, `b` FROM s.t AS x WHERE a = 'é' -- c\nORDER BY a DESC LIMIT 1 OFFSET 2;")
	f.Add("SELECT *\nFROM t # c")
	f.Add("SELECT HIGH_PRIORITY a, @@session.x FROM t ORDER BY @@")
	f.Fuzz(func(t *testing.T, sql string) {
		_ = MySQL.Parse(sql).Steady()
		if once := inner(sql); inner(once) != once && !strings.Contains(sql, "/*") {
			t.Errorf("%q became %q, and that another one", sql, once)
		}
		k, err := MySQL.Parse(sql).Keyed()
		if err != nil {
			return
		}
		s, err := k.Choose([]TableColumn{{Name: "k", Type: "bigint"}}, []IndexPart{{Index: "PRIMARY", Unique: true, Column: "k"}})
		if err != nil {
			t.Fatal(err)
		}
		page := s.Page(true, 0, 1)
		again, err := MySQL.Parse(page).Keyed()
		if err != nil {
			t.Fatalf("%q became %q: %v", sql, page, err)
		}
		if again.table != k.table || again.ref != k.ref || again.Limit != "1" {
			t.Errorf("%q became %q", sql, page)
		}
	})
}
