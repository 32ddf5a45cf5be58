package server

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/go-sql-driver/mysql"
)

// mysqlConn is a connection of the driver with the tap below it.
type mysqlConn struct {
	driver.Conn
	tap     *mysqlTap
	initial string // puts the session in its initial state
}

var (
	_ driver.Validator       = (*mysqlConn)(nil)
	_ driver.SessionResetter = (*mysqlConn)(nil)
)

// IsValid reports whether the connection is alive, as far as is known.
func (c *mysqlConn) IsValid() bool {
	v, ok := c.Conn.(driver.Validator)
	return ok && v.IsValid()
}

// ResetSession looks whether the database has closed an idle connection. What
// the last user left is gone by then.
func (c *mysqlConn) ResetSession(ctx context.Context) error {
	return c.Conn.(driver.SessionResetter).ResetSession(ctx)
}

// mysqlConnector makes the connections of one user to one database.
type mysqlConnector struct {
	config *mysqlConfig
	to     login
}

var _ driver.Connector = (*mysqlConnector)(nil)

// Driver is what database/sql asks of a connector.
func (c *mysqlConnector) Driver() driver.Driver { return mysql.MySQLDriver{} }

// Connect returns a connection whose session is in its initial state.
func (c *mysqlConnector) Connect(parent context.Context) (driver.Conn, error) {
	ctx, cancel := context.WithTimeout(parent, c.config.driver.Timeout)
	defer cancel()
	conn, err := c.connect(ctx)
	if err != nil && ctx.Err() != nil && parent.Err() == nil {
		err = fmt.Errorf("no answer within %v", c.config.driver.Timeout)
	}
	return conn, err
}

func (c *mysqlConnector) connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.dial(ctx, c.config.tls != nil)
	if errors.Is(err, errNoTLS) && c.config.plaintext {
		conn, err = c.dial(ctx, false)
	}
	if err != nil {
		return nil, err
	}
	conn.initial = c.config.initial(conn.tap.mariaDB)
	if _, err := conn.exec(ctx, conn.initial); err != nil {
		_ = conn.Close() // says nothing new
		return nil, err
	}
	return conn, nil
}

func (c *mysqlConnector) dial(ctx context.Context, secure bool) (*mysqlConn, error) {
	conn := &mysqlConn{}
	cfg := c.config.forUser(c.to)
	security := c.config.tls
	if secure {
		cfg.Net = "unix" // what the driver thinks of as safe for a password
	} else {
		security = nil
	}
	cfg.DialFunc = func(ctx context.Context, _, _ string) (net.Conn, error) {
		tap, err := dialMySQL(ctx, c.config.network, c.config.addr, security)
		if err != nil {
			return nil, err
		}
		conn.tap = tap
		return tap, nil
	}
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		return nil, err
	}
	conn.Conn, err = connector.Connect(ctx)
	return conn, err
}

// exec runs a statement of the server itself.
func (c *mysqlConn) exec(ctx context.Context, sql string) (driver.Result, error) {
	return c.Conn.(driver.ExecerContext).ExecContext(ctx, sql, nil)
}

// reset makes the connection clean for its next user. It fails for one that
// cannot be: then it has to be closed.
func (c *mysqlConn) reset(database string, check, disguised bool) error {
	if disguised {
		return errOtherRole
	}
	if err := c.tap.SetDeadline(time.Now().Add(upkeepTimeout)); err != nil {
		return err
	}
	if err := c.tap.reset(); err != nil {
		return err
	}
	if _, err := c.exec(context.Background(), c.initial); err != nil {
		return err
	}
	if check {
		if err := c.checkDatabase(database); err != nil {
			return err
		}
	}
	return c.tap.SetDeadline(time.Time{})
}

// errOtherRole is about a session in which SET ROLE may have been said, which no
// reset takes back.
var errOtherRole = errors.New("the session may have another role")

var errOtherDatabase = errors.New("the session has another default database")

// checkDatabase checks that a session still has the default database that it
// began with, which a reset does not bring back.
func (c *mysqlConn) checkDatabase(want string) error {
	sql, args := "SELECT DATABASE() IS NULL", []driver.NamedValue(nil)
	if want != "" {
		sql, args = "SELECT CAST(DATABASE() AS BINARY) = ?", []driver.NamedValue{{Ordinal: 1, Value: want}}
	}
	stmt, err := c.Conn.Prepare(sql)
	if err != nil {
		return err
	}
	defer stmt.Close()
	rows, err := stmt.(driver.StmtQueryContext).QueryContext(context.Background(), args)
	if err != nil {
		return err
	}
	defer rows.Close()
	got := make([]driver.Value, 1)
	if err := rows.Next(got); err != nil {
		return err
	}
	if got[0] != int64(1) {
		return errOtherDatabase
	}
	return nil
}

// abandon tells the driver that the connection is gone: it finds out when it
// says goodbye.
func (c *mysqlConn) abandon() error { return c.Close() }
