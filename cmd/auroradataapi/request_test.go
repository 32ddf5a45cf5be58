package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// request sends an HTTP request to the local Data API and prints the answer,
// the status before it: request POST /path [body]. With ! the status has to be
// that of an error.
func request(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 && len(args) != 3 {
		ts.Fatalf("usage: request method path [body]")
	}
	body := strings.NewReader(strings.Join(args[2:], ""))
	req, err := http.NewRequest(args[0], ts.Getenv("AWS_ENDPOINT_URL_RDS_DATA")+args[1], body)
	ts.Check(err)
	client := &http.Client{Timeout: patience}
	resp, err := client.Do(req)
	ts.Check(err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	ts.Check(err)
	fmt.Fprintf(ts.Stdout(), "%d %s", resp.StatusCode, text)
	if failed := resp.StatusCode >= http.StatusBadRequest; failed != neg {
		ts.Fatalf("%s %s: %d %s", args[0], args[1], resp.StatusCode, text)
	}
}
