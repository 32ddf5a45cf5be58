//go:build unix

package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/auroradataapi/auroradataapi/server"
)

func (f *function) wantBooks(orders, left int) {
	f.t.Helper()
	if n, q := f.books(); n != orders || q != left {
		f.t.Errorf("%d orders and %d left, want %d and %d", n, q, orders, left)
	}
}

func (f *function) wantReceipt(o order) receipt {
	f.t.Helper()
	r, message := f.invoke(o)
	if message != "" || r.ID != o.ID || r.Placed.IsZero() {
		f.t.Errorf("order %s: %+v, %q", o.ID, r, message)
	}
	return r
}

func TestOrders(t *testing.T) {
	t.Parallel()
	f := deploy(t)
	first := f.wantReceipt(order{"a", "tea", 3})
	f.wantBooks(1, 7)
	if again := f.wantReceipt(order{"a", "tea", 3}); !again.Placed.Equal(first.Placed) {
		t.Errorf("the order was placed at %v and again at %v", first.Placed, again.Placed)
	}
	f.wantBooks(1, 7)
	for o, want := range map[order]error{
		{"b", "tea", 8}:    errSoldOut,
		{"c", "coffee", 1}: errNoItem,
		{"d", "tea", 0}:    errInvalid,
	} {
		if r, message := f.invoke(o); !strings.Contains(message, want.Error()) {
			t.Errorf("order %s: %+v, %q; want %q", o.ID, r, message, want)
		}
	}
	f.wantBooks(1, 7)
	f.wantReceipt(order{"e", "tea", 7})
	f.wantBooks(2, 0)
}

// TestFreeze freezes the function between invocations, for longer than its
// connections live, and places each order once.
func TestFreeze(t *testing.T) {
	t.Parallel()
	f := deploy(t)
	f.wantReceipt(order{"warm", "tea", 1})
	for i := range 5 {
		f.freeze()
		o := order{fmt.Sprint("order ", i), "tea", 1}
		f.begin(o, 30*time.Second)
		f.thaw()
		if r, message := f.answer(30 * time.Second); message != "" || r.ID != o.ID {
			t.Errorf("%+v: %+v, %q", o, r, message)
		}
		f.wantBooks(i+2, 8-i)
	}
}

// TestFaults has each call of an invocation go wrong in turn. The order is
// placed once all the same.
func TestFaults(t *testing.T) {
	t.Parallel()
	// A statement itself, behind the comment by which it is found, and not the call
	// before it that asks for the types of its parameters.
	const itself = `^(/\*.*?\*/\s*)?`
	calls := map[string]server.Fault{
		"BEGIN":  {Operation: "BeginTransaction"},
		"INSERT": {SQL: itself + "INSERT INTO orders"},
		"UPDATE": {SQL: itself + "UPDATE stock"},
		"COMMIT": {Operation: "CommitTransaction"},
	}
	kinds := map[string]server.Fault{
		"answer lost":  {Kind: server.FaultDrop, Executed: true},
		"request lost": {Kind: server.FaultDrop},
		"resuming":     {Kind: server.FaultResuming},
		"expired":      {Kind: server.FaultExpire},
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := deploy(t)
			n := 0
			for kind, fault := range kinds {
				if kind == "expired" && name == "BEGIN" {
					continue // there is nothing yet to expire
				}
				n++
				fault.Name, fault.Operation, fault.SQL, fault.Times = fmt.Sprint("fault-", n), call.Operation, call.SQL, 1
				if err := f.srv.Server.Faults().Add(fault); err != nil {
					t.Fatal(err)
				}
				f.wantReceipt(order{kind, "tea", 1})
				if state := f.srv.Server.Faults().List()[n-1]; state.Hit != 1 {
					t.Errorf("%s: hit %d calls", kind, state.Hit)
				}
				f.wantBooks(n, 10-n)
			}
			// A transaction whose id was lost ends by itself after a while.
			f.srv.Server.ExpireTransactions()
		})
	}
}

// TestOutOfTime has a cluster that does not wake up before the invocation is
// over. The function says so while it can.
func TestOutOfTime(t *testing.T) {
	t.Parallel()
	f := deploy(t)
	if err := f.srv.Server.Faults().Add(server.Fault{Kind: server.FaultResuming, Operation: "BeginTransaction"}); err != nil {
		t.Fatal(err)
	}
	const timeout = 3 * time.Second
	f.begin(order{"a", "tea", 1}, timeout)
	if r, message := f.answer(timeout); !strings.Contains(message, "DatabaseResumingException") {
		t.Errorf("%+v, %q", r, message)
	}
	f.wantBooks(0, 10)
}
