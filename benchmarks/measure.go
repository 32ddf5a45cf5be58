package main

import (
	"cmp"
	"errors"
	"fmt"
	"runtime"
	"runtime/metrics"
	"slices"
	"sync/atomic"
	"syscall"
	"time"
)

// variant is one way to do a subject's work.
type variant struct {
	name  string
	op    func() error // does it once, and fails if the outcome is not right
	units int          // in one op, if they are not the subject's
}

// subject is something that can be done in several ways. The first is what the
// others are compared with.
type subject struct {
	title    string
	unit     string // what is counted
	units    int    // of them in one op
	rounds   int    // if they are not the effort's
	cold     bool   // without a first run that does not count, for what takes minutes
	variants []variant
	goals    []goal
	plot     func(sample) float64 // what the plot shows of it; nil if it is not there
	close    func() error         // or nil
}

// topic is a subject that is made when its turn comes, and gone before the next
// one is made: a large heap has the collector run less often, which is in favour
// of whoever allocates most.
type topic struct {
	title string
	make  func(effort) (subject, error)
}

// effort is how long is measured, and how much work is done at once.
type effort struct {
	rounds    int
	slice     time.Duration
	pageBytes int // of an answer
	sets      int // of parameters in a batch

	longRounds int // of what takes seconds
	rows       int // to read and to load, where there are many
	fewer      int // elsewhere
	pages      int // to read from a server that has them ready
}

// sample is what one slice of one variant took, for each unit but for the last two.
type sample struct {
	cpu, wall, allocs, bytes float64
	collections              float64 // of garbage, in the slice
	peak                     float64 // bytes of objects on the heap, where the op looks
}

// result is what was measured: for each variant a sample of each round.
type result struct {
	subject
	samples [][]sample
}

// run makes a subject, measures it and leaves nothing of it but figures.
func (e effort) run(t topic) (r result, err error) {
	s, err := t.make(e)
	if err != nil {
		return r, fmt.Errorf("%s: %w", t.title, err)
	}
	s.title = t.title
	r, err = e.measure(s)
	if s.close != nil {
		err = errors.Join(err, s.close())
	}
	for i := range r.variants {
		r.variants[i].op = nil
	}
	r.close = nil
	if err != nil {
		err = fmt.Errorf("%s: %w", t.title, err)
	}
	return r, err
}

// measure runs the variants by turns.
func (e effort) measure(s subject) (result, error) {
	r := result{subject: s, samples: make([][]sample, len(s.variants))}
	warm, rounds := 2, e.rounds
	if s.rounds > 0 {
		warm, rounds = 1, s.rounds
	}
	if s.cold {
		warm = 0
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
			v := s.variants[i]
			one, err := e.take(v.op, cmp.Or(v.units, s.units))
			if err != nil {
				return r, fmt.Errorf("%s: %w", v.name, err)
			}
			r.samples[i] = append(r.samples[i], one)
		}
	}
	return r, nil
}

// take runs one slice. It begins without garbage of others. Its own is collected
// as it would be in a program that does nothing else: the heap holds one subject,
// and the slice is long against the time that a variant takes to fill it, so that
// what is left over at the end is little. How often the collector ran is in the
// sample; a variant that allocates and shows none was not charged for it.
func (e effort) take(op func() error, units int) (sample, error) {
	peakHeap.Store(0)
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
		collections: float64(after.NumGC - before.NumGC), peak: float64(peakHeap.Load()),
	}, nil
}

// peakHeap is the largest heap that lookAtHeap has seen in a slice.
var peakHeap atomic.Uint64

// lookAtHeap is called by an op of which it is to be known, now and then.
func lookAtHeap() {
	heap := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(heap)
	peakHeap.Store(max(peakHeap.Load(), heap[0].Value.Uint64()))
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
func cpu(s sample) float64         { return s.cpu }
func wall(s sample) float64        { return s.wall }
func allocs(s sample) float64      { return s.allocs }
func bytesOf(s sample) float64     { return s.bytes }
func peak(s sample) float64        { return s.peak }
func collections(s sample) float64 { return s.collections }

// quartiles are the median of some figures and what half of them lie between.
type quartiles struct{ low, median, high float64 }

func quartilesOf(figures []float64) quartiles {
	slices.Sort(figures)
	last := len(figures) - 1
	return quartiles{figures[last/4], figures[(last+1)/2], figures[last-last/4]} // outwards, where there are few
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
