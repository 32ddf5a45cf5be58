package parity

import (
	"errors"
	"fmt"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi"
)

// result is what the page shows of a sample.
type result struct {
	sample    sample
	refused   string // what the service says of the type, if it refuses it
	peer      outcomes
	ours      outcomes
	types     columnTypes // of this driver
	peerTypes columnTypes
	notNull   columnTypes // for a column that is not NULL; nil if none can be
}

// report is what the pages show of an engine.
type report struct {
	engine
	version  string
	results  []result
	failures []parts             // of this driver
	effects  []map[string]string // of this driver
	types    *ledger
	errors   *ledger
	changes  *ledger
}

// TestParity compares everything, and holds the pages against what it found.
func TestParity(t *testing.T) {
	reports := make([]report, len(engines))
	t.Run("engine", func(t *testing.T) {
		for i, e := range engines {
			t.Run(e.name, func(t *testing.T) {
				t.Parallel()
				reports[i] = e.compare(t)
			})
		}
	})
	if t.Failed() {
		return
	}
	comparePages(t, reports)
}

func (e engine) compare(t *testing.T) report {
	p := e.start(t)
	r := report{engine: e, version: version(t, p.peer), types: newLedger(e.differences), errors: newLedger(e.errorDifferences), changes: newLedger(e.effectDifferences)}
	seen := make(map[string]bool)
	for i, s := range e.samples {
		res := p.compareSample(t, fmt.Sprintf("t%d", i), s, r.types)
		e.note(seen, res.peerTypes)
		e.note(seen, res.types)
		r.results = append(r.results, res)
	}
	e.checkComplete(t, seen)
	r.types.close(t)
	for _, f := range e.failures {
		r.failures = append(r.failures, p.compareFailure(t, f, r.errors))
	}
	r.errors.close(t)
	for _, f := range e.effects {
		r.effects = append(r.effects, p.compareEffect(t, f, r.changes))
	}
	r.changes.close(t)
	return r
}

// compareSample scans a sample by both drivers. A type that the service refuses
// has no outcomes.
func (p pair) compareSample(t *testing.T, name string, s sample, l *ledger) result {
	t.Helper()
	r := result{sample: s}
	tab := p.make(t, name, s)
	var peers []outcomes
	for _, probe := range p.probes {
		found, types, err := tab.ask(t, p.peer, probe)
		if err != nil {
			t.Fatalf("%s: %s: %v", s.typ, p.engine.peer, err)
		}
		peers, r.peerTypes = append(peers, found), types
	}
	r.peer = peers[0]
	var err error
	r.ours, r.types, err = tab.ask(t, p.ours, p.probes[0])
	var answer *auroradataapi.Error
	switch {
	case errors.As(err, &answer) && answer.Type == "UnsupportedResultException":
		r.refused = answer.Message
		return r
	case err != nil:
		t.Fatalf("%s: %v", s.typ, err)
	}
	p.comparePaged(t, tab, r)
	for _, d := range append(tab.destinations(), destination{name: raw}) {
		for _, v := range append([]string{null}, s.values...) {
			k := key{v, d.name}
			if _, ok := r.ours[k]; !ok {
				continue // a column that is never NULL
			}
			var answers []string
			for _, peer := range peers {
				answers = append(answers, peer[k])
			}
			l.compare(t, finding{of: s.typ, in: d.name, about: v, ours: r.ours[k]}, answers...)
		}
	}
	compareTypes(t, s, r.peerTypes, r.types, "", l)
	if !s.notNull && !s.expression {
		var peer columnTypes
		peer, r.notNull = p.describeNotNull(t, name+"n", s)
		compareTypes(t, s, peer, r.notNull, "NOT NULL", l)
	}
	return r
}

// comparePaged reads a sample in pages, which must not change anything about it.
func (p pair) comparePaged(t *testing.T, tab table, r result) {
	t.Helper()
	before := p.pages.n.Load()
	found, types, err := tab.ask(t, p.paged, p.probes[0])
	if err != nil {
		t.Fatalf("%s in pages: %v", tab.typ, err)
	}
	if diff := cmp.Diff(r.ours, found); diff != "" {
		t.Errorf("%s (-plain +paged)\n%s", tab.typ, diff)
	}
	if diff := cmp.Diff(r.types, types); diff != "" {
		t.Errorf("the column of %s (-plain +paged)\n%s", tab.typ, diff)
	}
	if p.pages.n.Load() == before && (p.dialect.Cursors || !tab.expression) { // without a key there are no pages
		t.Errorf("%s was not read in pages", tab.typ)
	}
}

func compareTypes(t *testing.T, s sample, peer, ours columnTypes, about string, l *ledger) {
	t.Helper()
	for _, method := range columnTypeMethods {
		l.compare(t, finding{of: s.typ, in: method, about: about, ours: ours[method]}, peer[method])
	}
}

// describeNotNull asks both drivers for a column that is not NULL.
func (p pair) describeNotNull(t *testing.T, name string, s sample) (peer, ours columnTypes) {
	t.Helper()
	s.notNull, s.values = true, s.values[:1]
	tab := p.make(t, name, s)
	_, peer, err := tab.ask(t, p.peer, p.probes[0])
	if err != nil {
		t.Fatal(err)
	}
	if _, ours, err = tab.ask(t, p.ours, p.probes[0]); err != nil {
		t.Fatal(err)
	}
	return peer, ours
}

// compareFailure has both drivers fail.
func (p pair) compareFailure(t *testing.T, f failure, l *ledger) parts {
	t.Helper()
	peer := fail(t, p.peer, f, p.readError)
	ours := fail(t, p.ours, f, readOurs)
	for _, name := range partNames {
		if of, ok := peer[name]; ok { // the peer has such a part
			l.compare(t, finding{of: f.name, in: name, about: f.statement, ours: ours[name]}, of)
		}
	}
	return ours
}

// note records what a type is called. Where the peer does not know a name it
// tells the number.
func (e engine) note(seen map[string]bool, told columnTypes) {
	name := told["DatabaseTypeName"]
	if oid, err := strconv.ParseUint(name, 10, 32); err == nil {
		if typ := e.dialect.TypeByOID(uint32(oid)); typ != nil {
			name = typ.DatabaseTypeName
		}
	}
	seen[name] = true
}

// checkComplete holds that each type of the table was met.
func (e engine) checkComplete(t *testing.T, seen map[string]bool) {
	t.Helper()
	for typ := range e.dialect.Types() {
		if name := typ.DatabaseTypeName; !seen[name] && e.unavailable[name] == "" {
			t.Errorf("the type %s has no sample", name)
		}
	}
}
