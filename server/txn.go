package server

import (
	"crypto/rand"
	"encoding/base64"
	"sync"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// transaction is a session that an id stands for until the transaction ends.
type transaction struct {
	id      string
	place   place
	session session

	// Guarded by transactions.mu.
	begun, used time.Time
	busy        bool // a call uses the session
	doomed      bool // it expires as soon as no call uses it
	lost        bool // nobody was told the id
}

// transactions holds the open transactions.
type transactions struct {
	now         func() time.Time
	idle, total time.Duration

	mu    sync.Mutex
	byID  map[string]*transaction
	ended map[string]time.Time // when the last one on a cluster ended, by ARN
}

func newTransactions(cfg Config) *transactions {
	return &transactions{now: cfg.Now, idle: cfg.TransactionIdleTimeout, total: cfg.TransactionMaxAge,
		byID: make(map[string]*transaction), ended: make(map[string]time.Time)}
}

// transactionIDBytes is the number of random bytes in an id (F0070, F0222).
const transactionIDBytes = 138

// newTransactionID returns an id that nobody can guess.
func newTransactionID() string {
	b := make([]byte, transactionIDBytes)
	_, _ = rand.Read(b) // never fails: crypto/rand
	return base64.StdEncoding.EncodeToString(b)
}

// add gives a transaction that has begun an id.
func (t *transactions) add(at place, s session) string {
	now := t.now()
	tx := &transaction{id: newTransactionID(), place: at, session: s, begun: now, used: now}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.byID[tx.id] = tx
	return tx.id
}

// claim takes a transaction for a call, which then has to release or remove
// it. A transaction that has expired is gone, and returned to be rolled back.
func (t *transactions) claim(id string) (tx, gone *transaction, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	tx = t.byID[id]
	switch {
	case tx == nil:
		return nil, nil, transactionNotFound(id)
	case tx.busy:
		return nil, nil, stillRunning()
	case t.expired(tx):
		t.forget(tx)
		return nil, tx, transactionNotFound(id)
	}
	tx.busy = true
	return tx, nil, nil
}

// expired reports whether a transaction has lived too long. One that is in use
// has not.
func (t *transactions) expired(tx *transaction) bool {
	return !tx.busy && (tx.doomed || !t.now().Before(tx.limit(t)))
}

// forget removes a transaction and notes when it ended, which for one that
// expired was before anybody saw it.
func (t *transactions) forget(tx *transaction) {
	delete(t.byID, tx.id)
	t.ended[tx.place.arn] = later(t.ended[tx.place.arn], t.end(tx))
}

// end returns when a transaction that is over, or is just being ended, ended.
func (t *transactions) end(tx *transaction) time.Time {
	now, limit := t.now(), tx.limit(t)
	if !tx.busy && limit.Before(now) {
		return limit
	}
	return now
}

// limit returns when a transaction that nobody uses expires by itself.
func (tx *transaction) limit(t *transactions) time.Time {
	idle, total := tx.used.Add(t.idle), tx.begun.Add(t.total)
	if total.Before(idle) {
		return total
	}
	return idle
}

// release ends the use of a transaction by a call.
func (t *transactions) release(tx *transaction) {
	now := t.now()
	t.mu.Lock()
	defer t.mu.Unlock()
	tx.busy, tx.used = false, now
}

// remove forgets a transaction.
func (t *transactions) remove(tx *transaction) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.byID[tx.id] != nil {
		t.forget(tx)
	}
}

// take removes the transactions that have expired, or all of them.
func (t *transactions) take(all bool) []*transaction {
	t.mu.Lock()
	defer t.mu.Unlock()
	var taken []*transaction
	for _, tx := range t.byID {
		if all || t.expired(tx) {
			t.forget(tx)
			taken = append(taken, tx)
		}
	}
	return taken
}

func (t *transactions) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.byID)
}

// lose notes that nobody was told the id of a transaction.
func (t *transactions) lose(id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if tx := t.byID[id]; tx != nil {
		tx.lost = true
	}
}

// lostCount returns how many open transactions nobody can end.
func (t *transactions) lostCount() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := 0
	for _, tx := range t.byID {
		if tx.lost {
			n++
		}
	}
	return n
}

// belongs checks that a call may use a transaction: it must name the cluster
// and the secret with which the transaction was begun, and that database if it
// names one (F0074). The answers are choices (F0221).
func (tx *transaction) belongs(to place, database string) error {
	switch {
	case tx.place.arn != to.arn || tx.place.secretARN != to.secretARN:
		return transactionNotFound(tx.id)
	case database != "" && database != tx.place.login.database:
		return wire.NewError(wire.CodeBadRequest, "Database "+database+" is not the database of the transaction")
	}
	return nil
}
