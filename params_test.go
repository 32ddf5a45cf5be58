package auroradataapi

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// paramSamples has values for every parameter: what is written, what is then
// in the Config and what FormatDSN makes of it; "" is the default, which it
// leaves out.
var paramSamples = map[string][]struct {
	value     string
	want      Config
	formatted string
}{
	"engine": {
		{"postgresql", Config{Engine: "postgresql"}, "postgresql"},
		{"postgres", Config{Engine: "postgresql"}, "postgresql"},
		{"pg", Config{Engine: "postgresql"}, "postgresql"},
		{"aurora-postgresql", Config{Engine: "postgresql"}, "postgresql"},
		{"mysql", Config{Engine: "mysql"}, "mysql"},
		{"aurora-mysql", Config{Engine: "mysql"}, "mysql"},
	},
	"database":                {{"my db/ä@?&", Config{Database: "my db/ä@?&"}, "my db/ä@?&"}},
	"aurora_cluster_arn":      {{testCluster, Config{ClusterARN: testCluster}, testCluster}},
	"secret_arn":              {{testSecret, Config{SecretARN: testSecret}, testSecret}},
	"region_name":             {{"eu-west-1", Config{Region: "eu-west-1"}, "eu-west-1"}},
	"endpoint_url":            {{"http://[::1]:80/a", Config{Endpoint: "http://[::1]:80/a"}, "http://[::1]:80/a"}},
	"access_key_id":           {{"AKIA", Config{AccessKeyID: "AKIA"}, "AKIA"}},
	"secret_access_key":       {{"wJalr/XUtn+F=", Config{SecretAccessKey: "wJalr/XUtn+F="}, "wJalr/XUtn+F="}},
	"session_token":           {{"a+b/c==", Config{SessionToken: "a+b/c=="}, "a+b/c=="}},
	"profile":                 {{"staging", Config{Profile: "staging"}, "staging"}},
	"role_arn":                {{testRole, Config{RoleARN: testRole}, testRole}},
	"role_session_name":       {{"me@home", Config{RoleSessionName: "me@home"}, "me@home"}},
	"external_id":             {{"4711", Config{ExternalID: "4711"}, "4711"}},
	"web_identity_token_file": {{"/var/run/token", Config{WebIdentityTokenFile: "/var/run/token"}, "/var/run/token"}},
	"attempt_timeout":         {{"90000ms", Config{AttemptTimeout: 90 * time.Second}, "1m30s"}},
	"continue_after_timeout": {
		{"true", Config{ContinueAfterTimeout: true}, "true"},
		{"True", Config{ContinueAfterTimeout: true}, "true"},
		{"on", Config{ContinueAfterTimeout: true}, "true"},
		{"false", Config{}, ""},
	},
	"time_zone": {
		{"UTC", Config{Location: time.UTC}, "UTC"},
		{"Local", Config{Location: time.Local}, "Local"},
		{"+05:30", Config{Location: time.FixedZone("+05:30", 19800)}, "+05:30"},
		{"-00:30", Config{Location: time.FixedZone("-00:30", -1800)}, "-00:30"},
		{"Europe/Berlin", Config{Location: berlin}, "Europe/Berlin"},
	},
	"charset": {
		{"utf8", Config{}, ""},
		{"utf8mb4", Config{}, ""},
		{"UTF-8", Config{}, ""},
	},
	"parse_time": {
		{"true", Config{}, ""},
		{"True", Config{}, ""},
	},
	"params": {
		{"infer", Config{Params: ParamsInfer}, "infer"},
		{"bind", Config{Params: ParamsBind}, "bind"},
		{"literal", Config{Params: ParamsLiteral}, "literal"},
	},
	"multi_statements": {
		{"false", Config{}, ""},
		{"true", Config{MultiStatements: MultiStatementsOn}, "true"},
		{"Transaction", Config{MultiStatements: MultiStatementsInTransaction}, "transaction"},
	},
	"paging": {
		{"auto", Config{}, ""},
		{"always", Config{Paging: PagingAlways}, "always"},
		{"off", Config{Paging: PagingOff}, "off"},
	},
	"page_size": {{"10000", Config{PageBytes: 10000}, "10000"}},
	"prefetch":  {{"off", Config{NoPrefetch: true}, "off"}, {"false", Config{NoPrefetch: true}, "off"}, {"on", Config{}, ""}, {"true", Config{}, ""}},
	"retry_budget": {
		{"90s", Config{RetryBudget: 90 * time.Second}, "1m30s"},
		{"-1s", Config{RetryBudget: -time.Second}, "-1s"},
	},
	"search_path":        {{"app, public", Config{Settings: map[string]string{"search_path": "app, public"}}, "app, public"}},
	"role":               {{"reader", Config{Settings: map[string]string{"role": "reader"}}, "reader"}},
	"set.NAME":           {{"x", Config{Settings: map[string]string{"name": "x"}}, "x"}},
	"session_statements": {{"send", Config{SendSessionStatements: true}, "send"}, {"refuse", Config{}, ""}},
	"cancel": {
		{"off", Config{NoServerCancel: true}, "off"},
		{"on", Config{}, ""},
	},
}

