package auroradataapi

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// recorder is an HTTP client that answers every request alike.
type recorder struct{ last *http.Request }

func (r *recorder) Do(req *http.Request) (*http.Response, error) {
	r.last = req
	_, err := io.Copy(io.Discard, req.Body)
	return &http.Response{
		StatusCode: http.StatusOK,
		Header:     http.Header{"Content-Type": {"application/json"}},
		Body:       io.NopCloser(strings.NewReader(`{"numberOfRecordsUpdated":0}`)),
		Request:    req,
	}, err
}

// TestAWSConfig looks at the request that comes of an AWS configuration and
// what goes before it.
func TestAWSConfig(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Config)
		url    string
		scope  []string // of the signature
		token  string
	}{
		{"the AWS configuration", func(*Config) {}, "https://rds-data.eu-west-1.amazonaws.com/Execute",
			[]string{"Credential=THEIRS/", "/eu-west-1/rds-data/"}, "theirs"},
		{"a region", func(c *Config) { c.Region = "us-gov-west-1" }, "https://rds-data.us-gov-west-1.amazonaws.com/Execute",
			[]string{"Credential=THEIRS/", "/us-gov-west-1/rds-data/"}, "theirs"},
		{"an endpoint", func(c *Config) { c.Endpoint = "http://127.0.0.1:1/base" }, "http://127.0.0.1:1/base/Execute",
			[]string{"Credential=THEIRS/"}, "theirs"},
		{"keys", func(c *Config) { c.AccessKeyID, c.SecretAccessKey = "OURS", "x" }, "https://rds-data.eu-west-1.amazonaws.com/Execute",
			[]string{"Credential=OURS/"}, ""},
		{"keys with a token", func(c *Config) { c.AccessKeyID, c.SecretAccessKey, c.SessionToken = "OURS", "x", "ours" }, "https://rds-data.eu-west-1.amazonaws.com/Execute",
			[]string{"Credential=OURS/"}, "ours"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			web := new(recorder)
			theirs := &aws.Config{
				Region:      "us-east-1", // the cluster is elsewhere
				Credentials: credentials.NewStaticCredentialsProvider("THEIRS", "x", "theirs"),
				HTTPClient:  web,
			}
			cfg := &Config{Engine: "postgresql", ClusterARN: testCluster, SecretARN: testSecret, AWS: theirs}
			tt.change(cfg)
			connector, err := NewConnector(cfg)
			if err != nil {
				t.Fatal(err)
			}
			theirs.HTTPClient = nil // the connector has its own copy
			db := sql.OpenDB(connector)
			defer db.Close()
			if err := db.Ping(); err != nil {
				t.Fatal(err)
			}
			if got := web.last.URL.String(); got != tt.url {
				t.Errorf("sent to %s, want %s", got, tt.url)
			}
			for _, part := range tt.scope {
				if got := web.last.Header.Get("Authorization"); !strings.Contains(got, part) {
					t.Errorf("the signature is %q, want one with %q", got, part)
				}
			}
			if got := web.last.Header.Get("X-Amz-Security-Token"); got != tt.token {
				t.Errorf("the session token is %q, want %q", got, tt.token)
			}
			if got := web.last.Header.Get("User-Agent"); !strings.Contains(got, "auroradataapi#devel") && !strings.Contains(got, "auroradataapi/devel") {
				t.Errorf("the user agent is %q", got)
			}
		})
	}
}

// TestConnectFailsAndRecovers has a broken AWS configuration that is mended.
func TestConnectFailsAndRecovers(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "a")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "b")
	t.Setenv("AWS_CONFIG_FILE", "/dev/null")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
	t.Setenv("AWS_PROFILE", "nobody-has-this")
	connector, err := NewConnector(&Config{Engine: "postgresql", ClusterARN: testCluster, SecretARN: testSecret})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := connector.Connect(context.Background()); err == nil || !strings.Contains(err.Error(), "auroradataapi: AWS configuration: ") {
		t.Errorf("with a profile that does not exist: %v", err)
	}
	t.Setenv("AWS_PROFILE", "")
	c, err := connector.Connect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(c.Close(), connector.Close()); err != nil {
		t.Error(err)
	}
}
