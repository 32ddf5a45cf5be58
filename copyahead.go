package auroradataapi

import "context"

// A chunk takes as long to read and to write as to load, or longer: in a
// transaction, where only one call can be made at a time, the next chunk is read while
// one is on its way. The source, OnBadRow and Progress are called by the goroutine of
// CopyFrom all the same; the other one only makes calls.

// copyFlight is a chunk on its way.
type copyFlight struct {
	chunk   *copyChunk
	ended   chan struct{} // closed when the calls are
	sent    sent
	err     error
	unwound *unwinding // of a tracer
}

// launch sends a chunk on its way.
func (p *copier) launch(ctx context.Context, k *copyChunk) {
	f := &copyFlight{chunk: k, ended: make(chan struct{})}
	p.ahead = f
	go contain(func() { f.sent, f.err = p.try(ctx, k, false) }, func(u *unwinding) {
		f.unwound = u
		close(f.ended)
	})
}

// landed reports whether there is a chunk that was on its way and is no more.
func (p *copier) landed() bool {
	if p.ahead == nil {
		return false
	}
	select {
	case <-p.ahead.ended:
		return true
	default:
		return false
	}
}

// land waits for the chunk that is on its way, if there is one, does what there is to
// do about what came of it, and tells of the rows behind it that cannot be sent.
func (p *copier) land(ctx context.Context) error {
	f := p.ahead
	if f == nil {
		return nil
	}
	<-f.ended
	p.ahead = nil
	f.unwound.resume()
	if err := p.settle(ctx, f.chunk, f.sent, f.err); err != nil {
		return err
	}
	p.reuse(f.chunk)
	for _, row := range p.unsent {
		if err := p.bad(row); err != nil {
			return err
		}
	}
	p.unsent = nil
	return nil
}

// maxUnsent is how many rows that cannot be sent wait to be told of.
const maxUnsent = 1000

// refuse tells of a row that cannot be sent, or keeps it until the chunk before it has
// landed.
func (p *copier) refuse(ctx context.Context, row BadRow) error {
	if p.ahead == nil {
		return p.bad(row)
	}
	if p.unsent = append(p.unsent, row); len(p.unsent) < maxUnsent {
		return nil
	}
	return p.land(ctx)
}

// abandon waits for the chunk that is on its way, of which nobody wants to know any
// more.
func (p *copier) abandon() {
	if p.ahead != nil {
		<-p.ahead.ended
	}
}
