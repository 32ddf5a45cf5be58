//go:build unix

package main

import (
	"bytes"
	"database/sql"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/auroradataapi/auroradataapi/dataapitest"
)

// TestMain is the function, where Lambda says so: the tests start themselves once
// more.
func TestMain(m *testing.M) {
	if os.Getenv("AWS_LAMBDA_RUNTIME_API") != "" {
		main()
		return
	}
	dataapitest.Main(m)
}

//go:embed schema.sql
var schema string

// function is the function in its process, with what Lambda and AWS are to it.
type function struct {
	t     *testing.T
	srv   *dataapitest.Server
	db    *sql.DB // past the function
	cmd   *exec.Cmd
	log   *bytes.Buffer // read after the process has ended
	api   *httptest.Server
	n     int
	next  chan event
	ended chan result
	mu    sync.Mutex
	conns map[net.Conn]bool // to the Data API
}

// event is an invocation, as the Runtime API hands it out.
type event struct {
	id       string
	payload  []byte
	deadline time.Time
}

// result is what the function posted for an invocation.
type result struct {
	id   string
	ok   bool
	body []byte
}

// deploy starts the function.
func deploy(t *testing.T) *function {
	t.Helper()
	srv := dataapitest.New(t)
	f := &function{
		t: t, srv: srv, db: srv.Open(t), log: new(bytes.Buffer),
		next: make(chan event, 1), ended: make(chan result, 1), conns: make(map[net.Conn]bool),
	}
	for _, statement := range strings.Split(strings.TrimSuffix(strings.TrimSpace(schema), ";"), ";") {
		if _, err := f.db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.db.Exec("INSERT INTO stock VALUES ('tea', 10)"); err != nil {
		t.Fatal(err)
	}
	data := httptest.NewUnstartedServer(srv.Server)
	data.Config.ConnState = func(c net.Conn, state http.ConnState) {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.conns[c] = true; state == http.StateClosed {
			delete(f.conns, c)
		}
	}
	data.Start()
	t.Cleanup(data.Close)
	f.api = data
	runtime := httptest.NewServer(f.runtime())
	t.Cleanup(runtime.Close)

	f.cmd = exec.Command(os.Args[0])
	f.cmd.Stdout, f.cmd.Stderr = f.log, f.log
	f.cmd.Env = []string{
		"AWS_LAMBDA_RUNTIME_API=" + strings.TrimPrefix(runtime.URL, "http://"),
		"AWS_ACCESS_KEY_ID=" + dataapitest.AccessKeyID,
		"AWS_SECRET_ACCESS_KEY=" + dataapitest.SecretAccessKey,
		"AWS_ENDPOINT_URL_RDS_DATA=" + data.URL,
		"AURORA_CLUSTER_ARN=" + dataapitest.ClusterARN,
		"AURORA_SECRET_ARN=" + dataapitest.SecretARN,
		"AURORA_DATABASE=" + srv.Database,
	}
	if err := f.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.stop)
	return f
}

// stop ends the process, as Lambda does: without asking.
func (f *function) stop() {
	_ = f.cmd.Process.Kill()
	_ = f.cmd.Wait() // says that it was killed
	if f.t.Failed() {
		f.t.Logf("the function's log:\n%s", f.log)
	}
}

// runtime is Lambda's Runtime API.
func (f *function) runtime() http.Handler {
	const path = "/2018-06-01/runtime/invocation/"
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+path+"next", func(w http.ResponseWriter, r *http.Request) {
		select {
		case e := <-f.next:
			w.Header().Set("Lambda-Runtime-Aws-Request-Id", e.id)
			w.Header().Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(e.deadline.UnixMilli(), 10))
			w.Header().Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:123456789012:function:orders")
			_, _ = w.Write(e.payload)
		case <-r.Context().Done():
		}
	})
	for name, ok := range map[string]bool{"response": true, "error": false} {
		mux.HandleFunc("POST "+path+"{id}/"+name, func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				body = []byte(err.Error())
			}
			w.WriteHeader(http.StatusAccepted)
			f.ended <- result{r.PathValue("id"), ok && err == nil, body}
		})
	}
	return mux
}

// begin invokes the function, which may be frozen.
func (f *function) begin(o order, timeout time.Duration) {
	f.t.Helper()
	payload, err := json.Marshal(o)
	if err != nil {
		f.t.Fatal(err)
	}
	f.n++
	f.next <- event{fmt.Sprint("invocation-", f.n), payload, time.Now().Add(timeout)}
}

// answer returns what the function makes of the invocation that was begun: a
// receipt or the message of an error.
func (f *function) answer(timeout time.Duration) (receipt, string) {
	f.t.Helper()
	select {
	case r := <-f.ended:
		var got struct {
			receipt
			ErrorMessage string `json:"errorMessage"`
		}
		if err := json.Unmarshal(r.body, &got); err != nil {
			f.t.Fatalf("the function answers %q: %v", r.body, err)
		}
		if r.ok != (got.ErrorMessage == "") || r.id != fmt.Sprint("invocation-", f.n) {
			f.t.Errorf("%s ended with %s", r.id, r.body)
		}
		return got.receipt, got.ErrorMessage
	case <-time.After(timeout):
		f.t.Fatalf("the function did not answer in its %v", timeout)
		return receipt{}, ""
	}
}

// invoke does both.
func (f *function) invoke(o order) (receipt, string) {
	f.t.Helper()
	const timeout = 30 * time.Second
	f.begin(o, timeout)
	return f.answer(timeout)
}

// freeze stops the process, and closes its connections behind its back.
func (f *function) freeze() {
	f.t.Helper()
	if err := f.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		f.t.Fatal(err)
	}
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(f.cmd.Process.Pid, &status, syscall.WUNTRACED, nil); err != nil || !status.Stopped() {
		f.t.Fatalf("the function is not frozen: %v, %v", status, err)
	}
	f.api.CloseClientConnections()
	for {
		f.mu.Lock()
		open := len(f.conns)
		f.mu.Unlock()
		if open == 0 {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// thaw lets the process go on.
func (f *function) thaw() {
	f.t.Helper()
	if err := f.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		f.t.Fatal(err)
	}
}

// books returns how many orders there are, and how much of the item is left.
func (f *function) books() (orders, left int) {
	f.t.Helper()
	if err := f.db.QueryRow("SELECT (SELECT count(*) FROM orders), quantity FROM stock WHERE item = 'tea'").Scan(&orders, &left); err != nil {
		f.t.Fatal(err)
	}
	return orders, left
}
