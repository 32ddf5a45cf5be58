package migratedataapi

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/golang-migrate/migrate/v4/database"

	"github.com/auroradataapi/auroradataapi"
)

// The schemes are those of the data source names.
func init() {
	for _, engine := range []string{"postgresql", "mysql"} {
		database.Register(engine+"+"+auroradataapi.DriverName, new(driver))
	}
}

// Open opens a database by its data source name. Nothing is sent yet.
func (*driver) Open(dsn string) (database.Driver, error) {
	cfg, o, err := parse(dsn)
	if err != nil {
		return nil, err
	}
	return New(cfg, o)
}

// own are the parameters that are not the driver's.
func own() map[string]func(o *Options, value string) error {
	return map[string]func(o *Options, value string) error{
		"x-migrations-table": func(o *Options, v string) error { o.Table = v; return nil },
		"x-lock-timeout":     func(o *Options, v string) (err error) { o.LockTimeout, err = time.ParseDuration(v); return err },
		"x-lease-table":      func(o *Options, v string) error { o.Lease.Table = v; return nil },
		"x-lease-ttl":        func(o *Options, v string) (err error) { o.Lease.TTL, err = time.ParseDuration(v); return err },
	}
}

// parse takes the parameters that are not the driver's out of a data source name.
// No error shows the name, in which there may be keys.
func parse(dsn string) (*auroradataapi.Config, Options, error) {
	var o Options
	front, query, ok := strings.Cut(dsn, "?")
	var rest []string
	continues := false
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, "x-") {
			if err := o.set(name, value); err != nil {
				return nil, o, fmt.Errorf("migratedataapi: parameter %s: %w", name, err)
			}
			continue
		}
		continues = continues || name == "continue_after_timeout" || name == "continueAfterTimeout"
		rest = append(rest, pair)
	}
	if ok && len(rest) > 0 {
		front += "?" + strings.Join(rest, "&")
	}
	cfg, err := auroradataapi.ParseDSN(front)
	if err != nil {
		return nil, o, err
	}
	if !continues {
		cfg.ContinueAfterTimeout = true
	}
	return cfg, o, nil
}

// set sets the option that a parameter is for.
func (o *Options) set(name, encoded string) error {
	set, ok := own()[name]
	if !ok {
		return errors.New("there is none of that name")
	}
	value, err := url.PathUnescape(encoded)
	switch {
	case err != nil:
		return err
	case value == "":
		return errors.New("it has no value")
	}
	return set(o, value)
}
