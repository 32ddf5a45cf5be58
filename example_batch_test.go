package auroradataapi_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata/types"

	"github.com/auroradataapi/auroradataapi"
)

func ExampleCopyFrom() {
	db, done := openExample(nil)
	defer done()
	ctx := context.Background()

	if _, err := db.Exec("CREATE TABLE orders (id int PRIMARY KEY, note text)"); err != nil {
		log.Fatal(err)
	}
	rows := [][]any{{1, "a"}, {2, nil}, {2, "again"}}
	_, err := auroradataapi.CopyFrom(ctx, db, "orders", []string{"id", "note"},
		auroradataapi.CopyRows(rows), auroradataapi.CopyOptions{})
	var failed *auroradataapi.CopyError
	if errors.As(err, &failed) {
		fmt.Println("row", failed.Row, "is there already:", errors.Is(err, auroradataapi.UniqueViolation))
	}

	result, err := auroradataapi.CopyFrom(ctx, db, "orders", []string{"id", "note"},
		auroradataapi.CopyRows(rows[:2]), auroradataapi.CopyOptions{})
	fmt.Println(result.Rows, "rows in", result.Calls, "call,", err)
	// Output:
	// row 3 is there already: true
	// 2 rows in 1 call, <nil>
}

func ExampleExecBatch() {
	db, done := openExample(nil)
	defer done()
	ctx := context.Background()

	if _, err := db.Exec("CREATE TABLE users (name text PRIMARY KEY, age int)"); err != nil {
		log.Fatal(err)
	}
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
	fmt.Println(tx.Commit())
	// Output: <nil>
}

func ExampleConn() {
	db, done := openExample(nil)
	defer done()
	ctx := context.Background()

	conn, err := db.Conn(ctx)
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	err = conn.Raw(func(c any) error {
		out, err := c.(*auroradataapi.Conn).ExecuteStatement(ctx, &rdsdata.ExecuteStatementInput{
			Sql: aws.String("SELECT 6 * 7"),
		})
		if err == nil {
			fmt.Println(out.Records[0][0].(*types.FieldMemberLongValue).Value)
		}
		return err
	})
	if err != nil {
		log.Print(err)
	}
	// Output: 42
}

func ExampleOption() {
	db, done := openExample(nil)
	defer done()

	var users string
	err := db.QueryRow("SELECT name, age FROM (VALUES ('Ann', 31), ('Ben', 29)) AS users (name, age) WHERE age > $1", 30,
		auroradataapi.JSONResult(), auroradataapi.Timeout(10*time.Second)).Scan(&users)
	if err != nil {
		log.Print(err)
	}
	fmt.Println(users)
	// Output: [{"name":"Ann","age":31}]
}

func ExampleScriptError() {
	db, done := openExample(func(cfg *auroradataapi.Config) {
		cfg.MultiStatements = auroradataapi.MultiStatementsInTransaction // multi_statements=transaction
	})
	defer done()

	_, err := db.Exec(`
		CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
		CREATE FUNCTION order_count() RETURNS bigint LANGUAGE plpgsql AS $$
		BEGIN
			RETURN (SELECT count(*) FROM orders);
		END $$;
		INSERT INTO order VALUES (1);
	`, auroradataapi.ContinueAfterTimeout())
	var failed *auroradataapi.ScriptError
	if errors.As(err, &failed) {
		fmt.Printf("line %d, statement %d of %d, %d in force: %v\n",
			failed.Line, failed.Number, failed.Of, failed.Applied, failed.Err)
	}
	// Output:
	// line 7, statement 3 of 3, 0 in force: ERROR: syntax error at or near "order" (SQLSTATE 42601)
}
