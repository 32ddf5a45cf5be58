package dialect

import "testing"

func TestStar(t *testing.T) {
	for sql, want := range map[string]bool{
		"SELECT * FROM t":                             true,
		"SELECT*FROM t":                               true,
		"select /* all */ * from t":                   true,
		"SELECT ALL * FROM t":                         true,
		"SELECT DISTINCT * FROM t":                    true,
		"SELECT DISTINCT ON (a) * FROM t":             true,
		"SELECT a, * FROM t":                          true,
		"SELECT t.* FROM t":                           true,
		"SELECT (f()).* FROM t":                       true,
		"SELECT a FROM (SELECT * FROM t) x":           true,
		"WITH x AS (SELECT * FROM t) SELECT 1":        true,
		"TABLE t":                                     true,
		"SELECT count(*) FROM t":                      false,
		"SELECT a * b, 2 * 3 FROM t":                  false,
		"SELECT '*', \"*\", $$SELECT *$$ -- SELECT *": false,
		"SELECT a FROM t WHERE b ~* 'x'":              false,
		"":                                            false,
	} {
		if got := PostgreSQL.Parse(sql).Star(); got != want {
			t.Errorf("%s: %v", sql, got)
		}
	}
}
