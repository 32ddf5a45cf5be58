// Package server is a local Data API: the service that AWS runs in front of
// Aurora, over an ordinary database.
//
// A Server is an http.Handler. It answers the five operations as the service
// answers them, with its limits, its types and its errors, so that what passes
// here passes in AWS:
//
//	srv, err := server.New(server.Config{Clusters: []server.Cluster{{
//		ARN:     "arn:aws:rds:us-east-1:123456789012:cluster:local",
//		Engine:  "postgresql",
//		URL:     "postgres://localhost:5432",
//		Secrets: []server.Secret{{ARN: "arn:aws:secretsmanager:us-east-1:123456789012:secret:local", Username: "app", Password: "app"}},
//	}}})
//	…
//	defer srv.Close()
//	http.ListenAndServe("127.0.0.1:8080", srv)
//
// Requests have to be signed, as the service has it. Signatures are verified
// when Config.Credentials has keys; without, any will do, but only requests from
// this machine are answered.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// Config says which databases a Server serves and how.
type Config struct {
	// Clusters are the databases. At least one is needed.
	Clusters []Cluster

	// Credentials are the keys that requests are to be signed with. Without any,
	// signatures are not verified and only this machine is served: see
	// CheckListen.
	Credentials []Credential
	// Region is the region that requests are to be signed for. Empty stands for
	// those of the clusters' ARNs if there are Credentials, and else for any.
	Region string

	// StatementTimeout is how long a statement may run; zero is the service's
	// 45 seconds.
	StatementTimeout time.Duration
	// TransactionIdleTimeout is how long a transaction lives without a call;
	// zero is the service's 3 minutes.
	TransactionIdleTimeout time.Duration
	// TransactionMaxAge is how long a transaction lives at most; zero is the
	// service's 24 hours.
	TransactionMaxAge time.Duration

	// Faults are rules that say which calls go wrong. Server.Faults changes
	// them while the server runs.
	Faults []Fault
	// FaultSeed decides which calls a rule with a Probability hits.
	FaultSeed uint64
	// Admin turns on the endpoint below /_local/ by which tests in any language
	// set faults, pause clusters, expire transactions and see the state. It
	// answers callers on this machine only, and no web pages.
	Admin bool

	// Sizes lowers the limits of size; the zero value is the service's.
	Sizes Sizes

	// Now is the clock by which transactions expire and clusters pause; nil is
	// time.Now.
	Now func() time.Time
	// Logger is told of every call, and of what goes wrong out of a caller's
	// sight. Nil is silent. It is given neither statements nor values.
	Logger *slog.Logger
}

// Cluster is a database server that is reached by an ARN.
type Cluster struct {
	// ARN is the resourceArn of the cluster. It is compared exactly.
	ARN string
	// Engine is the kind of database: "postgresql" or "mysql", which MariaDB is
	// too.
	Engine string
	// URL says where the database is: for PostgreSQL a connection string of pgx,
	// for MySQL mysql://host:3306, mysql://?socket=/path or a DSN of
	// go-sql-driver/mysql. Its user, password and database are replaced by those
	// of each call. The parameter pool_max_conns bounds the connections of one
	// secret to one database; 50 if it is absent. Parameters of a MySQL URL that
	// its driver does not know are variables of the session, as in
	// sql_mode='ANSI'.
	URL string
	// Secrets are the users of the database.
	Secrets []Secret
	// EndpointDisabled turns the Data API off for the cluster, as a cluster in
	// AWS has it until it is enabled.
	EndpointDisabled bool

	// PauseAfter is how long nobody uses the cluster until it is paused, as
	// Aurora Serverless with a minimum capacity of 0 is; zero is never. The next
	// call is answered DatabaseResumingException.
	PauseAfter time.Duration
	// ResumeTime is how long a paused cluster takes to resume after that call;
	// zero is AWS's 15 seconds.
	ResumeTime time.Duration
}

