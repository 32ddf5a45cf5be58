package integrity

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/server"
)

// disturbances are what may happen to a call.
var disturbances = []server.Fault{
	{Name: "expired", Kind: server.FaultExpire},
	{Name: "lost", Kind: server.FaultDrop},
	{Name: "answer-lost", Kind: server.FaultDrop, Executed: true},
	{Name: "answer-cut", Kind: server.FaultTruncate},
	{Name: "resuming", Kind: server.FaultResuming},
	{Name: "throttled", Kind: server.FaultThrottle},
	{Name: "500", Kind: server.FaultStatus, Status: http.StatusInternalServerError},
	{Name: "500-executed", Kind: server.FaultStatus, Status: http.StatusInternalServerError, Executed: true},
	{Name: "503", Kind: server.FaultStatus, Status: http.StatusServiceUnavailable},
	{Name: "503-executed", Kind: server.FaultStatus, Status: http.StatusServiceUnavailable, Executed: true},
	{Name: "504-executed", Kind: server.FaultStatus, Status: http.StatusGatewayTimeout, Executed: true},
	{Name: "late", Kind: server.FaultDelay, Delay: 10 * time.Second, Executed: true},
}

// patience has a client give up a call whose answer is late, as attempt_timeout
// does, but sooner: that has to be above the 45 seconds that a statement may take.
func patience(f server.Fault) func(*auroradataapi.Config) {
	return func(c *auroradataapi.Config) {
		if f.Kind == server.FaultDelay {
			c.HTTPClient = &http.Client{Transport: &http.Transport{ResponseHeaderTimeout: 2 * time.Second}}
		}
	}
}

// disturbed lets one call go wrong while do runs, behind after others. It
// reports whether that call came.
func (w *world) disturbed(t *testing.T, f server.Fault, after int, do func()) bool {
	t.Helper()
	f.After, f.Times = after, 1
	if err := w.api.Faults().Add(f); err != nil {
		t.Fatal(err)
	}
	do()
	w.calm()
	return w.met.Hit == 1
}

// calm takes the rule away by which calls go wrong.
func (w *world) calm() {
	if rules := w.api.Faults().List(); len(rules) > 0 {
		w.met = rules[0]
		w.api.Faults().Clear()
	}
}

// calls returns how many calls of the kind that f can hit are made while do runs.
func (w *world) calls(t *testing.T, f server.Fault, do func()) int {
	t.Helper()
	f.Name, f.After = "count", 1<<30
	if err := w.api.Faults().Add(f); err != nil {
		t.Fatal(err)
	}
	defer w.calm() // also if do fails the test
	do()
	w.calm()
	return w.met.Matched
}

// outcomes counts what came of disturbed runs.
type outcomes struct{ hits, whole, told int }

func (o *outcomes) note(hit bool, err error) {
	if hit {
		o.hits++
	}
	if err == nil {
		o.whole++
	} else {
		o.told++
	}
}

func (o outcomes) String() string {
	return fmt.Sprintf("%d calls went wrong: %d results were whole, %d ended with an error that tells", o.hits, o.whole, o.told)
}

