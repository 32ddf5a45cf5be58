package wire_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// FuzzRoundTrip makes messages and expects them back from the wire.
func FuzzRoundTrip(f *testing.F) {
	for kind := range 10 {
		var seed []byte
		for i := range 300 {
			seed = append(seed, byte(i*i*7+i*kind*31))
		}
		f.Add(append([]byte{byte(kind)}, seed...))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s := &source{data: data}
		checkRoundTrip(t, s.message())
	})
}

// FuzzParse reads anything as any message. What is accepted has to be JSON,
// and to stay the same when it is written and read again.
func FuzzParse(f *testing.F) {
	for _, seed := range parseSeeds() {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for name, fresh := range messageTypes() {
			m := fresh()
			if err := m.ParseJSON([]byte(text)); err != nil {
				checkJSONError(t, name, text, err)
				continue
			}
			if r, ok := m.(*wire.ExecuteResponse); ok {
				if c := contentOf(r.Records); c != nil && c.Err != "" { // rows are looked at when they are read
					continue
				}
			}
			if !json.Valid([]byte(text)) {
				t.Fatalf("%s: accepted what is not JSON: %q", name, text)
			}
			again := fresh()
			written := m.AppendJSON(nil)
			if err := again.ParseJSON(written); err != nil {
				t.Fatalf("%s: %v\n%s", name, err, written)
			}
			if d := diff(m, again); d != "" {
				t.Fatalf("%s: changed by writing (-before +after):\n%s", name, d)
			}
		}
	})
}

func parseSeeds() []string {
	seeds := []string{
		``, `{}`, `null`, `[]`, `{"sql":"\ud83d\ude00","parameters":[{"name":"a","value":{"longValue":1}}]} `,
		`{"unknown":{"a":[1,2.5e-3,true,null,"\u0041\/"]}}`, `{"records":[[{"isNull":true},{"longValue":"x"}],7]}`,
		`{"records":[[{"arrayValue":{"arrayValues":[{"longValues":[1,null]},null]}}]],"numberOfRecordsUpdated":-0}`,
		`{"sql":"\ud83d"}`, `{"x":"\q"}`, "{\"sql\":\"\xff\"}", `{"parameters":[{"value":{"doubleValue":1e400}}]}`,
		`{"a":` + strings.Repeat("[", 100),
	}
	for _, f := range anyFields() {
		seeds = append(seeds, string((&wire.ExecuteRequest{Parameters: []wire.Parameter{{Value: f}}}).AppendJSON(nil)))
	}
	return seeds
}

// checkJSONError expects an error that says where in the text something is.
func checkJSONError(t *testing.T, name, text string, err error) {
	t.Helper()
	var e *wire.JSONError
	switch {
	case !errors.As(err, &e):
		t.Fatalf("%s: %q: %T is not a *JSONError: %v", name, text, err, err)
	case e.Offset < 0 || e.Offset > len(text):
		t.Fatalf("%s: %q: offset %d of %d", name, text, e.Offset, len(text))
	case e.Msg == "" || len(e.Error()) > 5000 || !utf8.ValidString(e.Error()):
		t.Fatalf("%s: %q: unusable message %q", name, text, e.Error())
	}
}

var surrogate = regexp.MustCompile(`(?i)\\u+d[89a-f]`)

// FuzzTolerance puts JSON where no member is known. All JSON has to be passed
// over, but for what is refused on purpose: text that is not Unicode, and depth.
func FuzzTolerance(f *testing.F) {
	for _, seed := range []string{`1`, `-0.0e+00`, `"\u00e9\b\f\n\r\t\"\\\/"`, `[{"a":[],"b":{}}, null]`, ` true `, `01`, `1.`, `"\x"`, "\"\x01\"", `nul`, `[1,]`, "\"\\\n\""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		text := `{"unknown":` + value + `}`
		valid := json.Valid([]byte(text))
		if valid && (!utf8.ValidString(value) || surrogate.MatchString(value) || strings.Count(value, "[")+strings.Count(value, "{") > 60) {
			return
		}
		if err := new(wire.BeginRequest).ParseJSON([]byte(text)); (err == nil) != valid {
			t.Errorf("%q: error %v, but valid JSON: %v", text, err, valid)
		}
	})
}

// FuzzValue compares strings and numbers with what encoding/json reads.
func FuzzValue(f *testing.F) {
	for _, seed := range []string{`""`, `"\ud83d\ude00\u0000é"`, `1`, `-0`, `-0.0`, `9223372036854775807`, `9223372036854775808`, `1.0`, `1e2`, `1e400`, `1E-400`, `"NaN"`, `null`, ` "a" `} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if !utf8.ValidString(value) || surrogate.MatchString(value) || !json.Valid([]byte(value)) {
			return
		}
		read := func(kind string) (wire.Field, error) {
			var r wire.ExecuteRequest
			err := r.ParseJSON(fmt.Appendf(nil, `{"parameters":[{"value":{%q:%s}}]}`, kind, value))
			if err != nil {
				return wire.Field{}, err
			}
			return r.Parameters[0].Value, nil
		}
		var text *string
		var long *int64
		var double *float64
		compare(t, value, text, read, "stringValue", wire.String)
		compare(t, value, long, read, "longValue", wire.Long)
		switch strings.TrimSpace(value) {
		case `"NaN"`, `"Infinity"`, `"-Infinity"`: // numbers to us
		default:
			compare(t, value, double, read, "doubleValue", wire.Double)
		}
	})
}

func compare[T any](t *testing.T, value string, v *T, read func(string) (wire.Field, error), kind string, field func(T) wire.Field) {
	t.Helper()
	wantErr := json.Unmarshal([]byte(value), &v)
	got, err := read(kind)
	if (err == nil) != (wantErr == nil) {
		t.Fatalf("%s %s: %v, encoding/json: %v", kind, value, err, wantErr)
	}
	var want wire.Field
	if v != nil && wantErr == nil {
		want = field(*v)
	}
	if d := diff(want, got); d != "" {
		t.Fatalf("%s %s: (-encoding/json +ours):\n%s", kind, value, d)
	}
}

// FuzzAppendDouble expects every double to be written as encoding/json reads it.
func FuzzAppendDouble(f *testing.F) {
	for _, v := range []float64{0, 1, 1e20, 1e21, 1e-6, 9e-7, math.MaxFloat64, math.SmallestNonzeroFloat64} {
		f.Add(math.Float64bits(v))
	}
	f.Fuzz(func(t *testing.T, bits uint64) {
		v := math.Float64frombits(bits)
		var got struct{ DoubleValue any }
		if err := json.Unmarshal(wire.Double(v).AppendJSON(nil), &got); err != nil {
			t.Fatal(err)
		}
		switch w := got.DoubleValue.(type) {
		case float64:
			if math.Float64bits(w) != bits {
				t.Errorf("%x was written as %v", bits, w)
			}
		case string:
			if p, err := strconv.ParseFloat(w, 64); err != nil || !wire.Double(p).Equal(wire.Double(v)) {
				t.Errorf("%v was written as %q", v, w)
			}
		}
	})
}
