// Command benchmarks compares the driver with the bare SDK and with what cannot
// be beaten: database/sql itself, a driver that only boxes values, HTTP with a
// signature. It prints a Markdown table and the goals that were reached.
//
//	cd benchmarks && go run . [-svg plot.svg] [-run decode] [-short]
//
// The variants of a subject take turns in slices of some milliseconds, in an
// order that rotates, and each figure is the median of the ratios of the rounds,
// with its quartiles: on a machine that does other things too, figures of
// different minutes cannot be compared, and those of one round can.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

// topics are what is compared, one file each. A new one gets a row here.
func topics(e effort) []topic {
	return slices.Concat(decoding(), throughDatabaseSQL(), serialising(e), calling(), paging(e), reading(e), loading(e))
}

func main() {
	short := flag.Bool("short", false, "run everything once or twice, to see that it works")
	only := flag.String("run", "", "run the subjects whose title contains `text`")
	plot := flag.String("svg", "", "draw a plot into `file`")
	flag.Parse()
	serveIfAsked()
	if err := run(os.Stdout, *only, *plot, *short); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "benchmarks:", err)
	os.Exit(1)
}

func run(out io.Writer, only, plot string, short bool) error {
	effort := effort{rounds: 30, slice: 100 * time.Millisecond, pageBytes: 1 << 20, sets: 1000, longRounds: 3, rows: 1_000_000, fewer: 100_000, pages: 20}
	if short {
		effort.rounds, effort.slice, effort.pageBytes, effort.sets = 1, 0, 32<<10, 20
		effort.longRounds, effort.rows, effort.fewer, effort.pages = 1, 8_000, 2_000, 2
	}
	var results []result
	fmt.Fprintf(out, "# A run of the benchmarks\n\n%s\n", environment())
	for _, t := range topics(effort) {
		if !strings.Contains(t.title, only) {
			continue
		}
		r, err := effort.run(t)
		if err != nil {
			return err
		}
		results = append(results, r)
		writeTable(out, r)
	}
	if len(results) == 0 {
		return fmt.Errorf("no subject has %q in its title", only)
	}
	if short {
		fmt.Fprint(out, "\nA short run shows that everything works. Its figures mean nothing.\n")
	} else {
		writeGoals(out, results)
	}
	if plot == "" {
		return nil
	}
	return os.WriteFile(plot, []byte(drawPlot(results)), 0o644)
}
