package auroradataapi

import "sync"

// reading says how the rows of a statement are read.
type reading uint8

const (
	readPlain  reading = iota // as the answer to the statement
	readCursor                // through a cursor, by a transaction that cannot write
	readPortal                // through a cursor, by a transaction that is committed
	readHealed                // as the answer to the statement with columns cast to text
	readKeyed                 // by a key, or from a temporary table
)

// habit is how a statement is read.
type habit struct {
	how      reading
	healing  *healing // of readHealed
	surveyed bool     // its functions have been looked at
	refused  bool     // for a type or a value, which is no matter of PagingOff
	failed   bool     // its last run did, for a value or for any other reason
	asked    bool     // only read in pages where PagingAlways asks for it
	commits  bool     // a procedure, which cannot be read in pages outside a transaction
}

// habits remembers how statements are read whose results were not to be had
// otherwise. It is safe for concurrent use.
type habits struct {
	mu         sync.Mutex
	of         map[habitKey]habit
	generation int // how often names may have got another meaning
}

// habitKey is a statement, and whether it runs without the settings of the
// session, of which the search_path may be one.
type habitKey struct {
	query       string
	bareSession bool
}

func (q call) habitKey() habitKey { return habitKey{q.query, q.bareSession} }

// maxHabits bounds the statements that are remembered.
const maxHabits = 1000

// get returns how a statement is read. The columns of one that is healed may be
// others since names have got another meaning.
func (h *habits) get(key habitKey) habit {
	h.mu.Lock()
	defer h.mu.Unlock()
	of := h.of[key]
	if of.how == readHealed && of.healing.generation != h.generation {
		return habit{}
	}
	return of
}

func (h *habits) set(key habitKey, to habit) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.of == nil {
		h.of = make(map[habitKey]habit)
	}
	if len(h.of) >= maxHabits {
		for any := range h.of {
			delete(h.of, any)
			break
		}
	}
	h.of[key] = to
}

// now returns the generation.
func (h *habits) now() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.generation
}

// redefined notes that names may have got another meaning.
func (h *habits) redefined() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.generation++
}
