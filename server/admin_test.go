package server_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/auroradataapi/auroradataapi/server"
)

func withAdmin(cfg *server.Config) { cfg.Admin = true }

// ask sends a request to the endpoint for tests and returns status and body.
func (s *service) ask(method, path, body string) (int, string) {
	s.t.Helper()
	req, err := http.NewRequest(method, s.web.URL+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	resp, err := s.web.Client().Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	if !json.Valid(text) || resp.Header.Get("Content-Type") != "application/json" {
		s.t.Errorf("%s %s: the answer is not JSON: %s", method, path, text)
	}
	return resp.StatusCode, strings.TrimSpace(string(text))
}

func TestAdminFaults(t *testing.T) {
	t.Parallel()
	s := serve(t, withAdmin)
	for _, step := range []struct {
		method, path, body string
		status             int
		want               string // the answer
	}{
		{"GET", "/_local/faults", "", 200, `[]`},
		{"POST", "/_local/faults", `{"name":"slow","sql":"(?i)select","delay":"1.5ms","kind":"delay"}`, 200,
			`[{"fault":{"name":"slow","sql":"(?i)select","kind":"delay","delay":"1.5ms"},"matched":0,"hit":0,"spent":false}]`},
		{"POST", "/_local/faults", ` [ {"kind":"throttle","times":1,"operation":"BeginTransaction","inTransaction":false} ] `, 200,
			`[{"fault":{"name":"slow","sql":"(?i)select","kind":"delay","delay":"1.5ms"},"matched":0,"hit":0,"spent":false},` +
				`{"fault":{"name":"fault-1","operation":"BeginTransaction","inTransaction":false,"times":1,"kind":"throttle"},"matched":0,"hit":0,"spent":false}]`},
		{"POST", "/_local/faults", `[]`, 200, ""},
		{"GET", "/_local/faults/fault-1", "", 200,
			`{"fault":{"name":"fault-1","operation":"BeginTransaction","inTransaction":false,"times":1,"kind":"throttle"},"matched":0,"hit":0,"spent":false}`},
	} {
		status, text := s.ask(step.method, step.path, step.body)
		if status != step.status || step.want != "" && text != step.want {
			t.Errorf("%s %s %s: %d %s, want %d %s", step.method, step.path, step.body, status, text, step.status, step.want)
		}
	}
	s.must("", "select 1")
	if _, err := s.BeginTransaction(t.Context(), s.beginInput()); codeOf(err) != "ThrottlingException" {
		t.Errorf("the rule does nothing: %v", err)
	}
	_, text := s.ask("GET", "/_local/faults", "")
	for _, want := range []string{`"matched":1,"hit":1,"spent":false}`, `"matched":1,"hit":1,"spent":true}`} {
		if !strings.Contains(text, want) {
			t.Errorf("%s lacks %s", text, want)
		}
	}
	if _, text = s.ask("POST", "/_local/faults/fault-1/reset", ""); !strings.Contains(text, `"matched":0,"hit":0,"spent":false`) {
		t.Errorf("the reset answers %s", text)
	}
	if _, err := s.BeginTransaction(t.Context(), s.beginInput()); codeOf(err) != "ThrottlingException" {
		t.Errorf("the rule does nothing after its reset: %v", err)
	}
	if _, text = s.ask("DELETE", "/_local/faults/slow", ""); strings.Contains(text, "slow") || !strings.Contains(text, "fault-1") {
		t.Errorf("the deletion of one answers %s", text)
	}
	if _, text = s.ask("DELETE", "/_local/faults", ""); text != "[]" {
		t.Errorf("the deletion of all answers %s", text)
	}
}

// TestAdminRefuses is about requests that are not in order, of which none may
// change anything.
func TestAdminRefuses(t *testing.T) {
	t.Parallel()
	s := serve(t, withAdmin)
	s.fault(server.Fault{Name: "there", SQL: "nothing", Kind: server.FaultDrop})
	for _, tt := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"POST", "/_local/faults", ``, 400, "the JSON ends too early"},
		{"POST", "/_local/faults", `{`, 400, "the JSON ends too early"},
		{"POST", "/_local/faults", `[{"kind":"drop"}`, 400, "the JSON ends too early"},
		{"POST", "/_local/faults", `kind=drop`, 400, "this is not JSON"},
		{"POST", "/_local/faults", `"drop"`, 400, "faults are a JSON list of rules"},
		{"POST", "/_local/faults", `null`, 400, "faults are a JSON list of rules"},
		{"POST", "/_local/faults", `[null]`, 400, "fault 1: it is not a JSON object"},
		{"POST", "/_local/faults", `{"kind":"drop"}{"kind":"drop"}`, 400, "something stands after the JSON"},
		{"POST", "/_local/faults", `[{"kind":"drop"},{"kind":"bang"}]`, 400, `fault 2: kind \"bang\" is not known`},
		{"POST", "/_local/faults", `{"kind":"drop","Name":"x"}`, 400, `member \"Name\" is not known; there are name, operation,`},
		{"POST", "/_local/faults", `{"kind":"drop","kind":"drop"}`, 400, `member \"kind\" is given twice`},
		{"POST", "/_local/faults", `{"kind":"drop","times":"2"}`, 400, "fault 1: times cannot be a string"},
		{"POST", "/_local/faults", `{"kind":"drop","times":1.5}`, 400, "fault 1: times cannot be a number 1.5"},
		{"POST", "/_local/faults", `{"kind":"delay","delay":2}`, 400, "the duration 2 is not a string such as"},
		{"POST", "/_local/faults", `{"kind":"delay","delay":"2 s"}`, 400, `\"2 s\" is not a duration such as`},
		{"POST", "/_local/faults", `{"kind":"drop","name":"there"}`, 400, `there is a fault \"there\" already`},
		{"POST", "/_local/faults", `{"kind":"drop","name":"a b"}`, 400, "a name is up to 64 letters"},
		{"POST", "/_local/faults", `"` + strings.Repeat("x", 1<<20) + `"`, 413, "the body is larger than 1048576 bytes"},
		{"PUT", "/_local/faults", `[]`, 404, "PUT /_local/faults is not known; there are GET /_local/state, "},
		{"GET", "/_local/", "", 404, "is not known"},
		{"POST", "/_local/Execute", "{}", 404, "is not known"},
		{"GET", "/_local/faults/other", "", 404, `there is no fault \"other\"`},
		{"DELETE", "/_local/faults/other", "", 404, `there is no fault \"other\"`},
		{"POST", "/_local/faults/other/reset", "", 404, `there is no fault \"other\"`},
		{"POST", "/_local/pause", `{"cluster":"other"}`, 404, `there is no cluster \"other\"`},
		{"POST", "/_local/pause", `{"Cluster":"other"}`, 400, `member \"Cluster\" is not known`},
		{"POST", "/_local/pause", `[]`, 400, "it is not a JSON object"},
		{"POST", "/_local/transactions/expire", `{"cluster":1}`, 400, "cluster cannot be a number"},
	} {
		status, text := s.ask(tt.method, tt.path, tt.body)
		if status != tt.status || !strings.Contains(text, tt.want) {
			t.Errorf("%s %s %.60s: %d %.300s, want %d %s", tt.method, tt.path, tt.body, status, text, tt.status, tt.want)
		}
	}
	if n := len(s.server.Faults().List()); n != 1 {
		t.Errorf("there are %d rules", n)
	}
	s.must("", "SELECT 1")
}

