package parity

import (
	"slices"
	"strings"
)

// sample is a type and values of it.
type sample struct {
	// typ is the type as it is declared.
	typ string
	// values are its values, in SQL. The first is the one that the pages show.
	values []string
	// expression says that the values stand by themselves, because no column
	// has the type.
	expression bool
	// notNull says that a column of the type is never NULL.
	notNull bool
}

func (s sample) array() bool { return strings.HasSuffix(s.typ, "[]") }

// destinations is what the sample is scanned into, but for raw.
func (s sample) destinations() []destination {
	if s.array() {
		return slices.Concat(destinations, arrayDestinations)
	}
	return destinations
}
