package main

import (
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMain(m *testing.M) {
	serveIfAsked()
	os.Exit(m.Run())
}

// TestRun has every variant of every subject do its work, and look at what came
// of it. How long it takes is nothing for a test.
func TestRun(t *testing.T) {
	plot := filepath.Join(t.TempDir(), "plot.svg")
	var out strings.Builder
	if err := run(&out, "", plot, true); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"### decode mixed rows", "### through database/sql", "### serialise", "### call for one row", "### read 20000 rows", "### load 3000 rows", "### Goals"} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("no %s in\n%s", part, &out)
		}
	}
	drawn, err := os.ReadFile(plot)
	if err != nil {
		t.Fatal(err)
	}
	for dec := xml.NewDecoder(strings.NewReader(string(drawn))); ; {
		if _, err := dec.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatalf("the plot is no XML: %v", err)
		}
	}
}

// TestRatios pairs the figures of a round.
func TestRatios(t *testing.T) {
	r := result{subject: subject{variants: []variant{{name: "base"}, {name: "half"}}}, samples: make([][]sample, 2)}
	for round := range 9 {
		slow := float64(1 + round) // a machine that gets slower
		r.samples[0] = append(r.samples[0], sample{cpu: 2 * slow})
		r.samples[1] = append(r.samples[1], sample{cpu: slow})
	}
	want := quartiles{0.5, 0.5, 0.5}
	if got := r.ratio(r.index("half"), 0, cpu); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := r.each(0, cpu); got != (quartiles{6, 10, 14}) {
		t.Errorf("quartiles of 2, 4 … 18: %v", got)
	}
	if q, good := (goal{variant: "half", base: "base", inverse: true, of: cpu, least: 2}).reached(r); !good || q.median != 2 {
		t.Errorf("twice as fast: %v, %v", q, good)
	}
	if _, good := (goal{variant: "half", base: "base", of: cpu, most: 0.4}).reached(r); good {
		t.Error("0.5 is at most 0.4")
	}
}
