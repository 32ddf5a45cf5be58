package server

import (
	"fmt"
	"hash/fnv"
	"log/slog"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"time"
)

// maxFaults bounds the rules of a server.
const maxFaults = 1000

// Faults are the rules of a Server that say which calls go wrong. They are
// tried in order, and the first that hits a call is the only one; those behind
// it do not see the call. It is safe for concurrent use: a change applies to the
// calls that come after it.
//
// Calls are counted in the order in which they come, and chance is drawn for
// each rule by itself from Config.FaultSeed and its name. So the same sequence
// of calls is hit in the same places every time. Of concurrent calls the same
// number is hit; which of them, depends on who comes first.
type Faults struct {
	seed uint64
	now  func() time.Time
	log  *slog.Logger

	mu    sync.Mutex
	rules []*faultRule
	named int // how many names were made up
}

// FaultState is a rule and what has come of it.
type FaultState struct {
	// Fault is the rule.
	Fault Fault `json:"fault"`
	// Matched is how many calls it matched, and Hit how many of them went wrong.
	Matched int `json:"matched"`
	Hit     int `json:"hit"`
	// Spent says that no call will go wrong by it any more.
	Spent bool `json:"spent"`
}

// faultRule is a rule at work. Faults.mu guards it.
type faultRule struct {
	Fault
	sql          *regexp.Regexp
	chance       *rand.Rand
	matched, hit int
	since        time.Time // when After was over; zero before
}

func newFaults(cfg Config) (*Faults, error) {
	f := &Faults{seed: cfg.FaultSeed, now: cfg.Now, log: cfg.Logger}
	if err := f.Add(cfg.Faults...); err != nil {
		return nil, err
	}
	return f, nil
}

// Faults returns the rules that say which calls go wrong.
func (s *Server) Faults() *Faults { return s.disturbed.faults }

// Add puts rules behind those that are there. If one of them is not valid, or
// its name is taken, none is.
func (f *Faults) Add(faults ...Fault) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.rules)+len(faults) > maxFaults {
		return fmt.Errorf("server: more than %d faults", maxFaults)
	}
	rules, named := slices.Clone(f.rules), f.named
	for i, fault := range faults {
		if err := fault.check(); err != nil {
			return fmt.Errorf("server: fault %s: %w", labelOf(fault, i), err)
		}
		taken := func(name string) bool {
			return slices.ContainsFunc(rules, func(r *faultRule) bool { return r.Name == name })
		}
		for fault.Name == "" {
			named++
			if name := "fault-" + strconv.Itoa(named); !taken(name) {
				fault.Name = name
			}
		}
		switch {
		case !faultName.MatchString(fault.Name):
			return fmt.Errorf("server: fault %s: a name is up to 64 letters, digits, dots, dashes and underscores, and starts with one of the first two", labelOf(fault, i))
		case taken(fault.Name):
			return fmt.Errorf("server: there is a fault %q already; remove it first", fault.Name)
		}
		rules = append(rules, f.newRule(fault))
	}
	f.rules, f.named = rules, named
	return nil
}

// labelOf names a rule that may have no name.
func labelOf(fault Fault, i int) string {
	if fault.Name == "" {
		return strconv.Itoa(i + 1)
	}
	return strconv.Quote(fault.Name)
}

func (f *Faults) newRule(fault Fault) *faultRule {
	if fault.InTransaction != nil {
		in := *fault.InTransaction // the caller's may change
		fault.InTransaction = &in
	}
	r := &faultRule{Fault: fault}
	if fault.SQL != "" {
		r.sql = regexp.MustCompile(fault.SQL) // check has compiled it
	}
	name := fnv.New64a()
	_, _ = name.Write([]byte(fault.Name)) // never fails: hash.Hash
	r.chance = rand.New(rand.NewPCG(f.seed, name.Sum64()))
	return r
}

// Remove takes a rule away. It reports whether there was one of that name.
func (f *Faults) Remove(name string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	before := len(f.rules)
	f.rules = slices.DeleteFunc(f.rules, func(r *faultRule) bool { return r.Name == name })
	return len(f.rules) < before
}

// Reset makes a rule start anew, as if it had just been added in its place. It
// reports whether there is one of that name.
func (f *Faults) Reset(name string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.rules, func(r *faultRule) bool { return r.Name == name })
	if i >= 0 {
		f.rules[i] = f.newRule(f.rules[i].Fault)
	}
	return i >= 0
}

// Clear takes all rules away.
func (f *Faults) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rules = nil
}

// List returns the rules in their order.
func (f *Faults) List() []FaultState {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.now()
	states := make([]FaultState, len(f.rules))
	for i, r := range f.rules {
		states[i] = FaultState{Fault: r.Fault, Matched: r.matched, Hit: r.hit, Spent: r.spent(now)}
		if r.InTransaction != nil {
			in := *r.InTransaction
			states[i].Fault.InTransaction = &in
		}
	}
	return states
}

// next counts a call and returns what is to happen to it, nil if nothing is.
func (f *Faults) next(t *target) *Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.rules) == 0 {
		return nil
	}
	now := f.now()
	for _, r := range f.rules {
		if r.matches(t) && r.hits(now) {
			f.log.Info("fault", "fault", r.Name, "kind", string(r.Kind), "operation", string(t.operation), "hit", r.hit)
			fault := r.Fault
			return &fault
		}
	}
	return nil
}

func (r *faultRule) matches(t *target) bool {
	switch {
	case r.Operation != "" && r.Operation != string(t.operation),
		r.Cluster != "" && r.Cluster != t.cluster,
		r.InTransaction != nil && *r.InTransaction != (t.transaction != ""),
		r.Kind == FaultExpire && t.transaction == "",
		r.sql != nil && (t.sql == "" || !r.sql.MatchString(t.sql)):
		return false
	}
	return r.Database == "" || r.Database == t.database()
}

// hits counts a matching call and decides whether it goes wrong.
func (r *faultRule) hits(now time.Time) bool {
	r.matched++
	if r.matched <= r.After {
		return false
	}
	if r.since.IsZero() {
		r.since = now
	}
	if r.spent(now) || r.Probability > 0 && r.chance.Float64() >= r.Probability {
		return false
	}
	r.hit++
	return true
}

func (r *faultRule) spent(now time.Time) bool {
	return r.Times > 0 && r.hit >= r.Times || r.For > 0 && !r.since.IsZero() && now.Sub(r.since) >= r.For
}
