package auroradataapi

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata"
)

const testRole = "arn:aws:iam::123456789012:role/team/reader"

func TestCheck(t *testing.T) {
	none := func(string) string { return "" }
	good := Config{Engine: "postgresql", ClusterARN: testCluster, SecretARN: testSecret}
	tests := []struct {
		name   string
		change func(*Config)
		want   string
	}{
		{"no cluster", func(c *Config) { c.ClusterARN = "" }, "set AURORA_CLUSTER_ARN"},
		{"no such params", func(c *Config) { c.Params = "auto" }, "there are infer, bind and literal"},
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
		{"no role", func(c *Config) { c.RoleARN = "admin" }, "the role's ARN does not begin with arn:; it has to look like arn:aws:iam::ACCOUNT:role/NAME"},
		{"a user for a role", func(c *Config) { c.RoleARN = "arn:aws:iam::1:user/x" }, "is not a role"},
		{"a role with a region", func(c *Config) { c.RoleARN = "arn:aws:iam:eu-west-1:1:role/x" }, "it has to look like arn:aws:iam::"},
		{"a long role", func(c *Config) { c.RoleARN = testRole + strings.Repeat("x", 2048) }, "AWS takes 2048 at most"},
		{"a session of no role", func(c *Config) { c.RoleSessionName = "s" }, "give role_arn"},
		{"an external id of no role", func(c *Config) { c.ExternalID = "hush" }, "give role_arn"},
		{"a web token of no role", func(c *Config) { c.WebIdentityTokenFile = "f" }, "give role_arn"},
		{"a web token and an external id", func(c *Config) { c.RoleARN, c.WebIdentityTokenFile, c.ExternalID = testRole, "f", "hush" }, "with credentials only"},
		{"a web token and keys", func(c *Config) {
			c.RoleARN, c.WebIdentityTokenFile, c.AccessKeyID, c.SecretAccessKey = testRole, "f", "AKIA", "hush"
		}, "leave one of them out"},
		{"a web token and a profile", func(c *Config) { c.RoleARN, c.WebIdentityTokenFile, c.Profile = testRole, "f", "p" }, "leave one of them out"},
		{"keys and a profile", func(c *Config) { c.AccessKeyID, c.SecretAccessKey, c.Profile = "AKIA", "hush", "p" }, "both access keys and a profile"},
		{"a loaded configuration and a profile", func(c *Config) { c.AWS, c.Profile = new(aws.Config), "p" }, "Config.AWS is loaded already"},
		{"a client and a region", func(c *Config) { c.SDK, c.Region = new(rdsdata.Client), "r" }, "leave out SDK"},
		{"a client and an endpoint", func(c *Config) { c.SDK, c.Endpoint = new(rdsdata.Client), "http://h" }, "leave out SDK"},
		{"a client and a configuration", func(c *Config) { c.SDK, c.AWS = new(rdsdata.Client), new(aws.Config) }, "leave out SDK"},
		{"a client and an HTTP client", func(c *Config) { c.SDK, c.HTTPClient = new(rdsdata.Client), new(http.Client) }, "leave out SDK"},
		{"a client and keys", func(c *Config) { c.SDK, c.AccessKeyID, c.SecretAccessKey = new(rdsdata.Client), "AKIA", "hush" }, "credentials already"},
		{"a client and a profile", func(c *Config) { c.SDK, c.Profile = new(rdsdata.Client), "p" }, "credentials already"},
		{"a client and a role", func(c *Config) { c.SDK, c.RoleARN = new(rdsdata.Client), testRole }, "credentials already"},
		{"an attempt of no more than a statement", func(c *Config) { c.AttemptTimeout = 45 * time.Second }, "attempt_timeout is 45s; it has to be more than the 45s"},
		{"an attempt of less than nothing", func(c *Config) { c.AttemptTimeout = -1 }, "it has to be more than the 45s"},
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
