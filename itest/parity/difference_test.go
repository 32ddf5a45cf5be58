package parity

import (
	"slices"
	"testing"
)

// difference is one that has a reason.
type difference struct {
	// reason is a paragraph of the page.
	reason string
	// of names the types, or the failing statements; empty for all.
	of []string
	// in names the destinations of a scan, the methods of sql.ColumnType or the
	// parts of an error; empty for all.
	in []string
	// sometimes says that the difference need not be there: it is with some
	// versions of the database and not with others.
	sometimes bool
}

func (d difference) covers(of, in string) bool {
	return (len(d.of) == 0 || slices.Contains(d.of, of)) && (len(d.in) == 0 || slices.Contains(d.in, in))
}

// finding is a difference that was met.
type finding struct {
	of, in string // as in difference
	about  string // the value that was scanned, if one was
	peer   string
	ours   string
}

// ledger sorts what is found by the difference that explains it.
type ledger struct {
	known []difference
	found [][]finding // by the index of known
	// compared and differed count the comparisons.
	compared, differed int
}

func newLedger(known []difference) *ledger {
	return &ledger{known: known, found: make([][]finding, len(known))}
}

// compare notes whether the peer, which may have more than one answer, and this
// driver agree. A difference that nothing explains fails the test.
func (l *ledger) compare(t *testing.T, f finding, answers ...string) {
	t.Helper()
	l.compared++
	if slices.Contains(answers, f.ours) {
		return
	}
	l.differed++
	f.peer = answers[0]
	for i, d := range l.known {
		if d.covers(f.of, f.in) {
			l.found[i] = append(l.found[i], f)
			return
		}
	}
	t.Errorf("%s %s, %s: the peer has %v, we have %s; agree, or give the reason in the list of differences", f.of, f.about, f.in, answers, f.ours)
}

// close fails for a difference that there no longer is.
func (l *ledger) close(t *testing.T) {
	t.Helper()
	for i, d := range l.known {
		if len(l.found[i]) == 0 && !d.sometimes {
			t.Errorf("nothing differs any more where the list says: %s", d.reason)
		}
	}
}
