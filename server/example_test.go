package server_test

import (
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/server"
)

// exampleConfig is a configuration whose database is never asked for.
func exampleConfig() server.Config {
	return server.Config{Clusters: []server.Cluster{{
		ARN:     "arn:aws:rds:us-east-1:123456789012:cluster:orders",
		Engine:  "postgresql",
		URL:     "postgres://localhost:5432",
		Secrets: []server.Secret{{ARN: "arn:aws:secretsmanager:us-east-1:123456789012:secret:orders", Username: "app"}},
	}}}
}

// exampleDB returns a handle that does not wait for clusters to resume.
func exampleDB(endpoint string) *sql.DB {
	connector, err := auroradataapi.NewConnector(&auroradataapi.Config{
		Engine:      "postgresql",
		ClusterARN:  "arn:aws:rds:us-east-1:123456789012:cluster:orders",
		SecretARN:   "arn:aws:secretsmanager:us-east-1:123456789012:secret:orders",
		AccessKeyID: "local", SecretAccessKey: "local",
		Endpoint:    endpoint,
		RetryBudget: -1,
	})
	if err != nil {
		log.Fatal(err)
	}
	return sql.OpenDB(connector)
}

func ExampleFaults() {
	srv, err := server.New(exampleConfig())
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	web := httptest.NewServer(srv)
	defer web.Close()

	// The first INSERT finds the disk full, and nothing else does.
	err = srv.Faults().Add(server.Fault{
		Name: "no-room", SQL: "(?i)^insert", Times: 1,
		Kind: server.FaultError, Code: "DatabaseErrorException", Message: "ERROR: could not extend file: No space left on device; SQLState: 53100",
	})
	if err != nil {
		log.Fatal(err)
	}
	db := exampleDB(web.URL)
	defer db.Close()
	_, err = db.Exec("INSERT INTO orders VALUES (1)")
	var e *auroradataapi.Error
	fmt.Println(errors.As(err, &e), e.Code, e.Message)
	for _, f := range srv.Faults().List() {
		fmt.Println(f.Fault.Name, f.Hit, f.Spent)
	}
	// Output:
	// true 53100 could not extend file: No space left on device
	// no-room 1 true
}

func ExampleServer_Pause() {
	now := time.Now()
	cfg := exampleConfig()
	cfg.Now = func() time.Time { return now }
	cfg.Clusters[0].ResumeTime = 20 * time.Second
	srv, err := server.New(cfg)
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	web := httptest.NewServer(srv)
	defer web.Close()

	if err := srv.Pause(cfg.Clusters[0].ARN); err != nil {
		log.Fatal(err)
	}
	db := exampleDB(web.URL)
	defer db.Close()
	_, err = db.Exec("SELECT 1")
	var e *auroradataapi.Error
	fmt.Println(errors.As(err, &e), e.Type, e.SafeToRetry())
	// Output:
	// true DatabaseResumingException true
}

func ExampleParseFaults() {
	faults, err := server.ParseFaults([]byte(`[
		{"name": "lost", "operation": "CommitTransaction", "times": 1, "kind": "drop", "executed": true},
		{"name": "slow", "probability": 0.1, "kind": "delay", "delay": "1.5s"}
	]`))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(faults[0].Name, faults[0].Kind, faults[1].Delay)

	_, err = server.ParseFaults([]byte(`{"kind": "drop", "time": 1}`))
	fmt.Println(err)
	// Output:
	// lost drop 1.5s
	// fault 1: member "time" is not known; there are name, operation, sql, cluster, database, inTransaction, after, times, for, probability, kind, executed, delay, code, message, status
}

// The endpoint for tests in other languages, here asked by net/http.
func ExampleConfig_admin() {
	cfg := exampleConfig()
	cfg.Admin = true
	srv, err := server.New(cfg)
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	web := httptest.NewServer(srv)
	defer web.Close()

	for _, rule := range []string{`{"kind":"throttle","times":3}`, `{"kind":"drip"}`} {
		resp, err := http.Post(web.URL+"/_local/faults", "application/json", strings.NewReader(rule))
		if err != nil {
			log.Fatal(err)
		}
		answer, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		fmt.Println(resp.StatusCode, strings.TrimSpace(string(answer)), err)
	}
	// Output:
	// 200 [{"fault":{"name":"fault-1","times":3,"kind":"throttle"},"matched":0,"hit":0,"spent":false}] <nil>
	// 400 {"error":"fault 1: kind \"drip\" is not known; use one of delay, resuming, throttle, error, status, drop, truncate, expire"} <nil>
}
