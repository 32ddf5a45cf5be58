package server

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// FuzzFaults reads rules, writes them and reads them again.
func FuzzFaults(f *testing.F) {
	for _, seed := range faultSeeds() {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		faults, err := ParseFaults(text)
		if err != nil {
			if faults != nil || err.Error() == "" {
				t.Fatalf("%v and %v", faults, err)
			}
			return
		}
		var b strings.Builder
		for i, fault := range faults {
			b.WriteString(map[bool]string{true: "[", false: ","}[i == 0])
			text, err := fault.MarshalJSON()
			if err != nil {
				t.Fatal(err)
			}
			b.Write(text)
		}
		if len(faults) == 0 {
			b.WriteByte('[')
		}
		again, err := ParseFaults([]byte(b.String() + "]"))
		if err != nil {
			t.Fatalf("%s: %v", b.String(), err)
		}
		if diff := cmp.Diff(faults, again); diff != "" {
			t.Fatalf("(-read +read again)\n%s", diff)
		}
	})
}

func faultSeeds() []string {
	return []string{
		`[]`, `{"kind":"drop"}`, `[{"kind":"drop","executed":true,"name":"a.b-c_d"},{"kind":"delay","delay":"1h2m3.5s"}]`,
		`{"operation":"ExecuteStatement","sql":"(?i)^insert","cluster":"arn:aws:rds:us-east-1:123456789012:cluster:c","database":"d",` +
			`"inTransaction":false,"after":1,"times":2,"for":"1s","probability":0.25,"kind":"error","code":"A","message":"é\u0000","status":500}`,
		`{"kind":"status","status":503}`, `{"kind":"drop","Kind":"drop"}`, `{"kind":null}`, `[null]`, `{"delay":5}`, `[{]`,
	}
}

// FuzzAdmin sends anything to the endpoint for tests. It answers in JSON, takes
// nothing that Faults.Add would not, and is there for the next one.
func FuzzAdmin(f *testing.F) {
	for _, seed := range faultSeeds() {
		f.Add("POST", "/_local/faults", []byte(seed))
	}
	f.Add("POST", "/_local/pause", []byte(`{"cluster":"x"}`))
	f.Add("POST", "/_local/transactions/expire", []byte(`{}`))
	f.Add("DELETE", "/_local/faults/fault-1", []byte(``))
	f.Add("POST", "/_local/faults/fault-1/reset", []byte(``))
	f.Add("GET", "/_local/state", []byte(``))
	srv, err := New(Config{Admin: true, Clusters: []Cluster{{ARN: "arn:aws:rds:us-east-1:123456789012:cluster:fuzz", Engine: "postgresql",
		Secrets: []Secret{{ARN: "arn:aws:secretsmanager:us-east-1:123456789012:secret:fuzz", Username: "u"}}}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { srv.Close() })
	f.Fuzz(func(t *testing.T, method, path string, body []byte) {
		r, err := http.NewRequest(method, "http://localhost", strings.NewReader(string(body)))
		if err != nil {
			return
		}
		r.URL.Path, r.RemoteAddr = adminPath+strings.TrimPrefix(path, adminPath), "127.0.0.1:1"
		w := httptest.NewRecorder()
		srv.ServeHTTP(w, r)
		switch {
		case w.Code == http.StatusMovedPermanently || w.Code == http.StatusTemporaryRedirect || w.Code == http.StatusPermanentRedirect: // to the clean path
		case w.Code != 200 && w.Code != 400 && w.Code != 404 && w.Code != 413:
			t.Fatalf("status %d: %s", w.Code, w.Body)
		case !strings.HasPrefix(w.Header().Get("Content-Type"), "application/json"):
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		for _, s := range srv.Faults().List() {
			if err := s.Fault.check(); err != nil || !faultName.MatchString(s.Fault.Name) {
				t.Fatalf("%+v: %v", s.Fault, err)
			}
		}
		srv.Faults().Clear()
	})
}

// TestFaultMembers holds that every field of a rule is in its JSON.
func TestFaultMembers(t *testing.T) {
	in := true
	full := Fault{Name: "n", Operation: "ExecuteStatement", SQL: "s", Cluster: "arn:a:b:c:d:e", Database: "d", InTransaction: &in,
		After: 1, Times: 2, For: time.Second, Probability: 0.5, Kind: FaultError, Executed: true, Delay: time.Minute, Code: "C", Message: "m", Status: 500}
	text, err := full.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), `":`); n != len(faultMembers()) {
		t.Errorf("%d of %d members are in %s", n, len(faultMembers()), text)
	}
	faults, err := ParseFaults(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Fault{full}, faults); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
