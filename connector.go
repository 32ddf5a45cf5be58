package auroradataapi

import (
	"context"
	"database/sql/driver"
	"io"
	"os"
	"runtime/debug"
	"sync"

	"github.com/auroradataapi/auroradataapi/internal/awsapi"
	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// Connector makes connections to one cluster, for sql.OpenDB. A connection
// costs nothing: all of them share one client of the Data API.
type Connector struct {
	cfg     *Config // by reference, so that printing a Connector shows no secret
	dialect *dialect.Dialect
	driver  Driver
	observe *observer
	habits  habits
	// settings is what every transaction begins with.
	settings setLocal
	// inference and tables are for ParamsInfer, on PostgreSQL and on MySQL.
	inference inference
	tables    tables

	mu  sync.Mutex
	api wire.API // nil until the first connection

	background background
}

var (
	_ driver.Connector = (*Connector)(nil)
	_ io.Closer        = (*Connector)(nil)
)

// NewConnector returns a connector for a configuration, which is copied and
// filled by FillFromEnv. Nothing is sent; what is missing, malformed or
// contradictory is an error.
func NewConnector(cfg *Config) (*Connector, error) {
	if cfg == nil {
		return nil, errorf("there is no Config")
	}
	c := &Connector{cfg: cfg.Clone()}
	var err error
	if c.dialect, err = c.cfg.complete(os.Getenv); err != nil {
		return nil, errorf("%w", err)
	}
	if c.settings, err = c.cfg.setLocal(c.dialect); err != nil {
		return nil, errorf("%w", err)
	}
	c.observe = newObserver(c.cfg, c.dialect)
	return c, nil
}

// Connect returns a connection. It sends nothing; the first call reads the AWS
// configuration, which may ask a credential provider on this machine.
func (c *Connector) Connect(ctx context.Context) (driver.Conn, error) {
	api, err := c.client(ctx)
	if err != nil {
		return nil, err
	}
	return &Conn{connector: c, api: api, cfg: c.cfg, dialect: c.dialect, lane: newLane()}, nil
}

// Close waits a few seconds at most for what calls that were given up have left
// to be ended, and closes the idle network connections; the Close of a sql.DB
// calls it. The connector stays usable.
func (c *Connector) Close() error {
	c.background.wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	if closer, ok := c.api.(io.Closer); ok {
		return closer.Close()
	}
	return nil
}

// Driver returns the Driver that the connector was opened with, which for
// NewConnector is the one named DriverName.
func (c *Connector) Driver() driver.Driver { return c.driver }

// client returns the client that all connections share. A failure is not kept:
// what was wrong with the AWS configuration may be mended by the next call.
func (c *Connector) client(ctx context.Context) (wire.API, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.api != nil {
		return c.api, nil
	}
	settings := awsapi.Config{
		SDK:            c.cfg.SDK,
		AgentName:      DriverName,
		AgentVersion:   version(),
		AttemptTimeout: c.cfg.AttemptTimeout,
		RetryBudget:    c.cfg.RetryBudget,
		OnAttempt:      c.observe.attempted,
		OnPause:        c.observe.paused,
		Now:            c.cfg.Now,
		Sleep:          c.cfg.Sleep,
	}
	if c.cfg.SDK == nil {
		var err error
		if settings.AWS, err = c.cfg.loadAWS(ctx); err != nil {
			return nil, errorf("AWS configuration: %w", err)
		}
		settings.Endpoint = c.cfg.Endpoint
	}
	api, err := awsapi.New(settings)
	if err != nil {
		return nil, errorf("%w", err)
	}
	c.api = observed{api, c.observe}
	return c.api, nil
}

// version returns the module's version as the program was built with it, for
// the user agent.
func version() string {
	const module = "github.com/auroradataapi/auroradataapi"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	for _, m := range append(info.Deps, &info.Main) {
		if m.Path == module && m.Version != "" && m.Version != "(devel)" {
			return m.Version
		}
	}
	return "devel"
}
