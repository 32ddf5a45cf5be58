package server

import (
	"net/http"
	"strings"
	"testing"
)

// TestWithoutKeys holds clients to a signature of the right form, whoever made
// it, and lets in this machine only.
func TestWithoutKeys(t *testing.T) {
	signedBy := func(change func(*sent)) *http.Request {
		s := anySent()
		s.keyID, s.secret, s.token = "any", "one", "whatever"
		if change != nil {
			change(&s)
		}
		return s.sign(t)
	}
	from := func(remote string) *http.Request {
		r := signedBy(nil)
		r.RemoteAddr = remote
		return r
	}
	unsigned := signedBy(nil)
	unsigned.Header.Del("Authorization")
	for _, tt := range []struct {
		name string
		r    *http.Request
		code string
	}{
		{"any key", signedBy(nil), ""},
		{"any time", signedBy(func(s *sent) { s.at = s.at.AddDate(-9, 0, 0) }), ""},
		{"any region", signedBy(func(s *sent) { s.region = "eu-central-1" }), ""},
		{"another service", signedBy(func(s *sent) { s.service = "rds" }), "InvalidSignatureException"},
		{"no signature", unsigned, "MissingAuthenticationTokenException"},
		{"IPv6", from("[::1]:99"), ""},
		{"IPv4 in IPv6", from("[::ffff:127.0.0.1]:99"), ""},
		{"a Unix socket", from("@"), ""},
		{"a Unix socket's path", from("/run/data.sock"), ""},
		{"in the process", from(""), ""},
		{"the network", from("192.0.2.1:1234"), "AccessDeniedException"},
		{"the network, in IPv6", from("[2001:db8::1]:1234"), "AccessDeniedException"},
		{"without a port", from("192.0.2.1"), "AccessDeniedException"},
		{"what is no address", from("localhost.example.com:1"), "AccessDeniedException"},
	} {
		d, got := door(t, Config{})
		if code, text := knock(t, d, tt.r); code != tt.code || (*got == "") != (code != "") {
			t.Errorf("%s: %s: %s, want %q", tt.name, code, text, tt.code)
		}
	}
}

func TestRegion(t *testing.T) {
	for _, keys := range []Config{{}, withKey("")} {
		keys.Region = "eu-west-1"
		d, _ := door(t, keys)
		if code, text := knock(t, d, anySent().sign(t)); code != "InvalidSignatureException" || !strings.Contains(text, "valid region") {
			t.Errorf("us-east-1: %s: %s", code, text)
		}
		s := anySent()
		s.region = "eu-west-1"
		if code, text := knock(t, d, s.sign(t)); code != "" {
			t.Errorf("eu-west-1: %s: %s", code, text)
		}
	}
}

// TestWithKeysAnywhere lets in whoever has the key, from everywhere.
func TestWithKeysAnywhere(t *testing.T) {
	d, got := door(t, withKey(testToken))
	s := anySent()
	s.token = testToken
	r := s.sign(t)
	r.RemoteAddr = "192.0.2.1:1234"
	if code, text := knock(t, d, r); code != "" || *got == "" {
		t.Errorf("%s: %s", code, text)
	}
	for _, token := range []string{"", "other", testToken + "x"} {
		s.token = token
		if code, text := knock(t, d, s.sign(t)); code != "UnrecognizedClientException" {
			t.Errorf("with the token %q: %s: %s", token, code, text)
		}
	}
}

func TestCheckListen(t *testing.T) {
	for _, tt := range []struct {
		addr          string
		alone, keyed  bool // is it allowed?
		errorContains string
	}{
		{"127.0.0.1:8010", true, true, ""},
		{"127.9.9.9:0", true, true, ""},
		{"[::1]:8010", true, true, ""},
		{"LocalHost:http", true, true, ""},
		{":8010", false, true, "not a loopback address"},
		{"0.0.0.0:8010", false, true, "not a loopback address"},
		{"[::]:8010", false, true, "not a loopback address"},
		{"192.0.2.1:8010", false, true, "not a loopback address"},
		{"127.0.0.1.example.com:8010", false, true, "not a loopback address"},
		{"127.0.0.1", false, false, "not of the form host:port"},
		{"", false, false, "not of the form host:port"},
	} {
		for _, cfg := range []Config{{}, withKey("")} {
			want := tt.alone
			if len(cfg.Credentials) > 0 {
				want = tt.keyed
			}
			err := CheckListen(tt.addr, cfg)
			if (err == nil) != want || err != nil && !strings.Contains(err.Error(), tt.errorContains) {
				t.Errorf("%q with %d keys: %v", tt.addr, len(cfg.Credentials), err)
			}
		}
	}
}

func TestBadCredentials(t *testing.T) {
	for want, credentials := range map[string][]Credential{
		"AccessKeyID of Credentials[0] is empty":  {{SecretAccessKey: "hush"}},
		"AccessKeyID of Credentials[1] is empty":  {{AccessKeyID: "a", SecretAccessKey: "hush"}, {AccessKeyID: "b/c", SecretAccessKey: "hush"}},
		"the credential a has no SecretAccessKey": {{AccessKeyID: "a"}},
		"the credential a is configured twice":    {{AccessKeyID: "a", SecretAccessKey: "hush"}, {AccessKeyID: "a", SecretAccessKey: "hush2"}},
	} {
		_, err := New(Config{Credentials: credentials, Clusters: []Cluster{{
			ARN: "arn:aws:rds:us-east-1:123456789012:cluster:test", Engine: "postgresql",
			Secrets: []Secret{{ARN: "arn:aws:secretsmanager:us-east-1:123456789012:secret:test", Username: "u"}},
		}}})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%v, want …%s…", err, want)
		}
	}
}
