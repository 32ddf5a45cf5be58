package dialect

import "testing"

func TestVerb(t *testing.T) {
	for sql, want := range map[string]string{
		"SELECT 1": "SELECT",
		"select 1": "SELECT",
		"  -- why\n/* /* nested */ */ insert into t values (1)": "INSERT",
		"((SELECT 1) UNION (SELECT 2))":                         "SELECT",
		"WITH x AS (SELECT 1) DELETE FROM t":                    "WITH",
		"TRUNCATE t":                                            "TRUNCATE",
		"":                                                      "",
		"-- nothing":                                            "",
		"'a secret'":                                            "",
		`"SELECT" 1`:                                            "",
		"$1":                                                    "",
		"größe":                                                 "",
		"x1":                                                    "",
		"aVeryLongWordThatIsNoCommand 1":                        "",
		"((":                                                    "",
	} {
		if got := PostgreSQL.Parse(sql).Verb(); got != want {
			t.Errorf("%q: got %q, want %q", sql, got, want)
		}
	}
	if got := MySQL.Parse("# why\n/*! STRAIGHT */ replace into t values (1)").Verb(); got != "STRAIGHT" {
		t.Errorf("behind a hint: %q", got)
	}
}
