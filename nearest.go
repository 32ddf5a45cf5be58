package auroradataapi

import "strings"

// nearest returns the name of a parameter that a name may be a slip of, or "".
func nearest(name string) (near string) {
	least := len(name)/3 + 1 // of the letters, this many may be wrong
	for _, p := range params {
		for _, known := range append([]string{p.name}, p.aliases...) {
			d := distance(strings.ToLower(name), strings.ToLower(known), least)
			if len(name) >= 4 && strings.HasPrefix(known, name) {
				d = min(d, 1) // what is cut short
			}
			if d < least {
				near, least = known, d
			}
		}
	}
	return near
}

// distance returns how many letters have to be put in, left out or replaced to
// make one text of the other; from limit on, it returns limit.
func distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return min(row[len(b)], limit)
}
