package server

import (
	"bytes"
	"fmt"
	"io"
	"net/http"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// Sizes are the service's limits of size. A test lowers them to meet one with
// little data; none can be raised, as what passes here has to pass in AWS.
type Sizes struct {
	// RequestBytes is the size of a request, headers included; zero is the
	// service's 4 MiB.
	RequestBytes int
	// SQLChars is the length of a statement; zero is the service's 65,536.
	SQLChars int
	// ResultBytes is the size of a result as the service counts it: 2 for a row,
	// 4 for each of its columns and the octets of their values; zero is the
	// service's 1 MiB.
	ResultBytes int
	// FormattedBytes is the size of a result formatted as JSON; zero is the
	// service's 10 MiB.
	FormattedBytes int
}

// complete fills in the service's limits.
func (s *Sizes) complete() error {
	for _, size := range []struct {
		name    string
		value   *int
		service int
	}{
		{"RequestBytes", &s.RequestBytes, wire.MaxRequestBytes},
		{"SQLChars", &s.SQLChars, wire.MaxSQLChars},
		{"ResultBytes", &s.ResultBytes, wire.MaxResultBytes},
		{"FormattedBytes", &s.FormattedBytes, wire.MaxFormattedBytes},
	} {
		if *size.value < 0 || *size.value > size.service {
			return fmt.Errorf("server: Sizes.%s is %d; it has to be between 1 and the service's %d, or 0 for that", size.name, *size.value, size.service)
		}
		setDefault(size.value, size.service)
	}
	return nil
}

// sized refuses requests that are larger than a limit below the service's.
func sized(limit int, next http.Handler) http.Handler {
	if limit == wire.MaxRequestBytes {
		return next // wire.Handler refuses those
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := wire.ReadBodyWithin(r, limit)
		if err != nil {
			wire.WriteError(w, err)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
	})
}
