package cli

import (
	"net"
	"net/http"
	"strings"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// guard keeps web pages out. A port is open to every page in a browser that
// reaches it: directly, which the request's Origin gives away, or under a name
// that its owner points at 127.0.0.1, which the Host gives away. A page has no
// keys to sign with, so where those are asked for any name will do. The refusal
// has the service's form, so that an SDK can tell why.
func guard(next http.Handler, keys bool) http.Handler {
	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		deny(w, "this Data API does not answer web pages of another origin")
	}))
	protected := origin.Handler(next)
	if keys {
		return protected
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !ownHost(r.Host) {
			deny(w, "this Data API answers under loopback names only, not as "+r.Host)
			return
		}
		protected.ServeHTTP(w, r)
	})
}

func deny(w http.ResponseWriter, why string) {
	wire.WriteError(w, wire.NewError(wire.CodeAccessDenied, why))
}

// ownHost reports whether a Host header names this machine. Containers know it
// as host.docker.internal.
func ownHost(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.Trim(hostport, "[]")
	}
	return isLoopback(host) || host == "host.docker.internal" || host == "host.containers.internal"
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