// paramErrors has values that a parameter does not take.
var paramErrors = []struct{ name, value, want string }{
	{"engine", "oracle", "it has to be postgresql or mysql"},
	{"retry_budget", "90", `"90" is not a duration`},
	{"continue_after_timeout", "yes", `"yes" is neither true nor false`},
	{"charset", "latin1", `"latin1" is not to be had: texts are UTF-8 always`},
	{"parse_time", "false", `"false" is not to be had: dates and timestamps are time.Time always`},
	{"time_zone", "Atlantis", `"Atlantis" is not a time zone that this machine knows; write a name such as Europe/Berlin`},
	{"time_zone", "../passwd", "is not a time zone"},
	{"time_zone", "+25:00", "is not a time zone"},
	{"attempt_timeout", "0s", "0 is not a time to wait"},
	{"attempt_timeout", "soon", `"soon" is not a duration`},
	{"params", "auto", "there are infer, bind and literal"},
	{"paging", "sometimes", "there are auto, always, off and table"},
	{"page_size", "many", "not a number of bytes"},
	{"page_size", "9999", "the least are 10000"},
	{"page_size", "960001", "the most 960000"},
	{"prefetch", "yes", "neither on nor off"},
	{"session_statements", "ignore", `"ignore" is neither refuse nor send`},
	{"cancel", "no", `"no" is neither on nor off`},
	{"retry_budget", "0", "write -1s for not waiting"},
}

// TestParams takes every row of the table from its text to its field and back,
// by each of its names.
func TestParams(t *testing.T) {
	for _, p := range params {
		if len(paramSamples[p.name]) == 0 {
			t.Errorf("%s has no samples", p.name)
		}
		for _, sample := range paramSamples[p.name] {
			for _, name := range append([]string{p.name}, p.aliases...) {
				dsn := "auroradataapi://?" + name + "=" + escape(sample.value)
				cfg, err := ParseDSN(dsn)
				if err != nil {
					t.Errorf("%s: %v", dsn, err)
					continue
				}
				if diff := cmp.Diff(&sample.want, cfg, byName); diff != "" {
					t.Errorf("%s: (-want +got)\n%s", dsn, diff)
				}
				if got := p.get(cfg); got != sample.formatted {
					t.Errorf("%s: reads %q, want %q", dsn, got, sample.formatted)
				}
				again, err := ParseDSN(cfg.FormatDSN())
				if err != nil {
					t.Errorf("%s, formatted to %s: %v", dsn, cfg.FormatDSN(), err)
				} else if diff := cmp.Diff(cfg, again, byName); diff != "" {
					t.Errorf("%s, formatted to %s: (-before +after)\n%s", dsn, cfg.FormatDSN(), diff)
				}
			}
		}
	}
	for name := range paramSamples {
		if p, err := findParam(name); err != nil || p.name != name {
			t.Errorf("samples for %s, which is no parameter", name)
		}
	}
}

