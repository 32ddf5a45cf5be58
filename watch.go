package auroradataapi

import (
	"context"
	"fmt"
	"sync"
)

// watch is what a transaction does besides reading a result by a key: each page is
// a query of its own, and shows what was changed since the page before.
type watch struct {
	mu      sync.Mutex
	changed string          // the statement that may have changed something
	names   map[string]bool // in statements that read, of views perhaps; false for those not looked up yet
}

// note takes a statement into account.
func (w *watch) note(s sending) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case s.kind == CallPage, s.kind == CallDescribe: // a table of the page's own perhaps
	case !s.parsed.OnlyReads():
		w.changed = s.query
	default:
		for _, name := range s.parsed.Names() {
			if _, ok := w.names[name]; !ok {
				w.names[name] = false
			}
		}
	}
}

// take returns the statement that may have changed something, and the names that
// it has not returned before.
func (w *watch) take() (changed string, names []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for name, asked := range w.names {
		if !asked {
			names = append(names, name)
			w.names[name] = true
		}
	}
	return w.changed, names
}

// watches are those of a transaction. They are safe for concurrent use.
type watches struct {
	mu  sync.Mutex
	all map[*watch]bool
}

func (l *watches) begin() *watch {
	w := &watch{names: make(map[string]bool)}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all == nil {
		l.all = make(map[*watch]bool)
	}
	l.all[w] = true
	return w
}

func (l *watches) end(w *watch) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.all, w)
}

func (l *watches) note(s sending) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for w := range l.all {
		w.note(s)
	}
}

// unchanged returns an error if the transaction may have changed what the page that
// was just read shows, since the one before.
func (p *keyPages) unchanged(ctx context.Context) error {
	if p.watch == nil {
		return nil
	}
	changed, names := p.watch.take()
	by := fmt.Sprintf("the statement %.60q", changed)
	if changed == "" {
		if len(names) == 0 {
			return nil
		}
		calls, hidden, _, err := p.viewCalls(ctx, names)
		switch {
		case err != nil:
			return err
		case hidden != "":
			by = fmt.Sprintf("the view %s, into which this user may not look, for want of SHOW VIEW", hidden)
		case len(calls) > 0:
			by = fmt.Sprintf("the function %s of a view", calls[0])
		default:
			return nil
		}
	}
	return errorf("the transaction has changed something since the first page of the result was read, or may have, by %s: the next pages would show it; read the rows to their end first", by)
}
