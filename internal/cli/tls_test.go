package cli

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestSelfSigned serves with a certificate made for the run: who trusts the file
// that is written gets through under each of its names, others do not.
func TestSelfSigned(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := tlsOptions{selfSigned: true, certOut: filepath.Join(t.TempDir(), "ca.pem")}
	cfg, err := o.load(listener.Addr())
	if err != nil {
		t.Fatal(err)
	}
	web := &http.Server{Handler: http.NotFoundHandler(), TLSConfig: cfg}
	served := make(chan error, 1)
	go func() { served <- web.ServeTLS(listener, "", "") }()
	defer func() { web.Close(); <-served }()

	text, err := os.ReadFile(o.certOut)
	if err != nil {
		t.Fatal(err)
	}
	trusted := x509.NewCertPool()
	if !trusted.AppendCertsFromPEM(text) {
		t.Fatalf("no certificate in\n%s", text)
	}
	for name, good := range map[string]bool{"localhost": true, "127.0.0.1": true, "::1": true, "host.docker.internal": true, "example.com": false} {
		conn, err := tls.Dial("tcp", listener.Addr().String(), &tls.Config{RootCAs: trusted, ServerName: name})
		if (err == nil) != good {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil {
			conn.Close()
		}
	}
	if conn, err := tls.Dial("tcp", listener.Addr().String(), &tls.Config{RootCAs: x509.NewCertPool(), ServerName: "localhost"}); err == nil {
		conn.Close()
		t.Error("a client that trusts nobody got through")
	}
	if got := endpointOf(listener.Addr(), cfg); got != "https://"+listener.Addr().String() {
		t.Error(got)
	}
}

// TestCertificateNames finds the name to reach a server by.
func TestCertificateNames(t *testing.T) {
	all := &net.TCPAddr{IP: net.IPv6unspecified, Port: 7}
	cert, _, err := selfSigned([]string{"*.example.com", "db.example.com"}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	named := &tls.Config{Certificates: []tls.Certificate{cert}}
	for _, tt := range []struct {
		addr   net.Addr
		secure *tls.Config
		want   string
	}{
		{all, nil, "http://127.0.0.1:7"},
		{&net.TCPAddr{IP: net.IPv4zero, Port: 7}, nil, "http://127.0.0.1:7"},
		{&net.TCPAddr{IP: net.IPv6loopback, Port: 7}, nil, "http://[::1]:7"},
		{&net.TCPAddr{IP: net.ParseIP("192.0.2.1"), Port: 7}, nil, "http://192.0.2.1:7"},
		{all, named, "https://db.example.com:7"},
	} {
		if got := endpointOf(tt.addr, tt.secure); got != tt.want {
			t.Errorf("%v: %s, want %s", tt.addr, got, tt.want)
		}
	}
}

func TestTLSOptions(t *testing.T) {
	for _, tt := range []struct {
		o    tlsOptions
		want string
	}{
		{tlsOptions{}, ""},
		{tlsOptions{cert: "c", key: "k"}, ""},
		{tlsOptions{selfSigned: true, certOut: "f"}, ""},
		{tlsOptions{cert: "c"}, "--tls-cert and --tls-key go together"},
		{tlsOptions{key: "k"}, "--tls-cert and --tls-key go together"},
		{tlsOptions{cert: "c", key: "k", selfSigned: true}, "--tls-cert and --tls-self-signed exclude each other"},
		{tlsOptions{certOut: "f"}, "--tls-cert-out goes with --tls-self-signed"},
	} {
		err := tt.o.check()
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || err.Error() != tt.want) {
			t.Errorf("%+v: %v", tt.o, err)
		}
	}
	o := tlsOptions{cert: filepath.Join(t.TempDir(), "none.pem"), key: "k"}
	if _, err := o.load(&net.TCPAddr{}); err == nil || !strings.Contains(err.Error(), "none.pem") || exitCode(started(err)) != exitUsage {
		t.Errorf("a certificate that is not there: %v", err)
	}
}