func TestAdminState(t *testing.T) {
	t.Parallel()
	now := &clock{now: time.Now()}
	s := serve(t, withAdmin, pausing(now))
	state := func() string { _, text := s.ask("GET", "/_local/state", ""); return text }
	same(t, state(), `{"clusters":[{"arn":"`+clusterARN+`","state":"available","transactions":0}],"transactions":[],"faults":0}`)
	tx := s.begin()
	now.pass(90 * time.Second)
	want := fmt.Sprintf(`{"clusters":[{"arn":%q,"state":"available","transactions":1}],"transactions":[{"id":"%s…","cluster":%q,"database":%q,"age":"1m30s","idle":"1m30s","busy":false}],"faults":0}`,
		clusterARN, tx[:8], clusterARN, s.database)
	same(t, state(), want)

	if status, text := s.ask("POST", "/_local/pause", ""); status != 409 || !strings.Contains(text, "1 transactions are open") {
		t.Errorf("%d %s", status, text)
	}
	if _, text := s.ask("POST", "/_local/transactions/expire", `{"cluster":"`+clusterARN+`"}`); text != `{"expired":1}` {
		t.Error(text)
	}
	if _, text := s.ask("POST", "/_local/transactions/expire", ""); text != `{"expired":0}` {
		t.Error(text)
	}
	_, err := s.execute(tx, "SELECT 1")
	refused(t, err, "TransactionNotFoundException", "Transaction "+tx+" is not found")
	if status, text := s.ask("POST", "/_local/pause", "{}"); status != 200 || !strings.Contains(text, `"state":"paused"`) {
		t.Errorf("%d %s", status, text)
	}
	_, err = s.execute("", "SELECT 1")
	refused(t, err, "DatabaseResumingException", resumingText)
	if text := state(); !strings.Contains(text, `"state":"resuming"`) {
		t.Error(text)
	}
	now.pass(15 * time.Second)
	if text := state(); !strings.Contains(text, `"state":"available"`) {
		t.Error(text)
	}
	now.pass(10 * time.Minute)
	if text := state(); !strings.Contains(text, `"state":"paused"`) {
		t.Error(text)
	}
}

