package dialect

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// Setting is a parameter of a session and its value, as SET has them.
type Setting struct{ Name, Value string }

// SettingName returns the name of a setting as it is compared, in lower case. It
// fails for what is none.
func SettingName(name string) (string, error) {
	for part := range strings.SplitSeq(name, ".") {
		for i, c := range []byte(part) {
			if !isWord(c) || c >= utf8.RuneSelf || i == 0 && !isLetter(c) {
				return "", fmt.Errorf("%.60q is not the name of a setting; there are letters, digits and underscores in one, as in statement_timeout or app.tenant", name)
			}
		}
		if part == "" {
			return "", fmt.Errorf("%.60q is not the name of a setting; it has an empty part", name)
		}
	}
	return strings.ToLower(name), nil
}

// SetLocal returns the statement that gives the transaction it is run in the
// settings, until it ends; an empty one for none. It is a query, so that SET
// TRANSACTION has to come before it. Settings that the driver could not work
// under are refused.
//
// There is none for MySQL: what a session of it is given, the next caller who
// gets that session of the service's may have too (F0264), at the latest when the
// transaction expires before it could be taken back.
func (d *Dialect) SetLocal(settings []Setting) (string, []wire.Parameter, error) {
	if len(settings) == 0 {
		return "", nil, nil
	}
	if d != PostgreSQL {
		if settings[0].Name == "time_zone" {
			return "", nil, fmt.Errorf("the setting time_zone cannot be had on %s: instants are sent and read in UTC; the parameter time_zone gives them in another zone, CONVERT_TZ reckons in it", d)
		}
		return "", nil, fmt.Errorf("the setting %s cannot be had on %s: it would stay in a session of the service's that others get; set it in the cluster's parameter group, or for a statement by /*+ SET_VAR(…) */, a role by SET DEFAULT ROLE", settings[0].Name, d)
	}
	settings = slices.Clone(settings)
	slices.SortStableFunc(settings, func(a, b Setting) int {
		// A role may not be allowed to set the others.
		if last := compareBool(a.Name == "role", b.Name == "role"); last != 0 {
			return last
		}
		return strings.Compare(a.Name, b.Name)
	})
	var sql strings.Builder
	var params []wire.Parameter
	for i, s := range settings {
		if err := s.check(); err != nil {
			return "", nil, fmt.Errorf("the setting %s: %w", s.Name, err)
		}
		sql.WriteString(map[bool]string{true: "SELECT ", false: ", "}[i == 0])
		n := strconv.Itoa(i + 1)
		fmt.Fprintf(&sql, "pg_catalog.set_config('%s', :v%s, true)", s.Name, n)
		params = append(params, wire.Parameter{Name: "v" + n, Value: wire.String(s.Value)})
	}
	return sql.String(), params, nil
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// check refuses what the driver, or the service, could not work under.
func (s Setting) check() error {
	name, err := SettingName(s.Name)
	switch {
	case err != nil:
		return err
	case name != s.Name:
		return errors.New("its name is not in lower case")
	case s.Value == "":
		return errors.New(`it has no value; an empty search_path is written ""`)
	case !utf8.ValidString(s.Value) || strings.IndexByte(s.Value, 0) >= 0:
		return errors.New("its value is not a text that PostgreSQL can hold")
	case strings.HasPrefix(name, "transaction_") && name != "transaction_timeout":
		return errors.New("a transaction has its characteristics before anything else; give them to BeginTx")
	case strings.HasPrefix(name, "default_transaction_"):
		return errors.New("it is for transactions that a session begins after it, and there are none; give the characteristics to BeginTx, or use ALTER ROLE … SET")
	case name == "role" && strings.HasPrefix(s.Value, "arn:"):
		return errors.New("its value is an ARN, and a role of the database is asked for; a role of AWS is role_arn")
	}
	for _, f := range fixedSettings {
		if f.name == name && !slices.ContainsFunc(f.values, func(v string) bool { return strings.EqualFold(v, s.Value) }) {
			return fmt.Errorf("it has to be %s: %s", f.values[0], f.why)
		}
	}
	return nil
}

// fixedSettings are settings that values are sent and read under.
var fixedSettings = []struct {
	name   string
	values []string
	why    string
}{
	{"bytea_output", []string{"hex"}, "bytes are read in that form"},
	{"client_encoding", []string{"UTF8", "UTF-8"}, "texts are UTF-8 always"},
	{"datestyle", []string{"ISO", "ISO, MDY", "ISO, DMY", "ISO, YMD"}, "times are read in that form"},
	{"standard_conforming_strings", []string{"on"}, "statements are read so"},
	// An instant is sent, and comes, without its zone (F0035, F0104, F0263).
	{"timezone", []string{"UTC", "GMT", "Etc/UTC"}, "instants are sent and read in that zone; time_zone gives them in another one, AT TIME ZONE reckons in it"},
}
