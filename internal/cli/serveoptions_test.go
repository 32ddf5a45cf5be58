package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestServePrecedence holds what goes before what: flags, then variables, then
// the file.
func TestServePrecedence(t *testing.T) {
	file := filepath.Join(t.TempDir(), "c.json")
	err := os.WriteFile(file, []byte(`{
		"listen": "127.0.0.1:1", "region": "eu-west-1",
		"credentials": [{"accessKeyId": "FILE", "secretAccessKey": "s"}],
		"tls": {"selfSigned": true, "certOut": "ca.pem"},
		"clusters": [{"name": "a", "private": true}, {"name": "b", "private": true}]}`), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]string{envKeyID: "ENV", envKey: "s"}
	for _, tt := range []struct {
		name              string
		args              []string
		env               map[string]string
		listen, key, cert string
		clusters          int
		err               string
	}{
		{name: "nothing", listen: defaultListen, clusters: 1},
		{name: "variables", env: keys, listen: defaultListen, key: "ENV", clusters: 1},
		{name: "file", args: []string{"--config", file}, listen: "127.0.0.1:1", key: "FILE", cert: filepath.Join(filepath.Dir(file), "ca.pem"), clusters: 2},
		{name: "file and variables", args: []string{"--config", file}, env: keys, listen: "127.0.0.1:1", key: "ENV", cert: filepath.Join(filepath.Dir(file), "ca.pem"), clusters: 2},
		{name: "file and flags", args: []string{"--config", file, "--listen", "127.0.0.1:2", "--tls-self-signed"}, listen: "127.0.0.1:2", key: "FILE", clusters: 2},
		{name: "half a key", env: map[string]string{envKey: "s"}, err: "go together"},
		{name: "file and URL", args: []string{"--config", file, "--postgres-url", "postgres://a@h"}, err: "--postgres-url is about one cluster"},
		{name: "file and data", args: []string{"--config", file, "--data", "d"}, err: "--data is about one cluster"},
		{name: "no file", args: []string{"--config", file + "x"}, err: "no such file"},
		{name: "half of TLS", args: []string{"--tls-cert", "c"}, err: "go together"},
	} {
		o := &serveOptions{io: &IO{Err: new(bytes.Buffer), Getenv: func(name string) string { return tt.env[name] }}}
		cmd := o.command()
		if err := cmd.ParseFlags(tt.args); err != nil {
			t.Fatal(err)
		}
		opt, err := o.local()
		if tt.err != "" {
			if err == nil || !strings.Contains(err.Error(), tt.err) || exitCode(started(err)) != exitUsage {
				t.Errorf("%s: %v", tt.name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		key := ""
		if len(opt.credentials) == 1 {
			key = opt.credentials[0].AccessKeyID
		}
		if opt.listen != tt.listen || key != tt.key || opt.tls.certOut != tt.cert || len(opt.clusters) != tt.clusters {
			t.Errorf("%s: %+v", tt.name, opt)
		}
	}
}

// TestOpenAddressWarns tells of a connection that others can read.
func TestOpenAddressWarns(t *testing.T) {
	for args, want := range map[string]bool{
		"--listen 0.0.0.0:8010": true, "--listen :8010": true,
		"--listen 127.0.0.1:8010": false, "--listen 0.0.0.0:8010 --tls-self-signed": false,
	} {
		var messages bytes.Buffer
		o := &serveOptions{io: &IO{Err: &messages, Getenv: func(string) string { return "x" }}}
		if err := o.command().ParseFlags(strings.Fields(args)); err != nil {
			t.Fatal(err)
		}
		if _, err := o.local(); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(messages.String(), "can be read on their way"); got != want {
			t.Errorf("%s: %q", args, messages.String())
		}
	}
}