// TestAdminIsOff shows that the endpoint is not there unless it is wanted.
func TestAdminIsOff(t *testing.T) {
	t.Parallel()
	s := serve(t)
	resp, err := http.Post(s.web.URL+"/_local/faults", "application/json", strings.NewReader(`{"kind":"drop"}`))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode < 400 || len(s.server.Faults().List()) != 0 {
		t.Errorf("status %d, and %d rules", resp.StatusCode, len(s.server.Faults().List()))
	}
}

// TestAdminIsLocal tries who gets in.
func TestAdminIsLocal(t *testing.T) {
	t.Parallel()
	s := serve(t, withAdmin)
	for _, tt := range []struct {
		remote, host string
		header       [2]string
		status       int
	}{
		{"127.0.0.1:5", "localhost:8010", [2]string{}, 200},
		{"[::1]:5", "[::1]:8010", [2]string{}, 200},
		{"[::ffff:127.0.0.1]:5", "127.0.0.1", [2]string{}, 200},
		{"127.9.9.9:5", "LOCALHOST", [2]string{}, 200},
		{"127.0.0.1:5", "host.docker.internal:8010", [2]string{}, 200},
		{"127.0.0.1:5", "localhost", [2]string{"Sec-Fetch-Site", "none"}, 200},
		{"192.0.2.1:5", "localhost:8010", [2]string{}, 403},
		{"[2001:db8::1]:5", "localhost:8010", [2]string{}, 403},
		{"127.0.0.1:5", "evil.example:8010", [2]string{}, 403},
		{"127.0.0.1:5", "localhost.evil.example", [2]string{}, 403},
		{"127.0.0.1:5", "127.0.0.1.evil.example", [2]string{}, 403},
		{"127.0.0.1:5", "", [2]string{}, 403},
		{"127.0.0.1:5", "localhost", [2]string{"Origin", "https://evil.example"}, 403},
		{"127.0.0.1:5", "localhost", [2]string{"Origin", "null"}, 403},
		{"127.0.0.1:5", "localhost", [2]string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"127.0.0.1:5", "localhost", [2]string{"Sec-Fetch-Site", "same-site"}, 403},
		{"127.0.0.1:5", "localhost", [2]string{"X-Forwarded-For", "192.0.2.1"}, 403},
		{"127.0.0.1:5", "localhost", [2]string{"Forwarded", "for=192.0.2.1"}, 403},
		{"127.0.0.1:5", "localhost", [2]string{"Via", "1.1 proxy"}, 403},
	} {
		for _, method := range []string{"GET", "DELETE"} {
			s.server.Faults().Clear()
			s.fault(server.Fault{Kind: server.FaultDrop})
			r := httptest.NewRequest(method, "/_local/faults", nil)
			r.RemoteAddr, r.Host = tt.remote, tt.host
			if tt.header[0] != "" {
				r.Header.Set(tt.header[0], tt.header[1])
			}
			w := httptest.NewRecorder()
			s.server.ServeHTTP(w, r)
			if w.Code != tt.status {
				t.Errorf("%s %+v: %d %s", method, tt, w.Code, w.Body)
			}
			if tt.status == 403 && len(s.server.Faults().List()) != 1 {
				t.Errorf("%s %+v: was refused and took effect", method, tt)
			}
		}
	}
}
