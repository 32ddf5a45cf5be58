package main

import (
	"fmt"
	"runtime"
	"slices"
	"syscall"
	"time"
)

// variant is one way to do a subject's work.
type variant struct {
	name string
	op   func() error // does it once, and fails if the outcome is not right
}

// subject is something that can be done in several ways. The first is what the
// others are compared with.
type subject struct {
	title    string
	unit     string // what is counted
	units    int    // of them in one op
	rounds   int    // if they are not the effort's
	variants []variant
	goals    []goal
	close    func() // or nil
}

// effort is how long is measured, and how much work is done at once.
type effort struct {
	rounds    int
	slice     time.Duration
	pageBytes int // of an answer
	sets      int // of parameters in a batch

	longRounds int // of what takes seconds
	rows       int // to read
	loaded     int // rows to load
}

// sample is what one slice of one variant took, for each unit.
type sample struct{ cpu, wall, allocs, bytes float64 }

// result is what was measured: for each variant a sample of each round.
type result struct {
	subject
	samples [][]sample
}

// measure runs the variants by turns.
func (e effort) measure(s subject) (result, error) {
	r := result{subject: s, samples: make([][]sample, len(s.variants))}
	warm, rounds := 2, e.rounds
	if s.rounds > 0 {
		warm, rounds = 1, s.rounds
	}
	for _, v := range s.variants { // to fill pools and caches, and to see that it works
		for range warm {
			if err := v.op(); err != nil {
				return r, fmt.Errorf("%s: %w", v.name, err)
			}
		}
	}
	for round := range rounds {
		for i := range s.variants {
			i = (i + round) % len(s.variants)
			one, err := e.take(s.variants[i].op, s.units)
			if err != nil {
				return r, fmt.Errorf("%s: %w", s.variants[i].name, err)
			}
			r.samples[i] = append(r.samples[i], one)
		}
	}
	return r, nil
}

// take runs one slice. It begins without garbage of others, and its own is in
// the CPU time.
func (e effort) take(op func() error, units int) (sample, error) {
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	cpu, start, n := cpuTime(), time.Now(), 0
	for n == 0 || time.Since(start) < e.slice {
		if err := op(); err != nil {
			return sample{}, err
		}
		n++
	}
	wall, spent := time.Since(start), cpuTime()-cpu
	runtime.ReadMemStats(&after)
	per := 1 / float64(n*units)
	return sample{
		cpu: float64(spent) * per, wall: float64(wall) * per,
		allocs: float64(after.Mallocs-before.Mallocs) * per, bytes: float64(after.TotalAlloc-before.TotalAlloc) * per,
	}, nil
}

// cpuTime returns what the process used so far, by all of its threads.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// The quantities of a sample.
func cpu(s sample) float64     { return s.cpu }
func wall(s sample) float64    { return s.wall }
func allocs(s sample) float64  { return s.allocs }
func bytesOf(s sample) float64 { return s.bytes }

// quartiles are the median of some figures and what half of them lie between.
type quartiles struct{ low, median, high float64 }

func quartilesOf(figures []float64) quartiles {
	slices.Sort(figures)
	at := func(part float64) float64 { return figures[int(part*float64(len(figures)-1)+0.5)] }
	return quartiles{at(0.25), at(0.5), at(0.75)}
}

// each returns a quantity of a variant.
func (r result) each(variant int, of func(sample) float64) quartiles {
	var figures []float64
	for _, s := range r.samples[variant] {
		figures = append(figures, of(s))
	}
	return quartilesOf(figures)
}

// ratio returns the ratio of a quantity of two variants, round by round.
func (r result) ratio(variant, base int, of func(sample) float64) quartiles {
	var figures []float64
	for round, s := range r.samples[variant] {
		if b := of(r.samples[base][round]); b > 0 {
			figures = append(figures, of(s)/b)
		}
	}
	if len(figures) == 0 { // slices too short for the clock
		return quartiles{}
	}
	return quartilesOf(figures)
}

func (r result) index(name string) int {
	return slices.IndexFunc(r.variants, func(v variant) bool { return v.name == name })
}
