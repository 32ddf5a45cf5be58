//go:build race

package integrity

// usualRows is for the race detector, under which a row takes many times as long.
// Rows of every size are read and loaded without it.
const usualRows = 8_000

// largeEvery is how many rows there are for each large one where calls go wrong.
const largeEvery = 160
