package lease

import (
	"fmt"
	"os"
	"time"
)

// Options are how a lease is kept. The zero value is what most want.
type Options struct {
	// Table is the table of leases, which may have a schema in front, as in
	// "ops.leases". It is made if it does not exist. The default is
	// DefaultTable.
	Table string
	// TTL is for how long the lease outlives a program that died, at least a
	// second; 30 seconds if it is zero. It is renewed three times as often.
	TTL time.Duration
	// Poll is how often Acquire looks whether a lease that somebody else owns has
	// become free; every second if it is zero.
	Poll time.Duration
	// Owner is who others are told owns the lease: the name of the host and the
	// number of the process if it is empty.
	Owner string
}

// DefaultTable is the table of leases if no other is named.
const DefaultTable = "auroradataapi_lease"

const (
	defaultTTL  = 30 * time.Second
	shortestTTL = time.Second
	defaultPoll = time.Second

	longestName  = 100
	longestOwner = 150 // and room for what makes it unique
)

// fill puts in the defaults and says what cannot be.
func (o *Options) fill() error {
	if o.Table == "" {
		o.Table = DefaultTable
	}
	if o.TTL == 0 {
		o.TTL = defaultTTL
	}
	if o.Poll == 0 {
		o.Poll = defaultPoll
	}
	if o.Owner == "" {
		host, _ := os.Hostname() // only said to others
		o.Owner = fmt.Sprintf("%s, process %d", host, os.Getpid())
	}
	switch {
	case o.TTL < shortestTTL:
		return fmt.Errorf("lease: a TTL of %v is too short to be renewed in; it has to be %v at least", o.TTL, shortestTTL)
	case o.Poll < 0:
		return fmt.Errorf("lease: Poll is negative: %v", o.Poll)
	case len(o.Owner) > longestOwner:
		return fmt.Errorf("lease: the owner's name is %d bytes long; %d are possible", len(o.Owner), longestOwner)
	}
	return checkTable(o.Table)
}
