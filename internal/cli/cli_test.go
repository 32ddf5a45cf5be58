package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/internal/localdb"
	"github.com/auroradataapi/auroradataapi/internal/wire"
	"github.com/auroradataapi/auroradataapi/server"
)

func TestExitCode(t *testing.T) {
	api := func(code, typ string) error { return &auroradataapi.Error{Code: code, Type: typ} }
	tests := []struct {
		name string
		err  error
		want code
	}{
		{"flag", errors.New("unknown flag"), exitUsage},
		{"usage", started(usagef("x")), exitUsage},
		{"statement", started(api("42P01", "DatabaseErrorException")), exitFailed},
		{"statement in a script", started(&statementError{err: api("42P01", "DatabaseErrorException")}), exitFailed},
		{"too large", started(api("", "UnsupportedResultException")), exitFailed},
		{"timeout", started(api("", "StatementTimeoutException")), exitFailed},
		{"no answer", started(api("", "")), exitUnreachable},
		{"access", started(api("", "AccessDeniedException")), exitUnreachable},
		{"password", started(api("28P01", "DatabaseErrorException")), exitUnreachable},
		{"no database", started(api("3D000", "DatabaseErrorException")), exitUnreachable},
		{"configuration", started(&exitError{exitUnreachable, errors.New("x")}), exitUnreachable},
		{"no PostgreSQL", started(&exitError{exitNoDatabase, localdb.ErrNotFound}), exitNoDatabase},
		{"interrupted", started(&statementError{err: interrupted{}}), exitInterrupted},
		{"interrupted at the start", started(&exitError{exitNoDatabase, context.Canceled}), exitInterrupted},
		{"closed", started(outputError(syscall.EPIPE)), exitClosed},
		{"disk full", started(outputError(syscall.ENOSPC)), exitFailed},
		{"other pipe", started(syscall.EPIPE), exitFailed},
	}
	for _, tt := range tests {
		if got := exitCode(tt.err); got != tt.want {
			t.Errorf("%s: exit code %d, want %d", tt.name, got, tt.want)
		}
	}
	help := exitHelp()
	for _, c := range []code{exitOK, exitFailed, exitUsage, exitUnreachable, exitNoDatabase, exitInterrupted, exitClosed} {
		if !strings.Contains(help, fmt.Sprintf("\n  %3d  ", c)) {
			t.Errorf("the help does not explain exit code %d", c)
		}
	}
}

func TestAdvice(t *testing.T) {
	tests := []struct {
		err  *auroradataapi.Error
		want string // in the advice; empty for none
	}{
		{&auroradataapi.Error{Code: "3D000", Type: "DatabaseErrorException"}, "AURORA_DATABASE"},
		{&auroradataapi.Error{Code: "42P01", Type: "DatabaseErrorException"}, ""},
		{&auroradataapi.Error{Message: "dial tcp: connect: connection refused"}, "auroradataapi serve"},
		{&auroradataapi.Error{Message: "failed to refresh cached credentials"}, "AWS_PROFILE"},
		{&auroradataapi.Error{Message: "something else"}, ""},
		{&auroradataapi.Error{Type: "ExpiredTokenException"}, "renew"},
		{&auroradataapi.Error{Type: "HttpEndpointNotEnabledException"}, "enable-http-endpoint"},
		{&auroradataapi.Error{Type: "UnsupportedResultException", Message: "… unsupported data type INTERVAL."}, "::text"},
	}
	for _, tt := range tests {
		got := advice(fmt.Errorf("wrapped: %w", tt.err))
		if (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
			t.Errorf("advice for %+v = %q, want %q in it", tt.err, got, tt.want)
		}
	}
}

