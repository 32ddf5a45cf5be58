package server

import (
	"cmp"
	"slices"
	"time"
)

// ExpireTransactions rolls back every transaction that is open and returns how
// many there were. Callers find them gone, as after three minutes without a
// call. One that a call uses expires when that call ends.
func (s *Server) ExpireTransactions() int { return s.service.expireAll("") }

// expireAll expires the transactions on a cluster, or on all if the ARN is
// empty.
func (s *service) expireAll(arn string) int {
	n := 0
	for _, tx := range s.transactions.list() {
		if arn != "" && tx.place.arn != arn {
			continue
		}
		n++
		if gone := s.transactions.doom(tx.id); gone != nil {
			s.rollbackAndClose(gone)
		}
	}
	return n
}

// doom has a transaction expire. If no call uses it, it is removed and returned
// to be rolled back.
func (t *transactions) doom(id string) *transaction {
	t.mu.Lock()
	defer t.mu.Unlock()
	tx := t.byID[id]
	if tx == nil {
		return nil
	}
	tx.doomed = true
	if tx.busy {
		return nil
	}
	t.forget(tx)
	return tx
}

// find returns a transaction, nil if there is none of that id. Only what does
// not change may be read of it.
func (t *transactions) find(id string) *transaction {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.byID[id]
}

// on returns how many transactions are open on a cluster, and when the last
// one that is not ended; zero if there was none.
func (t *transactions) on(arn string) (open int, ended time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, tx := range t.byID {
		switch {
		case tx.place.arn != arn:
		case t.expired(tx): // only nobody has looked yet
			ended = later(ended, t.end(tx))
		default:
			open++
		}
	}
	return open, later(ended, t.ended[arn])
}

// openTransaction is a transaction as an onlooker sees it.
type openTransaction struct {
	id          string
	place       place
	begun, used time.Time
	busy, lost  bool
}

// list returns the open transactions, the oldest first.
func (t *transactions) list() []openTransaction {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := make([]openTransaction, 0, len(t.byID))
	for _, tx := range t.byID {
		list = append(list, openTransaction{id: tx.id, place: tx.place, begun: tx.begun, used: tx.used, busy: tx.busy, lost: tx.lost})
	}
	slices.SortFunc(list, func(a, b openTransaction) int {
		return cmp.Or(a.begun.Compare(b.begun), cmp.Compare(a.id, b.id))
	})
	return list
}