// TestReadDisturbed lets a call go wrong at random places of a reading.
func TestReadDisturbed(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		w.filled(t, "t", tame, 2500)
		w.create(t, "u")
		w.exec(t, "CREATE TABLE mark (id int)")
		random := random(-1)
		var all outcomes
		for i, y := range ways[w.engine.name] {
			t.Run(y.name, func(t *testing.T) {
				want := y.sums(t, w)
				calls := w.calls(t, server.Fault{Kind: server.FaultExpire}, func() {
					if n, err := y.read(t, w, want, server.Fault{}); err != nil || n != len(want) {
						t.Fatalf("undisturbed: %d rows of %d, %v", n, len(want), err)
					}
				})
				for j, f := range disturbances {
					if *repeat == 0 && (i+j)%3 > 0 {
						continue
					}
					for range max(*repeat, 1) {
						after := random.IntN(calls)
						var n int
						var err error
						hit := w.disturbed(t, f, after, func() { n, err = y.read(t, w, want, f) })
						if bad := verdict(n, want, err); bad != nil {
							t.Errorf("%s behind %d calls: %v", f.Name, after, bad)
						}
						all.note(hit, err)
						if bad := w.ended(); bad != nil {
							t.Errorf("%s behind %d calls: %v", f.Name, after, bad)
						}
						if y.target != "" {
							if bad := w.executed(t, y, want, err); bad != nil {
								t.Errorf("%s behind %d calls: %v", f.Name, after, bad)
							}
						}
					}
				}
			})
		}
		t.Log(all)
		if all.hits < 3*len(ways[w.engine.name])*max(*repeat, 1) || all.whole == 0 || all.told == 0 && w.engine == &postgres { // MySQL's pages are read again
			t.Error("too little was put to the test")
		}
	})
}

// read reads the table in small pages. A transaction of the caller has to be
// usable behind it, or to say that it is lost.
func (y way) read(t *testing.T, w *world, want []sum, f server.Fault) (n int, err error) {
	t.Helper()
	ctx := t.Context()
	y.clean(t, w)
	db := y.open(t, w, smallPages, patience(f))
	defer db.Close()
	if !y.begin {
		return read(ctx, db, want, y.query)
	}
	tx, err := db.BeginTx(ctx, y.tx)
	if err != nil {
		return 0, err
	}
	defer tx.Rollback()
	n, err = read(ctx, tx, want, y.query)
	if bad := w.afterwards(ctx, tx, y.tx == nil); bad != nil {
		t.Errorf("%s: after %v: %v", f.Name, err, bad)
	}
	return n, err
}

// afterwards uses a transaction and commits it. What it says has to be true.
func (w *world) afterwards(ctx context.Context, tx *sql.Tx, writes bool) error {
	w.calm() // what was not hit is not meant for this
	var one int
	err := tx.QueryRowContext(ctx, "SELECT 1").Scan(&one)
	if err == nil && writes {
		_, err = tx.ExecContext(ctx, "INSERT INTO mark VALUES (1)")
	}
	committed := tx.Commit()
	marks := 0
	if err := w.direct.QueryRow("SELECT count(*) FROM mark").Scan(&marks); err != nil {
		return err
	}
	if _, err := w.direct.Exec("DELETE FROM mark"); err != nil {
		return err
	}
	var called *auroradataapi.Error
	switch {
	case err == nil && committed == nil && marks == 1 == writes:
		return nil
	case err == nil, committed == nil, marks > 0:
		return fmt.Errorf("the statement ended with %v, the commit with %v, and %d rows were written", err, committed, marks)
	case !errors.As(err, &called) && !errors.Is(err, auroradataapi.ErrTransactionRolledBack):
		return fmt.Errorf("the error of the statement does not tell: %w", err)
	}
	return nil
}

// executed looks for the rows that a statement inserted, which are all of them or
// none, as its error says. Those of a caller's transaction are
// committed with it.
func (w *world) executed(t *testing.T, y way, want []sum, err error) error {
	t.Helper()
	rows := 0
	if err := w.direct.QueryRow("SELECT count(*) FROM " + y.target).Scan(&rows); err != nil {
		return err
	}
	var incomplete *auroradataapi.IncompleteError
	applied := err == nil || errors.As(err, &incomplete) && incomplete.Applied
	unknown := errors.Is(err, auroradataapi.ErrOutcomeUnknown) || errors.Is(err, auroradataapi.ErrCommitUnknown)
	switch {
	case rows == len(want) && (applied || unknown):
		w.compare(t, y.target, want)
	case rows != 0, applied && !y.begin:
		return fmt.Errorf("%d rows were inserted, and the error says: %v", rows, err)
	}
	return nil
}
