package auroradataapi

import "sync"

// background is the work that outlives the calls that gave rise to it: to end
// what a caller gave up. Each piece bounds its own time.
type background struct {
	mu      sync.Mutex
	running *sync.WaitGroup
}

// run does something in the background.
func (b *background) run(f func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.running == nil {
		b.running = new(sync.WaitGroup)
	}
	b.running.Go(f)
}

// wait waits for what has been begun so far.
func (b *background) wait() {
	b.mu.Lock()
	begun := b.running
	b.running = nil // a group that is waited for must not grow
	b.mu.Unlock()
	if begun != nil {
		begun.Wait()
	}
}
