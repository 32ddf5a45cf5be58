package auroradataapi

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// The settings of a session, as search_path, last only within a transaction: each
// call outside of one may meet another session (F0060). So every transaction is
// given Config.Settings when it begins, and a statement outside of one is run in
// one of its own. That makes four calls of one: begin, set, run, commit.

// settingPrefix stands in front of the name of a setting in a data source name.
const settingPrefix = "set."

// setting is a parameter that stands for a setting of the session.
func setting(name, key, doc string) param {
	return param{
		name: name,
		doc:  doc,
		get:  func(c *Config) string { return c.Settings[key] },
		set: func(c *Config, value string) error {
			if c.Settings == nil {
				c.Settings = make(map[string]string)
			}
			c.Settings[key] = value
			return nil
		},
	}
}

// findSetting returns the parameter of any setting, by its name with the prefix.
func findSetting(name string) (param, error) {
	key, err := dialect.SettingName(strings.TrimPrefix(name, settingPrefix))
	if err != nil {
		return param{}, err
	}
	if p, ok := settingRow(key); ok {
		return p, nil
	}
	return setting(settingPrefix+key, key, ""), nil
}

// settingRow returns the row of params for a setting.
func settingRow(key string) (param, bool) {
	return rowWhere(func(name string) bool { return strings.EqualFold(name, settingPrefix+key) })
}

// otherSettings are the parameters of the settings that have no row in params, in
// their order.
func (cfg *Config) otherSettings() []param {
	var others []param
	for _, key := range slices.Sorted(maps.Keys(cfg.Settings)) {
		if _, ok := settingRow(key); !ok {
			others = append(others, setting(settingPrefix+key, key, ""))
		}
	}
	return others
}

// setLocal is the statement that gives a transaction its settings.
type setLocal struct {
	sql    string // empty if there are none
	params []wire.Parameter
}

// setLocal checks the settings.
func (cfg *Config) setLocal(d *dialect.Dialect) (setLocal, error) {
	var settings []dialect.Setting
	names := make(map[string]bool)
	for _, key := range slices.Sorted(maps.Keys(cfg.Settings)) {
		name, err := dialect.SettingName(key)
		switch {
		case err != nil:
			return setLocal{}, err
		case names[name]:
			return setLocal{}, fmt.Errorf("the setting %s is given twice, in upper and in lower case", name)
		}
		names[name] = true
		settings = append(settings, dialect.Setting{Name: name, Value: cfg.Settings[key]})
	}
	sql, params, err := d.SetLocal(settings)
	return setLocal{sql, params}, err
}

// begin opens a transaction of the driver's own for a statement, with the settings
// of the session.
func (c *Conn) begin(ctx context.Context, q call, l *lane) (*tx, error) {
	t, err := c.openTx(ctx, q.query, l)
	if err != nil || q.bareSession {
		return t, err
	}
	begun := false
	defer t.releaseUnless(ctx, &begun)
	if err := t.applySettings(ctx); err != nil {
		return nil, err
	}
	begun = true
	return t, nil
}

// applySettings gives the transaction the settings of the session. They end with
// it, whichever way it does.
func (t *tx) applySettings(ctx context.Context) error {
	set := t.conn.connector.settings
	if set.sql == "" {
		return nil
	}
	resp, err := t.setUp(ctx, set.sql, set.params)
	if err != nil {
		return fmt.Errorf("%w (in the settings of the session, which the data source name gives)", err)
	}
	resp.Records.Close()
	return nil
}

// enclosed says whether a statement outside of a transaction is run in one of its
// own for the sake of the settings.
func (c *Conn) enclosed(q call) bool { return c.connector.settings.sql != "" && !q.bareSession }

// transmitEnclosed has a statement sent in a transaction of its own, which has the
// settings of the session. If the statement fails, nothing of it remains.
// One that goes on after its timeout is committed when it has ended.
func (c *Conn) transmitEnclosed(ctx context.Context, s sending, send func(ctx context.Context, sql, id string) error) error {
	t, err := c.begin(ctx, s.call, c.lane)
	if err != nil {
		return err
	}
	done := false
	defer t.releaseUnless(ctx, &done)
	if err := c.transmit(ctx, s, t, send); err != nil {
		// It cannot run in a transaction, or would end it.
		if errors.Is(err, Code("25001")) || errors.Is(err, Code("2D000")) {
			err = fmt.Errorf("%w (it was run in a transaction for the sake of the settings of the session; name its schemas and add the option WithoutSettings)", err)
		}
		return err
	}
	done = true // a commit that fails rolls back by itself
	return t.commit(ctx, s.query)
}

// checkSession refuses a statement that would be lost with its session.
func (c *Conn) checkSession(q call) error {
	if c.cfg.SendSessionStatements || q.within != nil || c.tx.Load() != nil {
		return nil
	}
	if err := q.parsed.CheckSession(); err != nil {
		return errorf("%w", err)
	}
	return nil
}