func TestParamErrors(t *testing.T) {
	for _, tt := range paramErrors {
		_, err := ParseDSN("auroradataapi://?" + tt.name + "=" + escape(tt.value))
		want := "auroradataapi: data source name: parameter " + tt.name + ": "
		if err == nil || !strings.HasPrefix(err.Error(), want) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s=%s: error %v, want one with %q", tt.name, tt.value, err, tt.want)
		}
	}
}

// TestParamsTable holds the table to what parsing, formatting and the README
// rely on.
func TestParamsTable(t *testing.T) {
	seen, at := make(map[string]bool), make(map[place]string)
	var groups []string
	for _, p := range params {
		for _, name := range append([]string{p.name}, p.aliases...) {
			if seen[name] || elsewhere[name] != "" {
				t.Errorf("%s is there twice", name)
			}
			seen[name] = true
		}
		if p.doc == "" || strings.Contains(p.doc, "|") {
			t.Errorf("the documentation of %s does not make a cell: %q", p.name, p.doc)
		}
		if p.place != inQuery && at[p.place] != "" {
			t.Errorf("%s stands where %s does", p.name, at[p.place])
		}
		at[p.place] = p.name
		if n := len(groups); n == 0 || groups[n-1] != p.group {
			groups = append(groups, p.group)
		}
	}
	for where := inScheme; where < places; where++ {
		if p := paramAt(where); p.name != at[where] || placeNames[where] == "" {
			t.Errorf("place %d has the parameter %q and the name %q", where, p.name, placeNames[where])
		}
	}
	if slices.Contains(groups, "") || len(slices.Compact(slices.Sorted(slices.Values(groups)))) != len(groups) {
		t.Errorf("the groups are torn: %q", groups)
	}
}

// TestSecretParams holds every secret to being written by FormatDSN and by
// nothing else.
func TestSecretParams(t *testing.T) {
	secrets := map[string]string{
		"secret_access_key": "hush-key",
		"session_token":     "hush-token",
		"external_id":       "hush-id",
		"endpoint_url":      "http://user:hush-url@localhost",
	}
	for _, p := range params {
		if _, ok := secrets[p.name]; ok != (p.secret != nil) {
			t.Errorf("%s: listed as a secret: %v", p.name, ok)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(secrets)) {
		cfg, err := ParseDSN("auroradataapi://?" + name + "=" + escape(secrets[name]))
		if err != nil {
			t.Fatal(err)
		}
		if got := cfg.FormatDSN(); !strings.Contains(got, "hush") {
			t.Errorf("%s: FormatDSN leaves it out: %s", name, got)
		}
		if got := cfg.String(); strings.Contains(got, "hush") || !strings.Contains(got, "REDACTED") {
			t.Errorf("%s: String returns %s", name, got)
		}
		if _, err := NewConnector(cfg); err == nil || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: NewConnector of nothing else: %v", name, err)
		}
	}
	cfg := Config{Endpoint: "http://localhost"}
	if got := fmt.Sprint(cfg); strings.Contains(got, "REDACTED") {
		t.Errorf("an endpoint without a user is hidden: %s", got)
	}
}

// byName compares time zones, of which there may be more than one copy, by
// their names and by their winter and summer.
var byName = cmp.Comparer(func(a, b *time.Location) bool {
	if a == nil || b == nil {
		return a == b
	}
	winter, summer := time.Unix(1735000000, 0), time.Unix(1720000000, 0)
	return a.String() == b.String() &&
		winter.In(a).Format(time.RFC3339) == winter.In(b).Format(time.RFC3339) &&
		summer.In(a).Format(time.RFC3339) == summer.In(b).Format(time.RFC3339)
})
