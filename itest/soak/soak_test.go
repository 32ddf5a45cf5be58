package soak

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/server"
)

var (
	duration = flag.Duration("soak", 5*time.Second, "how long the clients work")
	clients  = flag.Int("clients", 200, "how many clients work at once")
	seed     = flag.Uint64("seed", 0, "of what the clients do; 0 takes one of the clock")
)

func TestMain(m *testing.M) { dataapitest.Main(m) }

// TestSoak has many clients write to a ledger over a network that loses
// requests and answers, while some of them lose patience or just vanish. In the
// end the ledger has to hold what the clients were told, no more than once, and
// nothing of them may be left on the server.
func TestSoak(t *testing.T) {
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	t.Logf("%d clients for %v; seed %d", *clients, *duration, *seed)
	behind := dataapitest.New(t)
	goroutines, files := runtime.NumGoroutine(), openFiles()
	srv, err := server.New(server.Config{
		Clusters: []server.Cluster{{
			ARN: dataapitest.ClusterARN, Engine: "postgresql", URL: behind.DatabaseURL + "&pool_max_conns=40",
			Secrets: []server.Secret{{ARN: dataapitest.SecretARN, Username: "postgres"}},
		}},
		TransactionIdleTimeout: time.Second, // for those who vanish
	})
	if err != nil {
		t.Fatal(err)
	}
	net := &network{next: srv}
	web := httptest.NewServer(net)

	cfg := behind.Config()
	cfg.Endpoint = web.URL
	cfg.RetryBudget = 2 * time.Second
	reliable := behind.Open(t)
	if _, err := reliable.Exec("CREATE TABLE ledger (id bigint)"); err != nil {
		t.Fatal(err)
	}

	net.bad.Store(true)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	books := make([]book, *clients)
	var all tally
	var wg sync.WaitGroup
	for i := range books {
		books[i].all = &all
		wg.Go(func() { books[i].keep(ctx, t, cfg, int64(i)) })
	}
	time.Sleep(*duration)
	eventually(all.tested) // on a machine that is busy with other things
	cancel()
	wg.Wait()
	net.bad.Store(false)

	if !eventually(func() bool { return srv.OpenTransactions() == 0 }) {
		t.Errorf("%d transactions are open", srv.OpenTransactions())
	}
	audit(t, reliable, books)
	web.Close()
	if err := srv.Close(); err != nil {
		t.Error(err)
	}
	left := func() (n int) {
		row := reliable.QueryRow("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'")
		if err := row.Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if !eventually(func() bool { return left() == 0 }) {
		t.Errorf("%d sessions are at work after the end", left())
	}
	reliable.Close()
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	// The connections of the reliable handle may end a little later.
	const some = 10
	if !eventually(func() bool { return runtime.NumGoroutine() <= goroutines+some }) {
		stacks := make([]byte, 1<<20)
		t.Errorf("%d goroutines before, %d after:\n%s", goroutines, runtime.NumGoroutine(), stacks[:runtime.Stack(stacks, true)])
	}
	if !eventually(func() bool { return openFiles() <= files+some }) {
		t.Errorf("%d files and connections were open before, %d are after", files, openFiles())
	}
}

// openFiles counts the open files and connections of the process, where the
// system tells.
func openFiles() int {
	entries, _ := os.ReadDir("/proc/self/fd")
	return len(entries)
}

// book is what a client was told of its entries in the ledger.
type book struct {
	written []int64 // told to be in the ledger
	unknown []int64 // not told
	refused []int64 // told not to be
	kinds   map[string]int
	all     *tally
}

// tally counts what all clients were told.
type tally struct{ written, unknown atomic.Int64 }

// tested says whether anything was put to the test.
func (a *tally) tested() bool { return a.written.Load() > 0 && a.unknown.Load() > 0 }

// keep writes entries until the context ends.
func (b *book) keep(ctx context.Context, t *testing.T, cfg *auroradataapi.Config, client int64) {
	b.kinds = make(map[string]int)
	connector, err := auroradataapi.NewConnector(cfg)
	if err != nil {
		t.Error(err)
		return
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	random := rand.New(rand.NewPCG(*seed, uint64(client)))
	for n := int64(0); ctx.Err() == nil; n++ {
		id := client<<32 | n
		call, stop := context.WithTimeout(ctx, time.Duration(1+random.IntN(400))*time.Millisecond)
		if random.IntN(4) > 0 {
			call = ctx // most are patient
		}
		switch random.IntN(6) {
		case 0, 1:
			b.note(id, insert(call, db, id))
		case 2, 3:
			b.note(id, transact(call, db, id))
		case 4:
			b.abandon(call, db, id, random.IntN(2) == 0)
		default:
			var sum int64
			_ = db.QueryRowContext(call, "SELECT count(*) FROM ledger, pg_sleep($1)", random.Float64()/50).Scan(&sum)
		}
		stop()
	}
}

func insert(ctx context.Context, db *sql.DB, id int64) error {
	_, err := db.ExecContext(ctx, "INSERT INTO ledger VALUES ($1)", id)
	return err
}

// errBeforeCommit is a transaction that failed before its commit was sent.
var errBeforeCommit = errors.New("before the commit")

func transact(ctx context.Context, db *sql.DB, id int64) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return errBeforeCommit
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, "INSERT INTO ledger VALUES ($1)", id); err != nil {
		return errBeforeCommit
	}
	return tx.Commit()
}

