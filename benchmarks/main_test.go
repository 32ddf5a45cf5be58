package main

import (
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
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
	for _, part := range []string{"### decode mixed rows", "### through database/sql", "### serialise", "### call for one row", "### 2 pages of 3861 mixed rows, 20ms a call, 5µs a row", "### read 8000 rows", "### load 8000 rows", "A short run"} {
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
	r.goals = []goal{{text: "of the time", variant: "half", base: "base", of: cpu, most: 0.4}}
	var table strings.Builder
	if writeGoals(&table, []result{r}); !strings.Contains(table.String(), "of the time | ≤ 0.4 | 0.5 [0.5–0.5] | missed |") {
		t.Error(table.String())
	}
	if _, good := (goal{variant: "half", base: "base", of: peak, most: 2}).reached(r); good {
		t.Error("a goal is reached by what was not measured")
	}
}

// TestCollections has the garbage of a slice collected within it.
func TestCollections(t *testing.T) {
	var kept []byte
	allocate := func() error { kept = make([]byte, 1<<20); return nil }
	e := effort{slice: 50 * time.Millisecond}
	if s, err := e.take(allocate, 1); err != nil || s.collections == 0 {
		t.Errorf("%.0f collections of slices of a MiB each, error %v; the last has %d bytes", s.collections, err, len(kept))
	}
}

// TestSubjectsAreLetGo has nothing of a subject kept by its result.
func TestSubjectsAreLetGo(t *testing.T) {
	r, err := effort{rounds: 1}.run(topic{"large", func(effort) (subject, error) {
		body := make([]byte, 64<<20)
		return subject{units: 1, variants: []variant{{name: "only", op: func() error { body[0]++; return nil }}}}, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	peakHeap.Store(0)
	runtime.GC()
	lookAtHeap()
	if n := peakHeap.Load(); n > 32<<20 {
		t.Errorf("the heap has %d bytes after the subject", n)
	}
	runtime.KeepAlive(r)
}
