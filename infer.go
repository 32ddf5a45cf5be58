package auroradataapi

import (
	lru "container/list"
	"context"
	"crypto/sha256"
	"errors"
	"sync"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
)

// inference remembers the types that PostgreSQL infers for the parameters of
// statements. It is safe for concurrent use: of callers with the same statement
// one asks, and the others wait for the answer.
type inference struct {
	mu         sync.Mutex
	known      map[inferenceKey]*lru.Element
	recent     lru.List // of *inferred, the most recently used first
	asking     map[inferenceKey]*inquiry
	generation int   // how often all was forgotten
	proven     bool  // a question was answered
	off        error // why nothing is asked any more
}

// maxInferred bounds the statements that are remembered. One takes some hundred
// bytes, whatever its length.
const maxInferred = 2000

// inferenceKey is a statement.
type inferenceKey [sha256.Size]byte

// newInferenceKey makes one for a statement, how much its arguments need, since the
// same text may be called with others, and whether it runs without the settings of
// the session, of which the search_path may be one.
func newInferenceKey(native string, n need, bareSession bool) inferenceKey {
	text := []byte{byte(n), 0}
	if bareSession {
		text[1] = 1
	}
	return sha256.Sum256(append(text, native...))
}

// inferred is what is known of a statement. It does not change.
type inferred struct {
	key inferenceKey
	// types are the types of its parameters; nil for a statement that runs with
	// the types that its arguments have by themselves.
	types  []dialect.ParamType
	asText bool // see inferring
}

// inquiry is a question that is being asked.
type inquiry struct {
	done  chan struct{} // closed when the answer is there
	types []dialect.ParamType
	err   error
}

// get returns what is known of a statement, or nil.
func (n *inference) get(key inferenceKey) *inferred {
	n.mu.Lock()
	defer n.mu.Unlock()
	e := n.known[key]
	if e == nil {
		return nil
	}
	n.recent.MoveToFront(e)
	return e.Value.(*inferred)
}

// put remembers what was learnt while all that was known was of a generation.
func (n *inference) put(of *inferred, generation int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if generation != n.generation {
		return // what was learnt may be out of date
	}
	if n.known == nil {
		n.known = make(map[inferenceKey]*lru.Element)
	}
	if e := n.known[of.key]; e != nil {
		n.recent.Remove(e)
	}
	n.known[of.key] = n.recent.PushFront(of)
	if oldest := n.recent.Back(); n.recent.Len() > maxInferred {
		delete(n.known, n.recent.Remove(oldest).(*inferred).key)
	}
}

// now returns the generation.
func (n *inference) now() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.generation
}

// forget forgets one statement.
func (n *inference) forget(key inferenceKey) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if e := n.known[key]; e != nil {
		n.recent.Remove(e)
		delete(n.known, key)
	}
}

// clear forgets all statements, and what is about to be learnt of others.
func (n *inference) clear() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.known = nil
	n.recent.Init()
	n.generation++
}

// prove notes that a question was answered, isProven says whether one was.
func (n *inference) prove() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.proven = true
}

func (n *inference) isProven() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.proven
}

// disable has nothing asked any more. The first reason is kept.
func (n *inference) disable(why error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.off == nil {
		n.off = why
	}
}

// disabled returns why nothing is asked, nil if it is.
func (n *inference) disabled() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.off
}

// learn returns the types of a statement's parameters, and asks if they are not
// known. fresh says that they were asked for just now. A caller who waits for
// another one's question asks himself if that one gave up.
func (n *inference) learn(ctx context.Context, key inferenceKey, ask func(context.Context) ([]dialect.ParamType, error)) (types []dialect.ParamType, fresh bool, err error) {
	for {
		if known := n.get(key); known != nil && known.types != nil {
			return known.types, false, nil
		}
		n.mu.Lock()
		other := n.asking[key]
		if other == nil {
			mine := &inquiry{done: make(chan struct{}), err: errors.New("the question was not asked")}
			if n.asking == nil {
				n.asking = make(map[inferenceKey]*inquiry)
			}
			n.asking[key] = mine
			generation := n.generation
			n.mu.Unlock()
			n.ask(ctx, key, mine, generation, ask)
			return mine.types, true, mine.err
		}
		n.mu.Unlock()
		select {
		case <-other.done:
		case <-ctx.Done():
			return nil, false, ctx.Err()
		}
		if refused := new(dialect.DescribeError); other.err == nil || errors.As(other.err, &refused) {
			return other.types, true, other.err
		}
		if err := ctx.Err(); err != nil {
			return nil, false, err
		}
	}
}

func (n *inference) ask(ctx context.Context, key inferenceKey, mine *inquiry, generation int, ask func(context.Context) ([]dialect.ParamType, error)) {
	defer func() {
		n.mu.Lock()
		delete(n.asking, key)
		n.mu.Unlock()
		close(mine.done)
	}()
	if mine.types, mine.err = ask(ctx); mine.err == nil {
		n.put(&inferred{key: key, types: mine.types}, generation)
	}
}
