package auroradataapi

import (
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
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
			_, err := cfg.complete(none)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error with %q", err, tt.want)
			} else if strings.Contains(err.Error(), "hush") {
				t.Errorf("the error shows a secret: %v", err)
			}
		})
	}
}
