package awsapi

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata"
	"github.com/aws/smithy-go"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// TestCauseTexts: an error says what happened once, and keeps what it is made
// of.
func TestCauseTexts(t *testing.T) {
	hanging := fault{do: hang}
	tests := []struct {
		name string
		do   fault
		want string
		is   error
	}{
		{"given up", hanging, `ExecuteStatement may or may not have been executed, check before repeating it: context canceled`, context.Canceled},
		{"reset", fault{do: cut(true, "")}, `ExecuteStatement may or may not have been executed, check before repeating it: read tcp \S+->\S+: read: connection reset by peer`, nil},
		{"truncated", fault{do: cut(false, "HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n{}")}, `ExecuteStatement may or may not have been executed, check before repeating it: answer ends after 2 of 400 bytes: unexpected EOF`, nil},
	}
	for _, tt := range tests {
		s := newFaultServer(t)
		s.last = &tt.do
		c, _ := newTestClient(t, s.URL, nil)
		ctx := t.Context()
		if tt.is != nil {
			ctx = s.givenUp(t)
		}
		err := calls(c)[wire.ExecuteStatement](ctx, "INSERT")
		var op *smithy.OperationError
		if err == nil || !regexp.MustCompile("^"+tt.want+"$").MatchString(err.Error()) || !errors.As(err, &op) || tt.is != nil && !errors.Is(err, tt.is) {
			t.Errorf("%s: got %v", tt.name, err)
		}
	}
}

// TestDialText names the address, once, and counts the attempts.
func TestDialText(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	c, clock := newTestClient(t, "http://"+l.Addr().String(), nil)
	err = calls(c)[wire.ExecuteStatement](t.Context(), "INSERT")
	want := `^ExecuteStatement was not executed in 5 attempts, \S+ apart in all: dial tcp 127\.0\.0\.1:\d+: connect: connection refused$`
	var op *net.OpError
	var u *url.Error
	if err == nil || !regexp.MustCompile(want).MatchString(err.Error()) || !errors.As(err, &op) || !errors.As(err, &u) || len(clock.pauses) != 4 {
		t.Errorf("after %d pauses: %v", len(clock.pauses), err)
	}
}

// TestPointless fails at once with what no attempt can send.
func TestPointless(t *testing.T) {
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	tests := []struct {
		name     string
		endpoint string
		token    string
		want     string // in the error
	}{
		{"header", plain.URL, "two\nlines", "invalid header field value"},
		{"port", "http://127.0.0.1:99999", "", "invalid port"},
		{"no port", "http://127.0.0.1:x", "", "127.0.0.1:x"},
		{"scheme", "ftp://127.0.0.1", "", `unsupported protocol scheme "ftp"`},
		{"no host", "http:///x", "", "no Host"},
		{"no TLS", "https" + plain.URL[len("http"):], "", "HTTP response to HTTPS client"},
	}
	for _, tt := range tests {
		c, clock := newTestClient(t, "", func(cfg *Config) {
			cfg.AWS.BaseEndpoint = aws.String(tt.endpoint) // as from the environment
			if tt.token != "" {
				cfg.AWS.Credentials = credentials.NewStaticCredentialsProvider("id", "key", tt.token)
			}
		})
		err := calls(c)[wire.ExecuteStatement](t.Context(), "INSERT")
		if err == nil || !strings.Contains(err.Error(), tt.want) || classOf(err) != notExecuted {
			t.Errorf("%s: got %v, want %q in it", tt.name, err, tt.want)
		}
		if len(clock.pauses) > 0 {
			t.Errorf("%s: tried %d times", tt.name, len(clock.pauses)+1)
		}
	}
}

// TestNoRegion fails at once where the caller's client has nowhere to send to.
func TestNoRegion(t *testing.T) {
	cfg := awsConfig()
	cfg.Region = ""
	clock := &fakeClock{time: time.Now()}
	c, err := New(Config{SDK: rdsdata.NewFromConfig(cfg), Now: clock.now, Sleep: clock.sleep})
	if err != nil {
		t.Fatal(err)
	}
	err = calls(c)[wire.ExecuteStatement](t.Context(), "INSERT")
	if classOf(err) != notExecuted || len(clock.pauses) > 0 || !strings.Contains(err.Error(), "egion") {
		t.Errorf("after %d pauses: %v", len(clock.pauses), err)
	}
}
