package server

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// poolSize is how many connections one secret has to one database unless
	// the URL says otherwise.
	poolSize = 50
	// poolIdle is how long a connection is kept that nobody uses.
	poolIdle = time.Minute
	// connectTimeout bounds the making of a connection unless the URL does.
	connectTimeout = 10 * time.Second
	// upkeepTimeout bounds what the server itself asks of a database: a reset, a
	// rollback, a look into the catalog.
	upkeepTimeout = 10 * time.Second
	// cancelTimeout is how long a statement that is being cancelled has to end
	// before its connection is given up.
	cancelTimeout = 5 * time.Second
)

// sessionParameters is the state in which every statement finds its session:
// what the service promises (F0061), and what the reading of results relies on.
var sessionParameters = map[string]string{
	"TimeZone":           "UTC",
	"DateStyle":          "ISO, MDY",
	"IntervalStyle":      "postgres",
	"client_encoding":    "UTF8",
	"bytea_output":       "hex",
	"extra_float_digits": "1",
	"application_name":   "auroradataapi",
}

// pgEngine is a PostgreSQL server. It keeps one pool for each user and
// database.
type pgEngine struct {
	config *pgxpool.Config

	mu    sync.Mutex
	pools map[login]*pgPool
}

// pgPool holds the connections of one user to one database.
type pgPool struct {
	*pgxpool.Pool
	catalog *catalog
	users   int // sessions that are open or being opened; guarded by pgEngine.mu
}

func newPgEngine(url string) (*pgEngine, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("URL is not a connection string: %w", err) // pgx leaves the password out
	}
	if !strings.Contains(url, "pool_max_conns") {
		cfg.MaxConns = poolSize
	}
	cfg.MinConns, cfg.MinIdleConns = 0, 0
	cfg.MaxConnIdleTime = poolIdle
	cfg.HealthCheckPeriod = poolIdle / 2
	cfg.AfterRelease = resetSession

	cc := cfg.ConnConfig
	cc.StatementCacheCapacity, cc.DescriptionCacheCapacity = 0, 0
	if cc.ConnectTimeout == 0 {
		cc.ConnectTimeout = connectTimeout
	}
	maps.Copy(cc.RuntimeParams, sessionParameters)
	cc.BuildContextWatcherHandler = func(pc *pgconn.PgConn) ctxwatch.Handler {
		w := &cancelWatch{CancelRequestContextWatcherHandler: pgconn.CancelRequestContextWatcherHandler{Conn: pc, DeadlineDelay: cancelTimeout}}
		pc.CustomData()[cancelKey] = w
		return w
	}
	cfg.BeforeConnect = guardConnection
	return &pgEngine{config: cfg, pools: make(map[login]*pgPool)}, nil
}

const cancelKey = "auroradataapi.cancel"

// cancelWatch notes whether a statement of its connection was to be cancelled.
type cancelWatch struct {
	pgconn.CancelRequestContextWatcherHandler
	cancelled atomic.Bool
}

func (w *cancelWatch) HandleCancel(ctx context.Context) {
	w.cancelled.Store(true)
	w.CancelRequestContextWatcherHandler.HandleCancel(ctx)
}

// resetSession makes a connection clean for its next user, after its last one
// has got the answer (F0227). It runs in a goroutine of the pool, which waits for it.
// PostgreSQL may take up a request to cancel a statement late, and end with it the
// statement of the next user: behind one, nobody gets the connection.
func resetSession(conn *pgx.Conn) bool {
	if w, ok := conn.PgConn().CustomData()[cancelKey].(*cancelWatch); !ok || w.cancelled.Load() {
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), upkeepTimeout)
	defer cancel()
	_, err := conn.PgConn().Exec(ctx, "DISCARD ALL").ReadAll()
	return err == nil
}

// open returns a session. A pool whose first connection fails is dropped, so
// that made-up database names leave nothing behind.
func (e *pgEngine) open(ctx context.Context, to login) (session, error) {
	pool, err := e.enter(to)
	if err != nil {
		return nil, unavailable("the database cannot be reached: %v", err)
	}
	conn, err := e.acquire(ctx, pool)
	if err != nil {
		e.leave(to, pool)
		return nil, connectError(err)
	}
	pc := conn.Conn().PgConn()
	return &pgSession{
		conn: conn, pc: pc, guard: guardOf(pc), shared: pool.catalog, catalog: pool.catalog,
		leave: func() { e.leave(to, pool) },
	}, nil
}

// enter counts a session in at its pool, which is made if there is none. The
// pools that have no connection left, such as those of databases that are gone,
// go then.
func (e *pgEngine) enter(to login) (*pgPool, error) {
	e.mu.Lock()
	if pool := e.pools[to]; pool != nil {
		pool.users++
		e.mu.Unlock()
		return pool, nil
	}
	var unused []*pgPool
	for at, pool := range e.pools {
		if pool.unused() {
			delete(e.pools, at)
			unused = append(unused, pool)
		}
	}
	pool, err := e.newPool(to)
	if err == nil {
		pool.users++
		e.pools[to] = pool
	}
	e.mu.Unlock()
	for _, p := range unused {
		p.Close()
	}
	return pool, err
}

func (e *pgEngine) newPool(to login) (*pgPool, error) {
	cfg := e.config.Copy()
	cfg.ConnConfig.User, cfg.ConnConfig.Password, cfg.ConnConfig.Database = to.user, to.password, to.database
	pool, err := pgxpool.NewWithConfig(context.Background(), cfg) // connects to nothing: MinConns is 0
	if err != nil {
		return nil, err
	}
	return &pgPool{Pool: pool, catalog: newCatalog()}, nil
}

// unused reports whether nobody has or opens a connection of the pool.
func (p *pgPool) unused() bool { return p.users == 0 && p.Stat().TotalConns() == 0 }

func (e *pgEngine) leave(to login, pool *pgPool) {
	e.mu.Lock()
	pool.users--
	unused := pool.unused() && e.pools[to] == pool
	if unused {
		delete(e.pools, to)
	}
	e.mu.Unlock()
	if unused {
		pool.Close()
	}
}

// crowdedRetries is how often a connection is tried again that the database
// had no room for, crowdedPause how long its idle ones have to go.
const (
	crowdedRetries = 10
	crowdedPause   = 50 * time.Millisecond
)

// acquire takes a connection from a pool. When the database has no room for
// another, the idle connections of all pools make some.
func (e *pgEngine) acquire(ctx context.Context, pool *pgPool) (*pgxpool.Conn, error) {
	for try := 0; ; try++ {
		conn, err := pool.Acquire(ctx)
		var pg *pgconn.PgError
		if !errors.As(err, &pg) || pg.Code != stateTooManyClients || try == crowdedRetries {
			return conn, err
		}
		e.dropIdle()
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(crowdedPause):
		}
	}
}

func (e *pgEngine) dropIdle() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, pool := range e.pools {
		for _, idle := range pool.AcquireAllIdle(context.Background()) {
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			_ = idle.Conn().Close(ctx) // gone either way
			cancel()
			idle.Release()
		}
	}
}

func (e *pgEngine) close() {
	e.mu.Lock()
	pools := e.pools
	e.pools = make(map[login]*pgPool)
	e.mu.Unlock()
	var closing sync.WaitGroup
	for _, pool := range pools {
		closing.Go(pool.Close)
	}
	closing.Wait()
}
