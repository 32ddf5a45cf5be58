package server

import (
	"maps"
	"net/http"
	"slices"
	"time"
)

// stateJSON is what the server is doing, without statements, values, secrets
// and what would let somebody into a transaction.
type stateJSON struct {
	Clusters     []clusterJSON     `json:"clusters"`
	Transactions []transactionJSON `json:"transactions"`
	Faults       int               `json:"faults"`
}

type clusterJSON struct {
	ARN          string       `json:"arn"`
	State        clusterState `json:"state"`
	Transactions int          `json:"transactions"`
}

type transactionJSON struct {
	ID       string `json:"id"` // its beginning
	Cluster  string `json:"cluster"`
	Database string `json:"database"`
	Age      period `json:"age"`
	Idle     period `json:"idle"`
	Busy     bool   `json:"busy"`
	Lost     bool   `json:"lost,omitempty"` // nobody was told the id
}

// shownID is how much is shown of a transaction's id: enough to tell it from
// others, too little to use it.
const shownID = 8

func (a *admin) state(*http.Request) (any, error) {
	s := stateJSON{Clusters: []clusterJSON{}, Transactions: []transactionJSON{}, Faults: len(a.faults.List())}
	now := a.now()
	open := make(map[string]int)
	for _, tx := range a.transactions.list() {
		open[tx.place.arn]++
		s.Transactions = append(s.Transactions, transactionJSON{
			ID: tx.id[:shownID] + "…", Cluster: tx.place.arn, Database: tx.place.login.database,
			Age: since(tx.begun, now), Idle: since(tx.used, now), Busy: tx.busy, Lost: tx.lost,
		})
	}
	for _, arn := range slices.Sorted(maps.Keys(a.pauses.clusters)) {
		s.Clusters = append(s.Clusters, clusterJSON{ARN: arn, State: a.pauses.of(arn).current(), Transactions: open[arn]})
	}
	return s, nil
}

func since(then, now time.Time) period { return period(max(0, now.Sub(then)).Round(time.Millisecond)) }
