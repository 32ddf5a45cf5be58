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
}

// transactions holds the open transactions.
type transactions struct {
	now         func() time.Time
	idle, total time.Duration

	mu   sync.Mutex
	byID map[string]*transaction
}

func newTransactions(cfg Config) *transactions {
	return &transactions{now: cfg.Now, idle: cfg.TransactionIdleTimeout, total: cfg.TransactionMaxAge,
		byID: make(map[string]*transaction)}
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
		delete(t.byID, id)
		return nil, tx, transactionNotFound(id)
	}
	tx.busy = true
	return tx, nil, nil
}

// expired reports whether a transaction has lived too long. One that is in use
// has not.
func (t *transactions) expired(tx *transaction) bool {
	now := t.now()
	return !tx.busy && (now.Sub(tx.used) >= t.idle || now.Sub(tx.begun) >= t.total)
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
	delete(t.byID, tx.id)
}

// take removes the transactions that have expired, or all of them.
func (t *transactions) take(all bool) []*transaction {
	t.mu.Lock()
	defer t.mu.Unlock()
	var taken []*transaction
	for id, tx := range t.byID {
		if all || t.expired(tx) {
			delete(t.byID, id)
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
