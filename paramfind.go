package auroradataapi

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// elsewhere are parameters of other clients and drivers that mean nothing to
// the Data API, with what to do instead.
var elsewhere = map[string]string{
	"host":              "the Data API is found by its region; leave it out, or give endpoint_url",
	"port":              "the Data API is found by its region; leave it out, or give endpoint_url",
	"user":              "the database user's name is in the secret; give secret_arn",
	"username":          "the database user's name is in the secret; give secret_arn",
	"password":          "the database user's password is in the secret; give secret_arn",
	"sslmode":           "calls to AWS are HTTPS; leave it out",
	"tls":               "calls to AWS are HTTPS; leave it out",
	"options":           "a setting of the session is written set.NAME, as in set.search_path=app",
	"application_name":  "a setting of the session is written set.NAME: set.application_name",
	"lock_timeout":      "a setting of the session is written set.NAME: set.lock_timeout",
	"statement_timeout": "a setting of the session is written set.NAME: set.statement_timeout; to give a call up sooner, give its context a deadline",
	"TimeZone":          "the session's is UTC; time_zone gives instants in another one, AT TIME ZONE reckons in it",
	"timezone":          "the session's is UTC; time_zone gives instants in another one, AT TIME ZONE reckons in it",
	"sql_mode":          "it would stay in a session of the service's that others get; set it in the cluster's parameter group",
	"rds_data_client":   "a client cannot be written down; set Config.SDK",
}

// rowWhere returns the row of params one of whose names it is.
func rowWhere(is func(name string) bool) (param, bool) {
	for _, p := range params {
		if is(p.name) || slices.ContainsFunc(p.aliases, is) {
			return p, true
		}
	}
	return param{}, false
}

func findParam(name string) (param, error) {
	if p, ok := rowWhere(func(known string) bool { return known == name }); ok {
		return p, nil
	}
	if strings.HasPrefix(name, settingPrefix) {
		return findSetting(name)
	}
	if advice, ok := elsewhere[name]; ok {
		return param{}, fmt.Errorf("parameter %s has no meaning: %s", name, advice)
	}
	if !looksLikeName(name) { // not shown: it may be keys
		return param{}, errors.New("unknown parameter, with a name that is none; behind the question mark there are name=value pairs with & between them, and access keys belong before the @")
	}
	if near := nearest(name); near != "" {
		return param{}, fmt.Errorf("unknown parameter %q; did you mean %s?", name, near)
	}
	known := make([]string, len(params))
	for i, p := range params {
		known[i] = p.name
	}
	return param{}, fmt.Errorf("unknown parameter %q; there are %s; a setting of the session is written set.NAME", name, strings.Join(known, ", "))
}

// looksLikeName says whether a text could be the name of a parameter.
func looksLikeName(text string) bool {
	const longest = 40
	return len(text) <= longest && strings.IndexFunc(text, func(r rune) bool {
		return r != '_' && r != '-' && r != '.' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) < 0
}

// paramAt returns the parameter that stands in a place.
func paramAt(where place) param {
	return params[slices.IndexFunc(params, func(p param) bool { return p.place == where })]
}

// nearest returns the name of a parameter that a name may be a slip of, or "".
func nearest(name string) (near string) {
	least := len(name)/3 + 1 // of the letters, this many may be wrong
	for _, p := range params {
		for _, known := range append([]string{p.name}, p.aliases...) {
			d := distance(strings.ToLower(name), strings.ToLower(known), least)
			if len(name) >= 4 && strings.HasPrefix(known, name) {
				d = min(d, 1) // what is cut short
			}
			if d < least {
				near, least = known, d
			}
		}
	}
	return near
}

// distance returns how many letters have to be put in, left out or replaced to
// make one text of the other; from limit on, it returns limit.
func distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return min(row[len(b)], limit)
}
