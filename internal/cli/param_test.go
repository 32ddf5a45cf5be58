package cli

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
)

func TestParseParams(t *testing.T) {
	tests := []struct {
		flags   string // separated by |
		wantErr string
	}{
		{"a=1|b2_C=x=y|é=1|7=z|c=", ""},
		{"a", "has no value"},
		{"=1", "has no name"},
		{"a=1|a=2", "--param a is given twice"},
		{" a=1", `" a" is no name of a placeholder: write :name in the SQL and --param name=value`},
		{":a=1", `":a" is no name`},
		{"$1=2", `"$1" is no name`},
		{"a-b=2", `"a-b" is no name`},
		{"a\xff=2", `"a\xff" is no name`},
		{"a=\xff", "--param a: the value is not UTF-8: give bytes as hex and decode them in the SQL, as in decode(:a, 'hex')"},
	}
	for _, tt := range tests {
		params, err := parseParams(strings.Split(tt.flags, "|"))
		if tt.wantErr == "" {
			var got []string
			for _, p := range params {
				got = append(got, p.name+"="+p.value)
			}
			if diff := cmp.Diff(strings.Split(tt.flags, "|"), got); err != nil || diff != "" {
				t.Errorf("%q: %v, parameters (-want +got):\n%s", tt.flags, err, diff)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), tt.wantErr) || exitCode(started(err)) != exitUsage {
			t.Errorf("%q: error %v, want one of usage with %q", tt.flags, err, tt.wantErr)
		}
	}
}

func TestPlaceholdersWithoutValue(t *testing.T) {
	const named, numbered = "a placeholder has no value", "only placeholders with a name"
	tests := []struct {
		dialect      *dialect.Dialect
		sql          string
		want         string // in the error; empty for none
		wantPosition int
	}{
		{dialect.PostgreSQL, "select 1, ':a', '{}'::jsonb ? 'a', a[1:2]", "", 0},
		{dialect.PostgreSQL, "select é, :a", named, 11},
		{dialect.PostgreSQL, "select :ok, $1", numbered, 13},
		{dialect.PostgreSQL, "prepare p as select $1", "", 0},
		{dialect.MySQL, "select @a := 1", "", 0},
		{dialect.MySQL, "select ?", numbered, 8},
		{dialect.MySQL, "select :ok, :a", named, 13},
	}
	for _, tt := range tests {
		statements := []statement{{sql: tt.sql, line: 1, number: 1}, {sql: "select :ok", line: 1, number: 2}}
		_, err := arguments(tt.dialect, statements, []param{{"ok", "x"}})
		if tt.want == "" {
			if err != nil {
				t.Errorf("%s: %s: %v", tt.dialect, tt.sql, err)
			}
			continue
		}
		failed, ok := err.(*statementError)
		if !ok || !strings.Contains(failed.Error(), tt.want) || failed.position != tt.wantPosition {
			t.Errorf("%s: %s: error %v at another place than %d", tt.dialect, tt.sql, err, tt.wantPosition)
		}
	}
}
