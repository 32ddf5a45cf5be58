package server

import (
	"net"
	"net/http"
	"strings"
)

// localOnly lets callers on this machine in, by the address from which they
// come, and keeps web pages out: their requests have an Origin, or come under a
// name that its owner points at this machine, which the Host gives away. What a
// proxy passes on comes from elsewhere, and most say so.
func localOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reason := ""
		switch {
		case !fromThisMachine(r.RemoteAddr):
			reason = "this endpoint answers callers on the same machine only"
		case r.Header.Get("Forwarded") != "" || r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Via") != "":
			reason = "this endpoint does not answer through a proxy"
		case !ownHost(hostOf(r.Host)):
			reason = "this endpoint answers under the names of this machine only, such as localhost"
		case r.Header.Get("Origin") != "" || fromPage(r.Header.Get("Sec-Fetch-Site")):
			reason = "this endpoint does not answer web pages"
		default:
			next.ServeHTTP(w, r)
			return
		}
		refuse(w, &adminError{http.StatusForbidden, reason})
	})
}

// fromPage reports whether a browser says that a page makes the request; "none"
// is its user.
func fromPage(site string) bool { return site != "" && site != "none" }

// hostOf returns the host of HOST:PORT or HOST.
func hostOf(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return strings.Trim(address, "[]")
	}
	return host
}

// ownHost reports whether a name stands for this machine. Containers have names
// of their own for it.
func ownHost(host string) bool {
	return isLoopback(host) || host == "host.docker.internal" || host == "host.containers.internal"
}
