//go:build !race

package integrity

const usualRows = 20_000

const largeEvery = 40
