package interop_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// result is how a test of a suite ended, as reporter.mjs writes it.
type result struct {
	// Path is the test's name, below those of the groups that it is in.
	Path []string `json:"path"`
	// Error is empty for a test that passed.
	Error string `json:"error,omitempty"`
	// Skipped is the reason, for a test that was skipped.
	Skipped string `json:"skipped,omitempty"`
	// Milliseconds is how long it took.
	Milliseconds float64 `json:"ms"`
	// End marks the last line, behind all tests.
	End bool `json:"end,omitempty"`
}

// parseEvents reads what reporter.mjs wrote. That it ends early, or holds no
// test, is an error: such a run has shown nothing.
func parseEvents(text []byte) (results []result, err error) {
	for line := range bytes.Lines(text) {
		var r result
		if err := json.Unmarshal(line, &r); err != nil {
			return nil, fmt.Errorf("the report of the tests is not readable: %w", err)
		}
		if r.End {
			if len(results) == 0 {
				return nil, errors.New("no test has run")
			}
			return results, nil
		}
		if len(r.Path) == 0 {
			return nil, fmt.Errorf("a test without a name: %s", line)
		}
		results = append(results, r)
	}
	return nil, fmt.Errorf("the report of the tests ends early, after %d", len(results))
}

// report makes each result a test below t.
func report(t *testing.T, results []result) {
	for _, r := range results {
		t.Run(strings.Join(r.Path, "/"), func(t *testing.T) {
			switch {
			case r.Error != "":
				t.Error(r.Error)
			case r.Skipped != "":
				t.Skip(r.Skipped)
			default:
				t.Logf("%.0f ms", r.Milliseconds)
			}
		})
	}
}

func TestParseEvents(t *testing.T) {
	tests := []struct {
		name, text, wantErr string
		want                []result
	}{
		{
			name: "passed, failed and skipped",
			text: `{"path":["a","b"],"ms":1.5}` + "\n" + `{"path":["c"],"error":"1 is not 2","ms":0}` + "\n" +
				`{"path":["d"],"skipped":"why","ms":0}` + "\n" + `{"end":true}` + "\n",
			want: []result{
				{Path: []string{"a", "b"}, Milliseconds: 1.5},
				{Path: []string{"c"}, Error: "1 is not 2"},
				{Path: []string{"d"}, Skipped: "why"},
			},
		},
		{name: "nothing", wantErr: "ends early, after 0"},
		{name: "no test", text: `{"end":true}`, wantErr: "no test has run"},
		{name: "cut off", text: `{"path":["a"],"ms":1}` + "\n", wantErr: "ends early, after 1"},
		{name: "cut off within a line", text: `{"path":["a"],"m`, wantErr: "not readable"},
		{name: "no name", text: `{"ms":1}` + "\n" + `{"end":true}`, wantErr: "without a name"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := parseEvents([]byte(tt.text))
			if (err == nil) != (tt.wantErr == "") || err != nil && !strings.Contains(err.Error(), tt.wantErr) {
				t.Fatalf("error %v, want %q", err, tt.wantErr)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
