package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"
)

// goal is what a subject is to reach.
type goal struct {
	text    string
	variant string
	base    string // a ratio to this one, or the figure itself
	inverse bool   // the ratio is how many times less
	of      func(sample) float64
	least   float64 // or
	most    float64
}

// reached returns the figure that the goal is about and whether it is good.
func (g goal) reached(r result) (q quartiles, good bool) {
	switch v := r.index(g.variant); {
	case g.base == "":
		q = r.each(v, g.of)
	case g.inverse:
		q = r.ratio(r.index(g.base), v, g.of)
	default:
		q = r.ratio(v, r.index(g.base), g.of)
	}
	if g.base != "" && q == (quartiles{}) { // nothing to compare with was measured
		return q, false
	}
	if g.least > 0 {
		return q, q.median >= g.least
	}
	return q, q.median <= g.most
}

// environment says where the figures come from.
func environment() string {
	versions := []string{runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH, fmt.Sprintf("%d CPUs", runtime.NumCPU())}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if strings.HasSuffix(m.Path, "/service/rdsdata") {
				versions = append(versions, "rdsdata "+m.Version)
			}
		}
	}
	return strings.Join(versions, ", ") + ". Ratios are medians over rounds, with quartiles; the first row of a table is their base."
}

func writeTable(w io.Writer, r result) {
	fmt.Fprintf(w, "\n### %s\n\n| | CPU | wall | CPU ns a %s | allocations | bytes | collections a slice |\n|---|---|---|---|---|---|---|\n", r.title, r.unit)
	for i, v := range r.variants {
		fmt.Fprintf(w, "| %s | %s | %s | %.0f | %.3g | %.4g | %.0f |\n", v.name, ratioText(r.ratio(i, 0, cpu)), ratioText(r.ratio(i, 0, wall)),
			r.each(i, cpu).median, r.each(i, allocs).median, r.each(i, bytesOf).median, r.each(i, collections).median)
	}
}

func writeGoals(w io.Writer, results []result) {
	fmt.Fprint(w, "\n### Goals\n\n| | goal | measured | |\n|---|---|---|---|\n")
	for _, r := range results {
		for _, g := range r.goals {
			q, good := g.reached(r)
			bound, verdict := fmt.Sprintf("≤ %.3g", g.most), "reached"
			if g.least > 0 {
				bound = fmt.Sprintf("≥ %.3g", g.least)
			}
			if !good {
				verdict = "missed"
			}
			fmt.Fprintf(w, "| %s: %s | %s | %s | %s |\n", r.title, g.text, bound, ratioText(q), verdict)
		}
	}
}

func ratioText(q quartiles) string {
	return fmt.Sprintf("%.3g [%.3g–%.3g]", q.median, q.low, q.high)
}
