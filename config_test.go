package auroradataapi

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"
)

const (
	testCluster = "arn:aws:rds:eu-west-1:123456789012:cluster:orders"
	testSecret  = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!cluster-0a1b-AbCdEf"
)

func TestParseDSN(t *testing.T) {
	tests := []struct {
		name, dsn string
		want      Config
	}{
		{"everything", "postgresql+auroradataapi://AKIA:s3cret@/my_db?aurora_cluster_arn=" + testCluster + "&secret_arn=" + testSecret + "&region_name=eu-west-1&session_token=tok&endpoint_url=http://127.0.0.1:8010&retry_budget=90s",
			Config{Engine: "postgresql", Database: "my_db", ClusterARN: testCluster, SecretARN: testSecret, Region: "eu-west-1",
				AccessKeyID: "AKIA", SecretAccessKey: "s3cret", SessionToken: "tok", Endpoint: "http://127.0.0.1:8010", RetryBudget: 90 * time.Second}},
		{"nothing but the engine", "postgresql+auroradataapi://:@/", Config{Engine: "postgresql"}},
		{"no user-info", "mysql+auroradataapi:///shop", Config{Engine: "mysql", Database: "shop"}},
		{"no slash", "mysql+auroradataapi://", Config{Engine: "mysql"}},
		{"short scheme", "postgres+auroradataapi://:@/db", Config{Engine: "postgresql", Database: "db"}},
		{"percent-encoded", "postgresql+auroradataapi://AK%3AIA:a%2Fb%40c%3F@/m%C3%A4il%2Fx?endpoint_url=http%3A%2F%2Flocalhost",
			Config{Engine: "postgresql", AccessKeyID: "AK:IA", SecretAccessKey: "a/b@c?", Database: "mäil/x", Endpoint: "http://localhost"}},
		{"a secret key as AWS writes it", "postgresql+auroradataapi://AKIA:wJalr/XUtn+FEMI=@/db",
			Config{Engine: "postgresql", AccessKeyID: "AKIA", SecretAccessKey: "wJalr/XUtn+FEMI=", Database: "db"}},
		{"a plus in a token", "postgresql+auroradataapi://:@/?session_token=a+b%2Bc", Config{Engine: "postgresql", SessionToken: "a+b+c"}},
		{"an at sign in a value", "postgresql+auroradataapi:///db?session_token=a@b", Config{Engine: "postgresql", Database: "db", SessionToken: "a@b"}},
		{"aliases", "postgresql+auroradataapi://:@/?resource_arn=" + testCluster + "&region=eu-west-1&endpoint=http://h",
			Config{Engine: "postgresql", ClusterARN: testCluster, Region: "eu-west-1", Endpoint: "http://h"}},
		{"an at sign in a database without keys", "postgresql+auroradataapi:///my@db", Config{Engine: "postgresql", Database: "my@db"}},
		{"stray ampersands", "postgresql+auroradataapi://:@/?&region=x&&", Config{Engine: "postgresql", Region: "x"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseDSN(tt.dsn)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestParseDSNErrors(t *testing.T) {
	tests := []struct{ dsn, want string }{
		{"", "has to begin with"},
		{"postgres://u:p@host/db", "unknown scheme \"postgres\""},
		{"postgresql+auroradatapi://:@/", "unknown scheme"},
		{"postgresql+auroradataapi://:@db.example.com/x", "a host has no meaning"},
		{"postgresql+auroradataapi://:@/?regoin=x", `unknown parameter "regoin"; there are aurora_cluster_arn`},
		{"postgresql+auroradataapi://:@/?region=x&region_name=x", "region_name is given twice"},
		{"postgresql+auroradataapi://:@/?region", "region has no value"},
		{"postgresql+auroradataapi://:@/?region=", "region has no value"},
		{"postgresql+auroradataapi://:@/?region=%zz", "region is not percent-encoded"},
		{"postgresql+auroradataapi://:@/%zz", "the database is not percent-encoded"},
		{"postgresql+auroradataapi://AKIA:hush%zz@/", "the access keys are not percent-encoded"},
		{"postgresql+auroradataapi://:@/?retry_budget=90", `"90" is not a duration`},
		{"postgresql+auroradataapi://:@/?retry_budget=0", "write -1s for not waiting"},
		// Keys where they do not belong.
		{"AKIA:hush@/db?endpoint_url=http://127.0.0.1", "has to begin with"},
		{"AKIA:hush://@/db", "has to begin with"},
		{"postgresql+auroradataapi://AKIA:hush/db?region=x", "access keys need an @ behind them"},
		{"postgresql+auroradataapi://AKIA:a@hush@/db", "a host has no meaning"},
		{"postgresql+auroradataapi://AKIA:a@/hush%zz@/db", "the database is not percent-encoded"},
		{"postgresql+auroradataapi://AKIA:hush?@/db", "a host has no meaning"},
	}
	for _, tt := range tests {
		_, err := ParseDSN(tt.dsn)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("ParseDSN(%q): error %v, want one with %q", tt.dsn, err, tt.want)
			continue
		}
		if strings.Contains(err.Error(), "hush") {
			t.Errorf("ParseDSN(%q): the error shows the secret: %v", tt.dsn, err)
		}
	}
}

func TestSecretsNeverShow(t *testing.T) {
	cfg := &Config{Engine: "postgresql", Database: "db", AccessKeyID: "AKIA", SecretAccessKey: "hush-key", SessionToken: "hush-token"}
	for _, format := range []string{"%v", "%s", "%+v", "%#v", "%q"} {
		for _, v := range []any{cfg, *cfg, struct{ C any }{*cfg}} {
			if text := fmt.Sprintf(format, v); strings.Contains(text, "hush") {
				t.Errorf("%s of a %T shows a secret: %s", format, v, text)
			}
		}
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "cfg", cfg, "value", *cfg)
	if strings.Contains(log.String(), "hush") || !strings.Contains(log.String(), "REDACTED") {
		t.Errorf("the log shows %s", log.String())
	}
	if dsn := cfg.FormatDSN(); !strings.Contains(dsn, "hush-key") || !strings.Contains(dsn, "hush-token") {
		t.Errorf("FormatDSN leaves a secret out: %s", dsn)
	}
	cfg.ClusterARN, cfg.SecretARN, cfg.AccessKeyID = testCluster, testSecret, ""
	_, err := NewConnector(cfg)
	if err == nil || strings.Contains(err.Error(), "hush") {
		t.Errorf("NewConnector: %v", err)
	}
	cfg.AccessKeyID = "AKIA"
	connector, err := NewConnector(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if text := fmt.Sprintf("%v %+v %#v", connector, connector, connector); strings.Contains(text, "hush") {
		t.Errorf("a Connector shows a secret: %s", text)
	}
}

func FuzzParseDSN(f *testing.F) {
	f.Add("postgresql+auroradataapi://AKIA:a/b+c=@/db?aurora_cluster_arn=" + testCluster + "&secret_arn=" + testSecret)
	f.Add("mysql+auroradataapi:///%00?retry_budget=-1s&session_token=+%20")
	f.Add("postgresql+auroradataapi://%2f:@/?endpoint_url=http://[::1]:80/%25")
	f.Fuzz(func(t *testing.T, dsn string) {
		first, err := ParseDSN(dsn)
		if err != nil {
			return
		}
		formatted := first.FormatDSN()
		second, err := ParseDSN(formatted)
		if err != nil {
			t.Fatalf("%q was read, but not what it was formatted to, %q: %v", dsn, formatted, err)
		}
		if diff := cmp.Diff(first, second); diff != "" {
			t.Fatalf("%q reads differently once formatted to %q:\n%s", dsn, formatted, diff)
		}
		if again := second.FormatDSN(); again != formatted {
			t.Fatalf("formatted to %q, then to %q", formatted, again)
		}
		if _, err := url.Parse(formatted); err != nil {
			t.Fatalf("%q is no URI: %v", formatted, err)
		}
	})
}

func TestComplete(t *testing.T) {
	env := map[string]string{
		"AURORA_CLUSTER_ARN": testCluster,
		"AURORA_SECRET_ARN":  testSecret,
		"AURORA_DATABASE":    "from_env",
	}
	t.Run("the environment fills what is empty", func(t *testing.T) {
		cfg := &Config{Engine: "postgresql"}
		if err := cfg.complete(func(k string) string { return env[k] }); err != nil {
			t.Fatal(err)
		}
		want := &Config{Engine: "postgresql", ClusterARN: testCluster, SecretARN: testSecret, Database: "from_env", Region: "eu-west-1"}
		if diff := cmp.Diff(want, cfg); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
	t.Run("and nothing else", func(t *testing.T) {
		cfg := &Config{Engine: "mysql", Database: "mine", Region: "eu-central-1", SecretARN: testSecret + "2"}
		if err := cfg.complete(func(k string) string { return env[k] }); err != nil {
			t.Fatal(err)
		}
		want := &Config{Engine: "mysql", ClusterARN: testCluster, SecretARN: testSecret + "2", Database: "mine", Region: "eu-central-1"}
		if diff := cmp.Diff(want, cfg); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
	none := func(string) string { return "" }
	good := Config{Engine: "postgresql", ClusterARN: testCluster, SecretARN: testSecret}
	tests := []struct {
		name   string
		change func(*Config)
		want   string
	}{
		{"no cluster", func(c *Config) { c.ClusterARN = "" }, "set AURORA_CLUSTER_ARN"},
		{"no secret", func(c *Config) { c.SecretARN = "" }, "set AURORA_SECRET_ARN"},
		{"no ARN", func(c *Config) { c.ClusterARN = "orders" }, `does not begin with arn:; it has to look like arn:aws:rds:`},
		{"the secret itself", func(c *Config) { c.SecretARN = "hush" }, `does not begin with arn:; it has to look like arn:aws:secretsmanager:`},
		{"a short ARN", func(c *Config) { c.ClusterARN = "arn:aws:rds:eu-west-1" }, `"arn:aws:rds:eu-west-1"; it has to look like`},
		{"a cluster without a name", func(c *Config) { c.ClusterARN = "arn:aws:rds:eu-west-1:1:cluster:" }, "is not a cluster"},
		{"an instance", func(c *Config) { c.ClusterARN = "arn:aws:rds:eu-west-1:1:db:orders" }, "is not a cluster"},
		{"a line end", func(c *Config) { c.ClusterARN += "\r" }, "control character at its byte 50"},
		{"swapped", func(c *Config) { c.SecretARN = testCluster }, "has to look like arn:aws:secretsmanager"},
		{"too long", func(c *Config) { c.SecretARN += strings.Repeat("x", 100) }, "takes 100 at most"},
		{"half a key", func(c *Config) { c.AccessKeyID = "AKIA" }, "needs a secret access key"},
		{"the other half", func(c *Config) { c.SecretAccessKey = "s" }, "needs a secret access key"},
		{"a token alone", func(c *Config) { c.SessionToken = "t" }, "session_token goes with"},
		{"no URL", func(c *Config) { c.Endpoint = "localhost:8010" }, "it has to be a URL"},
		{"a URL with a query", func(c *Config) { c.Endpoint = "http://localhost?a=b" }, "without a query"},
		{"a URL with a password", func(c *Config) { c.Endpoint = "http://u:hush@localhost" }, "do not belong there"},
		{"half a URL with a password", func(c *Config) { c.Endpoint = "http://u:hush@localhost:port" }, "do not belong there"},
		{"a database of bytes", func(c *Config) { c.Database = "\xff" }, "not valid UTF-8"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := good
			tt.change(&cfg)
			err := cfg.complete(none)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error with %q", err, tt.want)
			} else if strings.Contains(err.Error(), "hush") {
				t.Errorf("the error shows a secret: %v", err)
			}
		})
	}
}

func TestEngineIsNeeded(t *testing.T) {
	if _, err := NewConnector(nil); err == nil {
		t.Error("a connector was made of no Config")
	}
	_, err := NewConnector(&Config{ClusterARN: testCluster, SecretARN: testSecret})
	if err == nil || !strings.Contains(err.Error(), "it has to be postgresql or mysql") {
		t.Errorf("got %v", err)
	}
}

func TestCloneSharesNothing(t *testing.T) {
	cfg := &Config{Engine: "postgresql", Database: "a", AWS: &aws.Config{Region: "a"}}
	clone := cfg.Clone()
	clone.Database, clone.AWS.Region = "b", "b"
	if cfg.Database != "a" || cfg.AWS.Region != "a" {
		t.Error("the clone changed the original")
	}
}

// TestParamsTable holds every row of the table to what parsing and formatting
// rely on.
func TestParamsTable(t *testing.T) {
	seen := make(map[string]bool)
	for _, p := range params {
		for _, name := range append(p.aliases, p.name) {
			if seen[name] {
				t.Errorf("%s is there twice", name)
			}
			seen[name] = true
		}
		if p.doc == "" {
			t.Errorf("%s is not documented", p.name)
		}
		cfg, value := new(Config), "1m0s" // what every row takes
		if err := p.set(cfg, value); err != nil {
			t.Errorf("%s: %v", p.name, err)
		}
		if got := p.get(cfg); got != value {
			t.Errorf("%s: set to %q, reads %q", p.name, value, got)
		}
	}
}
