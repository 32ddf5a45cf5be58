package auroradataapi

import (
	"context"
	"database/sql"
	"database/sql/driver"
)

// DriverName is the name that the driver is registered by.
const DriverName = "auroradataapi"

func init() { sql.Register(DriverName, Driver{}) }

// Driver is the database/sql driver. Its name is DriverName; a data source name
// is what ParseDSN reads.
type Driver struct{}

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
func (Driver) OpenConnector(dsn string) (driver.Connector, error) {
	cfg, err := ParseDSN(dsn)
	if err != nil {
		return nil, err
	}
	return NewConnector(cfg)
}
