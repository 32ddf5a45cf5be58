package auroradataapi_test

import (
	"database/sql"
	"errors"
	"fmt"
	"log"
	"net/http"
	"strings"

	"github.com/auroradataapi/auroradataapi"
)

func Example() {
	db, err := sql.Open("auroradataapi", "postgresql+auroradataapi://:@/mydb"+
		"?aurora_cluster_arn=arn:aws:rds:us-east-1:123456789012:cluster:orders"+
		"&secret_arn=arn:aws:secretsmanager:us-east-1:123456789012:secret:orders-AbCdEf")
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()

	var name string
	err = db.QueryRow("SELECT name FROM users WHERE id = $1", 42).Scan(&name)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		fmt.Println("nobody")
	case err != nil:
		log.Print(err)
	default:
		fmt.Println(name)
	}
}

func ExampleNewConnector() {
	connector, err := auroradataapi.NewConnector(&auroradataapi.Config{
		Engine:     "postgresql",
		Database:   "mydb",
		ClusterARN: "arn:aws:rds:us-east-1:123456789012:cluster:orders",
		SecretARN:  "arn:aws:secretsmanager:us-east-1:123456789012:secret:orders-AbCdEf",
	})
	if err != nil {
		log.Fatal(err)
	}
	db := sql.OpenDB(connector) // nothing was sent yet
	defer db.Close()
	fmt.Printf("%T\n", db.Driver())
	// Output: auroradataapi.Driver
}

// What a data source name cannot say, a Config can.
func ExampleConfig() {
	cfg, err := auroradataapi.ParseDSN("auroradataapi://:@/shop?engine=mysql&time_zone=UTC" +
		"&role_arn=arn:aws:iam::123456789012:role/reader&external_id=4711" +
		"&resource_arn=arn:aws:rds:us-east-1:123456789012:cluster:orders" +
		"&secret_arn=arn:aws:secretsmanager:us-east-1:123456789012:secret:orders-AbCdEf")
	if err != nil {
		log.Fatal(err)
	}
	cfg.HTTPClient = &http.Client{Transport: &http.Transport{Proxy: http.ProxyFromEnvironment}}
	connector, err := auroradataapi.NewConnector(cfg)
	if err != nil {
		log.Fatal(err)
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	fmt.Println(strings.ReplaceAll(cfg.String(), "&", "\n&"))
	// Output:
	// mysql+auroradataapi://:@/shop?aurora_cluster_arn=arn:aws:rds:us-east-1:123456789012:cluster:orders
	// &secret_arn=arn:aws:secretsmanager:us-east-1:123456789012:secret:orders-AbCdEf
	// &role_arn=arn:aws:iam::123456789012:role%2Freader
	// &external_id=REDACTED
	// &time_zone=UTC
}

func ExampleParseDSN() {
	cfg, err := auroradataapi.ParseDSN("postgresql+auroradataapi://AKIA:secret@/mydb?region_name=eu-west-1")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(cfg.Engine, cfg.Database, cfg.Region)
	fmt.Println(cfg)
	// Output:
	// postgresql mydb eu-west-1
	// postgresql+auroradataapi://AKIA:REDACTED@/mydb?region_name=eu-west-1
}

func ExampleParseDSN_typo() {
	_, err := auroradataapi.ParseDSN("postgresql+auroradataapi://:@/mydb?secret=arn:aws:secretsmanager:us-east-1:1:secret:s")
	fmt.Println(err)
	// Output:
	// auroradataapi: data source name: unknown parameter "secret"; did you mean secret_arn?
}

func ExampleError() {
	// db.Exec and all the others return an error like this one.
	var err error = &auroradataapi.Error{Code: "23505", Severity: "ERROR",
		Message: `duplicate key value violates unique constraint "users_email_key"`}

	var e *auroradataapi.Error
	if errors.As(err, &e) && e.Code == "23505" {
		fmt.Println("that address is taken:", err)
	}
	// Output:
	// that address is taken: ERROR: duplicate key value violates unique constraint "users_email_key" (SQLSTATE 23505)
}
