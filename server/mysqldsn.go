package server

import (
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-sql-driver/mysql"
)

// foundRows says whether an UPDATE counts the rows that it found, or those that
// it changed. A choice (F0244).
const foundRows = false

// mysqlModes is the sql_mode of a session, MySQL 8's own default. Another one is
// had by the URL's parameter sql_mode (F0245).
const mysqlModes = "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"

// mysqlConfig says how a MySQL server is reached and how its sessions begin.
type mysqlConfig struct {
	driver        *mysql.Config
	network, addr string
	tls           *tls.Config       // nil for none
	plaintext     bool              // whether to go on without TLS if the server has none
	maxConns      int               // of one user to one database
	variables     map[string]string // of the session, in SQL
}

// parseMySQLURL reads a DSN of the driver or a URL that begins with mysql://.
// User, password and database in it are dropped before anything is read, so
// that no error can show them.
func parseMySQLURL(text string) (*mysqlConfig, error) {
	dsn, err := mysqlDSN(text)
	if err != nil {
		return nil, err
	}
	cfg, err := mysql.ParseDSN(dsn)
	if err != nil {
		return nil, fmt.Errorf("URL is neither mysql://host:3306 nor a DSN such as tcp(host:3306)/ or unix(/path/to/socket)/: %w", err)
	}
	c := &mysqlConfig{driver: cfg, network: cfg.Net, addr: cfg.Addr, tls: cfg.TLS,
		plaintext: cfg.AllowFallbackToPlaintext, maxConns: poolSize, variables: cfg.Params}
	if text, ok := c.variables["pool_max_conns"]; ok {
		if c.maxConns, err = strconv.Atoi(text); err != nil || c.maxConns < 1 {
			return nil, fmt.Errorf("URL has pool_max_conns=%s, which is no number above zero", text)
		}
		delete(c.variables, "pool_max_conns")
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = connectTimeout
	}
	// TLS is the tap's, which has to read behind it.
	cfg.TLS, cfg.TLSConfig, cfg.AllowFallbackToPlaintext = nil, "", false
	cfg.Params = nil
	cfg.Logger = &mysql.NopLogger{}
	cfg.ClientFoundRows = foundRows
	cfg.AllowAllFiles, cfg.ColumnsWithAlias, cfg.InterpolateParams = false, false, false
	cfg.MultiStatements, cfg.ParseTime, cfg.RejectReadOnly = false, false, false
	if err := cfg.Apply(mysql.EnableCompression(false)); err != nil {
		return nil, fmt.Errorf("URL: %w", err)
	}
	if strings.ContainsAny(cfg.Collation, "'`\\ ,;") {
		return nil, fmt.Errorf("URL has the collation %q, which is no name", cfg.Collation)
	}
	return c, nil
}

// mysqlDSN returns the DSN without user, password and database for either form.
func mysqlDSN(text string) (string, error) {
	scheme, rest, isURL := strings.Cut(text, "://")
	switch {
	case isURL && scheme == "mysql":
		return dsnOfURL(rest)
	case isURL && !strings.ContainsAny(scheme, "@/(?"):
		return "", errors.New("URL is not of MySQL; use mysql://host:3306 or a DSN such as tcp(host:3306)/ or unix(/path/to/socket)/")
	}
	// As the driver reads it, the last slash ends the address.
	end := strings.LastIndexByte(text, '/')
	if end < 0 {
		return "", errors.New("URL is no DSN: it has no slash behind the address, as in tcp(host:3306)/")
	}
	address := text[:end]
	if at := strings.LastIndexByte(address, '@'); at >= 0 {
		address = address[at+1:]
	}
	_, query, _ := strings.Cut(text[end+1:], "?")
	return address + "/?" + query, nil
}

// dsnOfURL turns the part of a URL behind mysql:// into a DSN. The parameter
// socket names a Unix socket.
func dsnOfURL(rest string) (string, error) {
	head, query, _ := strings.Cut(rest, "?")
	if at := strings.LastIndexByte(head, '@'); at >= 0 {
		head = head[at+1:]
	}
	host, _, _ := strings.Cut(head, "/")
	u, err := url.Parse("mysql://" + host)
	if err != nil {
		return "", errors.New("URL has no address of the form host:port behind mysql://")
	}
	var kept []string
	socket := ""
	for param := range strings.SplitSeq(query, "&") {
		value, ok := strings.CutPrefix(param, "socket=")
		switch {
		case param == "":
		case !ok:
			kept = append(kept, param)
		default:
			if socket, err = url.QueryUnescape(value); err != nil {
				return "", fmt.Errorf("URL has the socket %q, which is not escaped well", value)
			}
		}
	}
	address := "unix(" + socket + ")"
	if socket == "" {
		name, port := u.Hostname(), u.Port()
		if name == "" {
			name = "127.0.0.1"
		}
		if port == "" {
			port = "3306"
		}
		address = "tcp(" + net.JoinHostPort(name, port) + ")"
	}
	return address + "/?" + strings.Join(kept, "&"), nil
}

// initial returns the statement that puts a session in its initial state: what
// the service promises, and what the reading of results relies on. The URL's
// variables go before what must not be changed.
func (c *mysqlConfig) initial(mariaDB bool) string {
	isolation := "transaction_isolation"
	if mariaDB {
		isolation = "tx_isolation" // the only name before version 11.1
	}
	b := "SET sql_mode = '" + mysqlModes + "', " + isolation + " = 'REPEATABLE-READ'"
	for _, name := range slices.Sorted(maps.Keys(c.variables)) {
		b += ", " + name + " = " + c.variables[name]
	}
	b += ", time_zone = '+00:00', NAMES utf8mb4"
	if c.driver.Collation != "" {
		b += " COLLATE " + c.driver.Collation
	}
	return b
}

// forUser returns the driver's configuration of a connection.
func (c *mysqlConfig) forUser(to login) *mysql.Config {
	cfg := c.driver.Clone()
	cfg.User, cfg.Passwd, cfg.DBName = to.user, to.password, to.database
	return cfg
}
