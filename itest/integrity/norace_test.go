//go:build !race

package integrity

const usualRows = 20_000
