package dialect

import "testing"

// TestOnce has queries that must not be run twice, and others that give other values.
func TestOnce(t *testing.T) {
	t.Parallel()
	for sql, again := range map[string]bool{
		"SELECT @n := @n + 1 FROM t, u":                                       false,
		"SELECT (SELECT MAX(@n := x) FROM u) FROM t GROUP BY 1":               false,
		"SELECT /*!50000 @n := 1, */ a FROM t":                                false,
		"SELECT NEXT VALUE FOR s FROM t":                                      false,
		"SELECT nextval(s) FROM t":                                            false,
		"SELECT SETVAL (s, 7) FROM t":                                         false,
		"SELECT LAST_INSERT_ID(a) FROM t":                                     false,
		"SELECT LAST_INSERT_ID(), @n, ':=', RAND(), NOW() FROM t":             true,
		"SELECT t.nextval, `setval`, PREVIOUS VALUE FOR s, next FROM t -- :=": true,
	} {
		if err := MySQL.Parse(sql).Once(); (err == nil) != again {
			t.Errorf("%s: %v", sql, err)
		}
	}
}
