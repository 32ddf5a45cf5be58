package auroradataapi

import (
	"database/sql"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestWrappersScan(t *testing.T) {
	type order struct{ ID int }
	var o, kept order
	kept.ID = 7
	j := JSON{}
	if err := (&JSON{V: &o}).Scan([]byte(`{"ID":3}`)); err != nil || o.ID != 3 {
		t.Errorf("JSON into a pointer: %v, %v", o, err)
	}
	if err := (&JSON{V: &kept}).Scan(nil); err != nil || kept.ID != 0 {
		t.Errorf("NULL into a pointer: %v, %v", kept, err)
	}
	if err := j.Scan(`[1,"a"]`); err != nil || !cmp.Equal(j.V, any([]any{1.0, "a"})) {
		t.Errorf("JSON: %v, %v", j.V, err)
	}
	if err := j.Scan(nil); err != nil || j.V != nil {
		t.Errorf("JSON of NULL: %v, %v", j.V, err)
	}
	if err := j.Scan("{"); err == nil {
		t.Error("half an object was read as JSON")
	}

	day := time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)
	at := time.Date(2024, 2, 29, 3, 4, 5, 600_000, time.UTC)
	clock := time.Date(1, 1, 1, 3, 4, 5, 600_000, time.UTC)
	for _, tt := range []struct {
		src  any
		into sql.Scanner
		text string // of what was read; an error of this text if it is none
	}{
		{strings.ToUpper(sampleID), new(UUID), sampleID},
		{[]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, new(UUID), sampleID},
		{"1.50", new(Decimal), "1.50"},
		{[]byte("NaN"), new(Decimal), "NaN"},
		{int64(-3), new(Decimal), "-3"},
		{0.1, new(Decimal), "0.1"},
		{day, new(Date), "2024-02-29"},
		{"2024-02-29", new(Date), "2024-02-29"},
		{[]byte("03:04:05.0006"), new(Time), clock.Format(timeLayout)},
		{at, new(Time), clock.Format(timeLayout)},
		{at, new(Timestamp), at.Format(timestampLayout)},
		{"2024-02-29 03:04:05.0006", new(Timestamp), at.Format(timestampLayout)},
		{"x", new(UUID), "not a UUID"},
		{nil, new(UUID), "sql.Null[auroradataapi.UUID]"},
		{"x", new(Decimal), "not a decimal"},
		{nil, new(Decimal), "sql.Null[auroradataapi.Decimal]"},
		{true, new(Decimal), "a bool cannot be read as Decimal"},
		{nil, new(Date), "sql.Null[auroradataapi.Date]"},
		{int64(1), new(Date), "a int64 cannot be read as Date"},
		{"838:59:59", new(Time), "not a time of day"},
		{"infinity", new(Timestamp), "not a date or timestamp"},
	} {
		var got string
		if err := tt.into.Scan(tt.src); err != nil {
			if got = err.Error(); strings.Contains(got, tt.text) {
				continue
			}
		}
		switch v := tt.into.(type) {
		case *UUID:
			got += string(*v)
		case *Decimal:
			got += string(*v)
		case *Date:
			got += v.String()
		case *Time:
			got += v.String()
		case *Timestamp:
			got += v.String()
		}
		if got != tt.text {
			t.Errorf("%v into a %T: got %s, want %s", tt.src, tt.into, got, tt.text)
		}
	}
}

func TestDecimalText(t *testing.T) {
	for _, good := range []Decimal{"0", "-1", "+1.5", ".5", "5.", "1e7", "1E-7", "-1.5e+10", "NaN", "Infinity", "-Infinity"} {
		if err := good.check(); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []Decimal{"", "-", ".", "e1", "1e", "1e+", "1e+-1", "--1", "-+1", "1.2.3", "0x10", " 1", "1 ", "1,5", "inf", "nan", "1_000"} {
		if err := bad.check(); err == nil {
			t.Errorf("%q is taken for a decimal", bad)
		}
	}
}

// FuzzUUID has every text that is read come out in the one form that the service
// takes, which reads as itself.
func FuzzUUID(f *testing.F) {
	f.Add(sampleID)
	f.Add("{0102-0304-0506-0708-090a-0b0c-0d0e-0f10}")
	f.Add("01020304-")
	f.Fuzz(func(t *testing.T, text string) {
		one, err := UUID(text).canonical()
		if err != nil {
			return
		}
		two, err := UUID(one).canonical()
		if err != nil || one != two || len(one) != 36 || strings.Count(one, "-") != 4 {
			t.Fatalf("%q became %q and then %q, %v", text, one, two, err)
		}
	})
}
