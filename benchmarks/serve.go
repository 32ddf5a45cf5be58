package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
)

// serveVariable in the environment makes this program the server of another
// process of it, and says what it serves.
const serveVariable = "BENCHMARKS_SERVE"

// What is served.
const (
	serveRow    = "row"   // the same row for each call
	serveResult = "pages" // results in pages
)

func serveIfAsked() {
	what := os.Getenv(serveVariable)
	if what == "" {
		return
	}
	if err := serve(what, os.Stdin, os.Stdout); err != nil {
		fail(err)
	}
	os.Exit(0)
}

// server is another process of this program, so that what it spends is not
// measured.
type server struct {
	url  string
	cmd  *exec.Cmd
	stay io.Closer
}

func startServer(what string) (*server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), serveVariable+"="+what)
	cmd.Stderr = os.Stderr
	stay, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &server{cmd: cmd, stay: stay}
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		s.stop()
		return nil, fmt.Errorf("the server does not start: %w", err)
	}
	s.url = "http://" + strings.TrimSpace(address)
	return s, nil
}

func (s *server) stop() {
	s.stay.Close()
	s.cmd.Wait() // its status says nothing that its calls did not
}

// serve prints its address, answers calls and ends with its input.
func serve(what string, in io.Reader, out io.Writer) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	switch what {
	case serveRow:
		go answerRow(l)
	case serveResult:
		go http.Serve(l, servePages()) // until the process ends
	default:
		return fmt.Errorf("there is no %q to serve", what)
	}
	fmt.Fprintln(out, l.Addr())
	_, err = io.Copy(io.Discard, in)
	return err // and with it the process
}

// answerRow answers each call with the same row, and does no more for it than it
// must.
func answerRow(l net.Listener) {
	body := smallAnswer()
	answer := fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go answerAll(conn, answer)
	}
}

func answerAll(conn net.Conn, answer []byte) {
	defer conn.Close()
	for r := bufio.NewReader(conn); ; {
		req, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		if _, err := io.Copy(io.Discard, req.Body); err != nil {
			return
		}
		if _, err := conn.Write(answer); err != nil {
			return
		}
	}
}