// abandon begins a transaction and either rolls it back or leaves it to expire,
// as a client does that is killed.
func (b *book) abandon(ctx context.Context, db *sql.DB, id int64, politely bool) {
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	tx, err := db.BeginTx(own, nil)
	if err != nil {
		cancel()
		return
	}
	_, _ = tx.ExecContext(ctx, "INSERT INTO ledger VALUES ($1)", id)
	b.refused = append(b.refused, id)
	if politely {
		_ = tx.Rollback()
	}
	cancel()
}

// note files an entry by what the client was told.
func (b *book) note(id int64, err error) {
	var e *auroradataapi.Error
	switch {
	case err == nil:
		b.written = append(b.written, id)
		b.kinds["written"]++
		b.all.written.Add(1)
	case errors.Is(err, errBeforeCommit), errors.As(err, &e) && (e.SafeToRetry() || e.Code != ""):
		b.refused = append(b.refused, id)
		b.kinds["refused"]++
	case e == nil && (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) || errors.Is(err, sql.ErrTxDone)):
		b.refused = append(b.refused, id) // nothing was sent
		b.kinds["not sent"]++
	default:
		b.unknown = append(b.unknown, id)
		b.kinds["unknown"]++
		b.all.unknown.Add(1)
	}
}

// audit compares the ledger with the clients' books.
func audit(t *testing.T, db *sql.DB, books []book) {
	t.Helper()
	ledger := make(map[int64]int)
	for after := int64(-1); ; { // by pages that stay below the limit of a result
		rows, err := db.Query("SELECT id, count(*) FROM ledger WHERE id > $1 GROUP BY id ORDER BY id LIMIT 10000", after)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for ; rows.Next(); n++ {
			var id int64
			var count int
			if err := rows.Scan(&id, &count); err != nil {
				t.Fatal(err)
			}
			ledger[id], after = count, id
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			break
		}
	}
	kinds := make(map[string]int)
	found := 0
	for _, b := range books {
		for kind, n := range b.kinds {
			kinds[kind] += n
		}
		for _, id := range b.written {
			if ledger[id] != 1 {
				t.Errorf("entry %x was told to be written, and is there %d times", id, ledger[id])
			}
		}
		for _, id := range b.refused {
			if ledger[id] != 0 {
				t.Errorf("entry %x was told not to be written, and is there %d times", id, ledger[id])
			}
		}
		for _, id := range b.unknown {
			if ledger[id] > 1 {
				t.Errorf("entry %x is there %d times", id, ledger[id])
			}
			found += ledger[id]
		}
	}
	var told []string
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		told = append(told, fmt.Sprintf("%d %s", kinds[kind], kind))
	}
	t.Logf("%s; %d of the unknown were written", strings.Join(told, ", "), found)
	if kinds["written"] == 0 || kinds["unknown"] == 0 {
		t.Error("nothing was put to the test")
	}
}

// network loses requests and answers once it is bad: about one in ten.
type network struct {
	next http.Handler
	bad  atomic.Bool
}

func (n *network) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !n.bad.Load() {
		n.next.ServeHTTP(w, r)
		return
	}
	switch rand.IntN(40) {
	case 0: // lost on the way there
		panic(http.ErrAbortHandler)
	case 1: // lost on the way back
		n.next.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	case 2: // turned away in front of the service
		http.Error(w, "no backend", http.StatusServiceUnavailable)
	case 3: // failed behind it
		n.next.ServeHTTP(httptest.NewRecorder(), r)
		http.Error(w, "gateway", http.StatusBadGateway)
	default:
		n.next.ServeHTTP(w, r)
	}
}

func eventually(condition func() bool) bool {
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if condition() {
			return true
		}
	}
	return condition()
}
