package auroradataapi

import (
	"strings"
	"testing"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
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
	f.Add("0000-01-01  0:00:00")
	f.Fuzz(func(t *testing.T, text string) {
		layout := time.DateTime
		want, err := time.Parse(layout, text)
		if err != nil {
			layout = time.DateOnly
			want, err = time.Parse(layout, text)
		}
		// time.Parse takes more than it writes: an hour of one digit, spaces, a
		// comma before the fraction and any number of digits behind it.
		if _, fraction, ok := strings.Cut(text, "."); ok {
			layout += "." + strings.Repeat("0", len(fraction))
		}
		got, gotErr := parseTimestamp(text)
		if err != nil || want.Format(layout) != text {
			return
		}
		if gotErr != nil || !got.Equal(want) {
			t.Fatalf("%q: got %v, %v, want %v", text, got, gotErr, want)
		}
	})
}

func TestDatabaseText(t *testing.T) {
	tests := []struct {
		form       dialect.Form
		text, want string
	}{
		{dialect.Time, "03:04:05", "03:04:05"},
		{dialect.Time, "03:04:05.120", "03:04:05.12"},
		{dialect.Time, "03:04:05.123456", "03:04:05.123456"},
		{dialect.Time, "03:04:05.000", "03:04:05"},
		{dialect.Timestamp, "2024-01-15 03:34:50", "2024-01-15 03:34:50"},
		{dialect.Timestamp, "0044-03-15 00:00:00.500 BC", "0044-03-15 00:00:00.5 BC"},
		{dialect.TimestampTZ, "2024-01-15 03:34:56.500", "2024-01-15 03:34:56.5+00"},
		{dialect.TimestampTZ, "0044-03-15 00:00:00 BC", "0044-03-15 00:00:00+00 BC"},
		{dialect.Date, "2024-01-10", "2024-01-10"},
		{dialect.Numeric, "1.10", "1.10"},
		{dialect.Text, "1.500", "1.500"},
	}
	for _, tt := range tests {
		if got := databaseText(tt.text, tt.form); got != tt.want {
			t.Errorf("%d: %q became %q, want %q", tt.form, tt.text, got, tt.want)
		}
	}
}

func TestPadFraction(t *testing.T) {
	tests := []struct {
		text   string
		digits int
		want   string
	}{
		{"03:04:05", 0, "03:04:05"},
		{"03:04:05", 2, "03:04:05.00"},
		{"03:04:05.120", 2, "03:04:05.12"},
		{"03:04:05.500", 6, "03:04:05.500000"},
		{"-838:59:59", 1, "-838:59:59.0"},
		{"..", 2, ".."},
		{":.", 3, ":."},
		{"03:04:05.A0", 4, "03:04:05.A0"},
		{"", 2, ""},
		{"03:04:05.123456", 0, "03:04:05.123456"}, // more than the column is said to have
	}
	for _, tt := range tests {
		if got := padFraction(tt.text, tt.digits); got != tt.want {
			t.Errorf("%q with %d digits: got %q, want %q", tt.text, tt.digits, got, tt.want)
		}
	}
}
