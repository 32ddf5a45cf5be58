package auroradataapi_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/server"
)

// measured are attributes that differ from run to run.
var measured = []string{"time", "duration", "pause", "waited", "sent", "received", "request_id", "database", "transaction"}

// logged returns a logger for everything and what it has written: lines of JSON
// in which what differs from run to run is null.
func logged(t *testing.T, level slog.Level) (*slog.Logger, func() []string) {
	var buf bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&buf, &slog.HandlerOptions{Level: level}))
	return logger, func() []string {
		t.Helper()
		var lines []string
		for _, line := range strings.Split(strings.TrimSpace(buf.String()), "\n") {
			if line == "" {
				continue
			}
			var v map[string]any
			if err := json.Unmarshal([]byte(line), &v); err != nil {
				t.Fatalf("%v: %s", err, line)
			}
			delete(v, "time")
			for _, name := range measured {
				if value, ok := v[name]; ok {
					if value == "" || value == 0.0 && name == "duration" {
						t.Errorf("%s is %v in %s", name, value, line)
					}
					v[name] = nil
				}
			}
			text, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, string(text))
		}
		buf.Reset()
		return lines
	}
}

func TestSlogTracer(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t)
	logger, lines := logged(t, slog.LevelDebug)
	db, _ := openTraced(t, srv, auroradataapi.NewSlogTracer(logger, nil))
	exec(t, db, "CREATE TABLE t (secret text PRIMARY KEY, n int)")
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	exec(t, tx, "INSERT INTO t VALUES ($1, 1)", "hunter2")
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := srv.Server.Faults().Add(server.Fault{Kind: server.FaultThrottle, SQL: "^SELECT", Times: 1}); err != nil {
		t.Fatal(err)
	}
	query[string](t, db, "SELECT secret FROM t WHERE secret = 'hunter2'")
	if _, err := db.Exec("UPDATE t SET n = $1::text::int", "hunter2"); err == nil || !strings.Contains(err.Error(), "hunter2") {
		t.Fatalf("the error %v does not quote what is to be kept out of the log", err)
	}
	got := lines()
	want := []string{
		`{"affected":0,"attempts":1,"database":null,"duration":null,"level":"DEBUG","msg":"Data API call","operation":"ExecuteStatement","received":null,"request_id":null,"rows":0,"sent":null,"verb":"CREATE"}`,
		`{"attempts":1,"database":null,"duration":null,"level":"DEBUG","msg":"Data API call","operation":"BeginTransaction","received":null,"request_id":null,"sent":null,"transaction":null}`,
		`{"affected":1,"attempts":1,"database":null,"duration":null,"level":"DEBUG","msg":"Data API call","operation":"ExecuteStatement","received":null,"request_id":null,"rows":0,"sent":null,"transaction":null,"verb":"INSERT"}`,
		`{"attempts":1,"database":null,"duration":null,"level":"DEBUG","msg":"Data API call","operation":"CommitTransaction","received":null,"request_id":null,"sent":null,"transaction":null}`,
		`{"attempt":1,"database":null,"duration":null,"level":"WARN","msg":"Data API call is tried again","operation":"ExecuteStatement","pause":null,"reason":"throttled","request_id":null,"verb":"SELECT"}`,
		`{"affected":0,"attempts":2,"database":null,"duration":null,"level":"DEBUG","msg":"Data API call","operation":"ExecuteStatement","received":null,"request_id":null,"rows":1,"sent":null,"verb":"SELECT","waited":null}`,
		`{"attempts":1,"database":null,"duration":null,"error":{"safe_to_retry":false,"sqlstate":"22P02","type":"DatabaseErrorException"},"level":"ERROR","msg":"Data API call failed","operation":"ExecuteStatement","received":null,"request_id":null,"sent":null,"verb":"UPDATE"}`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("log (-want +got):\n%s", d)
	}
}

func TestSlogOptions(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t)
	logger, lines := logged(t, slog.LevelInfo)
	db, _ := openTraced(t, srv, auroradataapi.NewSlogTracer(logger, &auroradataapi.SlogOptions{
		SlowLevel: slog.LevelInfo, Slow: 200 * time.Millisecond, ErrorLevel: slog.LevelWarn, RetryLevel: slog.LevelDebug,
		Statement: true, ErrorText: true,
	}))
	if err := srv.Server.Faults().Add(server.Fault{Kind: server.FaultResuming, Times: 1}); err != nil {
		t.Fatal(err)
	}
	exec(t, db, "SELECT pg_sleep($1)", 0.3) // with a retry that is not logged
	exec(t, db, "SELECT 1")                 // not slow
	if _, err := db.Exec("SELECT $1::int", "x"); err == nil {
		t.Fatal("x is an integer")
	}
	want := []string{
		`{"affected":0,"attempts":2,"database":null,"duration":null,"level":"INFO","msg":"Data API call was slow","operation":"ExecuteStatement","received":null,"request_id":null,"rows":1,"sent":null,"statement":"SELECT pg_sleep($1)","verb":"SELECT","waited":null}`,
		`{"attempts":1,"database":null,"duration":null,"error":{"safe_to_retry":false,"sqlstate":"22P02","text":"ERROR: invalid input syntax for type integer: \"x\" (SQLSTATE 22P02)","type":"DatabaseErrorException"},"level":"WARN","msg":"Data API call failed","operation":"ExecuteStatement","received":null,"request_id":null,"sent":null,"statement":"SELECT $1::int","verb":"SELECT"}`,
	}
	if d := cmp.Diff(want, lines()); d != "" {
		t.Errorf("log (-want +got):\n%s", d)
	}
}

// TestSlogLostAnswer has a text that is the driver's own.
func TestSlogLostAnswer(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t)
	logger, lines := logged(t, slog.LevelError)
	db, _ := openTraced(t, srv, auroradataapi.NewSlogTracer(logger, nil))
	if err := srv.Server.Faults().Add(server.Fault{Kind: server.FaultDrop}); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("CREATE TABLE t (password text DEFAULT 'hunter2')"); err == nil {
		t.Fatal("an answer came")
	}
	got := lines()
	if len(got) != 1 || !strings.Contains(got[0], "may or may not have been executed") || strings.Contains(got[0], "hunter2") {
		t.Errorf("log %q", got)
	}
}

// TestSlogTransaction follows the calls of one transaction.
func TestSlogTransaction(t *testing.T) {
	t.Parallel()
	var buf bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&buf, &slog.HandlerOptions{Level: slog.LevelDebug}))
	db, _ := openTraced(t, dataapitest.New(t), auroradataapi.NewSlogTracer(logger, nil))
	for range 2 {
		tx, err := db.Begin()
		if err != nil {
			t.Fatal(err)
		}
		exec(t, tx, "SELECT 1")
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
	}
	seen := make(map[string]int)
	for dec := json.NewDecoder(&buf); dec.More(); {
		var line struct{ Transaction string }
		if err := dec.Decode(&line); err != nil {
			t.Fatal(err)
		}
		seen[line.Transaction]++
	}
	if len(seen) != 2 {
		t.Errorf("got %v, want two transactions", seen)
	}
	for id, n := range seen {
		if n != 3 || len(id) != 8 {
			t.Errorf("got %v, want three lines of each transaction under a short name", seen)
		}
	}
}
