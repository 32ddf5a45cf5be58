package dataapitest

import (
	"net/http"
	"sync/atomic"
	"time"
)

const (
	// glance is the time between two looks for transactions that are open.
	glance = 5 * time.Millisecond
	// quiet is how many looks in a row find nobody at work before an open
	// transaction counts as left: some 2 seconds. Looks are counted, because a
	// machine that is too busy to look is too busy to roll back.
	quiet = 400
	// mostLooks is for a program that never stops to call.
	mostLooks = 30 * quiet
)

// leftOpen returns the number of transactions that nobody ends. One may outlive its
// test: database/sql rolls back in the background when a context ends, as that of
// the test does, and a rollback waits for the statement that runs. So it is waited
// for as long as there are calls. A transaction whose id a fault has kept from the
// caller is none of his.
func (s *Server) leftOpen() int {
	before, still := s.calls.state(), 0
	for looks := 0; ; looks++ {
		lost := s.Server.LostTransactions() // first: each is one of those that are open
		n := max(s.Server.OpenTransactions()-lost, 0)
		if n == 0 || still == quiet || looks == mostLooks {
			return n
		}
		time.Sleep(glance)
		now := s.calls.state()
		if still++; now != before || now.running > 0 {
			still = 0
		}
		before = now
	}
}

// calls counts what a server is asked.
type calls struct {
	next           http.Handler
	begun, running atomic.Int64
}

type callState struct{ begun, running int64 }

func (c *calls) state() callState { return callState{c.begun.Load(), c.running.Load()} }

func (c *calls) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.begun.Add(1)
	c.running.Add(1)
	defer c.running.Add(-1)
	c.next.ServeHTTP(w, r)
}
