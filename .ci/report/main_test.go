package main

import (
	"strings"
	"testing"
)

func TestReport(t *testing.T) {
	const pass = `{"Action":"pass","Package":"p","Test":"TestA"}` + "\n"
	tests := []struct {
		name, in, wantErr, wantOut string
	}{
		{"passed", pass + `{"Action":"pass","Package":"p","Elapsed":0.5}`, "", "ok   p 500ms\n1 passed"},
		{"nothing", "", "no test has run", "0 passed"},
		{"no test files", `{"Action":"skip","Package":"p"}`, "no test has run", ""},
		{
			"failed",
			pass + `{"Action":"output","Package":"p","Test":"TestB","Output":"b_test.go:1: got 1\n"}
			{"Action":"fail","Package":"p","Test":"TestB"}`,
			"1 failed", "FAIL p TestB\nb_test.go:1: got 1\n",
		},
		{
			"does not build",
			pass + `{"Action":"build-output","ImportPath":"p","Output":"undefined: x\n"}
			{"Action":"build-fail","ImportPath":"p"}`,
			"1 failed", "undefined: x",
		},
		{
			"skipped for want of a database",
			pass + `{"Action":"output","Package":"p","Test":"TestB","Output":"b_test.go:1: needs PostgreSQL\n"}
			{"Action":"skip","Package":"p","Test":"TestB"}`,
			"1 tests were skipped", "needs PostgreSQL",
		},
		{
			"skipped for want of an account",
			pass + `{"Action":"output","Package":"p","Test":"TestB","Output":"b_test.go:1: set AURORADATAAPI_TEST_RESOURCE_ARN\n"}
			{"Action":"skip","Package":"p","Test":"TestB"}`,
			"", "1 skipped for a good reason",
		},
		{
			"a reason of another test is no reason",
			pass + `{"Action":"output","Package":"p","Test":"TestB","Output":"AURORADATAAPI_TEST_RESOURCE_ARN\n"}
			{"Action":"skip","Package":"p","Test":"TestC"}`,
			"1 tests were skipped", "SKIP p TestC",
		},
		{"not JSON", "ok p 1s", "not the output of go test -json", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out strings.Builder
			err := report(strings.NewReader(tt.in), &out)
			switch {
			case tt.wantErr == "" && err != nil:
				t.Errorf("got error %v", err)
			case tt.wantErr != "" && (err == nil || !strings.Contains(err.Error(), tt.wantErr)):
				t.Errorf("got error %v, want one with %q", err, tt.wantErr)
			}
			if !strings.Contains(out.String(), tt.wantOut) {
				t.Errorf("got output %q, want one with %q", out.String(), tt.wantOut)
			}
		})
	}
}
