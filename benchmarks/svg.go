package main

import (
	"fmt"
	"html"
	"strings"
)

// The measures of the plot.
const (
	plotWidth, labelWidth, barHeight, titleHeight = 860, 300, 18, 34
	barWidth                                      = plotWidth - labelWidth - 130
)

// drawPlot draws the CPU time of each variant as a bar with its quartiles, each
// subject to a scale of its own.
func drawPlot(results []result) string {
	var b strings.Builder
	y := 0
	for _, r := range results {
		y += titleHeight
		fmt.Fprintf(&b, `<text x="4" y="%d" font-weight="bold">%s, CPU time a %s</text>`+"\n", y-10, html.EscapeString(r.title), html.EscapeString(r.unit))
		most := 0.0
		for i := range r.variants {
			most = max(most, r.each(i, cpu).high)
		}
		for i, v := range r.variants {
			q := r.each(i, cpu)
			x := func(ns float64) float64 {
				if most == 0 {
					return labelWidth
				}
				return labelWidth + ns/most*barWidth
			}
			middle := y + barHeight/2
			fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end">%s</text>`+"\n", labelWidth-6, middle+4, html.EscapeString(v.name))
			fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%.1f" height="%d" fill="%s"/>`+"\n", labelWidth, y+2, x(q.median)-labelWidth, barHeight-4, colour(v.name))
			fmt.Fprintf(&b, `<line x1="%.1f" x2="%.1f" y1="%d" y2="%d" stroke="#444"/>`+"\n", x(q.low), x(q.high), middle, middle)
			fmt.Fprintf(&b, `<text x="%.1f" y="%d">%.0f ns, ×%.3g</text>`+"\n", x(q.high)+6, middle+4, q.median, r.ratio(i, 0, cpu).median)
			y += barHeight
		}
	}
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">
<rect width="100%%" height="100%%" fill="white"/>
%s</svg>
`, plotWidth, y+10, b.String())
}

func colour(variant string) string {
	if strings.HasPrefix(variant, ours) {
		return "#2a7ab9"
	}
	return "#b9b9b9"
}
