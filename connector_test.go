package auroradataapi

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata"
)

// recorder answers every request alike, as an HTTP client or as a server.
type recorder struct{ last *http.Request }

const recorderAnswer = `{"numberOfRecordsUpdated":0}`

func (r *recorder) Do(req *http.Request) (*http.Response, error) {
	r.last = req
	_, err := io.Copy(io.Discard, req.Body)
	return &http.Response{
		StatusCode: http.StatusOK,
		Header:     http.Header{"Content-Type": {"application/json"}},
		Body:       io.NopCloser(strings.NewReader(recorderAnswer)),
		Request:    req,
	}, err
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.last = req
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, recorderAnswer)
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

// TestInjected uses what only a Config can bring along.
func TestInjected(t *testing.T) {
	isolateAWS(t)
	base := Config{Engine: "postgresql", ClusterARN: testCluster, SecretARN: testSecret}
	t.Run("an HTTP client", func(t *testing.T) {
		web, cfg := new(recorder), base
		cfg.HTTPClient = web
		ping(t, &cfg)
		if web.last == nil || web.last.URL.Host != "rds-data.eu-west-1.amazonaws.com" {
			t.Errorf("the HTTP client was given %v", web.last)
		}
	})
	t.Run("an HTTP client in spite of AWS_CA_BUNDLE", func(t *testing.T) {
		web, cfg := new(recorder), base
		bundle := filepath.Join(t.TempDir(), "ca.pem")
		tls := httptest.NewTLSServer(nil)
		defer tls.Close()
		pemBytes := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: tls.Certificate().Raw})
		if err := os.WriteFile(bundle, pemBytes, 0o600); err != nil {
			t.Fatal(err)
		}
		t.Setenv("AWS_CA_BUNDLE", bundle)
		cfg.HTTPClient = web
		ping(t, &cfg)
		if web.last == nil {
			t.Error("the HTTP client was not used")
		}
	})
	t.Run("an HTTP client before that of the AWS configuration", func(t *testing.T) {
		web, theirs, cfg := new(recorder), new(recorder), base
		cfg.HTTPClient = web
		cfg.AWS = &aws.Config{HTTPClient: theirs, Credentials: credentials.NewStaticCredentialsProvider("THEIRS", "x", "")}
		ping(t, &cfg)
		if web.last == nil || theirs.last != nil {
			t.Errorf("the HTTP client was given %v, the other one %v", web.last, theirs.last)
		}
	})
	t.Run("a client of the SDK", func(t *testing.T) {
		web, cfg := new(recorder), base
		cfg.SDK = rdsdata.New(rdsdata.Options{
			Region: "us-west-2", HTTPClient: web, Credentials: credentials.NewStaticCredentialsProvider("SDK", "x", ""),
		})
		ping(t, &cfg)
		if got := web.last.Header.Get("Authorization"); !strings.Contains(got, "Credential=SDK/") || !strings.Contains(got, "/us-west-2/") {
			t.Errorf("the call is signed %q", got)
		}
	})
}

// paused answers that the database resumes, until it was asked often enough.
type paused struct {
	recorder
	left int
}

func (p *paused) Do(req *http.Request) (*http.Response, error) {
	resp, err := p.recorder.Do(req)
	if p.left--; p.left >= 0 {
		resp.StatusCode = http.StatusBadRequest
		resp.Header.Set("X-Amzn-Errortype", "DatabaseResumingException")
		resp.Body = io.NopCloser(strings.NewReader(`{"message":"the Aurora DB instance is resuming"}`))
	}
	return resp, err
}

// TestClock repeats calls by a clock that only Sleep moves.
func TestClock(t *testing.T) {
	isolateAWS(t)
	now := time.Unix(0, 0)
	web := &paused{left: 1000}
	cfg := &Config{
		Engine: "postgresql", ClusterARN: testCluster, SecretARN: testSecret, HTTPClient: web, RetryBudget: 20 * time.Second,
		Now: func() time.Time { return now },
		Sleep: func(_ context.Context, d time.Duration) error {
			now = now.Add(d)
			return nil
		},
	}
	db := open(t, cfg)
	err := db.Ping()
	if err == nil || !strings.Contains(err.Error(), "DatabaseResumingException") {
		t.Errorf("with a database that does not resume: %v", err)
	}
	if waited := now.Sub(time.Unix(0, 0)); waited < 15*time.Second || waited > 20*time.Second {
		t.Errorf("waited %v of 20s", waited)
	}
	web.left = 2
	if err := db.Ping(); err != nil {
		t.Errorf("with a database that resumes: %v", err)
	}
}

// TestAttemptTimeout ends an attempt that is not answered.
func TestAttemptTimeout(t *testing.T) {
	isolateAWS(t)
	var left time.Duration
	cfg := &Config{
		Engine: "mysql", ClusterARN: testCluster, SecretARN: testSecret, AttemptTimeout: 2 * time.Minute,
		HTTPClient: doFunc(func(r *http.Request) (*http.Response, error) {
			if deadline, ok := r.Context().Deadline(); ok {
				left = time.Until(deadline)
			}
			return new(recorder).Do(r)
		}),
	}
	ping(t, cfg)
	if left < 115*time.Second || left > 120*time.Second {
		t.Errorf("the attempt had %v left, want two minutes", left)
	}
}

// TestContinueAfterTimeout asks for it where a statement may change something.
func TestContinueAfterTimeout(t *testing.T) {
	isolateAWS(t)
	for _, on := range []bool{false, true} {
		var body []byte
		db := open(t, &Config{
			Engine: "postgresql", ClusterARN: testCluster, SecretARN: testSecret, ContinueAfterTimeout: on,
			HTTPClient: doFunc(func(r *http.Request) (resp *http.Response, err error) {
				if body, err = io.ReadAll(r.Body); err != nil {
					return nil, err
				}
				return new(recorder).Do(r)
			}),
		})
		for statement, want := range map[string]bool{
			"CREATE INDEX i ON t (c)":          on,
			"UPDATE t SET c = 1":               on,
			"SELECT pg_sleep(60), c FROM t":    false,
			"SELECT c INTO copy_of_t FROM t":   on,
			"/* all */ TABLE t":                false,
			"WITH w AS (DELETE FROM t) SELECT": on,
		} {
			if _, err := db.Exec(statement); err != nil {
				t.Fatal(err)
			}
			if got := bytes.Contains(body, []byte(`"continueAfterTimeout":true`)); got != want {
				t.Errorf("set to %v, %s: asked for %v, want %v", on, statement, got, want)
			}
		}
	}
}

type doFunc func(*http.Request) (*http.Response, error)

func (f doFunc) Do(r *http.Request) (*http.Response, error) { return f(r) }

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
