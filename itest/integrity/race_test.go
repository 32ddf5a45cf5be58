//go:build race

package integrity

// usualRows is for the race detector, under which a row takes many times as long.
// There is a row of every size among so many.
const usualRows = 8_000
