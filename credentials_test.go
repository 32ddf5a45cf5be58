package auroradataapi

import (
	"database/sql"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// fakeSTS hands out credentials for roles and notes what it was asked for.
type fakeSTS struct {
	forms  []url.Values
	signed []string // the Authorization of each request
}

func (f *fakeSTS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	f.forms = append(f.forms, r.PostForm)
	f.signed = append(f.signed, r.Header.Get("Authorization"))
	action := r.PostForm.Get("Action")
	w.Header().Set("Content-Type", "text/xml")
	_, _ = w.Write([]byte(`<` + action + `Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><` + action + `Result>
		<Credentials><AccessKeyId>ROLE</AccessKeyId><SecretAccessKey>x</SecretAccessKey><SessionToken>of-the-role</SessionToken>
		<Expiration>` + time.Now().Add(time.Hour).UTC().Format(time.RFC3339) + `</Expiration></Credentials>
		</` + action + `Result></` + action + `Response>`))
}

// startSTS makes a fakeSTS the one that the AWS SDK finds, and keeps all else
// that the machine may have for the SDK away from it.
func startSTS(t *testing.T) *fakeSTS {
	t.Helper()
	f := new(fakeSTS)
	web := httptest.NewServer(f)
	t.Cleanup(web.Close)
	isolateAWS(t)
	t.Setenv("AWS_ENDPOINT_URL_STS", web.URL)
	return f
}

// isolateAWS has the AWS SDK find nothing but an access key and two profiles.
func isolateAWS(t *testing.T) {
	t.Helper()
	for _, pair := range os.Environ() {
		if name, _, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
		}
	}
	files := filepath.Join(t.TempDir(), "config")
	err := os.WriteFile(files, []byte("[profile staging]\nregion = us-east-2\naws_access_key_id = STAGING\naws_secret_access_key = x\n"), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CONFIG_FILE", files)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("AWS_ACCESS_KEY_ID", "ENVIRONMENT")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "x")
}

// TestCredentials looks at who signs the calls, by what the Config says.
func TestCredentials(t *testing.T) {
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("web-token"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name    string
		change  func(*Config)
		signer  string            // of the call
		role    map[string]string // what STS is asked for; nil if it is not
		roleFor string            // who asks STS; empty for nobody
	}{
		{"the default chain", func(*Config) {}, "ENVIRONMENT", nil, ""},
		{"keys", func(c *Config) { c.AccessKeyID, c.SecretAccessKey = "OURS", "x" }, "OURS", nil, ""},
		{"a profile, before the environment", func(c *Config) { c.Profile = "staging" }, "STAGING", nil, ""},
		{"a role", func(c *Config) { c.RoleARN = testRole }, "ROLE", map[string]string{
			"Action": "AssumeRole", "RoleArn": testRole, "RoleSessionName": "auroradataapi", "ExternalId": "",
		}, "ENVIRONMENT"},
		{"a role of a profile", func(c *Config) {
			c.Profile, c.RoleARN, c.RoleSessionName, c.ExternalID = "staging", testRole, "nightly", "4711"
		}, "ROLE", map[string]string{
			"Action": "AssumeRole", "RoleArn": testRole, "RoleSessionName": "nightly", "ExternalId": "4711",
		}, "STAGING"},
		{"a role of keys", func(c *Config) {
			c.AccessKeyID, c.SecretAccessKey, c.RoleARN = "OURS", "x", testRole
		}, "ROLE", map[string]string{"Action": "AssumeRole", "RoleArn": testRole}, "OURS"},
		{"a role of a web token", func(c *Config) {
			c.RoleARN, c.RoleSessionName, c.WebIdentityTokenFile = testRole, "nightly", token
		}, "ROLE", map[string]string{
			"Action": "AssumeRoleWithWebIdentity", "RoleArn": testRole, "RoleSessionName": "nightly", "WebIdentityToken": "web-token",
		}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sts, calls := startSTS(t), new(recorder)
			api := httptest.NewServer(calls)
			defer api.Close()
			cfg := &Config{Engine: "postgresql", ClusterARN: testCluster, SecretARN: testSecret, Endpoint: api.URL}
			tt.change(cfg)
			ping(t, cfg)
			ping(t, cfg)
			if got := calls.last.Header.Get("Authorization"); !strings.Contains(got, "Credential="+tt.signer+"/") || !strings.Contains(got, "/eu-west-1/rds-data/") {
				t.Errorf("the call is signed %q, want %s for eu-west-1", got, tt.signer)
			}
			if tt.role == nil {
				if len(sts.forms) != 0 {
					t.Errorf("STS was asked for %v", sts.forms)
				}
				return
			}
			if len(sts.forms) != 2 { // once for each of the connectors
				t.Fatalf("STS was asked %d times", len(sts.forms))
			}
			for name, want := range tt.role {
				if got := sts.forms[0].Get(name); got != want {
					t.Errorf("STS was asked with %s=%q, want %q", name, got, want)
				}
			}
			if got := sts.signed[0]; tt.roleFor == "" && got != "" || !strings.Contains(got, tt.roleFor) {
				t.Errorf("STS was asked by %q, want %q", got, tt.roleFor)
			}
			if got := calls.last.Header.Get("X-Amz-Security-Token"); got != "of-the-role" {
				t.Errorf("the session token is %q", got)
			}
		})
	}
}

