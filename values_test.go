package auroradataapi

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

func TestParseTimestamp(t *testing.T) {
	tests := []struct {
		text string
		want time.Time
	}{
		{"2024-02-29", time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)},
		{"2024-01-15 03:34:56", time.Date(2024, 1, 15, 3, 34, 56, 0, time.UTC)},
		{"2024-01-15 03:34:56.5", time.Date(2024, 1, 15, 3, 34, 56, 500_000_000, time.UTC)},
		{"2024-01-15 03:34:56.123", time.Date(2024, 1, 15, 3, 34, 56, 123_000_000, time.UTC)},
		{"2020-09-17 13:49:32.780180", time.Date(2020, 9, 17, 13, 49, 32, 780_180_000, time.UTC)},
		{"0001-01-01", time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)},
		{"12345-06-07 00:00:00", time.Date(12345, 6, 7, 0, 0, 0, 0, time.UTC)},
		{"0044-03-15 BC", time.Date(-43, 3, 15, 0, 0, 0, 0, time.UTC)},
	}
	for _, tt := range tests {
		got, err := parseTimestamp(tt.text)
		if err != nil || !got.Equal(tt.want) {
			t.Errorf("%q: got %v, %v, want %v", tt.text, got, err, tt.want)
		}
	}
	for _, text := range []string{"", "infinity", "2024", "2024-1-1", "2023-02-29", "2024-13-01", "2024-01-01T00:00:00", "2024-01-01 24:00:00",
		"2024-01-01 00:60:00", "2024-01-01 00:00:00.", "2024-01-01 00:00:00Z", "2024-01-01 00:00:00+00", "2024-01-01 00:00:00.1234567890", "24-01-01", " BC"} {
		if got, err := parseTimestamp(text); err == nil {
			t.Errorf("%q: got %v, want an error", text, got)
		}
	}
}

// FuzzTimestamp holds the two directions together: what is sent for an instant
// reads as that instant, cut to microseconds.
func FuzzTimestamp(f *testing.F) {
	f.Add(int64(0), int64(0), 0)
	f.Add(int64(-62135596800), int64(999_999_999), 14*3600)
	f.Fuzz(func(t *testing.T, seconds, nanos int64, offset int) {
		in := time.Unix(seconds, nanos).In(time.FixedZone("", offset%86400))
		text, err := formatTimestamp(in)
		if y := in.UTC().Year(); y < 1 || y > 9999 {
			if err == nil {
				t.Fatalf("the year %d was sent as %q", y, text)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		out, err := parseTimestamp(text)
		if err != nil {
			t.Fatal(err)
		}
		if want := in.Add(-time.Duration(in.Nanosecond() % 1000)); !out.Equal(want) {
			t.Fatalf("%v was sent as %q and read as %v", in, text, out)
		}
	})
}

// FuzzParseTimestamp compares the reader with time.Parse on whatever both take.
func FuzzParseTimestamp(f *testing.F) {
	f.Add("2020-09-17 13:49:32.780180")
	f.Add("2020-09-17")
	f.Fuzz(func(t *testing.T, text string) {
		want, err := time.Parse("2006-01-02 15:04:05", text)
		if err != nil {
			want, err = time.Parse("2006-01-02", text)
		}
		got, gotErr := parseTimestamp(text)
		if err != nil {
			return
		}
		// time.Parse takes one-digit hours, a comma and any number of digits.
		if i := strings.IndexAny(text, ",."); i >= 0 && (text[i] == ',' || len(text)-i > 10) || len(text) > 10 && text[12] == ':' {
			return
		}
		if gotErr != nil || !got.Equal(want) {
			t.Fatalf("%q: got %v, %v, want %v", text, got, gotErr, want)
		}
	})
}

func TestDecode(t *testing.T) {
	pg := dialect.PostgreSQL
	tests := []struct {
		typ  string
		f    wire.Field
		want any
	}{
		{"int8", wire.Null(), nil},
		{"int8", wire.Long(math.MinInt64), int64(math.MinInt64)},
		{"float8", wire.Double(math.Inf(-1)), math.Inf(-1)},
		{"bool", wire.Boolean(true), true},
		{"text", wire.String("2024-01-01"), "2024-01-01"},
		{"numeric", wire.String("1.10"), "1.10"},
		{"bytea", wire.Blob([]byte{0, 1}), []byte{0, 1}},
		{"jsonb", wire.String(`{"a":1}`), []byte(`{"a":1}`)},
		{"uuid", wire.String("6e0a6b5c-0000-4000-8000-000000000000"), "6e0a6b5c-0000-4000-8000-000000000000"},
		{"date", wire.String("2024-02-29"), time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)},
		{"timestamptz", wire.String("2024-01-15 03:34:56"), time.Date(2024, 1, 15, 3, 34, 56, 0, time.UTC)},
		{"time", wire.String("03:04:05"), "03:04:05"},
		{"some_enum", wire.String("happy"), "happy"},
		{"_int4", wire.ArrayOf(wire.KindLong, wire.Long(1), wire.Null(), wire.Long(-3)), "{1,NULL,-3}"},
		{"_text", wire.ArrayOf(wire.KindString, wire.String(`a"b\c`), wire.String("NULL"), wire.String(""), wire.Null()), `{"a\"b\\c","NULL","",NULL}`},
		{"_bool", wire.ArrayOf(wire.KindBoolean, wire.Boolean(true), wire.Boolean(false)), "{t,f}"},
		{"_float8", wire.ArrayOf(wire.KindDouble, wire.Double(1.5), wire.Double(math.Inf(1)), wire.Double(math.NaN())), "{1.5,Infinity,NaN}"},
		{"_int4", wire.ArrayOf(wire.KindArray, wire.ArrayOf(wire.KindLong, wire.Long(1)), wire.ArrayOf(wire.KindLong, wire.Long(2))), "{{1},{2}}"},
		{"_int4", wire.ArrayOf(wire.KindLong), "{}"},
	}
	for _, tt := range tests {
		got, err := decode(tt.f, pg.TypeByName(tt.typ))
		if err != nil {
			t.Errorf("%s: %v", tt.typ, err)
			continue
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.typ, diff)
		}
	}
	for typ, f := range map[string]wire.Field{
		"date":      wire.String("yesterday"),
		"timestamp": wire.String("2023-02-29 00:00:00"),
		"int4":      {},
		"_int4":     wire.ArrayOf(wire.KindLong, wire.Field{}),
	} {
		if got, err := decode(f, pg.TypeByName(typ)); err == nil {
			t.Errorf("%s: got %v, want an error", typ, got)
		}
	}
}
