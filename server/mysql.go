package server

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"time"
)

// mysqlEngine is a MySQL server, or one of MariaDB. It keeps one pool for each
// user and database.
type mysqlEngine struct {
	config *mysqlConfig

	mu       sync.Mutex
	pools    map[login]*mysqlPool
	released sync.WaitGroup // sessions that are being cleaned for their next user
}

// mysqlPool holds the connections of one user to one database.
type mysqlPool struct {
	*sql.DB
	connector *mysqlConnector
	users     int // sessions that are open or being opened; guarded by mysqlEngine.mu
}

func newMySQLEngine(url string) (*mysqlEngine, error) {
	config, err := parseMySQLURL(url)
	if err != nil {
		return nil, err
	}
	return &mysqlEngine{config: config, pools: make(map[login]*mysqlPool)}, nil
}

// open returns a session. A pool whose first connection fails is dropped, so
// that made-up database names leave nothing behind.
func (e *mysqlEngine) open(ctx context.Context, to login) (session, error) {
	pool := e.enter(to)
	conn, err := e.acquire(ctx, pool)
	if err != nil {
		e.leave(to, pool)
		return nil, mysqlConnectError(err)
	}
	s := &mysqlSession{engine: e, pool: pool, to: to, conn: conn}
	if err := s.use(func(c *mysqlConn) error { s.tap = c.tap; return nil }); err != nil {
		_ = conn.Close() // says nothing new
		e.leave(to, pool)
		return nil, mysqlConnectError(err)
	}
	return s, nil
}

func (e *mysqlEngine) enter(to login) *mysqlPool {
	e.mu.Lock()
	defer e.mu.Unlock()
	pool := e.pools[to]
	if pool == nil {
		connector := &mysqlConnector{config: e.config, to: to}
		pool = &mysqlPool{DB: sql.OpenDB(connector), connector: connector}
		pool.SetMaxOpenConns(e.config.maxConns)
		pool.SetMaxIdleConns(e.config.maxConns)
		pool.SetConnMaxIdleTime(poolIdle)
		e.pools[to] = pool
	}
	pool.users++
	return pool
}

func (e *mysqlEngine) leave(to login, pool *mysqlPool) {
	e.mu.Lock()
	pool.users--
	unused := pool.users == 0 && pool.Stats().OpenConnections == 0 && e.pools[to] == pool
	if unused {
		delete(e.pools, to)
	}
	e.mu.Unlock()
	if unused {
		_ = pool.Close() // has nothing to close
	}
}

// acquire takes a connection from a pool. When the database has no room for
// another, the idle connections of all pools make some.
func (e *mysqlEngine) acquire(ctx context.Context, pool *mysqlPool) (*sql.Conn, error) {
	for try := 0; ; try++ {
		conn, err := pool.Conn(ctx)
		if !mysqlCrowded(err) || try == crowdedRetries {
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

func (e *mysqlEngine) dropIdle() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, pool := range e.pools {
		pool.SetMaxIdleConns(-1) // closes those that idle
		pool.SetMaxIdleConns(e.config.maxConns)
	}
}

// release cleans a session behind its user, after who has got the answer
// (F0227), and gives it back to its pool.
func (e *mysqlEngine) release(s *mysqlSession) {
	e.released.Go(func() {
		err := s.use(func(c *mysqlConn) error {
			switch {
			case !c.IsValid():
				return nil
			case s.lost:
				return c.abandon()
			}
			return c.reset(s.to.database, s.wandering, s.disguised)
		})
		if err != nil {
			_ = s.tap.Close() // gone either way
			_ = s.use((*mysqlConn).abandon)
		}
		_ = s.conn.Close() // back to the pool, which closes what is not alive
		e.leave(s.to, s.pool)
	})
}

// kill asks the database to end what a session runs. It takes a connection of
// its own for that, as those of the pool may all be taken.
func (e *mysqlEngine) kill(ctx context.Context, s *mysqlSession) error {
	connector := &mysqlConnector{config: e.config, to: login{user: s.to.user, password: s.to.password}}
	opened, err := connector.Connect(ctx)
	if err != nil {
		return err
	}
	defer opened.Close()
	conn, ok := opened.(*mysqlConn)
	if !ok {
		return errors.ErrUnsupported
	}
	return s.killBy(ctx, conn)
}

func (e *mysqlEngine) close() {
	e.released.Wait()
	e.mu.Lock()
	pools := e.pools
	e.pools = make(map[login]*mysqlPool)
	e.mu.Unlock()
	for _, pool := range pools {
		_ = pool.Close() // what fails to close is closed
	}
}

// connections returns how many connections are open, and how many of them are
// in use.
func (e *mysqlEngine) connections() (open, used int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, pool := range e.pools {
		stats := pool.Stats()
		open += stats.OpenConnections
		used += stats.InUse
	}
	return open, used
}
