package main

import (
	"fmt"
	"html"
	"strings"
)

// The measures of the plot.
const (
	plotWidth, labelWidth, barHeight, titleHeight = 880, 330, 22, 40
	barWidth                                      = plotWidth - labelWidth - 150
)

// plotStyle is for light and dark pages.
const plotStyle = `<style>
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600 }
.note { fill: #59636e }
.own { fill: #0969da } .other { fill: #afb8c1 }
.spread { stroke: #1f2328 }
@media (prefers-color-scheme: dark) {
 text { fill: #f0f6fc } .note { fill: #9198a1 }
 .own { fill: #4493f8 } .other { fill: #57606a }
 .spread { stroke: #f0f6fc }
}
</style>
`

// plotLegend says what a bar does not.
var plotLegend = []string{
	"Bars are medians, and the lines on them half of the rounds; a panel has a scale of its own.",
	"× is the median of the ratios to the first row of the panel, each of the same round, and so not quite that of the medians.",
}

// drawPlot draws a panel for each subject that has one: the time of each variant
// as a bar with its quartiles, to a scale of its own, and the ratio to the first.
func drawPlot(results []result) string {
	var b strings.Builder
	y := 0
	for _, r := range results {
		if r.plot != nil {
			y = drawPanel(&b, r, y)
		}
	}
	for _, line := range plotLegend {
		y += barHeight
		fmt.Fprintf(&b, `<text class="note" x="4" y="%d">%s</text>`+"\n", y, html.EscapeString(line))
	}
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="Time of the driver and of what it is compared with; shorter is better">
%s%s</svg>
`, plotWidth, y+14, plotStyle, b.String())
}

func drawPanel(b *strings.Builder, r result, y int) int {
	y += titleHeight
	kind := "CPU time"
	if r.inWall() {
		kind = "time"
	}
	fmt.Fprintf(b, `<text x="4" y="%d"><tspan class="title">%s</tspan> <tspan class="note">%s a %s, shorter is better</tspan></text>`+"\n",
		y-10, html.EscapeString(r.title), kind, html.EscapeString(r.unit))
	most := 0.0
	for i := range r.variants {
		most = max(most, r.each(i, r.plot).high)
	}
	for i, v := range r.variants {
		q := r.each(i, r.plot)
		x := func(ns float64) float64 {
			if most == 0 {
				return labelWidth
			}
			return labelWidth + ns/most*barWidth
		}
		class, middle := "other", y+barHeight/2
		if strings.HasPrefix(v.name, ours) {
			class = "own"
		}
		fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="end">%s</text>`+"\n", labelWidth-8, middle+5, html.EscapeString(v.name))
		fmt.Fprintf(b, `<rect class="%s" x="%d" y="%d" width="%.1f" height="%d" rx="2"/>`+"\n", class, labelWidth, y+3, x(q.median)-labelWidth, barHeight-6)
		if q.high > q.low {
			fmt.Fprintf(b, `<line class="spread" x1="%.1f" x2="%.1f" y1="%d" y2="%[3]d"/>`+"\n", x(q.low), x(q.high), middle)
		}
		fmt.Fprintf(b, `<text x="%.1f" y="%d">%s <tspan class="note">×%.3g</tspan></text>`+"\n", x(q.high)+8, middle+5, duration(q.median), r.ratio(i, 0, r.plot).median)
		y += barHeight
	}
	return y
}

// duration writes nanoseconds in the unit that suits them.
func duration(ns float64) string {
	if ns < 1000 {
		return fmt.Sprintf("%.3g ns", ns)
	}
	return fmt.Sprintf("%.3g µs", ns/1000)
}

// inWall says whether the plot shows time that passed, not that of the CPU.
func (r result) inWall() bool {
	one := sample{wall: 1}
	return r.plot(one) == 1
}
