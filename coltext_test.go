package auroradataapi

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

func TestDecodePlain(t *testing.T) {
	at := func(text string) time.Time {
		t.Helper()
		v, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			t.Fatal(err)
		}
		return v.UTC()
	}
	for _, tt := range []struct {
		typ, text string
		want      any // nil is an error
	}{
		{"bool", "t", true}, {"bool", "f", false}, {"bool", "true", nil},
		{"int8", "-9223372036854775808", int64(-1 << 63)}, {"int4", "1.5", nil},
		{"float8", "1e-300", 1e-300}, {"float4", "3.14", float64(float32(3.14))},
		{"numeric", "100.10", "100.10"}, {"text", "", ""}, {"interval", "1 day 02:00:00", "1 day 02:00:00"},
		{"bytea", `\x00ff`, []byte{0, 0xff}}, {"bytea", `a\\b\377`, []byte("a\\b\xff")}, {"bytea", `\x0`, nil}, {"bytea", `a\9`, nil},
		{"_int4", "{1,NULL}", "{1,NULL}"}, {"jsonb", `{"a": 1}`, []byte(`{"a":1}`)}, {"json", ` {"a" : " b"}`, []byte(`{"a":" b"}`)},
		{"_jsonb", `{1,NULL,"null","{\"a\": \" \\\\ \"}"}`, `{1,NULL,"null","{\"a\":\" \\\\ \"}"}`},
		{"_json", `[0:1]={{" 1 "},{"[\"b\" ]"}}`, `[0:1]={{1},{"[\"b\"]"}}`},
		{"date", "2024-01-15", at("2024-01-15T00:00:00Z")}, {"date", "infinity", "infinity"}, {"date", "15.01.2024", nil},
		{"time", "12:34:56.5", "12:34:56.5"},
		{"timestamptz", "2024-01-15 03:34:56.789012+00", at("2024-01-15T03:34:56.789012Z")},
		{"timestamptz", "2024-01-15 03:34:56-03:30", at("2024-01-15T03:34:56-03:30")},
		{"timestamptz", "1883-11-18 12:00:00+00:19:32", at("1883-11-18T11:40:28Z")},
		{"timestamptz", "-infinity", "-infinity"}, {"timestamptz", "2024-01-15 03:34:56", nil},
		{"timestamptz", "2024-01-15 03:34:56+", nil}, {"timestamptz", "2024-01-15 03:34:56+0", nil},
		{"mood", "happy", "happy"},
	} {
		c := newColumn(dialect.PostgreSQL, time.UTC, &wire.ColumnMetadata{TypeName: tt.typ})
		got, err := c.decodePlain(tt.text)
		switch {
		case tt.want == nil && err == nil:
			t.Errorf("%s %s was read as %v", tt.typ, tt.text, got)
		case tt.want != nil && (err != nil || !cmp.Equal(tt.want, any(got))):
			t.Errorf("%s %s: got %#v, %v, want %#v", tt.typ, tt.text, got, err, tt.want)
		}
	}
}
