package dialect

import "testing"

func TestQuoteIdent(t *testing.T) {
	for _, tt := range []struct {
		d          *Dialect
		name, want string
	}{
		{PostgreSQL, `a"b`, `"a""b"`},
		{PostgreSQL, "a`b", "\"a`b\""},
		{MySQL, "a`b", "`a``b`"},
		{MySQL, `a"b`, "`a\"b`"},
	} {
		if got := tt.d.QuoteIdent(tt.name); got != tt.want {
			t.Errorf("%s: %s: got %s, want %s", tt.d, tt.name, got, tt.want)
		}
	}
}

func TestQuoteString(t *testing.T) {
	for _, tt := range []struct {
		d       *Dialect
		s, want string
	}{
		{PostgreSQL, "it's", "'it''s'"},
		{PostgreSQL, `a\'b`, `E'a\\''b'`},
		{PostgreSQL, "", "''"},
		{MySQL, "it's", "'it''s'"},
		{MySQL, `a\'b`, "_utf8mb4 X'615c2762'"},
	} {
		got, err := tt.d.QuoteString(tt.s)
		if err != nil || got != tt.want {
			t.Errorf("%s: %s: got %s, %v, want %s", tt.d, tt.s, got, err, tt.want)
		}
	}
	for _, s := range []string{"a\x00b", "a\xffb"} {
		if got, err := PostgreSQL.QuoteString(s); err == nil {
			t.Errorf("%q: got %s, want an error", s, got)
		}
	}
}
