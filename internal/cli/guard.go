package cli

import (
	"net"
	"net/http"
	"strings"
)

// guard keeps web pages out. A port is open to every page in a browser that
// reaches it: directly, which the request's Origin gives away, or under a name
// that its owner points at 127.0.0.1, which the Host gives away. A page has no
// keys to sign with, so where those are asked for any name will do.
func guard(next http.Handler, keys bool) http.Handler {
	protected := http.NewCrossOriginProtection().Handler(next)
	if keys {
		return protected
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !ownHost(r.Host) {
			http.Error(w, "this Data API answers under loopback names only, not as "+r.Host, http.StatusForbidden)
			return
		}
		protected.ServeHTTP(w, r)
	})
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
