package auroradataapi

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// ParseDSN reads a data source name:
//
//	postgresql+auroradataapi://ACCESS_KEY_ID:SECRET_ACCESS_KEY@/DATABASE?aurora_cluster_arn=…&secret_arn=…
//
// or the same with mysql+auroradataapi, or with auroradataapi and the engine
// as a parameter. The keys may be left out (":@" or nothing), so may the
// database and each parameter; the README lists them. User-info, database and
// values are percent-decoded; a plus sign is a plus sign, and an at sign in the
// keys has to be written %40. An unknown parameter, one given twice and one
// without a value are errors. No error shows any part of the keys, even where
// they are not where they belong.
func ParseDSN(dsn string) (*Config, error) {
	p := dsnParser{cfg: new(Config), given: make(map[string]string)}
	if err := p.parse(dsn); err != nil {
		return nil, fmt.Errorf("%s: data source name: %w", DriverName, err)
	}
	return p.cfg, nil
}

// dsnParser fills a Config from a data source name.
type dsnParser struct {
	cfg   *Config
	given map[string]string // how, by the name of the parameter
}

func (p *dsnParser) parse(dsn string) error {
	scheme, rest, ok := strings.Cut(dsn, "://")
	if !ok || strings.ContainsAny(scheme, ":/?@") { // the :// of something else
		return fmt.Errorf("it has to begin with postgresql+%[1]s://, mysql+%[1]s:// or %[1]s://", DriverName)
	}
	if err := p.scheme(scheme); err != nil {
		return err
	}
	// Secret access keys hold slashes, so the user-info comes off first.
	if userinfo, behind, ok := strings.Cut(rest, "@"); ok && rest[0] != '/' && !strings.Contains(userinfo, "?") {
		id, secret, _ := strings.Cut(userinfo, ":")
		if err := errors.Join(p.at(inUser, id), p.at(inPassword, secret)); err != nil {
			return err
		}
		rest = behind
	}
	rest, query, _ := strings.Cut(rest, "?")
	host, path, _ := strings.Cut(rest, "/")
	if host != "" { // not shown: it may be keys without their @
		return errors.New("a host has no meaning, the Data API is found by region; leave it out, as in …@/database, or give endpoint_url; access keys need an @ behind them")
	}
	if err := p.at(inPath, path); err != nil {
		return err
	}
	return p.query(query)
}

func (p *dsnParser) scheme(scheme string) error {
	if scheme == DriverName {
		return nil
	}
	engine, ok := strings.CutSuffix(scheme, "+"+DriverName)
	d, err := findDialect(engine)
	if !ok || err != nil {
		return fmt.Errorf("unknown scheme %q; there are postgresql+%[2]s, mysql+%[2]s and %[2]s", scheme, DriverName)
	}
	return p.set(paramAt(inScheme), placeNames[inScheme], d.Name)
}

// at sets what stands in a place, where nothing may stand. Nothing of it is
// shown.
func (p *dsnParser) at(where place, encoded string) error {
	value, err := url.PathUnescape(encoded)
	switch {
	case err != nil:
		return fmt.Errorf("%s is not percent-encoded correctly", placeNames[where])
	case value == "":
		return nil
	}
	return p.set(paramAt(where), placeNames[where], value)
}

func (p *dsnParser) query(query string) error {
	for pair := range strings.SplitSeq(query, "&") {
		if pair == "" {
			continue
		}
		key, encoded, _ := strings.Cut(pair, "=")
		row, err := findParam(key)
		if err != nil {
			return err
		}
		key = "parameter " + key
		value, err := url.PathUnescape(encoded)
		switch {
		case err != nil:
			return fmt.Errorf("%s is not percent-encoded correctly", key)
		case value == "":
			return fmt.Errorf("%s has no value", key)
		}
		if err := p.set(row, key, value); err != nil {
			return err
		}
	}
	return nil
}

// set sets a parameter; as is how it was given.
func (p *dsnParser) set(row param, as, value string) error {
	if first, ok := p.given[row.name]; ok {
		return fmt.Errorf("parameter %s is given twice: as %s and as %s", row.name, first, as)
	}
	p.given[row.name] = as
	if err := row.set(p.cfg, value); err != nil {
		return fmt.Errorf("%s: %w", as, err)
	}
	return nil
}

// FormatDSN returns the data source name that ParseDSN reads back to the same
// configuration, the fields that only a Config has left out. It holds the keys.
func (cfg *Config) FormatDSN() string { return cfg.format(false) }

func (cfg *Config) format(redact bool) string {
	var parts [places]string
	var query []string
	for _, p := range slices.Concat(params, cfg.otherSettings()) {
		value := p.get(cfg)
		if value == "" {
			continue
		}
		shown := escape(value)
		if redact && p.secret != nil && p.secret(value) {
			shown = "REDACTED"
		}
		where := p.place
		if where == inScheme {
			if d, err := findDialect(value); err == nil {
				shown = d.Name + "+"
			} else { // for ParseDSN to say what is wrong with it
				where = inQuery
			}
		}
		if where == inQuery {
			query = append(query, p.name+"="+shown)
			continue
		}
		parts[where] = shown
	}
	dsn := parts[inScheme] + DriverName + "://" + parts[inUser] + ":" + parts[inPassword] + "@/" + parts[inPath]
	if len(query) > 0 {
		dsn += "?" + strings.Join(query, "&")
	}
	return dsn
}

// escape percent-encodes all but what is read the same everywhere in a DSN.
func escape(s string) string {
	const plain = "-._~:" // colons keep ARNs readable
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte(plain, c) >= 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