// Secret is a user of a database that is named by an ARN. A call that does not
// say which database it wants gets on PostgreSQL the one that is named like the
// user, and on MySQL none.
type Secret struct {
	// ARN is the secretArn of the secret. It is compared exactly.
	ARN string
	// Username and Password are what the secret holds.
	Username, Password string
}

// Server is a local Data API. It is safe for concurrent use.
type Server struct {
	handler   http.Handler
	service   *service
	disturbed *disturbed
	close     sync.Once
}

// New returns a server for the configuration. No connection is opened before
// the first call needs it.
func New(cfg Config) (*Server, error) {
	if len(cfg.Clusters) == 0 {
		return nil, errors.New("server: no cluster is configured; give Config.Clusters at least one")
	}
	for name, d := range map[string]*time.Duration{
		"StatementTimeout":       &cfg.StatementTimeout,
		"TransactionIdleTimeout": &cfg.TransactionIdleTimeout,
		"TransactionMaxAge":      &cfg.TransactionMaxAge,
	} {
		if *d < 0 {
			return nil, fmt.Errorf("server: %s is negative: %v", name, *d)
		}
	}
	setDefault(&cfg.StatementTimeout, wire.StatementTimeout)
	setDefault(&cfg.TransactionIdleTimeout, wire.TransactionIdleTimeout)
	setDefault(&cfg.TransactionMaxAge, wire.TransactionMaxAge)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if err := cfg.Sizes.complete(); err != nil {
		return nil, err
	}
	if err := checkPauses(cfg.Clusters); err != nil {
		return nil, err
	}
	faults, err := newFaults(cfg)
	if err != nil {
		return nil, err
	}
	clusters, err := newClusters(cfg.Clusters)
	if err != nil {
		return nil, err
	}
	keys, err := newKeyring(cfg)
	if err != nil {
		return nil, err
	}
	s := newService(cfg, clusters)
	d := newDisturbed(cfg, s, faults)
	return &Server{service: s, disturbed: d, handler: newHandler(cfg, keys, d)}, nil
}

// newHandler puts together what a request passes, read from the last line to
// the first.
func newHandler(cfg Config, keys *keyring, d *disturbed) http.Handler {
	h := wire.Handler(d)
	h = faultyAnswers(h)
	h = &authenticator{next: h, keyring: keys}
	h = sized(cfg.Sizes.RequestBytes, h)
	h = newGate(cfg.StatementTimeout, h)
	h = &observer{next: h, service: d.service, metrics: newMetrics(), log: cfg.Logger}
	return withAdmin(cfg, d, h)
}

func setDefault[T comparable](v *T, value T) {
	var zero T
	if *v == zero {
		*v = value
	}
}

// ServeHTTP answers a request to the Data API. GET /healthz says whether calls
// are answered, GET /metrics counts them in the text format of Prometheus.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// OpenTransactions returns the number of transactions that were begun and have
// neither been ended nor expired.
func (s *Server) OpenTransactions() int { return s.service.transactions.count() }

// LostTransactions returns how many of the open transactions nobody can end,
// because a fault lost the answer that had their id. As in AWS they are open until
// they expire, which is no mistake of the caller's.
func (s *Server) LostTransactions() int { return s.service.transactions.lostCount() }

// Close cancels what is running, rolls back every transaction, closes every
// connection and waits for all of that. Calls that come later are refused. It
// may be called repeatedly.
func (s *Server) Close() error {
	s.close.Do(s.service.close)
	return nil
}

// life is what a service must wait for before it ends: the calls it is
// answering and the goroutines it started.
type life struct {
	ctx    context.Context // ends when the service is to end
	cancel context.CancelFunc

	mu     sync.Mutex
	closed bool
	wg     sync.WaitGroup
}

func newLife() *life {
	l := &life{}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	return l
}

// enter counts in a call or a goroutine that then has to call wg.Done. It
// reports false when the service ends.
func (l *life) enter() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed {
		l.wg.Add(1)
	}
	return !l.closed
}

// end stops everything and waits for it.
func (l *life) end() {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.cancel()
	l.wg.Wait()
}
