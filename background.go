package auroradataapi

import (
	"cmp"
	"sync"
)

// background is the work that outlives the calls that gave rise to it: to end
// what a caller gave up. Each piece bounds its own time.
type background struct {
	mu      sync.Mutex
	running *sync.WaitGroup
	unwound *unwinding    // of a tracer, perhaps
	hurry   chan struct{} // closed when somebody waits
}

// run does something in the background, which is told by a channel that is
// closed when somebody waits for it.
func (b *background) run(f func(hurry <-chan struct{})) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.running == nil {
		b.running, b.hurry = new(sync.WaitGroup), make(chan struct{})
	}
	hurry := b.hurry
	b.running.Go(func() {
		contain(func() { f(hurry) }, b.note)
	})
}

func (b *background) note(u *unwinding) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.unwound = cmp.Or(b.unwound, u)
}

// wait waits for what has been begun so far. Where something of it has panicked,
// so does wait.
func (b *background) wait() {
	b.mu.Lock()
	begun, hurry := b.running, b.hurry
	b.running = nil // a group that is waited for must not grow
	b.mu.Unlock()
	if begun != nil {
		close(hurry)
		begun.Wait()
	}
	b.mu.Lock()
	unwound := b.unwound
	b.unwound = nil
	b.mu.Unlock()
	unwound.resume()
}
