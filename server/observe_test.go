package server_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/auroradataapi/auroradataapi/server"
)

// lockedBuffer is a buffer that several goroutines may write to.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func TestMetricsAndLog(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	s := serve(t, func(cfg *server.Config) {
		cfg.Logger = slog.New(slog.NewTextHandler(&log, nil))
	})
	s.must("", "select 'hush' as secret_column, :v", p("v", "hush"))
	if _, err := s.execute("", "select nope"); err == nil {
		t.Fatal("a column that does not exist has a value")
	}
	tx := s.begin()
	if resp, err := http.Post(s.web.URL+"/Execute", "application/json", strings.NewReader("{")); err != nil {
		t.Fatal(err)
	} else {
		resp.Body.Close()
	}
	var text string
	eventually(func() bool { // the other statements' connections are being reset
		_, text = get(t, s.web.URL+"/metrics")
		return strings.Contains(text, `state="used"} 1`)
	})
	for _, want := range []string{
		"# TYPE auroradataapi_calls_total counter\n",
		`auroradataapi_calls_total{operation="BeginTransaction",error=""} 1` + "\n",
		`auroradataapi_calls_total{operation="ExecuteStatement",error=""} 1` + "\n",
		`auroradataapi_calls_total{operation="ExecuteStatement",error="DatabaseErrorException"} 1` + "\n",
		`auroradataapi_calls_total{operation="ExecuteStatement",error="MissingAuthenticationTokenException"} 1` + "\n",
		`auroradataapi_call_duration_seconds_bucket{operation="ExecuteStatement",le="+Inf"} 3` + "\n",
		`auroradataapi_call_duration_seconds_count{operation="ExecuteStatement"} 3` + "\n",
		"auroradataapi_calls_running 0\n",
		"auroradataapi_transactions_open 1\n",
		`auroradataapi_connections{cluster="` + clusterARN + `",state="used"} 1` + "\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the metrics lack %q", want)
		}
	}
	if strings.Contains(text, "received_bytes_total 0\n") || strings.Contains(text, "sent_bytes_total 0\n") {
		t.Errorf("no bytes were counted:\n%s", text)
	}
	if t.Failed() {
		t.Log(text)
	}
	if _, err := s.rollback(tx); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"msg=call operation=ExecuteStatement status=200 error=\"\"",
		"msg=call operation=ExecuteStatement status=400 error=DatabaseErrorException",
		"msg=call operation=BeginTransaction status=200",
		"request_id=",
	} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %q:\n%s", want, log.String())
		}
	}
	if strings.Contains(log.String(), "hush") || strings.Contains(log.String(), "secret_column") {
		t.Errorf("the log has a statement or a value:\n%s", log.String())
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	s := serve(t)
	if code, text := get(t, s.web.URL+"/healthz"); code != http.StatusOK || text != "ok\n" {
		t.Errorf("%d %q", code, text)
	}
	if err := s.server.Close(); err != nil {
		t.Fatal(err)
	}
	if code, text := get(t, s.web.URL+"/healthz"); code != http.StatusServiceUnavailable || text != "closed\n" {
		t.Errorf("after Close: %d %q", code, text)
	}
}
