package server

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"time"
)

// adminPath is what the endpoint for tests lies below. The Data API has nothing
// there.
const adminPath = "/_local/"

// maxAdminBytes bounds what is sent to the endpoint.
const maxAdminBytes = 1 << 20

// admin is the endpoint by which tests in any language set faults, pause
// clusters, expire transactions and see the state.
type admin struct {
	*disturbed
	now func() time.Time
	log *slog.Logger
}

// withAdmin puts the endpoint in front of a handler if it is turned on.
func withAdmin(cfg Config, d *disturbed, next http.Handler) http.Handler {
	if !cfg.Admin {
		return next
	}
	a := localOnly((&admin{disturbed: d, now: cfg.Now, log: cfg.Logger}).routes())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if path := r.URL.Path; len(path) >= len(adminPath) && path[:len(adminPath)] == adminPath {
			a.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// adminRoute is something that can be asked for.
type adminRoute struct {
	pattern string
	answer  func(*http.Request) (any, error)
}

func (a *admin) routes() http.Handler {
	routes := []adminRoute{
		{"GET /_local/state", a.state},
		{"GET /_local/faults", a.listFaults},
		{"POST /_local/faults", a.addFaults},
		{"DELETE /_local/faults", a.clearFaults},
		{"GET /_local/faults/{name}", a.getFault},
		{"DELETE /_local/faults/{name}", a.removeFault},
		{"POST /_local/faults/{name}/reset", a.resetFault},
		{"POST /_local/pause", a.pauseClusters},
		{"POST /_local/transactions/expire", a.expireTransactions},
	}
	mux := http.NewServeMux()
	known := make([]string, len(routes))
	for i, route := range routes {
		known[i] = route.pattern
		mux.HandleFunc(route.pattern, func(w http.ResponseWriter, r *http.Request) {
			answer, err := route.answer(r)
			if err != nil {
				refuse(w, err)
				return
			}
			if r.Method != http.MethodGet {
				a.log.Info("admin", "request", r.Method+" "+r.URL.Path)
			}
			writeAdmin(w, http.StatusOK, answer)
		})
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		refuse(w, &adminError{http.StatusNotFound, fmt.Sprintf("%s %.80s is not known; there are %s", r.Method, r.URL.Path, list(known))})
	})
	return mux
}

// adminError is the reason why a request is refused.
type adminError struct {
	status int
	text   string
}

func (e *adminError) Error() string { return e.text }

func refuse(w http.ResponseWriter, err error) {
	status := http.StatusBadRequest
	if e, ok := err.(*adminError); ok {
		status = e.status
	}
	writeAdmin(w, status, struct {
		Error string `json:"error"`
	}{err.Error()})
}

func writeAdmin(w http.ResponseWriter, status int, v any) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // a client that is gone cannot be told
}

// readAdmin reads the body of a request.
func readAdmin(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxAdminBytes+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("the body could not be read: %w", err)
	case len(body) > maxAdminBytes:
		return nil, &adminError{http.StatusRequestEntityTooLarge, fmt.Sprintf("the body is larger than %d bytes", maxAdminBytes)}
	}
	return body, nil
}

func (a *admin) listFaults(*http.Request) (any, error) { return a.faults.List(), nil }

func (a *admin) addFaults(r *http.Request) (any, error) {
	body, err := readAdmin(r)
	if err != nil {
		return nil, err
	}
	faults, err := ParseFaults(body)
	if err != nil {
		return nil, err
	}
	if err := a.faults.Add(faults...); err != nil {
		return nil, err
	}
	return a.faults.List(), nil
}

func (a *admin) clearFaults(*http.Request) (any, error) {
	a.faults.Clear()
	return a.faults.List(), nil
}

func noFault(name string) error {
	return &adminError{http.StatusNotFound, fmt.Sprintf("there is no fault %.80q", name)}
}

func (a *admin) getFault(r *http.Request) (any, error) {
	name := r.PathValue("name")
	for _, f := range a.faults.List() {
		if f.Fault.Name == name {
			return f, nil
		}
	}
	return nil, noFault(name)
}

func (a *admin) removeFault(r *http.Request) (any, error) {
	if name := r.PathValue("name"); !a.faults.Remove(name) {
		return nil, noFault(name)
	}
	return a.faults.List(), nil
}

func (a *admin) resetFault(r *http.Request) (any, error) {
	if name := r.PathValue("name"); !a.faults.Reset(name) {
		return nil, noFault(name)
	}
	return a.getFault(r)
}

// selection is what a request is about: everything, if it has no body.
type selection struct {
	Cluster string `json:"cluster"`
}

// readSelection returns the clusters that a request is about, in order.
func (a *admin) readSelection(r *http.Request) ([]string, error) {
	body, err := readAdmin(r)
	if err != nil {
		return nil, err
	}
	var s selection
	if len(body) > 0 {
		text, err := oneJSON(body)
		if err != nil {
			return nil, err
		}
		if err := readMembers(text, []string{"cluster"}, &s); err != nil {
			return nil, err
		}
	}
	if s.Cluster == "" {
		return slices.Sorted(maps.Keys(a.pauses.clusters)), nil
	}
	if a.pauses.of(s.Cluster) == nil {
		return nil, &adminError{http.StatusNotFound, fmt.Sprintf("there is no cluster %.120q", s.Cluster)}
	}
	return []string{s.Cluster}, nil
}

func (a *admin) pauseClusters(r *http.Request) (any, error) {
	arns, err := a.readSelection(r)
	if err != nil {
		return nil, err
	}
	for _, arn := range arns {
		if err := a.pauses.of(arn).pause(); err != nil {
			return nil, &adminError{http.StatusConflict, err.Error()}
		}
	}
	return a.state(r)
}

func (a *admin) expireTransactions(r *http.Request) (any, error) {
	arns, err := a.readSelection(r)
	if err != nil {
		return nil, err
	}
	n := 0
	for _, arn := range arns {
		n += a.expireAll(arn)
	}
	return struct {
		Expired int `json:"expired"`
	}{n}, nil
}