func TestGuard(t *testing.T) {
	next := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	tests := []struct {
		name, host, header, value string
		want                      int
	}{
		{"SDK", "127.0.0.1:8010", "", "", http.StatusTeapot},
		{"IPv6", "[::1]:8010", "", "", http.StatusTeapot},
		{"name", "localhost:8010", "", "", http.StatusTeapot},
		{"no port", "localhost", "", "", http.StatusTeapot},
		{"container", "host.docker.internal:8010", "", "", http.StatusTeapot},
		{"rebinding", "evil.example:8010", "", "", http.StatusForbidden},
		{"rebinding without port", "evil.example", "", "", http.StatusForbidden},
		{"looks local", "127.0.0.1.evil.example:8010", "", "", http.StatusForbidden},
		{"page", "127.0.0.1:8010", "Sec-Fetch-Site", "cross-site", http.StatusForbidden},
		{"old browser", "127.0.0.1:8010", "Origin", "https://evil.example", http.StatusForbidden},
	}
	for _, tt := range tests {
		r := httptest.NewRequest(http.MethodPost, "/Execute", strings.NewReader("{}"))
		r.Host = tt.host
		if tt.header != "" {
			r.Header.Set(tt.header, tt.value)
		}
		w := httptest.NewRecorder()
		guard(next, false).ServeHTTP(w, r)
		if w.Code != tt.want {
			t.Errorf("%s: status %d, want %d", tt.name, w.Code, tt.want)
		}
		if w.Code == http.StatusForbidden {
			kind, _, _ := strings.Cut(w.Header().Get("X-Amzn-Errortype"), ":")
			if kind != "AccessDeniedException" || wire.ErrorMessage(w.Body.Bytes()) == "" {
				t.Errorf("%s: refused as %q with %q, which no SDK can read", tt.name, kind, w.Body)
			}
		}
	}
}

// A page has no keys to sign with: where those are asked for, a server may go by
// any name.
func TestGuardWithKeys(t *testing.T) {
	next := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	for origin, want := range map[string]int{"": http.StatusTeapot, "https://evil.example": http.StatusForbidden} {
		r := httptest.NewRequest(http.MethodPost, "/Execute", strings.NewReader("{}"))
		r.Host = "db.example:8010"
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		w := httptest.NewRecorder()
		guard(next, true).ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("from %q: status %d, want %d", origin, w.Code, want)
		}
	}
}

func TestListenRefuses(t *testing.T) {
	for _, address := range []string{"", "8010", ":8010", "0.0.0.0:0", "[::]:0", "192.0.2.1:0", "example.com:0", "127.0.0.1.example.com:0"} {
		l, err := listen(t.Context(), address, server.Config{})
		if err == nil {
			l.Close()
			t.Errorf("listens on %q", address)
		} else if exitCode(started(err)) != exitUsage {
			t.Errorf("%q: %v is not an error of usage", address, err)
		}
	}
}

func TestEnvFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "local.env")
	if err := clearOwnFile(path, "--env-file"); err != nil {
		t.Fatalf("no file: %v", err)
	}
	if err := writeEnvFile(path, []variable{{name: "A", value: "http://127.0.0.1:1"}, {name: "B", value: "arn:aws:x"}}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(ownMark+"A=http://127.0.0.1:1\nB=arn:aws:x\n", string(text)); diff != "" {
		t.Errorf("file (-want +got):\n%s", diff)
	}
	if err := clearOwnFile(path, "--env-file"); err != nil {
		t.Fatalf("own file: %v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an earlier file is still there: %v", err)
	}
	for _, value := range []string{"two words", "$HOME", "a'b", "a\nB=c", "#"} {
		err := writeEnvFile(path, []variable{{name: "A", value: value, secret: true}})
		if err == nil || strings.Contains(err.Error(), value) && len(value) > 1 {
			t.Errorf("the value %q, which a shell and docker read differently: %v", value, err)
		}
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 0 {
		t.Errorf("files left behind: %v, %v", left, err)
	}
}

func TestCheckOwnFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	own, other, short := write("own", ownMark+"A=1\n"), write("other", "A=1\n"), write("short", "#")
	tests := []struct{ path, want string }{ // in the error; empty for none
		{filepath.Join(dir, "new"), ""},
		{own, ""},
		{other, "was not written by serve"},
		{short, "was not written by serve"},
		{dir, "is no file"},
		{os.DevNull, "is no file"},
		{filepath.Join(dir, "nowhere", "x.env"), "no such file or directory; its folder has to exist"},
		{filepath.Join(own, "x.env"), "not a directory"},
	}
	for _, tt := range tests {
		err := checkOwnFile(tt.path, "--env-file")
		switch {
		case tt.want == "":
			if err != nil {
				t.Errorf("%s: %v", tt.path, err)
			}
		case err == nil || !strings.Contains(err.Error(), "--env-file "+tt.path+": ") || !strings.Contains(err.Error(), tt.want):
			t.Errorf("%s: error %v, want the path and %q in it", tt.path, err, tt.want)
		case exitCode(started(err)) != exitUsage || strings.Contains(err.Error(), ".serve-"):
			t.Errorf("%s: %v is not an error of usage about the file", tt.path, err)
		}
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 3 {
		t.Errorf("there are %v, %v, want what was there", left, err)
	}
}

func TestShellQuote(t *testing.T) {
	for in, want := range map[string]string{"": "''", "a-b": "a-b", "a b": "'a b'", "a'b": `'a'\''b'`, "$x": "'$x'"} {
		if got := shellQuote(in); got != want {
			t.Errorf("shellQuote(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestPostgresURL(t *testing.T) {
	getenv := func(name string) string { return map[string]string{"PGPASSWORD": "from-env"}[name] }
	for _, url := range []string{"", "localhost", "mysql://a:topsecret@h/d", "postgres://h/d", "postgres://a:top%secret@h/d"} {
		_, err := parsePostgresURL(url, getenv)
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: error %v, want one without the password", url, err)
		}
	}
	tests := []struct{ url, user, password, name string }{
		{"postgres://a:b%40c@h:1/d?sslmode=disable", "a", "b@c", "d"},
		{"postgresql://a@/?host=/run", "a", "from-env", "a"},
	}
	for _, tt := range tests {
		d, err := parsePostgresURL(tt.url, getenv)
		if err != nil {
			t.Errorf("%s: %v", tt.url, err)
		} else if d.user != tt.user || d.password != tt.password || d.name != tt.name || d.url != tt.url {
			t.Errorf("%s: user %q, password %q, database %q", tt.url, d.user, d.password, d.name)
		}
	}
}

// TestNoDatabase says in one line why a running database is of no use.
func TestNoDatabase(t *testing.T) {
	d := &database{description: "PostgreSQL at h:1, database d, user u"}
	tests := []struct {
		err  error
		want string
	}{
		{&auroradataapi.Error{Type: "DatabaseUnavailableException", Message: "the database cannot be reached: failed to connect to `user=u database=d`:\n" +
			"\t127.0.0.1:1 (h): dial error: dial tcp 127.0.0.1:1: connect: connection refused\n\t[::1]:1 (h): dial error: dial tcp [::1]:1: connect: connection refused"},
			"does not answer: dial tcp [::1]:1: connect: connection refused"},
		{&auroradataapi.Error{Type: "DatabaseUnavailableException", Message: "failed to connect to `user=u database=d`: /run (/run): dial error: dial unix /run: no such file"},
			"does not answer: dial unix /run: no such file"},
		{&auroradataapi.Error{Type: "DatabaseErrorException", Code: "28P01", Message: `password authentication failed for user "u"`},
			`refuses: password authentication failed for user "u" (SQLSTATE 28P01)`},
		{errors.New("other"), "does not answer: wrapped: other"},
	}
	for _, tt := range tests {
		got := d.noDatabase(fmt.Errorf("wrapped: %w", tt.err))
		want := d.description + " " + tt.want
		if got.Error() != want || !errors.Is(got, tt.err) || exitCode(started(got)) != exitNoDatabase {
			t.Errorf("got %v, want %s", got, want)
		}
	}
}

// TestRunningPostgres runs on a server that was started by somebody else.
func TestRunningPostgres(t *testing.T) {
	pg, err := localdb.StartPostgres(t.Context(), localdb.PostgresOptions{Offline: true})
	if errors.Is(err, localdb.ErrNotFound) && os.Getenv("CI") == "" {
		t.Skipf("install PostgreSQL to run this test: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := pg.Stop(); err != nil {
			t.Error(err)
		}
	}()
	run := func(sql string) (code int, stdout, stderr string) {
		var out, errs bytes.Buffer
		code = Run(t.Context(), &IO{In: strings.NewReader(sql), Out: &out, Err: &errs, Getenv: os.Getenv},
			[]string{"exec", "--local", "--postgres-url", pg.URL("postgres", "postgres"), "--no-header", "--file", "-"})
		return code, out.String(), errs.String()
	}
	if code, _, stderr := run("create table t (a int); insert into t values (5)"); code != 0 {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	if code, stdout, stderr := run("select a from t"); code != 0 || stdout != "5\n" {
		t.Errorf("exit code %d, %q, %s", code, stdout, stderr)
	}
}

// TestInterruptedStart ends the context before the database is there.
func TestInterruptedStart(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs bytes.Buffer
	code := Run(ctx, &IO{In: strings.NewReader(""), Out: &out, Err: &errs, Getenv: os.Getenv}, []string{"exec", "--local", "select 1"})
	if code != int(exitInterrupted) || out.Len() > 0 || !strings.Contains(errs.String(), "interrupted") {
		t.Errorf("exit code %d, stdout %q, stderr %q", code, &out, &errs)
	}
}
