package server

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// textArray returns the type of text[].
func textArray() *columnType { return builtin(1009) }

// FuzzArray writes an array as the database does and reads it back.
func FuzzArray(f *testing.F) {
	f.Add("a|b", "|", uint8(0))
	f.Add(`NULL|nULL||"|\|{}|,| a`, "|", uint8(2))
	f.Fuzz(func(t *testing.T, joined, sep string, null uint8) {
		var want []element
		var b strings.Builder
		b.WriteByte('{')
		for i, s := range strings.Split(joined, sep) {
			if i > 0 {
				b.WriteByte(',')
			}
			if i == int(null) {
				want = append(want, element{text: "NULL", null: true})
				b.WriteString("NULL")
				continue
			}
			want = append(want, element{text: s})
			b.WriteString(`"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`)
		}
		b.WriteByte('}')
		got, err := parseArray(textArray(), b.String())
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("%s: got %v and %v, want %v", b.String(), got, err, want)
		}
	})
}

// FuzzField reads any text as a value of any type: it ends in a value or an
// error of the service.
func FuzzField(f *testing.F) {
	for _, text := range []string{"{}", "{1,}", "{{1}}", "[1:", `{"\`, `{"a"b}`, "0001-01-01 00:00:00.123-23:59:59 BC", "infinity", `\x0`, `\08`, "24:00:00", "-", ""} {
		f.Add(text, uint16(1007))
	}
	f.Fuzz(func(t *testing.T, text string, oid uint16) {
		typ := builtin(uint32(oid))
		if typ == nil {
			return
		}
		for _, options := range []wire.ResultSetOptions{{}, {DecimalReturnType: wire.DecimalDoubleOrLong, LongReturnType: wire.LongString}} {
			got, err := toField(typ, text, options)
			if (err == nil) == (got.Kind() == wire.KindAbsent) {
				t.Fatalf("%q as %s: got %v and %v", text, typ.Name, got, err)
			}
			if err == nil {
				if _, err := formatJSON([]string{text}, [][]wire.Field{{got}}, wire.MaxFormattedBytes); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

// FuzzInstant writes an instant in any zone and reads it in UTC.
func FuzzInstant(f *testing.F) {
	f.Add(int64(1705289696), uint32(780180), int32(9*3600))
	f.Add(int64(-62135596800), uint32(0), int32(-86399))
	f.Fuzz(func(t *testing.T, seconds int64, micros uint32, offset int32) {
		seconds %= 200_000 * 365 * 86400 // about what the database holds
		instant := time.Unix(seconds, int64(micros%1e6)*1000).UTC()
		if instant.Year() < -4700 {
			return
		}
		zone := int(offset % 86400)
		local := instant.Add(time.Duration(zone) * time.Second)
		wall, bc := strings.CutSuffix(pgTimestamp(local), " BC")
		text := wall + pgOffset(zone)
		if bc {
			text += " BC"
		}
		if got, ok := toUTC(text); !ok || got != padFraction(pgTimestamp(instant)) {
			t.Fatalf("%s: got %q, want %q", text, got, padFraction(pgTimestamp(instant)))
		}
	})
}

// pgTimestamp writes a time as the database does.
func pgTimestamp(t time.Time) string {
	year := t.Year()
	if year <= 0 {
		year = 1 - year
	}
	b := []byte{}
	for i := 1000; i > year && i > 1; i /= 10 {
		b = append(b, '0')
	}
	text := string(b) + itoa(year) + t.Format("-01-02 15:04:05")
	if us := t.Nanosecond() / 1000; us != 0 {
		text += "." + strings.TrimRight(itoa(1_000_000 + us)[1:], "0")
	}
	if t.Year() <= 0 {
		text += " BC"
	}
	return text
}

func itoa(n int) string { b, _ := json.Marshal(n); return string(b) }

// pgOffset writes a zone as the database does.
func pgOffset(seconds int) string {
	sign := "+"
	if seconds < 0 {
		sign, seconds = "-", -seconds
	}
	two := func(n int) string { return itoa(100 + n)[1:] }
	text := sign + two(seconds/3600)
	if seconds%3600 != 0 {
		text += ":" + two(seconds/60%60)
	}
	if seconds%60 != 0 {
		text += ":" + two(seconds%60)
	}
	return text
}

// FuzzBytea reads bytes back in both of their forms.
func FuzzBytea(f *testing.F) {
	f.Add([]byte(`\x00`))
	f.Fuzz(func(t *testing.T, want []byte) {
		escaped := []byte{}
		for _, c := range want {
			switch {
			case c == '\\':
				escaped = append(escaped, `\\`...)
			case c < 0x20 || c > 0x7e:
				escaped = append(escaped, '\\', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
			default:
				escaped = append(escaped, c)
			}
		}
		for _, text := range []string{`\x` + hex.EncodeToString(want), string(escaped)} {
			got, err := parseBytea(text)
			if err != nil || !bytes.Equal(got, want) {
				t.Fatalf("%q: got %q and %v, want %q", text, got, err, want)
			}
		}
	})
}

func TestUTC(t *testing.T) {
	for text, want := range map[string]string{
		"2024-01-15 03:34:56+00":           "2024-01-15 03:34:56",
		"2024-01-15 03:34:56.5+00":         "2024-01-15 03:34:56.500",
		"2024-01-01 03:34:56.5+05:30":      "2023-12-31 22:04:56.500",
		"1890-01-01 00:00:00-04:56:02":     "1890-01-01 04:56:02",
		"0001-01-01 00:30:00+01 BC":        "0002-12-31 23:30:00 BC",
		"0001-12-31 23:30:00-01 BC":        "0001-01-01 00:30:00",
		"12345-06-07 08:09:10.000001+00":   "12345-06-07 08:09:10.000001",
		"294276-12-31 23:59:59.999999-10":  "294277-01-01 09:59:59.999999",
		"4713-01-01 00:00:00.12+00 BC":     "4713-01-01 00:00:00.120 BC",
		"2024-01-15 03:34:56.120000+00:00": "2024-01-15 03:34:56.120",
	} {
		if got, ok := toUTC(text); !ok || got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
	for _, text := range []string{"", "2024-01-15", "2024-01-15 03:34:56", "2024-01-15 03:34:56+x", "a-b-c 00:00:00+01", "2024-01-15 99:00:00+01"} {
		if got, ok := toUTC(text); ok {
			t.Errorf("%q was read as %q", text, got)
		}
	}
}

func TestAppendDouble(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0.0", 10: "10.0", -1.5: "-1.5", 0.001: "0.001", 0.0001: "1.0E-4", 9999999: "9999999.0", 1e7: "1.0E7",
		math.MaxFloat64: "1.7976931348623157E308", math.SmallestNonzeroFloat64: "5.0E-324", math.Inf(1): `"Infinity"`,
	} {
		if got := string(appendDouble(nil, v)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// TestCatalogEpoch shows that what was found before a change is not learnt
// after it.
func TestCatalogEpoch(t *testing.T) {
	c := newCatalog()
	typ := &columnType{Type: &dialect.Type{Name: "mood"}}
	epoch := c.read(func() {})
	c.forget()
	c.learn(epoch, func() { c.typeOf[1] = typ })
	epoch = c.read(func() {
		if len(c.typeOf) != 0 {
			t.Error("a stale fact was learnt")
		}
	})
	c.learn(epoch, func() { c.typeOf[1] = typ })
	c.read(func() {
		if c.typeOf[1] != typ {
			t.Error("a fresh fact was not learnt")
		}
	})
}
