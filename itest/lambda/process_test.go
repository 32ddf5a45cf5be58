//go:build unix

package lambda

import (
	"encoding/json"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/auroradataapi/auroradataapi/dataapitest"
)

// process is the function in its process.
type process struct {
	t   *testing.T
	cmd *exec.Cmd
	in  *json.Encoder
	out *json.Decoder
}

// start starts a function that calls the endpoint.
func start(t *testing.T, srv *dataapitest.Server, at *endpoint) *process {
	t.Helper()
	cfg := srv.Config()
	cfg.Endpoint = at.URL
	p := &process{t: t, cmd: exec.Command(os.Args[0])}
	p.cmd.Env = append(os.Environ(), asFunction+"="+cfg.FormatDSN())
	if at.bundle != "" {
		p.cmd.Env = append(p.cmd.Env, "AWS_CA_BUNDLE="+at.bundle)
	}
	p.cmd.Stderr = os.Stderr
	in, err := p.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.in, p.out = json.NewEncoder(in), json.NewDecoder(out)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.end(in) })
	return p
}

// end ends the process, which may be frozen.
func (p *process) end(in io.Closer) {
	_ = in.Close()
	p.signal(syscall.SIGCONT)
	if err := p.cmd.Wait(); err != nil {
		p.t.Errorf("the function ended with %v", err)
	}
}

func (p *process) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// freeze stops the process and returns when it does not run any more.
func (p *process) freeze() {
	p.t.Helper()
	p.signal(syscall.SIGSTOP)
	var status syscall.WaitStatus
	_, err := syscall.Wait4(p.cmd.Process.Pid, &status, syscall.WUNTRACED, nil)
	for err == syscall.EINTR {
		_, err = syscall.Wait4(p.cmd.Process.Pid, &status, syscall.WUNTRACED, nil)
	}
	if err != nil || !status.Stopped() {
		p.t.Fatalf("the function is not frozen: status %v, %v", status, err)
	}
}

// thaw lets the process go on.
func (p *process) thaw() { p.signal(syscall.SIGCONT) }

// send sends an invocation, which a frozen process finds when it thaws.
func (p *process) send(i invocation) {
	p.t.Helper()
	if err := p.in.Encode(i); err != nil {
		p.t.Fatal(err)
	}
}

// receive returns the outcome of an invocation.
func (p *process) receive() outcome {
	p.t.Helper()
	var o outcome
	if err := p.out.Decode(&o); err != nil {
		p.t.Fatalf("the function does not answer: %v", err)
	}
	return o
}

// invoke does both, and wants no error.
func (p *process) invoke(i invocation) string {
	p.t.Helper()
	p.send(i)
	o := p.receive()
	if o.Err != "" {
		p.t.Fatalf("%+v: %s", i, o.Err)
	}
	return o.Value
}

// endpoint is an address of the Data API that closes idle connections.
type endpoint struct {
	*httptest.Server
	bundle string // the file with its certificate, if it has one

	mu    sync.Mutex
	conns map[net.Conn]http.ConnState
	made  int
}

// listen opens an address that has its connections closed after a time without
// a request.
func listen(t *testing.T, srv *dataapitest.Server, idle time.Duration, secure bool) *endpoint {
	t.Helper()
	e := &endpoint{Server: httptest.NewUnstartedServer(srv.Server), conns: make(map[net.Conn]http.ConnState)}
	e.Config.IdleTimeout = idle
	e.Config.ConnState = func(c net.Conn, state http.ConnState) {
		e.mu.Lock()
		defer e.mu.Unlock()
		switch state {
		case http.StateNew:
			e.made++
		case http.StateClosed, http.StateHijacked:
			delete(e.conns, c)
			return
		}
		e.conns[c] = state
	}
	if !secure {
		e.Start()
	} else {
		e.StartTLS()
		e.bundle = filepath.Join(t.TempDir(), "ca.pem")
		block := &pem.Block{Type: "CERTIFICATE", Bytes: e.Certificate().Raw}
		if err := os.WriteFile(e.bundle, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(e.Close)
	return e
}

// connections returns how many connections are open, and were made in all.
func (e *endpoint) connections() (open, made int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.conns), e.made
}

// waitClosed waits until the endpoint has closed its connections.
func (e *endpoint) waitClosed(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		open, made := e.connections()
		switch {
		case open == 0 && made > 0:
			return
		case time.Now().After(deadline):
			t.Fatalf("%d of %d connections are still open", open, made)
		}
	}
}