// TestRoleOfGivenConfig assumes a role with what a loaded configuration has.
func TestRoleOfGivenConfig(t *testing.T) {
	sts := new(fakeSTS)
	web := httptest.NewServer(sts)
	defer web.Close()
	calls := new(recorder)
	api := httptest.NewServer(calls)
	defer api.Close()
	ping(t, &Config{
		Engine: "mysql", ClusterARN: testCluster, SecretARN: testSecret, Endpoint: api.URL, RoleARN: testRole,
		AWS: &aws.Config{
			Credentials:  credentials.NewStaticCredentialsProvider("THEIRS", "x", ""),
			BaseEndpoint: &web.URL,
		},
	})
	if len(sts.signed) != 1 || !strings.Contains(sts.signed[0], "Credential=THEIRS/") {
		t.Errorf("STS was asked by %q", sts.signed)
	}
	if got := calls.last.Header.Get("Authorization"); !strings.Contains(got, "Credential=ROLE/") {
		t.Errorf("the call is signed %q", got)
	}
}

// TestNoRole has STS refuse, and a token that is not there.
func TestNoRole(t *testing.T) {
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte(`<ErrorResponse><Error><Code>AccessDenied</Code><Message>not you</Message></Error></ErrorResponse>`))
	}))
	defer web.Close()
	isolateAWS(t)
	t.Setenv("AWS_ENDPOINT_URL_STS", web.URL)
	tests := []struct {
		name   string
		change func(*Config)
		want   string
	}{
		{"STS refuses", func(*Config) {}, "AccessDenied"},
		{"no token", func(c *Config) { c.WebIdentityTokenFile = "no-such-file" }, "no-such-file"},
	}
	for _, tt := range tests {
		cfg := &Config{Engine: "mysql", ClusterARN: testCluster, SecretARN: testSecret, RoleARN: testRole,
			RetryBudget: -1, Endpoint: "http://127.0.0.1:1"}
		tt.change(cfg)
		db := open(t, cfg)
		if err := db.Ping(); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want one with %q", tt.name, err, tt.want)
		}
	}
}

func open(t *testing.T, cfg *Config) *sql.DB {
	t.Helper()
	connector, err := NewConnector(cfg)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	t.Cleanup(func() { db.Close() })
	return db
}

func ping(t *testing.T, cfg *Config) {
	t.Helper()
	if err := open(t, cfg).Ping(); err != nil {
		t.Fatal(err)
	}
}
