package auroradataapi

import (
	"context"
	"database/sql"
	"database/sql/driver"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
)

// The names that the driver is registered by. DriverName takes either engine.
// The others are for libraries that go by the driver's name to know how
// placeholders are written, such as sqlx: they take the data source names of
// their engine, and those that do not say one.
const (
	DriverName           = "auroradataapi"
	DriverNamePostgreSQL = DriverName + "-postgresql"
	DriverNameMySQL      = DriverName + "-mysql"
)

func init() {
	sql.Register(DriverName, Driver{})
	sql.Register(DriverNamePostgreSQL, Driver{engine: dialect.PostgreSQL.Name})
	sql.Register(DriverNameMySQL, Driver{engine: dialect.MySQL.Name})
}

// Driver is the database/sql driver. A data source name is what ParseDSN reads.
type Driver struct {
	engine string // the only one, or empty
}

var (
	_ driver.Driver        = Driver{}
	_ driver.DriverContext = Driver{}
)

// Open returns a connection for a data source name. It sends nothing.
func (d Driver) Open(dsn string) (driver.Conn, error) {
	c, err := d.OpenConnector(dsn)
	if err != nil {
		return nil, err
	}
	return c.Connect(context.Background())
}

// OpenConnector reads a data source name and returns a connector for it. It
// sends nothing.
func (d Driver) OpenConnector(dsn string) (driver.Connector, error) {
	cfg, err := ParseDSN(dsn)
	if err != nil {
		return nil, err
	}
	switch {
	case d.engine == "":
	case cfg.Engine == "":
		cfg.Engine = d.engine
	case cfg.Engine != d.engine:
		return nil, errorf("the data source name is for %s and the driver %[2]s-%[3]s is not; open it with %[2]s or %[2]s-%[1]s",
			cfg.Engine, DriverName, d.engine)
	}
	c, err := NewConnector(cfg)
	if err != nil {
		return nil, err
	}
	c.driver = d
	return c, nil
}
