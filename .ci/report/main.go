// Command report reads the output of go test -json, prints what did not pass,
// and fails if a test failed or was skipped without one of the good reasons
// that it knows. That a database is missing is none of them.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

// excuses are the good reasons for a skip, by what the test then says.
var excuses = []string{
	"AURORADATAAPI_TEST_RESOURCE_ARN", // needs an AWS account
	"AURORADATAAPI_TEST_FETCH",        // downloads a database
	"only root runs the server as",    // needs root
	"all tests run as an ordinary",    // checks as root what else every test checks
	"nothing differs without a",       // a page is of MariaDB, and the tests ran on MySQL
}

func excused(said string) bool {
	return slices.ContainsFunc(excuses, func(e string) bool { return strings.Contains(said, e) })
}

func main() {
	if err := report(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
}

// event is a line of go test -json (go doc test2json).
type event struct {
	Action     string
	Package    string
	ImportPath string // of build output
	Test       string
	Output     string
	Elapsed    float64
}

// report prints a line for each package, the output of what failed and the
// reason of each skip.
func report(in io.Reader, out io.Writer) error {
	var passed, pardoned, failed, skipped int
	output := make(map[string]*strings.Builder)
	dec := json.NewDecoder(in)
	for {
		var e event
		if err := dec.Decode(&e); err == io.EOF {
			break
		} else if err != nil {
			return fmt.Errorf("this is not the output of go test -json: %w", err)
		}
		key := e.Package + e.ImportPath + "\x00" + e.Test
		if output[key] == nil {
			output[key] = new(strings.Builder)
		}
		said := output[key]
		switch e.Action {
		case "output", "build-output":
			said.WriteString(e.Output)
			continue
		case "fail", "build-fail":
			failed++
			fmt.Fprintf(out, "FAIL %s %s\n%s", e.Package+e.ImportPath, e.Test, said)
		case "skip":
			switch {
			case e.Test == "": // a package without tests
			case excused(said.String()):
				pardoned++
			default:
				skipped++
				fmt.Fprintf(out, "SKIP %s %s\n%s", e.Package, e.Test, said)
			}
		case "pass":
			if e.Test == "" {
				fmt.Fprintf(out, "ok   %s %v\n", e.Package, time.Duration(e.Elapsed*float64(time.Second)))
			} else {
				passed++
			}
		default:
			continue
		}
		delete(output, key)
	}
	fmt.Fprintf(out, "%d passed, %d skipped for a good reason\n", passed, pardoned)
	switch {
	case failed > 0:
		return fmt.Errorf("%d failed", failed)
	case skipped > 0:
		return fmt.Errorf("%d tests were skipped that have to run here: see SKIP above for what they miss", skipped)
	case passed == 0:
		return fmt.Errorf("no test has run")
	}
	return nil
}
