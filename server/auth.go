package server

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// Credential is an AWS key whose signatures a Server accepts.
type Credential struct {
	AccessKeyID, SecretAccessKey string
	// SessionToken is what a temporary key comes with; requests then have to
	// carry it. Empty for any other key.
	SessionToken string
}

// keyring is what signatures are held against.
type keyring struct {
	keys    map[string]Credential // by AccessKeyID
	regions []string              // those of a valid scope; none is any
	now     func() time.Time
}

// newKeyring reads the configuration, whose clusters were found to be in order.
// Its clock is that of the clients; Config.Now may be moved to let transactions
// expire.
func newKeyring(cfg Config) (*keyring, error) {
	k := &keyring{keys: make(map[string]Credential), now: time.Now}
	for i, c := range cfg.Credentials {
		switch {
		case c.AccessKeyID == "" || strings.ContainsAny(c.AccessKeyID, "/, \t"):
			return nil, fmt.Errorf("server: the AccessKeyID of Credentials[%d] is empty or has a slash, a comma or a blank", i)
		case c.SecretAccessKey == "":
			return nil, fmt.Errorf("server: the credential %s has no SecretAccessKey", c.AccessKeyID)
		case k.keys[c.AccessKeyID].AccessKeyID != "":
			return nil, fmt.Errorf("server: the credential %s is configured twice", c.AccessKeyID)
		}
		k.keys[c.AccessKeyID] = c
	}
	switch {
	case cfg.Region != "":
		k.regions = []string{cfg.Region}
	case len(k.keys) > 0:
		for _, c := range cfg.Clusters {
			k.regions = append(k.regions, strings.Split(c.ARN, ":")[3])
		}
	}
	return k, nil
}

// authenticator lets signed requests in. With keys it verifies who signed and
// what. Without, it holds clients to signing at all, as the service does, and
// lets in nobody but this machine.
type authenticator struct {
	*keyring
	next http.Handler
}

func (a *authenticator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := a.admit(r); err != nil {
		// Many clients read no answer before they have sent their request.
		_, _ = io.CopyN(io.Discard, r.Body, wire.MaxRequestBytes)
		wire.WriteError(w, err)
		return
	}
	a.next.ServeHTTP(w, r)
}

// admit says why a request is not let in. The order is a choice (F0256).
func (a *authenticator) admit(r *http.Request) error {
	if len(a.keys) == 0 && !fromThisMachine(r.RemoteAddr) {
		return wire.NewError(wire.CodeAccessDenied,
			"without credentials configured, this local Data API answers its own machine only, not "+r.RemoteAddr)
	}
	sig, err := readSignature(r)
	if err != nil {
		return err
	}
	if len(a.keys) == 0 {
		return sig.checkScope(a.regions)
	}
	key, ok := a.keys[sig.keyID]
	if !ok || !carries(r, "X-Amz-Security-Token", key.SessionToken) {
		return wire.NewError(wire.CodeUnrecognizedClient, "The security token included in the request is invalid.")
	}
	if err := sig.checkScope(a.regions); err != nil {
		return err
	}
	if err := sig.checkTime(a.now()); err != nil {
		return err
	}
	return sig.verify(r, key.SecretAccessKey)
}

// CheckListen says why a server of the configuration must not listen on an
// address of the form host:port: without Config.Credentials whoever reaches it
// can run SQL, so that it has to be a loopback address.
func CheckListen(addr string, cfg Config) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("server: the address %q is not of the form host:port", addr)
	}
	if len(cfg.Credentials) > 0 || isLoopback(host) {
		return nil
	}
	return fmt.Errorf("server: %q is not a loopback address, and without credentials to verify signatures by, "+
		"everybody who reaches it could run SQL; use 127.0.0.1, [::1] or localhost, or configure credentials", addr)
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// fromThisMachine reports whether a request's RemoteAddr is on this machine.
// That of a Unix socket is no network address: it is empty, a path, or "@".
func fromThisMachine(remote string) bool {
	if remote == "" || remote[0] == '@' || remote[0] == '/' {
		return true
	}
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		host = remote // some middleware leaves the port out
	}
	return isLoopback(host)
}
