package auroradataapi

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// RowRange is a run of rows by their numbers, from 1, both included.
type RowRange struct{ First, Last int64 }

// CopyError is why CopyFrom failed. Without PerCall, nothing was loaded, or the
// caller's transaction has to decide. With it, some may have been.
type CopyError struct {
	// Row is the number of the row to blame, from 1, in the order of the source;
	// zero if it is not one row, or not known.
	Row int64
	// First and Last are the rows of the call that failed, where Row is zero.
	First, Last int64
	// Committed are the rows that are in the table, with PerCall. Those that
	// OnBadRow was called for are left out.
	Committed []RowRange
	// Unknown are the rows that may or may not be in the table, because the
	// answer was lost, with PerCall.
	Unknown []RowRange

	err    error
	others []error // of calls at the same time, and of the source
	chunk  *copyChunk
}

// Error names the row or the rows.
func (e *CopyError) Error() string {
	var b strings.Builder
	b.WriteString("auroradataapi: CopyFrom: ")
	switch {
	case e.Row > 0:
		fmt.Fprintf(&b, "row %d: ", e.Row)
	case e.First > 0 && e.First == e.Last:
		fmt.Fprintf(&b, "row %d: ", e.First)
	case e.First > 0:
		fmt.Fprintf(&b, "rows %d to %d: ", e.First, e.Last)
	}
	b.WriteString(strings.TrimPrefix(e.err.Error(), "auroradataapi: "))
	for _, other := range e.others {
		b.WriteString("; besides, " + strings.TrimPrefix(strings.TrimPrefix(other.Error(), "auroradataapi: "), "CopyFrom: "))
	}
	if len(e.Committed)+len(e.Unknown) > 0 {
		fmt.Fprintf(&b, " (committed: %s; unknown: %s)", formatRanges(e.Committed), formatRanges(e.Unknown))
	}
	return b.String()
}

// Unwrap returns the cause; where calls that were made at once have failed too, all
// of the causes, that of Row, or First and Last, before the others.
func (e *CopyError) Unwrap() error {
	if len(e.others) == 0 {
		return e.err
	}
	return errors.Join(append([]error{e.err}, e.others...)...)
}

func formatRanges(ranges []RowRange) string {
	if len(ranges) == 0 {
		return "none"
	}
	texts := make([]string, len(ranges))
	for i, r := range ranges {
		texts[i] = fmt.Sprintf("%d–%d", r.First, r.Last)
	}
	return strings.Join(texts, ", ")
}

// mergeRanges sorts ranges and joins those that touch.
func mergeRanges(ranges []RowRange) []RowRange {
	slices.SortFunc(ranges, func(a, b RowRange) int { return cmp.Compare(a.First, b.First) })
	var merged []RowRange
	for _, r := range ranges {
		if n := len(merged); n > 0 && merged[n-1].Last+1 >= r.First {
			merged[n-1].Last = max(merged[n-1].Last, r.Last)
			continue
		}
		merged = append(merged, r)
	}
	return merged
}
