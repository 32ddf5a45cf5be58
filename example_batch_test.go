package auroradataapi_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata"

	"github.com/auroradataapi/auroradataapi"
)

func ExampleExecBatch() {
	var ctx context.Context
	var db *sql.DB // of sql.Open

	tx, err := db.BeginTx(ctx, nil) // all users or none
	if err != nil {
		log.Fatal(err)
	}
	defer tx.Rollback()
	_, err = auroradataapi.ExecBatch(ctx, tx, "INSERT INTO users (name, age) VALUES ($1, $2)", [][]any{
		{"Ann", 31},
		{"Ben", nil},
	})
	var failed *auroradataapi.BatchError
	switch {
	case errors.As(err, &failed):
		log.Fatalf("one of the users from the %dth on: %v", failed.First, err)
	case err != nil: // before anything was sent
		log.Fatal(err)
	}
	if err := tx.Commit(); err != nil {
		log.Fatal(err)
	}
}

func ExampleConn() {
	var ctx context.Context
	var db *sql.DB // of sql.Open

	conn, err := db.Conn(ctx)
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	err = conn.Raw(func(c any) error {
		out, err := c.(*auroradataapi.Conn).ExecuteStatement(ctx, &rdsdata.ExecuteStatementInput{
			Sql: aws.String("SELECT count(*) FROM users"),
		})
		if err == nil {
			fmt.Println(out.Records[0][0])
		}
		return err
	})
	if err != nil {
		log.Print(err)
	}
}

func ExampleOption() {
	var ctx context.Context
	var db *sql.DB // of sql.Open

	var users string
	err := db.QueryRowContext(ctx, "SELECT name, age FROM users WHERE age > $1", 30,
		auroradataapi.JSONResult(), auroradataapi.Timeout(10*time.Second)).Scan(&users)
	if err != nil {
		log.Print(err)
	}
	fmt.Println(users) // [{"name":"Ann","age":31}]
}

func ExampleScriptError() {
	var ctx context.Context
	var db *sql.DB // of sql.Open, with multi_statements=transaction

	_, err := db.ExecContext(ctx, `
		CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
		CREATE FUNCTION order_count() RETURNS bigint LANGUAGE plpgsql AS $$
		BEGIN
			RETURN (SELECT count(*) FROM orders);
		END $$;
	`, auroradataapi.ContinueAfterTimeout())
	var failed *auroradataapi.ScriptError
	if errors.As(err, &failed) {
		log.Printf("line %d: %v", failed.Line, failed.Err)
	}
}
